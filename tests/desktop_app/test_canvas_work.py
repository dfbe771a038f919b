"""What the canvas asks of the engine, by real events: select, remove at once, place, expand, the context of an edit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_helpers import drop, drop_data, stroke, widget_point

from desktop_app.canvas.ghosts import Ghost
from desktop_app.canvas.scene import Compare
from desktop_app.references.drops import reference_data
from desktop_app.tools import Tool
from engine.errors import OvertoneError
from engine.files import write_photo
from engine.picture import Photo
from engine.placement import Placement
from engine.project.mask import Combine
from engine.values import Box, Margins, Op, Operation, Plan

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def drag(canvas, start: QPointF | QPoint, end: QPointF | QPoint, modifiers=NONE) -> None:
    """Press, move with keys held, release; in the widget's pixels."""
    first, last = QPointF(start), QPointF(end)
    QTest.mousePress(canvas, LEFT, NONE, first.toPoint())
    for share in (0.5, 1.0):
        place = first + (last - first) * share
        event = QMouseEvent(
            QEvent.Type.MouseMove, place, canvas.mapToGlobal(place), Qt.MouseButton.NoButton, LEFT, modifiers
        )
        QApplication.sendEvent(canvas, event)
    QTest.mouseRelease(canvas, LEFT, modifiers, last.toPoint())


# selecting


def test_words_select_and_join_as_chosen(open_window, source, qtbot) -> None:
    window, mask = open_window, open_window.document.mask
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    words = window.stage.options.words
    assert words.hasFocus()
    QTest.keyClicks(words, "the boat")
    with qtbot.waitSignal(window.stage.masks.changed):
        QTest.keyClick(words, Qt.Key.Key_Return)
    assert source.selected == ["the boat"]
    assert mask.bounds() == Box(50, 100, 150, 200)
    assert "Selected by Words" in window.commands.undo.text()
    window.stage.options.combine_buttons[Combine.subtract].click()
    with qtbot.waitSignal(window.stage.masks.changed):
        window.stage.options.words_button.click()
    assert mask.empty


def test_words_that_name_nothing_are_told_calmly(open_window, qtbot) -> None:
    window = open_window
    window.commands.by_words.trigger()
    QTest.keyClicks(window.stage.options.words, "unicorn")
    with qtbot.waitSignal(window.canvas_work.failed):
        QTest.keyClick(window.stage.options.words, Qt.Key.Key_Return)
    assert "unicorn" in window.message_bar.text
    assert window.document.mask.empty
    assert not window.canvas_work.selecting.busy


def test_a_click_selects_the_object_and_shift_and_alt_join(open_window, source, qtbot) -> None:
    window, canvas, mask = open_window, open_window.stage.canvas, open_window.document.mask
    QTest.keyClick(canvas, Qt.Key.Key_W)
    for place, held, area in (((100, 100), NONE, 400), ((300, 200), SHIFT, 800), ((100, 100), ALT, 400)):
        with qtbot.waitSignal(window.stage.masks.changed):
            QTest.mouseClick(canvas, LEFT, held, widget_point(window, *place))
        assert mask.values.astype(bool).sum() == area
    x, y = source.selected[0]
    assert (x, y) == pytest.approx((100, 100), abs=2)
    with qtbot.waitSignal(window.canvas_work.failed):
        QTest.mouseClick(canvas, LEFT, NONE, widget_point(window, 200, 5))
    assert "Nothing stands out" in window.message_bar.text


# the remove brush


