"""GroundingDINO and SAM behind the selector: which box is meant, and what happens where there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.errors import RegionNotFound
from engine.ground.studio import Detector, Found, Segmenter, StudioSelector, apart, box_of
from engine.values import Region
from training.bars import studio as bar

SIZE = (60, 100)
BOXES = {
    "dog": [Found((5, 10, 25, 40), 0.9), Found((60, 5, 95, 55), 0.8), Found((6, 11, 25, 41), 0.7)],
    "cat": [Found((30, 30, 45, 50), 0.6)],
}


class Boxes:
    """A detector that knows where things are."""

    def __init__(self) -> None:
        self.looks = 0

    def boxes(self, _picture: np.ndarray, names: Sequence[str]) -> list[list[Found]]:
        self.looks += 1
        return [BOXES.get(name, []) for name in names]


class Filled:
    """A segmenter that fills the box, or a small square at the point."""

    def masks(self, picture: np.ndarray, boxes: Sequence[tuple[float, float, float, float]]) -> np.ndarray:
        out = np.zeros((len(boxes), *picture.shape[:2]), np.float32)
        for mask, (left, top, right, bottom) in zip(out, boxes, strict=True):
            mask[int(top) : int(bottom), int(left) : int(right)] = 1
        return out

    def at(self, picture: np.ndarray, point: tuple[float, float]) -> tuple[np.ndarray, float]:
        x, y = point
        return self.masks(picture, [(x - 5, y - 5, x + 5, y + 5)])[0], 0.8


class Starter:
    """A starter that finds the sky only."""

    def select(self, rgb, phrase, _encoder, phrase_vector=None, where=""):
        if "sky" not in phrase:
            raise RegionNotFound(f"Found nothing in the photo that is surely {phrase!r}.")
        mask = np.zeros(rgb.shape[:2], np.float32)
        mask[:5] = 1
        return Region(mask, "words", 0.6)

    def subject(self, rgb, _encoder):
        mask = np.zeros(rgb.shape[:2], np.float32)
        mask[20:40, 40:60] = 1
        return Region(mask, "words", 0.7)


@pytest.fixture
def selector() -> StudioSelector:
    return StudioSelector(Boxes(), Filled(), Starter())  # type: ignore[arg-type]


@pytest.fixture
def rgb() -> np.ndarray:
    return np.full((*SIZE, 3), 0.5, np.float32)


def covers(region: Region, *points: tuple[int, int]) -> list[bool]:
    return [bool(region.mask[y, x] > 0.5) for x, y in points]


LEFT, RIGHT, CAT = (15, 25), (80, 30), (37, 40)


@pytest.mark.parametrize(
    ("phrase", "where", "left", "right"),
    [
        ("the dog", "", True, False),
        ("the dogs", "", True, True),
        ("the dog on the right", "", False, True),
        ("the dog", "on the right", False, True),
        ("the biggest dog", "", False, True),
        ("the second dog from the left", "", False, True),
    ],
)
def test_words_choose_among_boxes(selector, rgb, phrase, where, left, right):
    region = selector.select(rgb, phrase, None, where=where)
    assert covers(region, LEFT, RIGHT, CAT) == [left, right, False]
    assert region.mask.shape == SIZE
    assert region.score in (0.9, 0.8)


def test_two_things_are_found_in_one_look(selector, rgb):
    region = selector.select(rgb, "the dog and the cat", None)
    assert covers(region, LEFT, RIGHT, CAT) == [True, False, True]
    assert selector.detector.looks == 1
    assert region.score == 0.6
    dog, boat, cat = selector.subjects(rgb, ["dog", "boat", "cat"])
    assert boat is None
    assert [covers(each, LEFT, CAT) for each in (dog, cat)] == [[True, False], [False, True]]


def test_where_the_detector_is_not_sure_the_starter_answers_or_refuses(selector, rgb):
    assert covers(selector.select(rgb, "the sky", None), (50, 2), (50, 30)) == [True, False]
    with pytest.raises(RegionNotFound, match="boat"):
        selector.select(rgb, "the dog and the boat", None)


def test_background_subject_and_points(selector, rgb):
    assert covers(selector.subject(rgb, None), (50, 30), (5, 5)) == [True, False]
    assert covers(selector.select(rgb, "the background", None), (50, 30), (5, 5)) == [False, True]
    assert covers(selector.at(rgb, (30, 30), None), (30, 30), (60, 30)) == [True, False]


def test_boxes_of_the_same_thing_count_once():
    assert apart(BOXES["dog"]) == BOXES["dog"][:2]
    mask = np.zeros((10, 20), np.float32)
    mask[2:5, 3:9] = 0.8
    assert box_of(mask) == (3, 2, 9, 5)
    assert box_of(np.zeros((10, 20), np.float32)) == (0, 0, 20, 10)


@pytest.mark.parametrize("what", ["GroundingDINO", "SAM"])
def test_tiny_networks_answer_as_the_library_does(what, tmp_path):
    measured = bar.bar(what, bar.COMPARED[what](tmp_path))
    assert measured.ok, measured.figure


def test_names_share_one_look_of_the_network(tmp_path):
    bundle = bar.bundled(
        tmp_path, "both", lambda root: (
            bar.tiny_understanding.write_detector(root / "grounding" / "detector"),
            bar.tiny_understanding.write_segmenter(root / "grounding" / "segmenter"),
        ),
    )  # fmt: skip
    found = Detector.load(bundle).boxes(bar.picture(), ["a dog", "the red. cat?", "x"], sure=0.0)
    assert sum(map(len, found)) == 20
    assert all(each == sorted(each, key=lambda box: -box.score) for each in found)
    mask, trust = Segmenter.load(bundle).at(bar.picture(), (20.0, 30.0))
    assert mask.shape == (50, 70)
    assert np.isfinite(trust)
