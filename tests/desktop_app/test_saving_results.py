"""Saving, exporting and closing while a result waits: it goes into the file on the user's word only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMessageBox

from desktop_app.window.dialogs import QtDialogs
from desktop_app.window.main_window import MainWindow
from engine.files import read_photo
from engine.project.project_file import summary

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def waiting(open_window: MainWindow, qtbot) -> MainWindow:
    """The window with a result that waits."""
    open_window.side.instruction.setPlainText("make it bright")
    with qtbot.waitSignal(open_window.runs.result):
        open_window.commands.run.trigger()
    return open_window


def save(window: MainWindow) -> None:
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_S, CTRL)


def export(window: MainWindow) -> None:
    window.commands.export.trigger()
    QTest.mouseClick(window.around.export_window.export_button, Qt.MouseButton.LeftButton)


WRITERS = pytest.mark.parametrize(("write", "asked"), [(save, "save"), (export, "export")])


@WRITERS
def test_a_waiting_result_is_accepted_into_the_file(waiting, dialogs, tmp_path, qtbot, write, asked) -> None:
    seen = waiting.document.pending.photo
    dialogs.answer, dialogs.save_path = "accept", tmp_path / "bright.png"
    with qtbot.waitSignal(waiting.session.saved if asked == "save" else waiting.session.exported):
        write(waiting)
    assert dialogs.waited == [asked]
    assert waiting.document.pending is None
    assert len(waiting.document.edits) == 1
    assert np.array_equal(read_photo(dialogs.save_path).pixels, seen.pixels)
    with qtbot.waitSignal(waiting.session.saved):
        waiting.commands.save.trigger()
    assert dialogs.waited == [asked]  # nothing waits any more


@WRITERS
def test_a_waiting_result_is_left_out_and_goes_on_waiting(waiting, dialogs, tmp_path, qtbot, write, asked) -> None:
    seen = waiting.document.pending
    dialogs.answer, dialogs.save_path = "save", tmp_path / "as it was.png"
    with qtbot.waitSignal(waiting.session.saved if asked == "save" else waiting.session.exported):
        write(waiting)
    assert waiting.document.pending is seen
    assert waiting.document.edits == ()
    assert np.array_equal(read_photo(dialogs.save_path).pixels, waiting.document.original.pixels)


@WRITERS
@pytest.mark.parametrize("answer", ["stay", "accept"])
def test_nothing_is_accepted_when_the_user_turns_back(waiting, dialogs, write, asked, answer) -> None:
    seen = waiting.document.pending
    dialogs.answer, dialogs.save_path = answer, None  # of the file's dialog: cancelled
    write(waiting)
    assert dialogs.waited == [asked]
    assert len(dialogs.suggested) == (answer == "accept")
    assert waiting.document.pending is seen
    assert waiting.document.edits == ()


def test_a_project_is_asked_about_too(waiting, dialogs, tmp_path, qtbot) -> None:
    dialogs.answer, dialogs.project_path = "accept", tmp_path / "lake.overtone"
    with qtbot.waitSignal(waiting.session.saved):
        waiting.commands.save_project.trigger()
    assert dialogs.waited == ["save"]
    assert [each["instruction"] for each in summary(dialogs.project_path)["edits"]] == ["make it bright"]


def test_closing_asks_once_and_turning_back_accepts_nothing(waiting, dialogs, tmp_path, qtbot) -> None:
    seen = waiting.document.pending
    dialogs.answer, dialogs.save_path = "accept", None
    assert waiting.close() is False
    assert waiting.document.pending is seen
    assert waiting.document.edits == ()
    dialogs.save_path = tmp_path / "bright.png"
    waiting.close()
    qtbot.waitUntil(lambda: not waiting.isVisible())
    assert np.array_equal(read_photo(dialogs.save_path).pixels, seen.photo.pixels)
    assert (dialogs.questions, dialogs.waited) == (2, [])


def test_closing_saves_what_was_accepted_without_what_waits(waiting, dialogs, tmp_path, qtbot) -> None:
    waiting.commands.accept.trigger()
    kept = waiting.document.photo
    waiting.side.instruction.setPlainText("make it dark")
    with qtbot.waitSignal(waiting.runs.result):
        waiting.commands.run.trigger()
    dialogs.answer, dialogs.save_path = "save", tmp_path / "bright.png"
    waiting.close()
    qtbot.waitUntil(lambda: not waiting.isVisible())
    assert np.array_equal(read_photo(dialogs.save_path).pixels, kept.pixels)


def press(words: str) -> Callable[[], None]:
    """Presses a button of the question that stands."""

    def act() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        buttons = box.findChild(QDialogButtonBox).buttons()
        QTest.mouseClick(
            next(each for each in buttons if each.text().replace("&", "") == words), Qt.MouseButton.LeftButton
        )

    return act


def escape() -> None:
    QTest.keyClick(QApplication.activeModalWidget(), Qt.Key.Key_Escape)


@pytest.mark.parametrize(
    ("act", "exporting", "answer"),
    [
        (press("Accept and Save"), False, "accept"),
        (press("Save Without It"), False, "save"),
        (press("Accept and Export"), True, "accept"),
        (press("Export Without It"), True, "save"),
        (press("Cancel"), False, "stay"),
        (escape, True, "stay"),
    ],
)
def test_the_question_about_a_waiting_result(window, act, exporting, answer) -> None:
    QTimer.singleShot(0, act)
    assert QtDialogs(window).waiting(exporting=exporting) == answer


@pytest.mark.parametrize(
    ("words", "offered", "answer"),
    [
        ("Save", ("save", "discard", "stay"), "save"),
        ("Discard", ("save", "discard", "stay"), "discard"),
        ("Accept and Save", ("accept", "discard", "stay"), "accept"),
        ("Save Without It", ("accept", "save", "discard", "stay"), "save"),
    ],
)
def test_the_question_about_unsaved_changes(window, words, offered, answer) -> None:
    QTimer.singleShot(0, press(words))
    assert QtDialogs(window).unsaved("lake.png", offered) == answer
