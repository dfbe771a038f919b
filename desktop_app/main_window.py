"""The window: arranges the parts, connects them, and keeps every command's state right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from desktop_app.actions import Actions
from desktop_app.assets import sample_photo
from desktop_app.audio import AudioDevice, PortAudio
from desktop_app.background import Background
from desktop_app.chips import Known
from desktop_app.dialogs import Dialogs, QtDialogs
from desktop_app.document import Document, Pending, Touched
from desktop_app.engine_client import EngineClient
from desktop_app.message_bar import MessageBar
from desktop_app.models import Models
from desktop_app.reference_desk import ReferenceDesk
from desktop_app.runs import Runs, State
from desktop_app.safekeeping import Safekeeping
from desktop_app.session import Session
from desktop_app.side_panel import SidePanel
from desktop_app.sound_desk import SoundDesk
from desktop_app.stage import Stage
from desktop_app.status_line import StatusLine
from desktop_app.theme import Look
from desktop_app.tool_bar import ToolBar
from desktop_app.wording import change_name
from engine.errors import BadInput, OvertoneError
from engine.files import sniff
from engine.values import EditResult, Media, Plan, Settings, marker


def is_picture(path: Path) -> bool:
    """Whether the file holds a picture; unreadable files hold none."""
    try:
        return sniff(path) is Media.image
    except BadInput:
        return False


class MainWindow(QMainWindow):
    """One window over one document.

    Parameters
    ----------
    look
        The theme.
    client
        The way to the engine; the window closes it when it closes.
    dialogs
        Asks the user; the platform's dialogs by default.
    audio
        Loudspeaker and microphone; the system's by default.
    """

    def __init__(
        self, look: Look, client: EngineClient, dialogs: Dialogs | None = None, audio: AudioDevice | None = None
    ) -> None:
        super().__init__()
        self._client = client
        self._dialogs = dialogs or QtDialogs(self)
        self._background = Background()
        self._settled = False  # nothing can be lost by closing any more
        self.settings = Settings()
        self.session = Session(self._background, self)
        self.safekeeping = Safekeeping(self.session, self._dialogs)
        self.runs = Runs(client, self)
        self.commands = Actions(self)
        self.commands.fill(self.menuBar())
        self.tool_bar = ToolBar(look, self.commands)
        self.message_bar = MessageBar(look)
        self.stage = Stage(look, self.commands, self.session)
        self.stage.masks.attend(self._background, self._dialogs)
        self.side = SidePanel(look)
        self.status = StatusLine(look)
        self.models = Models(self.settings.engine, client, self.runs, self.message_bar, self.status, self, look)
        bins = self.side.bins()
        self.desk = ReferenceDesk(self.session, bins, self._background, self.message_bar, self._dialogs, self)
        device = audio or PortAudio()
        self.sound_desk = SoundDesk(
            look, device, self.session, self.side.sounds, self.desk, self._background, self.message_bar
        )
        self._arrange()
        self._connect_commands()
        self._connect_parts()
        self.setWindowTitle("Overtone")
        self.resize(1280, 800)
        self.models.check()
        self._show_references()
        self.stage.welcome.open_button.setFocus()

    def _arrange(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.message_bar)
        left.addWidget(self.stage, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addLayout(left, 1)
        middle.addWidget(self.side)
        whole = QWidget(self)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tool_bar)
        column.addLayout(middle, 1)
        column.addWidget(self.status)
        self.setCentralWidget(whole)

    def _connect_commands(self) -> None:
        c = self.commands
        triggers: dict = {
            c.open: self.ask_photo,
            c.sample: self.open_sample,
            c.add_pictures: lambda: self.desk.ask(Media.image),
            c.add_sounds: lambda: self.desk.ask(Media.sound),
            c.paste: self.desk.paste_or_say,
            c.save: self.safekeeping.save,
            c.save_as: self.safekeeping.save_as,
            c.quit: self.close,
            c.undo: self.session.undo,
            c.redo: self.session.redo,
            c.run: self.run,
            c.plan: lambda: self.run(plan_only=True),
            c.cancel: self.runs.cancel,
            c.write: lambda: self.side.instruction.setFocus(Qt.FocusReason.ShortcutFocusReason),
            c.about: self.models.show_about,
        }
        for action, run in triggers.items():
            action.triggered.connect(lambda _checked=False, run=run: run())

    def _connect_parts(self) -> None:
        session, runs, side, stage = self.session, self.runs, self.side, self.stage
        session.opened.connect(self._on_opened)
        session.touched.connect(self._on_touched)
        session.pictures_ready.connect(self._sync)
        session.references_changed.connect(self._show_references)
        session.refused.connect(self._on_refused)
        session.saved.connect(self._on_saved)
        session.failed.connect(self.show_error)
        session.working.connect(self.status.show_work)
        runs.state_changed.connect(self._on_run_state)
        runs.stage.connect(side.run_bar.show_step)
        runs.progress.connect(side.run_bar.set_progress)
        runs.log.connect(self._on_log)
        runs.planned.connect(side.show_plan)
        runs.preview.connect(stage.canvas.set_preview)
        runs.result.connect(self._on_result)
        runs.answered.connect(self._on_answer)
        runs.failed.connect(self.show_error)
        runs.cancelled.connect(self._on_cancelled)
        self.models.checked.connect(self._sync)
        self.desk.insert.connect(side.instruction.insert_marker)
        side.instruction.came.connect(lambda what: self.desk.take(what, self._insert_markers))
        side.instruction.run_asked.connect(self.run)
        side.instruction.plan_asked.connect(lambda: self.run(plan_only=True))
        side.instruction.textChanged.connect(self._sync)
        side.run_bar.run_asked.connect(self.run)
        side.run_bar.plan_asked.connect(lambda: self.run(plan_only=True))
        side.run_bar.cancel_asked.connect(runs.cancel)
        side.plan_card.run_asked.connect(self.carry_out)
        stage.welcome.open_asked.connect(self.ask_photo)
        stage.welcome.sample_asked.connect(self.open_sample)
        for place in (stage.welcome, stage.canvas):
            self.desk.watch(place)
        stage.welcome.files_dropped.connect(self.drop)
        stage.canvas.files_dropped.connect(self.drop)
        stage.canvas.zoom_changed.connect(self.status.show_zoom)
        stage.masks.failed.connect(self.show_error)
        stage.masks.saved.connect(self._on_saved)
        stage.result_bar.again_asked.connect(self.try_another)
        self.tool_bar.before_held.connect(stage.hold_before)
        self.status.engine_asked.connect(self.models.show_about)

    # files

    @property
    def document(self) -> Document | None:
        """What is being edited."""
        return self.session.document

    def ask_photo(self) -> None:
        """Ask which photo to open."""
        path = self._dialogs.photo()
        if path is not None:
            self.open(path)

    def open_sample(self) -> None:
        """Open the sample that ships."""
        path = sample_photo()
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Open a photo, after the user has said what to do with changes not saved."""

        def go() -> None:
            self.runs.cancel()  # it serves the photo that is about to go
            self.session.open(path)

        self.safekeeping.settle(go)

    def drop(self, files: Sequence[Path]) -> None:
        """Take files dropped on the stage.

        With no photo open, the first picture is opened; everything else goes into the bins, from where a picture can
        still be opened by one press.
        """
        photo = next((path for path in files if is_picture(path)), None)
        if self.document is None and photo is not None:
            self.open(photo)
            self.session.add_files([path for path in files if path != photo])
        else:
            self.session.add_files(files, lambda numbers: self._offer_to_open(photo, numbers))

    def _offer_to_open(self, photo: Path | None, numbers: list[int]) -> None:
        if photo is not None and len(numbers) == 1:
            self.message_bar.say(
                self.tr("{0} is now {1} in the bin.").format(photo.name, marker(numbers[0])),
                button=self.tr("Open it as the photo instead"),
                run=lambda: self.open(photo),
            )

    # runs

    def run(self, *, plan_only: bool = False) -> None:
        """Plan the instruction and carry it out."""
        if self._may_run() and self.document is not None:
            self.message_bar.dismiss()
            if self.runs.start(self.document, self.side.instruction.text, self.settings, plan_only=plan_only):
                self.side.instruction.recent.add(self.side.instruction.text)

    def carry_out(self, plan: Plan) -> None:
        """Carry out a plan as it stands on the card."""
        if self._may_run() and self.document is not None:
            self.message_bar.dismiss()
            self.runs.carry_out(self.document, self.side.instruction.text, plan, self.settings)

    def try_another(self) -> None:
        """Run the pending result's plan again with the next seed."""
        document = self.document
        if document is not None and document.pending is not None and self._may_run():
            pending = document.pending
            settings = replace(self.settings, seed=(pending.result.seed + 1) % 2**32)
            self.runs.carry_out(document, pending.instruction.text, pending.result.plan, settings)

    def _may_run(self) -> bool:
        if self.document is None or self.runs.busy:
            return False
        if self.models.missing:
            self.models.check()
        return not self.models.missing

    # news

    def show_error(self, error: OvertoneError) -> None:
        """Say what is wrong and how to mend it."""
        self.message_bar.say(error.message, error.hint, "error")
        self._sync()

    def _on_opened(self) -> None:
        document = self.document
        assert document is not None
        self.side.plan_card.clear()
        self.setWindowTitle(f"{document.path.name}[*] — Overtone")
        if not self.models.missing:
            self.message_bar.dismiss()
        if document.original.notes:
            self.message_bar.say(" ".join(document.original.notes))
        self._show_references()
        self._sync()

    def _on_touched(self, touched: Touched) -> None:
        if touched.photo:
            self.side.plan_card.clear()  # it spoke of another picture
        self._sync()

    def _on_refused(self, errors: list[OvertoneError], count: int) -> None:
        first = errors[0]
        if len(errors) == 1:
            self.message_bar.say(first.message, first.hint, "warning")
        else:
            text = self.tr("{0} of {1} files could not be used.").format(len(errors), count)
            self.message_bar.say(text, " ".join(error.message for error in errors[:3]), "warning")

    def _on_saved(self, path: Path) -> None:
        self.message_bar.say(self.tr("Saved as {0}.").format(path.name))
        self._sync()

    def _on_run_state(self, state: State) -> None:
        self.side.run_bar.set_busy(state is not State.idle)
        if state is State.planning:
            self.side.plan_card.clear()
        if state is State.idle:
            self.stage.canvas.set_preview(None)
        self._sync()

    def _on_log(self, text: str) -> None:
        self.side.run_bar.show_text(text)

    def _on_result(self, pending: Pending) -> None:
        if self.side.plan_card.plan != pending.result.plan:
            self.side.show_plan(pending.result.plan)
        self.commands.show_mask.setChecked(False)
        self.stage.show_pictures()
        if pending.result.notes:
            self.message_bar.say(" ".join(pending.result.notes))
        self._sync()

    def _on_answer(self, result: EditResult) -> None:
        self.side.plan_card.show_plan(result.plan)
        words = " ".join(result.notes) or result.plan.reply
        self.side.plan_card.show_answer(words)

    def _on_cancelled(self) -> None:
        self.message_bar.say(self.tr("Cancelled. The photo is as it was."))

    def _show_references(self) -> None:
        references = self.session.references
        thumbs = self.session.thumbs
        self.side.instruction.set_known({item.number: Known(item, thumbs.get(item.path)) for item in references})
        self.side.plan_card.set_numbers(item.number for item in references)
        self._sync()

    def _insert_markers(self, numbers: list[int]) -> None:
        for number in numbers:
            self.side.instruction.insert_marker(number)

    def _sync(self) -> None:
        """Bring every command and line into agreement with the state."""
        c, document, busy = self.commands, self.document, self.runs.busy
        there = document is not None
        written = bool(self.side.instruction.text.strip())
        runnable = there and not busy and not self.models.missing
        why = self.tr("The engine is not assembled yet.") if self.models.missing else ""
        why = why if there else self.tr("Open a photo first.")
        c.sample.setEnabled(sample_photo() is not None)
        c.save.setEnabled(there)
        c.save_as.setEnabled(there)
        for action, text, change in (
            (c.undo, self.tr("&Undo {0}"), document.last_change if document else None),
            (c.redo, self.tr("&Redo {0}"), document.next_change if document else None),
        ):
            label = change.label if change else ""
            action.setEnabled(change is not None and not (busy and change.photos))  # the run's result needs its photo
            action.setText(text.format(change_name(label) if label else "").strip())
        for action in (c.run, c.plan):
            action.setEnabled(runnable and written)
        c.cancel.setEnabled(busy)
        self.side.run_bar.set_ready(runnable and written, why)
        self.side.plan_card.set_runnable(runnable)
        self.stage.sync(runnable, busy)
        self.tool_bar.set_usable(self.stage.canvas.can_compare)
        self.status.show_photo(document)
        self.setWindowModified(document is not None and document.modified)

    # events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hold the backslash to see the photo before."""
        if event.key() == Qt.Key.Key_Backslash and not event.isAutoRepeat():
            self.stage.hold_before(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Backslash released."""
        if event.key() == Qt.Key.Key_Backslash and not event.isAutoRepeat():
            self.stage.hold_before(False)
        else:
            super().keyReleaseEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about changes not saved, then stop all work before the window goes."""
        if not self._settled:
            inside = True

            def settled() -> None:
                self._settled = True
                if not inside:  # saving has ended, later
                    self.close()

            self.safekeeping.settle(settled)
            inside = False
        if not self._settled:
            event.ignore()
            return
        event.accept()
        self.models.close()
        self.hide()
        self.runs.cancel()
        self.sound_desk.close()
        self._client.close()
        self._background.close()
        self.desk.close()
