"""Photographs and cut-outs in memory, small enough that scenes are drawn from them live."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import training.ground
from engine.draft.cutout import cut_out
from engine.draft.place import resized
from engine.errors import BadInput
from training.data import items
from training.data.codes import codes
from training.data.items import LicenceClass
from training.data.licences import classify
from training.ground.labels import cut_outline, table
from training.library.build import OUT as LIBRARY
from training.scenes.words import Setting, belongs, setting_of

LABELS = Path(training.ground.__file__).with_name("labels.jsonl")
SHIPPED = frozenset(each for each in LicenceClass if each.permissive)
_ROOM = 1.6  # short side of a photograph over the side of a scene: crops have room
_LEAST_PHOTO = 0.75  # short side over the side of a scene: below this scenes would be soft
_LEAST_THING = 48  # pixels of a cut-out's long side
_LEAST_COVER = 0.15  # share of its box that a cut-out covers
_STANDING = "gdnp"  # grass, sand, snow and road in the hand-made grids
_LEAST_STANDING = 0.08  # of a photograph: with less ground nothing stands on it
_OUTLINING = 200  # short side at which outlines are moved to the edges, pixels: more would make loading slow
_LEAST_COLOUR = 6  # mean of the largest less the smallest channel, of 255: below this a photograph is black and white


@dataclass(frozen=True, eq=False)
class Ground:
    """A photograph to place things on.

    Attributes
    ----------
    rgb
        ``(h, w, 3)`` uint8.
    file, caption, setting
        The item, what it shows and where it was taken.
    standing
        ``(h, w)`` bool, where there is ground to stand on; absent where nobody said.
    own
        ``(h, w)`` uint8, 0 or 255 each: the photograph's own outlined objects.
    """

    rgb: np.ndarray
    file: str
    caption: str
    setting: Setting
    standing: np.ndarray | None = None
    own: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True, eq=False)
class Thing:
    """A photographic cut-out.

    Attributes
    ----------
    rgba
        ``(h, w, 4)`` uint8, cropped to what shows, colours extended under transparent pixels.
    file
        The item it is from: its own file, or the photograph that it was cut from.
    name, caption, setting
        What it is, and where it belongs.
    """

    rgba: np.ndarray
    file: str
    name: str
    caption: str
    setting: Setting


@dataclass(frozen=True)
class _Source:
    path: Path
    file: str
    name: str
    caption: str
    category: str = ""


@dataclass(frozen=True, eq=False)
class Stock:
    """What scenes of one size are made of.

    Attributes
    ----------
    side
        Of the scenes, pixels.
    grounds, things
        All of one side of the held-out line.
    skipped
        Files that could not be read.
    """

    side: int
    grounds: tuple[Ground, ...]
    things: tuple[Thing, ...]
    skipped: tuple[str, ...] = ()

    @classmethod
    def load(
        cls,
        data: Path | None = None,
        side: int = 128,
        *,
        held_out: bool = False,
        licences: Collection[LicenceClass] = SHIPPED,
        library: Path | None = LIBRARY,
    ) -> Stock:
        """Read a data folder and the cut-outs of a reference library.

        Parameters
        ----------
        data
            A built data folder; else the one that ``OVERTONE_DATA`` names.
        side
            Of the scenes, pixels.
        held_out
            Whether to take only what is kept for evaluation, or only what is not.
        licences
            Classes to take; those of shipped weights unless told otherwise.
        library
            Folder of cut-outs made from the data folder's photographs (``resources/library``); none for none. They
            fall on their photograph's side.

        Raises
        ------
        BadInput
            When no photograph or no cut-out is left.
        """
        skipped: list[str] = []
        grounds: list[Ground] = []
        labels = {line["photo"]: line for line in table(LABELS)}
        for item in items.photos(data):
            if item.held_out is held_out and item.licence_class in licences:
                setting = setting_of(item.caption)
                if setting is Setting.nowhere or min(item.width, item.height) < _LEAST_PHOTO * side:
                    continue
                rgb = _read_photo(item.path, round(_ROOM * side))
                if rgb is None:
                    skipped.append(item.file)
                    continue
                ground = Ground(rgb, item.file, item.caption, setting, *_labelled(rgb, labels.get(item.file, {})))
                bare = ground.standing is not None and ground.standing.mean() < _LEAST_STANDING
                if np.ptp(rgb, axis=2).mean() >= _LEAST_COLOUR and not (bare and setting is Setting.landscape):
                    grounds.append(ground)
        things: list[Thing] = []
        sources = _objects(data, held_out, licences)
        for source in (*sources, *(_of_library(library, held_out, licences) if library else ())):
            setting = belongs(source.name, source.category)
            if setting is Setting.nowhere:
                continue
            rgba = _read_cutout(source.path, side)
            if rgba is None:
                skipped.append(source.file)
            elif (rgba[..., 3] > 128).mean() >= _LEAST_COVER:
                things.append(Thing(rgba, source.file, source.name, source.caption, setting))
        for found, what in ((grounds, "photograph"), (things, "photographic cut-out")):
            if not found:
                raise BadInput(
                    f"The data holds no {what} for scenes of {side} pixels.",
                    "Add some with overtone train data --own FOLDER, or allow more licences.",
                )
        return cls(side, tuple(grounds), tuple(things), tuple(skipped))


def _objects(data: Path | None, held_out: bool, licences: Collection[LicenceClass]) -> Iterator[_Source]:
    for item in items.objects(data):
        fits = item.is_photo and item.held_out is held_out and item.licence_class in licences
        if fits and max(item.width, item.height) >= _LEAST_THING:
            yield _Source(item.path, item.file, item.name, item.caption, item.category)


def _of_library(library: Path, held_out: bool, licences: Collection[LicenceClass]) -> Iterator[_Source]:
    """Cut-outs of a reference library; those taken whole from the data are there already."""
    for row in json.loads((library / "library.json").read_text(encoding="utf-8")):
        package = row["source"].partition(": ")[0]
        own = row["photo"].startswith("photos/") and items.is_held_out(row["photo"], package) is held_out
        if own and classify(row["licence"]) in licences:
            yield _Source(library / row["file"], row["photo"], row["name"], row["caption"])


def _labelled(rgb: np.ndarray, label: Mapping[str, Any]) -> tuple[np.ndarray | None, tuple[np.ndarray, ...]]:
    """Where to stand and the own objects of a photograph, from its hand-made label."""
    height, width = rgb.shape[:2]
    standing = None
    if "grid" in label:
        cells = np.array([[letter in _STANDING for letter in row] for row in label["grid"]], np.uint8)
        standing = cv2.resize(cells, (width, height), interpolation=cv2.INTER_NEAREST) > 0
    factor = min(1.0, _OUTLINING / min(height, width))
    small = cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    masks = (cut_outline(small, np.array(each["points"])) for each in label.get("outlines", ()))
    return standing, tuple(cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR) for mask in masks)


def _read_photo(path: Path, short_side: int) -> np.ndarray | None:
    """``(h, w, 3)`` uint8 with a short side of at most ``short_side``."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        return None
    factor = short_side / min(pixels.shape[:2])
    if factor < 1:
        pixels = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(pixels[..., ::-1])


def _read_cutout(path: Path, long_side: int) -> np.ndarray | None:
    """``(h, w, 4)`` uint8 with a long side of at most ``long_side``; nothing when it has no transparency."""
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.ndim != 3 or pixels.shape[2] != 4 or pixels.dtype != np.uint8:
        return None
    values = pixels.astype(np.float32) / 255
    try:
        rgba = cut_out(np.ascontiguousarray(values[..., 2::-1]), values[..., 3]).rgba
    except BadInput:  # nothing shows, or too little
        return None
    factor = long_side / max(rgba.shape[:2])
    if factor < 1:
        rgba = resized(rgba, max(1, round(rgba.shape[1] * factor)), max(1, round(rgba.shape[0] * factor)))
    return codes(rgba)
