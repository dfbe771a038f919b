"""About the program and its models: which engine is used, whether it is ready, and the button that makes it so."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QWidget

from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import label, lay_out_dialog, push
from engine.bundle import default_home


def program_version() -> str:
    """The installed version, or nothing when run from a plain folder."""
    try:
        return version("overtone")
    except PackageNotFoundError:
        return ""


class About(QDialog):
    """A small window that never blocks the other.

    Attributes
    ----------
    assemble_asked
        The button was pressed.
    """

    assemble_asked = Signal()

    def __init__(self, look: Look, engine: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Overtone"))
        self.setModal(False)
        sign = QLabel(self)
        sign.setPixmap(icon("overtone", look.theme, "accent_text", 44).pixmap(44, 44))
        name = label(f"Overtone {program_version()}".strip(), "title", parent=self)
        what = label(
            self.tr("A photo editor told what to do in words, pictures and sounds, on your own machine."),
            "secondary",
            wrap=True,
            parent=self,
        )
        self.state_label = label(wrap=True, parent=self)
        place = label(str(default_home() / engine), "value", wrap=True, parent=self)
        place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.addRow(label(self.tr("Engine"), "secondary"), label(engine))
        form.addRow(label(self.tr("State"), "secondary"), self.state_label)
        form.addRow(label(self.tr("Folder"), "secondary"), place)
        self.assemble_button = push(self.tr("Assemble"), primary=True, parent=self)
        self.assemble_button.clicked.connect(self.assemble_asked)
        close = push(self.tr("Close"), parent=self)
        close.clicked.connect(self.close)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(sign)
        head.addWidget(name, 1)
        lay_out_dialog(self, (head, what, form), (self.assemble_button, close))
        self.setMinimumWidth(460)

    def show_state(self, missing: str, busy: bool) -> None:
        """Say whether the bundle is ready; ``missing`` is why not."""
        self.state_label.setText(missing or self.tr("Ready"))
        self.assemble_button.setVisible(bool(missing))
        self.assemble_button.setEnabled(not busy)
