"""Builds ``resources/samples``: photographs, references, sounds and music for the demo and for trying things out."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
from PIL import Image

from engine.errors import BadInput
from training.data import items
from training.library.build import entries
from training.library.cutting import cut_out
from training.library.slow_piece import RATE, slow_piece

OUT = Path(__file__).parents[2] / "resources" / "samples"
LONGEST_PHOTO = 1800  # pixels
LONGEST_CUTOUT = 900
QUALITY = 90
PAINTING = "x/gcompris-rcc/gcompris/src/activities/details/resource/image/VincentVanGogh0013_background.webp"


@dataclass(frozen=True)
class Sample:
    """A shipped sample: its file, kind and caption, and the data item or library entry that it is made from."""

    file: str
    kind: Literal["photo", "reference", "sound", "music"]
    caption: str
    source: str


SAMPLES: Sequence[Sample] = (
    Sample("meadow.jpg", "photo", "a green meadow, autumn woods and a mountain range", "photos/lomiri_aitzgorri"),
    Sample("mountains.jpg", "photo", "grey peaks with snow above a mountain pasture", "photos/lomiri_picosdeeuropa"),
    Sample("blossom.jpg", "photo", "a honey bee in flight below red blossoms", "photos/gcompris_bee"),
    Sample("piglet.jpg", "photo", "a spotted piglet walking on grass", "photos/gcompris_pig"),
    Sample("kingfisher.jpg", "photo", "a kingfisher on a mossy branch", "photos/gcompris_kingfisher"),
    Sample("castle.jpg", "photo", "a castle behind a lawn under summer clouds", "photos/gcompris_chateaudechambord"),
    Sample("canyon.jpg", "photo", "a river winding through a red canyon", "photos/gcompris_canyondechelly"),
    Sample("dog.png", "reference", "a German shepherd dog standing", "dog"),
    Sample("parrot.png", "reference", "a scarlet macaw", "macaw"),
    Sample("sheep.png", "reference", "a woolly sheep standing", "sheep"),
    Sample("coffee.png", "reference", "a red cup of coffee on its saucer", "coffee"),
    Sample("painting.jpg", "reference", "a painter on his way to work, by Vincent van Gogh", PAINTING),
    Sample("cow.flac", "sound", "a cow mooing", "sounds/opensfx_cow.flac"),
    Sample("horse.flac", "sound", "a horse neighing", "sounds/opensfx_horse.flac"),
    Sample("sheep.flac", "sound", "a sheep bleating", "sounds/opensfx_sheep.flac"),
    Sample("roar.flac", "sound", "a big cat roaring", "sounds/opensfx_lion.flac"),
    Sample("water.flac", "sound", "running water", "sounds/gcompris_water.flac"),
    Sample("fiddle.ogg", "music", "a cheerful Irish fiddle tune in D major", "music/gcompris_ireland.ogg"),
    Sample("slow-piano.ogg", "music", "a slow, sad piano piece in A minor", ""),
)

DEMO: Sequence[Mapping[str, str | Sequence[str]]] = (
    {
        "title": "Add by picture",
        "photo": "meadow.jpg",
        "instruction": "put [ref#1] on the meadow",
        "refs": ["dog.png"],
    },
    {"title": "Remove by words", "photo": "blossom.jpg", "instruction": "remove the bee", "refs": []},
    {
        "title": "Replace by sound",
        "photo": "piglet.jpg",
        "instruction": "replace the piglet with [ref#1]",
        "refs": ["cow.flac"],
    },
    {
        "title": "Mood by music",
        "photo": "mountains.jpg",
        "instruction": "make it feel like [ref#1]",
        "refs": ["slow-piano.ogg"],
    },
)


def _find(known: Mapping[str, items.Item], start: str) -> items.Item:
    found = [item for file, item in known.items() if file.startswith(start)]
    exact = [item for item in found if Path(item.file).stem == Path(start).stem]
    if not found:
        raise BadInput(f"The data folder holds no {start}.", "Rebuild it.")
    chosen = (exact or found)[0]
    if not chosen.shippable:
        raise BadInput(f"{chosen.file} is {chosen.licence}: it cannot ship.")
    return chosen


def _save_photo(picture: Image.Image, file: Path) -> None:
    picture = picture.convert("RGB")
    picture.thumbnail((LONGEST_PHOTO, LONGEST_PHOTO), Image.Resampling.LANCZOS)
    picture.save(file, quality=QUALITY, optimize=True, progressive=True)


def _make(sample: Sample, data: Path, known: Mapping[str, items.Item], out: Path) -> dict[str, str]:
    """Write one sample; returns its licence, author and source."""
    target = out / sample.file
    if not sample.source:
        soundfile.write(target, slow_piece(), RATE, format="OGG", subtype="VORBIS")
        return {"licence": "CC0-1.0", "author": "Overtone contributors", "source": "training/library/slow_piece.py"}
    if sample.source == PAINTING:
        _save_photo(Image.open(data / PAINTING), target)
        return {
            "licence": "public-domain",
            "author": "Vincent van Gogh (1888); scan as in GCompris",
            "source": "gcompris-qt-data: " + PAINTING.removeprefix("x/"),
        }
    if sample.kind == "reference":
        entry = next(entry for entry in entries() if entry.id == sample.source)
        item = _find(known, entry.file)
        if entry.outline is None:
            raise BadInput(f"{entry.id} is not cut from a photo.")
        rgba = cut_out(np.asarray(Image.open(item.path).convert("RGB")), entry.outline, LONGEST_CUTOUT)
        # hidden colours would only make the file larger
        rgba[rgba[..., 3] == 0] = 0
        Image.fromarray(rgba).save(target, optimize=True)
    else:
        item = _find(known, sample.source)
        if sample.kind == "photo":
            _save_photo(Image.open(item.path), target)
        else:
            shutil.copyfile(item.path, target)
    author = item.author or "not named"
    return {"licence": item.licence, "author": author, "source": f"{item.package}: {item.source_path}"}


def _credits(rows: Sequence[Mapping[str, str]]) -> str:
    lines = [
        "# Credits of the samples",
        "",
        "Photographs were scaled to at most 1800 pixels; references were cut out of photographs.",
        "",
        "| file | what | licence | author | source |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        author = row["author"].replace("|", "/").replace("\n", " ")
        lines.append(f"| {row['file']} | {row['caption']} | {row['licence']} | {author} | {row['source']} |")
    return "\n".join(lines) + "\n"


def build_samples(data: Path, out: Path = OUT) -> list[dict[str, str]]:
    """Write the samples with ``samples.json``, ``demo.json`` and ``CREDITS.md``; returns the table's rows.

    Raises
    ------
    BadInput
        When the data folder lacks an item, or its licence forbids shipping it.
    """
    out.mkdir(parents=True, exist_ok=True)
    known: dict[str, items.Item] = {}
    for read in (items.photos, items.objects, items.sounds, items.music):
        known |= {item.file: item for item in read(data)}
    rows = [
        {"file": sample.file, "kind": sample.kind, "caption": sample.caption, **_make(sample, data, known, out)}
        for sample in SAMPLES
    ]
    (out / "samples.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (out / "demo.json").write_text(json.dumps(list(DEMO), indent=1) + "\n", encoding="utf-8")
    (out / "CREDITS.md").write_text(_credits(rows), encoding="utf-8")
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line: ``python -m training.library.samples [DATA] [--out FOLDER]``."""
    parser = argparse.ArgumentParser(prog="python -m training.library.samples", description=__doc__)
    parser.add_argument("data", nargs="?", help=f"data folder; default: what {items.DATA_VARIABLE} names")
    parser.add_argument("--out", type=Path, default=OUT)
    chosen = parser.parse_args(arguments)
    rows = build_samples(items.data_folder(chosen.data), chosen.out)
    print(f"{len(rows)} samples in {chosen.out}")


if __name__ == "__main__":
    main()
