"""How far a run is and how long it still takes, learnt from the runs before it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.values import StepReport

ONCE = ("encode", "refine")  # an edit's plan was made before
EACH = ("ground", "draft", "decode", "restore", "composite")  # once for every operation
FIRST = (0.5, 0.2, 0.3, 2.0, 0.2, 0.2, 0.3)  # seconds of each, before anything is learnt
LEARNING = 0.5  # weight of the newest run
SURE = 0.15  # share from which the time left can be told
PATIENT = 1.5  # seconds from which it is worth telling


class Pace:
    """Follows one edit after the other."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = dict(zip((*ONCE, *EACH), FIRST, strict=True))
        self._begin(0.0, 1)

    def begin(self, now: float, variations: int = 1) -> None:
        """An edit begins at ``now``, in seconds of any clock."""
        self._begin(now, max(variations, 1))

    def stage(self, step: str, index: int, operations: int) -> float:
        """A step begins for operation ``index`` of ``operations``; the share done, 0 to 1."""
        if step in self._seconds:
            place = (index, (*ONCE, *EACH).index(step))
            if place < self._place and step in EACH:
                self._variation = min(self._variation + 1, self._variations)
            self._place, self._step = place, step
            self._index, self._operations = index, max(operations, 1)
        return self.step(0, 1)

    def step(self, done: int, total: int) -> float:
        """``done`` of ``total`` of the present step are done; the share done of the whole, never less than before."""
        if self._step:
            once, each = (sum(self._seconds[name] for name in group) for group in (ONCE, EACH))
            inside = self._seconds[self._step] * (done / total if total else 0)
            if self._step in ONCE:
                before = sum(self._seconds[name] for name in ONCE[: ONCE.index(self._step)])
            else:
                before = once + (self._index - 1) * each
                before += sum(self._seconds[name] for name in EACH[: EACH.index(self._step)])
            part = (before + inside) / (once + self._operations * each)
            self._share = max(self._share, min((self._variation - 1 + part) / self._variations, 1.0))
        return self._share

    def left(self, now: float) -> float | None:
        """Seconds still to go, when that can be told."""
        spent = now - self._begun
        if self._share < SURE or spent < PATIENT:
            return None
        return spent * (1 - self._share) / self._share

    def learn(self, steps: Mapping[str, StepReport], operations: int) -> None:
        """Take in how long the steps of a finished edit took; one that was skipped took no time."""
        for name, report in steps.items():
            if name in self._seconds:
                times = self._variations * (max(operations, 1) if name in EACH else 1)
                seconds = report.seconds / times if report.status == "done" else 0.0
                self._seconds[name] += LEARNING * (seconds - self._seconds[name])

    def _begin(self, now: float, variations: int) -> None:
        self._begun, self._variations, self._variation = now, variations, 1
        self._step, self._place, self._index, self._operations = "", (0, 0), 1, 1
        self._share = 0.0
