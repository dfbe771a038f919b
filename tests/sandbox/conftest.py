"""Fixtures that fail on what a test leaves behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.sandbox import Limits, Sandbox


def children() -> set[str]:
    return {pid for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()}


def own_threads() -> set[threading.Thread]:
    """Without those that libraries start past Python, which show up as dummies once they have called it."""
    return {each for each in threading.enumerate() if not isinstance(each, threading._DummyThread)}


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    before, threads = children(), own_threads()
    yield
    assert children() == before, "a process still runs"
    assert own_threads() == threads, "a thread still runs"


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox whose process obeys the text in the file."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=":")
    with Sandbox(Limits(memory=3 << 30, seconds=1.0), "misbehaving") as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def real() -> Iterator[Sandbox]:
    """The real one, for tests that leave its process whole."""
    with Sandbox() as sandbox:
        sandbox.start()
        yield sandbox
