"""Bar: kill -9 at random points of open, paint, edit, accept, save, migrate; nothing accepted is lost."""

from __future__ import annotations

import hashlib
import io
import json
import multiprocessing
import random
import shutil
import tempfile
import time
import zipfile
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np

from engine.errors import OvertoneError
from engine.files import read_photo, write_photo
from engine.picture import Photo
from engine.project.patches import write_patch
from engine.project.project_file import open_project
from engine.project.recovery import lost, resume
from training.bars import Bar, Ground
from training.bars.killed import EXPORT, LOG, OLD, PHOTO, PROJECT, REFERENCE, SIZE, digest, live, picture_digest

KILLS = 200
LONGEST = 1.6  # seconds that a program works at most; its first half second goes into opening


def measure(_ground: Ground) -> list[Bar]:
    """Start a program that works, kill it, see what is there, and let the next one go on from it."""
    with tempfile.TemporaryDirectory(prefix="overtone-kill-") as name:
        faults, worked = killed(Path(name), KILLS)
    for fault in faults[:10]:
        print(fault)
    return [
        Bar(
            "must",
            f"kill: {KILLS} kills at random points of open, paint, edit, accept, save, migrate",
            "nothing accepted lost, every recovery opens",
            f"{KILLS - len(faults)} of {KILLS} whole; {worked} states kept on the way",
            not faults and worked > KILLS,
        )
    ]


def killed(ground: Path, times: int) -> tuple[list[str], int]:
    """What was wrong after each of so many kills, and how many states the journal took in all."""
    prepare(ground)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["training.bars.killed", "pydantic", "zstandard"])
    moments = random.Random(1)
    faults = []
    for number in range(times):
        process = context.Process(target=live, args=(str(ground), number))
        process.start()
        _wait_for_work(ground, process, number)
        time.sleep(moments.random() * LONGEST)
        if not process.is_alive():
            faults.append(f"kill {number}: the program had ended by itself")
        process.kill()
        process.join()
        faults += [f"kill {number}: {fault}" for fault in found_wrong(ground)]
    lines = (ground / LOG).read_text().splitlines()
    return faults, lines.count("have")


def _wait_for_work(ground: Path, process: BaseProcess, number: int) -> None:
    """Until the program of that number has begun, so that the kill hits its work and not Python's start."""
    log = ground / LOG
    while process.is_alive() and not (log.exists() and f"begun {number}\n" in log.read_text()):
        time.sleep(0.01)


def prepare(ground: Path) -> None:
    """A photo, a reference, and a project of version 0 to be migrated."""
    numbers = np.random.default_rng(0)
    coarse = numbers.integers(0, 65536, (SIZE[1] // 16, SIZE[0] // 16, 3), np.uint16)
    photo = Photo(np.ascontiguousarray(coarse.repeat(16, 0).repeat(16, 1)))
    write_photo(photo, ground / PHOTO)
    write_photo(Photo(np.ascontiguousarray(photo.pixels[:64, :64])), ground / REFERENCE)
    after = photo.pixels.copy()
    after[50:200, 60:300] //= 2
    patch = io.BytesIO()
    box = write_patch(patch, after, photo.pixels)
    assert box is not None
    data = (ground / PHOTO).read_bytes()
    original = {"member": "original/photo.png", "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    step = {
        "key": "a" * 32,
        "text": "darker",
        "prompt": "dusk",
        "seed": 1,
        "hidden": False,
        "masked": False,
        **vars(box),
    }
    described = {"photo": {**original, "path": str(ground / PHOTO)}, "references": [], "edits": [step]}
    with zipfile.ZipFile(ground / OLD, "w") as archive:
        archive.writestr("original/photo.png", data)
        archive.writestr(f"patches/{step['key']}.patch", patch.getvalue())
        archive.writestr("project.json", json.dumps(described))


def found_wrong(ground: Path) -> list[str]:
    """What is lost or does not open, after a kill, by what the program's log says."""
    events = [line.split() for line in (ground / LOG).read_text().splitlines()]
    faults: list[str] = []
    have, want, dropping = _journal_of(events)
    found = lost(ground / "journals")
    if len(found) != 1 and have and not dropping:
        faults.append(f"{len(found)} journals to recover")
    for each in found:
        try:
            resumed = resume(each.folder)
        except OvertoneError as error:
            faults.append(f"the recovery does not open: {error}")
            continue
        state = digest(resumed.document)
        begun_anew = dropping or not (have or want)  # another document was opened, and nothing said of it yet
        if resumed.notes or (state not in (have, want) and not begun_anew):
            faults.append(f"recovered {state}, acknowledged {have}, under way {want}; {resumed.notes}")
        resumed.journal.release()
    faults += _file_wrong(events, "saving", "saved", lambda: _project(ground))
    faults += _file_wrong(events, "writing", "written", lambda: picture_digest(read_photo(ground / EXPORT)))
    return faults


def _journal_of(events: list[list[str]]) -> tuple[str, str, bool]:
    """The state acknowledged last, the one under way, and whether the journal was being ended."""
    have = want = ""
    dropping = False
    for kind, *words in events:
        match kind:
            case "want":
                want, dropping = words[0], False
            case "have":
                have = want
            case "resumed":
                have = want = words[0]
            case "drop":
                dropping = True
            case "dropped":
                have = want = ""
    return have, want, dropping


def _file_wrong(events: list[list[str]], before: str, after: str, read) -> list[str]:
    """Whether a file is neither the one acknowledged last nor the one under way."""
    acknowledged = under_way = ""
    for kind, *words in events:
        if kind == before:
            under_way = words[0]
        elif kind == after:
            acknowledged = under_way
    if not acknowledged:
        return []
    try:
        state = read()
    except OvertoneError as error:
        return [f"a file does not open: {error}"]
    return [] if state in (acknowledged, under_way) else [f"a file holds {state}, not {acknowledged} or {under_way}"]


def _project(ground: Path) -> str:
    opened = open_project(ground / PROJECT, ground / "looked at")
    try:
        return digest(opened.document)
    finally:
        opened.journal.discard()
        shutil.rmtree(ground / "looked at", ignore_errors=True)
