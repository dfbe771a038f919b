"""Carrying preserved colours beyond the border of the mask."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.restore.extending import FADING, extended, pushed_and_pulled
from engine.restore.matching import matched


@settings(max_examples=30, deadline=None)
@given(height=st.integers(1, 60), width=st.integers(1, 60), seed=st.integers(0, 99))
def test_preserved_pixels_stay_and_the_rest_keeps_to_their_range(height, width, seed):
    random = np.random.default_rng(seed)
    picture = random.random((height, width, 3), np.float32)
    mask = (random.random((height, width)) < 0.6).astype(np.float32)
    mask.flat[random.integers(mask.size)] = 0
    made = pushed_and_pulled(picture, mask)
    assert np.array_equal(made[mask == 0], picture[mask == 0])
    known = picture[mask == 0]
    assert (made >= known.min(axis=0) - 1e-4).all()
    assert (made <= known.max(axis=0) + 1e-4).all()


def test_what_is_hidden_does_not_show_and_a_ramp_goes_on_across_a_hole():
    ramp = np.repeat(np.linspace(0.2, 0.8, 64, dtype=np.float32)[None, :, None], 64, axis=0).repeat(3, axis=2)
    mask = np.zeros((64, 64), np.float32)
    mask[20:44, 20:44] = 1
    hidden = np.where(mask[..., None] == 1, 0, ramp)
    made = pushed_and_pulled(hidden, mask)
    assert np.array_equal(made, pushed_and_pulled(ramp, mask))
    assert np.abs(made - ramp).mean(where=mask[..., None] == 1) < 0.04
    assert made[30, 40, 0] > made[30, 24, 0] + 0.08


def test_a_step_of_tone_at_the_border_shows_everywhere_in_the_generated_part():
    photo = np.full((40, 80, 3), 0.5, np.float32)
    mask = np.zeros((40, 80), np.float32)
    mask[:, 20:] = 1
    decoded = photo + np.where(mask == 1, np.float32(0.1), 0)[..., None]
    seen = (extended(photo, decoded, mask) - decoded)[20, :, 0]
    assert np.abs(seen[:20]).max() < 1e-6
    assert np.allclose(seen[20:], -0.1, atol=0.005)


def test_at_the_border_what_remains_of_a_step_shows_and_fades_away_from_it():
    random = np.random.default_rng(0)
    photo = np.full((40, 80, 3), 0.5, np.float32)
    photo[:, 40:] = random.random((40, 40, 3), np.float32)  # another thing, which no tone can match
    mask = np.zeros((40, 80), np.float32)
    mask[:, 20:40] = 1
    far = np.abs(extended(photo, photo, mask) - matched(photo, photo, mask))[:, 20:40].mean(axis=(0, 2))
    assert far[-1] > 0.02
    assert far[-1 - round(3 * FADING)] < 0.1 * far[-1]


def test_where_nothing_is_preserved_the_reference_is_the_decoded_picture():
    random = np.random.default_rng(0)
    photo, decoded = random.random((2, 16, 16, 3), np.float32)
    assert np.array_equal(extended(photo, decoded, np.ones((16, 16), np.float32)), decoded)
