"""What the programs stand in: files are decoded elsewhere, faults are logged, and all of it ends with them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from engine.files import photos, reading, write_photo

PROGRAM = """
import sys
from pathlib import Path
from engine import cli
from engine.files import read_photo
import engine.files.photos

def command(arguments):
    engine.files.photos.read_photo = None  # whoever decodes, it is not this process
    print(read_photo(Path(arguments[0])).width)
    raise ValueError("unforeseen: " + arguments[0])

cli.run = command
cli.main()
"""


def test_the_command_decodes_in_a_process_of_its_own_and_logs_its_faults(make_photo, tmp_path):
    write_photo(make_photo(), tmp_path / "a.png")
    state = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "a.png")],
        capture_output=True,
        text=True,
        env=state,
        check=False,
        timeout=60,
    )
    assert done.stdout.strip() == "128"
    assert done.returncode == 1
    (log,) = (tmp_path / "state").rglob("overtone.log") if sys.platform == "linux" else tmp_path.rglob("overtone.log")
    assert "ValueError: unforeseen: a.png" in log.read_text()
    assert str(tmp_path) not in log.read_text()


def test_the_editor_stands_in_it_too(monkeypatch, tmp_path):
    from desktop_app import __main__ as editor

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    readers: list[int] = []
    monkeypatch.setattr(editor, "open_editor", lambda _photo: readers.append(len(reading._readers)) or 0)
    assert editor.main([]) == 0
    assert readers == [1]
    assert reading._readers == []


def test_the_editor_has_the_reader_ready_before_a_photo_is_opened(monkeypatch):
    calls: list[str] = []

    class Reader:
        def start(self) -> None:
            calls.append("start")

    with reading.reading_with(Reader()):  # type: ignore[arg-type]
        reading.prepare_reading()
    assert calls == ["start"]
    reading.prepare_reading()
    assert calls == ["start"]


def test_without_a_reader_files_are_decoded_in_place(make_photo, tmp_path, monkeypatch):
    write_photo(make_photo(), tmp_path / "a.png")
    monkeypatch.setattr(photos, "read_photo", lambda path, _raw: path.name)
    assert reading.read_photo(tmp_path / "a.png") == "a.png"


@pytest.mark.parametrize("count", [1, 2])
def test_the_innermost_reader_is_asked_and_forgotten_afterwards(count):
    class Reader:
        def __init__(self, name: str) -> None:
            self.name = name

        def sound(self, _path: object) -> str:
            return self.name

    with reading.reading_with(Reader("outer")):  # type: ignore[arg-type]
        if count == 2:
            with reading.reading_with(Reader("inner")):  # type: ignore[arg-type]
                assert reading.read_sound(None) == "inner"  # type: ignore[arg-type]
        assert reading.read_sound(None) == "outer"  # type: ignore[arg-type]
