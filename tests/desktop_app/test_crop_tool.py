"""The crop tool by real events: the frame, its shapes, straightening, turns, and one step of the history that lasts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_helpers import drop, stroke, widget_point

from desktop_app.canvas.handles import MOVE
from desktop_app.canvas.scene import Compare
from desktop_app.talk.follow_up import history_of, revised
from desktop_app.tools import Tool
from desktop_app.tools.crop_frame import CropFrame
from engine.files import write_photo
from engine.framing import framed_pixels, holds, largest_box
from engine.picture import Photo
from engine.project import pictures
from engine.values import Box, EditRequest, Margins

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def cropping(open_window):
    """The window with the crop tool chosen by its key."""
    QTest.keyClick(open_window.stage.canvas, Qt.Key.Key_C, SHIFT)
    assert open_window.stage.canvas.tool is Tool.crop
    return open_window


def frame_of(window) -> CropFrame:
    frame = window.stage.canvas.kit.cropper.frame
    assert frame is not None
    return frame


def drag(window, start: QPoint, *ends: QPoint) -> None:
    canvas = window.stage.canvas
    QTest.mousePress(canvas, LEFT, NONE, start)
    for end in ends:
        QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, LEFT, NONE, ends[-1])


def choose_shape(window, name: str) -> None:
    shape = window.stage.options.crop.shape
    shape.setFocus()
    shape.setCurrentText(name)
    shape.activated.emit(shape.currentIndex())


def crop_now(window, qtbot) -> None:
    with qtbot.waitSignal(window.canvas_work.cropping.cropped):
        QTest.keyClick(window.stage.canvas, Qt.Key.Key_Return)


def test_a_dragged_frame_and_enter_keep_those_pixels_in_one_step(cropping, qtbot) -> None:
    window, original = cropping, cropping.document.photo
    options = window.stage.options.crop
    assert not options.crop_button.isEnabled()
    drag(window, widget_point(window, 400, 300), widget_point(window, 350, 290), widget_point(window, 300, 240))
    drag(window, widget_point(window, 0, 120), widget_point(window, 40, 200))  # the left side; it only goes sideways
    box = frame_of(window).box
    assert [box.left, box.top] == [pytest.approx(40, abs=2), 0]
    assert [box.right, box.bottom] == [pytest.approx(300, abs=2), pytest.approx(240, abs=2)]
    assert options.size_label.text() == f"{box.width} × {box.height}"
    assert options.crop_button.isEnabled()
    crop_now(window, qtbot)
    assert np.array_equal(window.document.photo.pixels, original.pixels[box.slices])
    assert window.stage.canvas.tool is Tool.brush  # as before
    assert window.commands.brush.isChecked()
    assert "Crop" in window.commands.undo.text()
    assert list(window.side.history.rows) == [window.document.edits[0].key]
    qtbot.waitUntil(lambda: window.stage.canvas.view.photo == (box.width, box.height))
    window.commands.undo.trigger()
    assert window.document.photo is original
    window.commands.redo.trigger()
    assert np.array_equal(window.document.photo.pixels, original.pixels[box.slices])


def test_a_drag_inside_moves_the_frame_and_never_off_the_photo(cropping) -> None:
    window = cropping
    choose_shape(window, "1:1")
    assert frame_of(window).box == Box(50, 0, 350, 300)
    drag(window, widget_point(window, 200, 150), widget_point(window, 230, 160))
    box = frame_of(window).box
    assert (box.width, box.height, box.top) == (300, 300, 0)
    assert box.left == pytest.approx(80, abs=2)
    drag(window, widget_point(window, 200, 150), widget_point(window, 390, 290))
    assert frame_of(window).box == Box(100, 0, 400, 300)


@pytest.mark.parametrize(
    ("name", "box", "swapped"),
    [
        ("Original", Box(0, 0, 400, 300), Box(87, 0, 312, 300)),
        ("3:2", Box(0, 17, 400, 283), Box(100, 0, 300, 300)),
        ("4:3", Box(0, 0, 400, 300), Box(87, 0, 312, 300)),
        ("16:9", Box(0, 37, 400, 262), Box(116, 0, 284, 300)),
    ],
)
def test_shapes_and_their_upright_forms(cropping, name, box, swapped) -> None:
    choose_shape(cropping, name)
    assert frame_of(cropping).box == box
    QTest.mouseClick(cropping.stage.options.crop.swap_button, LEFT)
    assert frame_of(cropping).box == swapped


def test_a_held_shape_stays_while_a_corner_or_side_is_dragged(cropping) -> None:
    window = cropping
    choose_shape(window, "3:2")
    for start, end in (((400, 283), (300, 283)), ((150, 17), (150, 60)), ((0, 150), (30, 150))):
        drag(window, widget_point(window, *start), widget_point(window, *end))
        left, top, right, bottom = frame_of(window).rect
        assert (right - left) / (bottom - top) == pytest.approx(1.5, abs=1e-6)
    assert frame_of(window).box.width < 350


@pytest.mark.parametrize("degrees", [0.0, 7.3])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 9 / 16])
def test_whole_pixels_keep_a_held_shape_wherever_the_frame_lies(ratio, degrees) -> None:
    start = CropFrame.whole((401, 299)).held_to(ratio).straightened(degrees)
    for step in range(60):
        frame = start.dragged((0, 0), 0.31 * step, 0.17 * step).dragged(MOVE, -0.23 * step, 0.41 * step)
        box = frame.box
        if ratio == 1:
            assert box.width == box.height
        assert abs(box.width - box.height * ratio) <= max(ratio, 1) / 2 + 1e-6 or frame.rect == start.rect
        assert frame.framing().box == box
        assert np.abs(np.subtract((box.left, box.top, box.right, box.bottom), frame.rect)).max() < 3


def test_straightening_by_slider_field_key_and_drag_leaves_no_empty_corner(cropping, qtbot) -> None:
    window, canvas, original = cropping, cropping.stage.canvas, cropping.document.photo
    options = window.stage.options.crop
    options.slider.setFocus()
    for _ in range(3):
        QTest.keyClick(options.slider, Qt.Key.Key_PageUp)
    assert (frame_of(window).degrees, options.degrees.value()) == (3.0, 3.0)
    assert frame_of(window).box == largest_box(400, 300, 3.0)
    options.degrees.setFocus()
    options.degrees.selectAll()
    QTest.keyClicks(options.degrees, "-6.5")
    QTest.keyClick(options.degrees, Qt.Key.Key_Return)
    assert frame_of(window).degrees == -6.5
    assert options.slider.value() == -65
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Period)
    assert frame_of(window).degrees == -6.4
    middle = QPointF(widget_point(window, 200, 150))
    start = middle + QPointF(-0.49 * canvas.width(), 0)
    drag(window, start.toPoint(), (start - QPointF(0, 40)).toPoint())  # up on the left is clockwise
    turned = -6.4 + np.degrees(np.arctan2(40, 0.49 * canvas.width()))
    assert frame_of(window).degrees == pytest.approx(turned, abs=0.3)
    framing = frame_of(window).framing()
    assert holds(framing.box, 400, 300, framing.straighten)
    crop_now(window, qtbot)
    assert np.array_equal(window.document.photo.pixels, framed_pixels(original.pixels, framing))


def test_a_frame_drawn_by_hand_comes_back_when_the_straightening_goes() -> None:
    frame = CropFrame.whole((400, 300)).dragged((1, 1), -20, -20)
    cut = frame.straightened(20.0)
    assert cut.rect != frame.rect
    assert holds(cut.box, 400, 300, 20.0)
    assert cut.straightened(0.0).rect == pytest.approx(frame.rect, abs=1e-3)
    moved = cut.dragged(MOVE, 500, 500)
    assert holds(moved.box, 400, 300, 20.0)
    assert moved.dragged((0, 0), 900, 900).box.width >= 8  # a frame is never turned inside out


def test_quarter_turns_turn_the_photo_and_its_frame(cropping, qtbot) -> None:
    window, original = cropping, cropping.document.photo
    choose_shape(window, "3:2")
    QTest.mouseClick(window.stage.options.crop.right_button, LEFT)
    frame = frame_of(window)
    assert (frame.turn, frame.ratio, frame.box) == (90, pytest.approx(2 / 3), Box(17, 0, 283, 400))
    crop_now(window, qtbot)
    assert np.array_equal(window.document.photo.pixels, np.rot90(original.pixels[17:283], -1))
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_C, SHIFT)
    qtbot.waitUntil(lambda: window.stage.canvas.view.photo == (266, 400))
    QTest.mouseClick(window.stage.options.crop.left_button, LEFT)
    assert frame_of(window).turn == 270
    assert not frame_of(window).empty
    crop_now(window, qtbot)
    assert np.array_equal(window.document.photo.pixels, original.pixels[17:283])


def test_escape_lets_the_frame_go_and_other_photos_begin_anew(cropping, photo_file, qtbot) -> None:
    window, canvas = cropping, cropping.stage.canvas
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
    box = frame_of(window).box
    assert (box.left + box.right) / 2 > 200
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert frame_of(window).empty
    assert not window.document.edits
    choose_shape(window, "16:9")
    QTest.keyClick(canvas, Qt.Key.Key_B)
    QTest.keyClick(canvas, Qt.Key.Key_C, SHIFT)
    assert frame_of(window).empty  # another tool lets it go too
    assert window.stage.options.crop.shape.currentText() == "Free"
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    with qtbot.waitSignal(window.session.opened):
        window.session.open(photo_file)
    assert canvas.tool is Tool.brush
    assert canvas.kit.cropper.empty


def test_a_fitted_photo_leaves_room_around_it_while_it_is_cropped(open_window) -> None:
    window, canvas = open_window, open_window.stage.canvas
    window.resize(700, 500)
    QApplication.processEvents()  # the tools' row makes do with less room
    fitted = canvas.view
    QTest.keyClick(canvas, Qt.Key.Key_C, SHIFT)
    assert canvas.view.fitted
    assert canvas.view.top >= 48 * canvas.devicePixelRatioF()
    QTest.keyClick(canvas, Qt.Key.Key_B)
    assert canvas.view == fitted
    canvas.zoom_to(2.0)
    QTest.keyClick(canvas, Qt.Key.Key_C, SHIFT)
    assert canvas.view.zoom == 2.0


def test_what_is_drawn_is_what_is_kept(cropping, qtbot) -> None:
    """The picture under the frame, turned and straightened by the painter, against the engine's own."""
    window, canvas = cropping, cropping.stage.canvas
    QTest.mouseClick(window.stage.options.crop.right_button, LEFT)
    canvas.kit.cropper.straighten(12.0)
    framing, original = frame_of(window).framing(), window.document.photo
    to_widget = canvas.kit.cropper._to_widget()
    shown = canvas.grab().toImage()
    kept = framed_pixels(original.pixels, framing).astype(int)
    far = []
    for x, y in ((0.25, 0.2), (0.8, 0.25), (0.45, 0.5), (0.2, 0.85), (0.75, 0.8)):
        column, row = round(x * framing.box.width), round(y * framing.box.height)
        place = to_widget.map(QPointF(framing.box.left + column + 0.5, framing.box.top + row + 0.5))
        red, green, blue, _ = shown.pixelColor(place.toPoint()).getRgb()
        near = kept[row - 3 : row + 4, column - 3 : column + 4].reshape(-1, 3)
        far.append(np.abs(near - [red, green, blue]).sum(1).min())
    assert max(far) <= 12
    outside = shown.pixelColor(3, 3)
    assert outside.lightness() < 40


