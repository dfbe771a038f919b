"""The journal: a folder that holds all of a document at any moment, so that nothing accepted is lost by a kill.

The folder is an unpacked project. Files that a manifest names are written first, each whole (data, sync, rename, sync
of the folder); then the manifest takes the old one's place in the same way. Whatever moment the power goes, the folder
holds one manifest and all that it names. What no manifest names any more is removed after that. A lock, which the
system lets go when the program ends, tells other programs that the folder is in use.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import platformdirs
from filelock import FileLock, Timeout

from engine.errors import BadInput, OvertoneError
from engine.files import encode
from engine.files.disk import Disk, make_folders, write_whole
from engine.files.options import RawOptions
from engine.files.writing import write_fault
from engine.picture import Photo
from engine.project import manifest as description
from engine.project.document import Document
from engine.project.edits import Edit, new_key
from engine.project.manifest import Manifest, SessionState, StoredFile, StoredReference
from engine.project.references import Reference
from engine.project.store import MASKS, PATCHES, Store, fresh_mask, mask_member, patch_member
from engine.project.storing import PLANS, plan_bytes, plan_member, safe_name, stored_edit, without_embeddings
from engine.values import Box, Plan

HOME = "OVERTONE_JOURNALS"  # environment variable that names another place
BUDGET = 8 * 10**9  # bytes of a history above which the user is told; nothing is ever removed unasked
LOCK = "lock"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
BLOCK = 1 << 20  # bytes copied at a time
PATIENCE = 1.0  # seconds; another program may be looking whether the folder is in use


def journals_home() -> Path:
    """The folder of all journals."""
    named = os.environ.get(HOME)
    return Path(named).expanduser() if named else platformdirs.user_state_path("overtone", appauthor=False) / "journals"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A document at one moment, safe to be read by a worker.

    Attributes
    ----------
    path, photo, opened
        Where the original lay, its pixels, and when it was read, in seconds since 1970.
    edits, keys
        The stack, and the keys of all edits within reach of undo.
    references, written, planned
        As in the document.
    size
        Width and height of the mask.
    painted
        A box outside which the mask is 0 and ``(h, w)`` uint8 inside it; absent when it is empty.
    strokes
        Tells one mask from another.
    session
        Where it was saved.
    raw
        As in the document.
    """

    path: Path
    photo: Photo
    opened: float
    edits: tuple[Edit, ...]
    keys: frozenset[str]
    references: tuple[Reference, ...]
    written: str
    planned: Plan | None
    size: tuple[int, int]
    painted: tuple[Box, np.ndarray] | None
    strokes: int
    session: SessionState
    raw: RawOptions | None


def snapshot(document: Document, known_strokes: int = -1) -> Snapshot:
    """The document now; its mask is left out when it is the one of ``known_strokes``."""
    mask, painted = document.mask, None
    if document.strokes != known_strokes and mask.extent is not None:
        painted = (mask.extent, mask.values[mask.extent.slices].copy())
    project, saved_to = (str(each) if each is not None else None for each in (document.project, document.saved_to))
    return Snapshot(
        document.path,
        document.original,
        document.opened,
        document.edits,
        document.keys(),
        document.references,
        document.written,
        document.planned,
        (mask.width, mask.height),
        painted,
        document.strokes,
        SessionState(project, saved_to, document.modified),
        document.raw,
    )


@dataclass(frozen=True)
class Kept:
    """What a worker reports: boxes of patches now written, the bytes of the folder, and the manifest."""

    boxes: dict[str, Box | None]
    size: int
    strokes: int
    manifest: Manifest


