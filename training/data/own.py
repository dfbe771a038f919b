"""A folder of the user's own pictures, cut-outs, sounds and music, brought into a data folder's tables."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from PIL import Image

from engine.draft.cutout import cut_out
from engine.errors import BadInput
from engine.files import read_reference, read_sound, sniff, write_bytes
from engine.files.writing import write_fault
from engine.values import Media
from training.data.clips import LENGTH, RATE
from training.data.codes import codes
from training.data.items import LicenceClass
from training.data.licences import classify
from training.data.pictures import LONGEST, QUALITY
from training.data.sound_files import EFFECT_RATE, tidy_effect
from training.data.tables import Names, read_rows, slug

OWN = "own"
KINDS = ("photos", "objects", "sounds", "music")
MUSIC = "music"  # sounds below a folder of that name are music
_TEXT = ".txt"
_LEAST_TRANSPARENT = 0.02  # share of see-through pixels that makes a picture a cut-out
_LETTERS = str.maketrans("0123456789", "abcdefghij")
_CAMERA = re.compile(r"(?:img|dsc[fn]?|p|pxl|mvi|image|photo|picture|scan|track|audio|rec(?:ording)?)?[\d_]*")


@dataclass(frozen=True)
class Imported:
    """How many items of each kind came in, and what was left out and why: ``(file, reason)``."""

    counts: Mapping[str, int]
    skipped: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """One line."""
        brought = ", ".join(f"{count} {kind}" for kind, count in self.counts.items() if count)
        if not self.skipped:
            return brought
        file, reason = self.skipped[0]
        return f"{brought}; {len(self.skipped)} skipped, the first: {file} ({reason})"


@dataclass(frozen=True)
class _Target:
    """Where items go, and what they share."""

    root: Path
    licence: str
    licence_class: LicenceClass
    author: str
    names: Mapping[str, Names]

    def keep(self, kind: str, source: Path, suffix: str, content: io.BytesIO) -> dict[str, Any]:
        """Write an item's file; returns the fields that all items have."""
        name = self.names[kind].take(f"{OWN}_{_side_name(source.stem)}", suffix)
        write_bytes(self.root / kind / name, content.getvalue())
        return {
            "file": f"{kind}/{name}",
            "source_package": OWN,
            "licence": self.licence,
            "licence_class": self.licence_class.value,
            "author": self.author,
            "source_path": str(source),
        }


def bring_in(folder: Path, data: Path, licence: str = OWN, author: str = "") -> Imported:
    """Add a folder's photographs, cut-outs, sounds and music to a data folder; files of its own are written there.

    A picture with transparency is a cut-out; a sound below a folder called ``music`` is music. What a ``.txt`` file
    of the same name says is the caption, the cut-out's name or the music's mood; else the file's name is.

    Parameters
    ----------
    folder
        Searched with all folders below it.
    data
        The data folder, made when absent. What an earlier import of the same file brought is replaced.
    licence
        Of everything in the folder, as it is to be recorded. "own" may train what stays with its owner, and not what
        is shipped.
    author
        To be credited.

    Raises
    ------
    BadInput
        When the folder is absent or holds nothing that can be read.
    """
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}.")
    files = [path for path in sorted(folder.resolve().rglob("*")) if path.is_file() and path.suffix.lower() != _TEXT]
    files = [path for path in files if data.resolve() not in path.parents and not path.name.startswith(".")]
    licence_class = LicenceClass.own if licence.lower() == OWN else classify(licence)
    rows = {kind: _kept(data, kind, files) for kind in KINDS}
    names = {kind: Names({Path(row["file"]).stem for row in rows[kind]}) for kind in KINDS}
    target = _Target(data, licence, licence_class, author, names)
    counts: Counter[str] = Counter()
    skipped: list[tuple[str, str]] = []
    try:
        for kind in KINDS:
            (data / kind).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_fault(data, error) from error
    for path in files:
        try:
            kind, row = _item(path, folder.resolve(), target)
        except BadInput as error:
            skipped.append((path.name, error.message))
            continue
        rows[kind].append(row)
        counts[kind] += 1
    if not counts:
        reason = f" (the first: {skipped[0][1]})" if skipped else ""
        raise BadInput(f"{folder} holds nothing to learn from{reason}.", "Give pictures and sounds that can be read.")
    for kind in KINDS:
        table = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows[kind])
        write_bytes(data / kind / f"{kind}.jsonl", table.encode())
    return Imported({kind: counts[kind] for kind in KINDS}, tuple(skipped))


