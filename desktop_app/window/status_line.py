"""The line under the photo: what is open, what the files' worker does, the zoom, and the engine."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import label
from desktop_app.work.document import Document


class StatusLine(QFrame):
    """Facts, quietly.

    Attributes
    ----------
    engine_asked
        The engine's name was pressed.
    """

    engine_asked = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._missing = ""
        self.setObjectName("statusLine")
        self.photo_label = label(parent=self)
        self.work_label = label(parent=self)
        self.zoom_label = label(parent=self)
        self.engine_button = QToolButton(self)
        self.engine_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.engine_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.engine_button.clicked.connect(self.engine_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 1, 10, 1)
        row.setSpacing(18)
        row.addWidget(self.photo_label)
        row.addWidget(self.work_label, 1)
        row.addWidget(self.zoom_label)
        row.addWidget(self.engine_button)
        look.changed.connect(self._dress)

    def show_photo(self, document: Document | None) -> None:
        """Name, size and depth."""
        if document is None:
            self.photo_label.setText("")
            return
        photo = document.photo
        parts = [document.name, f"{photo.width} × {photo.height}"]
        if photo.white > 255:
            parts.append(self.tr("16 bit"))
        if document.modified:
            parts.append(self.tr("not saved"))
        self.photo_label.setText("   ·   ".join(parts))

    def show_work(self, text: str) -> None:
        """What is being read or written; empty when nothing is."""
        self.work_label.setText(text)

    def show_zoom(self, zoom: float) -> None:
        """Device pixels for one photo pixel."""
        percent = 100 * zoom
        self.zoom_label.setText(f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %")

    def show_engine(self, name: str, missing: str) -> None:
        """Which engine, and whether it is ready; ``missing`` says why not."""
        self._missing = missing
        state = self.tr("not assembled") if missing else self.tr("ready")
        self.engine_button.setText(self.tr("Engine: {0} · {1}").format(name, state))
        self.engine_button.setAccessibleName(self.engine_button.text())
        self.engine_button.setToolTip(missing or self.tr("About Overtone and its models"))
        self._dress()

    def _dress(self) -> None:
        name = "warning" if self._missing else "check"
        self.engine_button.setIcon(icon(name, self._look.theme, "secondary", 14))
