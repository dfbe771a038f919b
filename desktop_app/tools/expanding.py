"""Expanding: the margins dragged on the canvas become a plan of one operation, or join the plan that words give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from desktop_app.canvas.canvas import Canvas
from desktop_app.runs.runs import Runs
from desktop_app.tools.base import Tool
from desktop_app.work.document import Pending
from desktop_app.work.session import Session
from engine.values import EditRequest, Margins, Op, Operation, Plan, Settings


class Expanding(QObject):
    """Runs what the expand tool has framed.

    Parameters
    ----------
    words
        What the instruction box holds.
    run
        Starts a run of those words.
    """

    def __init__(
        self,
        canvas: Canvas,
        session: Session,
        runs: Runs,
        settings: Callable[[], Settings],
        words: Callable[[], str],
        run: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._canvas, self._session, self._runs = canvas, session, runs
        self._settings, self._words, self._run = settings, words, run
        self._tool = canvas.kit.expander
        session.opened.connect(self._reset)
        runs.result.connect(self._on_result)

    def run(self) -> None:
        """Fill the new frame: with what the words say, or by continuing the photo."""
        document = self._session.document
        if document is None or document.pending is not None or self._tool.empty:
            return
        if self._words().strip():
            self._run()
            return
        plan = Plan("", "", operations=(Operation(Op.expand),))
        self._runs.carry_out(document, self.tr("Expand the frame"), plan, self._settings(), on_top=True)

    def dress(self, request: EditRequest) -> EditRequest:
        """The margins, while the expand tool frames some."""
        plan = request.plan
        if plan is None or self._canvas.tool is not Tool.expand or self._tool.empty:
            return request
        if not any(each.op is Op.expand for each in plan.operations):
            plan = replace(plan, operations=(Operation(Op.expand), *plan.operations))
        return replace(request, plan=plan, margins=self._tool.margins, mask=None, context=None)

    def _reset(self) -> None:
        self._tool.set(Margins())

    def _on_result(self, pending: Pending) -> None:
        if any(each.op is Op.expand for each in pending.result.plan.operations):
            self._reset()
