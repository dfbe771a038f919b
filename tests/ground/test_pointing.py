"""What a click means: the smaller of two things, one piece of several, a stretch of sky where no thing is."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import RegionNotFound
from engine.files import read_photo
from engine.ground.pointing import pick
from engine.ground.proposals import Proposal


def patch(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    mask = np.full((60, 80), 0.02, np.float32)
    mask[top:bottom, left:right] = 0.95
    return mask


def picked(proposals: list[Proposal], stuff: np.ndarray, point: tuple[float, float]) -> tuple[np.ndarray, float]:
    found = pick(proposals, stuff, point)
    assert found is not None
    return found


def stuff_of(*chances: np.ndarray) -> np.ndarray:
    return np.stack(chances).astype(np.float32)


NOTHING = stuff_of(np.full((60, 80), 0.2), np.full((60, 80), 0.2))


def test_a_click_means_the_thing_under_it_and_of_two_the_smaller() -> None:
    things = [Proposal(patch(0, 0, 60, 50), 0.9, 0.9), Proposal(patch(20, 20, 30, 30), 0.8, 0.9)]
    mask, score = picked(things, NOTHING, (25 / 80, 25 / 60))
    assert (mask > 0.5).sum() == 100
    assert score == pytest.approx(0.72)
    assert (picked(things, NOTHING, (5 / 80, 5 / 60))[0] > 0.5).sum() == 3000


def test_of_a_mask_in_pieces_the_one_clicked_is_taken() -> None:
    both = np.maximum(patch(5, 5, 15, 15), patch(50, 30, 70, 40))
    mask, _ = picked([Proposal(both, 0.9, 0.9)], NOTHING, (60 / 80, 35 / 60))
    assert (mask > 0.5).sum() == 200
    assert mask[10, 10] < 0.5


def test_where_no_thing_is_the_stretch_around_the_point_is_taken() -> None:
    sky = np.full((60, 80), 0.1, np.float32)
    sky[:20] = 0.8
    stuff = stuff_of(sky, 0.9 - sky)
    mask, score = picked([], stuff, (0.5, 0.1))
    assert (mask > 0.5).sum() == 20 * 80
    assert score == pytest.approx(0.8)
    assert pick([], NOTHING, (0.5, 0.5)) is None  # one doubt all over the picture is no stretch


def test_the_starter_selects_what_is_clicked(engine, samples) -> None:
    photo = read_photo(samples / "kingfisher.jpg")
    region = engine.select_at(photo, (photo.width * 0.5, photo.height * 0.4))
    assert region.mask.shape == (photo.height, photo.width)
    assert 0.05 < (region.mask > 0.5).mean() < 0.4
    assert region.mask[int(photo.height * 0.4), int(photo.width * 0.5)] > 0.5
    with pytest.raises(RegionNotFound):
        engine.select_at(photo, (-5, 10))
