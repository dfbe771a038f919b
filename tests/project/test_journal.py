"""The journal: whatever moment a kill or a power cut comes, everything acknowledged is there."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from project_helpers import RecordingDisk, Seen, accept, inverted, paint, replayed, seen

from engine.errors import BadInput, MachineError
from engine.files import read_photo, write_photo
from engine.files.disk import Disk
from engine.project import edits as stack
from engine.project.document import Document
from engine.project.journal import Journal, snapshot
from engine.project.recovery import DAY, in_use, lost, resume, tidy
from engine.values import Box, Media, Plan


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "journals"


@pytest.fixture
def photo_file(tmp_path: Path, make_photo) -> Path:
    path = tmp_path / "lake.png"
    write_photo(make_photo(70, 90), path)
    return path


@pytest.fixture
def reference_file(tmp_path: Path, make_photo) -> Path:
    path = tmp_path / "boat.png"
    write_photo(make_photo(20, 20, seed=1), path)
    return path


def working(photo_file: Path, home: Path, disk: Disk | None = None) -> tuple[Document, Journal]:
    journal = Journal.fresh(home, disk)
    return Document(read_photo(photo_file), photo_file, store=journal.store), journal


def keep(document: Document, journal: Journal) -> Seen:
    """What the recorder does after a change."""
    kept = journal.keep(snapshot(document))
    document.written_patches(kept.boxes)
    return seen(document)


def session(document: Document, reference_file: Path) -> Iterator[None]:
    """A short session, change by change."""
    paint(document, 20, 20)
    yield
    document.add_references({reference_file: Media.image})
    document.note_written("put [ref#1] into the lake")
    document.note_planned(Plan("I will.", "a boat"))
    yield
    first = accept(
        document, inverted(document.photo, Box(5, 5, 40, 30)), "with [ref#1]", mask=document.mask.values.copy()
    )
    yield
    accept(document, inverted(document.photo, Box(30, 20, 80, 60)))
    yield
    document.set_edits("opacity", stack.with_opacity(document.edits, first, 0.5))
    paint(document, 50, 40)
    yield
    document.set_edits("delete edit", stack.without(document.edits, first))
    document.remove_reference(1)
    yield
    document.undo()
    document.undo()
    document.undo()
    yield


def test_what_was_kept_comes_back_exactly(photo_file, reference_file, home):
    document, journal = working(photo_file, home)
    for _ in session(document, reference_file):
        last = keep(document, journal)
    embeddings = document.edits[0].plan.embeddings
    journal.release()
    photo_file.unlink()
    reference_file.unlink()
    (found,) = lost(home)
    assert (found.name, found.edits, found.modified) == ("lake.png", 2, True)
    resumed = resume(found.folder)
    assert seen(resumed.document) == last
    assert not resumed.notes
    assert resumed.document.modified
    again = resumed.document.edits[0]
    assert again.plan.embeddings is not None
    assert embeddings is not None
    assert np.array_equal(again.plan.embeddings.gen, embeddings.gen)
    assert np.array_equal(again.plan.embeddings.subs[1], embeddings.subs[1])
    assert again.instruction.references[0].file.is_file()
    accept(resumed.document, inverted(resumed.document.photo, Box(0, 0, 9, 9)))
    goes_on = keep(resumed.document, resumed.journal)
    resumed.journal.release()
    assert seen(resume(found.folder).document) == goes_on


@pytest.mark.parametrize(("names", "data"), [("all", "all"), ("all", "synced"), ("synced", "synced")])
def test_every_prefix_of_the_writes_recovers_all_that_was_acknowledged(
    photo_file, reference_file, home, tmp_path, names, data
):
    disk = RecordingDisk()
    document, journal = working(photo_file, home, disk)
    acknowledged: list[tuple[int, Seen]] = []
    for _ in session(document, reference_file):
        acknowledged.append((0, seen(document)))
        keep(document, journal)
        acknowledged[-1] = (len(disk.operations), seen(document))
    journal.release()
    states = [state for _, state in acknowledged]
    for count in range(len(disk.operations) + 1):
        into = tmp_path / f"after {count}"
        replayed(disk.operations[:count], home, into, names, data)
        certain = sum(end <= count for end, _ in acknowledged)
        found = lost(into)
        assert len(found) == 1 or not certain, f"nothing to recover after operation {count}"
        for each in found:
            resumed = resume(each.folder)
            assert not resumed.notes
            assert seen(resumed.document) in states[max(certain - 1, 0) : certain + 1], f"after operation {count}"
            resumed.journal.release()


def test_a_journal_in_use_is_left_alone(photo_file, home):
    document, journal = working(photo_file, home)
    paint(document, 20, 20)
    keep(document, journal)
    assert in_use(journal.folder)
    assert not lost(home)
    with pytest.raises(BadInput, match="another window"):
        resume(journal.folder)
    journal.release()
    assert len(lost(home)) == 1


def test_a_killed_program_whose_helper_still_holds_the_lock_is_waited_for(photo_file, home):
    document, journal = working(photo_file, home)
    paint(document, 20, 20)
    keep(document, journal)
    letting_go = threading.Timer(0.1, journal.release)
    letting_go.start()
    assert len(lost(home)) == 1
    letting_go.join()


def test_discarding_removes_all_of_it(photo_file, home):
    document, journal = working(photo_file, home)
    accept(document, inverted(document.photo, Box(5, 5, 40, 30)))
    keep(document, journal)
    journal.discard()
    assert not list(home.iterdir())


def test_only_what_is_left_of_a_removal_is_tidied_away(photo_file, home):
    document, journal = working(photo_file, home)
    paint(document, 20, 20)
    keep(document, journal)
    journal.release()
    for name, age in (("half", 2 * DAY), ("new", 0)):
        (home / name / "patches").mkdir(parents=True)
        (home / name / "patches" / "a.patch").write_bytes(b"x")
        os.utime(home / name, (time.time() - age,) * 2)
    os.utime(journal.folder, (0, 0))
    tidy(home)
    assert sorted(each.name for each in home.iterdir()) == sorted([journal.folder.name, "new"])


def test_patches_that_nothing_can_bring_back_are_removed(photo_file, home):
    document, journal = working(photo_file, home)
    first = accept(document, inverted(document.photo, Box(5, 5, 40, 30)))
    keep(document, journal)
    document.undo()
    keep(document, journal)
    assert (journal.folder / "patches" / f"{first}.patch").exists()  # redo may want it
    second = accept(document, inverted(document.photo, Box(5, 5, 40, 30)))
    keep(document, journal)
    assert [path.stem for path in (journal.folder / "patches").iterdir()] == [second]
    journal.release()


def test_one_damaged_patch_does_not_take_the_others_along(photo_file, home):
    document, journal = working(photo_file, home)
    first = accept(document, inverted(document.photo, Box(5, 5, 40, 30)), "first")
    accept(document, inverted(document.photo, Box(45, 35, 80, 60)), "second")
    keep(document, journal)
    journal.release()
    path = journal.folder / "patches" / f"{first}.patch"
    data = bytearray(path.read_bytes())
    data[40] ^= 0xFF
    path.write_bytes(data)
    resumed = resume(journal.folder)
    assert [edit.instruction.text for edit in resumed.document.edits] == ["second"]
    assert resumed.notes == ("Edit 1 (“first”) is damaged and was left out.",)
    resumed.journal.release()


def test_a_full_disk_is_said_and_what_was_kept_stays(photo_file, home, monkeypatch):
    document, journal = working(photo_file, home)
    accept(document, inverted(document.photo, Box(5, 5, 40, 30)))
    kept = keep(document, journal)
    accept(document, inverted(document.photo, Box(45, 35, 80, 60)))
    latest = seen(document)

    def full(_disk: Disk, _handle: int, _data) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Disk, "write", full)
        with pytest.raises(MachineError, match="disk is full"):
            journal.keep(snapshot(document))
    journal.release()
    shutil.copytree(journal.folder, home / "copy")
    assert seen(resume(home / "copy").document) == kept
    document.undo()
    document.redo()
    assert seen(document) == latest  # from memory, packed
    journal.prepare()
    keep(document, journal)
    journal.release()
    assert seen(resume(journal.folder).document) == latest


def test_an_original_that_changed_meanwhile_is_kept_as_it_was_opened(photo_file, home, make_photo):
    document, journal = working(photo_file, home)
    document.opened -= 10
    write_photo(make_photo(70, 90, seed=5), photo_file)
    paint(document, 20, 20)
    kept = keep(document, journal)
    journal.release()
    assert seen(resume(journal.folder).document) == kept
