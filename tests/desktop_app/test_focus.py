"""Where the keyboard is: it stays with the photo, and comes back to it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from desktop_app.canvas.scene import Compare

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


def test_escape_leads_from_the_instruction_to_the_photo_where_the_backslash_compares(open_window, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    type_and_run(window, qtbot)
    QTest.keyClick(window.side.instruction, Qt.Key.Key_Escape)
    assert window.focusWidget() is canvas
    assert window.document.pending is not None
    QTest.keyPress(canvas, Qt.Key.Key_Backslash)
    assert canvas.compare is Compare.before
    QTest.keyRelease(canvas, Qt.Key.Key_Backslash)
    assert canvas.compare is Compare.after
    assert window.side.instruction.text == "make it bright"


def test_escape_in_the_instruction_stops_a_run_before_it_leads_away(open_window, source, qtbot) -> None:
    window = open_window
    source.gate.clear()
    QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(window.side.instruction, "make it bright")
    QTest.keyClick(window.side.instruction, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(window.runs.cancelled):
        QTest.keyClick(window.side.instruction, Qt.Key.Key_Escape)
    assert window.focusWidget() is window.side.instruction


def test_another_window_that_takes_the_release_leaves_no_photo_before(open_window, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    type_and_run(window, qtbot)
    QTest.keyClick(window.side.instruction, Qt.Key.Key_Escape)
    QTest.keyPress(canvas, Qt.Key.Key_Backslash)
    assert canvas.compare is Compare.before
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: not window.isActiveWindow())
    assert canvas.compare is Compare.after
    other.close()


def test_a_photo_before_that_was_chosen_stays_when_another_window_comes(open_window, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    type_and_run(window, qtbot)
    window.commands.before.trigger()
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: not window.isActiveWindow())
    assert canvas.compare is Compare.before
    other.close()