def test_a_mask_is_cropped_along_and_undone(open_window, qtbot) -> None:
    window = open_window
    stroke(window, (150, 150), (250, 150))
    mask = window.document.mask.values.copy()
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_C, SHIFT)
    choose_shape(window, "1:1")
    crop_now(window, qtbot)
    assert np.array_equal(window.document.mask.values, mask[:, 50:350])
    assert window.stage.canvas.edit_mask is window.document.mask
    window.commands.undo.trigger()
    assert np.array_equal(window.document.mask.values, mask)


def test_the_photo_before_is_framed_too(open_window, source, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    original = window.document.photo
    window.side.instruction.setPlainText("brighten the lake")
    with qtbot.waitSignal(window.runs.result):
        window.run()
    window.commands.accept.trigger()
    qtbot.waitUntil(lambda: canvas.can_compare)
    QTest.keyClick(canvas, Qt.Key.Key_C, SHIFT)
    canvas.kit.cropper.straighten(8.0)
    framing = frame_of(window).framing()
    crop_now(window, qtbot)
    size = (framing.box.width, framing.box.height)
    qtbot.waitUntil(lambda: canvas.view.photo == size and canvas.can_compare)
    before = window.session.before()
    assert before is not None
    assert np.array_equal(before.pixels, framed_pixels(original.pixels, framing))
    assert not np.array_equal(before.pixels, window.document.photo.pixels)
    window.commands.before.trigger()
    assert canvas.compare is Compare.before


def test_a_crop_waits_for_a_result_to_be_settled(open_window, qtbot) -> None:
    window = open_window
    window.side.instruction.setPlainText("brighten the lake")
    with qtbot.waitSignal(window.runs.result):
        window.run()
    qtbot.waitUntil(lambda: window.stage.canvas.can_compare)
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_C, SHIFT)
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_Minus)
    with qtbot.waitSignal(window.canvas_work.failed):
        QTest.keyClick(window.stage.canvas, Qt.Key.Key_Return)
    assert "waiting" in window.message_bar.text
    assert not window.document.edits


