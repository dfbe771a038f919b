"""The strip of tools beside the photo."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout

from desktop_app.look.theme import Look
from desktop_app.look.widgets import ActionButton, flat_rule
from desktop_app.window.actions import Actions

GROUPS = (
    ("hand",),
    ("brush", "eraser"),
    ("lasso", "polygon", "rectangle", "ellipse", "pick"),
    ("remover", "place", "expand", "crop"),
)


class ToolStrip(QFrame):
    """A button for every tool, by its name; they follow the window's actions."""

    def __init__(self, look: Look, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("toolStrip")
        self.setAccessibleName(self.tr("Tools"))
        self.buttons: dict[str, ActionButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(5, 8, 5, 8)
        column.setSpacing(2)
        for number, group in enumerate(GROUPS):
            if number:
                column.addSpacing(4)
                column.addWidget(flat_rule(self))
                column.addSpacing(4)
            for name in group:
                self.buttons[name] = ActionButton(look, name, getattr(actions, name), self)
                column.addWidget(self.buttons[name])
        column.addStretch(1)
