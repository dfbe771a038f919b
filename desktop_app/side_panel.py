"""The right-hand column, in the order of work: references, instruction, run, plan."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop_app.bins import Bin
from desktop_app.instruction_box import InstructionBox
from desktop_app.instruction_head import InstructionHead
from desktop_app.plan_card import PlanCard
from desktop_app.run_bar import RunBar
from desktop_app.theme import Look
from engine.values import Media, Plan

WIDTH = 348  # logical pixels
MARGIN = 14


class SidePanel(QFrame):
    """Holds the parts and arranges them; the window connects them."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self.pictures = Bin(
            look,
            Media.image,
            self.tr("Pictures"),
            self.tr("Drop pictures to add, to put in another’s place, or to take a style from."),
            self.tr("Add pictures"),
        )
        self.sounds = Bin(
            look,
            Media.sound,
            self.tr("Sounds"),
            self.tr("Drop a sound for a thing, or music for a mood."),
            self.tr("Add sounds"),
        )
        self.instruction = InstructionBox(look)
        self.run_bar = RunBar()
        self.plan_card = PlanCard(look)
        self.head = InstructionHead(look, self.instruction)
        content = QWidget()
        content.setObjectName("sideContent")
        column = QVBoxLayout(content)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(10)
        column.addWidget(self.pictures)
        column.addWidget(self.sounds)
        column.addSpacing(4)
        column.addWidget(self.head)
        column.addWidget(self.instruction)
        column.addWidget(self.run_bar)
        column.addSpacing(4)
        column.addWidget(self.plan_card)
        column.addStretch(1)
        self.instruction.setFixedHeight(self.instruction.sizeHint().height())
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        self._scroll = scroll
        self._column = column
        scroll.verticalScrollBar().rangeChanged.connect(self._keep_width)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self.setFixedWidth(WIDTH)

    def sizeHint(self) -> QSize:
        """As wide as two tiles and a half of each bin."""
        return QSize(WIDTH, 600)

    def show_plan(self, plan: Plan) -> None:
        """Show a plan, and bring the card into sight."""
        self.plan_card.show_plan(plan)
        QTimer.singleShot(0, self, self._show_card)  # once the layout knows the card's height

    def _show_card(self) -> None:
        self._scroll.ensureWidgetVisible(self.plan_card, 0, MARGIN)

    def _keep_width(self, _low: int, high: int) -> None:
        """Let the scroll bar stand in the margin, so that nothing moves when it comes."""
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        self._column.setContentsMargins(MARGIN, MARGIN, MARGIN - bar if high else MARGIN, MARGIN)

    def bins(self) -> tuple[Bin, Bin]:
        """Pictures, then sounds."""
        return self.pictures, self.sounds