def test_the_crop_button_leaves_the_keys_on_the_photo_and_the_tool_as_it_was(open_window, qtbot) -> None:
    window = open_window
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_L)
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_C, SHIFT)
    drag(window, widget_point(window, 400, 300), widget_point(window, 300, 240))
    with qtbot.waitSignal(window.canvas_work.cropping.cropped):
        QTest.mouseClick(window.stage.options.crop.crop_button, LEFT)
    assert window.stage.canvas.tool is Tool.lasso
    assert window.focusWidget() is window.stage.canvas


def test_a_straightened_crop_is_told_as_both(cropping, qtbot) -> None:
    window = cropping
    for _ in range(15):
        QTest.keyClick(window.stage.canvas, Qt.Key.Key_Period)
    degrees = frame_of(window).degrees
    drag(window, widget_point(window, 200, frame_of(window).rect[1]), widget_point(window, 200, 100))
    box = frame_of(window).box
    crop_now(window, qtbot)
    text = f"Crop to {box.width} × {box.height}, straightened by {degrees:g}°"
    assert window.document.edits[0].instruction.text == text


def test_a_crop_that_came_too_late_changes_neither_photo_nor_tool(cropping, qtbot, monkeypatch) -> None:
    window, document = cropping, cropping.document
    choose_shape(window, "1:1")
    crop_now(window, qtbot)
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_C, SHIFT)
    qtbot.waitUntil(lambda: window.stage.canvas.view.photo == (300, 300))
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_Minus)
    monkeypatch.setattr(pictures, "SLOW", 0)
    with qtbot.assertNotEmitted(window.canvas_work.cropping.cropped), qtbot.waitSignal(window.session.touched):
        QTest.keyClick(window.stage.canvas, Qt.Key.Key_Return)
        document.set_edits("delete edit", ())  # while the picture of the crop is being made
    assert not document.edits
    assert window.stage.canvas.tool is Tool.crop


