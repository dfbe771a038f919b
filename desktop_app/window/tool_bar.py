"""The row at the top: files, history, comparing, zoom."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop_app.look.theme import Look
from desktop_app.look.widgets import ActionButton, IconButton, rule
from desktop_app.window.actions import Actions


class ToolBar(QFrame):
    """The buttons follow the window's actions.

    Attributes
    ----------
    before_held
        Whether the button that shows the photo before is held.
    """

    before_held = Signal(bool)

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("toolBar")
        self.setAccessibleName(self.tr("Tools"))
        a = actions
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 10, 5)
        row.setSpacing(2)
        for name, action in (("open", a.open), ("save", a.save)):
            row.addWidget(ActionButton(look, name, action, self))
        row.addSpacing(6)
        row.addWidget(rule(self))
        row.addSpacing(6)
        for name, action in (("undo", a.undo), ("redo", a.redo)):
            row.addWidget(ActionButton(look, name, action, self))
        row.addStretch(1)
        self.before_button = IconButton(look, "compare", self.tr("Hold to see the photo before"), self)
        self.before_button.setToolTip(self.tr("Hold to see the photo before  (\\)"))
        row.addWidget(self.before_button)
        for name, action in (("split", a.split), ("side", a.side)):
            row.addWidget(ActionButton(look, name, action, self))
        row.addSpacing(6)
        row.addWidget(rule(self))
        row.addSpacing(6)
        for name, action in (("fit", a.fit), ("actual", a.actual)):
            row.addWidget(ActionButton(look, name, action, self))
        self.before_button.pressed.connect(lambda: self.before_held.emit(True))
        self.before_button.released.connect(lambda: self.before_held.emit(False))

    def set_usable(self, compare: bool) -> None:
        """Whether there is something to compare the photo with."""
        self.before_button.setEnabled(compare)
