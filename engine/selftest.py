"""Fixed prompts and photos with expected ranges of scores: whether a bundle's real weights do what they should."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError

from engine import strict_json
from engine.bundle.bundle import Bundle
from engine.bundle.resources import resource
from engine.errors import BundleError, OvertoneError
from engine.files import read_photo, read_sound
from engine.instruction import make
from engine.parts import Parts, resized, small_floats
from engine.picture import Photo
from engine.pipeline import Engine
from engine.values import STRICT, CancelCheck, EditRequest, Plan, Settings, never_cancel

TABLE = "selftest.json"
SHOWN = 512  # pixels on the long side of the page's pictures
ANY = "any"
Kind = Literal["see", "hear", "select", "edit", "mood", "make"]


@dataclass(frozen=True)
class Expected:
    """The range that a score must be in.

    Attributes
    ----------
    low, high
        Its ends, inclusive.
    measured
        Whether it was measured with real weights; else it is reasoned.
    """

    __pydantic_config__: ClassVar = STRICT

    low: float
    high: float
    measured: bool


@dataclass(frozen=True)
class Case:
    """One thing that is tried.

    Attributes
    ----------
    id, what
        Its name, and what its score means.
    kind
        How it is scored.
    words
        Instruction, prompt or name.
    expected
        Bundle to range; ``any`` for those that are not named.
    file, refs
        Of the samples.
    others
        Words that must be further away.
    """

    __pydantic_config__: ClassVar = STRICT

    id: str
    what: str
    kind: Kind
    words: str
    expected: dict[str, Expected]
    file: str = ""
    refs: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def range(self, bundle: str) -> Expected:
        """What is expected of a bundle."""
        return self.expected.get(bundle) or self.expected[ANY]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a case.

    Attributes
    ----------
    case, expected
        The case and its range.
    score
        Nothing when it was not run.
    seconds
        That it took.
    said
        Why it was not run, or what went wrong.
    pictures
        ``(h, w, 3)`` uint8, to look at.
    """

    case: Case
    expected: Expected
    score: float | None
    seconds: float
    said: str = ""
    pictures: tuple[np.ndarray, ...] = field(default=(), repr=False)

    @property
    def skipped(self) -> bool:
        """Whether the bundle has no weights for it."""
        return self.score is None and not self.failed

    @property
    def failed(self) -> bool:
        """Whether an error ended it."""
        return self.said.startswith("failed")

    @property
    def ok(self) -> bool:
        """Whether the score is in its range; a case that was not run does no harm."""
        if self.score is None:
            return not self.failed
        return self.expected.low <= self.score <= self.expected.high


@dataclass(frozen=True)
class _Table:
    __pydantic_config__: ClassVar = STRICT

    schema: Literal[1]
    cases: tuple[Case, ...]


def cases(path: Path | None = None) -> tuple[Case, ...]:
    """The shipped cases, or those of a file.

    Raises
    ------
    BundleError
        When they are damaged.
    """
    path = resource(TABLE) if path is None else path
    try:
        return TypeAdapter(_Table).validate_python(strict_json.loads(path.read_bytes())).cases
    except (OSError, ValueError, ValidationError) as fault:
        raise BundleError(f"{path} is damaged ({fault}).", "Install Overtone again.") from fault


def run(
    name: str, home: Path | None = None, wanted: tuple[Case, ...] | None = None, cancel: CancelCheck = never_cancel
) -> Iterator[Outcome]:
    """Try every case with a bundle, one after the other.

    Parameters
    ----------
    name
        The bundle.
    home
        Folder that holds the bundles.
    wanted
        The cases; by default the shipped ones.
    cancel
        Asked between and inside them.

    Raises
    ------
    BundleError
        When the bundle is missing or damaged.
    """
    parts = Parts(Bundle.open(name, home))
    bench = _Bench(parts, Engine(parts, name), name, cancel)
    for case in cases() if wanted is None else wanted:
        began = time.perf_counter()
        expected = case.range(name)
        if case.kind == "make" and parts.decoder is None:
            yield Outcome(case, expected, None, 0.0, "skipped: no weights")
            continue
        try:
            score, pictures = bench.scored(case)
        except OvertoneError as error:
            yield Outcome(case, expected, None, time.perf_counter() - began, f"failed: {error}")
        else:
            shown = tuple(np.rint(each * 255).astype(np.uint8) for each in pictures)
            yield Outcome(case, expected, score, time.perf_counter() - began, "", shown)


