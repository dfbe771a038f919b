"""Starting the editor: the application, its look, the engine's client and the window."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop_app import translations
from desktop_app.client.engine_remote import RemoteEngineClient
from desktop_app.look.theme import Look, icon
from desktop_app.window.main_window import MainWindow
from desktop_app.window.preferences import PreferencesFile
from engine.files.reading import prepare_reading


def paint_at_once() -> None:
    """Let Qt paint as soon as all events that wait are handled, where it would idle 5 ms more; before the application.

    A third of a frame counts when a photo is dragged.
    """
    os.environ.setdefault("QT_QPA_UPDATE_IDLE_TIME", "0")


def run(photo: Path | None = None) -> int:
    """Open the window, with a photo if one is named, and return when it is closed.

    Returns
    -------
    The exit code of the application.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        paint_at_once()
        app = QApplication(sys.argv[:1])
    app.setApplicationName("overtone")
    app.setApplicationDisplayName("Overtone")
    app.setDesktopFileName("overtone")
    preferences = PreferencesFile()
    translations.install(app, preferences.read()[0].language)
    look = Look(app)
    app.setWindowIcon(icon("overtone", look.theme, "accent_text", 64))
    window = MainWindow(look, RemoteEngineClient(), preferences=preferences)
    window.show()
    prepare_reading()
    if photo is not None:
        window.open(photo)
    else:
        window.around.begin()
    return app.exec()
