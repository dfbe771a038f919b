"""Bars: a cancel is acknowledged at once, and many at random moments leave document, queue and engine as they were."""

from __future__ import annotations

import json
import random
import sys
import time

import numpy as np

from desktop_app.bars.driving import open_window, pause, told, until, wait
from training.bars import Bar, Ground

TIMES = 50
LONGEST = 2.0  # seconds before a change of mind
ACKNOWLEDGED = 100.0  # milliseconds
WISHES = ("make the sky bluer", "add [ref#1]", "remove the tree", "make it feel like [ref#2]")


def measure(_ground: Ground) -> list[Bar]:
    """Change one's mind about edits of the real starter, again and again."""
    said = told(sys.modules[__name__], str(TIMES))
    worst = max(said["milliseconds"])
    good = said["consistent"] == TIMES and said["same"]
    figure = f"{said['consistent']} of {TIMES} consistent, {said['killed']} processes ended"
    figure += f"; the edit after them {'equals' if said['same'] else 'differs from'} the one before"
    return [
        Bar("must", "cancel", f"acknowledged within {ACKNOWLEDGED:.0f} ms", f"{worst:.1f} ms at most of {TIMES}",
            worst <= ACKNOWLEDGED),
        Bar("must", f"cancel: {TIMES} at random moments", "document and queue consistent; the next edit is as ever",
            figure, good),
    ]  # fmt: skip


def main(times: int) -> None:
    """Edit once, cancel many times with the Escape key, edit again, and tell what was found."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from desktop_app.look.assets import resources

    samples, numbers = resources() / "samples", random.Random(0)
    milliseconds: list[float] = []
    consistent = 0
    with open_window() as window:
        runs = window.runs
        wait(window.session.opened, lambda: window.open(samples / "meadow.jpg"))
        files = [samples / "dog.png", samples / "slow-piano.ogg"]
        wait(window.session.added, lambda: window.session.add_files(files))
        document = window.document
        assert document is not None

        def edited() -> np.ndarray:
            window.side.expert.reset()
            window.side.instruction.write(WISHES[0])
            (pending,) = wait(runs.result, window.run)
            pixels = pending.photo.pixels
            window.stage.discard()
            until(lambda: not runs.busy)
            return pixels

        edited()  # the models are loaded by the first edit
        start = time.monotonic()
        before = edited()
        took = time.monotonic() - start
        channel, killed = window._client._channel, 0  # pyright: ignore[reportAttributeAccessIssue]
        photo, edits = document.photo, document.edits
        for _ in range(times):
            wishes = numbers.sample(WISHES, 3)
            for wish in wishes:
                window.side.instruction.write(wish)
                QTest.keyClick(window.side.instruction, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            going = runs.current
            assert going is not None
            dropped, kept = (run.number for run in runs.waiting)
            runs.cancel(dropped)  # one that waits: what runs goes on, the other stays
            right = runs.current is going and [run.number for run in runs.waiting] == [kept]
            pause(round(numbers.random() * min(took, LONGEST) * 1000))
            if runs.busy:
                begun = time.perf_counter()
                now = runs.current
                wait(runs.cancelled, lambda: QTest.keyClick(window.side.instruction, Qt.Key.Key_Escape))
                milliseconds.append(1000 * (time.perf_counter() - begun))
                right = right and runs.current is not now
            runs.cancel_all()
            pause(20)
            if document.pending is not None:
                window.stage.discard()
            right = right and not runs.busy and not runs.waiting and runs.state.value == "idle"
            right = right and document.photo is photo and document.edits is edits and document.pending is None
            consistent += right
            if window._client._channel is not channel:  # pyright: ignore[reportAttributeAccessIssue]
                channel, killed = window._client._channel, killed + 1  # pyright: ignore[reportAttributeAccessIssue]
        for each in window.results.items:
            window.results.reject(each)
        same = bool(np.array_equal(before, edited()))
    found = {"milliseconds": milliseconds, "consistent": consistent, "killed": killed, "same": same}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
