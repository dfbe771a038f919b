"""The project file ``.overtone``: a zip of the original's bytes, references, instructions, plans, masks and results."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from engine.errors import BadInput, MachineError
from engine.files.archives import Archive, open_archive
from engine.files.disk import Disk, write_whole
from engine.files.writing import write_fault
from engine.project import manifest as description
from engine.project.journal import BLOCK, Journal, Snapshot, fault
from engine.project.loading import load
from engine.project.manifest import Manifest, SessionState, StoredFile
from engine.project.recovery import Resumed
from engine.project.store import mask_member, patch_member
from engine.project.storing import plan_member

SUFFIX = ".overtone"
TIME = (1980, 1, 1, 0, 0, 0)  # of every entry: equal projects are equal files
SPARE = 64 * 2**20  # bytes of disk that unpacking leaves free


def members(manifest: Manifest) -> list[str]:
    """The files that a project holds beside its description."""
    names = [manifest.original.member]
    names += [each.file.member for each in manifest.references if each.file is not None]
    for edit in manifest.edits:
        names += [patch_member(edit.key)] if edit.framing is None else []
        names += [mask_member(edit.key)] if edit.masked else []
        names += [plan_member(edit.key)] if edit.embedded else []
        names += [each.file.as_posix() for each in edit.instruction.references if each.file is not None]
    names += [mask_member(manifest.mask)] if manifest.mask is not None else []
    return list(dict.fromkeys(names))


def save(journal: Journal, now: Snapshot, path: Path, disk: Disk | None = None) -> int:
    """Write a document's project file; the one that is there stays until the new one is whole.

    Parameters
    ----------
    journal
        Of the document; it is brought up to date first, and the file is made from it.
    now
        The document.
    path
        Where.

    Returns
    -------
    Bytes of the file.

    Raises
    ------
    BadInput, MachineError
        When the journal's or the file's disk refuses; nothing is left behind.
    """
    manifest = replace(journal.keep(now).manifest, session=None)
    try:
        write_whole(path, lambda file: _pack(file, journal.folder, manifest), disk)
        return path.stat().st_size
    except OSError as error:
        raise write_fault(path, error) from error


def _pack(file: BinaryIO, folder: Path, manifest: Manifest) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(description.NAME, zipfile.ZIP_DEFLATED), description.to_bytes(manifest))
        for member in members(manifest):
            source = folder / member
            entry = _entry(member)
            entry.file_size = source.stat().st_size
            with source.open("rb") as data, archive.open(entry, "w") as out:
                shutil.copyfileobj(data, out, BLOCK)


def _entry(name: str, packing: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, TIME)
    entry.compress_type = packing
    entry.external_attr = 0o600 << 16
    return entry


def _manifest(archive: Archive, name: str) -> Manifest:
    return description.from_bytes(archive.read(description.NAME, description.LARGEST), name)


def summary(path: Path) -> dict[str, Any]:
    """What a project file holds, without unpacking it.

    Raises
    ------
    BadInput
        When it is no project file, or damaged.
    """
    with open_archive(path) as archive:
        manifest = _manifest(archive, path.name)
        sizes = {name: archive.size(name) for name in members(manifest)}
    return {
        "version": manifest.version,
        "size": path.stat().st_size,
        "original": {
            "name": manifest.original.name,
            "sha256": manifest.original.sha256,
            "size": manifest.original.size,
        },
        "references": [
            {"number": each.number, "media": str(each.media), "name": each.name or Path(each.path).name}
            for each in manifest.references
        ],
        "edits": [
            {
                "instruction": edit.instruction.text,
                "engine": edit.engine,
                "seed": edit.seed,
                "visible": edit.visible,
                "opacity": edit.opacity,
                "size": sizes.get(patch_member(edit.key), 0),
            }
            for edit in manifest.edits
        ],
    }


@dataclass(frozen=True, eq=False)
class Opened(Resumed):
    """A project that was opened; ``moved`` is where its original was found when it is not where it was any more."""

    moved: Path | None = None


def open_project(path: Path, home: Path | None = None, disk: Disk | None = None) -> Opened:
    """Open a project file: it is unpacked into a journal of its own, and goes on there.

    Raises
    ------
    BadInput
        When it is no project file, damaged, or of a newer version.
    MachineError
        When the disk has no room for it.
    """
    journal = Journal.fresh(home, disk)
    with open_archive(path) as archive:
        manifest = _manifest(archive, path.name)
        needed = sum(archive.size(name) for name in members(manifest))
        try:
            journal.prepare()
            if shutil.disk_usage(journal.folder).free < needed + SPARE:
                raise MachineError(f"{path.name} needs {needed / 1e6:.0f} MB of disk to open.", "Make room first.")
            for name in members(manifest):
                journal.unpack(name, lambda out, name=name: archive.copy(name, out))
            _verify(journal.folder, manifest, path.name)
            journal.write_manifest(replace(manifest, session=SessionState(str(path), None, False)))
            assert journal.manifest is not None
            document, notes = load(journal, journal.manifest)
        except OSError as error:
            journal.discard()
            raise fault(error) from error
        except BaseException:
            journal.discard()
            raise
    document.saved_project(document.edits, path)
    there = found_original(manifest.original, path)
    moved = there if there is not None and there != document.path else None
    if there is None and not document.path.parent.is_dir():
        document.path = path.with_name(manifest.original.name)
    return Opened(document, journal, notes, moved)


def _verify(folder: Path, manifest: Manifest, name: str) -> None:
    files = [manifest.original, *(each.file for each in manifest.references if each.file is not None)]
    for stored in files:
        if _digest(folder / stored.member) != (stored.sha256, stored.size):
            raise BadInput(f"{name} is damaged: {stored.name} is not what was put in.", description.AGAIN)


def _digest(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def found_original(original: StoredFile, project: Path) -> Path | None:
    """Where the original lies now: in its old place, or beside the project under any name; nothing when it is gone."""
    old = Path(original.path)
    named = project.with_name(old.name)
    try:
        beside = [each for each in sorted(project.parent.iterdir()) if each.is_file()]
    except OSError:
        beside = []
    for path in (old, named, *beside):
        try:
            if path.stat().st_size == original.size and _digest(path) == (original.sha256, original.size):
                return path
        except OSError:
            continue
    return None
