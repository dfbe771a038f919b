"""The row over the photo with what the chosen tool can be set to, and the mask's own panel."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QSlider, QWidget

from desktop_app.look.theme import Look
from desktop_app.look.widgets import ActionButton, ElidedLabel, IconButton, label, push
from desktop_app.tools.base import BRUSHES, SHAPES, Brush, Tool
from desktop_app.tools.crop_options import CropOptions
from desktop_app.tools.mask_panel import MaskPanel
from desktop_app.window.actions import Actions
from engine.project.mask import Combine

LARGEST = 2000  # photo pixels at the slider's right end; the keys go on to 5000
SPAN = 1000  # slider positions; sizes grow by equal factors along it
RATIOS = ("1:1", "5:4", "4:3", "3:2", "16:9", "2:1", "A4")


def to_slider(diameter: float) -> int:
    """Brush diameter in photo pixels to a slider position."""
    return round(SPAN * math.log(min(max(diameter, 1), LARGEST)) / math.log(LARGEST))


def from_slider(position: int) -> int:
    """Slider position to a brush diameter in photo pixels."""
    return max(1, round(LARGEST ** (position / SPAN)))


class ToolOptions(QFrame):
    """Shows the options of one tool at a time.

    Attributes
    ----------
    diameter_asked, hardness_asked, pressure_asked
        The brush's tip: photo pixels, 0 to 1, and whether pressure counts.
    combine_asked
        How shapes shall join the mask.
    words_asked
        A phrase to select by.
    ratio_asked
        Width over height of the frame; 0 for free.
    expand_asked
        Run the expand.
    place_asked
        Put the pictures in as they lie.
    flip_asked, turn_asked, drop_asked
        Mirror the placed picture, turn it by degrees, take it away.
    """

    diameter_asked = Signal(int)
    hardness_asked = Signal(float)
    pressure_asked = Signal(bool)
    combine_asked = Signal(object)
    words_asked = Signal(str)
    ratio_asked = Signal(float)
    expand_asked = Signal()
    place_asked = Signal()
    flip_asked = Signal()
    turn_asked = Signal(float)
    drop_asked = Signal()

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self._look = look
        self.setObjectName("toolOptions")
        self.setAccessibleName(self.tr("Tool options"))
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(10, 4, 10, 4)
        self.row.setSpacing(6)
        self.title = label("", "heading", parent=self)
        self.title.setMinimumWidth(1)  # it must not make the window wider before it gives way
        self.row.addWidget(self.title)
        self._groups: list[tuple[frozenset[Tool], QWidget]] = []
        self.brush = self._brush_group()
        self._add(BRUSHES, self.brush)
        self._add(frozenset({Tool.brush, Tool.eraser}), self._switch_group(actions))
        self._add(SHAPES, self._combine_group())
        self._add(frozenset({Tool.pick}), self._words_group())
        self._add(frozenset({Tool.place}), self._place_group())
        self._add(frozenset({Tool.expand}), self._expand_group())
        self.crop = CropOptions(look, self)
        self._add(frozenset({Tool.crop}), self.crop)
        self._add(frozenset({Tool.hand}), self._frame_group(actions))
        self.hint = ElidedLabel(self, parts=True)
        self.row.addWidget(self.hint, 1)
        self.mask_panel = MaskPanel(actions, self)
        self.mask_button = IconButton(look, "mask_more", self.tr("Mask: edge, file and colour"), self)
        self.mask_button.clicked.connect(lambda: self.mask_panel.drop_from(self.mask_button))
        masks = (("mask", actions.show_mask), ("invert", actions.invert), ("clear", actions.clear))
        buttons = (*(ActionButton(look, name, action, self) for name, action in masks), self.mask_button)
        for button in buttons:
            self.row.addWidget(button)
            self._groups.append((frozenset(Tool) - {Tool.crop}, button))  # it needs the room, and no mask
        self.show_tool(Tool.hand)

    # what is shown

    def show_tool(self, tool: Tool) -> None:
        """Show the options of a tool."""
        for shown in (False, True):  # first those that go: the window must not grow by both
            for tools, group in self._groups:
                if (tool in tools) is shown:
                    group.setVisible(shown)
        title, hint = self._words_of(tool)
        self.title.setText(title)
        self.hint.setText(hint)
        self.hint.setToolTip(hint)
        self._fit()

    def show_brush(self, brush: Brush) -> None:
        """Show the brush's tip without asking for it."""
        for widget, value in ((self.slider, to_slider(brush.diameter)), (self.hardness, round(100 * brush.hardness))):
            widget.blockSignals(True)
            widget.setValue(value)
            widget.blockSignals(False)
        self.pressure.setChecked(brush.pressure)
        self.size_label.setText(self.tr("{0} px").format(brush.diameter))
        self.hardness_label.setText(self.tr("{0} %").format(round(100 * brush.hardness)))
        self._keep_numbers()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make do with the room that there is."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Follow the parts when they need another size, for instance for larger text."""
        done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        """Put the brush's sliders below each other where they do not fit beside each other, then drop the tool's name.

        The strip beside the photo shows the tool too, but sliders without names would tell nothing.
        """
        self._keep_numbers()
        around, gap = self.row.contentsMargins(), self.row.spacing()
        room = self.width() - around.left() - around.right()
        shown = sum(group.sizeHint().width() + gap for tools, group in self._groups if Tool.brush in tools)
        parts = [part for tip in self._tip_parts for part in tip]
        tips = sum(part.sizeHint().width() + self._tips.spacing() for part in parts)
        least = sum(part.minimumWidth() + self._tips.spacing() for part in parts)
        self._lay_tips(beside=shown - max(self._tips.sizeHint().width(), self._tip_area.minimumWidth()) + tips <= room)
        self._tip_area.setMinimumWidth(least)  # as beside each other, so that no tool widens the window
        highest = max(group.sizeHint().height() for _, group in self._groups)  # whichever tool: the photo stays put
        self.setMinimumHeight(highest + around.top() + around.bottom())
        away = self.title.sizeHint().width() + gap if self.title.isHidden() else 0
        self.title.setVisible(self.row.sizeHint().width() + away <= self.width())

    def _lay_tips(self, *, beside: bool) -> None:
        """Put the two sliders, each between its name and its number, beside or below each other."""
        if beside is self._beside:
            return
        self._beside = beside
        for line, tip in enumerate(self._tip_parts):
            for place, part in enumerate(tip):
                self._tips.addWidget(part, *((0, 3 * line + place) if beside else (line, place)))
        self._tip_area.updateGeometry()  # what the row around it needs is asked next

    def _keep_numbers(self) -> None:
        """Whatever else gives way, numbers stay whole."""
        for words, least in ((self.size_label, 56), (self.hardness_label, 44)):
            words.setMinimumWidth(max(least, words.sizeHint().width()))

    def show_combine(self, how: Combine) -> None:
        """Show how shapes join the mask."""
        for each, button in self.combine_buttons.items():
            button.setChecked(each is how)

    def show_expand(self, size: str, ready: bool) -> None:
        """Show the new frame's size, and whether there is anything to expand."""
        self.frame_label.setText(size)
        self.frame_label.setVisible(bool(size))
        self.expand_button.setEnabled(ready)

    def show_place(self, there: bool, ready: bool) -> None:
        """Whether a picture lies on the photo, and whether it can be put in now."""
        for button in (self.flip_button, self.turn_button, self.drop_button):
            button.setEnabled(there)
        self.place_button.setEnabled(there and ready)

    def set_usable(self, photo: bool) -> None:
        """Whether there is a photo."""
        self.setEnabled(photo)

    # groups

    def _words_of(self, tool: Tool) -> tuple[str, str]:
        """A tool's name and how it is used."""
        add = self.tr("Shift adds, Alt takes away, both intersect")
        words = {
            Tool.hand: (self.tr("Hand"), self.tr("Drag the photo; double-click for fit or 100 %")),
            Tool.brush: (self.tr("Brush"), self.tr("Paint where to edit; Shift-click draws straight on")),
            Tool.eraser: (self.tr("Eraser"), self.tr("Take away from the mask")),
            Tool.lasso: (self.tr("Lasso"), add),
            Tool.polygon: (self.tr("Polygon"), self.tr("Click the corners; Enter closes, Backspace takes one back")),
            Tool.rectangle: (self.tr("Rectangle"), self.tr("Shift: square · Alt: from the middle")),
            Tool.ellipse: (self.tr("Ellipse"), self.tr("Shift: circle · Alt: from the middle")),
            Tool.pick: (self.tr("Select objects"), self.tr("Click an object, or name it")),
            Tool.remover: (self.tr("Remove"), self.tr("Paint over it; let go, and it is gone")),
            Tool.place: (self.tr("Place"), self.tr("Drag it; corners scale, the round handle turns it")),
            Tool.expand: (self.tr("Expand"), self.tr("Drag the frame outwards; Enter fills it")),
            Tool.crop: (self.tr("Crop"), self.tr("Drag the frame; beside it, turn the photo; Enter crops")),
        }
        return words[tool]

    def _add(self, tools: frozenset[Tool], group: QWidget) -> None:
        self._groups.append((tools, group))
        self.row.addWidget(group)

    def _group(self, *widgets: QWidget) -> QWidget:
        group = QWidget(self)
        row = QHBoxLayout(group)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(5)
        for widget in widgets:
            row.addWidget(widget)
        return group

    def _slider(self, top: int, width: int, name: str, tip: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, top)
        slider.setPageStep(top // 20)
        slider.setMinimumWidth(width // 2)
        slider.setMaximumWidth(width)
        slider.setAccessibleName(name)
        slider.setToolTip(tip)
        return slider

    def _brush_group(self) -> QWidget:
        self.slider = self._slider(SPAN, 120, self.tr("Brush size"), self.tr("Brush size in photo pixels  ([ and ])"))
        self.size_label = label("", "value", parent=self)
        self.size_label.setMinimumWidth(56)
        self.hardness = self._slider(
            100, 80, self.tr("Brush hardness"), self.tr("Hardness: how sharp the brush's edge is  ({ and })")
        )
        self.hardness_label = label("", "value", parent=self)
        self.hardness_label.setMinimumWidth(44)
        self.pressure = QCheckBox(self.tr("Pressure"), self)
        self.pressure.setToolTip(self.tr("A pen's pressure sets the size"))
        self.pressure.setAccessibleName(self.tr("A pen's pressure sets the size"))
        self.slider.valueChanged.connect(lambda position: self.diameter_asked.emit(from_slider(position)))
        self.hardness.valueChanged.connect(lambda value: self.hardness_asked.emit(value / 100))
        self.pressure.toggled.connect(self.pressure_asked)
        size, hardness = (label(text, parent=self) for text in (self.tr("Size"), self.tr("Hardness")))
        for name in (size, hardness):
            name.setMinimumWidth(1)
        self._tip_parts = (
            (size, self.slider, self.size_label),
            (hardness, self.hardness, self.hardness_label),
        )
        self._tip_area = QWidget(self)
        self._tips = QGridLayout(self._tip_area)
        self._tips.setContentsMargins(0, 0, 0, 0)
        self._tips.setSpacing(5)
        self._beside = False
        self._lay_tips(beside=True)
        return self._group(self._tip_area, self.pressure)

    def _switch_group(self, actions: Actions) -> QWidget:
        return self._group(ActionButton(self._look, "swap", actions.switch, self))

    def _combine_group(self) -> QWidget:
        names = {
            Combine.new: self.tr("New: replace the mask"),
            Combine.add: self.tr("Add to the mask  (Shift)"),
            Combine.subtract: self.tr("Take away from the mask  (Alt)"),
            Combine.intersect: self.tr("Keep what both cover  (Shift+Alt)"),
        }
        self.combine_buttons = {
            how: IconButton(self._look, f"combine_{how.value}", name, self) for how, name in names.items()
        }
        for how, button in self.combine_buttons.items():
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, how=how: self.combine_asked.emit(how))
        return self._group(*self.combine_buttons.values())

    def _words_group(self) -> QWidget:
        self.words = QLineEdit(self)
        self.words.setPlaceholderText(self.tr("the red boat"))
        self.words.setAccessibleName(self.tr("Select by words"))
        self.words.setToolTip(self.tr("Name what to select, then Enter  (Ctrl+F)"))
        self.words.setMinimumWidth(90)
        self.words.setMaximumWidth(180)
        self.words.returnPressed.connect(lambda: self.words_asked.emit(self.words.text()))
        self.words_button = push(self.tr("Select"), parent=self)
        self.words_button.setToolTip(self.tr("Select what the words name  (Enter)"))
        self.words_button.clicked.connect(lambda: self.words_asked.emit(self.words.text()))
        return self._group(self.words, self.words_button)

    def _place_group(self) -> QWidget:
        self.flip_button = IconButton(self._look, "flip", self.tr("Mirror the picture  (F)"), self)
        self.flip_button.clicked.connect(self.flip_asked)
        self.turn_button = IconButton(self._look, "rotate", self.tr("Turn the picture by 15 degrees  (. and ,)"), self)
        self.turn_button.clicked.connect(lambda: self.turn_asked.emit(15.0))
        self.drop_button = IconButton(self._look, "close", self.tr("Take the picture off the photo  (Delete)"), self)
        self.drop_button.clicked.connect(self.drop_asked)
        self.place_button = push(self.tr("Put it in"), primary=True, parent=self)
        self.place_button.setToolTip(self.tr("Put the picture into the photo as it lies  (Enter)"))
        self.place_button.clicked.connect(self.place_asked)
        return self._group(self.flip_button, self.turn_button, self.drop_button, self.place_button)

    def _expand_group(self) -> QWidget:
        self.ratio = QComboBox(self)
        self.ratio.setAccessibleName(self.tr("Ratio of the new frame"))
        self.ratio.setToolTip(self.tr("Ratio of the new frame, width to height"))
        self.ratio.addItem(self.tr("Free"), 0.0)
        for name in RATIOS:
            across, _, down = name.partition(":")
            value = float(across) / float(down) if down else math.sqrt(2)
            self.ratio.addItem(name, value)
        for name in ("4:5", "3:4", "2:3", "9:16"):
            across, _, down = name.partition(":")
            self.ratio.addItem(name, float(across) / float(down))
        self.ratio.addItem(self.tr("A4 upright"), math.sqrt(0.5))
        self.ratio.activated.connect(lambda _index: self.ratio_asked.emit(self.ratio.currentData()))
        self.frame_label = label("", "value", parent=self)
        self.expand_button = push(self.tr("Expand"), primary=True, parent=self)
        self.expand_button.setToolTip(self.tr("Fill the new frame  (Enter)"))
        self.expand_button.clicked.connect(self.expand_asked)
        return self._group(self.ratio, self.frame_label, self.expand_button)

    def _frame_group(self, actions: Actions) -> QWidget:
        self.frame_button = push(self.tr("Reset frame"), parent=self)
        self.frame_button.setToolTip(self.tr("Let the engine choose again what it sees around the mask"))
        self.frame_button.clicked.connect(actions.reset_frame.trigger)
        actions.reset_frame.changed.connect(lambda: self.frame_button.setVisible(actions.reset_frame.isEnabled()))
        return self._group(self.frame_button)
