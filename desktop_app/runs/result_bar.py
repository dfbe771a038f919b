"""Over a fresh result: look at before and after, then accept or discard it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.look.theme import Look
from desktop_app.look.widgets import ActionButton, IconButton, label, push, rule


class ResultBar(QFrame):
    """A small bar that floats over the photo.

    Attributes
    ----------
    accept_asked, discard_asked, again_asked
        A button was pressed.
    before_held
        Whether the button that shows the photo before is held.
    """

    accept_asked = Signal()
    discard_asked = Signal()
    again_asked = Signal()
    before_held = Signal(bool)

    def __init__(self, look: Look, split: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("floating")
        self.setAccessibleName(self.tr("Result"))
        self.before_button = IconButton(look, "compare", self.tr("Hold to see the photo before"), self)
        self.before_button.setToolTip(self.tr("Hold to see the photo before  (\\)"))
        self.split_button = ActionButton(look, "split", split, self)
        self.again_button = push(self.tr("Try another"), parent=self)
        self.again_button.setToolTip(self.tr("The same plan with another seed"))
        self.discard_button = push(self.tr("Discard"), parent=self)
        self.accept_button = push(self.tr("Accept"), primary=True, parent=self)
        self.note = label(self.tr("Made for another framing. Run it again."), parent=self)
        self.note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.note)
        row = QHBoxLayout()
        row.setSpacing(6)
        column.addLayout(row)
        row.addWidget(self.before_button)
        row.addWidget(self.split_button)
        row.addWidget(rule(self))
        row.addWidget(self.again_button)
        row.addWidget(self.discard_button)
        row.addWidget(self.accept_button)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(18)
        shadow.setOffset(0, 3)
        shadow.setColor("#60000000")
        self.setGraphicsEffect(shadow)
        self.before_button.pressed.connect(lambda: self.before_held.emit(True))
        self.before_button.released.connect(lambda: self.before_held.emit(False))
        self.again_button.clicked.connect(self.again_asked)
        self.discard_button.clicked.connect(self.discard_asked)
        self.accept_button.clicked.connect(self.accept_asked)
        self.hide()

    def set_acceptable(self, acceptable: bool) -> None:
        """Whether the photo as it is now can take the result."""
        self.note.setHidden(acceptable)
        self.accept_button.setEnabled(acceptable)

    def set_usable(self, runnable: bool) -> None:
        """Whether another run may be asked for now."""
        self.again_button.setEnabled(runnable)
