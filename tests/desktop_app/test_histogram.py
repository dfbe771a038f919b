"""The histogram over the canvas and the picture on the clipboard."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from desktop_app.background import Background
from desktop_app.canvas import histogram
from desktop_app.canvas.canvas import Canvas
from desktop_app.canvas.histogram import Histogram
from desktop_app.canvas.pyramid import build
from desktop_app.canvas.scene import Compare
from desktop_app.canvas.tones import Tones, tones_of
from desktop_app.window.preferences import Preferences, decoded
from engine.colour import linear_profile
from engine.errors import OvertoneError
from engine.files import write_photo
from engine.picture import Photo
from engine.project.mask import Mask

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def half_and_half(white: int) -> np.ndarray:
    """Black above; red at full and green at half below."""
    kind = np.uint8 if white == 255 else np.uint16
    pixels = np.zeros((40, 60, 3), kind)
    pixels[20:] = (white, white // 2, 0)
    return pixels


@pytest.mark.parametrize("white", [255, 65535])
def test_tones_are_shares_of_the_pixels_at_any_depth(white) -> None:
    tones = tones_of(half_and_half(white))
    assert tones.shares.sum(axis=1) == pytest.approx([1, 1, 1])
    assert tones.shares[0, [0, 255]] == pytest.approx([0.5, 0.5])
    assert tones.shares[1, 127] == pytest.approx(0.5)
    assert tones.darkest == pytest.approx([0.5, 0.5, 1])
    assert tones.lightest == pytest.approx([0.5, 0, 0])


def test_the_last_step_of_sixteen_bits_is_not_all_clipped() -> None:
    tones = tones_of(np.full((4, 4, 3), 65400, np.uint16))
    assert tones.shares[:, 255] == pytest.approx([1, 1, 1])
    assert not tones.lightest.any()


def test_what_is_transparent_is_not_counted() -> None:
    pixels = np.dstack([half_and_half(255), np.full((40, 60), 255, np.uint8)])
    pixels[:20, :, 3] = 0
    assert tones_of(pixels).darkest == pytest.approx([0, 0, 1])
    pixels[..., 3] = 0
    assert not tones_of(pixels).shares.any()


def test_it_counts_the_picture_in_sight_and_tells_what_is_clipped(qtbot, look) -> None:
    background, canvas = Background(), Canvas(look)
    histogram = Histogram(canvas, background)
    canvas.resize(600, 400)
    with qtbot.waitExposed(canvas):
        canvas.show()
    histogram.show_it(True)
    assert histogram.isHidden()  # there is no photo
    after, before = build(Photo(half_and_half(255))), build(Photo(np.full((40, 60, 3), 90, np.uint8)))
    canvas.show_photo(after, Mask(60, 40))
    qtbot.waitUntil(lambda: histogram.shown is not None)
    assert canvas.rect().contains(histogram.geometry())
    assert "Clipped highlights: red 50.0 %" in histogram.toolTip()
    assert "green 50.0 %, blue 100.0 %" in histogram.accessibleDescription()
    canvas.show_pictures(after, before)
    canvas.set_compare(Compare.before)
    qtbot.waitUntil(lambda: histogram.toolTip() == "Clipped shadows: none\nClipped highlights: none")
    drawn = histogram.grab().toImage()
    canvas.set_compare(Compare.after)
    assert "50.0" in histogram.toolTip()  # known already
    assert histogram.grab().toImage() != drawn
    histogram.show_it(False)
    assert histogram.isHidden()
    canvas.close()
    background.close()


def test_whether_it_is_shown_is_remembered(open_window) -> None:
    window = open_window
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
    assert window.histogram.isVisible()
    assert window.around.preferences.histogram
    assert decoded(b'{"schema": 2, "theme": "dark"}') == Preferences("dark")


def test_one_that_cannot_be_counted_is_told_of_and_its_command_is_off(open_window, qtbot, monkeypatch) -> None:
    window, canvas = open_window, open_window.stage.canvas

    def full(_pixels: np.ndarray) -> Tones:
        raise OvertoneError("There is not enough memory for this.", "Close other programs.")

    monkeypatch.setattr(histogram, "tones_of", full)
    with qtbot.waitSignal(window.histogram.failed):
        QTest.keyClick(canvas, Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
        assert window.commands.histogram.isChecked()
    assert window.message_bar.text.startswith("There is not enough memory for this.")
    assert not window.histogram.isVisible()
    assert not window.commands.histogram.isChecked()
    assert not window.around.preferences.histogram
    monkeypatch.undo()
    QTest.keyClick(canvas, Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)  # one press brings it back
    qtbot.waitUntil(lambda: window.histogram.shown is not None)
    assert window.histogram.isVisible()


def test_the_picture_in_sight_goes_to_the_clipboard_in_srgb(window, tmp_path, qtbot) -> None:
    write_photo(Photo(np.full((30, 40, 3), 55, np.uint8), icc=linear_profile()), tmp_path / "linear.png")
    with qtbot.waitSignal(window.session.opened):
        window.open(tmp_path / "linear.png")
    QGuiApplication.clipboard().clear()
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_C, CTRL_SHIFT)
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull())
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (40, 30)
    assert image.pixelColor(3, 3).red() == pytest.approx(128, abs=2)
    assert "clipboard" in window.message_bar.text