def test_the_history_shows_hides_and_deletes_a_crop(cropping, qtbot) -> None:
    window, original = cropping, cropping.document.photo
    choose_shape(window, "1:1")
    crop_now(window, qtbot)
    key = window.document.edits[0].key
    row = window.side.history.rows[key]
    assert row.title.toolTip() == "Crop to 300 × 300"
    assert not row.slider.isEnabled()
    texts = [action.text() for action in row.menu().actions() if action.text()]
    assert texts == ["Show &Settings", "&Delete"]
    assert "Kept 300 × 300 of 400 × 300" in row.details.text()
    row.eye.click()
    assert window.document.photo is original
    row.eye.click()
    assert window.document.photo.width == 300
    window.history_desk.delete(key)
    assert window.document.photo is original


def accept(window, qtbot, words: str) -> None:
    """Write, run and accept."""
    window.side.instruction.setPlainText(words)
    count = len(window.document.edits)
    with qtbot.waitSignal(window.runs.result):
        window.run()
    window.commands.accept.trigger()
    qtbot.waitUntil(lambda: len(window.document.edits) == count + 1)


@pytest.fixture
def waiting(cropping, qtbot):
    """A photo turned by 90 degrees and edited, the turn hidden since: the edit waits."""
    window = cropping
    QTest.mouseClick(window.stage.options.crop.right_button, LEFT)
    crop_now(window, qtbot)
    accept(window, qtbot, "brighten the lake")
    window.side.history.rows[window.document.edits[0].key].eye.click()
    assert window.document.photo is window.document.original
    return window


