"""The row over the photo: files, history, mask tools with their size, comparing, zoom."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider

from desktop_app.actions import Actions
from desktop_app.theme import Look
from desktop_app.widgets import ActionButton, IconButton, label, rule

LARGEST = 2000  # photo pixels at the slider's right end; the keys go on to 5000
SPAN = 1000  # slider positions; sizes grow by equal factors along it


def to_slider(diameter: float) -> int:
    """Brush diameter in photo pixels to a slider position."""
    return round(SPAN * math.log(min(max(diameter, 1), LARGEST)) / math.log(LARGEST))


def from_slider(position: int) -> int:
    """Slider position to a brush diameter in photo pixels."""
    return max(1, round(LARGEST ** (position / SPAN)))


class ToolBar(QFrame):
    """The buttons follow the window's actions.

    Attributes
    ----------
    diameter_asked
        Brush diameter in photo pixels.
    before_held
        Whether the button that shows the photo before is held.
    """

    diameter_asked = Signal(int)
    before_held = Signal(bool)

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("toolBar")
        self.setAccessibleName(self.tr("Tools"))
        a = actions
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 10, 5)
        row.setSpacing(2)
        groups = (
            (("open", a.open), ("save", a.save)),
            (("undo", a.undo), ("redo", a.redo)),
            (("hand", a.hand), ("brush", a.brush), ("eraser", a.eraser)),
        )
        for group in groups:
            for name, action in group:
                row.addWidget(ActionButton(look, name, action, self))
            row.addSpacing(6)
            row.addWidget(rule(self))
            row.addSpacing(6)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, SPAN)
        self.slider.setPageStep(50)
        self.slider.setFixedWidth(130)
        self.slider.setAccessibleName(self.tr("Brush size"))
        self.slider.setToolTip(self.tr("Brush size in photo pixels  ([ and ])"))
        self.size_label = label("", "value", parent=self)
        self.size_label.setFixedWidth(58)
        row.addWidget(self.slider)
        row.addSpacing(8)
        row.addWidget(self.size_label)
        row.addWidget(rule(self))
        row.addSpacing(6)
        for name, action in (("mask", a.show_mask), ("invert", a.invert), ("clear", a.clear)):
            row.addWidget(ActionButton(look, name, action, self))
        row.addStretch(1)
        self.before_button = IconButton(look, "compare", self.tr("Hold to see the photo before"), self)
        self.before_button.setToolTip(self.tr("Hold to see the photo before  (\\)"))
        row.addWidget(self.before_button)
        row.addWidget(ActionButton(look, "split", a.split, self))
        row.addSpacing(6)
        row.addWidget(rule(self))
        row.addSpacing(6)
        for name, action in (("fit", a.fit), ("actual", a.actual)):
            row.addWidget(ActionButton(look, name, action, self))
        self.slider.valueChanged.connect(lambda position: self.diameter_asked.emit(from_slider(position)))
        self.before_button.pressed.connect(lambda: self.before_held.emit(True))
        self.before_button.released.connect(lambda: self.before_held.emit(False))

    def show_diameter(self, diameter: int) -> None:
        """Show the brush's size without asking for it."""
        self.slider.blockSignals(True)
        self.slider.setValue(to_slider(diameter))
        self.slider.blockSignals(False)
        self.size_label.setText(self.tr("{0} px").format(diameter))

    def set_usable(self, photo: bool, compare: bool) -> None:
        """Whether there is a photo, and something to compare it with."""
        self.slider.setEnabled(photo)
        self.size_label.setEnabled(photo)
        self.before_button.setEnabled(compare)
