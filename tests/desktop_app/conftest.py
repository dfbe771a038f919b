"""The fake engine behind the real client, a window over it, and fixtures that fail on what a test leaves behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QThread, QTimer, QtMsgType
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid
from window_helpers import FakeAudio, write_sound

from desktop_app.client.engine_host import ThreadHost
from desktop_app.client.engine_remote import RemoteEngineClient
from desktop_app.look.theme import Look
from desktop_app.window.main_window import MainWindow
from engine.errors import Cancelled, OvertoneError, RegionNotFound
from engine.files import write_photo
from engine.machine import Finding
from engine.picture import Photo
from engine.values import (
    Box,
    EditRequest,
    EditResult,
    Media,
    Op,
    Operation,
    Plan,
    PreviewEvent,
    Region,
    StageEvent,
    StepEvent,
    StepReport,
    ignore_event,
    never_cancel,
)

HARMLESS = (
    "This plugin does not support propagateSizeHints()",
    "This plugin does not support raise()",
    "This plugin does not support grabbing the keyboard",
)


class FakeEngine:
    """Answers like the engine, at once or when told to: inverts the photo where the mask is, or all of it."""

    def __init__(self, source: FakeSource) -> None:
        self.source = source

    def plan(self, request: EditRequest, on_event=ignore_event, cancel=never_cancel) -> Plan:
        source = self.source
        source.planned.append(request)
        source.threads.add(threading.current_thread().ident)
        on_event(StageEvent("encode"))
        on_event(StageEvent("plan"))
        source.wait(cancel)
        if source.error is not None:
            raise source.error
        if source.plan is not None:
            return source.plan
        text = request.instruction.text
        refs = [reference.number for reference in request.instruction.references]
        operations = (
            Operation(Op.replace, "boat", refs[0] if refs else None, target="" if refs else "swan"),
            Operation(Op.remove, "buoy", where="left of the pier"),
        )
        if request.history and text.startswith("a bit"):
            operations = request.history[-1].plan.operations
        elif "boat" not in text and not refs:
            operations = (Operation(Op.adjust, text),)  # another wish for every text
        return Plan("I will do that.", "a lake at dawn", "a lake", operations=operations, subs=tuple(refs[:1]))

    def edit(self, request: EditRequest, on_event=ignore_event, cancel=never_cancel) -> EditResult:
        source = self.source
        source.edited.append(request)
        assert request.photo is not None
        plan = request.plan or self.plan(request)
        for number, step in enumerate(("ground", "draft", "composite"), 1):
            on_event(StageEvent(step, 1, 1))
            on_event(StepEvent(number, 3))
        box = Box(0, 0, 8, 8)
        on_event(PreviewEvent(np.full((8, 8, 3), 255, np.uint8), box))
        source.wait(cancel)
        if source.error is not None:
            raise source.error
        pixels = request.photo.pixels.copy()
        if request.margins is not None and any(operation.op is Op.expand for operation in plan.operations):
            grown = request.margins
            sides = ((grown.top, grown.bottom), (grown.left, grown.right), (0, 0))
            pixels = np.pad(pixels, sides, mode="edge")
            report = {"composite": StepReport("done", 0.1)}
            return EditResult((request.photo.with_pixels(pixels),), plan, None, request.settings.seed, report)
        where = request.mask > 127 if request.mask is not None else np.ones(pixels.shape[:2], bool)
        pixels[where] = request.photo.white - pixels[where]
        if any(operation.op is Op.describe for operation in plan.operations):
            return EditResult((), plan, None, 0, {}, notes=("A lake.",))
        report = {"composite": StepReport("done", 0.1)}
        pictures = tuple(
            request.photo.with_pixels(pixels.copy())
            for _ in range(request.settings.variations if source.together else 1)
        )
        return EditResult(pictures, plan, box, request.settings.seed, report)

    def describe(self, file: Path) -> dict:
        self.source.described.append(file)
        if "strange" in file.name:
            raise OvertoneError(f"{file.name} cannot be described.")
        names = ((file.stem, 0.8), ("thing", 0.4), ("speck", 0.1))
        return {"kind": "picture", "labels": [{"name": name, "score": score} for name, score in names]}

    def select(self, photo: Photo, phrase: str) -> Region:
        self.source.selected.append(phrase)
        if phrase == "unicorn":
            raise RegionNotFound("There is no unicorn in the photo.", "Paint a mask where it should be.")
        mask = np.zeros((photo.height, photo.width), np.float32)
        if phrase == "background":
            mask[: photo.height // 2] = 1
        mask[100:200, 50:150] = 1
        return Region(mask, "words", 0.9)

    def select_at(self, photo: Photo, point: tuple[float, float]) -> Region:
        self.source.selected.append(point)
        if point[1] < 20:
            raise RegionNotFound("Nothing stands out there.", "Click the middle of a thing.")
        x, y = int(point[0]), int(point[1])
        mask = np.zeros((photo.height, photo.width), np.float32)
        mask[max(y - 10, 0) : y + 10, max(x - 10, 0) : x + 10] = 1
        return Region(mask, "words", 0.9)

    def search(self, words: str, file: Path | None, count: int) -> list[dict]:
        self.source.searched.append((words, file))
        shown = [path for path in self.source.library if words in path.stem]
        return [
            {"path": path, "name": path.stem, "shipped": False, "score": 0.9 - 0.1 * place}
            for place, path in enumerate(shown[:count])
        ]

    def index(self, folder: Path | None, keep: bool) -> dict[Path, int]:
        self.source.wait(never_cancel)
        if folder is not None and keep and not any(folder.iterdir()):
            raise OvertoneError(f"{folder.name} holds no pictures that Overtone reads.", "Name a folder with pictures.")
        if folder is not None and keep:
            self.source.folders[folder] = len(list(folder.iterdir()))
        elif folder is not None:
            del self.source.folders[folder]
        return dict(self.source.folders)


class FakeSource:
    """A source whose engine is the fake one; scripted by its attributes."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.error: OvertoneError | None = None
        self.plan: Plan | None = None
        self.absent = ""
        self.planned: list[EditRequest] = []
        self.edited: list[EditRequest] = []
        self.threads: set[int | None] = set()
        self.described: list[Path] = []
        self.selected: list[str | tuple[float, float]] = []
        self.searched: list[tuple[str, Path | None]] = []
        self.library: list[Path] = []
        self.folders: dict[Path, int] = {}
        self.together = False  # whether all variations come in one answer
        self.loads = 0
        self.able: frozenset[str] = frozenset()
        self.stops = 0

    def missing(self, _name: str) -> str:
        return self.absent

    def bundles(self) -> list[dict]:
        ready = {"name": "starter", "folder": "/models/starter", "state": "ready", "version": "1", "bytes": 159_000_000}
        return [ready | ({"state": "not assembled", "fix": self.absent} if self.absent else {})]

    def examine(self) -> list[Finding]:
        return [Finding("memory", "20 GiB"), Finding("device", "CPU", False, "Update the driver.", needed=False)]

    def engines(self) -> tuple[str, ...]:
        return ("starter",)

    def abilities(self, _name: str) -> frozenset[str]:
        return self.able

    def load(self, _name: str) -> FakeEngine:
        self.loads += 1
        return FakeEngine(self)

    def assemble(self, _name: str, on_progress: Callable[[str, float], None], cancel: Callable[[], bool]) -> None:
        on_progress("Fetching a wheel", 0.5)
        self.wait(cancel)
        self.absent = ""

    def wait(self, cancel: Callable[[], bool]) -> None:
        """Until the gate is open; 20 s at most, so that a broken test ends."""
        end = time.monotonic() + 20
        while not self.gate.wait(0.005) and time.monotonic() < end:
            if cancel():
                self.stops += 1
                raise Cancelled


