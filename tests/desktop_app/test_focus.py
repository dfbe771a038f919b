"""Where the keyboard is: it stays with the photo, and comes back to it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

LEFT = Qt.MouseButton.LeftButton


def type_and_run(window, qtbot, text="make it bright") -> None:
    """Go to the instruction by its key, write, run by the keys, and wait until the result can be compared."""
    QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(window.side.instruction, text)
    with qtbot.waitSignal(window.runs.result):
        QTest.keyClick(window.side.instruction, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.stage.result_bar.isVisible)


@pytest.mark.parametrize("name", ["accept_button", "discard_button"])
def test_the_keys_go_back_to_the_photo_with_the_bar_over_a_result(open_window, qtbot, name) -> None:
    window = open_window
    type_and_run(window, qtbot)
    button: QPushButton = getattr(window.stage.result_bar, name)
    QTest.mouseClick(button, LEFT)
    assert not window.stage.result_bar.isVisible()
    assert window.focusWidget() is window.stage.canvas


def test_the_keys_stay_where_one_writes_when_a_result_is_accepted(open_window, qtbot) -> None:
    window = open_window
    type_and_run(window, qtbot)
    QTest.keyClick(window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert not window.stage.result_bar.isVisible()
    assert window.focusWidget() is window.side.instruction
