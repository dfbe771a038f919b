"""The arithmetic of fit, zoom and pan."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.canvas.view import KEEP, MARGIN, MAX_ZOOM, View

sizes = st.tuples(st.integers(16, 20000), st.integers(16, 20000))
windows = st.tuples(st.integers(200, 4000), st.integers(200, 3000))


@given(sizes, windows)
def test_fit_shows_the_whole_photo_and_never_enlarges(photo, window) -> None:
    view = View(photo, window).fit()
    assert view.zoom <= 1
    assert view.left >= MARGIN - 1
    assert view.top >= MARGIN - 1
    right, bottom = view.to_window(*photo)
    assert right <= window[0] - MARGIN + 1
    assert bottom <= window[1] - MARGIN + 1


@given(sizes, windows, st.floats(0.02, 32), st.floats(0, 1), st.floats(0, 1))
def test_zoom_keeps_the_point_under_the_cursor(photo, window, zoom, across, down) -> None:
    before = View(photo, window).fit()
    left, top = before.to_window(0, 0)
    right, bottom = before.to_window(*photo)
    x, y = left + across * (right - left), top + down * (bottom - top)
    after = before.zoom_at(zoom, x, y)
    point, now = before.to_photo(x, y), after.to_photo(x, y)
    slack = 1.5 / after.zoom + KEEP / after.zoom  # whole device pixels, and the strip that stays in sight
    assert after.zoom == pytest.approx(min(max(zoom, before.min_zoom), MAX_ZOOM))
    assert now[0] == pytest.approx(point[0], abs=slack)
    assert now[1] == pytest.approx(point[1], abs=slack)


def test_zoom_at_the_middle_is_exact_to_a_pixel() -> None:
    fitted = View((6000, 4000), (1000, 800)).fit()
    view = fitted.zoom_at(1.0, 500, 400)
    assert view.to_photo(500, 400) == pytest.approx(fitted.to_photo(500, 400), abs=0.51)
    assert view.left == int(view.left)


@given(sizes, windows, st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_photo_cannot_be_lost(photo, window, dx, dy) -> None:
    view = View(photo, window).fit().zoom_at(1.0, 100, 100).panned(dx, dy)
    seen = view.seen()
    assert seen.width > 0
    assert seen.height > 0


def test_steps_go_through_round_zooms() -> None:
    view = View((6000, 4000), (1000, 800)).fit()
    zooms = []
    for _ in range(30):
        view = view.stepped(True, 500, 400)
        zooms.append(view.zoom)
    assert 1 in zooms
    assert 2 in zooms
    assert zooms[-1] == MAX_ZOOM
    for _ in range(40):
        view = view.stepped(False, 500, 400)
    assert view.zoom == pytest.approx(view.min_zoom, rel=1)


def test_resizing_keeps_fit_fitted_and_the_middle_in_the_middle() -> None:
    view = View((6000, 4000), (1000, 800)).fit().resized(500, 400)
    assert view == View((6000, 4000), (500, 400)).fit()
    near = View((6000, 4000), (1000, 800)).fit().zoom_at(1, 500, 400).resized(600, 600)
    assert near.to_photo(300, 300) == pytest.approx((3000, 2000), abs=4)  # half a device pixel of the fitted view


@pytest.mark.parametrize(("zoom", "level"), [(2, 0), (1, 0), (0.9, 0), (0.5, 1), (0.3, 1), (0.25, 2), (0.01, 5)])
def test_level_has_a_pixel_for_every_device_pixel(zoom, level) -> None:
    assert View((6000, 4000), (1000, 800), zoom).level(6) == level
