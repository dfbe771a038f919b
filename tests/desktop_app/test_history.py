"""History, projects and recovery, as a user does them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from window_helpers import drop, stroke

from desktop_app.window.main_window import MainWindow
from desktop_app.work.history_row import EditRow
from engine.errors import BadInput
from engine.files import read_photo
from engine.files.disk import Disk
from engine.picture import Photo
from engine.project import pictures
from engine.project.edits import Edits
from engine.project.project_file import summary
from engine.project.recovery import lost, resume

LEFT = Qt.MouseButton.LeftButton


def edit(window: MainWindow, qtbot, text: str, *points: tuple[float, float]) -> np.ndarray:
    """Paint, write, run, accept; returns the accepted picture once it lies on the disk."""
    if points:
        stroke(window, *points)
    window.side.instruction.setPlainText(text)
    with qtbot.waitSignal(window.runs.result):
        window.commands.run.trigger()
    window.commands.accept.trigger()
    qtbot.waitUntil(lambda: window.session.recorder.idle and window.document.edits[-1].box is not None)
    return window.document.photo.pixels


def row(window: MainWindow, number: int) -> EditRow:
    """The row of the ``number``-th accepted edit, from 0."""
    return window.side.history.rows[window.document.edits[number].key]


def choose(row: EditRow, words: str) -> None:
    """Open a row's menu by its button, and take the command with these words."""
    press(row.more)
    menu = row.menu()
    assert menu.isVisible()
    action = next(each for each in menu.actions() if words in each.text().replace("&", ""))
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    menu.close()


def press(button) -> None:
    QTest.mouseClick(button, LEFT)


def turn_wheel(window: MainWindow, widget: QWidget, by: int) -> None:
    """Turn the wheel over the middle of a widget, in eighths of a degree."""
    place = widget.mapTo(window, widget.rect().center())
    QTest.wheelEvent(window.windowHandle(), QPointF(place), QPoint(0, by))


def vanish(window: MainWindow) -> None:
    """End the window as a kill does: nothing is asked, nothing is tidied up."""
    recorder = window.session.recorder
    recorder._background.finish()
    recorder._journal.release()
    recorder._document = recorder._journal = None
    window.session.document = None


@pytest.fixture
def edited(open_window: MainWindow, qtbot) -> MainWindow:
    """The window with two accepted edits that overlap, and a third that lies apart."""
    edit(open_window, qtbot, "first", (60, 60), (120, 60))
    edit(open_window, qtbot, "second", (100, 60), (160, 60))
    edit(open_window, qtbot, "third", (300, 250), (340, 250))
    return open_window


def test_accepted_edits_are_listed_newest_first_over_the_original(edited):
    panel = edited.side.history
    order = [panel._column.itemAt(index).widget() for index in range(panel._column.count())]
    assert [each.title.toolTip() for each in order[:3]] == ["third", "second", "first"]
    assert panel._name.toolTip() == "lake.png"
    assert not panel.empty.isVisible()
    assert panel.disk.text().endswith("of 8 GB")
    assert all(not each.picture.pixmap().isNull() for each in order[:3])


def test_the_eye_hides_an_edit_and_shows_it_again(edited, qtbot):
    before, original = edited.document.photo.pixels, edited.document.original.pixels
    press(row(edited, 2).eye)
    hidden = edited.document.photo.pixels
    assert np.array_equal(hidden[200:], original[200:])
    assert np.array_equal(hidden[:200], before[:200])
    assert "third" in row(edited, 2).eye.accessibleName()
    row(edited, 2).eye.setFocus()
    QTest.keyClick(row(edited, 2).eye, Qt.Key.Key_Space)
    assert np.array_equal(edited.document.photo.pixels, before)
    edited.commands.undo.trigger()
    assert np.array_equal(edited.document.photo.pixels, hidden)


def test_hiding_the_lower_of_two_marks_the_upper_one(edited):
    press(row(edited, 0).eye)
    assert row(edited, 1).note.isVisible()
    assert row(edited, 1).again_button.isVisible()
    assert not row(edited, 2).note.isVisible()
    press(row(edited, 0).eye)
    assert not row(edited, 1).note.isVisible()


