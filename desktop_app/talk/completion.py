"""The list that completes a reference's name while the instruction is typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from desktop_app.look.theme import Look, icon
from desktop_app.talk.chips import Known
from engine.values import PHOTO_MARKER, Media

ROWS = 6  # seen without scrolling
WIDTH = 280  # logical pixels
NUMBER = Qt.ItemDataRole.UserRole


class Completion(QListWidget):
    """References that fit what was typed; the text keeps the keyboard.

    Attributes
    ----------
    taken
        Number of the chosen reference; 0 is the photo.
    """

    taken = Signal(int)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._parent = parent
        self.setObjectName("floating")
        self.setAccessibleName(self.tr("References that fit"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.itemClicked.connect(lambda item: self.taken.emit(item.data(NUMBER)))
        self.hide()

    def offer(self, typed: str, known: Sequence[Known], below: QPoint, above: int) -> None:
        """Show what fits ``typed``, under the point ``below`` of the parent or, without room, over ``above``."""
        row = max(self.fontMetrics().height() + 8, 26)
        self.setIconSize(QSize(row - 6, row - 6))
        self.clear()
        for number, text, picture in self._fitting(typed.lower(), known):
            item = QListWidgetItem(picture, text, self)
            item.setData(NUMBER, number)
            item.setSizeHint(QSize(WIDTH - 20, row))
        if not self.count():
            self.hide()
            return
        self.setCurrentRow(0)
        parent = self._parent
        height = row * min(self.count(), ROWS) + 2 * self.frameWidth() + 8
        self.setFixedSize(WIDTH, height)
        x = min(max(below.x(), 4), parent.width() - WIDTH - 4)
        y = below.y() if below.y() + height <= parent.height() - 4 else above - height
        self.move(x, max(y, 4))
        self.show()
        self.raise_()

    def take(self) -> None:
        """Choose the current row."""
        if self.currentItem() is not None:
            self.taken.emit(self.currentItem().data(NUMBER))

    def step(self, rows: int) -> None:
        """Go down or up, around the ends."""
        self.setCurrentRow((self.currentRow() + rows) % self.count())

    def _fitting(self, typed: str, known: Sequence[Known]) -> list[tuple[int, str, QIcon]]:
        theme = self._look.theme
        found: list[tuple[int, str, QIcon]] = []
        for each in known:
            reference = each.reference
            seen = ", ".join(each.labels[:2])
            text = f"#{reference.number}  {reference.title}" + (f"  ·  {seen}" if seen else "")
            if typed in f"{text} {reference.marker} {reference.role}".lower():
                if each.thumb is not None and each.thumb.image is not None:
                    picture = QIcon(QPixmap.fromImage(each.thumb.image))
                else:
                    picture = icon("sound" if reference.media is Media.sound else "picture", theme, "secondary")
                found.append((reference.number, text, picture))
        photo = self.tr("the photo itself")
        if known and typed in f"{photo} {PHOTO_MARKER}".lower():
            found.append((0, photo, icon("photo", theme, "secondary")))
        return found
