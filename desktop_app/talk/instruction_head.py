"""The line over the instruction: its name, beginnings of instructions, and recent ones."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from desktop_app.look.theme import Look
from desktop_app.look.widgets import IconButton, label
from desktop_app.talk.instruction_box import InstructionBox
from desktop_app.talk.presets import BLANK, presets

LONGEST = 60  # characters of a recent instruction in the menu
SHOWN = 12  # recent instructions in the menu


class InstructionHead(QWidget):
    """Two menus that write into the instruction."""

    def __init__(self, look: Look, box: InstructionBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = box
        heading = label(self.tr("Instruction"), "heading", parent=self)
        heading.setBuddy(box)
        self.presets_button = IconButton(look, "presets", self.tr("Begin an instruction"), self)
        self.recent_button = IconButton(look, "recent", self.tr("Recent instructions"), self)
        self.presets_button.clicked.connect(lambda: self._open(self.presets_menu(), self.presets_button))
        self.recent_button.clicked.connect(lambda: self._open(self.recent_menu(), self.recent_button))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(heading, 1)
        row.addWidget(self.presets_button)
        row.addWidget(self.recent_button)

    def presets_menu(self) -> QMenu:
        """One entry for each kind of edit."""
        menu = QMenu(self)
        for name, text in presets().items():
            action = menu.addAction(name, lambda text=text: self._box.write(text))
            action.setToolTip(text.replace(BLANK, "__"))
        return menu

    def recent_menu(self) -> QMenu:
        """The newest instructions, and a way to forget them."""
        menu = QMenu(self)
        texts = self._box.recent.texts
        for text in texts[:SHOWN]:
            told = self._box.chips.read(text)
            short = told if len(told) <= LONGEST else told[: LONGEST - 1] + "…"
            action = menu.addAction(short.replace("&", "&&"), lambda text=text: self._box.write(text))
            action.setToolTip(told)
        if not texts:
            menu.addAction(self.tr("Nothing yet")).setEnabled(False)
        else:
            menu.addSeparator()
            menu.addAction(self.tr("Forget These"), self._box.recent.clear)
        return menu

    def _open(self, menu: QMenu, button: QWidget) -> None:
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 2)))