def test_opacity_by_keys_mixes_and_is_one_step_of_undo(edited):
    full = edited.document.photo.pixels
    slider = row(edited, 2).slider
    slider.setFocus()
    for _ in range(5):
        QTest.keyClick(slider, Qt.Key.Key_PageDown)
    assert edited.document.edits[2].opacity == 0.5
    original = edited.document.original.pixels.astype(int)
    half = edited.document.photo.pixels
    assert np.abs(half - (original + full) / 2)[250, 300:340].max() <= 0.5
    edited.commands.undo.trigger()
    assert np.array_equal(edited.document.photo.pixels, full)
    assert slider.value() == 100


def test_the_wheel_over_an_opacity_scrolls_the_panel_unless_the_slider_has_the_focus(edited):
    edited.resize(1000, 420)
    slider, scroll = row(edited, 2).slider, edited.side._scroll.verticalScrollBar()
    edited.side._scroll.ensureWidgetVisible(slider)
    before = scroll.value()
    assert before > 0
    edited.stage.canvas.setFocus()
    turn_wheel(edited, slider, 120)
    assert slider.value() == 100
    assert edited.document.edits[2].opacity == 1.0
    turn_wheel(edited, slider, -120)
    assert slider.value() == 100
    turn_wheel(edited, slider, 120)
    assert scroll.value() < before
    edited.side._scroll.ensureWidgetVisible(slider)
    slider.setFocus()
    turn_wheel(edited, slider, -120)
    assert slider.value() < 100
    assert edited.document.edits[2].opacity == slider.value() / 100


def test_delete_and_undo(edited, qtbot):
    before = edited.document.photo.pixels
    choose(row(edited, 1), "Delete")
    assert [each.instruction.text for each in edited.document.edits] == ["first", "third"]
    assert len(edited.side.history.rows) == 2
    edited.commands.undo.trigger()
    assert np.array_equal(edited.document.photo.pixels, before)
    assert len(edited.side.history.rows) == 3


def test_an_edit_is_run_again_with_another_mask_under_the_later_ones(edited, qtbot, source):
    first = edited.document.edits[0]
    choose(row(edited, 0), "Mask")
    assert edited.document.mask.values[60, 60] == 255
    stroke(edited, (60, 150), (90, 150))
    with qtbot.waitSignal(edited.runs.result):
        press(edited.message_bar._button)
    request = source.edited[-1]
    assert np.array_equal(request.photo.pixels, edited.document.original.pixels)
    assert edited.document.pending.base is edited.document.original
    assert request.mask[60, 60] == request.mask[150, 60] == 255
    assert request.plan == first.plan
    assert request.instruction.text == "first"
    qtbot.waitUntil(edited.commands.accept.isEnabled)  # the later edits are put over it first
    seen = edited.session.outcome()
    edited.commands.accept.trigger()
    assert edited.document.photo is seen
    assert [each.instruction.text for each in edited.document.edits] == ["first", "second", "third"]
    assert edited.document.edits[0].key != first.key
    original = edited.document.original
    assert np.array_equal(edited.document.photo.pixels[150, 75], original.white - original.pixels[150, 75])
    assert edited.document.mask.empty
    edited.commands.undo.trigger()
    assert edited.document.edits[0].key == first.key


def test_run_again_without_touching_the_mask_uses_its_own(edited, qtbot, source):
    mask = source.edited[1].mask
    with qtbot.waitSignal(edited.runs.result):
        choose(row(edited, 1), "Run Again")
    assert np.array_equal(source.edited[-1].mask, mask)
    assert np.array_equal(source.edited[-1].photo.pixels, source.edited[1].photo.pixels)
    assert not row(edited, 1).eye.isEnabled()
    assert "result is waiting" in row(edited, 1).eye.toolTip() == row(edited, 1).slider.toolTip()
    edited.commands.discard.trigger()
    assert row(edited, 1).eye.isEnabled()
    assert row(edited, 1).eye.toolTip() == "Hide this edit"
    assert row(edited, 1).slider.toolTip() == "Opacity of this edit"


def test_an_edit_whose_place_words_named_says_so_when_its_mask_is_wanted(open_window, qtbot):
    edit(open_window, qtbot, "make it bright")
    choose(row(open_window, 0), "Mask")
    assert open_window.message_bar.text.startswith("Words said where this edit acts. Paint a mask")
    assert open_window.message_bar._button.text() == "Run again"


