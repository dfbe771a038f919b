"""Bar: a fresh clone in an empty folder, the README's two commands."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from training.bars import Bar, Ground

AIM_SETUP = 300  # seconds
MOST_TEST = 600  # seconds


def measure(_ground: Ground) -> list[Bar]:
    """Clone the committed tree, run both commands without a display, look for what they promise."""
    root = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "overtone"
        subprocess.run(["git", "clone", "-q", root, clone], check=True)
        environment = {
            key: value
            for key, value in os.environ.items()
            if key not in ("DISPLAY", "WAYLAND_DISPLAY", "VIRTUAL_ENV", "PYTHONPATH", "QT_QPA_PLATFORM")
        }
        environment["OVERTONE_HOME"] = str(Path(folder) / "home")
        start_seconds, started = _run([sys.executable, "run.py"], clone, environment)
        sheets = list(clone.glob("overtone-demo*.png"))
        test_seconds, tested = _run([sys.executable, "run.py", "test"], clone, environment)
    shown = started == 0 and len(sheets) == 1
    return [
        Bar(
            "must",
            "fresh clone: python3 run.py",
            "ends in the demo's contact sheet",
            f"exit {started}, {len(sheets)} sheet",
            shown,
        ),
        Bar(
            "aim",
            "fresh clone: time to the sheet",
            f"≤ {AIM_SETUP} s",
            f"{start_seconds:.0f} s",
            start_seconds <= AIM_SETUP,
        ),
        Bar(
            "must",
            "fresh clone: python3 run.py test",
            f"passes in ≤ {MOST_TEST} s",
            f"exit {tested} in {test_seconds:.0f} s",
            tested == 0 and test_seconds <= MOST_TEST,
        ),
    ]


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, int]:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start, done.returncode