class FakeDialogs:
    """Answers given beforehand."""

    def __init__(self) -> None:
        self.photo_path: Path | None = None
        self.reference_paths: list[Path] = []
        self.mask_path: Path | None = None
        self.save_path: Path | None = None
        self.export_paths: list[Path] = []
        self.folder_path: Path | None = None
        self.like_path: Path | None = None
        self.suggested: list[Path] = []
        self.answer = "discard"
        self.project_path: Path | None = None
        self.sizes: list[int] = []
        self.deleted: list[str] = []
        self.questions = 0
        self.named: list[str] = []
        self.waited: list[str] = []

    def photo(self) -> Path | None:
        return self.photo_path

    def references(self, _media: Media) -> list[Path]:
        return self.reference_paths

    def mask(self) -> Path | None:
        return self.mask_path

    def save_as(self, suggested: Path) -> Path | None:
        self.suggested.append(suggested)
        return self.save_path

    def export(self, suggested: Path) -> Path | None:
        self.suggested.append(suggested)
        return self.export_paths.pop(0) if self.export_paths else self.save_path

    def project(self, suggested: Path, size: int) -> Path | None:
        self.suggested.append(suggested)
        self.sizes.append(size)
        return self.project_path

    def delete_work(self, name: str) -> bool:
        self.deleted.append(name)
        return True

    def folder(self) -> Path | None:
        return self.folder_path

    def like(self) -> Path | None:
        return self.like_path

    def unsaved(self, name: str, offered):
        self.questions += 1
        self.named.append(name)
        assert self.answer in offered
        return self.answer

    def waiting(self, *, exporting: bool):
        self.waited.append("export" if exporting else "save")
        assert self.answer in ("accept", "save", "stay")
        return self.answer


