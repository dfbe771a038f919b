"""Bars: the editor starts without a model library, and can be used soon after."""

from __future__ import annotations

import json
import os
import statistics
import sys
import time

from desktop_app.bars.driving import told
from training.bars import Bar, Ground

HEAVY = ("torch", "diffusers", "transformers")
BEGUN = "OVERTONE_BEGUN"  # environment variable with the time at which the program was started
USABLE = 1.5  # seconds
TIMES = 5


def measure(_ground: Ground) -> list[Bar]:
    """Start the editor several times, each in a process of its own, and type into it as soon as it is shown."""
    module = sys.modules[__name__]
    runs = [told(module, **{BEGUN: repr(time.time())}) for _ in range(TIMES)]
    heavy = sorted({name for run in runs for name in run["heavy"]})
    seconds = [run["seconds"] for run in runs]
    first, middle = seconds[0], statistics.median(seconds)
    return [
        Bar("must", "light start", "no torch, diffusers or transformers", ", ".join(heavy) or "none", not heavy),
        Bar(
            "aim",
            "start: from the command to the first letter typed",
            f"{USABLE} s at most",
            f"{first:.2f} s the first time, {middle:.2f} s in the middle of {TIMES}",
            max(first, middle) <= USABLE,
        ),
    ]


def main() -> None:
    """Open the window as the program does, type a letter, and tell how long that took since the start."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from desktop_app.client.engine_remote import RemoteEngineClient
    from desktop_app.look.theme import Look
    from desktop_app.window.main_window import MainWindow

    app = QApplication([])
    window = MainWindow(Look(app), RemoteEngineClient())
    window.show()
    QTest.qWaitForWindowExposed(window)
    window.side.instruction.setFocus()
    QTest.keyClicks(window.side.instruction, "a")
    window.grab()  # what was typed has been drawn
    seconds = time.time() - float(os.environ[BEGUN])
    assert window.side.instruction.text == "a"
    sys.stdout.write(json.dumps({"seconds": seconds, "heavy": [name for name in HEAVY if name in sys.modules]}) + "\n")
    window.close_now()


if __name__ == "__main__":
    main()
