"""A sound's outline, drawn small in its tile and large with a playing mark and two handles for trimming."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.look.theme import Look

COLUMN = 3  # logical pixels from one line of the outline to the next
REACH = 8  # logical pixels within which a handle is taken
SHORTEST = 0.1  # seconds that trimming leaves at least
NUDGE = 0.01  # of the length, for an arrow key


def draw_wave(painter: QPainter, area: QRectF, peaks: np.ndarray, colour: QColor) -> None:
    """Draw ``(n,)`` peaks, 0 to 1, as upright lines across ``area``."""
    columns = max(int(area.width() // COLUMN), 1)
    painter.setPen(QPen(colour, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for column in range(columns):
        low = column * len(peaks) // columns
        peak = float(peaks[low : max((column + 1) * len(peaks) // columns, low + 1)].max())
        x = area.left() + (column + 0.5) * area.width() / columns
        half = max(peak * area.height() / 2, 0.5)
        painter.drawLine(QPointF(x, area.center().y() - half), QPointF(x, area.center().y() + half))


class Waveform(QWidget):
    """A sound that can be sought in and trimmed.

    Left and Right seek; with Shift they move the start, with Ctrl the end.

    Attributes
    ----------
    sought
        Seconds from the start of the sound.
    trimmed
        Start and end in seconds.
    """

    sought = Signal(float)
    trimmed = Signal(float, float)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._peaks = np.zeros(1, np.float32)
        self.seconds = 0.0
        self.start = 0.0
        self.end = 0.0
        self.position = 0.0
        self._held = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Waveform"))
        words = self.tr("Left and Right seek; Shift moves the start, Ctrl the end.")
        self.setAccessibleDescription(words)
        self.setToolTip(self.tr("Click to seek, drag the ends to trim.\n{0}").format(words))
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Wide, and high enough for a quiet sound to be seen."""
        return QSize(240, 64)

    def show_sound(self, peaks: np.ndarray, seconds: float) -> None:
        """Show a sound whole."""
        self._peaks, self.seconds = peaks, seconds
        self.start, self.end, self.position = 0.0, seconds, 0.0
        self.update()

    def set_position(self, seconds: float) -> None:
        """Where it plays."""
        self.position = seconds
        self.update()

    def set_trim(self, start: float, end: float) -> None:
        """Keep the part from ``start`` to ``end`` seconds, at least a tenth of a second of it."""
        least = min(SHORTEST, self.seconds)
        if end != self.end:
            end = min(max(end, self.start + least), self.seconds)
        start = min(max(start, 0.0), end - least)
        if (start, end) != (self.start, self.end):
            self.start, self.end = start, end
            self.trimmed.emit(start, end)
            self.update()

    # geometry

    def place(self, seconds: float) -> float:
        """Where a moment stands, in logical pixels."""
        inner = self._inner()
        return inner.left() + inner.width() * (seconds / self.seconds if self.seconds else 0.0)

    def moment(self, x: float) -> float:
        """Which moment stands there, in seconds."""
        inner = self._inner()
        return min(max((x - inner.left()) / max(inner.width(), 1.0), 0.0), 1.0) * self.seconds

    def _inner(self) -> QRectF:
        return QRectF(self.rect()).adjusted(REACH, 4, -REACH, -4)

    def _at(self, x: float) -> str:
        """Which handle lies there; nothing when none does."""
        distances = {"start": abs(x - self.place(self.start)), "end": abs(x - self.place(self.end))}
        nearest = min(distances, key=distances.__getitem__)
        return nearest if distances[nearest] <= REACH else ""

    # events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a handle, or seek."""
        x = event.position().x()
        self._held = self._at(x) or "seek"
        self._drag(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        x = event.position().x()
        if self._held:
            self._drag(x)
        else:
            self.setCursor(Qt.CursorShape.SplitHCursor if self._at(x) else Qt.CursorShape.IBeamCursor)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self._held = ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Seek, or move an end."""
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if key not in ways:
            super().keyPressEvent(event)
            return
        step = ways[key] * NUDGE * self.seconds
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.set_trim(self.start + step, self.end)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_trim(self.start, self.end + step)
        else:
            self._seek(self.position + step)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The outline, quieter outside the part that is kept, handles and the playing mark."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("window"))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        inner = self._inner()
        left, right = self.place(self.start), self.place(self.end)
        kept = QRectF(left, inner.top(), right - left, inner.height())
        painter.fillRect(kept, theme.colour("chip"))
        draw_wave(painter, inner, self._peaks, theme.colour("disabled"))
        painter.setClipRect(kept)
        draw_wave(painter, inner, self._peaks, theme.colour("accent_text"))
        painter.setClipping(False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent_text"))
        for x in (left, right):
            painter.drawRoundedRect(QRectF(x - 2, 0, 4, self.height()), 2, 2)
        painter.setPen(QPen(theme.colour("text"), 1.5))
        x = self.place(self.position)
        painter.drawLine(QPointF(x, 2), QPointF(x, self.height() - 2))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent_text"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _drag(self, x: float) -> None:
        moment = self.moment(x)
        if self._held == "start":
            self.set_trim(min(moment, self.end), self.end)
        elif self._held == "end":
            self.set_trim(self.start, moment)
        else:
            self._seek(moment)

    def _seek(self, moment: float) -> None:
        self.set_position(min(max(moment, 0.0), self.seconds))
        self.sought.emit(self.position)
