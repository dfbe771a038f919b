"""Bar: the main job in a real window, on the xcb platform under a virtual X server, with the real starter."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from desktop_app.bars.driving import open_window, pause, told, until, wait
from engine.errors import MachineError
from training.bars import Bar, Ground

SCREEN = (2560, 1440)
SIZES = {"small": (1280, 800), "large": (2560, 1440)}
TASK = "put [ref#1] on the meadow and make it feel like [ref#2]"


def measure(ground: Ground) -> list[Bar]:
    """Drive the window from opening to saving, look at the saved file, and take its pictures."""
    out = ground.out / "window"
    out.mkdir(parents=True, exist_ok=True)
    shots: list[str] = []
    with display() as name:
        said = told(sys.modules[__name__], str(out), "job", platform="xcb", DISPLAY=name)
        for theme in ("dark", "light"):
            for size in SIZES:
                shots += told(sys.modules[__name__], str(out), "shots", theme, size, platform="xcb", DISPLAY=name)
        shots += told(sys.modules[__name__], str(out), "shots", "dark", "small", "200", platform="xcb", DISPLAY=name)
    faults = [fault for fault, found in said["faults"].items() if found]
    share = "{changed:.0%} changed by the picture, {toned:.0%} by the sound, {seconds:.0f} s".format_map(said)
    figure = "; ".join(faults) or f"{said['saved']}: {share}"
    return [
        Bar("must", "real window, xcb: open, paint, drop a picture and a sound, type, run, accept, save",
            "the saved file holds both edits; the first changed nothing outside its place", figure, not faults),
        Bar("must", "real window: screenshots, light and dark, 1280×800 and 2560×1440",
            "taken for review", f"{len(shots)} in {out}", len(shots) >= 4),
    ]  # fmt: skip


@contextmanager
def display() -> Iterator[str]:
    """A virtual X server of its own; gives the name of its display.

    Raises
    ------
    MachineError
        When there is no Xvfb.
    """
    program = shutil.which("Xvfb")
    if program is None:
        raise MachineError("There is no Xvfb on this machine.", "Run: sudo apt install xvfb")
    read, write = os.pipe()
    screen = f"{SCREEN[0]}x{SCREEN[1]}x24"
    command = [program, "-displayfd", str(write), "-screen", "0", screen, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            yield f":{numbers.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def job(out: Path) -> dict:
    """The main job; what went wrong, and what came of it."""
    import time

    from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
    from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QWidget

    from desktop_app.look.assets import resources
    from engine.files import read_photo
    from engine.values import Op

    samples = resources() / "samples"
    none, control = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
    left = Qt.MouseButton.LeftButton

    def drop(widget: QWidget, *files: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
        middle = widget.rect().center()
        QApplication.sendEvent(widget, QDragEnterEvent(middle, Qt.DropAction.CopyAction, data, left, none))
        QApplication.sendEvent(widget, QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, data, left, none))

    def place(x: float, y: float) -> QPoint:
        view = window.stage.canvas.view
        assert view is not None
        across, down = view.to_window(x, y)
        ratio = window.stage.canvas.devicePixelRatioF()
        return QPoint(round(across / ratio), round(down / ratio))

    saved = out / "saved.png"
    saved.unlink(missing_ok=True)
    begun = time.monotonic()
    with open_window() as window:
        faults = {"not on xcb": QGuiApplication.platformName() != "xcb"}
        wait(window.session.opened, lambda: drop(window.stage.welcome, samples / "meadow.jpg"))
        document = window.document
        assert document is not None
        original = document.photo
        canvas = window.stage.canvas
        wait(window.session.added, lambda: drop(window.side.pictures, samples / "dog.png"))
        wait(window.session.added, lambda: drop(window.side.sounds, samples / "slow-piano.ogg"))
        canvas.set_brush(diameter=260)
        QTest.mousePress(canvas, left, none, place(700, 900))
        for x in range(720, 1000, 20):
            QTest.mouseMove(canvas, place(x, 900))
        QTest.mouseRelease(canvas, left, none, place(1000, 900))
        mask = document.mask.values.copy()
        faults["nothing painted"] = not mask.any()
        box = window.side.instruction
        box.setFocus()

        def carry_out(before: str, number: int, after: str = "") -> np.ndarray:
            """Type an instruction about a reference, run it, and accept; the picture then."""
            box.selectAll()
            QTest.keyClicks(box, before)
            box.insert_marker(number)
            QTest.keyClicks(box, after)
            wait(window.runs.result, lambda: QTest.keyClick(box, Qt.Key.Key_Return, control))
            until(lambda: window.stage.result_bar.isVisible() and not window.runs.busy)
            pause(300)
            window.grab().save(str(out / f"result-{number}.png"))
            wait(window.session.touched, lambda: QTest.mouseClick(window.stage.result_bar.accept_button, left))
            return document.photo.pixels

        added = carry_out("add ", 1, " here")
        moved = carry_out("make it feel like ", 2)
        done = [[(each.op, each.ref) for each in edit.plan.operations] for edit in document.edits]
        faults["another plan was carried out"] = done != [[(Op.add, 1)], [(Op.mood, 2)]]
        wait(window.session.saved, lambda: window.session.save(saved))
        pause(200)
    written = read_photo(saved).pixels
    changed = (added != original.pixels).any(axis=2)
    toned = (moved != added).any(axis=2)
    faults |= {
        "nothing was added": not changed.any(),
        "pixels far from the mask changed": bool(changed[~_grown(mask > 0, 64)].any()),
        "the music changed little of the photo": float(toned.mean()) < 0.5,
        "the file is not what was shown": not np.array_equal(written, moved),
    }
    told_job = {"faults": faults, "saved": saved.name, "changed": float(changed.mean()), "toned": float(toned.mean())}
    return told_job | {"seconds": time.monotonic() - begun}


def _grown(mask: np.ndarray, pixels: int) -> np.ndarray:
    from scipy.ndimage import binary_dilation

    return binary_dilation(mask, iterations=pixels)


def shots(out: Path, theme: str, size: str, text_size: int = 100) -> list[str]:
    """Screenshots of the states that matter, with the real starter."""
    from desktop_app.look.assets import resources

    samples, names = resources() / "samples", []

    def shoot(what: str) -> None:
        pause(400)
        names.append(f"{theme}-{size}{'' if text_size == 100 else f'-{text_size}'}-{what}.png")
        window.grab().save(str(out / names[-1]))

    with open_window(theme=theme, text_size=text_size, size=SIZES[size]) as window:
        shoot("1-empty")
        wait(window.session.opened, lambda: window.open(samples / "meadow.jpg"))
        window.around.hints.begin()
        shoot("2-first")
        window.around.hints.hide()
        files = [samples / name for name in ("dog.png", "slow-piano.ogg", "castle.jpg", "water.flac")]
        wait(window.session.added, lambda: window.session.add_files(files))
        window.side.run_bar.variations.setValue(3)
        window.side.instruction.write(TASK)
        wait(window.runs.planned, window.run)
        shoot("3-running")
        until(lambda: not window.runs.busy)
        shoot("4-results")
        window.session.accept()
        window.side.run_bar.variations.setValue(1)
        window.side.expert.head.setChecked(True)
        shoot("5-accepted")
    return names


def main(out: str, what: str, theme: str = "", size: str = "", text_size: str = "100") -> None:
    """One of the two programs."""
    value = job(Path(out)) if what == "job" else shots(Path(out), theme, size, int(text_size))
    sys.stdout.write(json.dumps(value) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
