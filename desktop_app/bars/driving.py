"""What the bars' programs share: a window of its own, waiting for its signals, and a place that leaves no traces."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.client.engine_host import Host
from desktop_app.client.engine_remote import RemoteEngineClient
from desktop_app.look.theme import Look
from desktop_app.window.main_window import MainWindow
from desktop_app.window.preferences import Preferences, PreferencesFile

PATIENCE = 90_000  # milliseconds until a signal counts as missing


def told(module: ModuleType, *arguments: str, platform: str = "offscreen", **variables: str) -> Any:
    """What a module's program prints as JSON in its last line; it has preferences, state and journals of its own.

    Raises
    ------
    subprocess.CalledProcessError
        When it fails.
    """
    with tempfile.TemporaryDirectory(prefix="overtone-bars-") as name:
        done = subprocess.run(
            [sys.executable, "-m", module.__name__, *arguments],
            env={**os.environ, **places(Path(name)), "QT_QPA_PLATFORM": platform, **variables},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return json.loads(done.stdout.splitlines()[-1])


def places(folder: Path) -> Mapping[str, str]:
    """Environment variables that keep everything the editor writes for itself in ``folder``."""
    return {
        "OVERTONE_JOURNALS": str(folder / "journals"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
        "OMP_WAIT_POLICY": "PASSIVE",
    }


@contextmanager
def open_window(
    host: Host | None = None, theme: str | None = "dark", text_size: int = 100, size: tuple[int, int] = (1280, 800)
) -> Iterator[MainWindow]:
    """A window that is shown, then closed without a question."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    look = Look(app, theme)
    PreferencesFile().write(Preferences(theme or "system", text_size=text_size, hints=False))  # pyright: ignore[reportArgumentType]
    window = MainWindow(look, RemoteEngineClient(host))
    window.resize(*size)
    window.show()
    pause(100)
    try:
        yield window
    finally:
        window.runs.cancel_all()
        if window.document is not None:
            window.document.pending = None
            window.session.recorder.let_go()
        window.close_now()


def pause(milliseconds: int) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait(signal: Any, act: Callable[[], object] | None = None) -> tuple[Any, ...]:
    """Do ``act``, wait until ``signal`` comes and give its arguments.

    Raises
    ------
    TimeoutError
        When it does not come.
    """
    loop, came = QEventLoop(), []

    def take(*arguments: Any) -> None:
        came.append(arguments)
        loop.quit()

    signal.connect(take)
    timer = QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(loop.quit)
    timer.start(PATIENCE)
    if act is not None:
        act()
    if not came:
        loop.exec()
    signal.disconnect(take)
    if not came:
        raise TimeoutError(f"no {signal} within {PATIENCE // 1000} s")
    return came[0]


def until(true: Callable[[], bool]) -> None:
    """Let the window live until something is so; TimeoutError when it does not become so."""
    for _ in range(PATIENCE // 5):
        if true():
            return
        pause(5)
    raise TimeoutError("it never became so")
