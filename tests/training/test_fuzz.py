"""The fuzzing itself: whole seeds are taken, inputs depend on their number alone, and what breaks is noticed."""

from __future__ import annotations

import time

import pytest

from engine.files.reading import reading_with
from engine.sandbox import Sandbox
from training.bars import fuzz
from training.fuzz import containers
from training.fuzz.feed import made
from training.fuzz.kinds import KINDS, Place


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.mark.parametrize("kind", KINDS)
def test_whole_seeds_are_taken_and_most_mutations_differ(kind, sandbox, tmp_path):
    seeds = KINDS[kind].seeds()
    (tmp_path / "home").mkdir()
    with reading_with(sandbox):
        for seed in seeds:
            path = tmp_path / f"input{seed.suffix}"
            path.write_bytes(seed.data)
            KINDS[kind].feed(path, Place(sandbox, tmp_path / "home"))
    inputs = [made(kind, number, seeds).data for number in range(40)]
    assert inputs == [made(kind, number, seeds).data for number in range(40)]
    assert len(set(inputs)) > 35
    assert sum(data in [seed.data for seed in seeds] for data in inputs) < 6


def test_containers_are_put_together_as_they_were():
    split = 0
    for kind in ("pictures", "sounds", "tensors"):
        for seed in KINDS[kind].seeds():
            splitter = containers.splitter(seed.data)
            if splitter is not None:
                container = splitter(seed.data)
                assert len(container.parts) > 1, seed.suffix
                assert container.join(list(container.parts)) == seed.data, seed.suffix
                split += 1
    assert split > 25


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs the bar over a few inputs of one kind, whose feeding a module of the test replaces."""

    def go(feed: str, kind: str = "plans", most: int = 12) -> tuple[fuzz.Found, list[str]]:
        (tmp_path / "faulty_feed.py").write_text(
            "import os, sys, time\n"
            "from dataclasses import replace\n"
            "from pathlib import Path\n"
            "from training.fuzz import feed, kinds\n"
            "count = 0\n"
            "def fed(path, place):\n"
            "    global count\n"
            "    count += 1\n"
            f"    {feed}\n"
            f"kinds.KINDS[{kind!r}] = replace(kinds.KINDS[{kind!r}], feed=fed)\n"
            "feed.main(sys.argv[1:])\n"
        )
        monkeypatch.setattr(fuzz, "FEED", "faulty_feed")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
        found = fuzz.Found()
        root = tmp_path / "top" / "root"
        root.mkdir(parents=True)
        first = 0
        while first < most:
            first = fuzz._run(root, kind, first, most, found)
        return found, fuzz._strangers(tmp_path / "top", root)

    return go


def test_a_crash_and_a_stray_file_are_noticed(run, capsys):
    found, strangers = run(
        "if count == 5: os.abort()\n    if count == 4: (path.parent.parent.parent / 'outside').write_text('x')",
        most=4,
    )
    assert found.crashes == [("plans", 2)]
    assert found.hangs == []
    assert strangers == ["outside"]


def test_refusals_and_endings_of_the_reader_are_told_apart(run):
    found, strangers = run(
        "from engine.errors import BadInput\n"
        "    if count % 3 == 0: raise BadInput('x made its reader fail and is refused.')\n"
        "    if count > 2 and count % 3 == 1: raise BadInput('no')"
    )
    assert (found.crashes, found.hangs, strangers) == ([], [], [])
    assert sorted(set(found.outcomes.values())) == ["ended", "refused", "taken"]
    assert len(found.outcomes) == 12
    assert found.memory > 10**7


def test_an_input_that_never_ends_is_a_hang(run, monkeypatch, capsys):
    monkeypatch.setattr(fuzz, "STUCK", 3.0)
    start = time.monotonic()
    found, _ = run("if count == 4: time.sleep(60)", most=3)
    assert found.hangs == [("plans", 1)]
    assert time.monotonic() - start < 25


def test_numbers_of_an_input_do_not_depend_on_the_others():
    seeds = KINDS["pictures"].seeds()
    assert made("pictures", 777, seeds) == made("pictures", 777, seeds)
    assert made("pictures", 777, seeds) != made("sounds", 777, seeds)
