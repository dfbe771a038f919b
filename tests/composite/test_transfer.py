"""Carrying a change from a small copy to the full photo."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.composite.transfer import carry


def photo(height: int, width: int, dtype: type = np.uint8, seed: int = 0) -> np.ndarray:
    """Forms, colours and fine detail."""
    generator = np.random.default_rng(seed)
    coarse = generator.random((6, 7, 3), dtype=np.float32)
    rgb = np.clip(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), 0, 1)
    for _ in range(8):
        at = (int(generator.integers(0, width)), int(generator.integers(0, height)))
        colour = tuple(float(value) for value in generator.random(3))
        cv2.circle(rgb, at, max(2, width // 12), colour, -1, cv2.LINE_AA)
    rgb = np.clip(rgb + generator.normal(0, 0.02, (height, width, 1)), 0, 1)
    return np.rint(rgb * np.iinfo(dtype).max).astype(dtype)


def small(full: np.ndarray, side: int = 160) -> np.ndarray:
    scale = side / max(full.shape[:2])
    size = (round(full.shape[1] * scale), round(full.shape[0] * scale))
    return cv2.resize(full, size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.iinfo(full.dtype).max


def graded(rgb: np.ndarray) -> np.ndarray:
    """A curve and a tint: warm, darker, more contrast."""
    curve = rgb**1.4
    return np.clip(curve * np.array([1.0, 0.9, 0.75], np.float32) + np.array([0.02, 0.0, 0.03], np.float32), 0, 1)


def gradients(rgb: np.ndarray) -> np.ndarray:
    luma = rgb.astype(np.float32).mean(axis=-1)
    return np.concatenate([np.diff(luma, axis=0).ravel(), np.diff(luma, axis=1).ravel()])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_no_change_is_bit_exact(dtype: type) -> None:
    full = photo(300, 400, dtype)
    copy = small(full)
    out = carry(full, copy, copy.copy())
    assert out.dtype == dtype
    assert np.array_equal(out, full)
    assert not np.shares_memory(out, full)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_grade_arrives_with_all_detail(dtype: type) -> None:
    full = photo(600, 800, dtype)
    copy = small(full)
    out = carry(full, copy, graded(copy)) / np.iinfo(dtype).max
    wanted = graded(full.astype(np.float32) / np.iinfo(dtype).max)
    assert np.abs(out - wanted).mean() < 0.008
    assert np.quantile(np.abs(out - wanted), 0.99) < 0.04
    assert np.corrcoef(gradients(out), gradients(wanted))[0, 1] > 0.99


def test_no_halo_beside_an_edge() -> None:
    full = np.full((400, 600, 3), 40, np.uint8)
    full[:, 300:] = 215
    copy = small(full)
    out = carry(full, copy, graded(copy)).astype(int)
    for side, flat in ((out[:, :299], out[200, 100]), (out[:, 301:], out[200, 500])):
        assert np.abs(side - flat).max() <= 3


def test_a_fine_gradient_has_no_bands_at_sixteen_bits() -> None:
    ramp = np.linspace(9000, 52000, 2400)
    full = np.rint(np.stack([ramp, 0.9 * ramp, 0.8 * ramp], axis=-1)).astype(np.uint16)[None].repeat(64, axis=0)
    copy = small(full, 600)
    steps = np.diff(carry(full, copy, graded(copy))[32].astype(int), axis=0)
    assert steps.min() >= 0
    assert steps.max() <= 4 * np.median(steps)


@pytest.mark.parametrize("kind", [np.float32, np.uint8])
def test_weight_bounds_the_change(kind: type) -> None:
    full = photo(300, 400, np.uint16)
    copy = small(full)
    weight = np.zeros((300, 400), kind)
    weight[100:200, 100:300] = 1 if kind is np.float32 else 255
    out = carry(full, copy, graded(copy), weight)
    assert np.array_equal(out[weight == 0], full[weight == 0])
    assert np.array_equal(out[weight > 0], carry(full, copy, graded(copy))[weight > 0])


def test_a_local_change_stays_local() -> None:
    full = photo(600, 800)
    copy = small(full, 400)
    after = copy.copy()
    after[:100, :133] = graded(copy[:100, :133])
    difference = np.abs(carry(full, copy, after).astype(int) - full)
    assert difference[:150, :200].mean() > 10
    assert difference[330:, 440:].max() <= 2
    assert difference[330:, 440:].mean() < 0.02


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.integers(1, 20),
    st.integers(1, 20),
    st.sampled_from([np.uint8, np.uint16]),
)
def test_any_size(height: int, width: int, low_height: int, low_width: int, dtype: type) -> None:
    generator = np.random.default_rng(height * 61 + width)
    full = generator.integers(0, np.iinfo(dtype).max, (height, width, 3), endpoint=True).astype(dtype)
    before = (
        cv2.resize(full, (low_width, low_height), interpolation=cv2.INTER_AREA).astype(np.float32) / np.iinfo(dtype).max
    )
    before = before.reshape(low_height, low_width, 3)
    out = carry(full, before, np.clip(before * 0.5, 0, 1))
    assert out.shape == full.shape
    assert out.dtype == dtype
    assert out.mean() <= full.mean() + 1


def test_what_does_not_fit_is_refused() -> None:
    full = photo(40, 50)
    copy = small(full, 20)
    with pytest.raises(ValueError, match="uint8 or uint16"):
        carry(full.astype(np.float32), copy, copy)
    with pytest.raises(ValueError, match="differ in shape"):
        carry(full, copy, copy[1:])
    with pytest.raises(ValueError, match="does not fit"):
        carry(full, copy, copy, np.ones((3, 3), np.float32))