def _kept(data: Path, kind: str, coming: list[Path]) -> list[dict[str, Any]]:
    """The rows that are there already, less those of files that come again."""
    if not (data / kind / f"{kind}.jsonl").is_file():
        return []
    again = {str(path) for path in coming}
    return [row for row in read_rows(data, kind) if row["source_package"] != OWN or row["source_path"] not in again]


def _side_name(stem: str) -> str:
    """A file name that the held-out rule, which drops numbers at the end, tells apart.

    A camera's IMG_1234 says nothing but its number: that is spelled in letters, or a whole camera's photographs would
    fall on one side.
    """
    name = slug(stem) or "item"
    return name.translate(_LETTERS) if _CAMERA.fullmatch(name) else name


def _said(path: Path) -> str:
    """What the text file beside an item says, or its file name in words."""
    beside = path.with_suffix(_TEXT)
    if beside.is_file():
        return " ".join(beside.read_text(encoding="utf-8", errors="replace").split())
    return re.sub(r"[\W_]+", " ", re.sub(r"[\d_\-\s]+$", "", path.stem)).strip() or path.stem


def _item(path: Path, folder: Path, target: _Target) -> tuple[str, dict[str, Any]]:
    """The kind and row of a file, brought in."""
    if sniff(path) is Media.sound:
        is_music = MUSIC in (part.lower() for part in path.relative_to(folder).parts[:-1])
        return _music(path, target) if is_music or folder.name.lower() == MUSIC else _sound(path, target)
    photo = read_reference(path)
    rgb = photo.floats()
    cover = photo.transparency
    if cover is not None and float((cover < 0.5).mean()) > _LEAST_TRANSPARENT:
        return _object(path, rgb, cover, target)
    picture = Image.fromarray(codes(rgb))
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=QUALITY, subsampling=0)
    row = target.keep("photos", path, ".jpg", content)
    return "photos", {**row, "width": picture.width, "height": picture.height, "caption": _said(path), "source_url": ""}


def _object(path: Path, rgb: np.ndarray, cover: np.ndarray, target: _Target) -> tuple[str, dict[str, Any]]:
    cut = cut_out(rgb, cover)
    shown = codes(cut.rgba)
    content = io.BytesIO()
    Image.fromarray(shown).save(content, "PNG", optimize=True)
    row = target.keep("objects", path, ".png", content)
    caption = _said(path)
    name = re.sub(r"^(?:an?|the) ", "", caption)
    if caption == name and not path.with_suffix(_TEXT).is_file():
        caption = f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
    about = {"name": name, "caption": caption, "category": "thing", "is_photo": not cut.drawn}
    return "objects", {
        **row,
        **about,
        "sound": None,
        "sounds_by_name": [],
        "width": shown.shape[1],
        "height": shown.shape[0],
        "source_url": "",
    }


def _sound(path: Path, target: _Target) -> tuple[str, dict[str, Any]]:
    sound = read_sound(path)
    samples = tidy_effect(_mono(sound.samples, sound.rate, EFFECT_RATE))
    if samples is None:
        raise BadInput(f"{path.name} is silent.")
    content = io.BytesIO()
    soundfile.write(content, samples, EFFECT_RATE, format="FLAC")
    row = target.keep("sounds", path, ".flac", content)
    name = _said(path)
    shown = {"object_files": [], "object_files_by_name": [], "photo_files_by_name": []}
    return "sounds", {**row, "name": name, "caption": name, "seconds": round(len(samples) / EFFECT_RATE, 2), **shown}


def _music(path: Path, target: _Target) -> tuple[str, dict[str, Any]]:
    sound = read_sound(path)
    samples = _mono(sound.samples, sound.rate, RATE)[: LENGTH * RATE]
    content = io.BytesIO()
    soundfile.write(content, samples, RATE, format="OGG", subtype="VORBIS")
    row = target.keep("music", path, ".ogg", content)
    mood = _said(path) if path.with_suffix(_TEXT).is_file() else ""
    about = {"title": path.stem, "mood": mood, "rendered_midi": False}
    return "music", {**row, **about, "seconds": round(len(samples) / RATE, 2)}


def _mono(samples: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    return soxr.resample(samples.mean(axis=1).astype(np.float32), rate, wanted)
