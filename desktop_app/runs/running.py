"""What the window does with runs: starts them when it may, and shows what comes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop_app.runs.results import Results
from desktop_app.runs.run import LARGEST_SEED, State
from desktop_app.runs.runs import Runs
from desktop_app.runs.settings_sheet import SettingsSheet
from desktop_app.window.actions import Actions
from desktop_app.window.message_bar import MessageBar
from desktop_app.window.models import Models
from desktop_app.window.side_panel import SidePanel
from desktop_app.window.stage import Stage
from desktop_app.work.document import Pending
from desktop_app.work.session import Session
from engine.errors import OvertoneError
from engine.picture import Photo
from engine.project.edits import Edit
from engine.revising import added
from engine.values import Plan, Settings


class Running(QObject):
    """Connects the instruction, the plan and the results with the engine's runs.

    Attributes
    ----------
    changed
        What may be done now has changed.
    asked
        The words of a run that has begun.
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
        results: Results,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runs, self._session, self._side, self._stage = runs, session, side, stage
        self._models, self._bar, self._actions = models, bar, actions
        self._results = results
        self._offer: tuple[Pending, str] | None = None  # the result that the message bar speaks of, and its words
        actions.run.triggered.connect(lambda _checked=False: self.run())
        actions.plan.triggered.connect(lambda: self.run(plan_only=True))
        actions.cancel.triggered.connect(lambda _checked=False: runs.cancel())
        actions.next_result.triggered.connect(lambda: results.step(1))
        actions.previous_result.triggered.connect(lambda: results.step(-1))
        side.instruction.run_asked.connect(self.run)
        side.instruction.plan_asked.connect(lambda: self.run(plan_only=True))
        side.run_bar.run_asked.connect(self.run)
        side.run_bar.plan_asked.connect(lambda: self.run(plan_only=True))
        side.run_bar.cancel_asked.connect(runs.cancel)
        side.plan_card.run_asked.connect(self.carry_out)
        stage.result_bar.again_asked.connect(self.try_another)
        models.checked.connect(self._on_models)
        side.expert.engine_chosen.connect(models.choose)
        results.crowded.connect(self._on_crowded)
        results.dropped.connect(self._on_dropped)
        results.changed.connect(self._on_results)
        runs.began.connect(self.asked)
        runs.state_changed.connect(self._on_state)
        runs.stage.connect(side.run_bar.show_step)
        runs.progress.connect(side.run_bar.set_progress)
        runs.left.connect(side.run_bar.show_left)
        runs.queue_changed.connect(self._on_queue)
        runs.candidates.connect(results.add)
        side.run_bar.queue.cancel_asked.connect(runs.cancel)
        stage.film.same_asked.connect(self.same_again)
        stage.film.settings_asked.connect(self.show_settings)
        runs.log.connect(side.run_bar.show_text)
        runs.planned.connect(side.show_plan)
        runs.preview.connect(stage.canvas.set_preview)
        runs.result.connect(self._on_result)
        runs.failed.connect(self._on_failed)
        runs.cancelled.connect(lambda: bar.say(self.tr("Cancelled. The photo is as it was.")))

    @property
    def settings(self) -> Settings:
        """The settings of the next run."""
        return replace(self._side.expert.settings, variations=self._side.run_bar.variations.value())

    def run(self, *, plan_only: bool = False) -> None:
        """Plan the instruction and carry it out, after the runs that wait."""
        document = self._session.document
        if document is not None and self._may_run():
            self._bar.dismiss()
            if self._runs.start(document, self._side.instruction.text, self.settings, plan_only=plan_only):
                self._side.instruction.recent.add(self._side.instruction.text)
                if not plan_only:
                    self._side.expert.after_run(self.settings.variations)

    def carry_out(self, plan: Plan, text: str) -> None:
        """Carry out a plan as it stands on the card; ``text`` is what it was made for."""
        document = self._session.document
        if document is not None and self._may_run():
            self._bar.dismiss()
            if self._runs.carry_out(document, text, plan, self.settings):
                self._side.expert.after_run(self.settings.variations)

    def try_another(self) -> None:
        """Run the plan of the result looked at again, with a seed that none of its results had."""
        document = self._session.document
        if document is not None and document.pending is not None:
            plan = document.pending.result.plan
            had = [each.pending.result for each in self._results.items]
            seed = max(result.seed for result in (document.pending.result, *had) if result.plan == plan)
            self._again(document.pending, (seed + 1) % LARGEST_SEED)

    def same_again(self) -> None:
        """Run the plan of the result looked at again with its own seed, on the photo as it is now."""
        document = self._session.document
        if document is not None and document.pending is not None:
            self._again(document.pending, document.pending.result.seed)

    def show_settings(self) -> None:
        """Show what led to the result looked at."""
        document = self._session.document
        if document is not None and document.pending is not None:
            sheet = SettingsSheet(document.pending, self._side.instruction.chips.read, self._stage)
            sheet.taken.connect(self._side.expert.show_settings)
            sheet.open_over(self._stage.film)

    def make_again(self, text: str, plan: Plan, seed: int) -> None:
        """Carry out an earlier plan with its seed."""
        document = self._session.document
        if document is not None and self._may_run():
            self._bar.dismiss()
            self._runs.carry_out(document, text, plan, replace(self.settings, seed=seed, variations=1))

    def _again(self, pending: Pending, seed: int) -> None:
        document, request = self._session.document, pending.request
        if document is not None and self._may_run():
            settings = request.settings if request is not None else self.settings
            self._runs.repeat(document, pending, replace(settings, seed=seed, variations=1))

    def again(self, edit: Edit, base: Photo, mask: np.ndarray | None) -> None:
        """Run an accepted edit again; see :meth:`~desktop_app.runs.runs.Runs.again`."""
        document = self._session.document
        if document is not None and self._may_run():
            self._bar.dismiss()
            self._runs.again(document, edit, base, mask)

    def _may_run(self) -> bool:
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

    def _on_queue(self) -> None:
        self._side.run_bar.queue.show_runs(self._runs.waiting)
        self.changed.emit()

    def _on_models(self) -> None:
        models = self._models
        self._side.expert.show_engines(models.engines(), models.abilities(), models.name)

    def _on_crowded(self, count: int) -> None:
        self._bar.say(
            self.tr("{0} of the oldest results were let go to save memory.").format(count),
            self.tr("Pin the ones to keep."),
        )

    def _on_dropped(self, count: int) -> None:
        one, more = self.tr("1 other result was dropped."), self.tr("{0} other results were dropped.")
        self._bar.say(one if count == 1 else more.format(count), self.tr("Pin the ones to keep."))

    def _on_results(self) -> None:
        """An offer about a result ends when that is not looked at any more."""
        if self._offer is not None:
            (pending, words), current = self._offer, self._results.current
            if current is None or current.pending is not pending:
                self._offer = None
                if self._bar.text == words:
                    self._bar.dismiss()
        self.changed.emit()

    def _on_result(self, pending: Pending) -> None:
        if self._side.plan_card.plan != pending.result.plan:
            self._side.show_plan(pending.result.plan, pending.instruction.text)
        self._actions.show_mask.setChecked(False)
        self._stage.show_pictures()
        if pending.result.notes:
            self._bar.say(" ".join(pending.result.notes))
        elif pending.replaces and pending.request is not None and pending.request.history:
            self._offer_both(pending)
        self.changed.emit()

    def _offer_both(self, pending: Pending) -> None:
        """Say that the result takes the place of the edit that it revises, and offer the other way."""
        document = self._session.document
        edit = document.edit(pending.replaces) if document is not None else None
        if document is None or edit is None:
            return
        text, plan = pending.instruction.text, added(pending.result.plan, edit.plan)
        settings = replace(self.settings, seed=pending.result.seed)

        def keep_both() -> None:
            self._runs.carry_out(document, text, plan, settings, on_top=True)

        told = self._side.instruction.chips.read(edit.instruction.text)
        words = self.tr("Accepting this replaces “{0}”.").format(told)
        self._offer = pending, words
        self._bar.say(words, button=self.tr("Keep both"), run=keep_both)

    def _on_failed(self, error: OvertoneError) -> None:
        self._bar.show_error(error)
        self.changed.emit()
