"""The reference library: cut-outs that ship and the user's own picture folders, found by words or by sound."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from engine.errors import BadInput
from engine.files import read_reference, sniff, write_bytes
from engine.picture import Photo
from engine.values import Media

FOLDERS = "folders.json"
INDEX = "index.npz"
LEAST_BY_NAME = (
    0.60  # cosine to the name of a shipped cut-out; synonyms score above, mere company ("dog", "bone") below
)
LEAST_BY_PICTURE = 0.40  # cosine to a picture of the user's; pictures lie further from words than words do
LEAST_BY_SOUND = 0.35  # cosine of a heard sound to a name


class Embedder(Protocol):
    """What the library needs of the encoder."""

    def text(self, texts: Sequence[str]) -> np.ndarray:
        """``(n, 384)`` unit vectors of texts."""
        ...

    def pictures(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> np.ndarray:
        """``(n, 384)`` unit vectors of pictures."""
        ...


@dataclass(frozen=True)
class Entry:
    """A picture of the library: its file, its name for the user, and whether it ships with Overtone."""

    path: Path
    name: str
    shipped: bool


@dataclass(frozen=True)
class Stamp:
    """What tells whether an indexed file has changed."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """The stamp of a file as it is now."""
        status = path.stat()
        return cls(status.st_size, status.st_mtime_ns)


class Catalogue:
    """What is in the library, by name; needs no encoder.

    Parameters
    ----------
    shipped
        Folder with ``library.json`` and its pictures.
    home
        Folder where the user's folders and their index are remembered.
    """

    def __init__(self, shipped: Path, home: Path) -> None:
        self._shipped, self._home = shipped, home

    def shipped(self) -> list[Entry]:
        """The cut-outs that ship."""
        table = json.loads((self._shipped / "library.json").read_text("utf-8"))
        return [Entry(self._shipped / each["file"], each["name"], shipped=True) for each in table]

    def own(self) -> list[Entry]:
        """The user's indexed pictures that are still there."""
        paths, _, _ = self.index()
        return [Entry(path, path.stem, shipped=False) for path in paths if path.is_file()]

    def named(self, words: str) -> list[Entry]:
        """Entries whose name holds all of the words, the user's own first; all of them for no words."""
        wanted = words.lower().split()
        return [e for e in (*self.own(), *self.shipped()) if all(word in e.name.lower() for word in wanted)]

    def folders(self) -> dict[Path, int]:
        """The user's folders and how many indexed pictures each holds."""
        paths, _, _ = self.index()
        return {folder: sum(folder in path.parents for path in paths) for folder in self.folder_list()}

    def folder_list(self) -> list[Path]:
        """The user's folders."""
        path = self._home / FOLDERS
        return [Path(name) for name in json.loads(path.read_text("utf-8"))] if path.is_file() else []

    def index(self) -> tuple[list[Path], list[Stamp], np.ndarray]:
        """Paths, stamps and ``(n, 384)`` vectors of the user's indexed pictures."""
        path = self._home / INDEX
        if not path.is_file():
            return [], [], np.zeros((0, 384), np.float32)
        with np.load(path, allow_pickle=False) as saved:
            stamps = [Stamp(int(size), int(mtime)) for size, mtime in saved["stamps"]]
            return [Path(str(name)) for name in saved["paths"]], stamps, saved["vectors"]


