"""Clusters of pictures that tell of one another, as Instruct-Imagen's first stage retrieves them (section 3.3).

Photographs that pass a quality filter are sorted into domains by matching pictures and words; each is joined by the
nearest ones of its domain, but by no near-duplicate and by none of the same source.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np

from engine.draft.library import Embedder
from engine.errors import BadInput, MachineError
from engine.files import write_bytes
from training.data.items import PhotoItem, held_out_name
from training.refine.pairs import predictor, read_picture

CACHE = "clusters.npz"
MEMBERS = 5
NEIGHBOURS = 10  # of a photograph, before any is left out
DOMAINS = ("an animal", "a fish in the sea", "a landscape", "a building", "food", "a plant", "a tool", "a person")
_LEAST_SCORE = 5.0  # of 10; the mean of photographs and their damaged copies is 5.5
_SAME_LOOK = 0.9  # correlation of thumbnails; chosen on photographs recoded, relit and shrunk, all of them above
_SAME_THING = 0.99  # cosine of embeddings: the same seen again, a little nearer
_THUMBNAIL = 16  # pixels on a side
_BATCH = 16


@dataclass(frozen=True, eq=False)
class Looks:
    """What is known of n photographs before they are put together.

    Attributes
    ----------
    name
        ``(n,)``, each with its size in bytes, by which a change is told.
    source
        ``(n,)``: where each comes from.
    domain
        ``(n,)`` index into :data:`DOMAINS`.
    score
        ``(n,)`` aesthetic score, 1 to 10.
    embedding
        ``(n, D)`` unit vectors.
    thumbnail
        ``(n, t)`` unit vectors of mean 0.
    """

    name: np.ndarray
    source: np.ndarray
    domain: np.ndarray
    score: np.ndarray
    embedding: np.ndarray
    thumbnail: np.ndarray

    @classmethod
    def of(cls, folder: Path, photos: Sequence[PhotoItem], open_encoder: Callable[[], Embedder]) -> Looks:
        """Of photographs of a data folder, where it is kept until they change.

        Parameters
        ----------
        folder
            The data folder.
        photos
            Of it.
        open_encoder
            Called only where something is to be looked at.

        Raises
        ------
        BadInput
            When a photograph cannot be read, or there is none.
        """
        names = np.array([f"{each.file} {each.path.stat().st_size}" for each in photos])
        kept = _read(folder / CACHE)
        if kept is not None and np.array_equal(kept.name, names):
            return kept
        made = cls._made(folder, photos, names, open_encoder())
        content = io.BytesIO()
        np.savez(content, **{each.name: getattr(made, each.name) for each in fields(made)})
        with suppress(BadInput, MachineError):  # a folder that can only be read is looked at each time
            write_bytes(folder / CACHE, content.getvalue())
        return made

    @classmethod
    def _made(cls, folder: Path, photos: Sequence[PhotoItem], names: np.ndarray, encoder: Embedder) -> Looks:
        if not photos:
            raise BadInput("The data holds no photograph to learn from.", "Name another --data.")
        vectors, thumbnails = [], []
        for start in range(0, len(photos), _BATCH):
            pixels = [read_picture(each.path)[0] for each in photos[start : start + _BATCH]]
            vectors.append(encoder.pictures([(rgb, None) for rgb in pixels]))
            thumbnails += [thumbnail(rgb) for rgb in pixels]
        embedding = np.concatenate(vectors)
        return cls(
            name=names,
            source=np.array([source_of(each) for each in photos]),
            domain=(embedding @ encoder.text(DOMAINS).T).argmax(axis=1),
            score=predictor(folder, encoder, photos).score(embedding),
            embedding=embedding,
            thumbnail=np.stack(thumbnails),
        )

    def cluster(self, seed: int, pool: Iterable[int]) -> tuple[int, ...] | None:
        """A photograph and the nearest of its kind.

        Parameters
        ----------
        seed
            Row of the photograph that comes first.
        pool
            Rows of those that may join it.

        Returns
        -------
        tuple of int
            :data:`MEMBERS` rows, nearest first; nothing where there are too few or the photograph itself is poor.
        """
        if self.score[seed] < _LEAST_SCORE:
            return None
        near = [each for each in pool if self.domain[each] == self.domain[seed] and self.score[each] >= _LEAST_SCORE]
        near.sort(key=lambda each: -float(self.embedding[each] @ self.embedding[seed]))
        kept = [seed]
        for each in [row for row in near if row != seed][:NEIGHBOURS]:
            if not any(self._same(each, other) for other in kept):
                kept.append(each)
        return tuple(kept[:MEMBERS]) if len(kept) >= MEMBERS else None

    def clusters(self, seeds: Iterable[int], pool: Sequence[int]) -> list[tuple[int, ...]]:
        """The clusters of several photographs; they may overlap, but no two have the same members."""
        made = (self.cluster(seed, pool) for seed in seeds)
        return list({frozenset(each): each for each in made if each is not None}.values())

    def _same(self, one: int, two: int) -> bool:
        """Whether two are near-duplicates or come from one source."""
        return bool(
            self.source[one] == self.source[two]
            or self.thumbnail[one] @ self.thumbnail[two] > _SAME_LOOK
            or self.embedding[one] @ self.embedding[two] > _SAME_THING
        )


def source_of(photo: PhotoItem) -> str:
    """The page that a photograph was taken from; without one its package's series (``fish1``, ``fish2`` are one)."""
    return photo.source_url or f"{photo.package} {held_out_name(photo.file)}"


def thumbnail(rgb: np.ndarray) -> np.ndarray:
    """``(t,)`` float32 of length 1 and mean 0 of ``(h, w, 3)``: alike for copies of a picture however they are kept."""
    small = cv2.resize(rgb, (_THUMBNAIL, _THUMBNAIL), interpolation=cv2.INTER_AREA).ravel()
    away = small - small.mean()
    return (away / max(float(np.linalg.norm(away)), 1e-6)).astype(np.float32)


def _read(path: Path) -> Looks | None:
    """What was kept; nothing where there is none or it cannot be read."""
    try:
        with np.load(path) as stored:
            return Looks(**{each.name: stored[each.name] for each in fields(Looks)})
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None
