"""The bar for messages: what only tells goes by itself, what asks or warns stays."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop_app.window import message_bar
from desktop_app.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def hasty(open_window: MainWindow, monkeypatch) -> MainWindow:
    """A window whose messages are read in a moment; the pointer is on the photo."""
    monkeypatch.setattr(message_bar, "NOTICED", 40)
    monkeypatch.setattr(message_bar, "READ", 0)
    QTest.mouseMove(open_window.stage.canvas, QPoint(50, 50))
    return open_window


def test_saving_tells_and_the_photo_has_its_room_again(hasty, dialogs, tmp_path, qtbot) -> None:
    canvas, bar = hasty.stage.canvas, hasty.message_bar
    before = canvas.size()
    dialogs.save_path = tmp_path / "dawn.png"
    with qtbot.waitSignal(hasty.session.saved):
        QTest.keyClick(canvas, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert bar.text == "Saved as dawn.png."
    qtbot.waitUntil(lambda: bar.text == "")
    qtbot.waitUntil(lambda: canvas.size() == before)


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "warning"},
        {"kind": "error"},
        {"button": "Keep both"},
        {"details": "What stands behind it"},
    ],
)
def test_what_asks_or_warns_stays(hasty, qtbot, message) -> None:
    hasty.message_bar.say("All is well.")
    hasty.message_bar.say("Look here.", **message)
    qtbot.wait(120)
    assert hasty.message_bar.text == "Look here."


def test_a_message_stays_under_the_pointer_and_with_the_keys_on_it(hasty, qtbot) -> None:
    bar = hasty.message_bar
    bar.say("All is well.")
    QTest.mouseMove(bar, bar.rect().center())
    qtbot.wait(120)
    assert bar.text
    QTest.mouseMove(hasty.stage.canvas, QPoint(50, 50))
    bar._close.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.wait(120)
    assert bar.text
    hasty.stage.canvas.setFocus()
    qtbot.waitUntil(lambda: bar.text == "")


def test_a_click_on_a_messages_button_leaves_the_keys_on_the_photo(hasty) -> None:
    pressed = []
    hasty.stage.canvas.setFocus()
    hasty.message_bar.say("Look here.", button="Press", run=lambda: pressed.append(1))
    QTest.mouseClick(hasty.message_bar._button, LEFT)
    assert pressed == [1]
    assert hasty.focusWidget() is hasty.stage.canvas


def test_long_messages_have_the_time_to_be_read(open_window) -> None:
    bar = open_window.message_bar
    bar.say("Short.")
    short = bar._passing.interval()
    bar.say("Long. " * 30)
    assert short >= 4000
    assert bar._passing.interval() > 2 * short
