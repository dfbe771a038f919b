"""Colours between a photo's profile and the working space, and mixing in light."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from engine.colour import SRGB_PRIMARIES, PhotoColour, converted, linear_profile, srgb_light, srgb_profile
from engine.composite.blend import paste
from engine.composite.crop import WorkingCrop
from engine.values import Box

ADOBE = (0.64, 0.33, 1.0, 0.21, 0.71, 1.0, 0.15, 0.06, 1.0)


@pytest.fixture(params=["adobe", "linear", "narrow"])
def profile(request) -> bytes:
    return {
        "adobe": linear_profile(ADOBE, 2.2),
        "linear": linear_profile(),
        "narrow": linear_profile(SRGB_PRIMARIES, 1.8),
    }[request.param]


def test_srgb_under_any_name_is_not_converted():
    values = np.random.default_rng(0).random((4, 5, 3), np.float32)
    for icc in (None, srgb_profile(), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), b"junk"):
        colour = PhotoColour(icc)
        assert colour.to_working(values) is values
        assert colour.from_working(values) is values
    assert not PhotoColour(b"junk").usable


def test_there_and_back_is_the_identity_and_agrees_with_littlecms(profile):
    colour = PhotoColour(profile, 65535)
    values = np.random.default_rng(1).random((40, 50, 3), np.float32) * 0.8 + 0.1
    own = colour.from_working(values)
    assert np.abs(colour.to_working(own) - values).max() < 2e-3
    codes = np.rint(values * 255).astype(np.uint8)
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.ImageCmsProfile(io.BytesIO(profile)), "RGB", "RGB", 1
    )
    applied = ImageCms.applyTransform(Image.fromarray(codes), transform)
    assert applied is not None
    truth = np.asarray(applied) / 255
    assert np.abs(truth - colour.from_working(codes.astype(np.float32) / 255)).max() < 2.5 / 255


def test_a_change_keeps_what_srgb_lacks():
    colour = PhotoColour(linear_profile(ADOBE, 2.2))
    own = np.array([[0.02, 0.98, 0.05], [0.5, 0.5, 0.5]], np.float32)
    before = colour.to_working(own)
    assert before.min() >= 0
    assert np.abs(colour.changed(own, before, before) - own).max() < 1e-5


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_mixing_happens_in_light(dtype, profile):
    white = int(np.iinfo(dtype).max)
    for icc in (None, profile):
        colour = PhotoColour(icc, white)
        old, new = np.zeros((1, 3), dtype), np.ones((1, 3), np.float32)
        mixed = colour.blend(old, new, np.array([0.5], np.float32)) / white
        light = PhotoColour(icc).to_working(mixed.astype(np.float32))
        assert np.abs(srgb_light(light) - 0.5).max() < 0.01
        codes = np.arange(0, white + 1, max(white // 500, 1)).astype(dtype)[:, None].repeat(3, axis=1)
        own = codes.astype(np.float32) / white
        assert np.array_equal(colour.blend(codes, own, np.full(len(codes), 0.3, np.float32)), codes)
        assert np.array_equal(colour.blend(codes, own[::-1], np.ones(len(codes), np.float32)), codes[::-1])


def test_a_colour_ends_as_the_same_colour_in_the_photo(profile):
    photo = np.full((30, 40, 3), 20000, np.uint16)
    wanted = np.array([0.8, 0.3, 0.2], np.float32)
    crop = WorkingCrop(Box(5, 5, 25, 25), 20, 20)
    blend = np.zeros((20, 20), np.float32)
    blend[5:15, 5:15] = 1
    out = paste(photo, np.broadcast_to(wanted, (20, 20, 3)).copy(), crop, blend, PhotoColour(profile, 65535))
    assert np.array_equal(out[:10], photo[:10])
    assert np.abs(converted(out, profile, None)[12, 12] / 65535 - wanted).max() < 1e-3
