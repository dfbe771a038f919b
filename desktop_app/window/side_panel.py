"""The right-hand column: references, conversation and plan above, the instruction and its run always in sight below."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop_app.look.theme import Look
from desktop_app.look.widgets import IconButton, tab_in_layout_order
from desktop_app.references.bins import Bin
from desktop_app.references.drops import incoming
from desktop_app.runs.expert import Expert
from desktop_app.runs.run_bar import RunBar
from desktop_app.talk.chips import Known
from desktop_app.talk.conversation import Conversation
from desktop_app.talk.instruction_box import InstructionBox
from desktop_app.talk.instruction_head import InstructionHead
from desktop_app.talk.plan_card import PlanCard
from desktop_app.work.history_panel import HistoryPanel
from engine.values import Media, Plan

WIDTH = 348  # logical pixels; more where the text is larger
WIDEST = 44  # of the text's mean characters
MOST = 520  # logical pixels
MARGIN = 14


class Content(QWidget):
    """What is scrolled; as high as its parts need at the panel's width, not at the narrowest that they could have."""

    def minimumSizeHint(self) -> QSize:
        """None: the layout tells the height for the width."""
        return QSize(0, 0)


class SidePanel(QFrame):
    """Holds the parts and arranges them; the window connects them.

    Attributes
    ----------
    library_asked
        The library's button was pressed.
    came
        What was dropped beside the bins, an :class:`~desktop_app.references.drops.Incoming`.
    """

    library_asked = Signal()
    came = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self.setAcceptDrops(True)
        self.pictures = Bin(
            look,
            Media.image,
            self.tr("Pictures"),
            self.tr(
                "Drop or paste pictures here: a thing to add or to swap in, or a style to take over. "
                "Ctrl-drag brings the painted part of the photo."
            ),
            self.tr("Add pictures"),
        )
        library = IconButton(look, "library", self.tr("Open the library"), self.pictures)
        library.clicked.connect(self.library_asked)
        self.pictures.add_head_button(library)
        self.sounds = Bin(
            look,
            Media.sound,
            self.tr("Sounds"),
            self.tr("Drop a sound here to bring in what makes it, or music to set the mood."),
            self.tr("Add sounds"),
        )
        self.instruction = InstructionBox(look)
        self.conversation = Conversation(look)
        self.run_bar = RunBar(look)
        self.expert = Expert(look)
        self.plan_card = PlanCard(look)
        self.history = HistoryPanel(look)
        self.head = InstructionHead(look, self.instruction)
        for part in (self.conversation, self.history, self.run_bar.queue):
            part.read = self.instruction.chips.read
        content = Content()
        content.setObjectName("sideContent")
        column = QVBoxLayout(content)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(10)
        for part in (self.pictures, self.sounds, self.conversation, self.plan_card, self.history, self.expert):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        self._scroll = scroll
        self._column = column
        scroll.verticalScrollBar().rangeChanged.connect(self._keep_width)
        foot = QFrame(self)
        foot.setObjectName("sideFoot")
        below = QVBoxLayout(foot)
        below.setContentsMargins(MARGIN, 6, MARGIN, MARGIN)
        below.setSpacing(8)
        for part in (self.head, self.instruction, self.run_bar):
            below.addWidget(part)
        self._outer = outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addWidget(foot)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.layout() is not None:
            self._fit()

    def _fit(self) -> None:
        self._width = min(max(WIDTH, round(self.fontMetrics().averageCharWidth() * WIDEST)), MOST)
        self.setFixedWidth(self._width)

    def sizeHint(self) -> QSize:
        """As wide as two tiles and a half of each bin."""
        return QSize(self._width, 600)

    def set_known(self, known: Mapping[int, Known]) -> None:
        """Tell all parts which references exist, and what is known of them."""
        self.instruction.set_known(known)
        self.plan_card.set_known(known)
        self.conversation.retitle()
        self.history.retitle()
        labels = {each.reference.path: each.labels for each in known.values()}
        for media_bin in self.bins():
            media_bin.show_labels(labels)
        tab_in_layout_order(self._outer)

    def show_plan(self, plan: Plan, text: str) -> None:
        """Show the plan for an instruction, and bring the card into sight."""
        self.plan_card.show_plan(plan, text)
        self.show_newest()

    def show_newest(self) -> None:
        """Bring the newest part of the conversation into sight, once the layout knows its height."""
        QTimer.singleShot(0, self, self._show_end)

    def _show_end(self) -> None:
        tab_in_layout_order(self._outer)
        self._column.activate()
        views = self.conversation.views
        if views:
            self._scroll.ensureWidgetVisible(views[-1], 0, MARGIN)
        if not self.plan_card.isHidden():
            self._scroll.ensureWidgetVisible(self.plan_card, 0, MARGIN)
            self._scroll.ensureVisible(0, self.plan_card.geometry().bottom(), 0, MARGIN)  # where it does not fit

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Whatever the bins take is taken anywhere in the panel."""
        if incoming(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand it on."""
        event.acceptProposedAction()
        self.came.emit(incoming(event.mimeData()))

    def _keep_width(self, _low: int, high: int) -> None:
        """Let the scroll bar stand in the margin, so that nothing moves when it comes."""
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        self._column.setContentsMargins(MARGIN, MARGIN, MARGIN - bar if high else MARGIN, MARGIN)

    def bins(self) -> tuple[Bin, Bin]:
        """Pictures, then sounds."""
        return self.pictures, self.sounds
