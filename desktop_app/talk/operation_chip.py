"""One operation of a plan, in words: to be changed or left out."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop_app.look.theme import Look
from desktop_app.look.widgets import IconButton, label
from desktop_app.look.wording import phrase
from engine.values import MARKER, Operation

CHIP_WIDTH = 34  # of the text's mean characters; longer ones wrap


class Chip(QFrame):
    """One operation: a click or Enter opens its form, a button leaves it out.

    Attributes
    ----------
    dropped, opened
        The operation.
    pointed
        The operation while the pointer or the keyboard is on it; nothing when it leaves.
    """

    dropped = Signal(object)
    opened = Signal(object)
    pointed = Signal(object)

    def __init__(
        self, look: Look, operation: Operation, titles: Mapping[int, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.operation = operation
        self.setObjectName("chip")
        words = MARKER.sub(lambda match: titles.get(int(match[1]), match[0]), phrase(operation))
        self.setAccessibleName(words)
        self.setToolTip(self.tr("{0}\nClick to change it").format(words))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._words = label(words, wrap=True, parent=self)
        self._room = 0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        close = IconButton(look, "close", self.tr("Leave out “{0}”").format(words), self, "on_chip")
        close.setIconSize(QSize(11, 11))
        close.clicked.connect(lambda: self.dropped.emit(self.operation))
        row.addWidget(self._words)
        row.addWidget(close)
        self._fit()

    def set_room(self, width: int) -> None:
        """How wide it may be, in logical pixels."""
        self._room = width
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Grow with the text."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and self.layout() is not None:
            self._fit()

    def _fit(self) -> None:
        words = self._words.text()
        metrics = self.fontMetrics()  # the label has the same font, but may hear of a change later
        width = min(metrics.horizontalAdvance(words) + 2, CHIP_WIDTH * metrics.averageCharWidth())
        if self._room:
            width = min(width, self._room - self.sizeHint().width() + self._words.width())
        lines = metrics.boundingRect(QRect(0, 0, width, 10_000), Qt.TextFlag.TextWordWrap, words)
        self._words.setFixedSize(width, lines.height())

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show where it acts."""
        self.pointed.emit(self.operation)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """No longer."""
        self.pointed.emit(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where it acts."""
        self.pointed.emit(self.operation)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No longer."""
        self.pointed.emit(None)
        super().focusOutEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the form."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self.operation)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the form, Delete leaves the operation out."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.opened.emit(self.operation)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.dropped.emit(self.operation)
            case _:
                super().keyPressEvent(event)
