"""The paste: nothing outside the blend mask changes, at any size, depth and mask."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.composite.blend import blend_mask, denoise_mask, feather, grow, paste
from engine.composite.crop import WorkingCrop, context_box, mask_box
from engine.composite.ring import match_ring
from engine.values import Box, Region


@st.composite
def cases(draw):
    height, width = draw(st.integers(9, 120)), draw(st.integers(9, 120))
    left, top = draw(st.integers(0, width - 4)), draw(st.integers(0, height - 4))
    right, bottom = draw(st.integers(left + 2, width)), draw(st.integers(top + 2, height))
    longest = draw(st.sampled_from([16, 48, 4096]))
    seed = draw(st.integers(0, 2**16))
    bands, dtype = draw(st.sampled_from([3, 4])), draw(st.sampled_from([np.uint8, np.uint16]))
    return height, width, Box(left, top, right, bottom), longest, seed, bands, dtype


@settings(max_examples=120, deadline=None)
@given(cases())
def test_nothing_changes_where_the_blend_mask_is_zero(case):
    height, width, box, longest, seed, bands, dtype = case
    generator = np.random.default_rng(seed)
    photo = generator.integers(0, np.iinfo(dtype).max, (height, width, bands), dtype, endpoint=True)
    crop = WorkingCrop.fit(box, longest)
    changed = generator.random((crop.height, crop.width)) > generator.random()
    blend = blend_mask(changed, crop)
    result = paste(photo, generator.random((crop.height, crop.width, 3), dtype=np.float32), crop, blend)
    outside = np.ones((height, width), bool)
    outside[box.slices] = blend == 0
    assert np.array_equal(result[outside], photo[outside])
    if bands == 4:
        assert np.array_equal(result[..., 3], photo[..., 3])


@settings(max_examples=60, deadline=None)
@given(cases())
def test_pasting_the_crop_itself_at_full_scale_is_the_identity(case):
    height, width, box, _, seed, bands, dtype = case
    generator = np.random.default_rng(seed)
    photo = generator.integers(0, np.iinfo(dtype).max, (height, width, bands), dtype, endpoint=True)
    crop = WorkingCrop.fit(box, 4096)
    same = crop.take(photo[..., :3]) / np.iinfo(dtype).max
    result = paste(photo, same, crop, np.ones((box.height, box.width), np.float32))
    assert np.array_equal(result, photo)


@given(st.integers(8, 5000), st.integers(8, 5000), st.data())
def test_the_context_box_holds_the_region_and_stays_inside(width, height, data):
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    region = Box(left, top, data.draw(st.integers(left + 1, width)), data.draw(st.integers(top + 1, height)))
    box = context_box(region, width, height)
    assert box == box.clip(width, height)
    assert box.union(region) == box
    assert box.width >= min(512, width)
    assert box.height >= min(512, height)


def test_a_scaled_crop_keeps_its_proportions():
    crop = WorkingCrop.fit(Box(10, 20, 1210, 620), 600)
    assert (crop.width, crop.height) == (600, 300)
    assert crop.from_photo(Box(10, 20, 210, 120)) == Box(0, 0, 100, 50)


def test_masks_grow_and_soften_outward_only():
    mask = np.zeros((60, 60), np.float32)
    mask[20:40, 20:40] = 1
    painted, named = denoise_mask(Region(mask, "mask")), denoise_mask(Region(mask, "words"))
    assert painted[20:40, 20:40].all()
    assert named.sum() >= painted.sum() > (mask > 0).sum()
    soft = feather(mask > 0, 5)
    assert (soft[mask > 0] == 1).all()
    assert soft[20, 14] == 0
    assert 0 < soft[30, 17] < 1
    assert grow(mask > 0, 3)[30, 17]
    assert mask_box(mask) == Box(20, 20, 40, 40)
    assert mask_box(np.zeros((4, 4))) is None


def test_ring_match_undoes_a_gain_and_a_bias():
    generator = np.random.default_rng(1)
    truth = np.clip(0.5 + generator.normal(0, 0.1, (80, 80, 3)), 0.3, 0.95).astype(np.float32)
    mask = np.zeros((80, 80), bool)
    mask[25:55, 25:55] = True
    drifted = (truth**2.2 * 0.8 - 0.01).astype(np.float32) ** (1 / 2.2)
    fixed = match_ring(drifted, truth, mask)
    assert np.abs(drifted - truth)[mask].mean() > 0.02
    assert np.abs(fixed - truth)[mask].mean() < 0.006
    assert match_ring(truth, truth, mask) is truth
