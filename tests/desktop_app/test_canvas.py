"""The canvas: what it keeps while panning and painting is what a fresh drawing shows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.canvas.canvas import Canvas
from desktop_app.canvas.pyramid import build
from desktop_app.canvas.scene import Compare
from desktop_app.tools import Tool
from engine.picture import Photo
from engine.project.mask import Mask
from engine.values import Box


def pixels_of(canvas: Canvas) -> np.ndarray:
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows.reshape(image.height(), -1, 4)[:, : image.width(), 2::-1].astype(int)


def fresh(canvas: Canvas) -> np.ndarray:
    """What a canvas shows that has kept nothing."""
    canvas._scene.refresh()
    return pixels_of(canvas)


@pytest.fixture
def canvas(qtbot, look) -> Iterator[Canvas]:
    canvas = Canvas(look)
    canvas.resize(500, 400)
    pixels = np.kron(np.random.default_rng(0).integers(0, 256, (280, 420, 3), np.uint8), np.ones((5, 5, 1), np.uint8))
    canvas.show_photo(build(Photo(pixels)), Mask(2100, 1400))
    with qtbot.waitExposed(canvas):
        canvas.show()
    yield canvas
    canvas.close()
    canvas.deleteLater()


@pytest.mark.parametrize("zoom", [0.21, 0.5, 0.77, 1.0, 1.7, 5.0])
def test_panning_shows_what_a_fresh_drawing_shows(canvas, zoom) -> None:
    canvas.zoom_to(zoom)
    pixels_of(canvas)
    for dx, dy in ((13, -7), (-40, 22), (3, 0), (0, 250)):
        canvas.look_at(canvas.view.panned(dx, dy))
        assert np.abs(pixels_of(canvas) - fresh(canvas)).max() <= 2


@pytest.mark.parametrize("zoom", [0.18, 0.6, 1.0, 3.0])
def test_painting_shows_what_a_fresh_drawing_shows(canvas, zoom) -> None:
    canvas.zoom_to(zoom)
    canvas.set_tool(Tool.brush)
    canvas.set_brush(diameter=60 / zoom)
    before = pixels_of(canvas)
    for x in (150, 200, 320):
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(x, 200))
    canvas.set_hover(None)
    after = pixels_of(canvas)
    assert np.abs(after - fresh(canvas)).max() <= 2
    assert (after[200, 150] != before[200, 150]).any()
    assert (after[20, 20] == before[20, 20]).all()
    canvas.look_at(canvas.view.panned(31, 17))
    assert np.abs(pixels_of(canvas) - fresh(canvas)).max() <= 2


def test_a_flat_photo_has_no_seams_at_any_zoom(canvas) -> None:
    canvas.show_photo(build(Photo(np.full((1000, 1500, 3), 130, np.uint8))), Mask(1500, 1000))
    for zoom in (0.15, 0.333, 0.5, 0.71, 1, 1.37):
        canvas.zoom_to(zoom)
        box = canvas.photo_area().toAlignedRect().adjusted(2, 2, -2, -2)
        shown = pixels_of(canvas)[box.top() : box.bottom(), box.left() : box.right()]
        assert np.abs(shown - 130).max() <= 1


def test_hundred_percent_is_the_photo_pixel_by_pixel(canvas) -> None:
    canvas.zoom_to(1.0)
    canvas.set_tool(Tool.hand)
    view = canvas.view
    shown = pixels_of(canvas)
    left, top = round(-view.left), round(-view.top)
    wanted = canvas._scene.after.levels[0][top : top + 400, left : left + 500]
    assert np.array_equal(shown, wanted)


def test_split_shows_before_left_and_after_right(canvas) -> None:
    dark, light = (build(Photo(np.full((1400, 2100, 3), value, np.uint8))) for value in (40, 210))
    canvas.show_pictures(light, dark)
    canvas.set_compare(Compare.split)
    canvas.set_split(0.25)
    shown = pixels_of(canvas)
    assert shown[250, 60].tolist() == [40] * 3
    assert shown[250, 400].tolist() == [210] * 3
    canvas.set_compare(Compare.before)
    assert pixels_of(canvas)[250, 400].tolist() == [40] * 3


def test_a_preview_is_shown_at_its_box_and_goes_with_the_next_picture(canvas) -> None:
    canvas.zoom_to(1.0)
    x, y = (round(value) for value in canvas.view.to_photo(250, 200))
    canvas.set_preview(np.full((10, 10, 3), (255, 0, 255), np.uint8), Box(x - 20, y - 20, x + 20, y + 20))
    assert pixels_of(canvas)[200, 250].tolist() == [255, 0, 255]
    canvas.set_preview(None)
    assert pixels_of(canvas)[200, 250].tolist() != [255, 0, 255]


def wheel(canvas: Canvas, place: QPoint, turned: QPoint, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    event = QWheelEvent(
        QPointF(place), QPointF(canvas.mapToGlobal(place)), QPoint(), turned, Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def test_wheel_scrolls_and_with_control_zooms_at_the_cursor(canvas) -> None:
    canvas.zoom_to(2)
    top, left = canvas.view.top, canvas.view.left
    wheel(canvas, QPoint(100, 100), QPoint(0, 120))
    assert canvas.view.top > top
    assert canvas.view.left == left
    wheel(canvas, QPoint(100, 100), QPoint(0, 120), Qt.KeyboardModifier.ShiftModifier)
    assert canvas.view.left > left
    place = canvas.photo_point(QPointF(100, 100))
    wheel(canvas, QPoint(100, 100), QPoint(0, 120), Qt.KeyboardModifier.ControlModifier)
    assert canvas.view.zoom == pytest.approx(2.5)
    assert canvas.photo_point(QPointF(100, 100)) == pytest.approx(place, abs=1)


def test_transparency_shows_the_checkerboard(canvas) -> None:
    pixels = np.zeros((400, 500, 4), np.uint8)
    canvas.show_photo(build(Photo(pixels)), Mask(500, 400))
    assert set(pixels_of(canvas)[100:300, 200:300].reshape(-1, 3).mean(axis=1)) == {0x9A, 0xB4}
