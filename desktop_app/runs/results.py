"""The results that may still be accepted: looked at in turn, compared, rejected, pinned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from desktop_app.work.document import Pending, Touched
from desktop_app.work.session import Session

MEMORY = 1 << 30  # bytes of pictures that are not pinned, above which the oldest are let go


@dataclass(eq=False)
class Candidate:
    """One result.

    Attributes
    ----------
    number
        Counts the results of a document, from 1.
    pending
        What accepting would take.
    pinned
        Whether it stays when another is accepted.
    """

    number: int
    pending: Pending
    pinned: bool = False


class Results(QObject):
    """The results of a session's document, oldest first; the document's pending one is the one looked at.

    Attributes
    ----------
    changed
        Results came, left, were pinned, or another is looked at.
    shown
        Another picture must be shown.
    crowded
        Old results were let go; how many.
    dropped
        Another result was accepted, and with it went results of other wishes; how many.
    """

    changed = Signal()
    shown = Signal()
    crowded = Signal(int)
    dropped = Signal(int)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.items: tuple[Candidate, ...] = ()
        self.against: Candidate | None = None
        self._count = 0
        session.opened.connect(self._clear)
        session.accepted.connect(self._on_accepted)
        session.touched.connect(self._on_touched)

    @property
    def current(self) -> Candidate | None:
        """The one looked at."""
        document = self._session.document
        pending = document.pending if document is not None else None
        return next((each for each in self.items if each.pending is pending), None)

    def add(self, pictures: Iterable[Pending]) -> None:
        """Take the pictures of an answer."""
        fresh = []
        for pending in pictures:
            self._count += 1
            fresh.append(Candidate(self._count, pending))
        self.items = (*self.items, *fresh)
        self._make_room({id(each) for each in fresh})
        self.changed.emit()

    def look(self, candidate: Candidate | None) -> None:
        """Look at a result, or at none."""
        document = self._session.document
        if document is not None:
            document.pending = candidate.pending if candidate is not None else None
            if candidate is self.against:
                self.against = None
            self.shown.emit()
            self.changed.emit()

    def step(self, by: int) -> None:
        """Look at the next (1) or the previous (-1) result."""
        current = self.current
        if self.items:
            place = self.items.index(current) + by if current is not None else (0 if by > 0 else -1)
            self.look(self.items[place % len(self.items)])

    def reject(self, candidate: Candidate | None = None) -> None:
        """Let a result go, by default the one looked at; its neighbour is looked at then."""
        candidate = candidate or self.current
        if candidate is None:
            return
        place, looked_at = self.items.index(candidate), candidate is self.current
        self.items = tuple(each for each in self.items if each is not candidate)
        if candidate is self.against:
            self.against = None
        if looked_at:
            self.look(self.items[min(place, len(self.items) - 1)] if self.items else None)
        else:
            self.changed.emit()

    def pin(self, candidate: Candidate, on: bool) -> None:
        """Keep a result beside others that are accepted, or no longer."""
        candidate.pinned = on
        self.changed.emit()

    def compare_with(self, candidate: Candidate | None) -> None:
        """Compare what is looked at with this result, in the place of the photo before."""
        self.against = candidate
        self.shown.emit()
        self.changed.emit()

    def _make_room(self, fresh: set[int]) -> None:
        def size() -> int:
            return sum(each.pending.photo.pixels.nbytes for each in self.items if not each.pinned)

        gone = 0
        for each in self.items:
            if size() <= MEMORY:
                break
            if not (each.pinned or each is self.current or each is self.against or id(each) in fresh):
                self.items = tuple(item for item in self.items if item is not each)
                gone += 1
        if gone:
            self.crowded.emit(gone)

    def _clear(self) -> None:
        self.items, self.against, self._count = (), None, 0
        self.changed.emit()

    def _on_accepted(self, accepted: Pending, _key: str) -> None:
        """Variations of one wish are there to choose from; a word is due to the others."""
        going = [each for each in self.items if not each.pinned]
        others = sum(each.pending.instruction is not accepted.instruction for each in going)
        if others:
            self.dropped.emit(others)

    def _on_touched(self, touched: Touched) -> None:
        """After accept, undo or redo the photo is another one: what is not pinned was made for the one before."""
        document = self._session.document
        if touched.photo and document is not None and document.pending is None:
            self.items = tuple(each for each in self.items if each.pinned)
            self.against = None
            self.changed.emit()
