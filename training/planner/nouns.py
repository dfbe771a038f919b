"""The bank of nouns: their text embeddings, and views of them as a picture or sound encoder would give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import BadInput
from engine.plan import tokens as t
from engine.plan.tokens import Vocabulary
from engine.plan.writing import SOFT_PER_REFERENCE
from training.planner import words as w
from training.planner.said import visible

PHOTO, SOUND = "photo: ", "sound: "  # before a caption and a sound's name in a file of real embeddings
TEMPLATES = ("{}", "a photo of a {}", "a {}", "a close-up of a {}")


def name_tokens(vocabulary: Vocabulary, name: str) -> list[int]:
    """The first tokens of a name, filled up with the end token: as many as a medium has soft tokens."""
    ids = list(vocabulary.encode(f" {name}"))[:SOFT_PER_REFERENCE]
    return ids + [t.END] * (SOFT_PER_REFERENCE - len(ids))


def read_real(path: Path) -> dict[str, np.ndarray]:
    """Real embeddings by name, as :mod:`training.planner.real` writes them.

    Raises
    ------
    BadInput
        When the file is absent, damaged or holds something else.
    """
    try:
        with np.load(path) as stored:
            real = {name: np.asarray(stored[name], np.float32) for name in stored}
    except (OSError, ValueError, TypeError) as fault:
        raise BadInput(f"{path} holds no embeddings by name ({fault}).", "Make it: training.planner.real.") from fault
    for name, vectors in real.items():
        if vectors.ndim != 2 or not len(vectors) or not np.isfinite(vectors).all():
            raise BadInput(f"{path}: {name} is no table of embeddings.", "Make it again: training.planner.real.")
    return real


@dataclass(frozen=True, eq=False)
class Bank:
    """Embeddings of nouns.

    Attributes
    ----------
    names
        Nouns, sounds' labels and pieces of music in words.
    vectors
        ``(n, 4, D)`` unit, one for each template.
    near
        ``(n, 12)`` indices of the nearest other names.
    scenes
        What photos show, in words, to its embedding: a real photo's own where there is one.
    pictures
        Further names that a picture may show.
    real
        Name to real embeddings of training pictures, or sounds where :data:`SOUND` stands before it.
    """

    names: tuple[str, ...]
    vectors: np.ndarray
    near: np.ndarray
    index: Mapping[str, int]
    scenes: Mapping[str, np.ndarray]
    pictures: tuple[str, ...]
    real: Mapping[str, np.ndarray]

    @classmethod
    def make(
        cls,
        embed: Callable[[Sequence[str]], np.ndarray],
        classes: Sequence[str] = (),
        real: Mapping[str, np.ndarray] | None = None,
    ) -> Bank:
        """Embed all names; ``classes`` are further ones (an image classifier's)."""
        real = real or {}
        photos = {name.removeprefix(PHOTO): each[0] for name, each in real.items() if name.startswith(PHOTO)}
        heard = [name.removeprefix(SOUND) for name in real if name.startswith(SOUND)]
        pictures = [*classes, *(name for name in real if not name.startswith((PHOTO, SOUND)))]
        everyday = [*(n for c in w.CATEGORIES.values() for n in c), *w.SOUNDS, *w.SOUNDS.values(), *w.MUSIC]
        names = list(dict.fromkeys([*everyday, *pictures, *heard]))
        vectors = np.stack([embed([form.format(name) for name in names]) for form in TEMPLATES], 1)
        likeness = vectors[:, 0] @ vectors[:, 0].T
        np.fill_diagonal(likeness, -1)
        near = np.argsort(-likeness, 1)[:, :12]
        index = {name: place for place, name in enumerate(names)}
        scenes = dict(zip(w.SCENES, embed(w.SCENES), strict=True)) | photos
        return cls(tuple(names), vectors, near, index, scenes, tuple(dict.fromkeys(pictures)), real)

    @property
    def heard(self) -> list[str]:
        """Names of sounds, each once."""
        real = (name.removeprefix(SOUND) for name in self.real if name.startswith(SOUND))
        return list(dict.fromkeys([*w.SOUNDS, *real]))

    @property
    def seen(self) -> list[str]:
        """Names of what pictures show, each once."""
        return list(dict.fromkeys([*(n for c in w.CATEGORIES.values() for n in c), *self.pictures]))

    def word(self, name: str) -> np.ndarray:
        """``(D,)`` unit: the embedding of the name itself."""
        return self.vectors[self.index[name], 0]

    def picture(self, rng: np.random.Generator, name: str) -> np.ndarray:
        """``(D,)`` unit: a real picture's of the name, or the name's own where there is none."""
        real = self.real.get(name)
        return self.word(name) if real is None else real[rng.integers(len(real))]

    def scene(self, rng: np.random.Generator, text: str) -> np.ndarray:
        """``(D,)`` unit: a photo of a scene, with noise."""
        return _noisy(rng, self.scenes[text], 0.6)

    def view(self, rng: np.random.Generator, name: str, kind: str) -> np.ndarray:
        """``(D,)`` unit: the name as an encoder might see a picture or hear a sound of it.

        A classifier-based encoder gives a mixture of related classes, weakly of unrelated ones, and noise.
        """
        real = self.real.get(f"{SOUND}{name}" if kind == "sound" else name)
        if real is not None and rng.random() < 0.6:
            vector = real[rng.integers(len(real))]
            return _unit(vector + rng.normal(0, 0.15 / np.sqrt(len(vector)), len(vector)))
        i = self.index[name]
        out = _unit(rng.dirichlet(np.full(len(TEMPLATES), 0.6)) @ self.vectors[i])
        if rng.random() < 0.8:
            picked = rng.choice(self.near[i], rng.integers(1, 5), replace=False)
            weights = rng.dirichlet(np.ones(len(picked))) * rng.uniform(0, 0.9)
            out = out + weights @ self.vectors[picked, rng.integers(len(TEMPLATES))]
        if rng.random() < 0.6:
            picked = rng.integers(len(self.names), size=2)
            out = out + rng.dirichlet(np.ones(2)) * rng.uniform(0, 0.3) @ self.vectors[picked, 1]
        return _noisy(rng, _unit(out), 0.9)

    def tokens(self, vocabulary: Vocabulary) -> np.ndarray:
        """``(n, m)`` tokens of what each name makes visible: what its soft tokens should be like."""
        return np.array([name_tokens(vocabulary, visible("sound", name)) for name in self.names])


def _unit(vector: np.ndarray) -> np.ndarray:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def _noisy(rng: np.random.Generator, vector: np.ndarray, most: float) -> np.ndarray:
    return _unit(vector + rng.normal(0, rng.uniform(0, most) / np.sqrt(len(vector)), len(vector)))