def test_a_stroke_of_the_remove_brush_is_gone_in_one_step(open_window, source, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    canvas.set_brush(diameter=20)
    stroke(window, (50, 250))
    kept = window.document.mask.values.copy()
    before = window.document.photo
    QTest.keyClick(canvas, Qt.Key.Key_J)
    stroke(window, (200, 100), (260, 100))
    qtbot.waitUntil(lambda: window.document.photo is not before)
    assert not source.planned
    request = source.edited[0]
    assert [each.op for each in request.plan.operations] == [Op.remove]
    assert request.mask[100, 205:255].min() == 255
    assert request.mask[:85].max() == 0
    assert (window.document.photo.pixels[100, 230] != before.pixels[100, 230]).any()
    assert window.document.pending is None
    assert np.array_equal(window.document.mask.values, kept)
    assert len(window.document.edits) == 1
    assert not canvas._scene.strokes
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.photo.pixels is before.pixels or np.array_equal(window.document.photo.pixels, before.pixels)
    assert not window.document.edits
    assert np.array_equal(window.document.mask.values, kept)


def test_strokes_painted_while_one_is_removed_follow(open_window, source, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    canvas.set_brush(diameter=20)
    QTest.keyClick(canvas, Qt.Key.Key_J)
    source.gate.clear()
    stroke(window, (100, 100))
    qtbot.waitUntil(lambda: len(source.edited) == 1)
    qtbot.waitUntil(lambda: canvas.kit.remover._progress.startswith("Removing…"))
    place = widget_point(window, 100, 100)
    shown = canvas.grab().toImage()
    ratio = shown.devicePixelRatio()
    words = [
        shown.pixelColor(round((place.x() + x) * ratio), round(place.y() * ratio)).lightness() for x in range(-30, 30)
    ]
    assert min(words) < 90  # the pill with the words lies over the stroke
    stroke(window, (200, 200))
    stroke(window, (300, 200))
    assert len(canvas._scene.strokes) == 2
    source.gate.set()
    qtbot.waitUntil(lambda: len(window.document.edits) == 2)
    assert source.edited[1].mask[200, 200] == source.edited[1].mask[200, 300] == 255
    assert source.edited[1].mask[100, 100] == 0
    assert source.edited[1].photo.pixels is not source.edited[0].photo.pixels


def test_a_removal_that_fails_leaves_the_photo_and_says_so(open_window, source, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    QTest.keyClick(canvas, Qt.Key.Key_J)
    source.error = OvertoneError("There was not enough memory.", "Close other programs.")
    before = window.document.photo
    with qtbot.waitSignal(window.runs.failed):
        stroke(window, (200, 100))
    assert window.document.photo is before
    assert not canvas._scene.strokes
    assert "memory" in window.message_bar.text
    source.error = None
    stroke(window, (200, 100))
    qtbot.waitUntil(lambda: window.document.photo is not before)


def test_the_remove_brush_waits_for_a_result_to_be_decided(open_window, qtbot) -> None:
    window = open_window
    window.side.instruction.setPlainText("make it bright")
    with qtbot.waitSignal(window.runs.result):
        window.side.run_bar.run_button.click()
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_J)
    stroke(window, (200, 100))
    assert "waiting" in window.message_bar.text
    assert window.document.pending is not None
    assert not window.runs.busy


# the context frame


def test_the_context_frame_follows_the_mask_is_dragged_and_goes_into_the_request(open_window, source, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    canvas.set_brush(diameter=20)
    assert canvas.frame.box is None
    stroke(window, (200, 150))
    assert canvas.frame_shown
    assert canvas.frame.box == Box(0, 0, 400, 300)  # a small photo is seen whole
    QTest.keyClick(canvas, Qt.Key.Key_H)
    corner = canvas.on_widget(canvas.frame.box).topLeft()
    drag(canvas, corner, widget_point(window, 120, 90))
    left_top = (canvas.frame.chosen.left, canvas.frame.chosen.top)
    assert left_top == pytest.approx((120, 90), abs=2)
    assert window.commands.reset_frame.isEnabled()
    drag(canvas, canvas.on_widget(canvas.frame.box).topLeft(), widget_point(window, 390, 290))
    assert canvas.frame.chosen.left <= 190  # what is painted stays inside
    chosen = canvas.frame.chosen
    window.side.instruction.setPlainText("remove it")
    with qtbot.waitSignal(window.runs.result):
        window.side.run_bar.run_button.click()
    assert source.edited[0].context == chosen
    window.session.discard()
    window.stage.options.frame_button.click()
    assert canvas.frame.chosen is None
    assert not window.stage.options.frame_button.isVisible()


# placing


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A picture of 40 x 20 pixels, red on the left, blue on the right."""
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:, :20, 0] = pixels[:, 20:, 2] = 220
    write_photo(Photo(pixels), tmp_path / "toy.png")
    return tmp_path / "toy.png"


@pytest.fixture
def placing_window(open_window, toy, qtbot):
    """A window with the toy dropped on the middle of its photo."""
    with qtbot.waitSignal(open_window.canvas_work.placing.placed):
        assert drop(open_window.stage.canvas, toy)
    return open_window


def ghost_of(window) -> Ghost:
    ghost = window.stage.canvas.ghosts.chosen
    assert ghost is not None
    return ghost


def colour_at(window, x: float, y: float) -> tuple[int, int, int]:
    image = window.stage.canvas.grab().toImage()
    colour = image.pixelColor(widget_point(window, x, y) * image.devicePixelRatio())
    return colour.red(), colour.green(), colour.blue()


def test_the_place_tool_says_what_it_lacks_and_takes_the_newest_picture(open_window, photo_file, toy, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    button = window.stage.strip.buttons["place"]
    assert not button.isEnabled()
    assert button.toolTip() == "Place the Picture  (V)\nAdd a picture first."
    with qtbot.waitSignal(window.session.added):
        drop(window.side.pictures, photo_file, toy)
    assert button.isEnabled()
    assert button.toolTip() == "Place the Picture  (V)"
    with qtbot.waitSignal(window.canvas_work.placing.placed):
        QTest.keyClick(canvas, Qt.Key.Key_V)
        assert canvas.tool is Tool.brush  # until it lies there
        assert window.commands.brush.isChecked()
    assert canvas.tool is Tool.place
    assert [ghost.number for ghost in canvas.ghosts.items] == [2]
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert not canvas.ghosts.items
    assert canvas.tool is Tool.hand
    assert button.isEnabled()


def test_a_dropped_picture_lies_on_the_photo_where_it_was_dropped(placing_window) -> None:
    window = placing_window
    place = ghost_of(window).place
    assert window.stage.canvas.tool is Tool.place
    assert place.middle == pytest.approx((200, 150), abs=2)
    assert (place.width, place.height) == pytest.approx((120, 60))
    red, _, blue = colour_at(window, 170, 150)
    assert red > blue + 80
    red, _, blue = colour_at(window, 230, 150)
    assert blue > red + 80


def test_what_the_engine_will_cut_away_is_faint(placing_window, source, qtbot) -> None:
    window, canvas = placing_window, placing_window.stage.canvas
    qtbot.waitUntil(lambda: ghost_of(window).image.hasAlphaChannel() is True)
    assert "background" in source.selected
    place = ghost_of(window).place
    canvas.ghosts.shown = False
    plain = [colour_at(window, 170, y) for y in (135, 165)]
    canvas.ghosts.shown = True
    laid = [colour_at(window, 170, y) for y in (135, 165)]
    moved = [np.abs(np.subtract(*pair)).max() for pair in zip(plain, laid, strict=True)]
    assert place.middle == pytest.approx((200, 150), abs=2)
    assert moved[1] > 2.5 * moved[0] > 0


def test_dragging_moves_it_and_a_corner_scales_it_about_the_opposite_one(placing_window) -> None:
    window, canvas = placing_window, placing_window.stage.canvas
    drag(canvas, widget_point(window, 200, 150), widget_point(window, 250, 190))
    assert ghost_of(window).place.middle == pytest.approx((250, 190), abs=2)
    start = ghost_of(window).place
    corner = canvas.widget_point(QPointF(start.left + start.width, start.top + start.height))
    drag(canvas, corner, canvas.widget_point(QPointF(start.left + 180, start.top + 90)))
    place = ghost_of(window).place
    assert (place.left, place.top) == pytest.approx((start.left, start.top), abs=1)
    assert (place.width, place.height) == pytest.approx((180, 90), rel=0.03)
    corner = canvas.widget_point(QPointF(place.left, place.top))
    drag(canvas, corner, canvas.widget_point(QPointF(place.left + 30, place.top + 15)), ALT)
    assert ghost_of(window).place.middle == pytest.approx(place.middle, abs=0.5)
    assert ghost_of(window).place.width == pytest.approx(120, rel=0.05)


def test_the_round_handle_turns_it_and_shift_by_fifteen_degrees(placing_window) -> None:
    window, canvas = placing_window, placing_window.stage.canvas
    knob = canvas.kit.placer._knob(ghost_of(window))
    middle = widget_point(window, 200, 150)
    drag(canvas, knob, QPointF(middle) + QPointF(120, 0))
    assert ghost_of(window).place.angle == pytest.approx(90, abs=1)
    assert ghost_of(window).place.middle == pytest.approx((200, 150), abs=2)
    red, _, blue = colour_at(window, 200, 120)  # its left end is on top now
    assert red > blue + 80
    drag(canvas, canvas.kit.placer._knob(ghost_of(window)), QPointF(middle) + QPointF(80, -75), SHIFT)
    assert ghost_of(window).place.angle == 45


def test_keys_and_buttons_move_scale_turn_mirror_and_take_it_away(placing_window) -> None:
    window, canvas = placing_window, placing_window.stage.canvas
    canvas.setFocus()
    start = ghost_of(window).place
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Down, SHIFT)
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    QTest.keyClick(canvas, Qt.Key.Key_Period)
    QTest.keyClick(canvas, Qt.Key.Key_F)
    place = ghost_of(window).place
    step = 1 / canvas.scale()
    assert place.middle == pytest.approx((start.middle[0] + step, start.middle[1] + 10 * step))
    assert place.width == pytest.approx(start.width * 1.05)
    assert (place.angle, place.flip) == (15, True)
    options = window.stage.options
    options.flip_button.click()
    options.turn_button.click()
    assert (ghost_of(window).place.angle, ghost_of(window).place.flip) == (30, False)
    options.drop_button.click()
    assert not canvas.ghosts.items
    assert canvas.tool is Tool.hand
    assert len(window.document.references) == 1


def test_run_puts_it_where_it_lies(placing_window, source, qtbot) -> None:
    window, canvas = placing_window, placing_window.stage.canvas
    source.plan = Plan("Yes.", "", operations=(Operation(Op.add, "toy", 1, "left"), Operation(Op.remove, "boat")))
    drag(canvas, widget_point(window, 200, 150), widget_point(window, 100, 80))
    place = ghost_of(window).place
    window.side.instruction.setPlainText("add [ref#1] and remove the boat")
    with qtbot.waitSignal(window.runs.result):
        window.side.run_bar.run_button.click()
    assert [each.place for each in source.edited[0].plan.operations] == [place, None]
    assert not canvas.ghosts.shown
    window.commands.discard.trigger()
    assert canvas.ghosts.shown
    assert ghost_of(window).place == place


def test_enter_puts_it_in_without_words_and_accepting_lets_the_ghost_go(placing_window, source, qtbot) -> None:
    window, canvas = placing_window, placing_window.stage.canvas
    canvas.setFocus()
    place = ghost_of(window).place
    with qtbot.waitSignal(window.runs.result):
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert not source.planned
    assert source.edited[0].plan.operations == (Operation(Op.add, ref=1, place=place),)
    window.commands.accept.trigger()
    qtbot.waitUntil(lambda: len(window.document.edits) == 1)
    assert not canvas.ghosts.items


def test_a_reference_is_placed_from_its_bin_and_goes_with_its_reference(open_window, toy, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    with qtbot.waitSignal(window.session.added):
        drop(window.side.pictures, toy)
    assert not canvas.ghosts.items
    with qtbot.waitSignal(window.canvas_work.placing.placed):
        assert drop_data(canvas, reference_data(1))
    assert ghost_of(window).number == 1
    canvas.kit.placer.drop()
    menu = window.side.pictures.tiles[0].menu()
    with qtbot.waitSignal(window.canvas_work.placing.placed):
        next(action for action in menu.actions() if action.text() == "Place on the Photo").trigger()
    menu.deleteLater()
    assert ghost_of(window).place.middle == pytest.approx((200, 150))
    window.session.remove_reference(1)
    assert not canvas.ghosts.items


def test_a_sound_dropped_on_the_photo_is_no_ghost(open_window, sound_file, toy, qtbot) -> None:
    window = open_window
    with qtbot.waitSignal(window.canvas_work.placing.placed):
        drop(window.stage.canvas, sound_file, toy)
    assert [ghost.number for ghost in window.stage.canvas.ghosts.items] == [2]


# expanding


def test_dragging_the_frame_outwards_and_enter_fills_it(open_window, source, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    QTest.keyClick(canvas, Qt.Key.Key_C)
    expander = canvas.kit.expander
    assert not window.stage.options.expand_button.isEnabled()
    drag(canvas, widget_point(window, 400, 150), widget_point(window, 460, 150))
    margins = expander.margins
    assert margins.right == pytest.approx(60, abs=2)
    assert (margins.left, margins.top, margins.bottom) == (0, 0, 0)
    drag(canvas, widget_point(window, 0, 0), widget_point(window, 50, 50))  # never into the photo
    assert expander.margins == margins
    drag(canvas, widget_point(window, 230, 0), widget_point(window, 230, -40), ALT)
    assert expander.margins.top == expander.margins.bottom == pytest.approx(40, abs=2)
    assert window.stage.options.frame_label.text() == f"{400 + margins.right} × {300 + 2 * expander.margins.top}"
    wanted, original = expander.margins, window.document.photo
    with qtbot.waitSignal(window.runs.result):
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert not source.planned
    request = source.edited[0]
    assert request.margins == wanted
    assert [each.op for each in request.plan.operations] == [Op.expand]
    qtbot.waitUntil(lambda: canvas.can_compare)
    window.commands.accept.trigger()
    qtbot.waitUntil(lambda: len(window.document.edits) == 1)
    assert window.document.photo.width == 400 + wanted.right
    assert window.document.mask.width == 400 + wanted.right
    assert expander.empty
    qtbot.waitUntil(lambda: canvas.view.photo == (400 + wanted.right, 300 + 2 * wanted.top) and canvas.can_compare)
    inside = window.document.photo.pixels[wanted.top : wanted.top + 300, :400]
    assert np.array_equal(inside, original.pixels)
    window.commands.before.trigger()
    assert canvas.compare is Compare.before
    canvas.zoom_to(1.0)
    red, green, blue = colour_at(window, 200.5, wanted.top + 150.5)
    assert np.abs(original.pixels[145:156, 195:206].reshape(-1, 3).astype(int) - [red, green, blue]).sum(1).min() <= 3


def test_the_photo_fills_the_window_again_after_a_look_at_expanding(open_window) -> None:
    canvas = open_window.stage.canvas
    fitted = canvas.view
    QTest.keyClick(canvas, Qt.Key.Key_C)
    assert canvas.view.zoom < fitted.zoom
    QTest.keyClick(canvas, Qt.Key.Key_B)
    assert canvas.view == fitted
    QTest.keyClick(canvas, Qt.Key.Key_C)
    canvas.zoom_to(1.0)
    QTest.keyClick(canvas, Qt.Key.Key_B)
    assert canvas.view.zoom == 1.0


@pytest.mark.parametrize(
    ("name", "margins"),
    [
        ("1:1", Margins(0, 0, 50, 50)),
        ("3:2", Margins(25, 25, 0, 0)),
        ("4:5", Margins(0, 0, 100, 100)),
        ("16:9", Margins(66, 67, 0, 0)),
        ("A4", Margins(12, 12, 0, 0)),
    ],
)
def test_ratios_frame_the_photo_in_the_middle(open_window, name, margins) -> None:
    window = open_window
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_C)
    ratio = window.stage.options.ratio
    ratio.setFocus()
    ratio.setCurrentText(name)
    ratio.activated.emit(ratio.currentIndex())
    assert window.stage.canvas.kit.expander.margins == margins
    assert window.stage.options.expand_button.isEnabled()


def test_a_held_ratio_stays_while_the_frame_is_dragged(open_window) -> None:
    window, canvas = open_window, open_window.stage.canvas
    QTest.keyClick(canvas, Qt.Key.Key_C)
    window.stage.options.ratio_asked.emit(1.0)
    canvas.zoom_to(0.5)
    drag(canvas, widget_point(window, 400, 150), widget_point(window, 500, 150))
    margins = canvas.kit.expander.margins
    assert 400 + margins.left + margins.right == 300 + margins.top + margins.bottom
    assert margins.right == pytest.approx(100, abs=3)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.kit.expander.empty


def test_expanding_with_words_asks_the_planner(open_window, source, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    QTest.keyClick(canvas, Qt.Key.Key_C)
    window.stage.options.ratio_asked.emit(2.0)
    source.plan = Plan("Yes.", "a pier", operations=(Operation(Op.replace, "boat", target="pier"),))
    window.side.instruction.setPlainText("a pier on the right")
    with qtbot.waitSignal(window.runs.result):
        window.stage.options.expand_button.click()
    assert len(source.planned) == 1
    request = source.edited[0]
    assert request.margins == Margins(100, 100, 0, 0)
    assert request.plan.operations[0].op is Op.expand
    assert request.plan.operations[1].op is Op.replace


def test_words_that_were_accepted_do_not_run_along_with_a_later_expand(open_window, source, qtbot) -> None:
    window, canvas = open_window, open_window.stage.canvas
    box = window.side.instruction
    QTest.keyClicks(box, "make the sky bluer")
    with qtbot.waitSignal(window.runs.result):
        QTest.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.stage.result_bar.isVisible)
    QTest.mouseClick(window.stage.result_bar.accept_button, LEFT)
    assert box.text == ""
    QTest.keyClick(canvas, Qt.Key.Key_C)
    canvas.zoom_to(0.5)
    drag(canvas, widget_point(window, 400, 150), widget_point(window, 500, 150))
    with qtbot.waitSignal(window.runs.result):
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert len(source.planned) == 1
    assert [each.op for each in source.edited[-1].plan.operations] == [Op.expand]
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert box.text == "make the sky bluer"


def test_words_written_while_the_run_was_going_stay_when_its_result_is_accepted(open_window, source, qtbot) -> None:
    window, box = open_window, open_window.side.instruction
    source.gate.clear()
    QTest.keyClicks(box, "make the sky bluer")
    QTest.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(box, " and calm")
    with qtbot.waitSignal(window.runs.result):
        source.gate.set()
    qtbot.waitUntil(window.stage.result_bar.isVisible)
    QTest.mouseClick(window.stage.result_bar.accept_button, LEFT)
    assert box.text == "make the sky bluer and calm"


# bad moments


def test_another_photo_leaves_nothing_behind(placing_window, photo_file, qtbot) -> None:
    window, canvas = placing_window, placing_window.stage.canvas
    window.stage.options.ratio_asked.emit(2.0)
    canvas.frame.chosen = Box(0, 0, 10, 10)
    with qtbot.waitSignal(window.session.opened):
        window.session.open(photo_file)
    assert not canvas.ghosts.items
    assert canvas.kit.expander.empty
    assert canvas.frame.chosen is None
    assert canvas.tool is Tool.brush


def test_a_placement_survives_a_tool_that_is_chosen_meanwhile(placing_window) -> None:
    window = placing_window
    place = ghost_of(window).place
    for key in (Qt.Key.Key_B, Qt.Key.Key_C, Qt.Key.Key_V):
        window.stage.canvas.setFocus()
        QTest.keyClick(window.stage.canvas, key)
    assert window.stage.canvas.tool is Tool.place
    assert ghost_of(window).place == place == Placement(place.left, place.top, place.width, place.height)
