"""What the window does with runs: starts them when it may, and shows what comes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop_app.actions import Actions
from desktop_app.document import Pending
from desktop_app.message_bar import MessageBar
from desktop_app.models import Models
from desktop_app.runs import Runs, State
from desktop_app.session import Session
from desktop_app.side_panel import SidePanel
from desktop_app.stage import Stage
from engine.errors import OvertoneError
from engine.picture import Photo
from engine.project.edits import Edit
from engine.values import Plan, Settings


class Running(QObject):
    """Connects the instruction, the plan and the results with the engine's runs.

    Attributes
    ----------
    changed
        What may be done now has changed.
    asked
        The words of a run that has begun.
    settings
        Gives the settings of the next run.
    """

    changed = Signal()
    asked = Signal(str)

    def __init__(
        self,
        runs: Runs,
        session: Session,
        side: SidePanel,
        stage: Stage,
        models: Models,
        bar: MessageBar,
        actions: Actions,
        settings: Callable[[], Settings],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runs, self._session, self._side, self._stage = runs, session, side, stage
        self._models, self._bar, self._actions = models, bar, actions
        self.settings = settings
        actions.run.triggered.connect(lambda _checked=False: self.run())
        actions.plan.triggered.connect(lambda: self.run(plan_only=True))
        actions.cancel.triggered.connect(lambda _checked=False: runs.cancel())
        side.instruction.run_asked.connect(self.run)
        side.instruction.plan_asked.connect(lambda: self.run(plan_only=True))
        side.run_bar.run_asked.connect(self.run)
        side.run_bar.plan_asked.connect(lambda: self.run(plan_only=True))
        side.run_bar.cancel_asked.connect(runs.cancel)
        side.plan_card.run_asked.connect(self.carry_out)
        stage.result_bar.again_asked.connect(self.try_another)
        runs.state_changed.connect(self._on_state)
        runs.stage.connect(side.run_bar.show_step)
        runs.progress.connect(side.run_bar.set_progress)
        runs.log.connect(side.run_bar.show_text)
        runs.planned.connect(side.show_plan)
        runs.preview.connect(stage.canvas.set_preview)
        runs.result.connect(self._on_result)
        runs.failed.connect(self._on_failed)
        runs.cancelled.connect(lambda: bar.say(self.tr("Cancelled. The photo is as it was.")))

    def run(self, *, plan_only: bool = False) -> None:
        """Plan the instruction and carry it out."""
        document = self._session.document
        if document is not None and self._may_run():
            self._bar.dismiss()
            text = self._side.instruction.text
            if self._runs.start(document, text, self.settings(), plan_only=plan_only):
                self._side.instruction.recent.add(text)
                self.asked.emit(text)

    def carry_out(self, plan: Plan) -> None:
        """Carry out a plan as it stands on the card."""
        document = self._session.document
        if document is not None and self._may_run():
            self._bar.dismiss()
            text = self._side.instruction.text
            if self._runs.carry_out(document, text, plan, self.settings()):
                self.asked.emit(text)

    def make_again(self, text: str, plan: Plan, seed: int) -> None:
        """Carry out an earlier plan with its seed."""
        document = self._session.document
        if document is not None and self._may_run():
            self._bar.dismiss()
            if self._runs.carry_out(document, text, plan, replace(self.settings(), seed=seed)):
                self.asked.emit(text)

    def try_another(self) -> None:
        """Run the pending result's plan again with the next seed."""
        document = self._session.document
        if document is not None and document.pending is not None and self._may_run():
            pending = document.pending
            settings = replace(self.settings(), seed=(pending.result.seed + 1) % 2**32)
            self._runs.carry_out(document, pending.instruction.text, pending.result.plan, settings)

    def again(self, edit: Edit, base: Photo, mask: np.ndarray | None) -> None:
        """Run an accepted edit again; see :meth:`~desktop_app.runs.Runs.again`."""
        document = self._session.document
        if document is not None and self._may_run():
            self._bar.dismiss()
            self._runs.again(document, edit, base, mask)

    def _may_run(self) -> bool:
        if self._runs.busy:
            return False
        if self._models.missing:
            self._models.check()
        return not self._models.missing

    # news

    def _on_state(self, state: State) -> None:
        self._side.run_bar.set_busy(state is not State.idle)
        if state is State.planning:
            self._side.plan_card.clear()
        if state is State.idle:
            self._stage.canvas.set_preview(None)
        self.changed.emit()

    def _on_result(self, pending: Pending) -> None:
        if self._side.plan_card.plan != pending.result.plan:
            self._side.show_plan(pending.result.plan)
        self._actions.show_mask.setChecked(False)
        self._stage.show_pictures()
        if pending.result.notes:
            self._bar.say(" ".join(pending.result.notes))
        self.changed.emit()

    def _on_failed(self, error: OvertoneError) -> None:
        self._bar.say(error.message, error.hint, "error")
        self.changed.emit()
