"""What every program of Overtone (command, editor, a process of its own for the engine) stands in while it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from engine.files.reading import reading_with
from engine.logs import keeping_log
from engine.sandbox import Sandbox


@contextmanager
def entered(name: str = "overtone") -> Iterator[None]:
    """Within it a log is kept under ``name``, and files are decoded in a sandbox that is closed at the end."""
    # Waiting threads sleep instead of spinning: on a busy machine spinning made a run many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with keeping_log(name), Sandbox() as sandbox, reading_with(sandbox):
        yield
