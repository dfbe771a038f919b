"""Preferences, command palette, models and machine, export, recent photos, first steps, details of errors."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton
from window_helpers import drop

from desktop_app.client.engine_process import INTERNAL
from desktop_app.tools.base import Brush
from desktop_app.window import preferences as module
from desktop_app.window.dialogs import QtDialogs
from desktop_app.window.palette import Palette, ranked, score
from desktop_app.window.preferences import SCHEMA, Preferences, PreferencesFile, decoded, encoded
from engine.errors import BadInput
from engine.files import read_photo, write_photo
from engine.files.options import RawOptions, SaveOptions
from training.fuzz.seeds import raw_picture

CTRL = Qt.KeyboardModifier.ControlModifier


# preferences


@pytest.fixture
def file(tmp_path: Path) -> PreferencesFile:
    return PreferencesFile(tmp_path / "own" / "preferences.json")


def test_preferences_come_back_as_they_were_written(file) -> None:
    wanted = Preferences("light", "de", 150, 7, "studio-sd15", False)
    assert file.write(wanted) == ""
    assert PreferencesFile(file.path).read() == (wanted, "")
    assert json.loads(file.path.read_text())["schema"] == SCHEMA


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[1]", b"\xff", b'{"schema": 1, "theme": "pink"}', b'{"schema": 1, "text_size": 9000}',
             b'{"schema": 1, "unknown": 1}', b'{"schema": 99}', b'{"schema": "x"}', b"7"],
)  # fmt: skip
def test_damaged_or_newer_preferences_are_kept_aside_and_said(file, data) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(data)
    preferences, complaint = file.read()
    assert preferences == Preferences()
    assert complaint.count("\n") == 0
    assert complaint
    assert file.path.with_suffix(".kept.json").read_bytes() == data
    assert PreferencesFile(file.path).read() == (Preferences(), "")


def test_older_preferences_are_migrated_step_by_step(monkeypatch) -> None:
    monkeypatch.setattr(module, "SCHEMA", 3)
    steps = {
        1: lambda values: {"theme": "dark" if values["dark"] else "light"},
        2: lambda values: values | {"text_size": 120},
    }
    monkeypatch.setattr(module, "MIGRATIONS", steps)
    assert decoded(b'{"schema": 1, "dark": true}') == Preferences("dark", text_size=120)
    assert decoded(b'{"schema": 2, "theme": "light"}') == Preferences("light", text_size=120)
    with pytest.raises(BadInput):
        decoded(b'{"schema": 0}')
    assert json.loads(encoded(Preferences()))["schema"] == 3


def test_preferences_from_before_the_brush_was_remembered_are_taken() -> None:
    assert decoded(b'{"schema": 1, "theme": "dark"}') == Preferences("dark")


def test_a_disk_that_refuses_leaves_the_preferences_in_use(file, monkeypatch) -> None:
    file.path.parent.parent.joinpath("own").write_text("a file where the folder should be")
    assert "cannot be written" in file.write(Preferences("light"))


def test_preferences_take_effect_at_once_and_last(make_window, look, tmp_path) -> None:
    window = make_window()
    height = window.side.run_bar.run_button.sizeHint().height()
    window.commands.preferences.trigger()
    page = window.around.preferences_window
    assert page.isVisible()
    assert not page.isModal()
    page.theme.choose("light")
    assert look.theme.name == "light"
    page.text_size.setFocus()
    page.text_size.selectAll()
    QTest.keyClicks(page.text_size, "200")
    QTest.keyClick(page.text_size, Qt.Key.Key_Return)
    assert page.isVisible()
    assert QApplication.font().pointSizeF() > 16 or QApplication.font().pixelSize() > 20
    assert window.side.run_bar.run_button.sizeHint().height() > height
    page.disk_budget.setValue(5)
    assert window.session.recorder.budget == 5 * 10**9
    again = make_window()
    assert again.around.preferences == Preferences("light", text_size=200, disk_budget=5)
    look.set_text_size(100)


def test_the_brush_is_as_it_was_left(make_window, photo_file, qtbot) -> None:
    window = make_window()
    with qtbot.waitSignal(window.session.opened):
        window.open(photo_file)
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_BracketRight)
    for _ in range(3):
        QTest.keyClick(window.stage.canvas, Qt.Key.Key_BraceLeft)
    window.stage.options.pressure.click()
    left = window.stage.canvas.brush
    assert left != Brush(18, 0.8, True)
    window.close()
    again = make_window()
    assert (again.stage.canvas.brush.hardness, again.stage.canvas.brush.pressure) == (left.hardness, left.pressure)
    with qtbot.waitSignal(again.session.opened):
        again.open(photo_file)
    assert again.stage.canvas.brush == left


def test_the_system_is_followed_unless_a_look_is_chosen(window, look, qapp) -> None:
    window.commands.preferences.trigger()
    window.around.preferences_window.theme.choose("light")
    window.around.preferences_window.theme.choose("system")
    wanted = "light" if qapp.styleHints().colorScheme() == Qt.ColorScheme.Light else "dark"
    assert look.theme.name == wanted


# the palette


def open_palette(window) -> Palette:
    QTest.keyClick(window, Qt.Key.Key_K, CTRL)
    palette = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, Palette))
    assert palette.isVisible()
    return palette


def test_a_command_is_found_by_some_of_its_letters_and_run(open_window) -> None:
    window = open_window
    palette = open_palette(window)
    QTest.keyClicks(palette.field, "inv mas")
    assert "Invert Mask" in palette.list.currentItem().text()
    assert "Ctrl+I" in palette.list.currentItem().text()
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.document.mask.values.all()


def test_arrows_choose_and_commands_not_possible_now_do_nothing(window) -> None:
    palette = open_palette(window)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 1
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentRow() == palette.list.count() - 1
    QTest.keyClicks(palette.field, "accept result")
    assert not palette.list.currentItem().flags() & Qt.ItemFlag.ItemIsEnabled
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.close()


def test_every_command_of_the_menus_is_in_the_palette(window) -> None:
    menus = [action.menu() for action in window.menuBar().actions()]
    named = [action for menu in menus for action in menu.actions() if action.text() and action.menu() is None]
    assert len(named) > 40
    assert set(named) <= set(ranked("", window.actions()))


def test_word_starts_count_more() -> None:
    assert score("sm", "Show Mask") > score("sm", "Plasma")
    assert score("mask", "Invert Mask") > score("mask", "Make a sketch")
    assert score("xyz", "Invert Mask") is None
    assert score("", "anything") == 0
    actions = [QAction(name) for name in ("Zoom Out", "Undo", "Zoom In")]
    actions[2].setEnabled(False)
    assert [action.text() for action in ranked("zo", actions)] == ["Zoom Out", "Zoom In"]


# models and machine


def test_models_and_machine_are_told_and_copied(window, source, qtbot) -> None:
    source.absent = "The bundle is missing."
    window.models.check()
    window.commands.doctor.trigger()
    page = window.around.machine_window

    def words(part) -> str:
        return " ".join(label.text() for label in part.findChildren(QLabel))

    qtbot.waitUntil(lambda: "20 GiB" in words(page.machine))
    assert "Update the driver." in words(page.machine)
    QTest.mouseClick(page.copy_button, Qt.MouseButton.LeftButton)
    assert "LACK  device: CPU  Update the driver." in QGuiApplication.clipboard().text()
    window.commands.models.trigger()
    assert "starter" in words(page.models)
    with qtbot.waitSignal(window.runs.assembled):
        QTest.mouseClick(page.models.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "ready, " in words(page.models))


def test_memory_is_freed_when_nothing_runs(open_window, source, qtbot) -> None:
    window = open_window
    window.side.instruction.setPlainText("make it bright")
    with qtbot.waitSignal(window.runs.result):
        window.run()
    source.gate.clear()
    window.run()
    window.commands.free_memory.trigger()
    assert "at work" in window.message_bar.text
    window.runs.cancel()
    source.gate.set()
    qtbot.waitUntil(lambda: window._client._job is None)
    window.commands.free_memory.trigger()
    assert "free" in window.message_bar.text
    with qtbot.waitSignal(window.runs.result):
        window.run()
    assert source.loads == 2


# export and recent photos


def test_export_asks_how_and_leaves_the_document_as_it_was(open_window, dialogs, tmp_path, qtbot) -> None:
    window = open_window
    window.commands.export.trigger()
    page = window.around.export_window
    assert page.options.format == "png"
    assert not page.quality.isEnabled()
    page.format.choose("jpeg")
    assert page.quality.isEnabled()
    assert not page.bits.isEnabled()
    page.quality.setValue(70)
    page.long_side.setValue(200)
    page.metadata.choose("no-place")
    assert "200 × 150" in page.note.text()
    dialogs.export_paths = [tmp_path / "small.jpg"]
    with qtbot.waitSignal(window.session.exported):
        QTest.mouseClick(page.export_button, Qt.MouseButton.LeftButton)
    assert dialogs.suggested[-1].suffix == ".jpg"
    small = read_photo(tmp_path / "small.jpg")
    assert (small.width, small.height) == (200, 150)
    assert window.document.saved_to is None
    assert "small.jpg" in window.message_bar.text
    window.commands.export.trigger()
    assert window.around.export_window.options == SaveOptions("jpeg", 70, None, "keep", 200, "no-place")


def test_a_name_of_another_type_is_asked_about_again_before_anything_is_written(
    open_window, dialogs, tmp_path, qtbot
) -> None:
    window = open_window
    window.commands.export.trigger()
    window.around.export_window.format.choose("jpeg")
    dialogs.export_paths = [tmp_path / "small.png", tmp_path / "small.v2", tmp_path / "small.jpeg"]
    with qtbot.waitSignal(window.session.exported):
        QTest.mouseClick(window.around.export_window.export_button, Qt.MouseButton.LeftButton)
    assert [path.name for path in dialogs.suggested] == ["lake-export-1.jpg", "small.jpg", "small.v2.jpg"]
    assert [path.name for path in tmp_path.glob("small.*")] == ["small.jpeg"]
    assert window.message_bar.kind == "info"


def test_file_dialogs_offer_only_what_can_be_written(window, monkeypatch, tmp_path) -> None:
    asked = []

    def answer(_parent, title: str, _suggested: str, kinds: str) -> tuple[str, str]:
        asked.append((title, kinds))
        return str(tmp_path / "lake"), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    dialogs = QtDialogs(window)
    assert dialogs.export(tmp_path / "lake-export-1.jpg") == tmp_path / "lake.jpg"
    assert asked[-1] == ("Export as JPEG", "JPEG (*.jpg *.jpeg)")
    assert dialogs.save_as(tmp_path / "lake-edit-1.png") == tmp_path / "lake.png"
    assert "*.tif " in asked[-1][1]
    assert "*.heic" not in asked[-1][1]


def test_a_raw_file_can_be_developed_differently_and_stays_so(window, tmp_path, make_photo, qtbot) -> None:
    path = tmp_path / "shot.dng"
    path.write_bytes(raw_picture(make_photo(64, 80).pixels))
    assert not window.commands.develop.isEnabled()
    with qtbot.waitSignal(window.session.opened):
        window.open(path)
    assert "as the camera saw it" in window.message_bar.text
    before = window.document.photo.pixels.mean()
    window.commands.develop.trigger()
    page = window.around.develop_window
    page.exposure.setValue(-1.0)
    with qtbot.waitSignal(window.session.opened):
        QTest.mouseClick(page.develop_button, Qt.MouseButton.LeftButton)
    assert window.document.raw == RawOptions(exposure=-1.0)
    darker = window.document.photo.pixels
    assert darker.mean() < 0.85 * before
    project = tmp_path / "shot.overtone"
    with qtbot.waitSignal(window.session.saved):
        window.session.save_project(project)
    with qtbot.waitSignal(window.session.resumed):
        window.session.open(project)
    assert window.document.raw == RawOptions(exposure=-1.0)
    assert np.array_equal(window.document.photo.pixels, darker)


def test_recent_photos_are_in_the_menu_as_long_as_they_are_there(open_window, tmp_path, make_photo, qtbot) -> None:
    window, menu = open_window, open_window.commands.recent_menu
    other = tmp_path / "other & more.png"
    write_photo(make_photo(40, 50), other)
    with qtbot.waitSignal(window.session.opened):
        window.open(other)
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()[:2]] == ["other && more.png", "lake.png"]
    with qtbot.waitSignal(window.session.opened):
        menu.actions()[1].trigger()
    other.unlink()
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["lake.png", "", "Forget These"]
    menu.actions()[-1].trigger()
    menu.aboutToShow.emit()
    assert [action.isEnabled() for action in menu.actions()] == [False]


# first steps and errors


def test_the_first_start_opens_the_sample_with_three_steps(window, qtbot) -> None:
    hints = window.around.hints
    with qtbot.waitSignal(window.session.opened, timeout=20_000):
        assert window.around.begin()
    assert hints.isVisible()
    window.side.instruction.setPlainText("make it bright")
    assert hints.taken == (True, False, False)
    with qtbot.waitSignal(window.runs.result):
        window.run()
    assert hints.taken == (True, True, False)
    window.session.accept()
    qtbot.waitUntil(lambda: not hints.isVisible())
    assert not window.around.preferences.hints
    assert not window.around.begin()


def test_a_fault_is_one_sentence_with_details_to_copy(open_window, source, qtbot) -> None:
    window = open_window
    error = type(INTERNAL)(INTERNAL.message, INTERNAL.hint)
    error.add_note("Traceback: a fault of our own")
    window.show_error(error)
    bar = window.message_bar
    assert bar.text == str(INTERNAL)
    assert bar._copy.isVisible()
    QTest.mouseClick(bar._copy, Qt.MouseButton.LeftButton)
    assert "a fault of our own" in QGuiApplication.clipboard().text()
    window.message_bar.say("All is well.")
    assert not bar._copy.isVisible()


def test_many_files_at_once_of_all_kinds_lose_nothing(open_window, tmp_path, make_photo, sound_file, qtbot) -> None:
    window = open_window
    before = window.document
    good = [tmp_path / f"{number}.png" for number in range(12)]
    for number, path in enumerate(good):
        write_photo(make_photo(20 + number, 30), path)
    broken = [tmp_path / f"broken{number}.jpg" for number in range(5)]
    for path in broken:
        path.write_bytes(b"\xff\xd8 no picture")
    gone = tmp_path / "gone.png"
    with qtbot.waitSignal(window.session.refused, timeout=10_000):
        drop(window.stage.canvas, *good, *broken, gone, good[0], sound_file)
    assert window.document is before
    assert len(window.session.references) == 13
    assert window.message_bar.kind == "warning"
    assert "6 of 19" in window.message_bar.text
