"""Real kills, a few of them; and that the look afterwards would see a loss."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.bars.kill import found_wrong, killed, prepare
from training.bars.killed import PROJECT, Worker


def test_three_kills_lose_nothing(tmp_path: Path):
    faults, kept = killed(tmp_path, 3)
    assert not faults
    assert kept


@pytest.fixture
def worked(tmp_path: Path) -> Path:
    """What a program leaves that was killed after it had accepted and saved."""
    prepare(tmp_path)
    worker = Worker(tmp_path, 3)
    while not worker.document.edits or not (tmp_path / PROJECT).exists():
        worker.step()
    worker.keep()
    worker.journal.release()
    return tmp_path


def test_a_lost_journal_is_seen(worked: Path):
    assert not found_wrong(worked)
    (folder,) = (worked / "journals").iterdir()
    (folder / "project.json").unlink()
    assert found_wrong(worked) == ["0 journals to recover"]


def test_a_lost_edit_is_seen(worked: Path):
    (folder,) = (worked / "journals").iterdir()
    next((folder / "patches").iterdir()).unlink()
    assert len(found_wrong(worked)) == 1


def test_a_cut_project_is_seen(worked: Path):
    (worked / PROJECT).write_bytes((worked / PROJECT).read_bytes()[:-100])
    assert "does not open" in found_wrong(worked)[0]
