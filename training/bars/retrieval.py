"""Retrieval: whether the planner's [base] and [sub] embeddings find the input that they stand for."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.bundle import Bundle
from engine.encode import Encoder
from engine.errors import BadInput
from engine.files import read_reference, read_sound
from engine.plan import Planner
from engine.plan.retrieval import Inputs, Retrieval
from engine.values import PHOTO_MARKER
from training.bars import Bar, Ground
from training.data import items
from training.planner import score
from training.planner.real import small

INSTRUCTIONS = Path(__file__).parents[2] / "tests" / "plan" / "instructions.jsonl"
GOAL, DISTRACTORS, TRIALS = 0.95, 5, 1000
DRAWS = 20  # of distractors for each embedding of the planner
MOST = {"picture": 80, "photo": 60, "sound": 60, "music": 8}  # files of each kind
Pools = dict[str, np.ndarray]
"""Kind to ``(n, 384)`` embeddings of held-out files."""


@dataclass(frozen=True, eq=False)
class State:
    """An embedding that the planner wrote, and what it stands for.

    Attributes
    ----------
    role
        base or sub.
    vector
        ``(384,)``, unit norm.
    number, inputs
        Of the input that it stands for, and all inputs that the planner was given.
    """

    role: str
    vector: np.ndarray
    number: int
    inputs: Inputs

    @property
    def kind(self) -> str:
        """Of the input that it stands for."""
        return self.inputs[self.number][1]


def measure(ground: Ground) -> list[Bar]:
    """[base] and [sub] among 5 distractors of their own kind: planted at the planner's noise, and its own."""
    bundle = Bundle.open("starter")
    planner = Planner.load(bundle)
    retrieval = Retrieval.of(planner.recall)
    pools = read_pools(ground, Encoder.load(bundle))
    states = written(planner, pools, random.Random(1))
    rng = np.random.default_rng(2)
    told, shares = [], []
    for role in ("base", "sub"):
        own = [state for state in states if state.role == role]
        planted = share(planted_trials(own, pools, retrieval, rng), retrieval.nearest)
        trials = list(real_trials(own, pools, rng))
        real = share(trials, retrieval.nearest)
        shares += [planted, real]
        heard = float(np.mean([state.vector @ state.inputs[state.number][0] for state in own]))
        read = float(np.mean([state.vector @ retrieval.read(*state.inputs[state.number]) for state in own]))
        told.append(
            f"[{role}] {planted:.1%} of {TRIALS} planted; {real:.1%} of {len(trials)} with the "
            f"planner's own {len(own)} (plain dot product {share(trials, plain):.1%}); mean cosine to its input "
            f"{heard:.2f}, as read {read:.2f}"
        )
    return [
        Bar(
            "must",
            "retrieval",
            f"[sub] and [base] among {DISTRACTORS} distractors >= {GOAL:.0%} at the planner's own noise",
            "; ".join(told),
            min(shares) >= GOAL,
        )
    ]


def read_pools(ground: Ground, encoder: Encoder) -> Pools:
    """Embeddings of held-out files; the first of each kind in a fixed random order."""
    cutouts = [o for o in items.objects(ground.data) if o.is_photo and min(o.width, o.height) >= 64]
    files = {
        "picture": cutouts,
        "photo": list(items.photos(ground.data)),
        "sound": [s for s in items.sounds(ground.data) if s.seconds >= 0.5],
        "music": list(items.music(ground.data)),
    }
    pools = {}
    for kind, found in files.items():
        kept = sorted((item for item in found if item.held_out), key=lambda item: item.file)
        random.Random(0).shuffle(kept)
        of = picture_vector if kind in ("picture", "photo") else sound_vector
        vectors = []
        for item in kept[: MOST[kind]]:
            try:
                vectors.append(of(encoder, item.path))
            except BadInput:
                continue  # a sound that is silent or too short to be heard
        pools[kind] = np.stack(vectors)
    return pools


def picture_vector(encoder: Encoder, path: Path) -> np.ndarray:
    """``(384,)`` embedding of a picture file."""
    picture = read_reference(path)
    return encoder.pictures([small(picture.floats(), picture.transparency)])[0]


def sound_vector(encoder: Encoder, path: Path) -> np.ndarray:
    """``(384,)`` embedding of a sound file."""
    sound = read_sound(path)
    return encoder.sound(sound.samples, sound.rate).vector


def written(planner: Planner, pools: Pools, rng: random.Random) -> list[State]:
    """What the planner writes for the hand-written instructions, real files behind photo and references."""
    states = []
    for case in score.read(INSTRUCTIONS):
        if not case.references:
            continue
        references = {n: (rng.choice(list(pools[kind])), kind) for n, (kind, _) in case.references.items()}
        photo = rng.choice(list(pools["photo"])) if case.has_photo else None
        plan = planner.plan(case.instruction, references, photo, case.history)
        assert plan.embeddings is not None
        inputs = references | ({0: (photo, "photo")} if photo is not None else {})
        if plan.embeddings.base is not None:
            number = 0 if plan.base == PHOTO_MARKER else int(plan.base[5:-1])
            states.append(State("base", plan.embeddings.base, number, inputs))
        states += [State("sub", vector, n, inputs) for n, vector in plan.embeddings.subs.items() if n in inputs]
    return states


Trial = tuple[np.ndarray, Inputs, int]
"""An embedding, the inputs that it is sought among, and the right one."""


def others(vector: np.ndarray, pool: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """``(5, 384)`` of a pool, none of them the file itself."""
    apart = np.flatnonzero(pool @ vector < 0.9999)
    return pool[rng.choice(apart, DISTRACTORS, replace=False)]


def real_trials(states: Sequence[State], pools: Pools, rng: np.random.Generator) -> Iterable[Trial]:
    """The planner's own embeddings among its inputs and 5 further files of the right one's kind."""
    for state in states:
        for _ in range(DRAWS):
            more = others(state.inputs[state.number][0], pools[state.kind], rng)
            given = {**state.inputs, **{100 + i: (vector, state.kind) for i, vector in enumerate(more)}}
            yield state.vector, given, state.number


def planted_trials(
    states: Sequence[State], pools: Pools, retrieval: Retrieval, rng: np.random.Generator
) -> Iterable[Trial]:
    """Files among 5 others, sought by themselves as read, turned away as far as one of the planner's embeddings is.

    Angle and direction of the error are those of an embedding that the planner wrote for a file of the same kind, so
    that the planted ones err as it does rather than evenly in all directions.
    """
    for _ in range(TRIALS):
        state = states[int(rng.integers(len(states)))]
        pool = pools[state.kind]
        vector = pool[int(rng.integers(len(pool)))]
        meant, right = retrieval.read(*state.inputs[state.number]), retrieval.read(vector, state.kind)
        near = float(state.vector @ meant)
        error = state.vector - near * meant
        error = error - (error @ right) * right
        planted = near * right + np.sqrt(1 - near**2) * error / np.linalg.norm(error)
        given = {i: (each, state.kind) for i, each in enumerate([vector, *others(vector, pool, rng)])}
        yield planted, given, 0


def plain(state: np.ndarray, inputs: Inputs) -> int:
    """Arg-max of the dot product with the encoder's vectors, as the published code has it."""
    return max(inputs, key=lambda number: float(inputs[number][0] @ state))


def share(trials: Iterable[Trial], find: Callable[[np.ndarray, Inputs], int | None]) -> float:
    """How many of the trials ``find`` gets right, 0 to 1."""
    return float(np.mean([find(state, inputs) == right for state, inputs, right in trials]))
