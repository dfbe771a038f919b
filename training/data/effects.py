"""Builds ``sounds``: effects at 16 kHz mono, each once, paired with the cut-outs that make them."""

from __future__ import annotations

import collections
import hashlib
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from training.data.licences import Credit, Licences
from training.data.pairing import pair_by_name
from training.data.pictures import fresh_folder, package_stem
from training.data.sound_files import EFFECT_RATE, catalogue_sounds, decode, tidy_effect
from training.data.sources import Sources
from training.data.tables import Names, grouped, read_rows, slug, write_rows

SHORTEST = 0.05  # seconds
OPENSFX = "openttd-opensfx/usr/share/games/openttd/baseset/opensfx/opensfx.cat"


@dataclass
class Effects:
    """The effects taken so far; equal ones are taken once, with all their cut-outs."""

    folder: Path
    objects: dict[str, dict[str, Any]]
    names: Names = field(default_factory=Names)
    rows: list[dict[str, Any]] = field(default_factory=list)
    _seen: dict[bytes, dict[str, Any]] = field(default_factory=dict)

    def add(
        self,
        samples: np.ndarray,
        base: str,
        name: str,
        caption: str,
        credit: Credit,
        source_path: str,
        object_files: list[str],
    ) -> None:
        """Take a sound, unless it is silent."""
        tidied = tidy_effect(samples)
        if tidied is None or len(tidied) < SHORTEST * EFFECT_RATE:
            print(f"silent: {source_path}")
            return
        digest = hashlib.md5((tidied * 8000).astype(np.int16).tobytes(), usedforsecurity=False).digest()
        row = self._seen.get(digest)
        if row is None:
            file = self.names.take(slug(base), ".flac")
            soundfile.write(self.folder / file, tidied, EFFECT_RATE, subtype="PCM_16", format="FLAC")
            row = {
                "file": f"sounds/{file}",
                "name": name,
                "caption": caption,
                "seconds": round(len(tidied) / EFFECT_RATE, 2),
                "source_package": credit.package,
                "licence": credit.licence,
                "licence_class": credit.licence_class.value,
                "author": credit.author,
                "source_path": source_path,
                "object_files": sorted(object_files),
            }
            self.rows.append(row)
            self._seen[digest] = row
        else:
            row["object_files"] = sorted(set(row["object_files"]) | set(object_files))
        for object_file in object_files:
            self.objects[object_file]["sound"] = row["file"]


def _opensfx_credit(label: str) -> Credit:
    licence = "CC-BY-3.0"
    if "License: Creative Commons Zero" in label:
        licence = "CC0-1.0"
    elif "ShareAlike" in label:
        licence = "CC-BY-SA-3.0"
    return Credit("openttd-opensfx", licence, re.sub(r" License:.*", "", label))


def _add_stamp_sounds(effects: Effects, sources: Sources, licences: Licences, pairs: dict[str, list[str]]) -> None:
    for source_path in sorted(pairs):
        if "tuxpaint-stamps" not in source_path:
            continue
        path = sources.tree / source_path
        shown = effects.objects[pairs[source_path][0]]
        effects.add(
            decode(path, EFFECT_RATE),
            "tuxpaint_" + path.stem,
            shown["name"],
            "the sound of " + shown["caption"],
            licences.credit(path),
            source_path,
            pairs[source_path],
        )


def _add_listed_sounds(effects: Effects, sources: Sources, licences: Licences, pairs: dict[str, list[str]]) -> None:
    catalogue = list(catalogue_sounds(sources.tree / OPENSFX))
    for prefix, line in grouped("sounds"):
        file, name, caption = line.split("|")
        if prefix == "opensfx":
            label, wave = catalogue[int(file)]
            with tempfile.NamedTemporaryFile(suffix=".wav") as temporary:
                temporary.write(wave)
                temporary.flush()
                samples = decode(Path(temporary.name), EFFECT_RATE)
            place = f"openttd-opensfx/opensfx.cat[{file}]"
            effects.add(samples, f"opensfx_{name}", name, caption, _opensfx_credit(label), place, [])
            continue
        if file.startswith("*"):  # anywhere in the package
            path = sorted((sources.tree / prefix.split("/")[0]).rglob(file[1:]))[0]
        else:
            path = sources.tree / (prefix + file)
        credit = licences.credit(path)
        if path.name == "drum_kit.ogg":
            credit = Credit(credit.package, "CC-Sampling+-1.0", credit.author, credit.url)
        source_path = sources.relative(path)
        base = f"{package_stem(credit.package)}_{name}"
        effects.add(decode(path, EFFECT_RATE), base, name, caption, credit, source_path, pairs.get(source_path, []))


def build_sounds(sources: Sources) -> int:
    """Write the effects and their table, and pair the tables of objects and photos with them; returns how many.

    Needs ``objects`` and ``photos`` to be built.
    """
    folder = fresh_folder(sources.root / "sounds")
    objects = read_rows(sources.root, "objects")
    effects = Effects(folder, {row["file"]: row for row in objects})
    licences = Licences(sources)
    pairs: dict[str, list[str]] = collections.defaultdict(list)
    for pair in read_rows(sources.root, "pairs"):
        pairs[pair["sound"]].append(pair["object"])
    _add_stamp_sounds(effects, sources, licences, pairs)
    _add_listed_sounds(effects, sources, licences, pairs)
    pair_by_name(effects.rows, objects, read_rows(sources.root, "photos"))
    write_rows(sources.root, "sounds", effects.rows)
    write_rows(sources.root, "objects", objects)
    return len(effects.rows)
