"""Brings every command of the window into agreement with its state."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop_app.look.assets import sample_photo
from desktop_app.look.wording import change_name
from desktop_app.runs.results import Results
from desktop_app.runs.runs import Runs
from desktop_app.window.actions import Actions
from desktop_app.window.models import Models
from desktop_app.window.side_panel import SidePanel
from desktop_app.window.stage import Stage
from desktop_app.window.status_line import StatusLine
from desktop_app.window.tool_bar import ToolBar
from desktop_app.work.session import Session


class Steering(QObject):
    """Knows what may be done when; :meth:`sync` applies it."""

    def __init__(
        self,
        actions: Actions,
        session: Session,
        runs: Runs,
        models: Models,
        stage: Stage,
        side: SidePanel,
        results: Results,
        tool_bar: ToolBar,
        status: StatusLine,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions, self._session, self._runs, self._models = actions, session, runs, models
        self._results = results
        self._stage, self._side, self._tool_bar, self._status = stage, side, tool_bar, status

    def sync(self) -> None:
        """Enable, name and show everything as the state asks."""
        c, document, busy, side = self._actions, self._session.document, self._runs.busy, self._side
        there = document is not None
        written = bool(side.instruction.text.strip())
        runnable = there and not self._models.missing
        why = "" if written else self.tr("Write what to change first.")
        why = self.tr("The engine is not assembled yet.") if self._models.missing else why
        why = why if there else self.tr("Open a photo first.")
        c.sample.setEnabled(sample_photo() is not None)
        c.save.setEnabled(there)
        for action in (c.save_as, c.export, c.copy, c.save_project, c.save_project_as):
            action.setEnabled(there)
        c.develop.setEnabled(document is not None and document.raw is not None)
        for action, text, change in (
            (c.undo, self.tr("&Undo {0}"), document.last_change if document else None),
            (c.redo, self.tr("R&edo {0}"), document.next_change if document else None),
        ):
            label = change.label if change else ""
            action.setEnabled(change is not None and not (busy and change.photos))  # the run's result needs its photo
            action.setText(text.format(change_name(label) if label else "").strip())
        for action in (c.run, c.plan):
            action.setEnabled(runnable and written)
        c.cancel.setEnabled(busy)
        for action in (c.next_result, c.previous_result):
            action.setEnabled(len(self._results.items) > 1)
        side.run_bar.set_ready(runnable and written, why)
        side.plan_card.set_runnable(runnable)
        self._stage.sync(runnable)
        self._tool_bar.set_usable(self._stage.canvas.can_compare)
        self._status.show_photo(document)