class _Bench:
    """Scores cases with one engine."""

    def __init__(self, parts: Parts, engine: Engine, name: str, cancel: CancelCheck) -> None:
        self._parts, self._engine, self._name, self._cancel = parts, engine, name, cancel
        self._samples = resource("samples")
        self._ways: dict[Kind, Callable[[Case], tuple[float, list[np.ndarray]]]] = {
            "see": self._see,
            "hear": self._hear,
            "select": self._select,
            "edit": self._edit,
            "mood": self._mood,
            "make": self._make,
        }

    def scored(self, case: Case) -> tuple[float, list[np.ndarray]]:
        """The score and the pictures, ``(h, w, 3)`` float32 0 to 1."""
        return self._ways[case.kind](case)

    def _see(self, case: Case) -> tuple[float, list[np.ndarray]]:
        photo = self._photo(case)
        return self._margin(self._vector(photo), case), [small_floats(photo, SHOWN)]

    def _hear(self, case: Case) -> tuple[float, list[np.ndarray]]:
        sound = read_sound(self._samples / case.file)
        return self._margin(self._parts.encoder.sound(sound.samples, sound.rate).vector, case), []

    def _select(self, case: Case) -> tuple[float, list[np.ndarray]]:
        photo = self._photo(case)
        region = self._engine.select(photo, case.words)
        shown = small_floats(photo, SHOWN)
        mask = resized(region.mask, shown.shape[1], shown.shape[0])[..., None]
        return float((region.mask > 0.5).mean()), [shown, shown * mask + 0.25 * shown * (1 - mask)]

    def _edit(self, case: Case) -> tuple[float, list[np.ndarray]]:
        photo, made = self._edited(case)
        changed = (made.pixels != photo.pixels).any(axis=2)
        return float(changed.mean()), [small_floats(photo, SHOWN), small_floats(made, SHOWN)]

    def _mood(self, case: Case) -> tuple[float, list[np.ndarray]]:
        photo, made = self._edited(case)
        before, after = small_floats(photo, SHOWN), small_floats(made, SHOWN)
        return 255 * float(np.abs(after - before).mean()), [before, after]

    def _make(self, case: Case) -> tuple[float, list[np.ndarray]]:
        plan = Plan("", case.words, prompts=(case.words,))
        request = EditRequest(make(case.words), plan=plan, settings=Settings(self._name))
        made = self._engine.edit(request, cancel=self._cancel).images[0]
        return self._margin(self._vector(made), case), [small_floats(made, SHOWN)]

    def _photo(self, case: Case) -> Photo:
        return read_photo(self._samples / case.file)

    def _edited(self, case: Case) -> tuple[Photo, Photo]:
        photo = self._photo(case)
        instruction = make(case.words, [self._samples / name for name in case.refs])
        request = EditRequest(instruction, photo, settings=Settings(self._name))
        return photo, self._engine.edit(request, cancel=self._cancel).images[0]

    def _vector(self, photo: Photo) -> np.ndarray:
        return self._parts.encoder.pictures([(small_floats(photo, SHOWN), None)])[0]

    def _margin(self, vector: np.ndarray, case: Case) -> float:
        """How much closer the vector is to the case's words than to the nearest others, as a difference of cosines."""
        right, *wrong = self._parts.encoder.text([case.words, *case.others]) @ vector
        return float(right - max(wrong))
