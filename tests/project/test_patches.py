"""Patches: exact, sparse, checked before anything is allocated."""

from __future__ import annotations

import io

import numpy as np
import pytest

from engine.errors import BadInput
from engine.project.patches import TILE, TRAILER, Patch, write_patch
from engine.project.store import Fresh, Store, fresh_mask, mask_member
from engine.values import Box


def packed(after: np.ndarray, before: np.ndarray | None = None, **options) -> tuple[Patch, Box | None]:
    file = io.BytesIO()
    box = write_patch(file, after, before, **options)
    return Patch(file.getvalue()), box


def pasted(patch: Patch, below: np.ndarray) -> np.ndarray:
    result = below.copy()
    for box, values, changed in patch.tiles():
        np.copyto(result[box.slices], values, where=True if changed is None else changed[..., None])
    return result


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("bands", [3, 4])
def test_a_patch_over_its_base_is_the_result_bit_for_bit(make_photo, bits, bands):
    before = make_photo(TILE + 70, TILE + 300, bits, bands).pixels
    after = before.copy()
    after[40:500, 480:700] = before.max() - after[40:500, 480:700]
    patch, box = packed(after, before)
    assert box == patch.box == Box(480, 40, 700, 500)
    assert patch.dtype == before.dtype
    assert np.array_equal(pasted(patch, before), after)


def test_pixels_that_did_not_change_let_another_picture_show(make_photo):
    before = make_photo(200, 200).pixels
    after = before.copy()
    after[50:100, 50:100] ^= 255
    other = before // 2
    result = pasted(packed(after, before)[0], other)
    outside = np.ones((200, 200), bool)
    outside[50:100, 50:100] = False
    assert np.array_equal(result[outside], other[outside])
    assert np.array_equal(result[50:100, 50:100], after[50:100, 50:100])


def test_pixels_equal_by_chance_inside_a_change_belong_to_it(make_photo):
    before = make_photo(64, 64).pixels
    after = before.copy()
    after[10:50, 10:50] ^= 255
    after[30, 30] = before[30, 30]
    result = pasted(packed(after, before)[0], before // 2)
    assert np.array_equal(result[30, 30], after[30, 30])


def test_nothing_changed_stores_nothing(make_photo):
    before = make_photo(600, 600).pixels
    file = io.BytesIO()
    assert write_patch(file, before.copy(), before) is None
    assert len(file.getvalue()) < 100
    assert Patch(file.getvalue()).box is None


def test_a_grown_frame_is_new_beyond_its_base(make_photo):
    before = make_photo(100, 120).pixels
    after = np.full((150, 160, 3), 9, np.uint8)
    after[20:120, 10:130] = before
    patch, box = packed(after, before, origin=(10, 20))
    assert box == Box(0, 0, 160, 150)
    canvas = np.zeros_like(after)
    canvas[20:120, 10:130] = before // 2
    result = pasted(patch, canvas)
    assert (result[:20] == 9).all()
    assert np.array_equal(result[25:115, 15:125], before[5:95, 5:115] // 2)


def test_a_mask_comes_back(make_photo, tmp_path):
    values = np.zeros((700, 900), np.uint8)
    values[100:650, 300:800] = np.arange(500, dtype=np.uint8)
    store = Store()
    store.hold(mask_member("a"), fresh_mask(values))
    assert np.array_equal(store.mask("a"), values)


@pytest.mark.parametrize("place", [5, 40, -1, -10, -30, -50])
def test_a_damaged_patch_is_refused(make_photo, place):
    file = io.BytesIO()
    write_patch(file, make_photo(100, 100).pixels)
    data = bytearray(file.getvalue())
    data[place] ^= 0xFF
    with pytest.raises(BadInput, match="damaged"):
        list(Patch(bytes(data)).tiles())


def test_an_absurd_size_is_refused_before_it_is_allocated():
    data = TRAILER.pack(2**20, 2**20, 0, 0, 1, 1, 3, 1, 0, TRAILER.size, b"OTPATCH1")
    with pytest.raises(BadInput, match="damaged"):
        Patch(data)


def test_a_tile_that_says_it_is_huge_is_refused(make_photo):
    import zstandard

    bomb = zstandard.ZstdCompressor(level=1).compress(bytes(50_000_000))
    table = np.array([len(bomb)], "<u4").tobytes()
    size = len(bomb) + len(table) + TRAILER.size
    trailer = TRAILER.pack(64, 64, 0, 0, 64, 64, 3, 1, 0, size, b"OTPATCH1")
    with pytest.raises(BadInput, match="damaged"):
        list(Patch(bomb + table + trailer).tiles())


def test_a_patch_in_memory_is_packed_when_it_is_first_wanted(make_photo):
    before, after = make_photo().pixels, make_photo(seed=1).pixels
    store = Store()
    store.hold("patches/a.patch", Fresh(after, before))
    assert np.array_equal(pasted(store.open("patches/a.patch"), before), after)
    assert np.array_equal(pasted(store.open("patches/a.patch"), before), after)
