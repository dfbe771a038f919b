"""Retrieval: planted embeddings are found under noise, one by one, whatever the counts; and the real planner's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.plan.recall import Recall
from engine.plan.retrieval import Retrieval

SIZE = 48
SHARED = np.eye(SIZE, dtype=np.float32)[0]


def unit(x: np.ndarray) -> np.ndarray:
    return (x / np.linalg.norm(x, axis=-1, keepdims=True)).astype(np.float32)


def things(count: int, seed: int) -> np.ndarray:
    """Unit vectors with a large common part, as encoders give them."""
    out = unit(np.random.default_rng(seed).normal(size=(count, SIZE)))
    return unit(out + 1.5 * SHARED)


def inputs(vectors: np.ndarray, kind: str = "picture") -> dict[int, tuple[np.ndarray, str]]:
    return {number: (vector, kind) for number, vector in enumerate(vectors, 1)}


def bare() -> Retrieval:
    return Retrieval.of(Recall({}, {}, {}))


@pytest.fixture(scope="module")
def nouns() -> Retrieval:
    """Recall of 40 nouns, each a picture's blurred likeness apart."""
    values = torch.from_numpy(things(40, 0))
    keys = torch.from_numpy(unit(values.numpy() + 0.2 * things(40, 1)))
    words = torch.zeros(40, 3, dtype=torch.long)
    return Retrieval.of(Recall({"picture": keys}, {"picture": values}, {"picture": words}))


def noisy(vector: np.ndarray, level: float, rng: np.random.Generator) -> np.ndarray:
    return unit(vector + level * unit(rng.normal(size=SIZE)))


def test_planted_embeddings_are_found_under_noise(nouns):
    rng = np.random.default_rng(2)
    keys = nouns.recall.keys["picture"].numpy()
    found = 0
    for _ in range(300):
        picked = rng.choice(40, 6, replace=False)
        own = int(rng.integers(6))
        state = noisy(nouns.read(keys[picked[own]], "picture"), 0.5, rng)
        found += nouns.nearest(state, inputs(keys[picked])) == own + 1
    assert found >= 285


def test_the_common_part_does_not_decide(nouns):
    """A state that leans to what all share is nearest to the blandest input until that is taken away."""
    vectors = np.stack([unit(SHARED + 0.2 * np.eye(SIZE)[5]), unit(SHARED + 0.9 * np.eye(SIZE)[9])])
    state = unit(SHARED + 0.35 * np.eye(SIZE)[9])
    given = inputs(vectors, "photo")
    assert bare().nearest(state, given) == 1
    assert nouns.nearest(state, given) == 2


def test_inputs_are_compared_as_they_were_read(nouns):
    keys, values = (part["picture"].numpy() for part in (nouns.recall.keys, nouns.recall.values))
    assert nouns.read(keys[3], "picture") @ values[3] > 0.95
    assert np.allclose(nouns.read(2 * keys[3], "photo"), keys[3], atol=1e-6)


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 1000))
@settings(deadline=None)
def test_any_counts_give_one_answer_each_and_no_input_twice(count, given_count, seed):
    states, vectors = things(5, seed)[:count], things(5, seed + 1)[:given_count]
    answers = bare().assign(list(states), inputs(vectors))
    taken = [a for a in answers if a is not None]
    assert len(answers) == count
    assert len(taken) == min(count, given_count)
    assert len(set(taken)) == len(taken)
    assert set(taken) <= set(range(1, given_count + 1))


def test_a_stranger_does_not_drop_the_others():
    vectors, rng = things(3, 4), np.random.default_rng(0)
    stranger = -vectors.sum(0)
    states = [noisy(vectors[2], 0.3, rng), stranger, noisy(vectors[0], 0.3, rng), noisy(vectors[1], 0.3, rng)]
    assert bare().assign(states, inputs(vectors)) == (3, None, 1, 2)


def test_two_alike_embeddings_share_two_alike_inputs():
    """Both lie nearest to input 1; together they take both."""
    e = np.eye(SIZE, dtype=np.float32)
    vectors = np.stack([e[1], unit(e[1] + 0.5 * e[2])])
    states = [unit(e[1] + 0.15 * e[2]), e[1]]
    given = inputs(vectors)
    assert [bare().nearest(s, given) for s in states] == [1, 1]
    assert bare().assign(states, given) == (2, 1)


def test_none_and_one_input():
    state = things(1, 0)[0]
    assert bare().nearest(state, {}) is None
    assert bare().nearest(state, {7: (-state, "sound")}) == 7
    assert bare().assign([], inputs(things(2, 1))) == ()
    assert bare().assign([state, state], {}) == (None, None)


@pytest.mark.parametrize("odd", [np.zeros(SIZE), np.full(SIZE, np.nan), np.full(SIZE, np.inf)])
def test_odd_embeddings_crash_nothing(odd, nouns):
    given = {**inputs(things(2, 1)), 3: (np.zeros(SIZE, np.float32), "photo")}
    assert nouns.nearest(odd, given) in given
    assert len(nouns.assign([odd, things(1, 2)[0]], given)) == 2


def test_the_shipped_planner_means_what_it_numbers(planner, bundle):
    from engine.encode import Encoder

    encoder = Encoder.load(bundle)
    vectors = encoder.text(["a photo of a dog", "a photo of a bicycle", "a photo of a teapot", "a mountain lake"])
    given = {**inputs(vectors[:3]), 0: (vectors[3], "photo")}
    references = {n: given[n] for n in (1, 2, 3)}
    plan = planner.plan("replace the boat with [ref#2] and put [ref#1] next to the door", references, vectors[3])
    retrieval = Retrieval.of(planner.recall)
    assert plan.embeddings is not None
    assert plan.subs == (2, 1)
    assert retrieval.nearest(plan.embeddings.base, given) == 0
    assert retrieval.assign([plan.embeddings.subs[n] for n in plan.subs], references) == plan.subs
