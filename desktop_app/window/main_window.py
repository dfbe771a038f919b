"""The window: arranges the parts, connects them, and keeps every command's state right."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from desktop_app.background import Background
from desktop_app.canvas.histogram import Histogram
from desktop_app.canvas.outline import Outline
from desktop_app.client.describer import Describer
from desktop_app.client.engine_client import DEFAULT_ENGINE, EngineClient
from desktop_app.client.questions import Questions
from desktop_app.look.theme import Look
from desktop_app.references.audio import AudioDevice, PortAudio
from desktop_app.references.library_desk import LibraryDesk
from desktop_app.references.reference_desk import ReferenceDesk
from desktop_app.references.sound_desk import SoundDesk
from desktop_app.runs.results import Results
from desktop_app.runs.running import Running
from desktop_app.runs.runs import Runs
from desktop_app.talk.chips import Known
from desktop_app.talk.region_desk import RegionDesk
from desktop_app.talk.talk_desk import TalkDesk
from desktop_app.tools.canvas_work import CanvasWork
from desktop_app.tools.selection_drag import SelectionDrag
from desktop_app.window.actions import Actions
from desktop_app.window.around import Around
from desktop_app.window.dialogs import Dialogs, QtDialogs
from desktop_app.window.message_bar import MessageBar
from desktop_app.window.models import Models
from desktop_app.window.preferences import PreferencesFile
from desktop_app.window.side_panel import SidePanel
from desktop_app.window.stage import Stage
from desktop_app.window.status_line import StatusLine
from desktop_app.window.steering import Steering
from desktop_app.window.tool_bar import ToolBar
from desktop_app.work.document import Document, Touched
from desktop_app.work.history_desk import HistoryDesk
from desktop_app.work.opening import Opening
from desktop_app.work.project_desk import ProjectDesk
from desktop_app.work.recovery_bar import RecoveryBar
from desktop_app.work.safekeeping import Safekeeping
from desktop_app.work.session import Session
from engine.errors import OvertoneError
from engine.files.options import AS_SHOT
from engine.values import Media, Plan


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
    preferences
        What the user has chosen; in the user's configuration folder by default.
    """

    def __init__(
        self,
        look: Look,
        client: EngineClient,
        dialogs: Dialogs | None = None,
        audio: AudioDevice | None = None,
        preferences: PreferencesFile | None = None,
    ) -> None:
        super().__init__()
        self._client = client
        self._dialogs = dialogs or QtDialogs(self)
        self._background = Background()
        self._settled = False  # nothing can be lost by closing any more
        self.session = Session(self._background, self)
        self.safekeeping = Safekeeping(self.session, self._dialogs)
        self.runs = Runs(client, self)
        self.commands = Actions(self)
        self.commands.fill(self.menuBar())
        self.tool_bar = ToolBar(look, self.commands)
        self.message_bar = MessageBar(look)
        self.results = Results(self.session, self)
        self.stage = Stage(look, self.commands, self.session, self.results)
        self.side = SidePanel(look)
        self.status = StatusLine(look)
        self.models = Models(DEFAULT_ENGINE, client, self.runs, self.message_bar, self.status, self, look)
        bins = self.side.bins()
        self.desk = ReferenceDesk(self.session, bins, self._background, self.message_bar, self._dialogs, self)
        device = audio or PortAudio()
        self.sound_desk = SoundDesk(
            look, device, self.session, self.side.sounds, self.desk, self._background, self.message_bar
        )
        self.opening = Opening(self.session, self.safekeeping, self.message_bar, self._dialogs, self)
        self.running = Running(
            self.runs, self.session, self.side, self.stage, self.models, self.message_bar, self.commands,
            self.results, self,
        )  # fmt: skip
        self.talk = TalkDesk(
            self.side, self.session, self.runs, self.running, self.results, self.stage, self._background,
            self.message_bar,
        )  # fmt: skip
        questions, engine = Questions(client, self), lambda: self.models.name
        self.describer = Describer(self.session, questions, self.runs, engine, self)
        self.selection_drag = SelectionDrag(self.stage.canvas)
        self.outline = Outline(self.stage.canvas)
        self.histogram = Histogram(self.stage.canvas, self._background)
        self.commands.histogram.toggled.connect(self.histogram.show_it)
        self.regions = RegionDesk(
            self.side.plan_card, self.outline, self.session, questions, self.runs, self._background, engine
        )
        self.canvas_work = CanvasWork(
            self.stage, self.session, self.runs, client, self._background, self._dialogs, lambda: self.running.settings,
            lambda: self.side.instruction.text, self.running.run, self,
        )  # fmt: skip
        self.library = LibraryDesk(
            look, self.desk, self.session, questions, self._background, self._dialogs, engine, self
        )
        self.side.library_asked.connect(self.library.open)
        self.steering = Steering(
            self.commands, self.session, self.runs, self.models, self.stage, self.side, self.results, self.tool_bar,
            self.status, self,
        )  # fmt: skip
        self.history_desk = HistoryDesk(
            self.side.history, self.session, self.runs, self.running, self._background, self.message_bar, self
        )
        self.recovery_bar = RecoveryBar(look)
        self.around = Around(
            look, self, client, self.commands, self.session, self.runs, self.models, self.opening, self.side,
            self.stage.canvas, self.message_bar, self.safekeeping, preferences,
        )  # fmt: skip
        self._arrange()
        self._connect_commands()
        self._connect_parts()
        self.project_desk = ProjectDesk(
            self.session, self.safekeeping, self.runs, self.side, self.commands, self.recovery_bar, self.message_bar,
            self._dialogs, self._background, self,
        )  # fmt: skip
        self.setWindowTitle("Overtone[*]")
        self.resize(1280, 800)
        self.models.check()
        self.project_desk.look()
        self._show_references()
        self.stage.welcome.open_button.setFocus()

    def _arrange(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.recovery_bar)
        left.addWidget(self.around.hints)
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
            c.open: self.opening.ask,
            c.sample: self.opening.sample,
            c.add_pictures: lambda: self.desk.ask(Media.image),
            c.add_sounds: lambda: self.desk.ask(Media.sound),
            c.library: self.library.open,
            c.cut_out: self.desk.take_selection,
            c.paste: self.desk.paste_or_say,
            c.save: self.safekeeping.save,
            c.save_as: self.safekeeping.save_as,
            c.quit: self.close,
            c.undo: self.session.undo,
            c.redo: self.session.redo,
            c.write: lambda: self.side.instruction.setFocus(Qt.FocusReason.ShortcutFocusReason),
            c.about: self.models.show_about,
        }
        for action, run in triggers.items():
            action.triggered.connect(lambda _checked=False, run=run: run())

    def _connect_parts(self) -> None:
        session, side, stage = self.session, self.side, self.stage
        session.opened.connect(self._on_opened)
        session.touched.connect(self._on_touched)
        session.accepted.connect(lambda pending, _key: side.instruction.done(pending.instruction.text))
        session.pictures_ready.connect(self._sync)
        session.references_changed.connect(self._show_references)
        session.refused.connect(self._on_refused)
        session.saved.connect(self._on_saved)
        session.exported.connect(self._on_exported)
        session.failed.connect(self.show_error)
        session.working.connect(self.status.show_work)
        self.running.changed.connect(self._sync)
        self.models.checked.connect(self._sync)
        self.describer.changed.connect(self._show_references)
        side.came.connect(self.desk.take)
        self.desk.insert.connect(side.instruction.insert_marker)
        side.instruction.came.connect(lambda what: self.desk.take(what, self._insert_markers))
        side.instruction.textChanged.connect(self._sync)
        stage.welcome.open_asked.connect(self.opening.ask)
        stage.welcome.sample_asked.connect(self.opening.sample)
        for place in (stage.welcome, stage.canvas):
            self.desk.watch(place)
        stage.welcome.files_dropped.connect(self.opening.drop)
        stage.canvas.files_dropped.connect(self.opening.drop)
        stage.canvas.zoom_changed.connect(self.status.show_zoom)
        self.canvas_work.failed.connect(self.show_error)
        self.histogram.failed.connect(self.show_error)
        self.histogram.failed.connect(lambda _error: self.commands.histogram.setChecked(False))
        self.opening.dropped.connect(lambda numbers: self.canvas_work.placing.put(numbers, stage.canvas.dropped_at))
        self.side.pictures.place_asked.connect(lambda number: self.canvas_work.placing.put([number]))
        stage.masks.saved.connect(self._on_saved)
        self.tool_bar.before_held.connect(stage.hold_before)
        self.status.engine_asked.connect(self.models.show_about)

    # files

    @property
    def document(self) -> Document | None:
        """What is being edited."""
        return self.session.document

    def open(self, path: Path) -> None:
        """Open a photo, after the user has said what to do with changes not saved."""
        self.opening.open(path)

    def run(self, *, plan_only: bool = False) -> None:
        """Plan the instruction and carry it out."""
        self.running.run(plan_only=plan_only)

    def carry_out(self, plan: Plan, text: str) -> None:
        """Carry out a plan as it stands, made for the instruction ``text``."""
        self.running.carry_out(plan, text)

    # news

    def show_error(self, error: OvertoneError) -> None:
        """Say what is wrong and how to mend it."""
        self.message_bar.show_error(error)
        self._sync()

    def _on_opened(self) -> None:
        document = self.document
        assert document is not None
        self.runs.keep_to(document)  # now that every part shows the new one
        self.side.plan_card.clear()
        if not self.models.missing:
            self.message_bar.dismiss()
        if document.raw == AS_SHOT and not document.edits:
            self.around.say_developed(document)
        elif document.original.notes:
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

    def _on_saved(self, path: Path, notes: tuple[str, ...] = ()) -> None:
        self.message_bar.say(self.tr("Saved as {0}.").format(path.name), " ".join(notes))
        self._sync()

    def _on_exported(self, path: Path, notes: tuple[str, ...]) -> None:
        self.message_bar.say(self.tr("Exported as {0}.").format(path.name), " ".join(notes))

    def _show_references(self) -> None:
        thumbs, labels = self.session.thumbs, self.describer.labels
        known = [Known(item, thumbs.get(item.path), labels.get(item.path, ())) for item in self.session.references]
        self.side.set_known({each.reference.number: each for each in known})
        self._sync()

    def _insert_markers(self, numbers: list[int]) -> None:
        for number in numbers:
            self.side.instruction.insert_marker(number)

    def _sync(self) -> None:
        self.steering.sync()
        document = self.document
        if document is not None:
            self.setWindowTitle(f"{document.name}[*] — Overtone")
        self.setWindowModified(document is not None and document.modified)

    # events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hold the backslash to see the photo before; Esc that stops nothing leads back to the photo."""
        if event.key() == Qt.Key.Key_Backslash and not event.isAutoRepeat():
            self.stage.hold_before(True)
        elif event.key() == Qt.Key.Key_Escape and self.document is not None:
            self.stage.canvas.setFocus()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Backslash released."""
        if event.key() == Qt.Key.Key_Backslash and not event.isAutoRepeat():
            self.stage.hold_before(False)
        else:
            super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Another window may take the release of a key that is held."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.stage.hold_before(False)

    def close_now(self) -> None:
        """Close without a question; what is not saved stays in the journal."""
        self._settled = True
        self.close()

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
        self.around.close()
        self.hide()
        self.runs.cancel_all()
        self.sound_desk.close()
        self.library.close()
        self._client.close()
        self._background.close()
        self.session.close()
        self.desk.close()
