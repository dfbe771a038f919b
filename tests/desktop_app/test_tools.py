"""The mask tools by real events: tips, pressure, shapes and how they join, edges, files, keys, what the row shows."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_helpers import stroke, widget_point

from desktop_app.tools import Tool
from engine.files import read_photo, write_photo
from engine.picture import Photo
from engine.project.mask import Combine

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def drag(window, start, end, held=NONE, later=NONE) -> None:
    """Press with ``held`` keys, move and release with ``later`` ones."""
    canvas = window.stage.canvas
    first, last = widget_point(window, *start), widget_point(window, *end)
    QTest.mousePress(canvas, LEFT, held, first)
    middle = (first + last) / 2
    for place in (middle, last):
        move(canvas, place, later)
    QTest.mouseRelease(canvas, LEFT, later, last)


def move(canvas, place, modifiers) -> None:
    """Move with keys held; QTest.mouseMove has no such thing."""
    from PySide6.QtGui import QMouseEvent

    spot = QPointF(place)
    event = QMouseEvent(
        QEvent.Type.MouseMove, spot, QPointF(canvas.mapToGlobal(place)), Qt.MouseButton.NoButton, LEFT, modifiers
    )
    QApplication.sendEvent(canvas, event)


def choose(window, key) -> None:
    QTest.keyClick(window.stage.canvas, key)


@pytest.mark.parametrize(
    ("key", "tool"),
    [
        (Qt.Key.Key_H, Tool.hand), (Qt.Key.Key_E, Tool.eraser), (Qt.Key.Key_L, Tool.lasso),
        (Qt.Key.Key_P, Tool.polygon),
        (Qt.Key.Key_R, Tool.rectangle), (Qt.Key.Key_O, Tool.ellipse), (Qt.Key.Key_W, Tool.pick),
        (Qt.Key.Key_J, Tool.remover), (Qt.Key.Key_C, Tool.expand), (Qt.Key.Key_B, Tool.brush),
    ],
)  # fmt: skip
def test_every_tool_has_its_key_its_name_and_a_button_that_names_the_key(open_window, key, tool) -> None:
    stage = open_window.stage
    choose(open_window, key)
    assert stage.canvas.tool is tool
    assert stage.options.title.text()
    assert stage.options.hint.text()
    button = stage.strip.buttons[tool.value]
    assert button.isChecked()
    assert f"({Qt.Key(key).name[-1]})" in button.toolTip()


def test_the_row_shows_what_the_tool_has_and_nothing_else(open_window) -> None:
    options = open_window.stage.options
    assert options.slider.isVisible()
    assert not options.words.isVisible()
    choose(open_window, Qt.Key.Key_W)
    assert options.words.isVisible()
    assert options.combine_buttons[Combine.add].isVisible()
    assert not options.slider.isVisible()
    choose(open_window, Qt.Key.Key_C)
    assert options.ratio.isVisible()
    assert not options.words.isVisible()


def test_braces_and_the_slider_set_the_hardness_and_a_soft_brush_fades(open_window) -> None:
    window, canvas = open_window, open_window.stage.canvas
    canvas.set_brush(diameter=100, hardness=1.0)
    stroke(window, (100, 100))
    hard = window.document.mask.values.copy()
    window.commands.undo.trigger()
    for _ in range(10):
        QTest.keyClick(canvas, Qt.Key.Key_BraceLeft, SHIFT)
    assert canvas.brush.hardness == 0
    assert window.stage.options.hardness.value() == 0
    stroke(window, (100, 100))
    soft = window.document.mask.values
    assert hard[100, 70] == 255
    assert 20 < soft[100, 70] < 235
    assert soft[100, 100] == 255
    QTest.keyClick(canvas, Qt.Key.Key_BraceRight, SHIFT)
    assert canvas.brush.hardness == pytest.approx(0.1)
    window.stage.options.hardness.setValue(60)
    assert canvas.brush.hardness == 0.6


def pen(canvas, kind, place, pressure: float, end=QPointingDevice.PointerType.Pen) -> None:
    device = QPointingDevice(
        "pen", 1, QPointingDevice.DeviceType.Stylus, end, QPointingDevice.Capability.Pressure, 1, 1
    )
    button = LEFT if kind != QEvent.Type.TabletMove else Qt.MouseButton.NoButton
    where, glob = QPointF(place), QPointF(canvas.mapToGlobal(place))
    event = QTabletEvent(kind, device, where, glob, pressure, 0, 0, 0, 0, 0, NONE, button, LEFT)
    QApplication.sendEvent(canvas, event)
    assert event.isAccepted()


def tap(window, x, y, pressure, **more) -> None:
    place = widget_point(window, x, y)
    pen(window.stage.canvas, QEvent.Type.TabletPress, place, pressure, **more)
    pen(window.stage.canvas, QEvent.Type.TabletMove, place, pressure, **more)
    pen(window.stage.canvas, QEvent.Type.TabletRelease, place, pressure, **more)


def test_a_pens_pressure_sets_the_size_and_its_back_erases(open_window) -> None:
    window = open_window
    window.stage.canvas.set_brush(diameter=80, hardness=1.0)
    for x, pressure in ((100, 1.0), (250, 0.25)):
        tap(window, x, 150, pressure)
    row = window.document.mask.values[150] > 127
    assert row[60:140].sum() == pytest.approx(80, abs=3)
    assert row[200:300].sum() == pytest.approx(20, abs=3)
    tap(window, 100, 150, 1.0, end=QPointingDevice.PointerType.Eraser)
    assert not window.document.mask.values[150, 65:135].any()
    window.stage.options.pressure.click()
    tap(window, 250, 150, 0.25)
    assert (window.document.mask.values[150, 200:300] > 127).sum() == pytest.approx(80, abs=3)


def test_shift_click_draws_straight_on_from_the_last_stroke(open_window) -> None:
    window = open_window
    window.stage.canvas.set_brush(diameter=10)
    stroke(window, (50, 50))
    QTest.mouseClick(window.stage.canvas, LEFT, SHIFT, widget_point(window, 250, 50))
    assert window.document.mask.values[50, 50:250].min() == 255


def test_rectangles_add_subtract_and_intersect(open_window) -> None:
    window, mask = open_window, open_window.document.mask
    choose(window, Qt.Key.Key_R)
    drag(window, (50, 50), (150, 150))
    assert mask.values[50:150, 50:150].min() == 255
    assert mask.values.astype(bool).sum() == 100 * 100
    drag(window, (100, 100), (200, 200), SHIFT, SHIFT)
    assert mask.values.astype(bool).sum() == 2 * 100 * 100 - 50 * 50
    drag(window, (50, 50), (100, 100), ALT, ALT)
    assert mask.values[60, 60] == 0
    drag(window, (0, 100), (400, 150), SHIFT | ALT, SHIFT | ALT)
    assert mask.values[100:150, 50:200].min() == 255
    assert mask.values.astype(bool).sum() == 150 * 50
    window.stage.options.combine_buttons[Combine.new].click()
    drag(window, (300, 200), (320, 220))
    assert mask.values.astype(bool).sum() == 400
    assert "Selected Area" in window.commands.undo.text()
    for _ in range(5):
        window.commands.undo.trigger()
    assert mask.empty


def test_keys_pressed_after_the_press_make_it_square_and_centred(open_window) -> None:
    window, mask = open_window, open_window.document.mask
    choose(window, Qt.Key.Key_R)
    drag(window, (100, 100), (160, 120), NONE, SHIFT)
    assert mask.bounds().width == mask.bounds().height == pytest.approx(60, abs=1)
    window.commands.clear.trigger()
    drag(window, (200, 150), (240, 170), NONE, ALT)
    box = mask.bounds()
    assert ((box.left + box.right) / 2, (box.top + box.bottom) / 2) == pytest.approx((200, 150), abs=1)
    assert box.width == pytest.approx(80, abs=2)


def test_an_ellipse_is_round_and_soft_only_at_its_rim(open_window) -> None:
    window = open_window
    choose(window, Qt.Key.Key_O)
    drag(window, (100, 100), (200, 160))
    values = window.document.mask.values
    assert values.astype(bool).sum() == pytest.approx(np.pi * 50 * 30, rel=0.03)
    assert values[103, 103] == 0
    assert values[130, 150] == 255


def test_the_lasso_closes_itself(open_window) -> None:
    window, canvas = open_window, open_window.stage.canvas
    choose(window, Qt.Key.Key_L)
    stroke(window, (100, 50), (200, 50), (200, 150), (100, 150))
    values = window.document.mask.values
    assert values[60:140, 110:190].min() == 255
    assert values.astype(bool).sum() == pytest.approx(100 * 100, rel=0.03)
    assert not canvas.kit.by_tool[Tool.lasso].busy


def corners(window, *points) -> None:
    for point in points:
        place = widget_point(window, *point)
        QTest.mouseMove(window.stage.canvas, place)
        QTest.mouseClick(window.stage.canvas, LEFT, NONE, place)


def test_a_polygon_closes_on_its_first_corner_by_enter_or_a_double_click(open_window) -> None:
    window, canvas, mask = open_window, open_window.stage.canvas, open_window.document.mask
    choose(window, Qt.Key.Key_P)
    corners(window, (50, 50), (150, 50), (150, 150), (50, 50))
    assert mask.values[60, 140] == 255
    assert mask.values[140, 60] == 0
    corners(window, (200, 50), (300, 50), (300, 150))
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert mask.values[60, 290] == 255
    corners(window, (200, 200), (300, 200))
    place = widget_point(window, 300, 280)
    QTest.mouseClick(canvas, LEFT, NONE, place)
    QTest.mouseDClick(canvas, LEFT, NONE, place)
    QTest.mouseRelease(canvas, LEFT, NONE, place)
    assert mask.values[210, 290] == 255
    corners(window, (20, 200), (100, 200), (100, 280))
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)  # the last corner goes
    corners(window, (20, 280))
    QTest.keyClick(canvas, Qt.Key.Key_Enter)
    assert mask.values[265, 25] == 255
    assert mask.values[270, 95] == 0
    before = mask.values.copy()
    corners(window, (350, 20), (390, 20), (390, 80))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert np.array_equal(mask.values, before)


def test_x_switches_between_adding_and_taking_away(open_window) -> None:
    window, canvas = open_window, open_window.stage.canvas
    choose(window, Qt.Key.Key_X)
    assert canvas.tool is Tool.eraser
    choose(window, Qt.Key.Key_X)
    assert canvas.tool is Tool.brush
    choose(window, Qt.Key.Key_L)
    choose(window, Qt.Key.Key_X)
    assert canvas.combine is Combine.subtract
    assert window.stage.options.combine_buttons[Combine.subtract].isChecked()
    choose(window, Qt.Key.Key_X)
    assert canvas.combine is Combine.add


def square(window) -> None:
    choose(window, Qt.Key.Key_R)
    drag(window, (150, 100), (250, 200))


def test_grow_shrink_and_feather_move_and_soften_the_edge(open_window, qtbot) -> None:
    window, mask = open_window, open_window.document.mask
    square(window)
    options = window.stage.options
    options.mask_button.click()
    panel = options.mask_panel
    assert panel.isVisible()
    panel.amount.setValue(20)
    panel.hide()
    window.activateWindow()
    for action, side in ((window.commands.grow, 140), (window.commands.shrink, 100)):
        with qtbot.waitSignal(window.stage.masks.changed):
            action.trigger()
        box = mask.bounds()
        assert (box.width, box.height) == (side, side)
    assert mask.values[150, 150:250].min() == 255
    with qtbot.waitSignal(window.stage.masks.changed):
        QTest.keyClick(window.stage.canvas, Qt.Key.Key_F, SHIFT)
    profile = mask.values[150, 130:170].astype(int)
    assert (np.diff(profile) >= 0).all()
    assert profile[0] <= 2
    assert profile[-1] >= 253
    assert profile[20] == pytest.approx(128, abs=12)
    assert "Feather Mask" in window.commands.undo.text()
    window.commands.undo.trigger()
    assert set(np.unique(mask.values)) == {0, 255}


def test_a_mask_that_touches_the_border_shrinks_only_inwards(open_window, qtbot) -> None:
    window, mask = open_window, open_window.document.mask
    choose(window, Qt.Key.Key_R)
    drag(window, (0, 0), (100, 100))
    window.stage.options.mask_panel.amount.setValue(10)
    with qtbot.waitSignal(window.stage.masks.changed):
        window.commands.shrink.trigger()
    assert mask.values[:90, :90].min() == 255
    assert mask.values.astype(bool).sum() == 90 * 90


def test_a_stroke_painted_while_the_mask_grows_is_not_lost(open_window, qtbot) -> None:
    window, mask = open_window, open_window.document.mask
    square(window)
    window.commands.grow.trigger()
    choose(window, Qt.Key.Key_B)
    stroke(window, (30, 30))
    qtbot.waitUntil(lambda: mask.values[150, 145] > 0)
    assert mask.values[30, 30] == 255


def test_a_mask_goes_to_a_file_and_comes_back(open_window, dialogs, tmp_path, qtbot) -> None:
    window, mask = open_window, open_window.document.mask
    square(window)
    painted = mask.values.copy()
    dialogs.save_path = dialogs.mask_path = tmp_path / "mask.png"
    with qtbot.waitSignal(window.stage.masks.saved):
        window.commands.save_mask.trigger()
    assert dialogs.suggested[-1].name == "lake-mask.png"
    assert np.array_equal(read_photo(dialogs.save_path).pixels[..., 0], painted)
    window.commands.clear.trigger()
    with qtbot.waitSignal(window.stage.masks.changed):
        window.commands.load_mask.trigger()
    assert np.array_equal(mask.values, painted)


def test_a_mask_file_of_another_size_is_refused_in_one_sentence(open_window, dialogs, tmp_path, qtbot) -> None:
    window = open_window
    square(window)
    painted = window.document.mask.values.copy()
    dialogs.mask_path = tmp_path / "small.png"
    write_photo(Photo(np.full((20, 30, 3), 255, np.uint8)), dialogs.mask_path)
    with qtbot.waitSignal(window.stage.masks.failed):
        window.commands.load_mask.trigger()
    assert "30" in window.message_bar.text
    assert window.message_bar.kind == "error"
    assert np.array_equal(window.document.mask.values, painted)


def test_colour_and_opacity_of_the_overlay(open_window) -> None:
    window, canvas = open_window, open_window.stage.canvas
    square(window)
    choose(window, Qt.Key.Key_H)
    panel = window.stage.options.mask_panel
    place = widget_point(window, 200, 150)

    def shown():
        image = canvas.grab().toImage()
        return image.pixelColor(place * image.devicePixelRatio())

    panel.overlay_asked.emit(None, 1.0)
    assert shown().name() == window.stage.canvas.overlay.colour.name()
    green = next(button for button in panel.colours if button.toolTip() == "Green")
    green.click()
    assert shown().green() > 2 * shown().red()
    panel.opacity.setValue(10)
    assert canvas.overlay.opacity == pytest.approx(0.1)


def test_the_tool_row_makes_do_with_less_room_and_hints_are_shown_in_whole_parts(open_window, qtbot) -> None:
    window, options = open_window, open_window.stage.options
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_B)
    assert options.title.text() == "Brush"
    assert options.title.isVisible()
    assert options.hardness.y() == options.slider.y()
    window.resize(2200, 900)
    qtbot.waitUntil(lambda: options.hint._fitting() == options.hint.text())
    options.hint.resize(options.hint.fontMetrics().horizontalAdvance(options.hint.text()) - 1, 20)
    assert options.hint._fitting() == options.hint.text().split(";")[0]
    options.hint.resize(20, 20)
    assert options.hint._fitting() == ""
    window.resize(window.minimumSizeHint())
    qtbot.waitUntil(lambda: options.hardness.y() > options.slider.y())
    smallest = window.size()
    for tool in window.commands.tools():
        tool.trigger()
        assert window.size() == smallest
    window.commands.brush.trigger()
    window.resize(2200, 900)
    qtbot.waitUntil(lambda: options.title.isVisible() and options.hardness.y() == options.slider.y())