@pytest.fixture(autouse=True)
def _nothing_left(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a running thread or timer, a visible window, or a Qt warning behind."""
    threads: list[QThread] = []
    timers: list[QTimer] = []
    start_thread, start_timer = QThread.start, QTimer.start

    def thread_started(self: QThread, *arguments) -> None:
        threads.append(self)
        start_thread(self, *arguments)

    def timer_started(self: QTimer, *arguments) -> None:
        timers.append(self)
        start_timer(self, *arguments)

    monkeypatch.setattr(QThread, "start", thread_started)
    monkeypatch.setattr(QTimer, "start", timer_started)
    qtlog = request.getfixturevalue("qtlog")
    yield
    app = QApplication.instance()
    if isinstance(app, QApplication):
        visible = [widget for widget in app.topLevelWidgets() if widget.isVisible()]
        for widget in visible:
            widget.close()
        assert not visible, f"left open: {visible}"
    assert not [thread for thread in threads if isValid(thread) and thread.isRunning()], "a thread still runs"
    ours = [thread.name for thread in threading.enumerate() if thread.name.startswith("overtone ")]
    assert not ours, f"threads still run: {ours}"
    assert not [timer for timer in timers if isValid(timer) and timer.isActive()], "a timer still runs"
    bad = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
    said = [record.message for record in qtlog.records if record.type in bad and record.message not in HARMLESS]
    assert not said, f"Qt warned: {said}"


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the editor remembers stays in the test."""
    monkeypatch.setattr("desktop_app.talk.recent.state_folder", lambda: tmp_path / "state")
    monkeypatch.setattr("desktop_app.window.around.state_folder", lambda: tmp_path / "state")
    monkeypatch.setattr("desktop_app.window.preferences.config_folder", lambda: tmp_path / "config")


@pytest.fixture(autouse=True)
def journals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the journals of this test's windows lie."""
    monkeypatch.setenv("OVERTONE_JOURNALS", str(tmp_path / "journals"))
    return tmp_path / "journals"


@pytest.fixture
def look(qapp) -> Look:
    return Look(qapp, "dark")


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


@pytest.fixture
def dialogs() -> FakeDialogs:
    return FakeDialogs()


@pytest.fixture
def audio() -> FakeAudio:
    return FakeAudio()


@pytest.fixture
def make_window(qtbot, look, source, dialogs, audio) -> Iterator[Callable[[], MainWindow]]:
    """Makes windows with the fake engine behind the real client, and closes them."""
    windows: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(look, RemoteEngineClient(ThreadHost(source)), dialogs, audio)
        windows.append(window)
        with qtbot.waitExposed(window):
            window.show()
        return window

    yield make
    source.gate.set()
    dialogs.answer = "discard"
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(make_window) -> MainWindow:
    """A window, shown."""
    return make_window()


@pytest.fixture
def photo_file(tmp_path: Path, make_photo) -> Path:
    path = tmp_path / "lake.png"
    write_photo(make_photo(300, 400), path)
    return path


@pytest.fixture
def open_window(window: MainWindow, photo_file: Path, qtbot) -> MainWindow:
    """The window with a photo of 400 x 300 pixels open."""
    with qtbot.waitSignal(window.session.opened):
        window.open(photo_file)
    return window


@pytest.fixture
def sound_file(tmp_path: Path) -> Path:
    path = tmp_path / "bark.wav"
    write_sound(path)
    return path


@pytest.fixture
def small_photo() -> Photo:
    return Photo(np.arange(30 * 40 * 3, dtype=np.uint32).astype(np.uint8).reshape(30, 40, 3))
