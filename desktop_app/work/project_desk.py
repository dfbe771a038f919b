"""Projects and what a kill left behind: saved, opened, restored, deleted, always on the user's word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from desktop_app.background import Background
from desktop_app.look.wording import storage
from desktop_app.runs.runs import Runs
from desktop_app.window.actions import Actions
from desktop_app.window.dialogs import Dialogs
from desktop_app.window.message_bar import MessageBar
from desktop_app.window.side_panel import SidePanel
from desktop_app.work.recovery_bar import RecoveryBar
from desktop_app.work.safekeeping import Safekeeping
from desktop_app.work.session import Session
from engine.errors import OvertoneError
from engine.project import recovery
from engine.project.journal import Journal
from engine.project.project_file import Opened
from engine.project.recovery import Lost, Resumed
from engine.values import Plan


class ProjectDesk(QObject):
    """Keeps the instruction and the plan with the document, and brings back what was there."""

    def __init__(
        self,
        session: Session,
        safekeeping: Safekeeping,
        runs: Runs,
        side: SidePanel,
        actions: Actions,
        recovery_bar: RecoveryBar,
        message_bar: MessageBar,
        dialogs: Dialogs,
        background: Background,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._safekeeping, self._side = session, safekeeping, side
        self._lost, self._bar, self._dialogs, self._background = recovery_bar, message_bar, dialogs, background
        self._former: tuple[Lost, ...] = ()
        self._full = False
        actions.save_project.triggered.connect(lambda _on=False: safekeeping.save_project())
        actions.save_project_as.triggered.connect(lambda _on=False: safekeeping.save_project_as())
        session.opened.connect(self._on_opened)
        session.resumed.connect(self._on_resumed)
        session.recorder.failed.connect(self._on_refused)
        session.recorder.kept.connect(self._look_at_size)
        side.instruction.textChanged.connect(self._on_written)
        runs.planned.connect(self._on_planned)
        recovery_bar.restore_asked.connect(self.restore)
        recovery_bar.delete_asked.connect(self.delete)

    def look(self) -> None:
        """See in the worker whether anything was left behind, and offer it."""
        self._background.submit(_left_behind, self._on_found, self._say)

    def restore(self, lost: Lost) -> None:
        """Go on with a journal, after the user has said what to do with changes not saved."""

        def go() -> None:
            self._lost.hide()
            self._session.resume(lambda: recovery.resume(lost.folder), lost.name)

        self._safekeeping.settle(go)

    def delete(self, lost: Lost) -> None:
        """Delete a journal for good, if the user says so again."""
        if self._dialogs.delete_work(lost.name):
            self._lost.without(lost)
            self._background.submit(lambda: _discard(lost.folder), lambda _done: None, self._say)

    # news

    def _on_found(self, found: Sequence[Lost]) -> None:
        self._lost.offer([each for each in found if each.modified])
        self._former = tuple(each for each in found if not each.modified)
        total = sum(each.size for each in found)
        budget = self._session.recorder.budget
        if total > budget and self._former:
            text = self.tr("Edits of photos that you saved before take {0}, more than the {1} meant for them.")
            self._bar.say(
                text.format(storage(total), storage(budget)),
                kind="warning",
                button=self.tr("Delete the oldest…"),
                run=lambda: self._delete_oldest(total),
            )

    def _delete_oldest(self, total: int) -> None:
        """Delete finished work, the oldest first, until the rest has room, if the user says so again."""
        going: list[Lost] = []
        for each in sorted(self._former, key=lambda each: each.when):
            if total > self._session.recorder.budget:
                going.append(each)
                total -= each.size
        if self._dialogs.delete_work(", ".join(each.name for each in going)):
            self._former = tuple(each for each in self._former if each not in going)
            self._background.submit(lambda: [_discard(each.folder) for each in going], lambda _done: None, self._say)

    def _on_opened(self) -> None:
        document = self._session.document
        assert document is not None
        if document.edits or not self._former:
            return
        known = next((each for each in self._former if each.path == document.path.absolute()), None)
        if known is not None:
            self._former = tuple(each for each in self._former if each is not known)
            self._bar.say(
                self.tr("You edited {0} before; its {1} edits are still there.").format(known.name, known.edits),
                button=self.tr("Bring them back"),
                run=lambda: self.restore(known),
            )

    def _on_resumed(self, resumed: Resumed) -> None:
        document = resumed.document
        self._side.instruction.setPlainText(document.written)
        if document.planned is not None:
            self._side.show_plan(document.planned, document.written)
        moved = resumed.moved if isinstance(resumed, Opened) else None
        if resumed.notes:
            self._bar.say(" ".join(resumed.notes), kind="warning")
        elif moved is not None:
            self._offer_moved(document.path, moved)

    def _offer_moved(self, old: Path, moved: Path) -> None:
        """The project holds the photo itself; where it lies only matters for what is saved beside it."""
        document = self._session.document

        def relink() -> None:
            if document is not None:
                document.path = moved

        text = self.tr("{0} has moved; it was found as {1}.").format(old.name, moved.name)
        self._bar.say(text, button=self.tr("Use it there"), run=relink)

    def _on_written(self) -> None:
        document = self._session.document
        if document is not None and document.written != self._side.instruction.text:
            document.note_written(self._side.instruction.text)
            self._session.recorder.later()

    def _on_planned(self, plan: Plan) -> None:
        document = self._session.document
        if document is not None:
            document.note_planned(plan)

    def _on_refused(self, error: OvertoneError) -> None:
        self._bar.say(error.message, error.hint, "warning")

    def _look_at_size(self) -> None:
        full = self._session.recorder.size > self._session.recorder.budget
        if full and not self._full:
            text = self.tr("The history takes {0}, more than the {1} meant for it.")
            hint = self.tr("Nothing is removed by itself; delete edits that you do not need.")
            self._bar.say(
                text.format(storage(self._session.recorder.size), storage(self._session.recorder.budget)),
                hint,
                "warning",
            )
        self._full = full

    def _say(self, error: OvertoneError) -> None:
        self._bar.say(error.message, error.hint, "error")


def _left_behind() -> tuple[Lost, ...]:
    recovery.tidy()
    return recovery.lost()


def _discard(folder: Path) -> None:
    if not recovery.in_use(folder):
        Journal(folder).discard()