class Library:
    """Shipped cut-outs and the user's folders, indexed by embedding.

    Parameters
    ----------
    shipped
        Folder with ``library.json`` and its pictures.
    home
        Folder where the user's folders and their index are remembered.
    encoder
        The shared space.
    """

    def __init__(self, shipped: Path, home: Path, encoder: Embedder) -> None:
        self._home, self._encoder = home, encoder
        self._catalogue = Catalogue(shipped, home)
        self._cached: tuple[list[Entry], np.ndarray] | None = None

    def find(self, vector: np.ndarray, phrase: str = "") -> Entry:
        """The picture nearest to ``vector`` ``(384,)``, of words when ``phrase`` is given, else of a sound.

        Raises
        ------
        BadInput
            When nothing in the library is similar enough.
        """
        entries, vectors = self._entries()
        scores = vectors @ vector
        for index, entry in enumerate(entries):
            least = (LEAST_BY_NAME if phrase else LEAST_BY_SOUND) if entry.shipped else LEAST_BY_PICTURE
            scores[index] -= least
        if not len(entries) or scores.max() < 0:
            wanted = f"“{phrase}”" if phrase else "that sound"
            raise BadInput(
                f"Nothing in the reference library looks like {wanted}.",
                "Give a picture of it as [ref#1], or add a folder with `overtone library add`.",
            )
        return entries[int(scores.argmax())]

    def nearest(self, vector: np.ndarray, count: int) -> list[tuple[Entry, float]]:
        """The ``count`` pictures most like ``vector`` ``(384,)``, with their cosines, best first."""
        entries, vectors = self._entries()
        scores = vectors @ vector
        return [(entries[index], float(scores[index])) for index in np.argsort(-scores, kind="stable")[:count]]

    @staticmethod
    def read(entry: Entry) -> Photo:
        """The picture of an entry, 8-bit sRGB, with its transparency."""
        return read_reference(entry.path)

    def folders(self) -> dict[Path, int]:
        """The user's folders and how many indexed pictures each holds."""
        return self._catalogue.folders()

    def add(self, folder: Path) -> int:
        """Remember a folder and index its pictures; gives how many it holds.

        Raises
        ------
        BadInput
            When it is no folder or holds no picture that can be read.
        """
        folder = folder.resolve()
        if not folder.is_dir():
            raise BadInput(f"{folder} is not a folder.", "Name a folder with pictures.")
        pictures = [path for path in sorted(folder.rglob("*")) if path.is_file() and _is_picture(path)]
        if not pictures:
            raise BadInput(f"{folder} holds no pictures that Overtone reads.", "Name a folder with pictures.")
        count = self._update(
            [*[each for each in self._catalogue.folder_list() if each != folder], folder], {folder: pictures}
        )
        return count[folder]

    def remove(self, folder: Path) -> None:
        """Forget a folder; its files stay where they are.

        Raises
        ------
        BadInput
            When it was never added.
        """
        folder = folder.resolve()
        known = self._catalogue.folder_list()
        if folder not in known:
            raise BadInput(f"{folder} is not in the library.", "See `overtone library list`.")
        self._update([each for each in known if each != folder], {})

    def _update(self, folders: list[Path], found: dict[Path, list[Path]]) -> dict[Path, int]:
        """Index the pictures ``found``, keep what is unchanged, drop what no folder holds."""
        paths, stamps, vectors = self._catalogue.index()
        kept = {
            path: (stamp, vector)
            for path, stamp, vector in zip(paths, stamps, vectors, strict=True)
            if any(folder in path.parents for folder in folders)
        }
        for folder, pictures in found.items():
            for path in [path for path in kept if folder in path.parents and path not in pictures]:
                del kept[path]
            for path in pictures:
                stamp = Stamp.of(path)
                if path in kept and kept[path][0] == stamp:
                    continue
                try:
                    picture = read_reference(path)
                except BadInput:
                    continue
                kept[path] = (stamp, self._encoder.pictures([(picture.floats(), picture.transparency)])[0])
        self._home.mkdir(parents=True, exist_ok=True)
        write_bytes(self._home / INDEX, _packed(kept))
        write_bytes(self._home / FOLDERS, json.dumps([str(folder) for folder in folders]).encode())
        self._cached = None
        return {folder: sum(folder in path.parents for path in kept) for folder in folders}

    def _entries(self) -> tuple[list[Entry], np.ndarray]:
        if self._cached is None:
            entries = self._catalogue.shipped()
            names = self._encoder.text([f"a photo of a {entry.name}" for entry in entries])
            plain = self._encoder.text([entry.name for entry in entries])
            vectors = (names + plain) / np.linalg.norm(names + plain, axis=1, keepdims=True)
            paths, _, own = self._catalogue.index()
            entries += [Entry(path, path.stem, shipped=False) for path in paths if path.is_file()]
            own = own[[path.is_file() for path in paths]] if len(paths) else own
            self._cached = entries, np.concatenate([vectors, own])
        return self._cached


def _is_picture(path: Path) -> bool:
    try:
        return sniff(path) is Media.image
    except BadInput:
        return False


def _packed(kept: dict[Path, tuple[Stamp, np.ndarray]]) -> bytes:
    """The index as an npz of plain arrays."""
    import io

    out = io.BytesIO()
    np.savez(
        out,
        paths=np.array([str(path) for path in kept], dtype=np.str_),
        stamps=np.array([[stamp.size, stamp.mtime_ns] for stamp, _ in kept.values()], np.int64).reshape(-1, 2),
        vectors=np.array([vector for _, vector in kept.values()], np.float32).reshape(-1, 384),
    )
    return out.getvalue()