def test_a_follow_up_speaks_of_the_edit_made_last_not_of_one_that_waits(waiting, qtbot) -> None:
    document = waiting.document
    accept(waiting, qtbot, "darken the sky")
    assert document.edits[-1].instruction.text == "brighten the lake"
    new = document.edits[0]
    said = document.instruction("a bit more")
    history = history_of(document, said)
    assert [turn.instruction.text for turn in history] == ["darken the sky"]
    request = EditRequest(said, document.photo, history=history)
    less = replace(new.plan, operations=(replace(new.plan.operations[0], amount="a bit more"),))
    carried, replaces = revised(document, request, less, fresh=True)
    assert replaces == new.key
    assert carried.photo is not None
    assert np.array_equal(carried.photo.pixels, document.original.pixels)


def test_a_mask_below_a_turn_is_not_edited_before_that_is_hidden(open_window, source, qtbot) -> None:
    window = open_window
    stroke(window, (150, 100), (200, 100))
    accept(window, qtbot, "brighten the lake")
    canvas, desk, below = window.stage.canvas, window.history_desk, window.document.edits[0]
    QTest.keyClick(canvas, Qt.Key.Key_C, SHIFT)
    canvas.kit.cropper.turn(2)
    crop_now(window, qtbot)
    QTest.keyClick(canvas, Qt.Key.Key_B)
    stroke(window, (150, 100), (200, 100))
    accept(window, qtbot, "darken the sky")
    turn, above = window.document.edits[1:]
    desk.edit_mask(below.key)
    assert "Hide that first" in window.message_bar.text
    assert window.document.mask.empty
    window.side.history.rows[turn.key].eye.click()
    asked = len(source.edited)
    desk.run_again(above.key)  # with its own mask, which was painted on the turned photo
    assert "does not fit" in window.message_bar.text
    desk.edit_mask(below.key)
    assert window.document.mask.values[100, 170] == 255
    window.side.history.rows[turn.key].eye.click()
    desk.run_again(below.key)
    assert "Hide that first" in window.message_bar.text
    assert len(source.edited) == asked


