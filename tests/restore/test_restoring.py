"""Restoring a photo outside of an edit, and the command that does it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import typer

from engine import restoring
from engine.clock import Clock
from engine.commands.restore import restore as command
from engine.errors import BadInput, BundleError, Cancelled
from engine.files import read_photo, write_photo
from engine.picture import Photo
from engine.pipeline import STEPS, Engine
from engine.restore import Restorer
from engine.values import Box, StageEvent, StepEvent
from tests.restore import tiny


def parts(*scales: int):
    """A bundle's parts as far as restoring looks at them."""
    networks = {scale: tiny.network(scale) for scale in scales}
    return SimpleNamespace(restorer=Restorer(networks, dtype=torch.float32) if networks else None)


def run(own, photo: Photo, mask=None, scale=1, seed=0, on_event=lambda _event: None, cancel=lambda: False):
    return restoring.restore(own, Clock(STEPS, on_event, cancel), photo, mask, scale, seed, "tiny")


@pytest.fixture
def mask() -> np.ndarray:
    marked = np.zeros((96, 128), np.uint8)
    marked[30:60, 40:80] = 255
    marked[30] = 100
    return marked


@pytest.mark.parametrize(("bits", "bands"), [(8, 3), (16, 3), (8, 4), (16, 4)])
def test_outside_the_mask_nothing_changes_at_any_depth(make_photo, mask, bits, bands):
    photo = make_photo(96, 128, bits, bands)
    result = run(parts(1), photo, mask)
    (made,) = result.images
    assert made.pixels.dtype == photo.pixels.dtype
    assert np.array_equal(made.pixels[mask == 0], photo.pixels[mask == 0])
    assert np.array_equal(made.pixels[..., 3:], photo.pixels[..., 3:])
    assert (made.pixels[mask == 255] != photo.pixels[mask == 255]).mean() > 0.5
    assert result.changed_box == Box(0, 30, 128, 60)
    assert result.steps["restore"].status == result.steps["composite"].status == "done"
    assert result.steps["decode"].status == "skipped: not needed"


def test_a_small_mask_in_a_large_photo_is_restored_from_its_surroundings(make_photo):
    photo = make_photo(700, 900)
    mask = np.zeros((700, 900), np.uint8)
    mask[10:40, 10:40] = 255
    seen = []
    own = parts(1)
    whole = own.restorer.restore
    own.restorer.restore = lambda decoded, *rest: seen.append(decoded.shape) or whole(decoded, *rest)
    run(own, photo, mask)
    assert seen == [(512, 512, 3)]


@pytest.mark.parametrize(("scale", "bits"), [(1, 8), (2, 16), (4, 8)])
def test_a_whole_photo_is_restored_and_enlarged_with_its_transparency(make_photo, scale, bits):
    photo = make_photo(24, 40, bits, 4)
    photo = photo.with_pixels(np.dstack([photo.rgb, np.tile(np.arange(40, dtype=photo.pixels.dtype), (24, 1))]))
    (made,) = run(parts(scale), photo, scale=scale).images
    assert made.pixels.shape == (24 * scale, 40 * scale, 4)
    assert made.pixels.dtype == photo.pixels.dtype
    middle = made.pixels[:, scale:-scale:scale, 3].astype(float)
    assert np.abs(middle - np.arange(1, 39)).max() <= 1
    coarse = made.rgb.reshape(24, scale, 40, scale, 3).mean(axis=(1, 3)) / photo.white
    assert np.abs(coarse - photo.floats()).mean() > 0.01


def test_events_and_cancelling(make_photo, mask):
    events = []
    run(parts(1), make_photo(96, 128), mask, on_event=events.append)
    assert [event.step for event in events if isinstance(event, StageEvent)] == ["restore", "composite"]
    steps = [event for event in events if isinstance(event, StepEvent)]
    assert steps[-1].done == steps[-1].total == len(steps)
    asked = iter([False] * 9 + [True] * 1000)
    with pytest.raises(Cancelled):
        run(parts(1), make_photo(96, 128), mask, cancel=lambda: next(asked))


def test_what_cannot_be_is_refused(make_photo, mask):
    photo = make_photo(96, 128)
    with pytest.raises(BundleError, match="the tiny bundle has no weights"):
        run(parts(), photo)
    with pytest.raises(BundleError, match=r"at ×1, ×4, not at ×2"):
        run(parts(1, 4), photo, scale=2)
    with pytest.raises(BadInput, match="×3"):
        run(parts(1), photo, scale=3)
    with pytest.raises(BadInput, match="the photo 128 × 96"):
        run(parts(1), photo, mask[:-1])
    with pytest.raises(BadInput, match="empty"):
        run(parts(1), photo, mask * 0)


class TinyEngine:
    """An engine with a tiny restorer."""

    def restore(self, photo, mask, scale, seed, on_event):
        return run(parts(1, 2), photo, mask, scale, seed, on_event)


@pytest.fixture
def overtone(monkeypatch):
    """The command alone, on a tiny engine."""
    monkeypatch.setattr(Engine, "load", classmethod(lambda _cls, _name: TinyEngine()))
    app = typer.Typer()
    app.command()(command)
    return lambda *arguments: app([str(argument) for argument in arguments], standalone_mode=False)


def test_the_command_writes_beside_the_photo_and_reports(overtone, make_photo, tmp_path, capsys, mask):
    photo = make_photo(96, 128, 16)
    write_photo(photo, tmp_path / "photo.png")
    write_photo(Photo(np.repeat(mask[..., None], 3, axis=2)), tmp_path / "mask.png")
    overtone(tmp_path / "photo.png", "--mask", tmp_path / "mask.png", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["outputs"] == [str(tmp_path / "photo-edit-1.png")]
    assert report["plan"]["operations"][0]["op"] == "restore"
    made = read_photo(tmp_path / "photo-edit-1.png").pixels
    assert np.array_equal(made[mask == 0], photo.pixels[mask == 0])
    overtone(tmp_path / "photo.png", "--scale", 2, "--out", tmp_path / "large.png")
    assert capsys.readouterr().out == f"The photo was restored.\nWrote {tmp_path / 'large.png'}\n"
    assert read_photo(tmp_path / "large.png").pixels.shape == (192, 256, 3)
    with pytest.raises(BadInput, match="no folder"):
        overtone(tmp_path / "photo.png", "--out", tmp_path / "absent" / "a.png")
