"""The selector with a scripted encoder and network, and with the assembled starter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from engine.bundle import Bundle
from engine.encode import Encoder
from engine.errors import RegionNotFound
from engine.files import read_photo
from engine.ground import Selector
from engine.ground.matching import FEATURES, Matcher, Seen
from engine.ground.network import STUFF
from engine.ground.phrases import read
from engine.ground.proposals import Proposal
from engine.ground.selector import Scene
from engine.parts import small_floats
from engine.values import Region


class Words:
    """An encoder whose words are fixed directions; class 0 is a dog, class 1 a boat, the others are far off."""

    def __init__(self) -> None:
        self._directions = np.eye(384, dtype=np.float32)
        self.known = {"dog": 0, "red dog": 0, "boat": 1}

    def text(self, texts: Sequence[str], /) -> np.ndarray:
        return np.stack([self._directions[self.known.get(text, 383)] for text in texts])

    def class_chances(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]], /) -> np.ndarray:
        raise AssertionError("the scene is already observed")

    def stages(self, batch: torch.Tensor, /) -> Sequence[torch.Tensor]:
        raise AssertionError("the scene is already observed")

    def classes(self) -> np.ndarray:
        out = np.tile(self._directions[200], (1000, 1))
        out[0], out[1] = self._directions[0], self._directions[1]
        return out


def square(left: int, top: int, side: int = 24) -> np.ndarray:
    """A filled square on the quarter grid of a 512 x 384 picture."""
    mask = np.zeros((96, 128), np.float32)
    mask[top : top + side, left : left + side] = 0.97
    return mask


def scene(
    *found: tuple[np.ndarray, int], stuff: dict[str, np.ndarray] | None = None, rgb: np.ndarray | None = None
) -> Scene:
    """An observed photo with the given masks, each of one class."""
    maps = np.full((len(STUFF), 96, 128), 0.01, np.float32)
    for name, where in (stuff or {}).items():
        maps[STUFF.index(name)] = np.where(where > 0.5, 0.95, maps[STUFF.index(name)])
    proposals, seen = [], []
    for mask, number in found:
        chances = np.full(1000, 1e-5, np.float32)
        chances[number] = 0.9
        proposals.append(Proposal(mask, 0.8, 0.95))
        kinds = np.full(len(STUFF), 0.05, np.float32)
        seen.append(Seen(chances, kinds, 0.8, 0.95, float((mask > 0.5).mean()), 0.0))
    picture = rgb if rgb is not None else np.full((384, 512, 3), 0.5, np.float32)
    return Scene(picture, proposals, maps, np.zeros((96, 128), np.float32), seen)


@pytest.fixture
def words() -> Words:
    return Words()


@pytest.fixture
def selector(words: Words) -> Selector:
    from engine.ground.network import GroundNetwork

    return Selector(GroundNetwork(), words.classes())


def middle(region: Region) -> float:
    """Column of the mask's middle, 0 to 1."""
    return float(np.nonzero(region.mask > 0.5)[1].mean() / region.mask.shape[1])


def test_the_word_picks_one_of_two(selector: Selector, words: Words) -> None:
    photo = np.full((384, 512, 3), 0.5, np.float32)
    observed = scene((square(10, 40), 0), (square(90, 40), 1))
    assert middle(selector.answer(photo, observed, read("the dog"), words)) < 0.3
    assert middle(selector.answer(photo, observed, read("the boat"), words)) > 0.7


def test_an_absent_thing_is_refused_by_name(selector: Selector, words: Words) -> None:
    photo = np.full((384, 512, 3), 0.5, np.float32)
    with pytest.raises(RegionNotFound, match="zebra") as refused:
        selector.answer(photo, scene((square(10, 40), 0)), read("the zebra"), words)
    assert "brush" in refused.value.hint


def test_a_photo_without_proposals_refuses(selector: Selector, words: Words) -> None:
    with pytest.raises(RegionNotFound):
        selector.answer(np.zeros((384, 512, 3), np.float32), scene(), read("the dog"), words)


def test_place_and_size_choose_among_equals(selector: Selector, words: Words) -> None:
    photo = np.full((384, 512, 3), 0.5, np.float32)
    observed = scene((square(8, 40, 20), 0), (square(55, 40, 32), 0), (square(100, 40, 20), 0))
    assert middle(selector.answer(photo, observed, read("the left dog"), words)) < 0.25
    assert middle(selector.answer(photo, observed, read("the dog on the right"), words)) > 0.75
    assert 0.4 < middle(selector.answer(photo, observed, read("the biggest dog"), words)) < 0.7
    assert 0.4 < middle(selector.answer(photo, observed, read("the second dog from the left"), words)) < 0.7
    everyone = selector.answer(photo, observed, read("the dogs"), words)
    assert everyone.mask[:, :160].max() == 1
    assert everyone.mask[:, 400:].max() == 1


def test_colour_decides_between_two_of_a_kind(selector: Selector, words: Words) -> None:
    rgb = np.full((384, 512, 3), 0.5, np.float32)
    rgb[160:256, 360:456] = (0.85, 0.1, 0.1)
    rgb[160:256, 40:136] = (0.1, 0.2, 0.8)
    observed = scene((square(10, 40), 0), (square(90, 40), 0), rgb=rgb)
    assert middle(selector.answer(rgb, observed, read("the red dog"), words)) > 0.7


def test_stuff_is_taken_from_its_map(selector: Selector, words: Words) -> None:
    above = np.zeros((96, 128), np.float32)
    above[:40] = 1
    photo = np.where(
        cv2.resize(above, (512, 384))[..., None] > 0.5, np.float32((0.4, 0.6, 0.9)), np.float32((0.2, 0.4, 0.1))
    )
    observed = scene((square(10, 60), 0), stuff={"sky": above})
    region = selector.answer(photo, observed, read("the sky"), words)
    assert region.mask[:150].mean() > 0.95
    assert region.mask[170:].mean() < 0.02
    with pytest.raises(RegionNotFound, match="sea"):
        selector.answer(photo, observed, read("the sea"), words)


def test_features_are_as_many_as_named(words: Words) -> None:
    observed = scene((square(10, 40), 0), (square(90, 40), 1))
    table = Matcher(words.classes(), words).features(observed.seen, read("the dog"), words.text(["dog"])[0])
    assert table.shape == (2, len(FEATURES))
    assert np.isfinite(table).all()
    assert table[0, FEATURES.index("classes")] > table[1, FEATURES.index("classes")] + 2


def test_starter_finds_the_sky_of_real_photos_and_refuses_a_piano(bundle: Bundle, samples: Path) -> None:
    selector, encoder = Selector.load(bundle), Encoder.load(bundle)
    for name in ("meadow.jpg", "mountains.jpg", "castle.jpg", "canyon.jpg"):
        photo = small_floats(read_photo(samples / name), 1024)
        mask = selector.select(photo, "the sky", encoder).mask
        assert mask[: len(mask) // 8].mean() > 0.8
        assert mask[-len(mask) // 3 :].mean() < 0.02
        with pytest.raises(RegionNotFound, match="piano"):
            selector.select(photo, "the piano", encoder)


def test_starter_gives_the_same_mask_twice(bundle: Bundle) -> None:
    photo = np.random.default_rng(5).random((160, 200, 3), dtype=np.float32)
    photo[40:120, 60:140] = (0.9, 0.2, 0.1)
    selector, encoder = Selector.load(bundle), Encoder.load(bundle)
    first, second = (selector.saliency(photo, encoder) for _ in range(2))
    assert np.array_equal(first, second)
    assert first.shape == (160, 200)