def test_settings_are_shown(edited):
    assert not row(edited, 0).details.isVisible()
    choose(row(edited, 0), "Settings")
    assert "seed 0" in row(edited, 0).details.text()
    assert row(edited, 0).details.isVisible()


def test_a_picture_that_takes_long_is_put_together_beside_the_window(edited, qtbot, monkeypatch):
    before = edited.document.photo.pixels
    monkeypatch.setattr(pictures, "SLOW", 0)
    edited.document._pictures._held.clear()
    edited.session._pyramids.clear()
    with qtbot.waitSignal(edited.session.touched):
        press(row(edited, 0).eye)
        assert edited.document.edits[0].visible  # not yet
    assert not edited.document.edits[0].visible
    with qtbot.waitSignal(edited.session.touched):
        edited.commands.undo.trigger()
    assert np.array_equal(edited.document.photo.pixels, before)


@pytest.fixture
def slowly(edited, monkeypatch) -> MainWindow:
    """The window with three edits, every picture of which is put together beside the window."""
    monkeypatch.setattr(pictures, "SLOW", 0)
    edited.document._pictures._held.clear()
    edited.session._pyramids.clear()
    return edited


def settled(window: MainWindow, qtbot) -> None:
    """Wait until nothing is put together any more."""
    qtbot.waitUntil(lambda: window.session.coming is window.document.edits and not window._background.busy)


def test_an_opacity_is_the_last_one_wanted_however_fast_the_keys_come(slowly, qtbot):
    before = slowly.document.photo.pixels
    slider = row(slowly, 2).slider
    slider.setFocus()
    for _ in range(6):
        QTest.keyClick(slider, Qt.Key.Key_Left)
    qtbot.waitSignal(slowly.session.touched).wait()
    assert slider.value() == 94  # what is wanted, while the document is on its way there
    for _ in range(4):
        QTest.keyClick(slider, Qt.Key.Key_Left)
    settled(slowly, qtbot)
    assert slowly.document.edits[2].opacity == 0.9
    assert slider.value() == 90
    slowly.commands.undo.trigger()
    settled(slowly, qtbot)
    assert slowly.document.edits[2].opacity == 1.0
    assert np.array_equal(slowly.document.photo.pixels, before)


