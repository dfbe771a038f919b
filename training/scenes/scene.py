"""A composed scene as a value, and how it is kept in shards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

Kind = Literal["add", "remove", "replace", "harmonise"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, eq=False)
class SceneObject:
    """A thing in a scene.

    Attributes
    ----------
    name, caption
        "dog", "a German shepherd dog standing".
    mask
        ``(H, W)`` uint8, 0 to 255: its visible cover, less what stands in front of it in either picture; without its
        shadow.
    in_source, in_target
        Which of the pictures show it.
    """

    name: str
    caption: str
    mask: np.ndarray
    in_source: bool
    in_target: bool


@dataclass(frozen=True, eq=False)
class Scene:
    """Two pictures that differ by one edit; display-encoded sRGB.

    Attributes
    ----------
    kind
        What turns the source into the target.
    source, target, draft
        ``(H, W, 3)`` uint8: before the edit, truly after it, and what the draft step alone would give.
    changed
        ``(H, W)`` uint8, 0 or 255: where source and target may differ, objects with their shadows.
    objects
        Everything that was placed; what the edit is about comes first.
    source_caption, target_caption
        What the pictures show.
    instruction
        The edit in words; ``[ref#1]`` is the first reference.
    references
        ``(h, w, 4)`` uint8 each, straight transparency last.
    files
        Items it is made of.
    seed, index
        What it was drawn from.
    """

    kind: Kind
    source: np.ndarray
    target: np.ndarray
    draft: np.ndarray
    changed: np.ndarray
    objects: tuple[SceneObject, ...]
    source_caption: str
    target_caption: str
    instruction: str
    references: tuple[np.ndarray, ...]
    files: tuple[str, ...]
    seed: int
    index: int


_PICTURES = ("source", "target", "draft", "changed")
_TEXTS = ("kind", "source_caption", "target_caption", "instruction", "seed", "index")


def pack(scene: Scene) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The scene's arrays by name, and the rest as JSON values: a sample of `training.data.shards`."""
    arrays = {name: getattr(scene, name) for name in _PICTURES}
    arrays["masks"] = np.stack([each.mask for each in scene.objects])
    arrays |= {f"reference{number}": picture for number, picture in enumerate(scene.references)}
    rest = {name: getattr(scene, name) for name in _TEXTS}
    things = [[each.name, each.caption, each.in_source, each.in_target] for each in scene.objects]
    return arrays, {**rest, "files": list(scene.files), "objects": things}


def unpack(arrays: Mapping[str, np.ndarray], rest: Mapping[str, Any]) -> Scene:
    """The scene that :func:`pack` took apart."""
    things = zip(rest["objects"], arrays["masks"], strict=True)
    return Scene(
        **{name: arrays[name] for name in _PICTURES},
        **{name: rest[name] for name in _TEXTS},
        objects=tuple(SceneObject(name, caption, mask, *shown) for (name, caption, *shown), mask in things),
        references=tuple(arrays[f"reference{number}"] for number in range(len(arrays) - len(_PICTURES) - 1)),
        files=tuple(rest["files"]),
    )
