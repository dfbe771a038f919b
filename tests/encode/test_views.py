"""What the image tower is shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.encode.views import square_views


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.booleans(), st.integers(0, 2**16))
def test_views_are_square_and_in_range(height, width, cut, seed):
    random = np.random.default_rng(seed)
    rgb = random.random((height, width, 3), dtype=np.float32)
    shown = (random.random((height, width)) > 0.5).astype(np.float32) if cut else None
    for view in square_views(rgb, shown, 64):
        assert view.shape == (64, 64, 3)
        assert view.dtype == np.float32
        assert view.min() >= 0
        assert view.max() <= 1


def test_what_does_not_show_does_not_count():
    random = np.random.default_rng(0)
    rgb = random.random((60, 80, 3), dtype=np.float32)
    shown = np.zeros((60, 80), np.float32)
    shown[10:40, 20:70] = 1
    other = np.where(shown[..., None] > 0, rgb, random.random(rgb.shape, dtype=np.float32))
    other[0, 0] = np.nan
    for first, second in zip(square_views(rgb, shown, 64), square_views(other, shown, 64), strict=True):
        assert np.array_equal(first, second)
    wide = np.pad(rgb, ((30, 5), (9, 40), (0, 0)))
    for first, second in zip(
        square_views(rgb, shown, 64), square_views(wide, np.pad(shown, ((30, 5), (9, 40))), 64), strict=True
    ):
        assert np.array_equal(first, second)


def test_number_of_views():
    rgb = np.zeros((40, 80, 3), np.float32)
    assert len(square_views(rgb, None, 32)) == 2
    assert len(square_views(rgb[:, :42], None, 32)) == 1
    assert len(square_views(rgb, np.eye(40, 80, dtype=np.float32), 32)) == 3
    assert len(square_views(rgb, np.eye(40, 80, dtype=np.float32), 32, thorough=False)) == 1
    assert len(square_views(rgb, np.ones((40, 80), np.float32), 32)) == 2


def test_a_cut_out_stands_in_the_middle_on_three_grounds():
    rgb = np.zeros((100, 100, 3), np.float32)
    shown = np.zeros((100, 100), np.float32)
    shown[:, 30:70] = 1
    corners = [view[0, 0].mean() for view in square_views(rgb, shown, 100)]
    assert corners == pytest.approx([0.5, 1.0, 1.0])
    for view in square_views(rgb, shown, 100):
        assert view[50, 50].max() == 0
        assert np.allclose(view, view[:, ::-1], atol=0.02)


def test_nothing_visible_is_plain_ground():
    views = square_views(np.ones((9, 9, 3), np.float32), np.zeros((9, 9), np.float32), 16)
    assert [float(view.std()) for view in views] == pytest.approx([0, 0, 0])
