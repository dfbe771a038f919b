"""The log: faults are in it, folders and long contents are not, and nobody else can read it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine import logs
from engine.logs import keeping_log, recent, without_folders


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("cannot open /home/ada/My Photos/lake.jpg.", "cannot open lake.jpg."),
        ("[Errno 2] No such file: '/home/ada/My Photos/lake 1.jpg'", "[Errno 2] No such file: 'lake 1.jpg'"),
        (r"C:\Users\Ada\My Photos\lake.jpg is cut", "lake.jpg is cut"),
        ("~/photos/lake.jpg", "lake.jpg"),
        ('  File "/usr/lib/python3/engine/cli.py", line 3, in run', '  File "cli.py", line 3, in run'),
        ("read and/or write 3 files", "read and/or write 3 files"),
        ("x" * 10_000, "x" * logs.LONGEST),
    ],
)
def test_paths_are_cut_to_names(text, left):
    assert without_folders(text) == left


def test_warnings_faults_and_threads_are_kept_without_folders(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(threading, "excepthook", lambda _told: None)

    def fail() -> None:
        raise ValueError("in the thread")

    def work() -> None:
        logging.getLogger("engine.x").warning("the reader ended over %s", "/home/ada/secret/lake.jpg")
        logging.getLogger("engine.x").info("not kept")
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        raise OSError("gone: '/home/ada/secret/sea.jpg'")

    with pytest.raises(OSError, match="gone"), keeping_log("test", tmp_path / "log"):
        work()
    text = (tmp_path / "log" / "test.log").read_text()
    assert "WARNING engine.x: the reader ended over lake.jpg" in text
    assert "ValueError: in the thread" in text
    assert "OSError: gone: 'sea.jpg'" in text
    assert "not kept" not in text
    assert "secret" not in text
    assert str(Path(__file__).parent) not in text
    assert capsys.readouterr().err == ""
    copied = recent("test", tmp_path / "log")
    assert copied.startswith("Overtone ")
    assert copied.endswith("OSError: gone: 'sea.jpg'")


def test_nothing_is_left_switched_on(tmp_path):
    before = (sys.excepthook, threading.excepthook, list(logging.getLogger().handlers))
    with keeping_log("test", tmp_path):
        assert sys.excepthook is not before[0]
    assert (sys.excepthook, threading.excepthook, list(logging.getLogger().handlers)) == before


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
def test_only_its_owner_can_read_it(tmp_path):
    with keeping_log("test", tmp_path / "log"):
        logging.getLogger().warning("x" * 400)
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "log").iterdir()} == {0o600}


def test_it_stays_small(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "SIZE", 2_000)
    with keeping_log("test", tmp_path):
        for number in range(200):
            logging.getLogger().warning("%d %s", number, "x" * 100)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 8_000
    assert "199 x" in recent("test", tmp_path)


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path):
    (tmp_path / "log").write_text("a file")
    with keeping_log("test", tmp_path / "log"):
        pass
    assert "\n" not in recent("test", tmp_path / "log")


def test_a_crash_of_the_last_run_is_in_the_log(tmp_path):
    program = f"""
import ctypes
from pathlib import Path
from engine.logs import keeping_log
with keeping_log("test", Path({str(tmp_path)!r})):
    ctypes.string_at(0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode not in (0, 1)
    with keeping_log("test", tmp_path):
        pass
    text = recent("test", tmp_path)
    assert "the last run crashed" in text
    assert "string_at" in text
    assert (tmp_path / "test.crash").read_text() == ""
