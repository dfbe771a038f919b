"""The history: accepted edits as a stack over the untouched original, and the disk that they take."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.look.theme import Look
from desktop_app.look.widgets import label
from desktop_app.look.wording import storage
from desktop_app.work.history_row import THUMB, EditRow, ElidedLabel, thumb_pixmap
from engine.project.edits import Edits

ORIGINAL = ""  # key of the original's thumbnail


class HistoryPanel(QWidget):
    """The newest edit on top, the original at the bottom.

    Attributes
    ----------
    visible_asked, opacity_asked, mask_asked, again_asked, delete_asked
        As of :class:`~desktop_app.work.history_row.EditRow`, with the edit's key first.
    read
        Gives an instruction with names for its markers.
    """

    visible_asked = Signal(str, bool)
    opacity_asked = Signal(str, float)
    mask_asked = Signal(str)
    again_asked = Signal(str)
    delete_asked = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.rows: dict[str, EditRow] = {}
        self.read: Callable[[str], str] = str
        self._shown: tuple[Edits, Collection[str], str, Mapping[str, QImage], str] | None = None
        self.setAccessibleName(self.tr("History"))
        heading = label(self.tr("History"), "heading", parent=self)
        self.disk = label("", "secondary", parent=self)
        self.disk.setToolTip(self.tr("Disk that the history takes. Nothing is removed without asking you."))
        top = QHBoxLayout()
        top.addWidget(heading, 1)
        top.addWidget(self.disk)
        self.empty = label(
            self.tr("Edits you accept are listed here. Each can be hidden, made paler, run again or deleted."),
            "empty",
            wrap=True,
            parent=self,
        )
        self._list = QFrame(self)
        self._list.setObjectName("bin")
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._original = self._original_row()
        self._column.addWidget(self._original)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addLayout(top)
        whole.addWidget(self.empty)
        whole.addWidget(self._list)
        self._list.hide()

    def _original_row(self) -> QWidget:
        row = QFrame(self._list)
        row.setObjectName("historyOriginal")
        self._picture = QLabel(row)
        self._picture.setFixedSize(THUMB, THUMB)
        self._name = ElidedLabel(row)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(label(self.tr("Original"), parent=row))
        words.addWidget(self._name)
        words.addStretch(1)
        self._name.setProperty("role", "secondary")
        line = QHBoxLayout(row)
        line.setContentsMargins(8, 7, 8, 7)
        line.setSpacing(8)
        line.addWidget(self._picture)
        line.addLayout(words, 1)
        return row

    def show_edits(
        self, edits: Edits, strangers: Collection[str], name: str, thumbs: Mapping[str, QImage], why: str
    ) -> None:
        """Show a stack.

        Parameters
        ----------
        edits
            The oldest first.
        strangers
            Keys of those made on another picture than the one below them.
        name
            Of the original.
        thumbs
            By key; the original's under ``ORIGINAL``.
        why
            Why nothing may be changed now; empty when it may.
        """
        self._shown = (edits, strangers, name, thumbs, why)
        keys = [edit.key for edit in edits]
        for key in [key for key in self.rows if key not in keys]:
            row = self.rows.pop(key)
            row.hide()
            row.deleteLater()
        for place, edit in enumerate(reversed(edits)):
            row = self.rows.get(edit.key) or self._row(edit.key)
            if self._column.indexOf(row) != place:
                self._column.insertWidget(place, row)
            row.show_edit(edit, self.read(edit.instruction.text), edit.key in strangers, thumbs.get(edit.key))
            row.set_usable(why)
            row.show()
        self._picture.setPixmap(thumb_pixmap(thumbs.get(ORIGINAL), self.devicePixelRatioF(), faint=False))
        self._name.set_whole(name)
        self._original.setAccessibleName(self.tr("Original, {0}").format(name))
        self._list.setVisible(bool(edits))
        self.empty.setVisible(not edits)
        self._order()

    def retitle(self) -> None:
        """References have other names now."""
        if self._shown is not None:
            self.show_edits(*self._shown)

    def show_disk(self, size: int, budget: int) -> None:
        """Say how much disk the history takes, and of how much."""
        self.disk.setText(self.tr("{0} of {1}").format(storage(size), storage(budget)) if size else "")

    def _row(self, key: str) -> EditRow:
        row = EditRow(self._look, self._list)
        row.visible_asked.connect(lambda on: self.visible_asked.emit(key, on))
        row.opacity_asked.connect(lambda opacity: self.opacity_asked.emit(key, opacity))
        row.mask_asked.connect(lambda: self.mask_asked.emit(key))
        row.again_asked.connect(lambda: self.again_asked.emit(key))
        row.delete_asked.connect(lambda: self.delete_asked.emit(key))
        self.rows[key] = row
        return row

    def _order(self) -> None:
        """Let Tab go from top to bottom."""
        before: QWidget | None = None
        for index in range(self._column.count()):
            item = self._column.itemAt(index)
            row = item.widget() if item is not None else None
            if isinstance(row, EditRow):
                for control in (row.slider, row.eye, row.more, row.again_button):
                    if before is not None:
                        QWidget.setTabOrder(before, control)
                    before = control
