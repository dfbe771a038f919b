"""The bank of nouns: their text embeddings, and views of them as a picture or sound encoder would give them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from training.planner import words as w

PHOTO = "photo: "  # before a caption in a file of real embeddings
TEMPLATES = ("{}", "a photo of a {}", "a {}", "a close-up of a {}")


@dataclass(frozen=True, eq=False)
class Bank:
    """Embeddings of nouns.

    Attributes
    ----------
    names
        Nouns, sounds' labels and pieces of music in words.
    vectors
        ``(n, 4, 384)`` unit, one for each template.
    near
        ``(n, 12)`` indices of the nearest other names.
    pictures
        Further names that a picture may show.
    real
        Name to real embeddings of training pictures or sounds of it.
    """

    names: tuple[str, ...]
    vectors: np.ndarray
    near: np.ndarray
    index: dict[str, int]
    real: dict[str, np.ndarray]
    pictures: tuple[str, ...] = ()

    @classmethod
    def make(
        cls,
        embed: Callable[[list[str]], np.ndarray],
        classes: Sequence[str] = (),
        real: dict[str, np.ndarray] | None = None,
    ) -> Bank:
        """Embed all names; ``classes`` are further names (an image classifier's)."""
        names = list(
            dict.fromkeys(
                [*(n for c in w.CATEGORIES.values() for n in c), *w.SOUNDS, *w.SOUNDS.values(), *w.MUSIC, *classes]
            )
        )
        vectors = np.stack([embed([t.format(n) for n in names]) for t in TEMPLATES], 1)
        likeness = vectors[:, 0] @ vectors[:, 0].T
        np.fill_diagonal(likeness, -1)
        near = np.argsort(-likeness, 1)[:, :12]
        return cls(tuple(names), vectors, near, {n: i for i, n in enumerate(names)}, real or {}, tuple(classes))

    def view(self, rng: np.random.Generator, name: str) -> np.ndarray:
        """``(384,)`` unit: the name as an encoder might see a picture or hear a sound of it.

        A classifier-based encoder gives a mixture of related classes, weakly of unrelated ones, and noise.
        """
        real = self.real.get(name)
        if real is not None and rng.random() < 0.6:
            vector = real[rng.integers(len(real))] + rng.normal(0, 0.15 / np.sqrt(384), 384)
            return (vector / np.linalg.norm(vector)).astype(np.float32)
        i = self.index[name]
        base = rng.dirichlet(np.full(len(TEMPLATES), 0.6)) @ self.vectors[i]
        out = base / np.linalg.norm(base)
        if rng.random() < 0.8:
            picked = rng.choice(self.near[i], rng.integers(1, 5), replace=False)
            weights = rng.dirichlet(np.ones(len(picked))) * rng.uniform(0, 0.9)
            out = out + weights @ self.vectors[picked, rng.integers(len(TEMPLATES))]
        if rng.random() < 0.6:
            picked = rng.integers(len(self.names), size=2)
            out = out + rng.dirichlet(np.ones(2)) * rng.uniform(0, 0.3) @ self.vectors[picked, 1]
        out = out / np.linalg.norm(out) + rng.normal(0, rng.uniform(0, 0.9) / np.sqrt(384), 384)
        return (out / np.linalg.norm(out)).astype(np.float32)
