"""A program for the memory bar: the window on a large photo, many accepted edits; prints its memory as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.bars import fake
from desktop_app.bars.driving import until
from desktop_app.client.engine_host import ProcessHost
from desktop_app.client.engine_remote import RemoteEngineClient
from desktop_app.look.theme import Look
from desktop_app.window.main_window import MainWindow
from desktop_app.work.document import Document, Touched

SAMPLING = 40  # milliseconds


def resident() -> int:
    """Bytes of memory that this process holds now."""
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * 4096


class Meter:
    """The most memory seen since it was last asked."""

    def __init__(self) -> None:
        self._most = 0
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(SAMPLING)

    def _look(self) -> None:
        self._most = max(self._most, resident())

    def most(self) -> int:
        """Bytes."""
        self._look()
        most, self._most = self._most, 0
        return most


def edit(window: MainWindow, number: int) -> float:
    """Paint a stroke, write, run, look, accept; until all of it lies on the disk and on the screen.

    Returns
    -------
    Seconds from accepting until the result lay on the disk.
    """
    document = window.document
    assert document is not None
    place = np.random.default_rng(number).random(2) * (document.photo.width, document.photo.height)
    document.mask.begin()
    document.mask.line(tuple(place), tuple(place + 400), 250, erase=False)
    document.painted(document.mask.end())
    window.session.touched.emit(Touched(document.mask.whole))
    window.side.instruction.setPlainText(f"fill place {number}")
    window.run()
    until(lambda: document.pending is not None and _on_screen(window, document))
    begin = time.monotonic()
    window.session.accept()
    until(lambda: len(document.edits) == number and window.session.recorder.idle)
    seconds = time.monotonic() - begin
    until(lambda: _on_screen(window, document))
    return seconds


def _on_screen(window: MainWindow, document: Document) -> bool:
    shown = document.pending.photo if document.pending is not None else document.photo
    return window.session.pyramid(shown) is not None and not window._background.busy


def main(path: Path, first: int, last: int) -> None:
    """Measure after ``first`` accepted edits and after ``last``."""
    app = QApplication([])
    client = RemoteEngineClient(ProcessHost(f"{fake.Source.__module__}:{fake.Source.__qualname__}"))
    window = MainWindow(Look(app, "dark"), client)
    window.resize(1920, 1080)
    window.show()
    meter = Meter()
    window.open(path)
    until(lambda: window.document is not None)
    document = window.document
    assert document is not None
    seconds = [edit(window, number) for number in range(1, first + 1)]
    told = {"most": meter.most(), "first": resident()}
    seconds += [edit(window, number) for number in range(first + 1, last + 1)]
    told |= {"milliseconds": round(1000 * max(seconds))}
    told |= {"last": resident(), "most of all": meter.most(), "disk": window.session.recorder.size}
    window.session.undo()
    until(lambda: len(document.edits) == last - 1)
    print(json.dumps(told))  # noqa: T201
    window.session.recorder.let_go()
    document.saved(document.photo, path)
    window.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
