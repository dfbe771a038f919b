"""The models on this machine and what the machine has and lacks, each lack with its fix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import label, push
from desktop_app.look.wording import storage
from engine.machine import Finding

NOT_PULLED = "not pulled"  # a bundle that may be added
ASSEMBLED = "starter"  # the bundle that the window can make by itself
MODELS, MACHINE = 0, 1  # tabs
GOOD, LACKING, OPTIONAL = "check", "warning", "info"  # signs of a row, as icons' names


class Facts(QScrollArea):
    """Rows of a sign, a name, what was found, and a fix that can be copied."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def show_rows(self, rows: Sequence[tuple[str, str, str, str, QWidget | None]]) -> None:
        """Show a sign, the name, what was found, the fix, and a button, for each; the signs are icons' names."""
        inside = QWidget(self)
        grid = QGridLayout(inside)
        grid.setContentsMargins(4, 8, 8, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(2, 1)
        names = {GOOD: self.tr("Good"), LACKING: self.tr("Lacking"), OPTIONAL: self.tr("Not there, and not needed")}
        for place, (state, name, found, fix, button) in enumerate(rows):
            sign = label(parent=inside)
            sign.setPixmap(icon(state, self._look.theme, "secondary").pixmap(18, 18))
            sign.setAccessibleName(names[state])
            words = label(f"{found}\n{fix}".strip(), "" if state == LACKING else "secondary", wrap=True, parent=inside)
            words.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            words.setAccessibleName(f"{name}: {words.text()}")
            grid.addWidget(sign, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(name, "heading", parent=inside), place, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, place, 2)
            if button is not None:
                button.setParent(inside)
                grid.addWidget(button, place, 3, Qt.AlignmentFlag.AlignTop)
        grid.setRowStretch(len(rows), 1)
        self.setWidget(inside)


class MachineWindow(QDialog):
    """A window with two tabs that never blocks the other.

    Attributes
    ----------
    assemble_asked
        The starter shall be assembled.
    examine_asked
        The machine shall be examined, again.
    """

    assemble_asked = Signal()
    examine_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Models and this machine"))
        self.setModal(False)
        self._report = ""
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        for part in (self.tabs, self.tabs.tabBar()):
            part.setAccessibleName(self.windowTitle())
        self.models, self.machine = Facts(look), Facts(look)
        self.models.setAccessibleName(self.tr("Models"))
        self.machine.setAccessibleName(self.tr("This machine"))
        self.tabs.addTab(self.models, self.tr("Models"))
        self.tabs.addTab(self.machine, self.tr("This machine"))
        self.copy_button = push(self.tr("Copy"), parent=self)
        self.copy_button.setToolTip(self.tr("Copy what stands here, for a report"))
        self.again_button = push(self.tr("Examine again"), parent=self)
        close = push(self.tr("Close"), parent=self)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._report))
        self.again_button.clicked.connect(self.examine_asked)
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.again_button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(self.tabs, 1)
        column.addLayout(buttons)
        scale = self.fontMetrics().height() / 17
        self.resize(round(620 * scale), round(440 * scale))
        self._sync()
        self.tabs.currentChanged.connect(self._sync)

    def show_models(self, bundles: Sequence[dict[str, Any]], busy: bool) -> None:
        """Show the bundles, as :func:`engine.bundle.listing.listing` gives them."""
        rows: list[tuple[str, str, str, str, QWidget | None]] = []
        for bundle in bundles:
            ready = bundle["state"] == "ready"
            found = f"{bundle['state']}, {storage(bundle['bytes'])}" if ready else bundle["state"]
            button = None
            if not ready and bundle["name"] == ASSEMBLED:
                button = push(self.tr("Assemble"), primary=True)
                button.setEnabled(not busy)
                button.clicked.connect(self.assemble_asked)
            absent = OPTIONAL if bundle["state"] == NOT_PULLED else LACKING
            rows.append(
                (
                    GOOD if ready else absent,
                    bundle["name"],
                    f"{found}\n{bundle['folder']}",
                    bundle.get("fix", ""),
                    button,
                )
            )
        self.models.show_rows(rows)

    def show_examining(self) -> None:
        """The findings are on their way."""
        self.machine.show_rows([(GOOD, self.tr("Looking…"), "", "", None)])
        self.again_button.setEnabled(False)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show what this machine has and lacks."""
        self.machine.show_rows(
            [(GOOD if each.ok else LACKING, each.what, each.found, each.fix, None) for each in findings]
        )
        lines = [f"{'ok' if each.ok else 'LACK'}  {each.what}: {each.found}  {each.fix}".rstrip() for each in findings]
        self._report = "\n".join(lines)
        self._sync()

    def show_fault(self, message: str) -> None:
        """The findings did not come."""
        self.machine.show_rows([(LACKING, self.tr("Not examined"), message, "", None)])
        self._sync()

    def _sync(self) -> None:
        on_machine = self.tabs.currentIndex() == MACHINE
        self.copy_button.setVisible(on_machine)
        self.again_button.setVisible(on_machine)
        self.copy_button.setEnabled(bool(self._report))
        self.again_button.setEnabled(True)
