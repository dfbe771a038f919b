"""Bar: the help and the empty window import no model library."""

from __future__ import annotations

import subprocess
import sys

from training.bars import Bar, Ground

HEAVY = ("torch", "diffusers", "transformers")
HELP = "from engine.cli import run; code = run(['--help'])"
WINDOW = """
from PySide6.QtWidgets import QApplication
from desktop_app.client.engine_remote import RemoteEngineClient
from desktop_app.window.main_window import MainWindow
from desktop_app.look.theme import Look
app = QApplication([])
window = MainWindow(Look(app, "dark"), RemoteEngineClient())
window.show()
app.processEvents()
"""


def heavy_imports(program: str) -> list[str]:
    """Which model libraries a Python program has imported by its end."""
    ending = f"import sys; print('HEAVY', *[name for name in {HEAVY} if name in sys.modules]); sys.stdout.flush()"
    ending += "\nimport os; os._exit(0)"
    done = subprocess.run([sys.executable, "-c", f"{program}\n{ending}"], capture_output=True, text=True, check=True)
    return done.stdout.rsplit("HEAVY", 1)[1].split()


def measure(_ground: Ground) -> list[Bar]:
    """Open both in processes of their own and look at what was imported."""
    bars = []
    for what, program in (("overtone --help", HELP), ("the empty window", WINDOW)):
        found = heavy_imports(program)
        figure = f"imports {', '.join(found)}" if found else "imports none"
        bars.append(Bar("must", f"light start: {what}", "no torch", figure, not found))
    return bars
