"""What the window shows before a photo is open: what to do first, and nothing in the way of doing it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import label, push
from desktop_app.references.drops import local_files


class Welcome(QWidget):
    """The empty state.

    Attributes
    ----------
    open_asked, sample_asked
        A button was pressed.
    files_dropped
        Local paths.
    """

    open_asked = Signal()
    sample_asked = Signal()
    files_dropped = Signal(list)

    def __init__(self, look: Look, has_sample: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self._sign = QLabel(self)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = label(self.tr("Drop a photo here"), "title", parent=self)
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        steps = label(
            self.tr(
                "Then say what to change, in words, pictures and sounds.\n"
                "Everything stays on this machine; the original is never touched."
            ),
            "secondary",
            wrap=True,
            parent=self,
        )
        steps.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.open_button = push(self.tr("Open a photo…"), primary=True, parent=self)
        self.sample_button = push(self.tr("Open the sample"), parent=self)
        self.sample_button.setVisible(has_sample)
        self.open_button.clicked.connect(self.open_asked)
        self.sample_button.clicked.connect(self.sample_asked)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(self.open_button)
        buttons.addWidget(self.sample_button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(40, 40, 40, 40)
        column.setSpacing(10)
        column.addStretch(1)
        column.addWidget(self._sign)
        column.addSpacing(6)
        column.addWidget(title)
        column.addWidget(steps)
        column.addSpacing(12)
        column.addLayout(buttons)
        column.addStretch(1)
        look.changed.connect(self._dress)
        self._dress()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if local_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand them on."""
        files: list[Path] = local_files(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)

    def _dress(self) -> None:
        self._sign.setPixmap(icon("photo", self._look.theme, "secondary", 56).pixmap(56, 56))
