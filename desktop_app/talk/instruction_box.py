"""The instruction: plain text in which the markers of references stand as chips."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QTextCharFormat,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QTextEdit, QToolTip, QWidget

from desktop_app.look.theme import Look
from desktop_app.look.widgets import takes_escape
from desktop_app.look.wording import CHIP
from desktop_app.references.drops import incoming, reference_number
from desktop_app.talk.chips import KIND, Chips, Known, chip_at, insert_words, units, words
from desktop_app.talk.completion import Completion
from desktop_app.talk.presets import BLANK, BY_ROLE
from desktop_app.talk.recent import Recent
from engine.instruction import tidy
from engine.values import PHOTO_MARKER, marker

LINES = 3  # shown without scrolling
TYPED = re.compile(r"(?:^|(?<=[\s(“\"']))[@\[]([^\s@\[\]]*)$")  # what is completed, before the cursor


def spaced(before: str, text: str, after: str) -> str:
    """``text`` with the blanks it needs between what stands left and right of it."""
    left = " " if before and not before.isspace() and before not in "([“\"'" else ""
    right = " " if after and not after.isspace() and after not in ".,;:!?)]”\"'" else ""
    return f"{left}{text}{right}"


class InstructionBox(QTextEdit):
    """Where the user says what to do.

    A reference's marker is one character of the document, drawn as a chip; :attr:`text` has ``[ref#k]`` in its place.
    ``@`` or ``[`` completes a reference, Up and Down in an empty box go through recent instructions.

    Attributes
    ----------
    run_asked, plan_asked
        Ctrl+Enter; with Shift, plan only.
    came
        An :class:`~desktop_app.references.drops.Incoming` dropped or pasted into the text; it becomes references whose
        markers go in where it fell.
    """

    run_asked = Signal()
    plan_asked = Signal()
    came = Signal(object)

    def __init__(self, look: Look, recent: Recent | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.recent = recent or Recent()
        self._recalled = -1
        self._completion: Completion | None = None
        self.chips = Chips(look, self)
        self.document().documentLayout().registerHandler(KIND, self.chips)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setAccessibleName(self.tr("Instruction"))
        self._example = self.tr("Say what to change: “remove the boat”")
        self.setToolTip(self.tr("@ or [ names a reference; Up brings back what you said before"))
        self.document().setDocumentMargin(4)
        self.setFixedHeight(self.sizeHint().height())
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.textChanged.connect(self._on_text)
        self.cursorPositionChanged.connect(self._complete)
        self.selectionChanged.connect(self._on_selection)
        look.changed.connect(self.viewport().update)

    def sizeHint(self) -> QSize:
        """A few lines."""
        return QSize(200, (self.fontMetrics().lineSpacing() + 3) * LINES + 24)

    def minimumSizeHint(self) -> QSize:
        """As many as the hint."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """An example in an empty box, in as many lines as it takes: Qt's own placeholder has one."""
        super().paintEvent(event)
        if self.document().isEmpty():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().placeholderText().color())
            margin = round(self.document().documentMargin())
            place = self.viewport().rect().adjusted(margin, margin, -margin, -margin)
            painter.drawText(place, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, self._example)

    # text

    @property
    def text(self) -> str:
        """What is written, with ``[ref#k]`` where chips stand."""
        return words(self.document())

    def toPlainText(self) -> str:
        """The same as :attr:`text`."""
        return self.text

    def setPlainText(self, text: str) -> None:
        """Write something else; its markers become chips."""
        self._recalled = -1
        self._put(text)
        self.document().clearUndoRedoStacks()

    def set_known(self, known: Mapping[int, Known]) -> None:
        """Tell which references exist, and what is known of them."""
        self.chips.set_known(known)
        self.document().markContentsDirty(0, self.document().characterCount())
        self.viewport().update()
        self._tell_reader()

    def insert_marker(self, number: int) -> None:
        """Put a chip at the cursor (0 is the photo), with blanks around it where they are missing.

        An empty instruction begins with what the reference is meant for.
        """
        known = self.chips.known.get(number)
        if known is not None and known.reference.role in BY_ROLE and not self.text:
            self.write(BY_ROLE[known.reference.role].format(marker(number)))
            return
        cursor = self.textCursor()
        document = self.document()
        before = document.characterAt(cursor.selectionStart() - 1) if cursor.selectionStart() else ""
        after = document.characterAt(cursor.selectionEnd())
        after = "" if after in "\u2029\0" else after  # the end of a line, or of the text
        insert_words(cursor, spaced(before, marker(number) if number else PHOTO_MARKER, after))
        self.setTextCursor(cursor)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def write(self, text: str) -> None:
        """Write something else that can be undone; the cursor stands in its blank, if it has one."""
        self._put(text.replace(BLANK, ""))
        blank = text.find(BLANK)
        if blank >= 0:
            cursor = self.textCursor()
            cursor.setPosition(sum(units(character) for character in text[:blank]))
            self.setTextCursor(cursor)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def done(self, text: str) -> None:
        """Empty the box when it still says ``text``, which has been done; Up brings it back."""
        if self.text.strip() and tidy(self.text) == tidy(text):
            self.recent.add(self.text)
            self.clear()

    def _put(self, text: str) -> None:
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        insert_words(cursor, text)
        self.setTextCursor(cursor)

    # keys

    def event(self, event: QEvent) -> bool:
        """Esc closes the list before it stops the run; a chip says what it is."""
        if self._completing and takes_escape(event):
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Chips keep the size that the text had when they were made, so they are made anew."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.setFixedHeight(self.sizeHint().height())
            if CHIP.search(self.text):
                self.setPlainText(self.text)

    def viewportEvent(self, event: QEvent) -> bool:
        """A chip says what it is."""
        if isinstance(event, QHelpEvent):
            number = self._chip_under(event.pos())
            if number is not None:
                QToolTip.showText(event.globalPos(), self._about(number), self)
                return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter runs; the list takes its own keys; Up and Down recall."""
        key, modifiers = event.key(), event.modifiers()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and modifiers & Qt.KeyboardModifier.ControlModifier:
            shifted = modifiers & Qt.KeyboardModifier.ShiftModifier
            (self.plan_asked if shifted else self.run_asked).emit()
        elif (self._completing and self._list_key(key)) or (
            key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._recall(key)
        ):
            return
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab takes what the list offers, else goes on."""
        if self._completing and forward:
            return self._list_key(Qt.Key.Key_Tab)
        return super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The list goes with the keyboard."""
        super().focusOutEvent(event)
        self._close_list()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The list would no longer stand at its word."""
        self._close_list()
        super().wheelEvent(event)

    # clipboard and drops

    def createMimeDataFromSelection(self) -> QMimeData:
        """The selected words, with markers."""
        cursor = self.textCursor()
        data = QMimeData()
        data.setText(words(self.document(), cursor.selectionStart(), cursor.selectionEnd()))
        return data

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
            cursor = self.textCursor()
            insert_words(cursor, source.text())
            self.setTextCursor(cursor)

    # markers that are typed

    def _on_text(self) -> None:
        self._chip_typed()
        self._tell_reader()
        if not self.text:
            self._recalled = -1

    def _chip_typed(self) -> None:
        """A marker that was typed to its end becomes a chip."""
        block = self.textCursor().block()
        match = CHIP.search(block.text())
        if match is None:
            return
        before = sum(units(character) for character in block.text()[: match.start()])
        cursor = QTextCursor(self.document())
        cursor.setPosition(block.position() + before)
        cursor.setPosition(cursor.position() + len(match[0]), QTextCursor.MoveMode.KeepAnchor)
        cursor.joinPreviousEditBlock()
        insert_words(cursor, match[0])
        cursor.endEditBlock()
        mine = self.textCursor()
        mine.setCharFormat(QTextCharFormat())
        self.setTextCursor(mine)

    def _tell_reader(self) -> None:
        """A screen reader hears names where it would read empty characters."""
        text = CHIP.sub(lambda match: self.chips.title(int(match[1] or 0)), self.text)
        self.setAccessibleDescription(text)

    def _on_selection(self) -> None:
        cursor = self.textCursor()
        self.chips.selected = (cursor.selectionStart(), cursor.selectionEnd())

    def _chip_under(self, point: QPoint) -> int | None:
        cursor = self.cursorForPosition(point)
        for place in (cursor.position() - 1, cursor.position()):
            number = chip_at(self.document(), place) if place >= 0 else None
            if number is not None and self._rect_of(place).contains(point):
                return number
        return None

    def _rect_of(self, place: int) -> QRect:
        first, second = QTextCursor(self.document()), QTextCursor(self.document())
        first.setPosition(place)
        second.setPosition(place + 1)
        return self.cursorRect(first).united(self.cursorRect(second))

    def _about(self, number: int) -> str:
        known = self.chips.known.get(number)
        if known is None:
            return self.chips.title(number)
        seen = ", ".join(known.labels)
        return "\n".join(
            part for part in (f"{marker(number)} {known.reference.title}", known.reference.path.name, seen) if part
        )

    # completing

    @property
    def _completing(self) -> bool:
        return self._completion is not None and not self._completion.isHidden()

    def _typed(self) -> re.Match[str] | None:
        """What is typed of a reference before the cursor."""
        cursor = self.textCursor()
        block = cursor.block()
        inside = block.text().encode("utf-16-le")[: 2 * cursor.positionInBlock()].decode("utf-16-le", "ignore")
        return None if cursor.hasSelection() else TYPED.search(inside)

    def _complete(self) -> None:
        match = self._typed() if self.hasFocus() and self.chips.known else None
        if match is None:
            self._close_list()
            return
        if self._completion is None:
            self._completion = Completion(self._look, self.window())
            self._completion.taken.connect(self._take)
        caret = self.cursorRect()
        below = self.viewport().mapTo(self.window(), caret.bottomLeft()) + QPoint(-12, 4)
        above = self.viewport().mapTo(self.window(), caret.topLeft()).y() - 4
        self._completion.offer(match[1], list(self.chips.known.values()), below, above)

    def _close_list(self) -> None:
        if self._completion is not None:
            self._completion.hide()

    def _list_key(self, key: int) -> bool:
        assert self._completion is not None
        match key:
            case Qt.Key.Key_Down:
                self._completion.step(1)
            case Qt.Key.Key_Up:
                self._completion.step(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Tab:
                self._completion.take()
            case Qt.Key.Key_Escape:
                self._close_list()
            case _:
                return False
        return True

    def _take(self, number: int) -> None:
        match = self._typed()
        cursor = self.textCursor()
        if match is not None:
            cursor.movePosition(
                QTextCursor.MoveOperation.PreviousCharacter, QTextCursor.MoveMode.KeepAnchor, len(match[0])
            )
            self.setTextCursor(cursor)
        self._close_list()
        self.insert_marker(number)

    # recalling

    def _recall(self, key: int) -> bool:
        """Go to an older or a newer instruction; only in an empty box or while going through them."""
        texts = self.recent.texts
        browsing = 0 <= self._recalled < len(texts) and self.text == texts[self._recalled]
        if not browsing and self.text:
            return False
        wanted = (self._recalled if browsing else -1) + (1 if key == Qt.Key.Key_Up else -1)
        if wanted >= len(texts):
            return browsing
        self._put(texts[wanted] if wanted >= 0 else "")
        self._recalled = max(wanted, -1)
        return True
