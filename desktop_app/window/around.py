"""What stands around the editing: preferences, commands, models and machine, export, recent photos, first steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMainWindow, QMenu

from desktop_app.canvas.canvas import Canvas
from desktop_app.client.engine_client import EngineClient
from desktop_app.look.theme import Look
from desktop_app.runs.runs import Runs
from desktop_app.talk.recent import Recent, state_folder
from desktop_app.window.actions import Actions
from desktop_app.window.develop_window import DevelopWindow
from desktop_app.window.export_window import ExportWindow
from desktop_app.window.hint_bar import HintBar
from desktop_app.window.machine_window import MACHINE, MODELS, MachineWindow
from desktop_app.window.message_bar import MessageBar
from desktop_app.window.models import Models
from desktop_app.window.palette import Palette
from desktop_app.window.preferences import Preferences, PreferencesFile
from desktop_app.window.preferences_window import PreferencesWindow
from desktop_app.window.side_panel import SidePanel
from desktop_app.work.document import Document, Touched
from desktop_app.work.opening import Opening
from desktop_app.work.safekeeping import Safekeeping
from desktop_app.work.session import Session
from engine.files.options import SaveOptions

SHOWN = 10  # recent photos in the menu


class Around(QObject):
    """Opens the windows beside the main one and keeps the preferences.

    Attributes
    ----------
    preferences
        What the user has chosen.
    """

    def __init__(
        self,
        look: Look,
        window: QMainWindow,
        client: EngineClient,
        actions: Actions,
        session: Session,
        runs: Runs,
        models: Models,
        opening: Opening,
        side: SidePanel,
        canvas: Canvas,
        bar: MessageBar,
        safekeeping: Safekeeping,
        file: PreferencesFile | None = None,
    ) -> None:
        super().__init__(window)
        self._look, self._window, self._client, self._actions = look, window, client, actions
        self._session, self._runs, self._models, self._opening = session, runs, models, opening
        self._canvas, self._bar, self._safekeeping = canvas, bar, safekeeping
        self._file = file or PreferencesFile()
        self.preferences, self._complaint = self._file.read()
        self.recent_photos = Recent(state_folder() / "recent-photos.json")
        self.hints = HintBar(look)
        self.preferences_window: PreferencesWindow | None = None
        self.machine_window: MachineWindow | None = None
        self.export_window: ExportWindow | None = None
        self.develop_window: DevelopWindow | None = None
        self._export_options: SaveOptions | None = None
        self._examining = 0
        for action, run in (
            (actions.preferences, self.show_preferences),
            (actions.palette, self.show_palette),
            (actions.models, lambda: self.show_machine(MODELS)),
            (actions.doctor, lambda: self.show_machine(MACHINE)),
            (actions.free_memory, self.free_memory),
            (actions.export, self.export),
            (actions.copy, self.copy),
            (actions.develop, self.develop),
            (actions.first_steps, self.hints.begin),
        ):
            action.triggered.connect(lambda _checked=False, run=run: run())
        actions.recent_menu.aboutToShow.connect(lambda: self._fill_recent(actions.recent_menu))
        client.signals.examined.connect(self._on_examined)
        client.signals.failed.connect(self._on_failed)
        session.opened.connect(self._on_opened)
        models.checked.connect(self._on_models)
        runs.state_changed.connect(lambda _state: self._show_models())
        side.instruction.textChanged.connect(lambda: side.instruction.text.strip() and self.hints.take(1))
        runs.result.connect(lambda _pending: self.hints.take(2))
        session.touched.connect(self._on_touched)
        self.hints.done.connect(lambda: self._keep(replace(self.preferences, hints=False)))
        actions.histogram.setChecked(self.preferences.histogram)
        actions.histogram.toggled.connect(lambda on: self._keep(replace(self.preferences, histogram=on)))
        canvas.brush_share = self.preferences.brush_share
        canvas.set_brush(hardness=self.preferences.brush_hardness, pressure=self.preferences.brush_pressure)
        self._wear()
        models.choose(self.preferences.engine)

    def begin(self) -> bool:
        """Open the sample with the first steps, when this is the first time. Whether it was."""
        if self._complaint:
            self._bar.say(self._complaint, kind="warning")
        if not self.preferences.hints:
            return False
        self._opening.sample()
        self.hints.begin()
        return True

    def close(self) -> None:
        """Close what is open, and remember the brush."""
        for window in (self.preferences_window, self.machine_window, self.export_window, self.develop_window):
            if window is not None:
                window.close()
        brush = self._canvas.brush
        self._keep(
            replace(
                self.preferences,
                brush_share=self._canvas.brush_share,
                brush_hardness=brush.hardness,
                brush_pressure=brush.pressure,
            )
        )

    # windows

    def show_preferences(self) -> None:
        """Show the preferences."""
        if self.preferences_window is None:
            self.preferences_window = PreferencesWindow(self.preferences, self._models.engines(), self._window)
            self.preferences_window.changed.connect(self._change)
        self.preferences_window.show_preferences(self.preferences)
        self.preferences_window.show()
        self.preferences_window.raise_()

    def show_palette(self) -> None:
        """Show the command palette."""
        Palette(self._window.actions(), self._window).open_over(self._window)

    def show_machine(self, tab: int) -> None:
        """Show the models or what the machine has."""
        if self.machine_window is None:
            self.machine_window = MachineWindow(self._look, self._window)
            self.machine_window.assemble_asked.connect(self._models.assemble)
            self.machine_window.examine_asked.connect(self._examine)
            self._examine()
        self.machine_window.tabs.setCurrentIndex(tab)
        self.machine_window.show()
        self.machine_window.raise_()
        self._show_models()

    def free_memory(self) -> None:
        """Give the engine's memory back."""
        if self._runs.busy:
            self._bar.say(self.tr("The engine is at work; its memory is freed when nothing runs."))
            return
        self._client.release()
        self._bar.say(self.tr("The engine’s memory is free; the next run loads it again."))

    def export(self) -> None:
        """Ask how and where to export the picture."""
        document = self._session.document
        if document is None:
            return
        if self.export_window is not None:
            self.export_window.deleteLater()
        suffix = (document.saved_to or document.path).suffix
        self.export_window = ExportWindow(document.photo, self._export_options, suffix, self._window)
        self.export_window.chosen.connect(self._export)
        self.export_window.show()

    def _export(self, options: SaveOptions, suffix: str) -> None:
        self._export_options = options
        self._safekeeping.export(options, suffix)

    def copy(self) -> None:
        """Put the picture in sight on the clipboard, in sRGB."""

        def done(image: QImage) -> None:
            QGuiApplication.clipboard().setImage(image)
            self._bar.say(self.tr("The picture is on the clipboard."))

        self._session.image(done)

    def say_developed(self, document: Document) -> None:
        """Tell how a camera RAW file was developed, and that it can be done differently."""
        self._bar.say(
            self.tr("{0} was developed as the camera saw it.").format(document.path.name),
            " ".join(document.original.notes),
            button=self.tr("Develop Differently…"),
            run=self.develop,
        )

    def develop(self) -> None:
        """Ask how the camera RAW file is to be developed, and open it so."""
        document = self._session.document
        if document is None or document.raw is None:
            return
        if self.develop_window is not None:
            self.develop_window.deleteLater()
        path = document.path
        self.develop_window = DevelopWindow(document.raw, bool(document.edits), self._window)
        self.develop_window.chosen.connect(lambda raw: self._opening.open(path, raw))
        self.develop_window.show()

    # the machine

    def _examine(self) -> None:
        if self.machine_window is not None and not self._examining:
            self.machine_window.show_examining()
            self._examining = self._client.examine()

    def _on_examined(self, job: int, findings: list) -> None:
        if job == self._examining and self.machine_window is not None:
            self._examining = 0
            self.machine_window.show_findings(findings)

    def _on_failed(self, job: int, message: str, hint: str, _details: str) -> None:
        if job == self._examining and self.machine_window is not None:
            self._examining = 0
            self.machine_window.show_fault(f"{message} {hint}".strip())

    def _on_models(self) -> None:
        if self._models.name != self.preferences.engine:
            self._keep(replace(self.preferences, engine=self._models.name))
        self._show_models()

    def _show_models(self) -> None:
        if self.machine_window is not None and self.machine_window.isVisible():
            self.machine_window.show_models(self._client.bundles(), self._runs.busy)

    # preferences

    def _change(self, preferences: Preferences) -> None:
        engine = preferences.engine
        self._keep(preferences)
        self._wear()
        self._models.choose(engine)

    def _keep(self, preferences: Preferences) -> None:
        if preferences != self.preferences:
            self.preferences = preferences
            complaint = self._file.write(preferences)
            if complaint:
                self._bar.say(complaint, kind="warning")

    def _wear(self) -> None:
        self._look.wear(None if self.preferences.theme == "system" else self.preferences.theme)
        self._look.set_text_size(self.preferences.text_size)
        self._session.recorder.budget = self.preferences.disk_budget * 10**9

    # recent photos

    def _on_opened(self) -> None:
        document = self._session.document
        if document is not None:
            self.recent_photos.add(str(document.project or document.path))

    def _on_touched(self, touched: Touched) -> None:
        document = self._session.document
        if touched.photo and document is not None and document.edits:
            self.hints.take(3)

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        there = [path for path in map(Path, self.recent_photos.texts) if path.is_file()][:SHOWN]
        for path in there:
            action = menu.addAction(path.name.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(lambda _checked=False, path=path: self._opening.open(path))
        if there:
            menu.addSeparator()
            menu.addAction(self.tr("Forget These"), self.recent_photos.clear)
        else:
            menu.addAction(self.tr("Nothing yet")).setEnabled(False)
