"""Fill: exact outside, repeatable, in colour with its surroundings, refusing the impossible."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.color import deltaE_ciede2000, rgb2lab

from engine.draft.fill import fill
from engine.draft.membrane import membrane
from engine.errors import BadInput

SAMPLES = Path(__file__).parents[2] / "resources/samples"


def stripes(height: int = 120, width: int = 160) -> np.ndarray:
    x = np.arange(width, dtype=np.float32)[None, :, None]
    tone = 0.5 + 0.35 * np.sin(2 * np.pi * x / 16)
    return np.broadcast_to(tone * np.array([1.0, 0.8, 0.6], np.float32), (height, width, 3)).astype(np.float32).copy()


def disc(height: int, width: int, y: float, x: float, radius: float) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.hypot(rows - y, columns - x) < radius


def ring_difference(picture: np.ndarray, hole: np.ndarray) -> float:
    lab = rgb2lab(picture)
    inside = hole & ~(cv2.erode(hole.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)
    outside = ~hole & (cv2.dilate(hole.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)
    return float(deltaE_ciede2000(lab[inside].mean(axis=0), lab[outside].mean(axis=0)))


def test_texture_is_continued_where_blurring_would_lose_it():
    truth = stripes()
    hole = disc(120, 160, 60, 80, 22)
    filled = fill(np.where(hole[..., None], 0.0, truth).astype(np.float32), hole)
    smeared = membrane(truth, hole)
    wrong, blurred = (float(np.abs(each - truth)[hole].mean()) for each in (filled, smeared))
    assert wrong < 0.5 * blurred
    assert filled[hole].std() > 0.7 * truth[hole].std()


@given(
    seed=st.integers(0, 2**32 - 1),
    y=st.integers(0, 60),
    x=st.integers(0, 80),
    radius=st.integers(2, 14),
)
@settings(max_examples=12, deadline=None)
def test_kept_pixels_are_bit_equal_wherever_the_hole_lies(seed, y, x, radius):
    picture = np.random.default_rng(seed).random((61, 81, 3), np.float32)
    hole = disc(61, 81, y, x, radius)
    filled = fill(picture, hole, seed)
    assert np.array_equal(filled[~hole], picture[~hole])
    assert np.isfinite(filled).all()
    assert filled.min() >= 0
    assert filled.max() <= 1


def test_what_lies_in_the_hole_is_never_looked_at():
    truth = stripes()
    hole = disc(120, 160, 60, 80, 20)
    black = np.where(hole[..., None], 0.0, truth).astype(np.float32)
    noise = np.where(hole[..., None], np.random.default_rng(1).random(truth.shape), truth).astype(np.float32)
    assert np.array_equal(fill(black, hole, 3), fill(noise, hole, 3))


def test_same_seed_same_pixels_and_seeds_matter():
    picture = np.random.default_rng(0).random((90, 90, 3), np.float32)
    hole = disc(90, 90, 45, 45, 15)
    first, again, other = fill(picture, hole, 5), fill(picture, hole, 5), fill(picture, hole, 6)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("grain", [0.0, 0.01])
def test_a_gradient_shows_no_seam(grain):
    height, width = 160, 200
    ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture = (1 - ramp) * np.float32([0.3, 0.5, 0.9]) + ramp * np.float32([0.8, 0.9, 0.95])
    picture = np.broadcast_to(picture, (height, width, 3)) + np.random.default_rng(2).normal(
        0, grain, (height, width, 1)
    )
    picture = np.clip(picture, 0, 1).astype(np.float32)
    hole = disc(height, width, 80, 100, 32)
    filled = fill(np.where(hole[..., None], np.float32([1, 0, 0]), picture), hole)
    assert ring_difference(filled, hole) < 1
    assert np.abs(cv2.GaussianBlur(filled - picture, (0, 0), 4))[hole].max() < 0.03


def test_excluded_pixels_are_no_source():
    picture = np.full((100, 140, 3), 0.5, np.float32)
    picture += np.random.default_rng(0).normal(0, 0.02, picture.shape).astype(np.float32)
    picture[:, 90:] = np.float32([0.9, 0.1, 0.1])
    hole = np.zeros((100, 140), bool)
    hole[30:70, 55:89] = True
    known = np.ones_like(hole)
    known[:, 88:] = False
    filled = fill(picture, hole, known=known)
    red = filled[hole][:, 0] - filled[hole][:, 1]
    assert red.max() < 0.3


def test_a_hole_over_everything_is_refused():
    picture = np.full((40, 40, 3), 0.5, np.float32)
    hole = np.ones((40, 40), bool)
    hole[0, 0] = False
    with pytest.raises(BadInput, match="nothing is left"):
        fill(picture, hole)


def test_an_empty_hole_changes_nothing():
    picture = np.random.default_rng(0).random((20, 30, 3), np.float32)
    assert np.array_equal(fill(picture, np.zeros((20, 30), bool)), picture)


def test_a_large_hole_keeps_the_sharpness_of_its_surroundings():
    noise = np.random.default_rng(4).normal(0, 1, (380, 380)).astype(np.float32)
    grey = 0.5 + 0.15 * cv2.GaussianBlur(noise, (0, 0), 1.0) / 0.28
    picture = np.clip(np.repeat(grey[..., None], 3, axis=2), 0, 1)
    hole = disc(380, 380, 190, 190, 105)
    filled = fill(np.where(hole[..., None], 0.0, picture).astype(np.float32), hole)
    inner = disc(380, 380, 190, 190, 90)

    def fine(values: np.ndarray) -> float:
        return float(cv2.Laplacian(values.mean(axis=2), cv2.CV_32F)[inner].std())

    assert fine(filled) > 0.6 * fine(picture)


def test_the_membrane_is_harmonic():
    rows, columns = np.mgrid[0:60, 0:70].astype(np.float32)
    plane = np.dstack([0.01 * rows, 0.005 * columns, 0.01 * rows - 0.004 * columns])
    hole = disc(60, 70, 30, 35, 18)
    assert np.abs(membrane(np.where(hole[..., None], 9, plane), hole) - plane).max() < 1e-4


def test_a_branch_before_a_calm_sky_goes_on_at_full_strength():
    rng = np.random.default_rng(5)
    rgb = np.repeat(np.linspace(0.6, 0.75, 160, dtype=np.float32)[:, None], 240, axis=1)[..., None].repeat(3, axis=2)
    rgb += rng.normal(0, 0.003, rgb.shape).astype(np.float32)  # a little grain
    rgb[76:84] = 0.25 + 0.15 * rng.random((8, 240, 1), dtype=np.float32)
    hole = np.zeros((160, 240), bool)
    hole[30:130, 95:145] = True
    filled = fill(np.where(hole[..., None], 0.5, rgb).astype(np.float32), hole)
    inside, beside = filled[78:82, 105:135].mean(), rgb[78:82, :90].mean()
    assert abs(inside - beside) < 0.08  # the sky is 0.35 brighter
    assert np.abs(filled - rgb)[36:60, 100:140].mean() < 4 / 255  # and the sky is as calm as it was


def test_layers_are_continued_at_their_height():
    photo = cv2.imread(str(SAMPLES / "castle.jpg"))[..., ::-1].astype(np.float32) / 255
    photo = cv2.resize(photo, (256, round(256 * len(photo) / photo.shape[1])), interpolation=cv2.INTER_AREA)
    picture = np.pad(photo, ((0, 0), (64, 0), (0, 0)), mode="edge")
    hole = np.zeros(picture.shape[:2], bool)
    hole[:, :64] = True
    rows = photo[:, :64].mean(axis=1)
    apart = [
        np.abs(fill(picture, hole, sharp=True, layered=each)[:, :64].mean(axis=1) - rows).mean()
        for each in (True, False)
    ]
    assert apart[0] < 0.06
    assert apart[0] < 0.5 * apart[1]


def test_a_margin_above_goes_back_as_in_a_mirror_and_repeats_no_row():
    rows = np.random.default_rng(2).random((80, 120, 3)).astype(np.float32)
    picture = np.pad(cv2.GaussianBlur(rows, (0, 0), 1.5), ((40, 0), (0, 0), (0, 0)), mode="edge")
    hole = np.zeros(picture.shape[:2], bool)
    hole[:40] = True
    filled = fill(picture, hole, sharp=True, layered=True)
    steps = np.abs(np.diff(filled[:40], axis=0)).mean()
    assert steps > 0.5 * np.abs(np.diff(filled[40:], axis=0)).mean()


def test_one_completion_is_as_rough_as_its_surroundings_and_the_mean_of_several_smoother():
    truth = np.random.default_rng(9).random((120, 120, 3)).astype(np.float32)
    truth = cv2.GaussianBlur(truth, (0, 0), 1.0)
    hole = disc(120, 120, 60, 60, 30)

    def roughness(picture: np.ndarray) -> float:
        return float(np.square(np.diff(picture, axis=1))[hole[:, 1:] & hole[:, :-1]].mean())

    mean, sharp = (fill(truth, hole, sharp=each) for each in (False, True))
    assert roughness(mean) < 0.8 * roughness(sharp)
    assert roughness(sharp) == pytest.approx(roughness(truth), rel=0.2)
    assert np.array_equal(sharp[~hole], truth[~hole])


def test_a_calm_sky_keeps_its_colour_beside_a_dark_wood():
    wood = 0.25 + 0.2 * np.random.default_rng(5).random((120, 160, 3)).astype(np.float32)
    picture = np.concatenate([np.full((80, 160, 3), 0.95, np.float32), wood])
    hole = np.ones((200, 260), bool)
    hole[:, 100:] = False
    picture = np.pad(picture, ((0, 0), (100, 0), (0, 0)), mode="edge")
    filled = fill(picture, hole, sharp=True)
    assert np.abs(filled[:50, :100] - 0.95).max() < 0.02


def test_a_photo_of_a_few_rows_gets_margins_though_none_is_whole_at_the_working_size():
    picture = np.pad(stripes(10, 1200), ((80, 85), (0, 0), (0, 0)), mode="edge")
    hole = np.ones(picture.shape[:2], bool)
    hole[80:90] = False
    filled = fill(picture, hole, sharp=True, layered=True)
    assert np.array_equal(filled[80:90], picture[80:90])
    assert np.isfinite(filled).all()
