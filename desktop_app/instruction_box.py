"""The instruction: plain text in which ``[ref#k]`` markers stand as chips."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QMimeData, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLayout,
)
from PySide6.QtWidgets import QTextEdit, QWidget

from desktop_app.drops import incoming, reference_number
from desktop_app.theme import Look
from engine.values import MARKER, PHOTO_MARKER, marker

CHIP = re.compile(rf"{MARKER.pattern}|{re.escape(PHOTO_MARKER)}")
LINES = 3  # shown without scrolling


def spaced(before: str, text: str, after: str) -> str:
    """``text`` with the blanks it needs between what stands left and right of it."""
    left = " " if before and not before.isspace() and before not in "([“\"'" else ""
    right = " " if after and not after.isspace() and after not in ".,;:!?)]”\"'" else ""
    return f"{left}{text}{right}"


class _Markers(QSyntaxHighlighter):
    """Colours markers: those that name a reference as chips, the others as mistakes."""

    def __init__(self, look: Look, document: QTextDocument) -> None:
        super().__init__(document)
        self._look = look
        self.numbers: frozenset[int] = frozenset()

    def highlightBlock(self, text: str) -> None:
        """See QSyntaxHighlighter."""
        theme = self._look.theme
        for match in CHIP.finditer(text):
            style = QTextCharFormat()
            known = match[1] is None or int(match[1]) in self.numbers
            style.setForeground(theme.colour("on_chip" if known else "on_error"))
            self.setFormat(match.start(), match.end() - match.start(), style)


class InstructionBox(QTextEdit):
    """Where the user says what to do.

    Attributes
    ----------
    run_asked, plan_asked
        Ctrl+Enter; with Shift, plan only.
    came
        An :class:`~desktop_app.drops.Incoming` dropped or pasted into the text; it becomes references whose markers
        go in where it fell.
    """

    run_asked = Signal()
    plan_asked = Signal()
    came = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._markers = _Markers(look, self.document())
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setAccessibleName(self.tr("Instruction"))
        self.setPlaceholderText(self.tr("Say what to change: “remove the boat”"))
        self.document().setDocumentMargin(4)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        look.changed.connect(self._markers.rehighlight)

    def sizeHint(self) -> QSize:
        """A few lines."""
        return QSize(200, self.fontMetrics().lineSpacing() * LINES + 24)

    def minimumSizeHint(self) -> QSize:
        """As many as the hint."""
        return self.sizeHint()

    @property
    def text(self) -> str:
        """What is written."""
        return self.toPlainText()

    def set_numbers(self, numbers: Iterable[int]) -> None:
        """Tell which references exist."""
        self._markers.numbers = frozenset(numbers)
        self._markers.rehighlight()
        self.viewport().update()

    def insert_marker(self, number: int) -> None:
        """Put ``[ref#number]`` at the cursor, with blanks around it where they are missing."""
        cursor = self.textCursor()
        text = self.toPlainText()
        before = text[cursor.selectionStart() - 1 : cursor.selectionStart()]
        after = text[cursor.selectionEnd() : cursor.selectionEnd() + 1]
        cursor.insertText(spaced(before, marker(number), after))
        self.setTextCursor(cursor)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter runs; Backspace and Delete take a marker as one piece."""
        key, modifiers = event.key(), event.modifiers()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and modifiers & Qt.KeyboardModifier.ControlModifier:
            shifted = modifiers & Qt.KeyboardModifier.ShiftModifier
            (self.plan_asked if shifted else self.run_asked).emit()
            return
        if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and self._delete_marker(key == Qt.Key.Key_Backspace):
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text, references, files and pictures."""
        return bool(incoming(source)) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Dropped or pasted: references and files become markers, everything else plain text."""
        number = reference_number(source)
        what = incoming(source)
        if number is not None:
            self.insert_marker(number)
        elif what:
            self.came.emit(what)
        else:
            self.textCursor().insertText(source.text())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Chips behind their words, then the words."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        theme = self._look.theme
        for match in CHIP.finditer(self.toPlainText()):
            known = match[1] is None or int(match[1]) in self._markers.numbers
            painter.setBrush(theme.colour("chip" if known else "error"))
            for box in self._boxes(match.start(), match.end()):
                painter.drawRoundedRect(box, 5, 5)
        painter.end()
        super().paintEvent(event)

    def _boxes(self, start: int, end: int) -> list[QRectF]:
        """Where the text from ``start`` to ``end`` stands in the viewport: one box for each line it touches."""
        block = self.document().findBlock(start)
        layout: QTextLayout = block.layout()
        origin = self.document().documentLayout().blockBoundingRect(block).topLeft()
        origin -= QPointF(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        boxes = []
        begin, finish = start - block.position(), end - block.position()
        for index in range(layout.lineCount()):
            line = layout.lineAt(index)
            low, high = max(begin, line.textStart()), min(finish, line.textStart() + line.textLength())
            if low < high:
                left, right = line.cursorToX(low)[0], line.cursorToX(high)[0]  # pyright: ignore[reportIndexIssue]
                top = origin.y() + line.y()
                boxes.append(QRectF(origin.x() + left - 2, top, right - left + 4, line.height()))
        return boxes

    def _delete_marker(self, backwards: bool) -> bool:
        cursor = self.textCursor()
        if cursor.hasSelection():
            return False
        place = cursor.position()
        for match in CHIP.finditer(self.toPlainText()):
            if place == (match.end() if backwards else match.start()):
                cursor.setPosition(match.start())
                cursor.setPosition(match.end(), QTextCursor.MoveMode.KeepAnchor)
                cursor.removeSelectedText()
                return True
        return False