def test_clicks_on_two_eyes_and_undo_are_done_in_turn_while_pictures_are_made(slowly, qtbot):
    before = slowly.document.photo.pixels
    press(row(slowly, 0).eye)
    press(row(slowly, 2).eye)
    assert all(slowly.document.edits[number].visible for number in (0, 2))  # not yet
    assert all("Show" in row(slowly, number).eye.accessibleName() for number in (0, 2))
    settled(slowly, qtbot)
    assert [edit.visible for edit in slowly.document.edits] == [False, True, False]
    QTest.keyClick(slowly, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(slowly, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled(slowly, qtbot)
    assert np.array_equal(slowly.document.photo.pixels, before)


def test_the_second_of_two_clicks_on_an_eye_counts(slowly, qtbot):
    press(row(slowly, 1).eye)
    press(row(slowly, 1).eye)
    settled(slowly, qtbot)
    assert slowly.document.edits[1].visible
    assert not row(slowly, 1).eye.isChecked()


def test_an_edit_taken_back_while_it_should_change_leaves_no_step(slowly, qtbot):
    key = slowly.document.edits[2].key
    slowly.commands.undo.trigger()
    slowly.history_desk.show_edit(key, False)
    slowly.history_desk.run_again(key)
    settled(slowly, qtbot)
    assert len(slowly.document.edits) == 2
    assert slowly.document.next_change.label == "accept"
    assert not slowly.runs.busy


@pytest.fixture
def held(slowly, monkeypatch) -> Iterator[threading.Event]:
    """Holds the pictures that are put together beside the window until it is set; 20 s at most."""
    document, gate = slowly.document, threading.Event()
    window, make = threading.get_ident(), document.picture

    def picture(edits: Edits) -> Photo:
        if threading.get_ident() != window:
            gate.wait(20)
        return make(edits)

    monkeypatch.setattr(document, "picture", picture)
    yield gate
    gate.set()


def test_a_change_that_fails_is_shown_as_not_done(slowly, qtbot, monkeypatch):
    def gone(_edits: Edits) -> Photo:
        raise BadInput("The patch is damaged.", "Delete the edit.")

    monkeypatch.setattr(slowly.document, "picture", gone)
    with qtbot.waitSignal(slowly.session.failed):
        press(row(slowly, 1).eye)
        assert "Show" in row(slowly, 1).eye.accessibleName()  # as if it were done
    assert slowly.message_bar.text.startswith("The patch is damaged.")
    assert slowly.document.edits[1].visible
    assert "Hide" in row(slowly, 1).eye.accessibleName()
    assert not row(slowly, 1).eye.isChecked()


def test_a_result_that_comes_while_an_edit_is_being_hidden_waits_over_what_comes_of_it(slowly, held, qtbot):
    stroke(slowly, (200, 200), (240, 200))
    press(row(slowly, 0).eye)
    slowly.side.instruction.setPlainText("make it bright")
    with qtbot.waitSignal(slowly.runs.result):
        press(slowly.side.run_bar.run_button)
    waiting = slowly.document.pending
    assert slowly.document.edits[0].visible  # not yet
    held.set()
    qtbot.waitUntil(lambda: not slowly.document.edits[0].visible)
    assert slowly.document.pending is waiting
    assert [each.pending for each in slowly.results.items] == [waiting]
    qtbot.waitUntil(slowly.commands.accept.isEnabled)
    hidden, base = slowly.document.photo.pixels, waiting.base.pixels
    wanted = np.where(waiting.photo.pixels != base, waiting.photo.pixels, hidden)
    assert not np.array_equal(hidden, base)
    qtbot.waitUntil(lambda: np.array_equal(slowly.stage.canvas._scene.after.levels[0], wanted))
    press(slowly.stage.result_bar.accept_button)
    settled(slowly, qtbot)
    assert np.array_equal(slowly.document.photo.pixels, wanted)
    slowly.commands.undo.trigger()
    settled(slowly, qtbot)
    assert np.array_equal(slowly.document.photo.pixels, hidden)
    slowly.commands.undo.trigger()
    settled(slowly, qtbot)
    assert np.array_equal(slowly.document.photo.pixels, base)


def test_a_result_that_comes_before_an_undo_that_had_to_wait_goes_on_waiting(slowly, held, qtbot):
    press(row(slowly, 0).eye)
    QTest.keyClick(slowly, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    slowly.side.instruction.setPlainText("make it bright")
    with qtbot.waitSignal(slowly.runs.result):
        press(slowly.side.run_bar.run_button)
    waiting = slowly.document.pending
    held.set()
    qtbot.waitUntil(lambda: slowly.document.next_change is not None)
    assert slowly.document.next_change.label == "hide edit"
    assert slowly.document.pending is waiting
    assert [each.pending for each in slowly.results.items] == [waiting]
    qtbot.waitUntil(slowly.commands.accept.isEnabled)
    press(slowly.stage.result_bar.accept_button)
    settled(slowly, qtbot)
    assert np.array_equal(slowly.document.photo.pixels, waiting.photo.pixels)


CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_change_under_way_is_in_the_file_that_is_saved_then(slowly, held, qtbot, dialogs, tmp_path):
    dialogs.save_path = tmp_path / "dawn.png"
    before = slowly.document.photo.pixels
    press(row(slowly, 0).eye)
    QTest.keyClick(slowly.stage.canvas, Qt.Key.Key_S, CTRL)
    assert dialogs.suggested == []  # not yet
    with qtbot.waitSignal(slowly.session.saved):
        held.set()
    assert np.array_equal(read_photo(dialogs.save_path).pixels, slowly.document.photo.pixels)
    assert not np.array_equal(slowly.document.photo.pixels, before)
    assert not slowly.document.modified


def test_closing_asks_about_a_change_under_way(slowly, held, qtbot, dialogs, tmp_path):
    dialogs.answer, dialogs.save_path = "save", tmp_path / "dawn.png"
    with qtbot.waitSignal(slowly.session.saved):
        QTest.keyClick(slowly.stage.canvas, Qt.Key.Key_S, CTRL)
    shown = read_photo(dialogs.save_path).pixels
    press(row(slowly, 0).eye)
    press(row(slowly, 2).eye)
    assert slowly.close() is False
    assert slowly.close() is False
    assert dialogs.questions == 0  # not yet
    held.set()
    qtbot.waitUntil(lambda: not slowly.isVisible())
    assert dialogs.questions == 1
    assert [edit.visible for edit in slowly.document.edits] == [False, True, False]
    assert not np.array_equal(read_photo(dialogs.save_path).pixels, shown)
    assert np.array_equal(read_photo(dialogs.save_path).pixels, slowly.document.photo.pixels)


def test_a_crop_is_refused_while_an_edit_is_being_hidden_and_its_frame_stays(slowly, held, qtbot):
    canvas = slowly.stage.canvas
    QTest.keyClick(canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    frame = canvas.kit.cropper.frame
    press(row(slowly, 0).eye)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert slowly.message_bar.text.startswith("The photo is still changing. Wait until that is done")
    held.set()
    settled(slowly, qtbot)
    assert [edit.visible for edit in slowly.document.edits] == [False, True, True]
    assert canvas.kit.cropper.frame == frame
    with qtbot.waitSignal(slowly.canvas_work.cropping.cropped):
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert (slowly.document.photo.width, slowly.document.photo.height) == (frame.box.width, frame.box.height)
    assert canvas.kit.cropper.frame.empty


# projects


def test_a_project_is_saved_and_opened_again(edited, qtbot, dialogs, tmp_path, make_window, monkeypatch):
    stroke(edited, (200, 100), (220, 100))
    edited.side.instruction.setPlainText("and then")
    dialogs.project_path = tmp_path / "lake.overtone"
    assert edited.document.modified
    with qtbot.waitSignal(edited.session.saved):
        edited.commands.save_project.trigger()
    assert dialogs.suggested == [tmp_path / "lake-project-1.overtone"]
    assert dialogs.sizes[0] > 1000
    assert not edited.document.modified
    assert "lake.overtone" in edited.message_bar.text
    assert [each["instruction"] for each in summary(dialogs.project_path)["edits"]] == ["first", "second", "third"]
    other = make_window()
    dialogs.photo_path = dialogs.project_path
    with qtbot.waitSignal(other.session.resumed):
        other.commands.open.trigger()
    assert np.array_equal(other.document.photo.pixels, edited.document.photo.pixels)
    assert np.array_equal(other.document.mask.values, edited.document.mask.values)
    assert other.side.instruction.text == "and then"
    assert len(other.side.history.rows) == 3
    assert not other.document.modified
    edit(other, qtbot, "fourth", (30, 250), (50, 250))
    with qtbot.waitSignal(other.session.saved):
        other.commands.save_project.trigger()  # where it was opened from
    assert len(summary(dialogs.project_path)["edits"]) == 4


def test_the_title_and_the_status_name_the_file_that_was_saved_last(edited, qtbot, dialogs, tmp_path):
    assert edited.windowTitle() == "lake.png[*] — Overtone"
    dialogs.save_path = tmp_path / "dawn.png"
    with qtbot.waitSignal(edited.session.saved):
        QTest.keyClick(edited, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert edited.windowTitle() == "dawn.png[*] — Overtone"
    assert edited.status.photo_label.text().startswith("dawn.png ")
    dialogs.project_path = tmp_path / "lake.overtone"
    with qtbot.waitSignal(edited.session.saved):
        edited.commands.save_project.trigger()
    assert edited.windowTitle() == "lake.overtone[*] — Overtone"
    assert edited.status.photo_label.text().startswith("lake.overtone ")


def test_closing_asks_about_the_file_in_the_title_and_saves_to_it(edited, qtbot, dialogs, tmp_path):
    dialogs.answer, dialogs.project_path, dialogs.save_path = "stay", tmp_path / "lake.overtone", tmp_path / "dawn.png"
    edited.close()
    with qtbot.waitSignal(edited.session.saved):
        QTest.keyClick(edited, Qt.Key.Key_S, CTRL)
    press(row(edited, 0).eye)
    edited.close()
    with qtbot.waitSignal(edited.session.saved):
        edited.commands.save_project.trigger()
    press(row(edited, 2).eye)
    edited.close()
    assert dialogs.named == ["lake.png", "dawn.png", "lake.overtone"]
    assert edited.windowTitle().startswith("lake.overtone")
    dialogs.answer, saved = "save", read_photo(dialogs.save_path).pixels
    edited.close()
    qtbot.waitUntil(lambda: not edited.isVisible())
    assert [each["visible"] for each in summary(dialogs.project_path)["edits"]] == [False, True, False]
    assert np.array_equal(read_photo(dialogs.save_path).pixels, saved)


def test_a_broken_project_is_one_sentence_and_leaves_the_photo(edited, qtbot, tmp_path):
    path = tmp_path / "bad.overtone"
    path.write_bytes(b"PK nothing")
    before = edited.document
    with qtbot.waitSignal(edited.session.failed):
        edited.open(path)
    assert "bad.overtone" in edited.message_bar.text
    assert edited.message_bar.kind == "error"
    assert edited.document is before


def test_a_moved_photo_is_asked_about(edited, qtbot, dialogs, tmp_path, photo_file):
    dialogs.project_path = tmp_path / "lake.overtone"
    with qtbot.waitSignal(edited.session.saved):
        edited.commands.save_project.trigger()
    photo_file.rename(tmp_path / "sea.png")
    with qtbot.waitSignal(edited.session.resumed):
        edited.open(dialogs.project_path)
    assert "sea.png" in edited.message_bar.text
    press(edited.message_bar._button)
    assert edited.document.path == tmp_path / "sea.png"


# after a kill


def test_what_was_open_at_a_kill_is_offered_and_restored(edited, qtbot, make_window, source, dialogs):
    stroke(edited, (200, 100), (220, 100))
    edited.side.instruction.setPlainText("half a sent")
    picture, mask = edited.document.photo.pixels, edited.document.mask.values.copy()
    with qtbot.waitSignal(edited.runs.planned):
        edited.commands.plan.trigger()
    qtbot.waitUntil(lambda: edited.session.recorder.idle)
    vanish(edited)
    other = make_window()
    qtbot.waitUntil(other.recovery_bar.isVisible)
    assert "lake.png" in other.recovery_bar.text.text()
    assert "3 edits" in other.recovery_bar.text.text()
    with qtbot.waitSignal(other.session.resumed):
        press(other.recovery_bar.restore_button)
    assert not other.recovery_bar.isVisible()
    assert np.array_equal(other.document.photo.pixels, picture)
    assert np.array_equal(other.document.mask.values, mask)
    assert other.side.instruction.text == "half a sent"
    assert other.side.plan_card.plan is not None
    assert other.document.modified
    assert [each.instruction.text for each in other.document.edits] == ["first", "second", "third"]
    edit(other, qtbot, "goes on", (30, 250), (50, 250))


def test_runs_end_with_their_document_when_work_is_brought_back(edited, qtbot, make_window, photo_file, source):
    vanish(edited)
    other = make_window()
    qtbot.waitUntil(other.recovery_bar.isVisible)
    with qtbot.waitSignal(other.session.opened):
        other.open(photo_file)
    source.gate.clear()
    asked = len(source.planned)
    for text in ("bright", "dark"):
        other.side.instruction.setPlainText(text)
        press(other.side.run_bar.run_button)
    with qtbot.waitSignal(other.session.resumed):
        press(other.recovery_bar.restore_button)
    assert not other.runs.busy
    qtbot.waitUntil(lambda: source.stops == 1)
    source.gate.set()
    qtbot.wait(50)
    assert len(source.planned) == asked + 1  # the one that waited never began
    assert other.document.pending is None
    assert other.results.items == ()
    assert len(other.talk.exchanges) == 3


def test_not_now_keeps_it_for_the_next_start(edited, qtbot, make_window, journals):
    vanish(edited)
    other = make_window()
    qtbot.waitUntil(other.recovery_bar.isVisible)
    press(other.recovery_bar.later_button)
    assert not other.recovery_bar.isVisible()
    assert len(lost(journals)) == 1


def test_delete_asks_and_then_removes_it(edited, qtbot, make_window, journals, dialogs):
    vanish(edited)
    other = make_window()
    qtbot.waitUntil(other.recovery_bar.isVisible)
    press(other.recovery_bar.delete_button)
    assert dialogs.deleted == ["lake.png"]
    qtbot.waitUntil(lambda: not list(journals.iterdir()))
    assert not other.recovery_bar.isVisible()


def test_a_running_window_is_not_offered_to_another(edited, qtbot, make_window):
    other = make_window()
    qtbot.waitUntil(lambda: not other._background.busy)
    assert not other.recovery_bar.isVisible()


def test_closing_after_discard_leaves_nothing_behind(edited, journals, dialogs):
    dialogs.answer = "discard"
    edited.close()
    assert dialogs.questions == 1
    assert not list(journals.iterdir())


def test_edits_of_a_saved_photo_are_offered_when_it_is_opened_again(
    edited, qtbot, dialogs, tmp_path, journals, make_window, photo_file
):
    picture = edited.document.photo.pixels
    dialogs.save_path = tmp_path / "lake-edit-1.png"
    with qtbot.waitSignal(edited.session.saved):
        edited.commands.save.trigger()
    edited.close()
    assert dialogs.questions == 0
    other = make_window()
    qtbot.waitUntil(lambda: not other._background.busy)
    assert not other.recovery_bar.isVisible()
    with qtbot.waitSignal(other.session.opened):
        other.open(photo_file)
    assert "3 edits" in other.message_bar.text
    with qtbot.waitSignal(other.session.resumed):
        press(other.message_bar._button)
    assert np.array_equal(other.document.photo.pixels, picture)


def test_old_work_beyond_the_budget_goes_only_on_the_users_word(
    edited, qtbot, dialogs, tmp_path, journals, make_window
):
    dialogs.save_path = tmp_path / "lake-edit-1.png"
    with qtbot.waitSignal(edited.session.saved):
        edited.commands.save.trigger()
    edited.close()
    other = make_window()
    other.session.recorder.budget = 1000
    other.project_desk.look()
    qtbot.waitUntil(lambda: bool(other.message_bar.text))
    assert "more than the 1 MB" in other.message_bar.text
    assert len(lost(journals)) == 1
    press(other.message_bar._button)
    assert dialogs.deleted == ["lake.png"]
    qtbot.waitUntil(lambda: not list(journals.iterdir()))


def test_a_full_disk_is_said_once_and_editing_goes_on(edited, qtbot, monkeypatch):
    def full(_disk: Disk, _handle: int, _data) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Disk, "write", full)
    with qtbot.waitSignal(edited.session.recorder.failed):
        stroke(edited, (200, 100), (220, 100))
    assert "disk is full" in edited.message_bar.text
    edited.message_bar.dismiss()
    stroke(edited, (200, 120), (220, 120))
    qtbot.waitUntil(lambda: edited.session.recorder.idle)
    assert not edited.message_bar.text
    assert edited.document.mask.values[120, 210] == 255
    monkeypatch.undo()
    edited.commands.undo.trigger()
    qtbot.waitUntil(lambda: edited.session.recorder.idle)
    folder = edited.session.recorder.folder
    edited.session.recorder._journal.release()
    assert np.array_equal(resume(folder).document.mask.values, edited.document.mask.values)


def test_a_project_dropped_on_the_window_is_opened(edited, qtbot, dialogs, tmp_path):
    dialogs.project_path = tmp_path / "lake.overtone"
    with qtbot.waitSignal(edited.session.saved):
        edited.commands.save_project.trigger()
    with qtbot.waitSignal(edited.session.resumed):
        assert drop(edited.stage.canvas, dialogs.project_path)
    assert len(edited.document.edits) == 3


def test_references_of_a_project_stay_when_another_photo_is_opened(
    edited, qtbot, dialogs, tmp_path, photo_file, journals
):
    with qtbot.waitSignal(edited.session.added):
        edited.session.add_files([photo_file])
    dialogs.project_path = tmp_path / "lake.overtone"
    with qtbot.waitSignal(edited.session.saved):
        edited.commands.save_project.trigger()
    with qtbot.waitSignal(edited.session.resumed):
        edited.open(dialogs.project_path)
    with qtbot.waitSignal(edited.session.opened):
        edited.open(photo_file)
    qtbot.waitUntil(lambda: not edited.session.recorder._background.busy)
    (reference,) = edited.session.references
    assert journals in reference.path.parents
    assert reference.path.exists()
    edited.close()
    assert not list(journals.iterdir())
