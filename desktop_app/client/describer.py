"""Asks what the encoder sees or hears in every reference, one after the other, when the engine has nothing to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.client.questions import Questions
from desktop_app.runs.run import State
from desktop_app.runs.runs import Runs
from desktop_app.work.session import Session

MOST = 3  # labels of a file
LEAST = 0.3  # of the best label's score


def labels_of(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The names worth showing, best first, of what ``overtone describe`` prints."""
    labels = answer.get("labels", [])
    best = max((label["score"] for label in labels), default=0.0)
    return tuple(label["name"] for label in labels if label["score"] >= LEAST * best)[:MOST]


class Describer(QObject):
    """Keeps the labels of the session's references.

    Attributes
    ----------
    changed
        There are new labels.
    labels
        By file.
    """

    changed = Signal()

    def __init__(
        self, session: Session, questions: Questions, runs: Runs, engine: Callable[[], str], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._questions = questions
        self._runs = runs
        self._engine = engine
        self._asked: set[Path] = set()
        self._waiting = 0
        self.labels: dict[Path, tuple[str, ...]] = {}
        session.references_changed.connect(self.ask)
        runs.state_changed.connect(self._on_state)

    def ask(self) -> None:
        """Ask about the next reference that nothing is known of, unless the engine is at work."""
        if self._waiting or self._runs.busy:
            return
        path = next((item.path for item in self._session.references if item.path not in self._asked), None)
        if path is None or self._questions.missing(self._engine()):
            return
        self._asked.add(path)

        def done(answer: Mapping[str, Any]) -> None:
            self.labels[path] = labels_of(answer)
            self.changed.emit()
            go_on()

        def go_on(_error: object = None) -> None:  # a file that cannot be described has no labels, that is all
            self._waiting = 0
            self.ask()

        self._waiting = self._questions.describe(path, self._engine(), done, go_on)

    def _on_state(self, state: State) -> None:
        if state is State.idle:
            self.ask()
