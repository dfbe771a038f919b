"""Open Clip Art's public-domain drawings whose file name holds a word of the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from training.data.sources import Sources
from training.data.tables import lines, pairs

FOLDER = "openclipart-png/usr/share/openclipart/png"
SUBJECTS = (
    "animals buildings containers electronics food plants recreation/holiday recreation/music recreation/sports "
    "recreation/toys recreation/party tools transportation office education geography/astronomy science/astronomy"
).split()
# outlines, icons, signs, scenes and misnamed series
LEFT_OUT = re.compile(
    "_bw|contour|outline|_bn_|mateya|boating_rules|sailing_|table_tennis|scrathing|a_boy|_b_w_|^b_w|leif_lodahl|icon|"
    "moonphases|symbol|flag|duplicates|menu_example|_of_peace|head|contorno|stilizzat|car_ride|heart_|tiles|banner|"
    "border|wall|labels|manager|shelby|spider_sword|cannabis|on_platter|interior|blueprint|_rossa|knot|scene|picture|frame"
)
LEFT_OUT_PATHS = re.compile("aiga|roadsigns|CD_Player")
PLURAL = frozenset(
    (
        "swans|cherries|eggs|flowers|tulips|tomatoes|balloons|rubber ducks|tennis shoes|bread|bacon|garlic|bamboo|"
        "lasagna|salad|ice cream|french fries|onion rings|maracas|headphones"
    ).split("|")
)
COLOURS = ("red", "blue", "green", "yellow", "pink", "purple", "white", "black", "brown")


@dataclass(frozen=True)
class Drawing:
    """A drawing and what its file name says it shows."""

    path: Path
    noun: str
    caption: str
    category: str


def noun_of(words: list[str], table: Mapping[str, str]) -> str | None:
    """The table's entry for the first run of one to three words that it knows, longer runs first."""
    for start in range(len(words)):
        for length in (3, 2, 1):
            if start + length <= len(words):
                entry = table.get("_".join(words[start : start + length]))
                if entry:
                    return entry
    return None


def caption_of(noun: str, words: list[str]) -> str:
    """``a drawn red car``; proper names get their article, plurals none."""
    if noun.startswith(("planet ", "Eiffel", "US Capitol")) or noun == "moon":
        return "the drawn " + noun
    colour = next((word + " " for word in words if word in COLOURS and word not in noun), "")
    return ("drawn " if noun in PLURAL else "a drawn ") + colour + noun


def clipart(sources: Sources) -> Iterator[Drawing]:
    """The drawings, in the order of their paths."""
    folder = sources.tree / FOLDER
    table = pairs("openclipart_words")
    wrong = {Path(line.strip()).name for line in lines("openclipart_exclude")}
    files = {file for subject in SUBJECTS for file in (folder / subject).rglob("*.png")}
    for path in sorted(files, key=lambda file: file.relative_to(folder).as_posix()):
        stem = path.stem.lower()
        inside = path.relative_to(folder).as_posix()
        if path.name in wrong or LEFT_OUT.search(stem) or LEFT_OUT_PATHS.search(inside):
            continue
        words = re.split("[_ ]", stem)
        entry = noun_of(words, table)
        if entry:
            noun, category = entry.split("|")
            yield Drawing(path, noun, caption_of(noun, words), category)
