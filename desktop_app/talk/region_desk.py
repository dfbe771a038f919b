"""Shows where an operation of the plan would act: the painted mask, or what its words find in the photo."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, QTimer

from desktop_app.background import Background
from desktop_app.canvas.outline import Contours, Outline, contours
from desktop_app.client.questions import Questions
from desktop_app.runs.runs import Runs
from desktop_app.talk.plan_card import PlanCard
from desktop_app.work.session import Session
from engine.errors import OvertoneError
from engine.picture import Photo
from engine.values import MARKER, Op, Operation, Region

REST = 250  # milliseconds that the pointer rests on a chip before the engine is asked
WHOLE = frozenset({Op.style, Op.mood, Op.adjust, Op.restore, Op.vary, Op.describe, Op.replace_background})
NOWHERE = frozenset({Op.generate, Op.expand, Op.add})


class RegionDesk(QObject):
    """Follows the chips of the plan card."""

    def __init__(
        self,
        card: PlanCard,
        outline: Outline,
        session: Session,
        questions: Questions,
        runs: Runs,
        background: Background,
        engine: Callable[[], str],
    ) -> None:
        super().__init__(card)
        self._card = card
        self._outline = outline
        self._session = session
        self._questions = questions
        self._runs = runs
        self._background = background
        self._engine = engine
        self._pointed: Operation | None = None
        self._asked = 0
        self._known: dict[str, Contours | OvertoneError] = {}  # by words, of one photo
        self._photo: Photo | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST)
        self._timer.timeout.connect(self._ask)
        card.pointed.connect(self.point)

    def point(self, operation: Operation | None) -> None:
        """Show where this operation acts; nothing takes the outline away."""
        self._pointed = operation
        self._timer.stop()
        if self._asked:
            self._questions.drop(self._asked)
            self._asked = 0
        self._outline.show_contours([])
        self._card.set_note("")
        document = self._session.document
        if operation is None or document is None:
            return
        if self._photo is not document.photo:
            self._photo, self._known = document.photo, {}
        if not document.mask.empty:
            self._trace(operation, document.mask.values.copy(), self.tr("Inside the painted mask."))
        elif operation.op in NOWHERE:
            return
        elif self._words(operation) in self._known:
            self._show(operation, self._known[self._words(operation)])
        elif self._words(operation):
            self._timer.start()
        elif operation.op in WHOLE:
            size = document.photo
            frame = np.array([[0, 0], [size.width, 0], [size.width, size.height], [0, size.height]], float)
            self._outline.show_contours([frame])
            self._card.set_note(self.tr("The whole photo."))

    def _words(self, operation: Operation) -> str:
        """What the engine is asked to find; nothing when only a reference names it."""
        return "" if MARKER.search(operation.object) else operation.object.strip()

    def _ask(self) -> None:
        operation, document = self._pointed, self._session.document
        if operation is None or document is None or self._runs.busy or self._questions.missing(self._engine()):
            return
        photo, words = document.photo, self._words(operation)
        self._card.set_note(self.tr("Looking for “{0}”…").format(words))

        def failed(error: OvertoneError) -> None:
            self._asked = 0
            self._known[words] = error
            if self._pointed is operation:
                self._show(operation, error)

        def done(region: Region) -> None:
            self._asked = 0
            if self._photo is photo:
                self._trace(operation, region.mask, "", words)

        self._asked = self._questions.select(photo, words, self._engine(), done, failed)

    def _trace(self, operation: Operation, mask: np.ndarray, note: str, words: str = "") -> None:
        def done(lines: Contours) -> None:
            if words:
                self._known[words] = lines
            if self._pointed is operation:
                self._show(operation, lines, note)

        def failed(error: OvertoneError) -> None:
            self._card.set_note(error.message)

        self._background.submit(lambda: contours(mask), done, failed)

    def _show(self, operation: Operation, found: Contours | OvertoneError, note: str = "") -> None:
        if isinstance(found, OvertoneError):
            self._card.set_note(f"{found.message} {found.hint}".strip())
            return
        self._outline.show_contours(found)
        self._card.set_note(note or self.tr("Outlined: {0}.").format(self._words(operation)))
