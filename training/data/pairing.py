"""Which cut-outs and photographs show the thing that a sound's name names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

NOUNS: Mapping[str, str] = {
    "animal": "cat dog cow bull sheep horse duck goose rooster chicken hen pig owl crow frog lion wolf monkey bird "
    "mouse seagull snake bat bee elephant tiger bear donkey goat squirrel dolphin whale penguin turkey toucan koala "
    "zebra camel giraffe hippopotamus beaver bison deer fox rabbit gorilla",
    "vehicle": "helicopter train car truck bus motorcycle airplane ship",
    "nature": "fire explosion",
    "thing": "telephone camera bell kettle hammer saw toilet typewriter padlock",
    "instrument": "accordion banjo castanets cello clarinet cymbal flute guitar harmonica harp maracas organ piano "
    "saxophone tambourine timpani triangle trombone trumpet tuba violin xylophone",
}
TWO_WORDS = (("drum kit", "instrument"), ("snare drum", "instrument"), ("vacuum cleaner", "thing"))
# the sound is not that of the thing that its last word names
MISLEADING = frozenset(("rubber duck", "bird shriek", "electronic bell", "level crossing bell", "toy train"))
SPECIAL = {
    "fire truck": (("fire truck", "vehicle"), ("fire engine", "vehicle")),
    "sea lion": (("sea lion", "animal"), ("seal", "animal")),
}
NOT_THE_ANIMAL = re.compile("sea lion|rubber|teddy|computer|baseball|bottle|toy")
TAIL = re.compile(
    " (on|with|in|and|by|of|standing|walking|flying|running|seen|grazing|sitting|rearing|galloping|breathing|waving) .*"
    "| (standing|walking|running|flying|rearing|galloping|sitting|grazing|up)$"
)


def nouns_of(name: str) -> list[tuple[str, str]]:
    """The nouns, with their categories, in a sound's name."""
    name = name.lower()
    if name in SPECIAL:
        return list(SPECIAL[name])
    if name in MISLEADING:
        return []
    known = [(noun, category) for category, nouns in NOUNS.items() for noun in nouns.split()]
    return [(noun, category) for noun, category in [*known, *TWO_WORDS] if re.search(rf"\b{noun}s?\b", name)]


def pair_by_name(
    sounds: Sequence[dict[str, Any]], objects: Sequence[dict[str, Any]], photos: Sequence[dict[str, Any]]
) -> None:
    """Fill ``object_files_by_name``, ``photo_files_by_name`` of sounds and ``sounds_by_name`` of objects, in place."""
    heads = [(row, TAIL.sub("", row["name"].lower())) for row in objects]
    for sound in sounds:
        shown: set[str] = set()
        photographed: set[str] = set()
        for noun, category in nouns_of(sound["name"]):
            shown |= {
                row["file"]
                for row, head in heads
                if row["category"] == category
                and re.search(rf"\b{noun}s?$", head)
                and not NOT_THE_ANIMAL.search(row["name"].lower())
            }
            if category == "animal":
                photographed |= {row["file"] for row in photos if re.search(rf"\b{noun}s?\b", row["caption"])}
        sound["object_files_by_name"] = sorted(shown - set(sound["object_files"]))
        sound["photo_files_by_name"] = sorted(photographed)
    for row in objects:
        row["sounds_by_name"] = sorted(
            sound["file"] for sound in sounds if row["file"] in sound["object_files_by_name"]
        )
