"""The damage that restorers learn from, and that they learn at all."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.restore import tiny
from training.core.recipe import Recipe
from training.restore.degrade import PAPER_SHIFT, RELEASED_SHIFT, Shift, damaged, locally_shifted, shifted
from training.restore.masks import draw
from training.restore.samples import Damage, SampleMaker, degraded
from training.restore.stages import Lesson, Settings, in_turn


def grey(value: float = 0.5) -> np.ndarray:
    return np.full((48, 64, 3), value, np.float32)


def test_shifts_keep_to_their_ranges_and_are_clamped():
    assert (PAPER_SHIFT.gain, PAPER_SHIFT.bias, RELEASED_SHIFT.gain) == (0.06, 0.05, 0.08)
    random = np.random.default_rng(0)
    values = np.array([shifted(grey(), PAPER_SHIFT, random)[0, 0, 0] for _ in range(500)])
    assert np.abs(values - 0.5).max() <= 0.03 + 0.05
    assert np.abs(values - 0.5).max() > 0.06
    one = shifted(np.random.default_rng(1).random((8, 8, 3), np.float32) * 0.5 + 0.2, PAPER_SHIFT, random)
    line = np.polyfit((np.random.default_rng(1).random((8, 8, 3), np.float32) * 0.5 + 0.2).ravel(), one.ravel(), 1)
    assert 0.94 <= line[0] <= 1.06
    assert shifted(grey(1.0), Shift(0.5, 0.5), random).max() <= 1


def test_a_local_shift_stops_at_the_mask_and_varies_in_it():
    random = np.random.default_rng(0)
    mask = np.zeros((48, 64), np.float32)
    mask[10:40, 10:50] = 1
    changed = locally_shifted(grey(), mask, RELEASED_SHIFT, random)
    assert np.array_equal(changed[mask == 0], grey()[mask == 0])
    inside = changed[mask == 1]
    assert inside.std(axis=0).min() > 1e-4
    assert np.abs(inside - 0.5).max() < 0.15


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_heavy_damage_keeps_size_range_and_the_picture_recognisable(make_photo, scale):
    picture = make_photo(64, 96).floats()
    random = np.random.default_rng(0)
    small = picture.reshape(64 // scale, scale, 96 // scale, scale, 3).mean(axis=(1, 3))
    for _ in range(12):
        made = damaged(picture, scale, random)
        assert made.shape == small.shape
        assert made.dtype == np.float32
        assert made.min() >= 0
        assert made.max() <= 1
        assert 0.003 < np.abs(made - small).mean() < 0.2


def test_masks_hold_both_sides_and_come_in_their_shares():
    random = np.random.default_rng(0)
    masks = [draw(64, random) for _ in range(300)]
    assert all(set(np.unique(mask)) == {0.0, 1.0} for mask in masks)
    frames = sum(bool(mask[0].all() or mask[-1].all() or mask[:, 0].all() or mask[:, -1].all()) for mask in masks)
    assert 0.3 < frames / 300 < 0.5


def test_outside_the_mask_a_sample_is_the_photo_unless_the_shift_is_everywhere(make_photo):
    truth = make_photo(64, 64).floats()
    random = np.random.default_rng(0)
    mask = np.zeros((64, 64), np.float32)
    mask[:32] = 1
    inside = degraded(truth, mask, 1, Damage(1.0, everywhere=0.0), random)
    assert np.array_equal(inside[32:], truth[32:])
    assert np.abs(inside[:32] - truth[:32]).mean() > 0.002
    everywhere = degraded(truth, mask, 1, Damage(0.0, everywhere=1.0), random)
    assert np.abs(everywhere[32:] - truth[32:]).mean() > 0.002


def test_training_gives_the_same_weights_again_and_moves_all_of_them(make_photo, tmp_path):
    photos = [make_photo(64, 64, seed=seed).rgb.copy() for seed in range(2)]

    def lesson(steps: int, rate: float = 1e-3) -> Lesson:
        recipe = Recipe(steps, 2, rate, weight_decay=0.0, validate_every=0, save_every=0)
        return Lesson(recipe, Settings(scale=2, patch=32))

    lessons = [lesson(2), lesson(1), lesson(1)]
    first, again = (in_turn(tiny.shape(2), photos, lessons, tmp_path / name, 1) for name in ("first", "again"))
    start = in_turn(tiny.shape(2), photos, [lesson(1, 1e-30)] * 3, tmp_path / "start", 1)
    for name, value in first.named_parameters():
        assert torch.equal(value, again.get_parameter(name)), name
        assert not torch.equal(value, start.get_parameter(name)), name


def test_samples_fit_the_network(make_photo):
    maker = SampleMaker([make_photo(80, 100).rgb], 64, 2, Damage(), 0)
    batch = maker.batch(3)
    assert (batch.decoded.shape, batch.truth.shape, batch.mask.shape) == (
        (3, 3, 32, 32),
        (3, 3, 64, 64),
        (3, 1, 64, 64),
    )
