"""Tux Paint's stamps: captions from their own texts, categories from their folders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.data.sources import Sources
from training.data.tables import lines, pairs

FOLDER = "tuxpaint-stamps-default/usr/share/tuxpaint/stamps"
LEFT_OUT = (
    "symbols/alphabets",
    "symbols/math",
    "symbols/money/00",
    "symbols/shapes",
    "symbols/music",
    "symbols/faces",
    "town/flags",
    "vehicles/emergency/sedan_police",
    "people/body_parts/manga_eye",
)
# stamp sounds that are speech, music or unclear
SPOKEN = re.compile(r"roadsigns/|dreydl|santahat|hard_candy|apollo_lander|final-roll-call")
# words that begin a caption and are not names
LOWERED = frozenset(
    (
        "A",
        "An",
        "The",
        "Some",
        "Two",
        "Silver",
        "Brown",
        "Left",
        "Right",
        "Big",
        "Our",
        "Sweet",
        "Measuring",
        "Medieval",
    )
)
FESTIVE_ANIMALS = re.compile("bunny|chick|bluebird|butterfly|blackcat|bat|spider|reindeer")


@dataclass(frozen=True)
class Stamp:
    """A stamp picture with what its package says of it."""

    path: Path
    text: str
    caption: str
    category: str
    is_photo: bool
    sound: Path | None


def caption_of(text: str) -> str:
    """A caption from the English line of a stamp: ``A frog (Rana).`` becomes ``a frog``."""
    caption = re.sub(r"\s*[—–(].*$", "", text).strip().rstrip(".!")
    caption = caption.replace("“", "").replace("”", "").replace("’", "'")
    if caption.split(" ")[0] in LOWERED:
        caption = caption[0].lower() + caption[1:]
    return caption


def category_of(stamp: str) -> str:
    """The category of a stamp from its path without extension, e.g. ``animals/amphibians/frog``."""
    top, name = stamp.split("/", maxsplit=1)[0], stamp.rsplit("/", maxsplit=1)[-1]
    folders = {
        "animals": "animal",
        "clothes": "clothing",
        "food": "food",
        "plants": "plant",
        "vehicles": "vehicle",
        "naturalforces": "nature",
        "space": "space",
    }
    prefixes = {
        "hobbies/music": "instrument",
        "people/body_parts": "body_part",
        "military/vehicles": "vehicle",
        "town/houses": "building",
        "town/monuments": "building",
        "town/cartoon": "building",
        "town/roadsigns": "sign",
    }
    for prefix, category in prefixes.items():
        if stamp.startswith(prefix):
            return category
    if top in folders:
        return folders[top]
    if top == "people":
        return "thing" if "toys" in stamp.split("/") else "person"
    if top == "military":
        return "person" if re.search("fireman|paratrooper", stamp) else "thing"
    if stamp.startswith("seasonal/easter") or re.search("blackcat|bat_left|halloween/spider|reindeer", stamp):
        is_egg = "egg" in name.replace("bunny-egg", "").replace("chick-in-egg", "")
        if FESTIVE_ANIMALS.search(stamp) and not is_egg:
            return "animal"
        return "plant" if "daffodil" in stamp else "thing"
    if re.search("clover|shamrock", stamp):
        return "plant"
    if re.search("Mince_Pie|pudding|turkey|[cC]andy", stamp):
        return "food"
    if re.search("[hH]at(2?|-)?$|elfhat|santahat|stocking", stamp):
        return "clothing"
    return "thing"


def stamps(sources: Sources) -> Iterator[Stamp]:
    """The stamps that show a thing, in the order of their paths."""
    folder = sources.tree / FOLDER
    captions = pairs("stamp_overrides")
    drawn = {line.strip() for line in lines("stamp_nonphoto")}
    found = (file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.suffix in (".png", ".svg"))
    files = sorted(file for file in found if not re.search(r"_(mirror|flip)\.", file))
    present = set(files)
    for file in files:
        stamp, extension = file[:-4], file[-4:]
        # a drawing that is shipped twice is taken as a vector
        if stamp.startswith(LEFT_OUT) or (extension == ".png" and stamp + ".svg" in present):
            continue
        with (folder / f"{stamp}.txt").open(encoding="utf-8") as described:
            text = described.readline().strip()
        is_photo = (
            extension == ".png"
            and "cartoon" not in stamp
            and stamp not in drawn
            and not stamp.startswith("symbols/chess")
        )
        choices = (folder / (stamp + kind) for kind in (".ogg", ".wav"))
        sound = next((choice for choice in choices if choice.is_file()), None)
        yield Stamp(
            folder / file,
            text,
            captions.get(stamp) or caption_of(text),
            category_of(stamp),
            is_photo,
            None if sound and SPOKEN.search(stamp) else sound,
        )
