"""A data folder's worth of material for the decoder's stages, small and made from numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from training.core.recipe import Recipe
from training.decode.base import EMBEDDING, Base
from training.decode.material import Seen, Views
from training.decode.stage import Opened
from training.scenes import KINDS, Scene, SceneObject

SIDE = 64
RECIPE = Recipe(steps=60, batch=4, rate=3e-3, warm_up=0.0, validate_every=0, save_every=60)


class Embedder:
    """Colours and letters as vectors."""

    def pictures(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> np.ndarray:
        """Of each picture its smallest copy."""
        small = [cv2.resize(rgb, (16, 8), interpolation=cv2.INTER_AREA).ravel() for rgb, _ in pictures]
        return _unit(np.stack(small) - 0.5)

    def text(self, texts: Sequence[str]) -> np.ndarray:
        """Of each text how often it has which letter."""
        return _unit(np.array([[text.count(chr(97 + letter)) for letter in range(EMBEDDING)] for text in texts], float))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)).astype(np.float32)


def views(count: int = 4, each: int = 2) -> Views:
    """Photographs of slopes and grain."""
    random = np.random.default_rng(0)
    photos = []
    for _ in range(count):
        coarse = random.random((3, 4, 3), dtype=np.float32)
        photo = cv2.resize(coarse, (SIDE + 24, SIDE + 8), interpolation=cv2.INTER_CUBIC)
        photos.append(np.clip(photo * 255 + random.normal(0, 3, photo.shape), 0, 255).astype(np.uint8))
    captions = [f"a {name} sea" for name in ("red", "calm", "wide", "deep")[:count]]
    return Views(photos, captions, [f"{each} below a high sky" for each in captions], SIDE, each, 0)


def base(*, paints: bool = False) -> Base:
    """The starter's decoder on smaller squares."""
    return replace(Base.fresh(0, paints=paints), side=SIDE)


def opened(made: Base) -> Opened:
    """With the toy embedder, and mean difference for a distance."""
    return Opened(made, Seen(Embedder()), _apart)


def _apart(one: np.ndarray, other: np.ndarray, mask: np.ndarray | None) -> float:
    return float(np.abs(one - other)[... if mask is None else mask > 0].mean())


def scenes(count: int = 4) -> list[Scene]:
    """Edits of every kind: a square comes, goes, becomes another or changes in tone."""
    random = np.random.default_rng(1)
    made = []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        empty = (views()[number % 8].rgb * 255).astype(np.uint8)
        mask = np.zeros((SIDE, SIDE), np.uint8)
        mask[16:40, 20:44] = 255
        with_one, with_other = empty.copy(), empty.copy()
        with_one[mask > 0], with_other[mask > 0] = random.integers(0, 255, (2, 3))
        source = empty if kind == "add" else with_one
        target = {"add": with_one, "remove": empty, "replace": with_other, "harmonise": with_other}[kind]
        draft = np.where(mask[..., None] > 0, (target * 0.9).astype(np.uint8), target)
        thing = SceneObject("box", "a red box", mask, kind != "add", kind in ("add", "harmonise"))
        coming = (np.dstack([target, mask])[16:40, 20:44],) if kind in ("add", "replace") else ()
        made.append(
            Scene(
                kind,
                source,
                target,
                draft,
                mask,
                (thing,),
                "a sea",
                "a sea with a box",
                f"{kind} a box",
                coming,
                (),
                0,
                number,
            )
        )
    return made
