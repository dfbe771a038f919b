"""What the crop tool can be set to: shape of the frame, quarter turns, straightening."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QWidget

from desktop_app.look.fields import Amount
from desktop_app.look.theme import Look
from desktop_app.look.widgets import IconButton, label, push
from desktop_app.tools.crop_frame import CropFrame
from engine.framing import MOST_DEGREES

TENTHS = 10  # slider positions for a degree
FREE, ORIGINAL = "", "original"
SHAPES = ("1:1", "3:2", "4:3", "16:9")


class CropOptions(QWidget):
    """The crop tool's row.

    Attributes
    ----------
    ratio_asked
        Width over height of the frame; 0 for free.
    turn_asked
        Quarters clockwise.
    degrees_asked
        Of straightening, clockwise.
    crop_asked
        Cut the frame out.
    """

    ratio_asked = Signal(float)
    turn_asked = Signal(int)
    degrees_asked = Signal(float)
    crop_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._upright = False
        self._frame: CropFrame | None = None
        self.shape = QComboBox(self)
        self.shape.setAccessibleName(self.tr("Shape of the frame"))
        self.shape.setToolTip(self.tr("Shape of the frame, width to height"))
        self.shape.addItem(self.tr("Free"), FREE)
        self.shape.addItem(self.tr("Original"), ORIGINAL)
        for name in SHAPES:
            self.shape.addItem(name, name)
        self.swap_button = IconButton(look, "swap", self.tr("Swap width and height of the frame"), self)
        self.left_button = IconButton(look, "turn_left", self.tr("Turn the photo left"), self)
        self.right_button = IconButton(look, "turn_right", self.tr("Turn the photo right"), self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(round(-MOST_DEGREES * TENTHS), round(MOST_DEGREES * TENTHS))
        self.slider.setSingleStep(1)
        self.slider.setPageStep(TENTHS)
        self.slider.setMinimumWidth(70)
        self.slider.setMaximumWidth(150)
        self.slider.setAccessibleName(self.tr("Straighten"))
        self.slider.setToolTip(self.tr("Straighten: turn the photo under the frame  (. and ,)"))
        self.degrees = Amount(-MOST_DEGREES, MOST_DEGREES, 1 / TENTHS, 1, parent=self)
        self.degrees.setSuffix("°")
        self.degrees.setMaximumWidth(self.degrees.minimumSizeHint().width())
        self.degrees.setKeyboardTracking(False)
        self.degrees.setAccessibleName(self.tr("Degrees to straighten by"))
        self.degrees.setToolTip(self.tr("Degrees to straighten by, clockwise"))
        self.size_label = label("", "value", parent=self)
        self.crop_button = push(self.tr("Crop"), primary=True, parent=self)
        self.crop_button.setToolTip(self.tr("Keep what is in the frame  (Enter)"))
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(5)
        for widget in (
            self.shape, self.swap_button, self.left_button, self.right_button, self.slider, self.degrees,
            self.size_label, self.crop_button,
        ):  # fmt: skip
            row.addWidget(widget)
        self.shape.activated.connect(self._on_shape)
        self.swap_button.clicked.connect(self._on_swap)
        self.left_button.clicked.connect(lambda: self._on_turn(-1))
        self.right_button.clicked.connect(lambda: self._on_turn(1))
        self.slider.valueChanged.connect(lambda value: self.degrees_asked.emit(value / TENTHS))
        self.degrees.valueChanged.connect(self.degrees_asked)
        self.crop_button.clicked.connect(self.crop_asked)

    def show_frame(self, frame: CropFrame | None, words: str, ready: bool) -> None:
        """Show a frame without asking for it: its size in words, and whether it can be cut out now."""
        self._frame = frame
        if frame is None or not frame.ratio:  # another photo, or let go
            self.shape.setCurrentIndex(0)
            self._upright = False
        degrees = frame.degrees if frame is not None else 0.0
        with QSignalBlocker(self.slider), QSignalBlocker(self.degrees):
            self.slider.setValue(round(degrees * TENTHS))
            self.degrees.setValue(degrees)
        self.size_label.setText(words)
        self.size_label.setMinimumWidth(self.size_label.sizeHint().width())  # whatever gives way, numbers stay whole
        self.swap_button.setEnabled(self.shape.currentData() not in (FREE, "1:1"))
        self.crop_button.setEnabled(ready)

    def _ratio(self) -> float:
        """Width over height that is chosen; 0 for free."""
        shape = self.shape.currentData()
        if shape == FREE or self._frame is None:
            return 0.0
        across, down = self._frame.turned
        if shape == ORIGINAL:
            ratio = across / down
        else:
            wide, _, tall = shape.partition(":")
            ratio = float(wide) / float(tall)
        return 1 / ratio if self._upright else ratio

    def _on_shape(self) -> None:
        frame = self._frame
        upright = frame is not None and frame.turned[0] < frame.turned[1]
        self._upright = upright and self.shape.currentData() != ORIGINAL  # at first the frame lies as the photo does
        self.ratio_asked.emit(self._ratio())

    def _on_swap(self) -> None:
        self._upright = not self._upright
        self.ratio_asked.emit(self._ratio())

    def _on_turn(self, quarters: int) -> None:
        if self.shape.currentData() != ORIGINAL:  # which turns with the photo
            self._upright = not self._upright
        self.turn_asked.emit(quarters)
