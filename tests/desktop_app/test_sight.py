"""The sight of the photo: side by side, overview, pixel grid, expanded pictures, 16 bits, the screen's colours."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColorSpace, QGuiApplication, QImage, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import desktop_app
from desktop_app.canvas.canvas import Canvas
from desktop_app.canvas.navigator import Navigator
from desktop_app.canvas.pyramid import Pyramid, build
from desktop_app.canvas.resample import picture, sample
from desktop_app.canvas.scene import Compare
from desktop_app.canvas.view import View
from engine.picture import Photo
from engine.project.mask import Mask

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SRGB = QColorSpace(QColorSpace.NamedColorSpace.SRgb)


def pixels_of(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows.reshape(image.height(), -1, 4)[:, : image.width(), 2::-1].astype(int)


def flat(value: int | tuple[int, int, int], width: int = 1200, height: int = 800) -> Pyramid:
    return build(Photo(np.full((height, width, 3), value, np.uint8)))


@pytest.fixture
def canvas(qtbot, look) -> Iterator[Canvas]:
    canvas = Canvas(look)
    canvas.resize(602, 400)
    canvas.show_photo(flat(210), Mask(1200, 800))
    with qtbot.waitExposed(canvas):
        canvas.show()
    yield canvas
    canvas.close()
    canvas.deleteLater()


def test_side_by_side_shows_the_same_place_twice_and_moves_both(canvas) -> None:
    before, after = (np.zeros((800, 1200, 3), np.uint8) for _ in range(2))
    before[400:440, 600:640], after[400:440, 600:640] = (255, 0, 0), (0, 255, 0)
    canvas.show_pictures(build(Photo(after)), build(Photo(before)))
    canvas.set_compare(Compare.side)
    assert canvas.view.window == (300, 400)
    assert canvas.view.fitted
    canvas.zoom_to(1.0)
    QTest.mousePress(canvas, LEFT, NONE, QPoint(100, 200))
    QTest.mouseMove(canvas, QPoint(130, 170))
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(130, 170))
    left, top = (round(value) for value in canvas.view.to_window(600, 400))
    shown = pixels_of(canvas.grab().toImage())
    assert shown[top + 20, left + 20].tolist() == [255, 0, 0]
    assert shown[top + 20, left + 20 + 302].tolist() == [0, 255, 0]
    assert canvas.photo_point(QPointF(310, 50)) == canvas.photo_point(QPointF(8, 50))
    canvas.set_compare(Compare.after)
    assert canvas.view.window == (602, 400)


def test_zoom_at_the_cursor_works_in_the_second_pane_too(canvas) -> None:
    canvas.show_pictures(flat(10), flat(20))
    canvas.set_compare(Compare.side)
    place = QPointF(450, 150)
    point = canvas.photo_point(place)
    canvas.look_at(canvas.view.zoom_at(2.0, *canvas.device(place)))
    assert canvas.photo_point(place) == pytest.approx(point, abs=1)


def test_a_picture_before_an_expand_lies_where_it_is_in_the_expanded_one(canvas) -> None:
    small = np.full((400, 600, 3), 90, np.uint8)
    small[0, 0] = (255, 0, 255)
    canvas.show_pictures(flat(210), build(Photo(small)), (300, 200))
    canvas.zoom_to(1.0)
    canvas.set_compare(Compare.before)
    canvas.look_at(canvas.view.panned(200, 150))
    x, y = (round(value) for value in canvas.view.to_window(300, 200))
    shown = pixels_of(canvas.grab().toImage())
    assert shown[y, x].tolist() == [255, 0, 255]
    assert shown[y + 50, x + 50].tolist() == [90] * 3
    assert shown[y + 50, x - 5].tolist() == shown[0, 0].tolist()  # nothing was there before


def test_the_overview_hides_when_all_is_seen_and_is_dragged_elsewhere(canvas, look) -> None:
    navigator = Navigator(look, canvas)
    assert not navigator.isVisible()
    canvas.zoom_to(1.0)
    assert navigator.isVisible()
    assert canvas.rect().contains(navigator.geometry())
    seen = navigator.seen()
    assert seen.width() / navigator.width() == pytest.approx(602 / 1200, abs=0.06)
    start, end = seen.center().toPoint(), seen.center().toPoint() + QPoint(20, 10)
    before = canvas.view
    QTest.mousePress(navigator, LEFT, NONE, start)
    QTest.mouseMove(navigator, end)
    QTest.mouseRelease(navigator, LEFT, NONE, end)
    scale = 1200 / (navigator.width() - 6)
    assert before.left - canvas.view.left == pytest.approx(20 * scale, abs=scale)
    assert before.top - canvas.view.top == pytest.approx(10 * scale, abs=scale)
    QTest.mouseClick(navigator, LEFT, NONE, QPoint(5, 5))  # beside the rectangle: go there
    assert navigator.seen().left() <= 6
    canvas.fit()
    assert not navigator.isVisible()


def test_the_pixel_grid_rules_single_pixels_at_high_zoom_only(canvas) -> None:
    for zoom, ruled in ((8, False), (20, True)):
        canvas.zoom_to(zoom)
        shown = pixels_of(canvas.grab().toImage())[100:300, 100:300, 0]
        lines = np.flatnonzero((shown != 210).mean(axis=0) > 0.9)
        assert bool(lines.size) is ruled
        if ruled:
            assert (np.diff(lines) <= zoom).all()
            assert len(lines) <= 2 * 200 / zoom + 2


@pytest.mark.parametrize("zoom", [0.3, 0.6, 1.0, 3.0])
def test_sixteen_bits_and_profiles_are_shown_at_every_zoom(zoom) -> None:
    icc = QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb).iccProfile().data()
    wide = np.full((900, 900, 3), (120 * 257, 160 * 257, 90 * 257), np.uint16)
    pyramid = build(Photo(wide, icc=bytes(icc)))
    view = View((900, 900), (200, 200), zoom, -30, -30)
    shown = pixels_of(picture(pyramid, view, QRect(0, 0, 200, 200), SRGB))
    assert np.abs(shown - [99, 160, 87]).max() <= 2  # Adobe RGB (1998) to sRGB, as in the pyramid's own test


def test_colours_are_those_of_the_screen() -> None:
    wide = QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb)
    view = View((64, 64), (64, 64))
    shown = pixels_of(picture(flat((0, 255, 0), 64, 64), view, QRect(0, 0, 64, 64), wide))[5, 5]
    assert np.abs(shown - [144, 255, 60]).max() <= 2  # sRGB's green inside the wider Adobe RGB
    untouched = pixels_of(picture(flat((0, 255, 0), 64, 64), view, QRect(0, 0, 64, 64), SRGB))[5, 5]
    assert untouched.tolist() == [0, 255, 0]


def test_a_screen_with_its_own_profile_changes_what_is_drawn(canvas, monkeypatch) -> None:
    wide = QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb)
    canvas.show_pictures(flat((0, 255, 0)), None)
    assert pixels_of(canvas.grab().toImage())[200, 300].tolist() == [0, 255, 0]
    monkeypatch.setattr("desktop_app.canvas.sight.screen_space", lambda _screen: wide)
    canvas.window().windowHandle().screenChanged.emit(QGuiApplication.primaryScreen())
    assert np.abs(pixels_of(canvas.grab().toImage())[200, 300] - [144, 255, 60]).max() <= 2


def test_no_widget_or_window_is_asked_for_its_screen() -> None:
    root = Path(desktop_app.__file__).parent
    calls = [
        f"{path.name}:{node.lineno}"
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "screen"
    ]
    assert not calls  # PySide would delete the application's screen one day, see desktop_app.look.screens


@pytest.mark.parametrize("zoom", [2.0, 2.5, 7.3, 32.0])
def test_large_pixels_are_squares_at_their_place(zoom) -> None:
    level = np.arange(40 * 40, dtype=np.uint16).reshape(40, 40)
    view = View((40, 40), (90, 70), zoom, -13, 5)
    area = QRect(0, 6, 60, 50)
    got = sample(level, 1.0, view, area)
    for row, column in ((0, 0), (20, 33), (49, 59)):
        x, y = view.to_photo(column + 0.5, row + 6.5)
        assert got[row, column] == level[min(int(y), 39), min(int(x), 39)]


def test_only_what_is_in_sight_is_sampled(monkeypatch, canvas) -> None:
    from desktop_app.canvas import resample

    areas: list[QRect] = []
    real = resample.sample
    monkeypatch.setattr(
        resample,
        "sample",
        lambda level, scale, v, area, *to: areas.append(area) or real(level, scale, v, area, *to),
    )
    canvas.zoom_to(1.0)
    canvas.grab()
    assert sum(area.width() * area.height() for area in areas) <= 602 * 400
    areas.clear()
    canvas.look_at(canvas.view.panned(-10, 0))
    canvas.grab()
    assert sum(area.width() * area.height() for area in areas) == 10 * 400


def test_a_pinch_zooms_at_the_fingers_and_a_swipe_scrolls_by_its_pixels(canvas) -> None:
    place = QPointF(200, 150)
    point, zoom = canvas.photo_point(place), canvas.view.zoom
    device = QPointingDevice.primaryPointingDevice()
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, device, 2, place, place, canvas.mapToGlobal(place), 0.5, QPointF()
    )
    QApplication.sendEvent(canvas, pinch)
    assert canvas.view.zoom == pytest.approx(1.5 * zoom)
    assert canvas.photo_point(place) == pytest.approx(point, abs=2)
    canvas.zoom_to(1.0)
    left, top = canvas.view.left, canvas.view.top
    swipe = QWheelEvent(
        place, canvas.mapToGlobal(place), QPoint(-7, 11), QPoint(-56, 88), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.ScrollUpdate, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, swipe)
    assert (canvas.view.left - left, canvas.view.top - top) == (-7, 11)