class Journal:
    """One document's folder.

    Parameters
    ----------
    folder
        Where; made when first needed.
    disk
        Does the writing.

    Attributes
    ----------
    store
        Of the document's patches.
    manifest
        The last one written; absent before the first.
    """

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self.folder = folder
        self.store = Store(folder)
        self.manifest: Manifest | None = None
        self._disk = disk or Disk()
        self._lock = FileLock(folder / LOCK, timeout=PATIENCE, thread_local=False)
        self._files: dict[Path, StoredFile] = {}
        self._mask: tuple[int, str | None] = (-1, None)
        self._ready = False

    @classmethod
    def fresh(cls, home: Path | None = None, disk: Disk | None = None) -> Journal:
        """A journal that nobody has, in ``home``; nothing is written yet."""
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}"
        return cls((home or journals_home()) / name, disk)

    # keeping

    def keep(self, now: Snapshot) -> Kept:
        """Put a document on the disk; for a worker.

        Raises
        ------
        MachineError, BadInput
            When the disk refuses; what was kept before is as it was.
        """
        try:
            self.prepare()
            kept = self._keep(now)
        except OSError as error:
            self.store.pack()
            raise fault(error) from error
        self._sweep(now.keys, kept.manifest)
        return kept

    def prepare(self) -> None:
        """Make the folder and lock it; raises OSError, or BlockingIOError when another program has it."""
        if self._ready:
            return
        for part in ("", "original", "references", PATCHES, MASKS, PLANS):
            make_folders(self.folder / part, self._disk)
        self.lock()
        self._ready = True

    def lock(self) -> None:
        """Take the folder; raises BlockingIOError when another program has it."""
        try:
            self._lock.acquire()
        except Timeout as error:
            raise BlockingIOError(f"{self.folder.name} is open in another window") from error

    def adopt(self, manifest: Manifest) -> None:
        """Go on from what lies in the folder already: found by a recovery, or unpacked from a project."""
        self.manifest = manifest
        self._mask = (0, manifest.mask)  # a document that is loaded has had no strokes
        for reference in manifest.references:
            if reference.file is not None:
                self._files[self.folder / reference.file.member] = reference.file

    def unpack(self, member: str, fill: Callable[[BinaryIO], object]) -> None:
        """Write a file of the project, its folders made first."""
        make_folders((self.folder / member).parent, self._disk)
        write_whole(self.folder / member, fill, self._disk)

    def take(self, member: str, data: bytes) -> None:
        """Write a small file of the project."""
        write_whole(self.folder / member, lambda file: file.write(data), self._disk)

    def write_manifest(self, manifest: Manifest) -> None:
        """Put a manifest in the old one's place; all that it names must be there."""
        self.take(description.NAME, description.to_bytes(manifest))
        self.manifest = manifest

    def _keep(self, now: Snapshot) -> Kept:
        original = self._original(now)
        boxes = {}
        embedded = set()
        for edit in now.edits:
            if self.store.waits(patch_member(edit.key)):
                boxes[edit.key] = self.store.write(patch_member(edit.key), self._disk)
            if self.store.waits(mask_member(edit.key)):
                self.store.write(mask_member(edit.key), self._disk)
            if edit.plan.embeddings is not None:
                embedded.add(edit.key)
                if not (self.folder / plan_member(edit.key)).exists():
                    self.take(plan_member(edit.key), plan_bytes(edit.plan.embeddings))
        references = tuple(self._reference(each) for each in now.references)
        files = {each.file for edit in now.edits for each in edit.instruction.references if each.file is not None}
        members = {file: self._member(file) for file in files}
        manifest = Manifest(
            description.VERSION,
            original,
            references,
            tuple(
                stored_edit(edit, members, boxes.get(edit.key, edit.box), edit.key in embedded) for edit in now.edits
            ),
            self._kept_mask(now),
            now.written,
            now.planned and without_embeddings(now.planned),
            now.session,
            now.raw,
        )
        if manifest != self.manifest:
            self.write_manifest(manifest)
        self._mask = (now.strokes, manifest.mask)
        return Kept(boxes, self.size(), now.strokes, manifest)

    def _original(self, now: Snapshot) -> StoredFile:
        if self.manifest is not None:
            return self.manifest.original
        if now.path not in self._files:
            self._files[now.path] = self._taken_original(now)
        return self._files[now.path]

    def _taken_original(self, now: Snapshot) -> StoredFile:
        with contextlib.suppress(FileNotFoundError):
            return self._copy(now.path, f"original/{safe_name(now.path.name)}", now.opened)
        member = f"original/{safe_name(now.path.stem + '.tif')}"  # the file is another now; its pixels are still here
        data = encode(now.photo, ".tif", now.path.name).data
        self.take(member, data)
        return StoredFile(member, hashlib.sha256(data).hexdigest(), len(data), str(now.path))

    def _reference(self, reference: Reference) -> StoredReference:
        file = self._copied(reference.path)
        return StoredReference(
            reference.number, reference.media, reference.name, reference.role, str(reference.path), file
        )

    def _member(self, path: Path) -> str | None:
        """The name of a reference's file inside the folder; nothing when there is none any more."""
        if path.is_relative_to(self.folder):
            return path.relative_to(self.folder).as_posix()
        stored = self._copied(path)
        return stored and stored.member

    def _copied(self, path: Path) -> StoredFile | None:
        if path not in self._files:
            digest = hashlib.sha256(str(path).encode()).hexdigest()[:12]
            try:
                make_folders(self.folder / "references" / digest, self._disk)
                self._files[path] = self._copy(path, f"references/{digest}/{safe_name(path.name)}")
            except FileNotFoundError:
                return None
        return self._files[path]

    def _copy(self, path: Path, member: str, until: float | None = None) -> StoredFile:
        """Copy a file; raises FileNotFoundError when it has been written to after ``until``: it is another file now."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as source:
            if until is not None and os.fstat(source.fileno()).st_mtime > until:
                raise FileNotFoundError(errno.ENOENT, "it has changed", str(path))

            def fill(file) -> None:
                nonlocal size
                while block := source.read(BLOCK):
                    digest.update(block)
                    size += len(block)
                    file.write(block)

            write_whole(self.folder / member, fill, self._disk)
        return StoredFile(member, digest.hexdigest(), size, str(path))

    def _kept_mask(self, now: Snapshot) -> str | None:
        if now.strokes == self._mask[0]:
            return self._mask[1]
        if now.painted is None:
            return None
        box, inside = now.painted
        values = np.zeros(now.size[::-1], np.uint8)
        values[box.slices] = inside
        key = new_key()
        self.store.hold(mask_member(key), fresh_mask(values))
        self.store.write(mask_member(key), self._disk)
        return key

    # the folder

    def size(self) -> int:
        """Bytes of the folder."""
        return sum(path.stat().st_size for path in self._contents())

    def forget(self) -> None:
        """Never offer the folder again; its files stay until it is discarded, for references may still be used."""
        with contextlib.suppress(OSError):
            self._disk.remove(self.folder / description.NAME)

    def discard(self) -> None:
        """Remove the folder: what was done is saved elsewhere, or the user wants none of it.

        The manifest goes first, so that a folder half removed is never offered again.
        """
        self.forget()
        with contextlib.suppress(OSError):
            for path in self._contents():
                self._disk.remove(path)
            self.release()
            self._disk.remove(self.folder / LOCK)
            for path in sorted(self.folder.rglob("*"), reverse=True):
                self._disk.remove(path)
            self._disk.remove(self.folder)

    def release(self) -> None:
        """Let the lock go; the folder stays."""
        self._lock.release(force=True)
        self._ready = False

    def _contents(self) -> Iterator[Path]:
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name != LOCK:
                yield path

    def _sweep(self, keys: frozenset[str], manifest: Manifest) -> None:
        """Remove patches and masks that nothing can bring back; a fault here costs nothing but space."""
        wanted = {*keys, *([manifest.mask] if manifest.mask else [])}
        with contextlib.suppress(OSError):
            for part in (PATCHES, MASKS, PLANS):
                for path in (self.folder / part).iterdir():
                    if path.stem not in wanted:
                        self._disk.remove(path)


def fault(error: OSError) -> OvertoneError:
    """The user's sentence for a history that cannot be written."""
    if isinstance(error, BlockingIOError):
        return BadInput("This work is open in another window of Overtone.", "Close it there first.")
    known = write_fault(Path("the history"), error)
    what = "The disk is full" if error.errno in FULL else f"The disk refuses ({error.strerror})"
    return type(known)(
        f"{what}: your edits cannot be kept safe.", "They last while Overtone runs; make room, or save elsewhere soon."
    )
