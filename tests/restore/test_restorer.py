"""What the restorer promises of its pictures: exact preserved pixels, tiles without a trace, one result for a seed."""

from __future__ import annotations

import errno
import gc
import json
import weakref

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from engine.errors import BundleError, Cancelled, MachineError
from engine.restore import Restorer, load
from engine.restore import restorer as module
from engine.restore.extending import extended
from engine.restore.packing import pack
from engine.restore.prior import schedule
from engine.restore.restorer import tile_sides
from engine.restore.stored import CONFIG, WEIGHTS, describe, tensors_of
from engine.restore.streaming import Streamer, tiles
from tests.restore import tiny


def restorer(scale: int = 1, tile: int = 128, dtype: torch.dtype = torch.float32) -> Restorer:
    return Restorer({scale: tiny.network(scale)}, dtype=dtype, tile=tile)


@given(width=st.integers(1, 90), height=st.integers(1, 90), side=st.sampled_from([8, 16, 24]), halo=st.integers(0, 30))
def test_tiles_cover_a_map_once_and_windows_stay_inside(width, height, side, halo):
    covered = np.zeros((height, width), int)
    for tile in tiles(width, height, side, halo):
        covered[tile.own.slices] += 1
        window = np.zeros((height, width), int)[tile.window.slices]
        assert window.shape == (tile.window.height, tile.window.width)
        assert window[tile.inner.slices].shape == (tile.own.height, tile.own.width)
        for grown, own, edge in ((tile.window.left, tile.own.left, 0), (-tile.window.right, -tile.own.right, -width)):
            assert grown == max(own - halo, edge)
    assert (covered == 1).all()


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("tile", [8, 24, 128])
def test_tiles_give_what_the_whole_network_gives(scale, tile):
    decoded, preserved, mask = tiny.inputs(160 // scale, 224 // scale, scale)
    network = tiny.network(scale)
    reference = extended(preserved, decoded.repeat(scale, axis=0).repeat(scale, axis=1), mask)
    picture, reference, marked = (_tensor(each) for each in (decoded, reference, mask[..., None]))
    start = torch.randn(1, network.shape.prior, generator=torch.Generator().manual_seed(5))
    with torch.inference_mode():
        packed = pack(network.shape, picture, reference, marked)
        whole = network(packed, picture, start)[0].permute(1, 2, 0).clamp(0, 1).numpy()
    made = restorer(scale, tile).restore(decoded, preserved, mask, 5, scale)
    generated = mask == 1
    assert np.abs(made - whole)[generated].max() < 1e-5
    enlarged = decoded.repeat(scale, axis=0).repeat(scale, axis=1)
    assert np.abs(whole - enlarged)[generated].mean() > 0.05


def test_tiles_agree_in_half_precision():
    decoded, preserved, mask = tiny.inputs(150, 200)
    whole, tiled = (restorer(1, tile, torch.bfloat16).restore(decoded, preserved, mask, 0) for tile in (128, 8))
    assert np.abs(whole - tiled).max() < 1 / 255
    exact = restorer().restore(decoded, preserved, mask, 0)
    assert 0 < np.abs(whole - exact).max() < 0.02


@settings(max_examples=12, deadline=None)
@given(height=st.integers(1, 70), width=st.integers(1, 70), scale=st.sampled_from([1, 2, 4]))
def test_preserved_pixels_are_exact_at_any_size(height, width, scale):
    decoded, preserved, mask = tiny.inputs(height, width, scale)
    made = restorer(scale).restore(decoded, preserved, mask, 0, scale)
    assert made.shape == preserved.shape
    assert made.dtype == np.float32
    assert np.array_equal(made[mask == 0], preserved[mask == 0])
    assert made.min() >= 0
    assert made.max() <= 1


def test_a_soft_mask_blends_between_both():
    decoded, preserved, mask = tiny.inputs(64, 64)
    made = restorer().restore(decoded, preserved, np.full_like(mask, 0.25), 0)
    pure = restorer().restore(decoded, preserved, np.full_like(mask, 0.25 + 1e-7), 0)
    assert np.abs(made - pure).max() < 1e-4
    assert 0.01 < np.abs(made - preserved).mean() < 0.25


def test_a_mask_of_booleans_and_one_at_input_size_serve_as_well():
    decoded, preserved, _ = tiny.inputs(32, 40, 2)
    small = np.zeros((32, 40), bool)
    small[8:20, 10:30] = True
    large = small.repeat(2, axis=0).repeat(2, axis=1)
    by_small = restorer(2).restore(decoded, preserved, small, 0, 2)
    assert np.array_equal(by_small, restorer(2).restore(decoded, preserved, large.astype(np.float32), 0, 2))


def test_without_pixels_at_output_size_everything_is_made():
    decoded, _, _ = tiny.inputs(32, 40, 2)
    made = restorer(2).restore(decoded, decoded, np.zeros((32, 40)), 0, 2)
    assert made.shape == (64, 80, 3)
    assert not np.isclose(made, decoded.repeat(2, axis=0).repeat(2, axis=1)).all()


def test_the_seed_decides():
    decoded, preserved, mask = tiny.inputs(64, 64)
    first, again, other = (restorer().restore(decoded, preserved, mask, seed) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_lies_under_the_mask_in_the_photo_is_not_looked_at():
    decoded, preserved, mask = tiny.inputs(64, 64)
    mask = (mask > 0).astype(np.float32)
    hidden = np.where(mask[..., None] == 1, 0.5, preserved)
    first, second = (restorer().restore(decoded, each, mask, 0) for each in (preserved, hidden))
    assert np.array_equal(first, second)


def test_the_mask_is_seen():
    """Black preserved pixels and absent ones differ, unlike in the published layout."""
    decoded, preserved, _ = tiny.inputs(64, 64)
    masks = [np.ones((64, 64), np.float32) for _ in range(2)]
    masks[1][:32] = 0
    for sees_mask in (True, False):
        own = Restorer({1: tiny.network(sees_mask=sees_mask)}, dtype=torch.float32)
        whole, part = (own.restore(decoded, preserved * 0, mask, 0)[40:] for mask in masks)
        assert np.array_equal(whole, part) is not sees_mask


def test_tones_that_agree_need_no_reference():
    """Where nothing is preserved the reference is the decoded picture itself: no difference is seen."""
    decoded, _, mask = tiny.inputs(32, 32)
    packed = pack(tiny.shape(), *(_tensor(each) for each in (decoded, decoded, mask[..., None])))
    assert packed[:, 48:96].abs().max() == 0
    assert packed[:, :48].abs().max() > 0.9
    own = restorer()
    everything = np.ones((32, 32))
    first, second = (own.restore(decoded, other, everything, 0) for other in (decoded, decoded * 0))
    assert np.array_equal(first, second)


def test_the_published_form_takes_pixels_in_the_order_of_its_files():
    """Two unshuffles by 2 at scale 2, and black under the mask."""
    shape = tiny.shape(2, sees_mask=False)
    decoded, reference = torch.zeros(1, 3, 2, 2), torch.arange(16.0).view(1, 1, 4, 4).expand(1, 3, 4, 4) + 1
    packed = pack(shape, decoded, reference, torch.zeros(1, 1, 4, 4))
    assert packed.shape == (1, 60, 1, 1)
    rows = [1, 3, 9, 11, 2, 4, 10, 12, 5, 7, 13, 15, 6, 8, 14, 16]
    assert packed.flatten()[:12].tolist() == [0] * 12
    assert packed.flatten()[12:28].tolist() == rows
    assert pack(shape, decoded, reference, torch.ones(1, 1, 4, 4)).abs().max() == 0


def _tensor(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(picture).permute(2, 0, 1)[None]


def test_steps_are_counted_to_the_end():
    steps: list[tuple[int, int]] = []
    restorer().restore(*tiny.inputs(40, 40), 0, on_step=lambda done, total: steps.append((done, total)))
    assert [done for done, _ in steps] == list(range(1, len(steps) + 1))
    assert {total for _, total in steps} == {len(steps)}


@pytest.mark.parametrize("asked", [0, 1, 7, 100])
def test_cancelling_stops_before_the_next_tile_and_leaves_no_trace(asked):
    arrays = tiny.inputs(96, 96)
    own = restorer(1, 8)
    count = iter(range(1000))
    with pytest.raises(Cancelled):
        own.restore(*arrays, 0, cancel=lambda: next(count) >= asked)
    assert next(count) == asked + 1
    assert np.array_equal(own.restore(*arrays, 0), restorer(1, 8).restore(*arrays, 0))


@pytest.mark.parametrize(
    "fault",
    [
        MemoryError(),
        torch.OutOfMemoryError("full"),
        RuntimeError("DefaultCPUAllocator: can't allocate"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_short_memory_is_answered_by_smaller_tiles_then_by_one_line(monkeypatch, fault):
    arrays = tiny.inputs(64, 64)
    plain = restorer().restore(*arrays, 0)
    run, sides, released = Streamer.run, [], []
    monkeypatch.setattr(module, "release", lambda: released.append(True))

    def short(self, start, least):
        sides.append(self._side)
        if self._side > least:
            raise fault
        return run(self, start)

    monkeypatch.setattr(Streamer, "run", lambda self, start: short(self, start, 32))
    assert np.abs(restorer().restore(*arrays, 0) - plain).max() < 1e-5
    assert sides == [128, 64, 32] == list(tile_sides(128))
    assert len(released) == 2
    monkeypatch.setattr(Streamer, "run", lambda self, start: short(self, start, 0))
    with pytest.raises(MachineError, match="not enough memory"):
        restorer().restore(*arrays, 0)


def test_other_faults_are_not_taken_for_short_memory(monkeypatch):
    def broken(_self, _start):
        raise RuntimeError("something else")

    monkeypatch.setattr(Streamer, "run", broken)
    with pytest.raises(RuntimeError, match="something else"):
        restorer().restore(*tiny.inputs(32, 32), 0)


def test_values_that_are_not_finite_are_computed_again_in_float32(monkeypatch):
    arrays = tiny.inputs(64, 64)
    run, seen = Streamer.run, []

    def overflowing(self, start):
        seen.append(self._dtype)
        made = run(self, start)
        return made if self._dtype is torch.float32 else made * torch.inf

    monkeypatch.setattr(Streamer, "run", overflowing)
    made = restorer(dtype=torch.bfloat16).restore(*arrays, 0)
    assert seen == [torch.bfloat16, torch.float32]
    assert np.array_equal(made, restorer().restore(*arrays, 0))


def test_one_network_at_a_time_is_held_besides_those_of_the_bundle():
    """In float32 on a CPU these serve themselves; in another type or at another scale the last copy goes."""
    networks = {scale: tiny.network(scale) for scale in (1, 2)}
    own = Restorer(networks, torch.device("cpu"), torch.float32)
    assert own._ready(1, torch.float32) is networks[1]
    copies = [weakref.ref(own._ready(scale, torch.bfloat16)) for scale in (1, 2)]
    gc.collect()
    assert copies[0]() is None
    assert copies[1]() is own._ready(2, torch.bfloat16)
    assert next(networks[2].G.parameters()).dtype == torch.float32


def test_weights_that_give_nothing_finite_are_named():
    network = tiny.network()
    with torch.no_grad():
        network.G.patch_embed.proj.weight[0] = torch.nan
    with pytest.raises(BundleError, match="no finite picture"):
        Restorer({1: network}).restore(*tiny.inputs(32, 32), 0)


def test_bad_arrays_and_scales_are_refused():
    decoded, preserved, mask = tiny.inputs(32, 40)
    own = restorer()
    for wrong in (
        (decoded[:-1], preserved, mask),
        (decoded, preserved, mask[:-1]),
        (decoded[..., :2], preserved, mask),
    ):
        with pytest.raises(ValueError, match="fit"):
            own.restore(*wrong, 0)
    with pytest.raises(ValueError, match="not finite"):
        own.restore(decoded * np.nan, preserved, mask, 0)
    with pytest.raises(BundleError, match=r"at ×1, not at ×2"):
        own.restore(decoded, preserved, mask, 0, 2)


class Folder:
    """A bundle as the restorer sees it."""

    def __init__(self, root):
        self._root = root

    def has(self, path):
        return (self._root / path).is_file()

    def tensors(self, path):
        from safetensors.torch import load_file

        return load_file(self._root / path)

    def json(self, path):
        return json.loads((self._root / path).read_text())


def test_loading_from_a_bundle(tmp_path):
    bundle = Folder(tmp_path)
    assert load(bundle) is None
    network = tiny.network(2)
    (tmp_path / "own").mkdir()
    save_file(tensors_of({2: network}), tmp_path / WEIGHTS)
    (tmp_path / CONFIG).write_text(json.dumps(describe([network.shape])))
    loaded = load(bundle)
    assert loaded is not None
    assert loaded.scales == (2,)
    arrays = tiny.inputs(32, 32, 2)
    assert np.array_equal(loaded.restore(*arrays, 0, 2), Restorer({2: network}).restore(*arrays, 0, 2))


def test_the_schedule_is_that_of_the_paper():
    tables = schedule(4)
    assert np.allclose(tables["betas"], [0.1, 0.294, 0.591, 0.99], atol=5e-4)
    # The last step takes the clean estimate alone.
    assert tables["posterior_mean_coef1"][0] == pytest.approx(1)
    assert tables["posterior_mean_coef2"][0] == 0
