"""What every tool of the canvas shares: its name, the pointer's touch, and the gesture from press to release."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QCursor, QKeyEvent, QMouseEvent, QPainter, QTabletEvent

if TYPE_CHECKING:
    from desktop_app.canvas.canvas import Canvas

NO_MODIFIER = Qt.KeyboardModifier.NoModifier
KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace)  # end, close or take back


class Tool(enum.Enum):
    """What the left button does."""

    hand = "hand"
    brush = "brush"
    eraser = "eraser"
    lasso = "lasso"
    polygon = "polygon"
    rectangle = "rectangle"
    ellipse = "ellipse"
    pick = "pick"
    remover = "remover"
    place = "place"
    expand = "expand"
    crop = "crop"


BRUSHES = frozenset({Tool.brush, Tool.eraser, Tool.remover})
SHAPES = frozenset({Tool.lasso, Tool.polygon, Tool.rectangle, Tool.ellipse, Tool.pick})


@dataclass(frozen=True)
class Brush:
    """The brush's tip.

    Attributes
    ----------
    diameter
        In photo pixels, 1 to 5000.
    hardness
        0 (soft from the centre on) to 1.
    pressure
        Whether a pen's pressure sets the size.
    """

    diameter: int = 100
    hardness: float = 0.8
    pressure: bool = True


@dataclass(frozen=True)
class Touch:
    """Where the pointer is and how it is held.

    Attributes
    ----------
    place
        In the widget's logical pixels.
    modifiers
        Keys held.
    pressure
        Of a pen, 0 to 1; 1 for a mouse.
    erases
        Whether it is the eraser end of a pen.
    """

    place: QPointF
    modifiers: Qt.KeyboardModifier = NO_MODIFIER
    pressure: float = 1.0
    erases: bool = False

    @classmethod
    def of(cls, event: QMouseEvent | QTabletEvent) -> Touch:
        """The touch of an event."""
        if isinstance(event, QTabletEvent):
            back = event.pointerType().name == "Eraser"
            return cls(event.position(), event.modifiers(), event.pressure(), back)
        return cls(event.position(), event.modifiers())

    @property
    def shift(self) -> bool:
        """Whether Shift is held."""
        return bool(self.modifiers & Qt.KeyboardModifier.ShiftModifier)

    @property
    def alt(self) -> bool:
        """Whether Alt is held."""
        return bool(self.modifiers & Qt.KeyboardModifier.AltModifier)


class Gesture:
    """What one tool does with the pointer; the default does nothing.

    Attributes
    ----------
    busy
        Whether a press has begun something that is not ended.
    """

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.busy = False

    def cursor(self, hover: QPointF | None) -> QCursor:
        """The cursor's shape at ``hover``."""
        return QCursor(Qt.CursorShape.CrossCursor)

    def press(self, touch: Touch) -> None:
        """The button goes down."""

    def move(self, touch: Touch) -> None:
        """The pointer moves with the button down."""

    def hover(self, touch: Touch) -> None:
        """The pointer moves with no button down."""

    def release(self, touch: Touch) -> None:
        """The button comes up."""

    def double(self, touch: Touch) -> None:
        """The button goes down a second time; the default takes it as another press."""
        self.press(touch)

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key that may be a shortcut of the window belongs to the tool just now."""
        return self.busy and event.key() in KEYS

    def key(self, event: QKeyEvent) -> bool:
        """A key goes down. Returns whether the tool has used it."""
        return False

    def draw(self, painter: QPainter) -> None:
        """Draw over the photo, in the widget's logical pixels."""

    def cancel(self) -> None:
        """Another tool or photo is coming: leave nothing half done."""
        self.busy = False
