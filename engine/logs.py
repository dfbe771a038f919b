"""The log that stays on the user's machine: faults, with file names at most, never a folder or a photo's content."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import platform
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

import platformdirs

SIZE, KEPT = 256_000, 2  # bytes of a log file, older ones kept
LONGEST = 500  # signs of one line: arrays and texts in a message are cut
RECENT = 80  # lines copied
FOLDERS = re.compile(r"""(?<![\w.])(?:~|[A-Za-z]:)?[/\\](?:[^/\\\n"']*[/\\])*""")


def log_folder() -> Path:
    """Where the logs lie: in the user's state folder."""
    return platformdirs.user_state_path("overtone", appauthor=False) / "log"


def without_folders(text: str) -> str:
    """``text`` with every path cut to its last name, and long lines cut."""
    return "\n".join(FOLDERS.sub("", line)[:LONGEST] for line in text.split("\n"))


@contextmanager
def keeping_log(name: str = "overtone", folder: Path | None = None) -> Iterator[None]:
    """Within it, warnings of every logger, faults of every thread and crashes in native code are kept in a file.

    Where the file cannot be written, nothing is logged and nothing else changes.

    Parameters
    ----------
    name
        Of the program.
    folder
        Other than :func:`log_folder`.
    """
    folder = folder or log_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = _Private(folder / f"{name}.log", maxBytes=SIZE, backupCount=KEPT, encoding="utf-8")
        crashes = _private(folder / f"{name}.crash", "a+")
    except OSError:
        yield
        return
    handler.setFormatter(_Short("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    root = logging.getLogger()
    root.addHandler(handler)
    _take_over(crashes)
    faulthandler.enable(crashes)
    hooks = sys.excepthook, threading.excepthook

    def fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, Exception):
            logging.getLogger("overtone").error("a fault", exc_info=(kind, error, trace))
        hooks[0](kind, error, trace)

    def fault_of_thread(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None and issubclass(told.exc_type, Exception):
            logging.getLogger("overtone").error("a fault", exc_info=(told.exc_type, told.exc_value, told.exc_traceback))
        hooks[1](told)

    sys.excepthook, threading.excepthook = fault, fault_of_thread
    try:
        yield
    except Exception:
        logging.getLogger("overtone").exception("a fault")
        raise
    finally:
        sys.excepthook, threading.excepthook = hooks
        faulthandler.disable()
        crashes.close()
        root.removeHandler(handler)
        handler.close()


def recent(name: str = "overtone", folder: Path | None = None) -> str:
    """What a user may copy into a report: versions of program and system, then the last lines of the log.

    Parameters
    ----------
    name, folder
        As :func:`keeping_log`.
    """
    try:
        number = version("overtone")
    except PackageNotFoundError:
        number = "unknown"
    head = f"Overtone {number}, Python {platform.python_version()}, {platform.platform(terse=True)}"
    try:
        lines = ((folder or log_folder()) / f"{name}.log").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    return "\n".join([head, *lines[-RECENT:]])


class _Short(logging.Formatter):
    """Cuts paths and long lines, in tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        return without_folders(super().format(record))


class _Private(logging.handlers.RotatingFileHandler):
    """A log that only its owner can read."""

    def _open(self) -> TextIOWrapper:
        return _private(Path(self.baseFilename), "a")


def _private(path: Path, mode: str) -> TextIOWrapper:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    return TextIOWrapper(os.fdopen(handle, f"{mode}b"), encoding="utf-8", errors="replace", write_through=True)


def _take_over(crashes: TextIOWrapper) -> None:
    """Bring what the last run wrote while it crashed into the log, cut as everything else."""
    crashes.seek(0)
    text = crashes.read().strip()
    if text:
        logging.getLogger("overtone").error("the last run crashed\n%s", text)
        crashes.truncate(0)
