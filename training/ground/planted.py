"""Photographs with two photographic cut-outs of different kinds planted in each, to measure selecting by words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from training.ground.labels import held_out, read_rgb, table

LONG_SIDE = 768
_LEAST_PIXELS = 100  # of a cut-out's long side
_MOST_ENLARGED = 1.8
_SIZES = (0.22, 0.45)  # of the photo's long side
_LEAST_SHORT_SIDE = 360


@dataclass(frozen=True, eq=False)
class Planted:
    """One case.

    Attributes
    ----------
    rgb
        ``(h, w, 3)`` float32, 0 to 1.
    masks
        The two objects' masks, ``(h, w)`` bool.
    names
        The two objects' names.
    absent
        Names of things that are not there.
    """

    rgb: np.ndarray
    masks: tuple[np.ndarray, np.ndarray]
    names: tuple[str, str]
    absent: tuple[str, ...]


def head(name: str) -> str:
    """The noun of a name: "man in a red vest" gives "man", "blue sedan car" gives "car"."""
    for cut in (
        " in ",
        " with ",
        " on ",
        " of ",
        " carrying ",
        " reading ",
        " walking",
        " pointing",
        " jumping",
        " dancing",
        " standing",
    ):
        if cut == " of " and cut in name:
            return name.split(cut)[1].rsplit(maxsplit=1)[-1]
        name = name.split(cut, maxsplit=1)[0]
    return name.split()[-1].lower()


def _place(
    random: np.random.Generator, item: dict[str, Any], data: Path, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """The object's ``(h, w, 3)`` colours and ``(h, w)`` transparency at a random place and size in the photo."""
    height, width = size
    raw = cv2.imread(str(data / item["file"]), cv2.IMREAD_UNCHANGED)
    if raw is None or raw.shape[2] != 4:
        raise FileNotFoundError(item["file"])
    rgba = raw[..., [2, 1, 0, 3]].astype(np.float32) / 255
    wanted = float(random.uniform(*_SIZES)) * max(size)
    scale = min(
        wanted / max(rgba.shape[:2]), _MOST_ENLARGED, 0.8 * height / rgba.shape[0], 0.45 * width / rgba.shape[1]
    )
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    rgba[..., :3] *= rgba[..., 3:]
    rgba = np.clip(cv2.resize(rgba, None, fx=scale, fy=scale, interpolation=way), 0, 1)
    rows, columns = rgba.shape[:2]
    top = int(random.integers(0, height - rows + 1))
    left = int(random.integers(0, width - columns + 1))
    out = np.zeros((height, width, 4), np.float32)
    out[top : top + rows, left : left + columns] = rgba
    return out[..., :3], out[..., 3]


def planted(data: Path, count: int, seed: int, *, measured: bool) -> Iterator[Planted]:
    """Cases, the same for the same seed.

    Parameters
    ----------
    data
        The built data folder.
    count
        How many.
    seed
        Of the random generator.
    measured
        Whether held-out photos and objects are used (for the bar) or only others (for choosing parameters).
    """
    random = np.random.default_rng(seed)
    photos = [
        item
        for item in table(data / "photos" / "photos.jsonl")
        if held_out(item) is measured and min(item["width"], item["height"]) >= _LEAST_SHORT_SIDE
    ]
    things = [
        item
        for item in table(data / "objects" / "objects.jsonl")
        if item["is_photo"] and held_out(item) is measured and max(item["width"], item["height"]) >= _LEAST_PIXELS
    ]
    made = 0
    while made < count:
        photo = photos[random.integers(len(photos))]
        first, second, third = (things[number] for number in random.choice(len(things), 3, replace=False))
        heads = {head(item["name"]) for item in (first, second, third)}
        same = {first["category"], second["category"]} & {third["category"]}
        if len(heads) < 3 or same or any(noun in photo["caption"].lower() for noun in heads):
            continue
        rgb = read_rgb(data / photo["file"], LONG_SIDE).astype(np.float32) / 255
        if max(rgb.shape[:2]) < LONG_SIDE:
            rgb = cv2.resize(rgb, None, fx=LONG_SIDE / max(rgb.shape[:2]), fy=LONG_SIDE / max(rgb.shape[:2]))
        found = _two(random, (first, second), data, rgb)
        if found is None:
            continue
        made += 1
        yield Planted(*found, names=(first["name"], second["name"]), absent=(third["name"],))


def _two(
    random: np.random.Generator, items: tuple[dict[str, Any], dict[str, Any]], data: Path, rgb: np.ndarray
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]] | None:
    """The photo with both objects apart from one another, or nothing when no place was found."""
    for _ in range(20):
        (colour_a, alpha_a), (colour_b, alpha_b) = (_place(random, item, data, rgb.shape[:2]) for item in items)
        if ((alpha_a > 0.02) & (cv2.dilate(alpha_b, np.ones((9, 9))) > 0.02)).any():
            continue
        out = rgb * (1 - alpha_a - alpha_b)[..., None] + colour_a + colour_b
        return np.clip(out, 0, 1), (alpha_a > 0.5, alpha_b > 0.5)
    return None
