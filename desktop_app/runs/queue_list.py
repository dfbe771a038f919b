"""The runs that wait, each with its own cancel."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.look.theme import Look
from desktop_app.look.widgets import IconButton, label
from desktop_app.runs.run import Run


class QueueList(QWidget):
    """A few lines, hidden while nothing waits.

    Attributes
    ----------
    cancel_asked
        The number of a run.
    read
        Gives an instruction with names for its markers.
    """

    cancel_asked = Signal(int)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setAccessibleName(self.tr("Waiting runs"))
        self.read: Callable[[str], str] = str
        self.rows: tuple[QWidget, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.hide()

    def show_runs(self, runs: list[Run]) -> None:
        """Show the runs that wait, the next one first."""
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = tuple(self._row(place, run) for place, run in enumerate(runs, 1))
        for row in self.rows:
            self._column.addWidget(row)
        self.setVisible(bool(runs))

    def _row(self, place: int, run: Run) -> QWidget:
        row = QWidget(self)
        text = self.read(run.text)
        name = self.tr("Waiting {0}: {1}").format(place, text)
        row.setAccessibleName(name)
        words = label(name, "secondary", parent=row)
        words.setToolTip(text)
        words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        cancel = IconButton(self._look, "close", self.tr("Do not run “{0}”").format(text), row)
        cancel.setIconSize(cancel.iconSize() * 0.7)
        cancel.clicked.connect(lambda: self.cancel_asked.emit(run.number))
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(words, 1)
        line.addWidget(cancel, 0, Qt.AlignmentFlag.AlignRight)
        return row
