"""A document driven through the real code, and a disk that can be replayed up to any of its operations."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.files.disk import Disk
from engine.picture import Photo
from engine.project.accepting import Pending
from engine.project.document import Document
from engine.values import Box, EditRequest, EditResult, Op, Operation, Plan, PlanEmbeddings, Settings


def inverted(photo: Photo, box: Box) -> Photo:
    pixels = photo.pixels.copy()
    pixels[box.slices] = photo.white - pixels[box.slices]
    return photo.with_pixels(pixels)


def propose(document: Document, after: Photo, text: str = "invert it", base: Photo | None = None, **more) -> None:
    """A result that waits, as the engine gives it."""
    instruction = document.instruction(text)
    vectors = np.arange(12, dtype=np.float32).reshape(3, 4)
    embeddings = PlanEmbeddings(vectors[0], vectors[1], {1: vectors[2]})
    plan = Plan("I will.", text, operations=(Operation(Op.adjust, "lake"),), embeddings=embeddings)
    request = EditRequest(instruction, base or document.photo, settings=Settings(seed=3), **more)
    document.pending = Pending(instruction, EditResult((after,), plan, None, 3, {}), after, request)


def accept(document: Document, after: Photo, text: str = "invert it", **more) -> str:
    """Accept a result; returns the edit's key. Its patch is looked at, as it is once it is written."""
    propose(document, after, text, **more)
    document.accept()
    key = document.edits[-1].key
    document.written_patches({key: document.store.open(f"patches/{key}.patch").box})
    return key


def paint(document: Document, x: float, y: float, radius: float = 6) -> None:
    document.mask.begin()
    document.mask.line((x, y), (x + 9, y + 4), radius, erase=False)
    document.painted(document.mask.end())


class Seen(NamedTuple):
    """All of a document that must survive."""

    picture: bytes
    mask: bytes
    references: tuple[tuple[int, str, str], ...]
    edits: tuple[tuple, ...]
    written: str
    planned: str


def seen(document: Document) -> Seen:
    return Seen(
        document.photo.pixels.tobytes(),
        document.mask.values.tobytes(),
        tuple((each.number, each.title, each.role) for each in document.references),
        tuple((edit.key, edit.instruction.text, edit.visible, edit.opacity, edit.seed) for edit in document.edits),
        document.written,
        document.planned.prompt if document.planned else "",
    )


class RecordingDisk(Disk):
    """Does everything and writes it down."""

    def __init__(self) -> None:
        self.operations: list[tuple] = []
        self._open: dict[int, int] = {}
        self._files = 0

    def make_folder(self, path: Path) -> None:
        super().make_folder(path)
        self.operations.append(("folder", path))

    def create(self, path: Path) -> int:
        handle = super().create(path)
        self._files += 1
        self._open[handle] = self._files
        self.operations.append(("create", path, self._files))
        return handle

    def write(self, handle: int, data) -> int:
        taken = super().write(handle, data)
        self.operations.append(("write", self._open[handle], bytes(data[:taken])))
        return taken

    def sync(self, handle: int) -> None:
        super().sync(handle)
        self.operations.append(("sync", self._open[handle]))

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self.operations.append(("rename", source, target))

    def sync_folder(self, path: Path) -> None:
        super().sync_folder(path)
        self.operations.append(("sync folder", path))

    def remove(self, path: Path) -> None:
        super().remove(path)
        self.operations.append(("remove", path))


def replayed(operations: list[tuple], root: Path, into: Path, names: str, data: str) -> None:
    """What lies on the disk after ``operations``.

    ``names``: ``all`` that were given, or those of a ``synced`` folder only. ``data``: ``all`` that was written, or
    what was ``synced`` only. A kill leaves all of both; a power cut may leave any mixture.
    """
    content: dict[int, bytes] = {}
    safe: dict[int, bytes] = {}
    now: dict[Path, int] = {}
    durable: dict[Path, int] = {}
    folders: set[Path] = set()
    safe_folders: set[Path] = {root}
    for operation in operations:
        match operation:
            case ("folder", path):
                folders.add(path)
            case ("create", path, number):
                now[path], content[number], safe[number] = number, b"", b""
            case ("write", number, written):
                content[number] += written
            case ("sync", number):
                safe[number] = content[number]
            case ("rename", source, target):
                now[target] = now.pop(source)
            case ("remove", path):
                now.pop(path, None)
            case ("sync folder", folder):
                safe_folders |= {path for path in folders if path.parent == folder}
                for path in [path for path in durable if path.parent == folder]:
                    del durable[path]
                durable |= {path: number for path, number in now.items() if path.parent == folder}
    for folder in folders if names == "all" else safe_folders:
        if root in (folder, *folder.parents):
            (into / folder.relative_to(root)).mkdir(parents=True, exist_ok=True)
    for path, number in (now if names == "all" else durable).items():
        if names == "all" or path.parent in safe_folders:
            (into / path.relative_to(root)).write_bytes((content if data == "all" else safe)[number])
