"""Pyramids: sizes, means, colours and transparency on the screen, and the mask's levels."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColorSpace

from desktop_app.canvas.pyramid import MaskLevels, build, halved
from desktop_app.canvas.resample import rows_of
from engine.picture import Photo
from engine.project.mask import Mask
from engine.values import Box


def pixels_of(pyramid, level: int) -> np.ndarray:
    image = pyramid.image(level)
    return rows_of(image).copy()


def test_level_zero_of_a_plain_photo_is_its_own_memory(make_photo) -> None:
    photo = make_photo(700, 901)
    pyramid = build(photo)
    assert pyramid.levels[0] is photo.pixels
    assert [level.shape[:2] for level in pyramid.levels] == [(700, 901), (350, 451), (175, 226)]


def test_levels_keep_the_mean() -> None:
    pixels = np.zeros((512, 512, 3), np.uint8)
    pixels[::2, :, 0] = 200
    pixels[..., 2] = 80
    assert build(Photo(pixels)).levels[1][5, 5].tolist() == [100, 0, 80]


def test_sixteen_bits_become_eight(make_photo) -> None:
    photo = make_photo(64, 64, bits=16)
    pyramid = build(photo)
    assert pyramid.levels[0] is photo.pixels
    wanted = photo.pixels[..., ::-1] / 257
    assert np.abs(pixels_of(pyramid, 0)[..., :3].astype(float) - wanted).max() <= 1


def test_transparency_is_premultiplied() -> None:
    pixels = np.full((600, 600, 4), 200, np.uint8)
    pixels[..., 3] = 128
    pyramid = build(Photo(pixels))
    assert pyramid.transparent
    for level in (0, 1, 2):
        assert np.abs(pixels_of(pyramid, level)[3, 3].astype(int) - [100, 100, 100, 128]).max() <= 1


def test_an_opaque_fourth_band_counts_as_none(make_photo) -> None:
    assert not build(make_photo(32, 32, bands=4)).transparent


def test_a_wide_profile_is_converted_for_the_screen() -> None:
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[...] = (120, 160, 90)
    icc = QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb).iccProfile().data()
    screen = pixels_of(build(Photo(pixels, icc=bytes(icc))), 0)[4, 4]
    linear = (np.array([120, 160, 90]) / 255) ** (563 / 256)  # the curve of Adobe RGB (1998), section 4.3.4.2
    to_srgb = np.array([[1.3984, -0.3984, 0], [0, 1, 0], [0, -0.0429, 1.0429]])  # both have white D65
    wanted = 255 * (1.055 * (to_srgb @ linear) ** (1 / 2.4) - 0.055)
    assert np.abs(screen[2::-1] - wanted).max() <= 1.5


def test_halving_odd_sizes() -> None:
    values = np.array([[0, 100, 50], [100, 200, 50], [10, 20, 30]], np.uint8)
    assert halved(values).tolist() == [[100, 50], [15, 30]]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 700), st.integers(1, 80)), min_size=1, max_size=5))
def test_mask_levels_follow_strokes_box_by_box(dabs) -> None:
    mask = Mask(901, 703)
    levels = MaskLevels(mask.values)
    for x, y, radius in dabs:
        mask.begin()
        dirty = mask.line((x, y), (x, y), radius, erase=False)
        mask.end()
        if dirty is not None:
            levels.update(dirty)
    fresh = MaskLevels(mask.values)
    fresh.update(Box(0, 0, 901, 703))
    for index in range(levels.count):
        assert np.array_equal(levels.level(index), fresh.level(index))
