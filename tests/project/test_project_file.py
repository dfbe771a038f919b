"""The project file: all of it comes back, older versions too, and nothing of a foreign file is believed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from project_helpers import accept, inverted, paint, seen

from engine.cli import run
from engine.errors import BadInput, MachineError
from engine.files import read_photo, write_photo
from engine.files.disk import Disk
from engine.project import edits as stack
from engine.project import project_file
from engine.project.document import Document
from engine.project.journal import Journal, snapshot
from engine.project.manifest import VERSION, from_bytes
from engine.project.patches import write_patch
from engine.project.project_file import found_original, open_project, save, summary
from engine.values import Box, Media, Plan


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "journals"


@pytest.fixture
def photo_file(tmp_path: Path, make_photo) -> Path:
    path = tmp_path / "photos" / "lake.png"
    path.parent.mkdir()
    write_photo(make_photo(70, 90, bits=16), path)
    return path


@pytest.fixture
def project(photo_file: Path, home: Path, tmp_path: Path, make_photo) -> tuple[Document, Path]:
    """A document with a bit of everything, and its project file."""
    boat = tmp_path / "boat.png"
    write_photo(make_photo(20, 20, seed=1), boat)
    journal = Journal.fresh(home)
    document = Document(read_photo(photo_file), photo_file, store=journal.store)
    document.add_references({boat: Media.image})
    paint(document, 20, 20)
    first = accept(
        document, inverted(document.photo, Box(5, 5, 40, 30)), "put [ref#1]", mask=document.mask.values.copy()
    )
    accept(document, inverted(document.photo, Box(45, 35, 80, 60)))
    document.set_edits("opacity", stack.with_opacity(document.edits, first, 0.5))
    paint(document, 50, 40)
    document.note_written("and now")
    document.note_planned(Plan("I will.", "a boat"))
    path = tmp_path / "lake.overtone"
    size = save(journal, snapshot(document), path)
    assert size == path.stat().st_size
    journal.discard()
    boat.unlink()
    return document, path


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The project file with other members."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    other = path.with_name("other.overtone")
    with zipfile.ZipFile(other, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return other


def described(members: dict[str, bytes], change: Callable[[dict[str, Any]], None]) -> None:
    values = json.loads(members["project.json"])
    change(values)
    members["project.json"] = json.dumps(values).encode()


def test_all_of_it_comes_back(project, photo_file, home):
    document, path = project
    original = photo_file.read_bytes()
    photo_file.unlink()
    opened = open_project(path, home)
    assert seen(opened.document) == seen(document)
    assert opened.document.project == path
    assert not opened.document.modified
    assert (opened.journal.folder / "original" / "lake.png").read_bytes() == original
    mask = opened.document.mask_of(opened.document.edits[0].key)
    assert mask is not None
    assert mask.values[20, 20] == 255
    again = path.with_name("again.overtone")
    save(opened.journal, snapshot(opened.document), again)
    assert summary(again)["edits"] == summary(path)["edits"]
    opened.journal.discard()
    twice = open_project(again, home)
    assert seen(twice.document) == seen(document)
    twice.journal.discard()


def test_summary_says_what_is_inside_without_unpacking(project, home):
    _, path = project
    told = summary(path)
    assert (told["version"], told["original"]["name"]) == (VERSION, "lake.png")
    assert [edit["instruction"] for edit in told["edits"]] == ["put [ref#1]", "invert it"]
    assert told["references"] == [{"number": 1, "media": "image", "name": "boat.png"}]
    assert json.loads(json.dumps(told)) == told
    assert not list(home.iterdir())


def test_inspect_tells_of_a_project(project, capsys):
    _, path = project
    assert run(["inspect", str(path)]) == 0
    told = capsys.readouterr().out
    assert "original: lake.png" in told
    assert "1. put [ref#1] (engine starter, seed 3, opacity 50%)" in told
    assert run(["inspect", str(path), "--json"]) == 0
    as_json = json.loads(capsys.readouterr().out)
    assert [edit["instruction"] for edit in as_json["edits"]] == ["put [ref#1]", "invert it"]


def test_a_project_saved_over_another_keeps_that_one_until_it_is_whole(project, photo_file, home, monkeypatch):
    _, path = project
    before = path.read_bytes()
    opened = open_project(path, home)
    accept(opened.document, inverted(opened.document.photo, Box(0, 0, 30, 30)))
    opened.journal.keep(snapshot(opened.document))

    def refuse(_disk: Disk, _handle: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(Disk, "sync", refuse)
        with pytest.raises(MachineError, match=r"refused to write lake\.overtone"):
            save(opened.journal, snapshot(opened.document), path)
    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == ["journals", "lake.overtone", "photos"]
    opened.journal.discard()


def test_a_moved_original_is_found_by_its_content(project, photo_file, home):
    _, path = project
    moved = path.with_name("renamed.png")
    photo_file.rename(moved)
    photo_file.parent.rmdir()
    opened = open_project(path, home)
    assert opened.moved == moved
    opened.journal.discard()
    moved.unlink()
    opened = open_project(path, home)
    assert opened.moved is None
    assert opened.document.path == path.with_name("lake.png")
    opened.journal.discard()


def test_an_original_in_its_place_is_not_asked_about(project, photo_file, home):
    opened = open_project(project[1], home)
    assert opened.moved is None
    assert opened.document.path == photo_file
    assert opened.journal.manifest is not None
    assert found_original(opened.journal.manifest.original, project[1]) == photo_file
    opened.journal.discard()


def older(path: Path, photo_file: Path) -> tuple[Path, np.ndarray]:
    """A file as version 0 wrote it, and the picture it shows."""
    photo = read_photo(photo_file)
    first, second = inverted(photo, Box(5, 5, 40, 30)), inverted(photo, Box(45, 35, 80, 60))
    data = photo_file.read_bytes()
    import hashlib

    described = {"member": "original/lake.png", "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    steps = []
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("original/lake.png", data)
        for key, after, hidden in (("a" * 32, first, True), ("b" * 32, second, False)):
            file = io.BytesIO()
            box = write_patch(file, after.pixels, photo.pixels)
            assert box is not None
            archive.writestr(f"patches/{key}.patch", file.getvalue())
            step = {"key": key, "text": "invert it", "prompt": "a lake", "seed": 7, "steps": 20, "guidance": 4.0}
            steps.append({**step, **vars(box), "hidden": hidden, "masked": False})
        manifest = {"photo": {**described, "path": str(photo_file)}, "references": [], "edits": steps}
        archive.writestr("project.json", json.dumps(manifest))
    return path, second.pixels


def test_version_0_is_read_and_saved_as_the_present_one(photo_file, home, tmp_path):
    path, shown = older(tmp_path / "old.overtone", photo_file)
    opened = open_project(path, home)
    assert np.array_equal(opened.document.photo.pixels, shown)
    edit = opened.document.edits[1]
    assert (edit.seed, edit.settings.steps, edit.settings.guidance, edit.visible) == (7, 20, 4.0, True)
    assert edit.box == Box(45, 35, 80, 60)
    assert not opened.document.strangers
    save(opened.journal, snapshot(opened.document), tmp_path / "new.overtone")
    assert summary(tmp_path / "new.overtone")["version"] == VERSION
    opened.journal.discard()


def unknown_field(values: dict) -> None:
    values["edits"][0]["surprise"] = 1


def missing_field(values: dict) -> None:
    del values["edits"][0]["seed"]


def newer(values: dict) -> None:
    values["version"] = VERSION + 1


def outside(values: dict) -> None:
    values["original"]["member"] = "original/../../lake.png"


def strange_key(values: dict) -> None:
    values["edits"][0]["key"] = "../" + "a" * 29


def twice(values: dict) -> None:
    values["edits"].append(values["edits"][0])


def brighter_than_full(values: dict) -> None:
    values["edits"][0]["opacity"] = 2.0


def flat_and_poor(values: dict) -> None:
    values.clear()
    values["edits"] = [{}]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (unknown_field, "surprise"),
        (missing_field, "seed"),
        (newer, "newer Overtone"),
        (outside, "a file's name"),
        (strange_key, "an edit's key"),
        (twice, "an edit's key"),
        (brighter_than_full, "an opacity"),
        (flat_and_poor, "version 0"),
    ],
)
def test_a_description_that_is_not_ours_is_refused(project, home, change, says):
    path = rewritten(project[1], lambda members: described(members, change))
    with pytest.raises(BadInput, match=says):
        open_project(path, home)
    assert not list(home.iterdir())


def test_an_altered_original_is_refused(project, home):
    def alter(members: dict[str, bytes]) -> None:
        members["original/lake.png"] = members["original/lake.png"] + b"x"

    with pytest.raises(BadInput, match=r"lake\.png is not what was put in"):
        open_project(rewritten(project[1], alter), home)
    assert not list(home.iterdir())


def test_a_missing_member_is_refused(project, home):
    def lose(members: dict[str, bytes]) -> None:
        del members[next(name for name in members if name.startswith("patches/"))]

    with pytest.raises(BadInput, match="lacks patches"):
        open_project(rewritten(project[1], lose), home)
    assert not home.exists() or not list(home.iterdir())


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_project_is_refused(tmp_path, home, data):
    path = tmp_path / "a.overtone"
    path.write_bytes(data)
    with pytest.raises(BadInput):
        open_project(path, home)
    with pytest.raises(BadInput):
        summary(path)


@pytest.mark.parametrize("data", [b"[]", b"{", b"\xff", b"[" * 100_000, b'{"version": "1"}', b'{"version": -1}'])
def test_a_description_that_is_no_description_is_refused(data):
    with pytest.raises(BadInput):
        from_bytes(data, "a.overtone")


def test_a_full_disk_is_known_before_unpacking(project, home, monkeypatch):
    class Usage:
        free = 1000

    monkeypatch.setattr(project_file.shutil, "disk_usage", lambda _folder: Usage)
    with pytest.raises(MachineError, match="needs"):
        open_project(project[1], home)
    assert not list(home.iterdir())
