"""Results made on an earlier photo: what is seen is what accepting gives, or it is said that it cannot be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_helpers import stroke

from desktop_app.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def ask(window: MainWindow, text: str) -> None:
    window.side.instruction.setPlainText(text)
    QTest.mouseClick(window.side.run_bar.run_button, LEFT)


def seen(window: MainWindow) -> np.ndarray:
    """What the canvas shows."""
    return window.stage.canvas._scene.after.levels[0]


def look_at(window: MainWindow, qtbot, number: int) -> None:
    """Press a result's small picture, and wait until it is shown as it would be accepted."""
    QTest.mouseClick(window.stage.film.frames[number], LEFT)
    qtbot.waitUntil(window.stage.result_bar.accept_button.isVisible)


def accept(window: MainWindow) -> None:
    QTest.mouseClick(window.stage.result_bar.accept_button, LEFT)


def crop(window: MainWindow, qtbot) -> None:
    """Cut the middle square out."""
    canvas, shape = window.stage.canvas, window.stage.options.crop.shape
    QTest.keyClick(canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    shape.setCurrentText("1:1")
    shape.activated.emit(shape.currentIndex())
    with qtbot.waitSignal(window.canvas_work.cropping.cropped):
        QTest.keyClick(canvas, Qt.Key.Key_Return)


@pytest.fixture
def older(open_window: MainWindow, source, qtbot) -> MainWindow:
    """The window after two wishes for the original; the first is accepted, the second one's result is pinned."""
    window = open_window
    source.gate.clear()
    window.stage.canvas.set_brush(diameter=20)
    stroke(window, (150, 50), (250, 50))
    ask(window, "first")
    window.commands.clear.trigger()
    stroke(window, (150, 250), (250, 250))
    ask(window, "second")
    source.gate.set()
    qtbot.waitUntil(lambda: len(window.results.items) == 2 and not window.runs.busy)
    QTest.mouseClick(window.stage.film.pin_button, LEFT)
    look_at(window, qtbot, 0)
    accept(window)
    assert [each.pending.instruction.text for each in window.results.items] == ["second"]
    return window


def both(window: MainWindow) -> np.ndarray:
    """The original with what both wishes ask for."""
    original, second = window.document.original.pixels, window.results.items[0].pending.photo.pixels
    return np.where(second != original, second, window.document.photo.pixels)


def test_an_older_result_is_shown_over_the_photo_as_it_is_now(older, qtbot) -> None:
    wanted = both(older)
    look_at(older, qtbot, 0)
    assert np.array_equal(seen(older), wanted)
    assert np.array_equal(older.stage.canvas._scene.before.levels[0], older.document.photo.pixels)
    accept(older)
    assert np.array_equal(older.document.photo.pixels, wanted)
    assert np.array_equal(seen(older), wanted)


def test_a_result_from_before_a_crop_is_cropped_along(older, qtbot) -> None:
    wanted = both(older)[:, 50:350]
    crop(older, qtbot)
    look_at(older, qtbot, 0)
    assert np.array_equal(seen(older), wanted)
    accept(older)
    assert np.array_equal(older.document.photo.pixels, wanted)
    older.commands.undo.trigger()
    older.commands.undo.trigger()  # the crop
    assert older.document.photo.width == 400


def test_a_result_that_fits_no_more_says_so_and_is_run_again(older, qtbot) -> None:
    window, bar, film = older, older.stage.result_bar, older.stage.film
    crop(window, qtbot)
    window.side.run_bar.variations.setValue(2)
    ask(window, "third")
    qtbot.waitUntil(lambda: len(window.results.items) == 3 and not window.runs.busy)
    assert window.results.current is window.results.items[1]
    QTest.mouseClick(film.pin_button, LEFT)
    look_at(window, qtbot, 2)
    accept(window)
    window.commands.undo.trigger()
    window.commands.undo.trigger()  # the crop
    look_at(window, qtbot, 1)
    assert bar.note.isVisible()
    assert not bar.accept_button.isEnabled()
    assert not window.commands.accept.isEnabled()
    edits, pending = window.document.edits, window.document.pending
    window.session.accept()
    assert (window.document.edits, window.document.pending) == (edits, pending)
    assert "Run it again." in window.message_bar.text
    with qtbot.waitSignal(window.runs.result):
        QTest.mouseClick(bar.again_button, LEFT)
    qtbot.waitUntil(bar.accept_button.isEnabled)
    assert not bar.note.isVisible()
    accept(window)
    assert window.document.edits[-1].instruction.text == "third"


def test_an_edit_run_again_is_put_under_the_later_ones_whole(older, qtbot) -> None:
    window = older
    look_at(window, qtbot, 0)
    accept(window)
    window.document._pictures._held.clear()  # as when pictures are large
    window.session._pyramids.clear()
    wanted = window.document.photo.pixels
    with qtbot.waitSignal(window.runs.result):
        window.history_desk.run_again(window.document.edits[0].key)
    qtbot.waitUntil(window.commands.accept.isEnabled)
    assert np.array_equal(seen(window), wanted)
    with qtbot.waitSignal(window.runs.result):
        window.history_desk.run_again(window.document.edits[1].key)
    qtbot.waitUntil(window.commands.accept.isEnabled)
    accept(window)
    assert np.array_equal(window.document.photo.pixels, wanted)


def test_accepting_that_has_to_wait_takes_no_result_that_came_meanwhile(older, qtbot, monkeypatch) -> None:
    document = older.document
    look_at(older, qtbot, 0)
    first = iter([True])
    monkeypatch.setattr(document, "slow", lambda _edits: next(first, False))
    before, asked = document.edits, document.pending
    older.session.accept()
    document.pending = newer = replace(asked)
    qtbot.waitUntil(lambda: not older.session.changing)
    assert document.edits == before
    assert document.pending is newer
