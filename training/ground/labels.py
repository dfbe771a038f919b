"""The hand-made labels: grids of letters, outlines cut to edges, objects on plain grounds."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine.ground.network import STUFF

LETTERS = dict(zip("scwgtmrdnpbfhaok", range(len(STUFF)), strict=True)) | {"l": STUFF.index("backdrop")}
UNKNOWN = 255
PERMISSIVE = ("public-domain", "attribution")
HELD_OUT_SOURCES = (
    "palapeli-data",
    "libjxl-testdata",
    "puzzle-jigsaw",
    "forensics-samples-files",
    "pypi:scikit-image",
    "pypi:scikit-learn",
)
_LONG_SIDE = 640


@dataclass(frozen=True, eq=False)
class Outlined:
    """One object in a labelled photo: ``mask`` ``(h, w)`` uint8 0 or 255, its name and its class in ``STUFF``."""

    name: str
    kind: int
    mask: np.ndarray


@dataclass(frozen=True, eq=False)
class LabelledPhoto:
    """A training photo at most 640 pixels long.

    Attributes
    ----------
    rgb
        ``(h, w, 3)`` uint8.
    stuff
        ``(h, w)`` uint8 index in ``STUFF``; 255 where nobody said.
    objects
        The outlined objects.
    """

    rgb: np.ndarray
    stuff: np.ndarray
    objects: tuple[Outlined, ...]


@dataclass(frozen=True, eq=False)
class Cutout:
    """An object with its ``(h, w, 4)`` uint8 pixels (straight transparency), name, class, and whether it is drawn."""

    rgba: np.ndarray
    name: str
    kind: int
    drawn: bool


def held_out(item: dict[str, Any]) -> bool:
    """Whether an item of the data tables is kept for measurements, never for training."""
    stem = Path(item["file"]).stem.lower()
    stem = stem.split("_", 1)[1] if "_" in stem else stem
    stem = re.sub(r"[_\-]?\d+$", "", stem)
    return item["source_package"] in HELD_OUT_SOURCES or hashlib.sha1(stem.encode()).hexdigest()[0] in "012"


def table(path: Path) -> list[dict[str, Any]]:
    """The lines of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def trainable(data: Path, kind: str) -> list[dict[str, Any]]:
    """Items of ``photos`` or ``objects`` that shipped weights may learn from."""
    items = table(data / kind / f"{kind}.jsonl")
    return [item for item in items if item["licence_class"] in PERMISSIVE and not held_out(item)]


