"""The window as a user drives it: open, paint, add references, run, accept, save. Real events, a fake engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_helpers import drop, drop_data, stroke, widget_point, write_sound

from desktop_app.canvas.scene import Compare
from desktop_app.references.drops import Incoming, reference_data
from desktop_app.runs.run import State
from desktop_app.talk.operation_editor import OperationEditor
from desktop_app.tools import Tool
from engine.errors import RegionNotFound
from engine.files import SaveOptions, jpeg_blocks, read_photo, write_photo
from engine.values import Op, Operation, Plan

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def run_to_result(window, qtbot, text="make it bright") -> None:
    window.side.instruction.setPlainText(text)
    with qtbot.waitSignal(window.runs.result):
        window.side.run_bar.run_button.click()


# opening


def test_run_says_why_it_cannot_be_pressed(open_window, source, qtbot) -> None:
    window = open_window
    buttons = (window.side.run_bar.run_button, window.side.run_bar.plan_button)
    assert [button.toolTip() for button in buttons] == ["Write what to change first."] * 2
    QTest.keyClicks(window.side.instruction, "make it bright")
    assert all(button.isEnabled() for button in buttons)
    assert window.side.run_bar.run_button.toolTip().startswith("Plan and edit")
    assert window.side.run_bar.plan_button.toolTip().startswith("Show what would be done")


def test_empty_window_says_what_to_do(window) -> None:
    assert window.stage.currentWidget() is window.stage.welcome
    assert not window.commands.run.isEnabled()
    assert not window.commands.save.isEnabled()
    assert not window.side.run_bar.run_button.isEnabled()
    assert window.message_bar.text == ""


def test_a_dropped_photo_opens_and_a_dropped_sound_goes_to_its_bin(window, photo_file, sound_file, qtbot) -> None:
    with qtbot.waitSignals([window.session.opened, window.session.added]):
        assert drop(window.stage.welcome, photo_file, sound_file)
    assert window.document.path == photo_file
    assert "lake.png" in window.status.photo_label.text()
    assert "400 × 300" in window.status.photo_label.text()
    assert [tile.reference.path for tile in window.side.sounds.tiles] == [sound_file]


def test_a_broken_photo_is_refused_in_one_sentence(open_window, tmp_path, qtbot) -> None:
    window = open_window
    before = window.document
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 nothing more")
    with qtbot.waitSignal(window.session.failed):
        window.open(broken)
    assert window.message_bar.kind == "error"
    assert "broken.jpg" in window.message_bar.text
    assert window.document is before


def test_the_canvas_shows_the_photo(open_window) -> None:
    window = open_window
    canvas = window.stage.canvas
    window.commands.actual.trigger()
    picture = canvas.grab().toImage()
    place = widget_point(window, 200.5, 150.5)
    ratio = picture.devicePixelRatio()
    shown = picture.pixelColor(round(place.x() * ratio), round(place.y() * ratio))
    wanted = window.document.photo.pixels[145:156, 195:206].reshape(-1, 3).astype(int)
    assert np.abs(wanted - [shown.red(), shown.green(), shown.blue()]).sum(axis=1).min() <= 3


def test_a_picture_dropped_on_an_open_photo_becomes_a_reference_and_can_be_opened(
    open_window, photo_file, tmp_path, make_photo, qtbot
) -> None:
    window = open_window
    other = tmp_path / "dog.png"
    write_photo(make_photo(60, 50), other)
    with qtbot.waitSignal(window.session.added):
        assert drop(window.stage.canvas, other)
    assert window.document.path == photo_file
    assert [tile.reference.path for tile in window.side.pictures.tiles] == [other]
    with qtbot.waitSignal(window.session.opened):
        window.message_bar._button.click()
    assert window.document.path == other


# the mask


def test_painting_marks_the_mask_where_the_brush_went(open_window) -> None:
    window = open_window
    assert window.stage.canvas.tool is Tool.brush
    window.stage.canvas.set_brush(diameter=20)
    stroke(window, (100, 150), (200, 150), (300, 150))
    values = window.document.mask.values
    assert values[150, 105:295].min() == 255
    assert values[:135].max() == 0
    assert values[166:].max() == 0
    assert window.commands.undo.isEnabled()
    assert "Brush Stroke" in window.commands.undo.text()


def test_erase_undo_redo_invert_clear(open_window) -> None:
    window = open_window
    canvas, mask = window.stage.canvas, window.document.mask
    canvas.set_brush(diameter=30)
    stroke(window, (100, 150), (300, 150))
    painted = mask.values.copy()
    QTest.keyClick(canvas, Qt.Key.Key_E)
    assert canvas.tool is Tool.eraser
    stroke(window, (200, 100), (200, 200))
    assert mask.values[150, 200] == 0
    assert mask.values[150, 120] == 255
    QTest.keyClick(canvas, Qt.Key.Key_Z, CTRL)
    assert np.array_equal(mask.values, painted)
    QTest.keyClick(canvas, Qt.Key.Key_Z, CTRL | SHIFT)
    assert mask.values[150, 200] == 0
    QTest.keyClick(canvas, Qt.Key.Key_I, CTRL)
    assert mask.values[150, 200] == 255
    QTest.keyClick(canvas, Qt.Key.Key_D, CTRL)
    assert mask.empty
    for _ in range(4):
        window.commands.undo.trigger()
    assert mask.empty
    assert not window.commands.undo.isEnabled()


def test_brackets_size_the_brush(open_window) -> None:
    canvas = open_window.stage.canvas
    canvas.set_brush(diameter=100)
    QTest.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert canvas.brush.diameter == 120
    QTest.keyClick(canvas, Qt.Key.Key_BracketLeft)
    assert canvas.brush.diameter == 100
    assert open_window.stage.options.size_label.text() == "100 px"
    canvas.set_brush(diameter=1)
    QTest.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert canvas.brush.diameter == 2


def test_letters_typed_into_the_instruction_choose_no_tool(open_window) -> None:
    window = open_window
    window.side.instruction.setFocus()
    QTest.keyClicks(window.side.instruction, "beh[]")
    assert window.side.instruction.text == "beh[]"
    assert window.stage.canvas.tool is Tool.brush


def test_space_and_the_middle_button_pan_without_painting(open_window) -> None:
    window = open_window
    canvas = window.stage.canvas
    canvas.zoom_to(8)
    left = canvas.view.left
    start, end = canvas.rect().center(), canvas.rect().center()
    end.setX(end.x() + 40)
    for key in (True, False):
        button = Qt.MouseButton.LeftButton if key else Qt.MouseButton.MiddleButton
        if key:
            QTest.keyPress(canvas, Qt.Key.Key_Space)
        QTest.mousePress(canvas, button, Qt.KeyboardModifier.NoModifier, start)
        QTest.mouseMove(canvas, end)
        QTest.mouseRelease(canvas, button, Qt.KeyboardModifier.NoModifier, end)
        if key:
            QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.view.left == pytest.approx(left + 80 * canvas.devicePixelRatioF(), abs=2)
    assert window.document.mask.empty


# references


def test_dropping_several_files_says_which_cannot_be_used(window, photo_file, sound_file, tmp_path, qtbot) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("no picture")
    silent = tmp_path / "empty.wav"
    silent.write_bytes(b"")
    with qtbot.waitSignal(window.session.refused):
        assert drop(window.side.pictures, photo_file, notes, sound_file, silent)
    assert [tile.reference.number for tile in window.side.pictures.tiles] == [1]
    assert [tile.reference.number for tile in window.side.sounds.tiles] == [2]
    assert window.message_bar.kind == "warning"
    assert "2 of 4" in window.message_bar.text
    assert "notes.txt" in window.message_bar.text
    tile = window.side.pictures.tiles[0]
    assert tile.thumb is not None
    assert tile.thumb.size == (400, 300)
    peaks = window.side.sounds.tiles[0].thumb.peaks
    assert peaks.max() == 1
    assert peaks[:10].mean() > 3 * peaks[-10:].mean()


def test_references_stay_when_a_photo_is_opened_later(window, photo_file, sound_file, qtbot) -> None:
    with qtbot.waitSignal(window.session.added):
        drop(window.side.sounds, sound_file)
    with qtbot.waitSignal(window.session.opened):
        window.open(photo_file)
    assert [tile.reference.number for tile in window.side.sounds.tiles] == [1]


def test_click_double_click_and_drop_insert_the_marker(open_window, photo_file, sound_file, qtbot) -> None:
    window = open_window
    with qtbot.waitSignal(window.session.added):
        drop(window.side.pictures, photo_file, sound_file)
    box = window.side.instruction
    box.setPlainText("replace the boat with")
    box.moveCursor(box.textCursor().MoveOperation.End)
    QTest.mouseClick(window.side.pictures.tiles[0], Qt.MouseButton.LeftButton)
    assert box.text == "replace the boat with [ref#1]"
    box.setPlainText("")
    QTest.mouseClick(window.side.sounds.tiles[0], Qt.MouseButton.LeftButton)
    QTest.mouseDClick(window.side.sounds.tiles[0], Qt.MouseButton.LeftButton)
    assert box.text.count("[ref#2]") in (1, 2)
    box.setPlainText("")
    box.insertFromMimeData(reference_data(2))
    assert box.text == "[ref#2]"
    assert drop_data(window.side.pictures, reference_data(2)) is False


def test_files_dropped_into_the_instruction_become_references(open_window, sound_file, tmp_path, qtbot) -> None:
    window = open_window
    box = window.side.instruction
    box.setPlainText("make it feel like")
    box.moveCursor(box.textCursor().MoveOperation.End)
    with qtbot.waitSignal(window.session.added):
        box.came.emit(Incoming((sound_file,)))
    assert box.text == "make it feel like [ref#1]"
    other = tmp_path / "other.wav"
    write_sound(other, 0.5)
    with qtbot.waitSignal(window.session.added):
        box.came.emit(Incoming((other, sound_file)))
    assert box.text == "make it feel like [ref#1] [ref#2] [ref#1]"


def test_backspace_takes_a_marker_as_one_piece(open_window) -> None:
    box = open_window.side.instruction
    box.setPlainText("add [ref#12]")
    box.moveCursor(box.textCursor().MoveOperation.End)
    QTest.keyClick(box, Qt.Key.Key_Backspace)
    assert box.text == "add "


def test_delete_removes_a_reference_and_undo_brings_it_back(open_window, sound_file, qtbot) -> None:
    window = open_window
    with qtbot.waitSignal(window.session.added):
        drop(window.side.sounds, sound_file)
    QTest.keyClick(window.side.sounds.tiles[0], Qt.Key.Key_Delete)
    assert window.side.sounds.tiles == ()
    window.commands.undo.trigger()
    assert [tile.reference.number for tile in window.side.sounds.tiles] == [1]


# runs


def test_control_enter_plans_and_edits_where_the_mask_is(open_window, source, qtbot) -> None:
    window = open_window
    before = window.document.photo
    window.stage.canvas.set_brush(diameter=40)
    stroke(window, (100, 150), (200, 150))
    window.side.instruction.setPlainText("replace the boat with a swan")
    steps = []
    window.runs.stage.connect(lambda step, _index, _total: steps.append(step))
    with qtbot.waitSignal(window.runs.result):
        QTest.keyClick(window.side.instruction, Qt.Key.Key_Return, CTRL)
        assert window.runs.state is State.planning
        assert window.side.run_bar.busy
    assert steps[0] == "load"
    assert steps[-3:] == ["ground", "draft", "composite"]
    assert not window.side.run_bar.busy
    card = window.side.plan_card
    assert card.isVisible()
    assert [chip.accessibleName() for chip in card.chips] == ["replace boat → swan", "remove buoy · left of the pier"]
    assert card.prompt.toPlainText() == "a lake at dawn"
    changed = (window.document.pending.photo.pixels != before.pixels).any(axis=2)
    assert changed[150, 110:190].all()
    assert not changed[:100].any()
    assert source.edited[0].plan == card.plan
    assert window.document.photo is before
    assert not window.commands.show_mask.isChecked()
    qtbot.waitUntil(window.stage.result_bar.isVisible)


def test_the_engine_works_in_another_thread_and_is_loaded_once(open_window, source, qtbot) -> None:
    import threading

    run_to_result(open_window, qtbot)
    run_to_result(open_window, qtbot, "make it dark")
    assert source.loads == 1
    assert threading.get_ident() not in source.threads


def test_plan_only_edits_nothing_and_the_changed_plan_runs(open_window, source, qtbot) -> None:
    window = open_window
    window.side.instruction.setPlainText("replace the boat")
    with qtbot.waitSignal(window.runs.planned):
        window.side.run_bar.plan_button.click()
    assert source.edited == []
    card = window.side.plan_card
    card.prompt.setPlainText("a lake at night")
    card.chips[1].dropped.emit(card.chips[1].operation)
    with qtbot.waitSignal(window.runs.result):
        card._run.click()
    plan = source.edited[0].plan
    assert plan.prompt == "a lake at night"
    assert [operation.op for operation in plan.operations] == [Op.replace]
    assert len(source.planned) == 1


def test_an_operation_is_changed_in_its_form(open_window, source, sound_file, qtbot) -> None:
    window = open_window
    with qtbot.waitSignal(window.session.added):
        drop(window.side.sounds, sound_file)
    window.side.instruction.setPlainText("replace the boat by [ref#1]")
    with qtbot.waitSignal(window.runs.planned):
        window.side.run_bar.plan_button.click()
    card = window.side.plan_card
    QTest.mouseClick(card.chips[1], Qt.MouseButton.LeftButton, pos=card.chips[1].rect().center())
    editor = card.findChild(OperationEditor)
    assert editor.isVisible()
    editor.object.setText("lighthouse")
    editor.op.setCurrentIndex(editor.op.findText("move"))
    QTest.keyClick(editor.where, Qt.Key.Key_Return)
    assert [chip.accessibleName() for chip in card.chips] == [
        "replace boat → #1 bark",
        "move lighthouse · left of the pier",
    ]
    assert card.plan.subs == (1,)
    QTest.keyClick(card.chips[0], Qt.Key.Key_Delete)
    assert card.plan.subs == ()
    assert len(card.chips) == 1
    card._reset.click()
    assert len(card.chips) == 2


def test_opening_another_photo_stops_the_run(open_window, source, tmp_path, make_photo, qtbot) -> None:
    window = open_window
    other = tmp_path / "other.png"
    write_photo(make_photo(40, 50), other)
    source.gate.clear()
    window.side.instruction.setPlainText("make it bright")
    window.run()
    with qtbot.waitSignals([window.session.opened, window.runs.cancelled]):
        window.open(other)
    assert window.runs.state is State.idle
    assert window.document.pending is None


def test_a_file_that_cannot_be_opened_leaves_the_run_alone(open_window, source, tmp_path, qtbot) -> None:
    window = open_window
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    source.gate.clear()
    for text in ("make it bright", "make it dark"):
        window.side.instruction.setPlainText(text)
        window.run()
    with qtbot.waitSignal(window.session.failed):
        window.open(broken)
    assert window.runs.busy
    source.gate.set()
    qtbot.waitUntil(lambda: not window.runs.busy and not window.runs.waiting)
    assert [each.pending.instruction.text for each in window.results.items] == ["make it bright", "make it dark"]


def test_during_a_run_the_photo_stays_but_strokes_can_be_undone(open_window, source, qtbot) -> None:
    window = open_window
    run_to_result(window, qtbot)
    window.session.accept()
    source.gate.clear()
    window.side.instruction.setPlainText("make it dark")
    window.run()
    assert not window.commands.undo.isEnabled()
    stroke(window, (100, 150), (200, 150))
    assert window.commands.undo.isEnabled()
    window.commands.undo.trigger()
    assert window.document.mask.empty
    assert not window.commands.undo.isEnabled()


def test_a_follow_up_before_accepting_carries_the_turn(open_window, source, qtbot) -> None:
    window = open_window
    run_to_result(window, qtbot, "add a boat")
    before = window.document.photo
    run_to_result(window, qtbot, "a bit more to the left")
    assert [turn.instruction.text for turn in source.planned[1].history] == ["add a boat"]
    assert np.array_equal(source.planned[1].photo.pixels, before.pixels)
    window.session.accept()
    run_to_result(window, qtbot, "make it bright")
    assert [turn.instruction.text for turn in source.planned[2].history] == ["a bit more to the left"]
    assert np.array_equal(source.planned[2].photo.pixels, window.document.photo.pixels)
    assert not np.array_equal(source.planned[2].photo.pixels, before.pixels)


def test_cancel_is_acknowledged_at_once_and_changes_nothing(open_window, source, qtbot) -> None:
    import time

    window = open_window
    source.gate.clear()
    window.side.instruction.setPlainText("make it bright")
    window.side.run_bar.run_button.click()
    qtbot.waitUntil(lambda: bool(source.planned))
    start = time.perf_counter()
    with qtbot.waitSignal(window.runs.cancelled):
        QTest.keyClick(window.side.instruction, Qt.Key.Key_Escape)
    assert time.perf_counter() - start < 0.1
    assert window.runs.state is State.idle
    assert window.document.pending is None
    qtbot.waitUntil(lambda: source.stops == 1)
    source.gate.set()
    run_to_result(window, qtbot)
    assert len(source.edited) == 1


def test_cancel_while_editing(open_window, source, qtbot) -> None:
    window = open_window
    window.side.instruction.setPlainText("make it bright")
    with qtbot.waitSignal(window.runs.planned):
        window.side.run_bar.run_button.click()
    source.gate.clear()
    if window.runs.busy:
        window.side.run_bar.cancel_button.click()
        assert window.runs.state is State.idle
        assert window.document.pending is None
    assert window.document.last_change is None


def test_errors_of_the_engine_stand_in_the_bar(open_window, source, qtbot) -> None:
    window = open_window
    source.error = RegionNotFound("There is no unicorn in the photo.", "Paint a mask where it should be.")
    window.side.instruction.setPlainText("remove the unicorn")
    with qtbot.waitSignal(window.runs.failed):
        window.side.run_bar.run_button.click()
    assert window.message_bar.text == "There is no unicorn in the photo. Paint a mask where it should be."
    assert window.message_bar.kind == "error"
    assert window.runs.state is State.idle
    assert window.commands.run.isEnabled()


@pytest.mark.parametrize(
    ("text", "words"),
    [("add [ref#4]", "[ref#4]"), ("...", "empty"), ("word " * 3000, "characters")],
)
def test_bad_instructions_never_reach_the_engine(open_window, source, text, words) -> None:
    window = open_window
    window.side.instruction.setPlainText(text)
    window.run()
    assert words in window.message_bar.text
    assert source.planned == []
    assert window.runs.state is State.idle


def test_a_reference_file_that_has_gone_is_named(open_window, source, sound_file, qtbot) -> None:
    window = open_window
    with qtbot.waitSignal(window.session.added):
        drop(window.side.sounds, sound_file)
    sound_file.unlink()
    window.side.instruction.setPlainText("mood of [ref#1]")
    window.run()
    assert "bark.wav is no longer there" in window.message_bar.text
    assert source.planned == []


def test_a_question_is_answered_in_words(open_window, qtbot) -> None:
    window = open_window
    plan = Plan("", "", operations=(Operation(Op.describe),))
    window.side.instruction.setPlainText("what is this?")
    with qtbot.waitSignal(window.runs.answered):
        window.carry_out(plan, "what is this?")
    assert window.document.pending is None
    assert window.runs.state is State.idle


# the result


def test_compare_accept_undo_redo(open_window, qtbot) -> None:
    window = open_window
    canvas = window.stage.canvas
    original = window.document.photo
    run_to_result(window, qtbot)
    qtbot.waitUntil(lambda: canvas.can_compare)
    canvas.setFocus()
    QTest.keyPress(canvas, Qt.Key.Key_Backslash)
    assert canvas.compare is Compare.before
    QTest.keyRelease(canvas, Qt.Key.Key_Backslash)
    assert canvas.compare is Compare.after
    QTest.keyClick(canvas, Qt.Key.Key_S)
    assert canvas.compare is Compare.split
    x = round(canvas.split_x())
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=widget_at(canvas, x))
    QTest.mouseMove(canvas, widget_at(canvas, x + 100))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=widget_at(canvas, x + 100))
    assert canvas.split_x() == pytest.approx(x + 100, abs=1)
    assert window.document.mask.empty
    window.stage.result_bar.accept_button.click()
    assert canvas.compare is Compare.split  # now against the original
    result = window.document.photo
    assert result is not original
    assert window.document.pending is None
    assert not window.stage.result_bar.isVisible()
    assert window.isWindowModified()
    window.commands.undo.trigger()
    assert window.document.photo is original
    window.commands.redo.trigger()
    assert window.document.photo is result


def widget_at(canvas, x):
    middle = canvas.rect().center()
    middle.setX(x)
    return middle


def test_discard_lets_the_result_go(open_window, qtbot) -> None:
    window = open_window
    original = window.document.photo
    run_to_result(window, qtbot)
    window.stage.result_bar.discard_button.click()
    assert window.document.pending is None
    assert window.document.photo is original
    assert not window.isWindowModified()


def test_try_another_takes_the_next_seed(open_window, source, qtbot) -> None:
    window = open_window
    run_to_result(window, qtbot)
    with qtbot.waitSignal(window.runs.result):
        window.stage.result_bar.again_button.click()
    assert [request.settings.seed for request in source.edited] == [0, 1]
    assert source.edited[1].plan == source.edited[0].plan


def test_save_writes_beside_and_never_over_the_original(open_window, photo_file, dialogs, qtbot) -> None:
    window = open_window
    original = photo_file.read_bytes()
    run_to_result(window, qtbot)
    window.session.accept()
    dialogs.save_path = photo_file.with_name("lake-edit-1.png")
    with qtbot.waitSignal(window.session.saved):
        QTest.keyClick(window.stage.canvas, Qt.Key.Key_S, CTRL)
    assert dialogs.suggested == [photo_file.with_name("lake-edit-1.png")]
    assert photo_file.read_bytes() == original
    written = read_photo(dialogs.save_path)
    assert np.array_equal(written.pixels, window.document.photo.pixels)
    assert not window.isWindowModified()
    with qtbot.waitSignal(window.session.saved):
        window.commands.save.trigger()  # the second time without a question
    assert len(dialogs.suggested) == 1


def test_saving_a_jpeg_encodes_only_what_was_edited_anew(open_window, photo_file, dialogs, qtbot) -> None:
    window, path = open_window, photo_file.with_suffix(".jpg")
    write_photo(read_photo(photo_file), path, options=SaveOptions(quality=85))
    with qtbot.waitSignal(window.session.opened):
        window.open(path)
    before = window.document.original.pixels
    window.stage.canvas.set_brush(diameter=20)
    stroke(window, (100, 150), (200, 150), (300, 150))
    run_to_result(window, qtbot)
    window.session.accept()
    dialogs.save_path = path.with_name("lake-edit-1.jpg")
    with qtbot.waitSignal(window.session.saved) as saved:
        window.commands.save.trigger()
    assert saved.args[1] == ()
    changed = (window.document.photo.pixels != before).any(axis=2)
    untouched = ~jpeg_blocks.reach(changed, ((1, 1),))
    assert 0.5 < untouched.mean() < 1
    assert np.array_equal(read_photo(dialogs.save_path).pixels[untouched], before[untouched])
    exported = path.with_name("lake-export-1.jpg")
    dialogs.export_paths = [exported]
    window.commands.export.trigger()
    page = window.around.export_window
    assert (page.format.key, page.quality.text()) == ("jpeg", "As the photo")
    with qtbot.waitSignal(window.session.exported):
        page.export_button.click()
    assert np.array_equal(read_photo(exported).pixels[untouched], before[untouched])


def test_a_place_that_cannot_be_written_is_said(open_window, tmp_path, dialogs, qtbot) -> None:
    dialogs.save_path = tmp_path / "no such folder" / "x.png"
    with qtbot.waitSignal(open_window.session.failed):
        open_window.commands.save_as.trigger()
    assert open_window.message_bar.kind == "error"


def test_unsaved_changes_are_asked_about(open_window, photo_file, tmp_path, make_photo, dialogs, qtbot) -> None:
    window = open_window
    run_to_result(window, qtbot)
    other = tmp_path / "other.png"
    write_photo(make_photo(40, 50), other)
    dialogs.answer = "stay"
    window.open(other)
    assert window.document.path == photo_file
    assert window.document.pending is not None
    assert window.close() is False
    assert window.isVisible()
    dialogs.answer, dialogs.save_path = "accept", tmp_path / "kept.png"
    with qtbot.waitSignal(window.session.opened):
        window.open(other)
    assert np.array_equal(read_photo(tmp_path / "kept.png").pixels[0, 0], 255 - read_photo(photo_file).pixels[0, 0])
    assert window.document.path == other
    assert dialogs.questions == 3


def test_saving_while_closing_closes_afterwards(open_window, tmp_path, dialogs, qtbot) -> None:
    window = open_window
    run_to_result(window, qtbot)
    dialogs.answer, dialogs.save_path = "accept", tmp_path / Path("kept.png")
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert dialogs.save_path.exists()


def test_closing_during_a_run_stops_it(open_window, source, qtbot) -> None:
    window = open_window
    source.gate.clear()
    window.side.instruction.setPlainText("make it bright")
    window.side.run_bar.run_button.click()
    qtbot.waitUntil(lambda: bool(source.planned))
    assert window.close()
    assert source.stops == 1


# the engine


def test_a_missing_bundle_is_offered_to_be_assembled(qtbot, make_window, source, photo_file) -> None:
    source.absent = "The bundle starter is not there."
    window = make_window()
    assert "not ready" in window.message_bar.text
    assert "not assembled" in window.status.engine_button.text()
    with qtbot.waitSignal(window.session.opened):
        window.open(photo_file)
    window.side.instruction.setPlainText("make it bright")
    assert not window.commands.run.isEnabled()
    window.models.show_about()
    with qtbot.waitSignal(window.runs.assembled):
        window.models.assemble()
    assert "ready" in window.status.engine_button.text()
    assert window.commands.run.isEnabled()
    run_to_result(window, qtbot)
