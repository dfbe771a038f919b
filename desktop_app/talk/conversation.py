"""The conversation: what the user asked, what the engine said, and what came of it, as a calm list."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import IconButton, label
from engine.values import Instruction, Plan

MOST = 30  # exchanges that are shown; older ones scroll away for good
THUMB = QSize(84, 56)  # logical pixels of a result


class Outcome(enum.Enum):
    """What came of an exchange."""

    waiting = "waiting"  # for the engine
    planned = "planned"
    answered = "answered"
    result = "result"  # waits for the user
    accepted = "accepted"
    undone = "undone"
    discarded = "discarded"
    failed = "failed"
    cancelled = "cancelled"


@dataclass(frozen=True, eq=False)
class Exchange:
    """One instruction and its consequences.

    Attributes
    ----------
    number
        Unique in its conversation, ascending.
    text
        The instruction with its markers.
    reply
        What the engine said, or why it could not.
    outcome
        How it stands.
    plan, seed
        What was carried out.
    instruction
        What was carried out; results of this very instruction are its results.
    key
        Of the accepted edit; empty until then.
    thumb
        The result, small.
    """

    number: int
    text: str
    reply: str = ""
    outcome: Outcome = Outcome.waiting
    plan: Plan | None = None
    seed: int = 0
    instruction: Instruction | None = None
    key: str = ""
    thumb: QImage | None = None


class ExchangeView(QFrame):
    """One exchange of the list.

    Attributes
    ----------
    result_chosen, text_chosen
        Its number.
    """

    result_chosen = Signal(int)
    text_chosen = Signal(int)

    def __init__(self, look: Look, exchange: Exchange, read: Callable[[str], str], parent: QWidget) -> None:
        super().__init__(parent)
        self.exchange = exchange
        self._look = look
        self._read = read
        asked = QFrame(self)
        asked.setObjectName("asked")
        self.text = label(wrap=True, parent=asked)
        self.again_button = IconButton(look, "recent", self.tr("Write this again"), asked, "secondary")
        self.again_button.setIconSize(QSize(14, 14))
        self.again_button.clicked.connect(lambda: self.text_chosen.emit(self.exchange.number))
        row = QHBoxLayout(asked)
        row.setContentsMargins(10, 4, 2, 4)
        row.setSpacing(4)
        row.addWidget(self.text, 1)
        row.addWidget(self.again_button, 0, Qt.AlignmentFlag.AlignTop)
        self.reply = label(wrap=True, parent=self)
        self.reply.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.result_button = QToolButton(self)
        self.result_button.setObjectName("turn")
        self.result_button.setIconSize(THUMB)
        self.result_button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.result_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.result_button.clicked.connect(lambda: self.result_chosen.emit(self.exchange.number))
        self.state = label("", "secondary", wrap=True, parent=self)
        self.state.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        result = QHBoxLayout()
        result.setContentsMargins(0, 0, 0, 0)
        result.setSpacing(8)
        result.addWidget(self.result_button)
        result.addWidget(self.state, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(5)
        column.addWidget(asked)
        column.addWidget(self.reply)
        column.addLayout(result)
        self.show_exchange(exchange)

    def show_exchange(self, exchange: Exchange) -> None:
        """Show how it stands now."""
        self.exchange = exchange
        asked = self._read(exchange.text)
        self.text.setText(asked)
        reply = self._read(exchange.reply)
        self.reply.setText(reply)
        self.reply.setVisible(bool(exchange.reply))
        words = self._words(exchange.outcome)
        self.state.setText(words)
        self.state.setVisible(bool(words))
        self.result_button.setVisible(exchange.thumb is not None or bool(exchange.key))
        if exchange.thumb is not None:
            self.result_button.setIcon(QIcon(QPixmap.fromImage(exchange.thumb)))
        elif exchange.key:  # an edit of an earlier session
            self.result_button.setIcon(icon("photo", self._look.theme, "secondary", THUMB.height()))
        if not self.result_button.isHidden():
            name = self._offer(exchange.outcome)
            self.result_button.setAccessibleName(f"{name}: {asked}")
            self.result_button.setToolTip(name)
        self.setAccessibleName(asked)
        self.setAccessibleDescription(" ".join(part for part in (reply, words) if part))

    def _words(self, outcome: Outcome) -> str:
        return {
            Outcome.waiting: self.tr("At work…"),
            Outcome.planned: "",
            Outcome.answered: "",
            Outcome.result: self.tr("Waits for you to accept it"),
            Outcome.accepted: self.tr("Accepted"),
            Outcome.undone: self.tr("Taken back"),
            Outcome.discarded: self.tr("Discarded"),
            Outcome.failed: self.tr("Not done"),
            Outcome.cancelled: self.tr("Cancelled"),
        }[outcome]

    def _offer(self, outcome: Outcome) -> str:
        match outcome:
            case Outcome.result:
                return self.tr("Look at this result")
            case Outcome.accepted:
                return self.tr("See the photo as it was after this")
            case _:
                return self.tr("Make this result again, with the same seed")


class Conversation(QWidget):
    """All exchanges of a document, the oldest first.

    Attributes
    ----------
    result_chosen, text_chosen
        Number of an exchange.
    read
        Gives an instruction with names for its markers.
    """

    result_chosen = Signal(int)
    text_chosen = Signal(int)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._views: dict[int, ExchangeView] = {}
        self.read: Callable[[str], str] = str
        self.setAccessibleName(self.tr("Conversation"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        self._column.addWidget(label(self.tr("Conversation"), "heading", parent=self))
        self.hide()

    @property
    def views(self) -> tuple[ExchangeView, ...]:
        """The exchanges shown."""
        return tuple(self._views.values())

    def show_exchanges(self, exchanges: Sequence[Exchange]) -> None:
        """Show exactly these, the newest of them if there are many."""
        wanted = {exchange.number: exchange for exchange in exchanges[-MOST:]}
        for number in [number for number in self._views if number not in wanted]:
            view = self._views.pop(number)
            self._column.removeWidget(view)
            view.hide()
            view.deleteLater()
        for number, exchange in wanted.items():
            if number not in self._views:
                view = ExchangeView(self._look, exchange, self.read, self)
                view.result_chosen.connect(self.result_chosen)
                view.text_chosen.connect(self.text_chosen)
                self._column.addWidget(view)
                self._views[number] = view
            elif self._views[number].exchange is not exchange:
                self._views[number].show_exchange(exchange)
        self.setVisible(bool(wanted))

    def retitle(self) -> None:
        """References have other names now."""
        for view in self._views.values():
            view.show_exchange(view.exchange)
