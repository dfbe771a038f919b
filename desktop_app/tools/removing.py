"""The remove brush: a stroke becomes a plan of one operation, which runs at once and is one step of the history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop_app.canvas.canvas import Canvas
from desktop_app.runs.run import State
from desktop_app.runs.runs import Runs
from desktop_app.work.document import Pending
from desktop_app.work.session import Session
from engine.errors import OvertoneError
from engine.values import EditRequest, Op, Operation, Plan, Settings


class Removing(QObject):
    """Runs the remove brush's strokes, one after the other.

    Attributes
    ----------
    failed
        An :class:`~engine.errors.OvertoneError`: why a stroke cannot be made now.
    """

    failed = Signal(object)

    def __init__(
        self,
        canvas: Canvas,
        session: Session,
        runs: Runs,
        settings: Callable[[], Settings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._canvas, self._session, self._runs, self._settings = canvas, session, runs, settings
        self._stroke: np.ndarray | None = None
        self._plan: Plan | None = None
        canvas.may_remove = self.may
        canvas.removal_asked.connect(self._next)
        session.opened.connect(canvas.kit.remover.forget)
        runs.state_changed.connect(self._on_state)
        runs.progress.connect(self._on_progress)
        runs.result.connect(self._on_result)
        runs.failed.connect(lambda _error: self._settle())
        runs.cancelled.connect(self._settle)

    @property
    def running(self) -> bool:
        """Whether a stroke is being removed."""
        return self._stroke is not None

    def may(self) -> bool:
        """Whether a stroke may begin; says why not."""
        document = self._session.document
        if document is None:
            return False
        if document.pending is not None:
            self.failed.emit(OvertoneError(self.tr("A result is waiting."), self.tr("Accept or discard it first.")))
            return False
        if self._runs.busy and not self.running:
            self.failed.emit(OvertoneError(self.tr("An edit is running."), self.tr("Wait for it, or cancel it.")))
            return False
        return True

    def owns(self, request: EditRequest) -> bool:
        """Whether a request is that of a stroke."""
        return self._plan is not None and request.plan is self._plan

    def dress(self, request: EditRequest) -> EditRequest:
        """The stroke as the mask of its own run."""
        return replace(request, mask=self._stroke, context=None)

    def _next(self) -> None:
        remover, document = self._canvas.kit.remover, self._session.document
        if document is None or self._runs.busy or self.running or not remover.waiting:
            return
        self._stroke = remover.take()
        self._plan = Plan("", "", operations=(Operation(Op.remove, self.tr("what is painted")),))
        settings = replace(self._settings(), variations=1)
        if not self._runs.carry_out(document, self.tr("Remove what is painted"), self._plan, settings, on_top=True):
            self._settle()

    def _on_state(self, state: State) -> None:
        if state is State.idle and not self.running:
            self._next()

    def _on_progress(self, thousandths: int) -> None:
        if self.running:
            share = "" if thousandths < 0 else self.tr(" {0} %").format(thousandths // 10)
            self._canvas.kit.remover.tell(self.tr("Removing…") + share)

    def _on_result(self, _pending: Pending) -> None:
        if self.running:
            self._session.accept(then=self._settle, keep_mask=True)

    def _settle(self) -> None:
        if self.running:
            self._stroke = self._plan = None
            self._canvas.kit.remover.settled()
            self._next()