def read_rgb(path: Path, long_side: int = _LONG_SIDE) -> np.ndarray:
    """``(h, w, 3)`` uint8 RGB, shrunk to ``long_side``."""
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        raise FileNotFoundError(path)
    factor = long_side / max(bgr.shape[:2])
    if factor < 1:
        bgr = cv2.resize(bgr, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(bgr[..., ::-1])


def _ellipse(radius: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def cut_outline(rgb: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The mask of an object whose rough outline was drawn by hand, moved to the picture's edges by GrabCut.

    Parameters
    ----------
    rgb
        ``(h, w, 3)`` uint8.
    points
        ``(k, 2)`` x and y, 0 to 1 of the width and height.

    Returns
    -------
    numpy.ndarray
        ``(h, w)`` uint8, 0 or 255.
    """
    height, width = rgb.shape[:2]
    corners = points * [width, height]
    drawn = np.zeros((height, width), np.uint8)
    cv2.fillPoly(drawn, [np.round(corners).astype(np.int32)], 1)
    size = float(np.sqrt(drawn.sum()))
    slack = max(3, int(size * 0.045))
    label = np.full((height, width), cv2.GC_BGD, np.uint8)
    label[cv2.dilate(drawn, _ellipse(int(slack * 1.3))) > 0] = cv2.GC_PR_BGD
    label[drawn > 0] = cv2.GC_PR_FGD
    label[cv2.erode(drawn, _ellipse(slack)) > 0] = cv2.GC_FGD
    low = np.maximum((corners.min(0) - size * 0.4).astype(int), 0)
    high = (corners.max(0) + size * 0.4).astype(int)
    part = (slice(low[1], high[1]), slice(low[0], high[0]))
    out = np.zeros((height, width), np.uint8)
    out[part] = _grab(rgb[part], label[part], 4)
    return _solid(out, 0.08)


def cut_plain(rgb: np.ndarray) -> np.ndarray:
    """The mask of a single object on a rather plain ground, ``(h, w)`` uint8, 0 or 255."""
    height, width = rgb.shape[:2]
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    rim = np.concatenate([part.reshape(-1, 3) for part in (lab[:4], lab[-4:], lab[:, :4], lab[:, -4:])])[::23]
    apart = np.sort(np.sqrt(((lab[:, :, None] - rim[None, None]) ** 2).sum(-1)), axis=2)[..., :5].mean(2)
    apart = cv2.GaussianBlur(apart, (0, 0), 2)
    rows, columns = np.mgrid[:height, :width]
    middle = np.exp(-(((columns / width - 0.5) / 0.42) ** 2 + ((rows / height - 0.5) / 0.42) ** 2))
    score = apart * middle
    label = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    label[score > np.percentile(score, 60)] = cv2.GC_PR_FGD
    label[score > np.percentile(score, 88)] = cv2.GC_FGD
    label[:3] = label[-3:] = cv2.GC_BGD
    label[:, :3] = label[:, -3:] = cv2.GC_BGD
    return _solid(_grab(rgb, label, 5), 0.1)


def _grab(rgb: np.ndarray, label: np.ndarray, rounds: int) -> np.ndarray:
    label = label.copy()
    cv2.setRNGSeed(0)
    cv2.grabCut(
        np.ascontiguousarray(rgb),
        label,
        (0, 0, 1, 1),
        np.zeros((1, 65)),
        np.zeros((1, 65)),
        rounds,
        cv2.GC_INIT_WITH_MASK,
    )
    return (((label == cv2.GC_FGD) | (label == cv2.GC_PR_FGD)) * 255).astype(np.uint8)


def _solid(mask: np.ndarray, least: float) -> np.ndarray:
    """Without specks (parts below ``least`` of the whole) and with pin holes closed."""
    mask = cv2.medianBlur(mask, 5)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    kept = [k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] > least * max((mask > 0).sum(), 1)]
    mask = np.isin(labels, kept).astype(np.uint8) * 255
    count, labels, stats, _ = cv2.connectedComponentsWithStats(255 - mask)
    holes = [k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] < 0.05 * max((mask > 0).sum(), 1)]
    mask[np.isin(labels, holes)] = 255
    return mask


def labelled_photos(data: Path, labels: Path) -> list[LabelledPhoto]:
    """Every labelled photo with its masks made."""
    out = []
    for line in table(labels):
        rgb = read_rgb(data / line["photo"])
        height, width = rgb.shape[:2]
        stuff = np.full((height, width), UNKNOWN, np.uint8)
        if "grid" in line:
            cells = np.array([[LETTERS.get(letter, UNKNOWN) for letter in row] for row in line["grid"]], np.uint8)
            stuff = cv2.resize(cells, (width, height), interpolation=cv2.INTER_NEAREST)
        objects = [
            Outlined(each["name"], LETTERS[each["kind"]], cut_outline(rgb, np.array(each["points"])))
            for each in line.get("outlines", [])
        ]
        if "plain" in line:
            mask = cut_plain(rgb)
            objects.append(Outlined(line["plain"]["name"], LETTERS[line["plain"]["kind"]], mask))
            if line["plain"]["kind"] == "o":
                stuff[cv2.dilate(mask, _ellipse(6)) == 0] = LETTERS["k"]
        for each in objects:
            stuff[each.mask > 0] = each.kind
        out.append(LabelledPhoto(rgb, stuff, tuple(objects)))
    return out


def cutouts(photos: list[LabelledPhoto], data: Path) -> list[Cutout]:
    """Objects to plant: cut from the labelled photos, and the permissive cut-outs of the data."""
    out = []
    for photo in photos:
        for each in photo.objects:
            rows, columns = np.flatnonzero(each.mask.any(1)), np.flatnonzero(each.mask.any(0))
            part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
            soft = cv2.GaussianBlur(each.mask, (0, 0), 0.8)
            soft = np.where(each.mask > 0, soft, soft // 2)
            out.append(Cutout(np.dstack([photo.rgb[part], soft[part]]), each.name, each.kind, drawn=False))
    categories = {"animal": "a", "person": "h", "plant": "f", "building": "b", "body_part": "h"}
    for item in trainable(data, "objects"):
        raw = cv2.imread(str(data / item["file"]), cv2.IMREAD_UNCHANGED)
        if raw is None or raw.ndim != 3 or raw.shape[2] != 4 or max(raw.shape[:2]) < 48:
            continue
        factor = 360 / max(raw.shape[:2])
        if factor < 1:
            raw = cv2.resize(raw, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        rgba = np.ascontiguousarray(raw[..., [2, 1, 0, 3]])
        if (rgba[..., 3] > 128).mean() < 0.15:
            continue
        kind = LETTERS[categories.get(item["category"], "o")]
        out.append(Cutout(rgba, item["name"], kind, drawn=not item["is_photo"]))
    return out