def test_accepting_below_an_edit_that_waits_lets_the_ghost_go(waiting, tmp_path, qtbot) -> None:
    window, canvas = waiting, waiting.stage.canvas
    toy = tmp_path / "toy.png"
    write_photo(Photo(np.full((60, 120, 3), 200, np.uint8)), toy)
    with qtbot.waitSignal(window.canvas_work.placing.placed):
        drop(canvas, toy)
    canvas.setFocus()
    with qtbot.waitSignal(window.runs.result):
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    window.commands.accept.trigger()
    qtbot.waitUntil(lambda: len(window.document.edits) == 3)
    assert window.document.edits[0].plan.operations[0].place is not None
    assert not canvas.ghosts.items


def test_a_project_brings_the_crop_and_its_name_back(cropping, dialogs, tmp_path, qtbot) -> None:
    window = cropping
    canvas = window.stage.canvas
    canvas.kit.cropper.turn(2)
    canvas.kit.cropper.straighten(-2.0)
    crop_now(window, qtbot)
    shown = window.document.photo.pixels
    dialogs.project_path = Path(tmp_path / "work.overtone")
    with qtbot.waitSignal(window.session.saved):
        window.commands.save_project.trigger()
    with qtbot.waitSignal(window.session.resumed):
        window.open(tmp_path / "work.overtone")
    assert np.array_equal(window.document.photo.pixels, shown)
    assert window.document.edits[0].instruction.text == "Straighten by -2°"


def test_deleting_a_turn_says_that_its_crops_went_with_it(cropping, qtbot) -> None:
    window = cropping
    QTest.mouseClick(window.stage.options.crop.right_button, LEFT)
    crop_now(window, qtbot)
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_C, SHIFT)
    qtbot.waitUntil(lambda: window.stage.canvas.view.photo == (300, 400))
    choose_shape(window, "1:1")
    crop_now(window, qtbot)
    shown = window.document.photo.pixels
    window.history_desk.delete(window.document.edits[0].key)
    assert not window.document.edits
    assert window.document.photo is window.document.original
    assert "went with it" in window.message_bar.text
    window.commands.undo.trigger()
    assert np.array_equal(window.document.photo.pixels, shown)


def test_an_expand_after_a_crop_lies_where_it_should(cropping, qtbot) -> None:
    window = cropping
    choose_shape(window, "1:1")
    crop_now(window, qtbot)
    canvas = window.stage.canvas
    qtbot.waitUntil(lambda: canvas.view.photo == (300, 300))
    QTest.keyClick(canvas, Qt.Key.Key_C)
    canvas.kit.expander.set(Margins(left=20))
    with qtbot.waitSignal(window.runs.result):
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    window.commands.accept.trigger()
    qtbot.waitUntil(lambda: len(window.document.edits) == 2)
    qtbot.waitUntil(lambda: canvas._scene.offset == (20, 0))
    assert (window.document.photo.width, window.document.photo.height) == (320, 300)


def test_every_control_has_a_name_and_a_tooltip(cropping) -> None:
    crop = cropping.stage.options.crop
    for control in (crop.shape, crop.swap_button, crop.left_button, crop.right_button, crop.slider, crop.degrees):
        assert control.accessibleName()
        assert control.toolTip()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert crop.crop_button.text() == "Crop"
    assert "(Shift+C)" in cropping.stage.strip.buttons["crop"].toolTip()


@pytest.mark.parametrize("degrees", [5.0, 0.0])
def test_two_quick_presses_of_enter_crop_once(open_window, qtbot, degrees) -> None:
    window, canvas = open_window, open_window.stage.canvas
    stroke(window, (150, 150), (250, 150))
    QTest.keyClick(canvas, Qt.Key.Key_C, SHIFT)
    canvas.kit.cropper.turn(2)
    canvas.kit.cropper.straighten(degrees)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.document.edits) and not window._background.busy)
    assert len(window.document.edits) == 1
    window.commands.undo.trigger()
    assert not window.document.edits
