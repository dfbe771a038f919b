"""What scenes show and what is done in them, in words; and where a thing belongs, from its name."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence

import numpy as np

from engine.draft.sizes import height_of


class Setting(enum.Enum):
    """Where photographs are taken and things belong."""

    landscape = "the open, where things stand on the ground"
    table = "small things on a surface near by"
    water = "under water"
    nowhere = "no place to stand: planets, insects, portraits, rows of people"


_WATER = re.compile(
    r"reefs?|corals?|underwater|sea (?:floor|bed|grass)|aquarium|anemone|\w*fish(?:es)?|sharks?|manta|trout|salmon|"
    r"yellow perch|wrasse|bream|dolphins?|whales?|goby|cichlid|deep blue water|dark blue water"
)
_TABLE = re.compile(
    r"close-up|backgrounds?|tables?|surface|carpet|plates?|saucer|hammer|pliers|cutters|scissors|tweezers|wrench|nail|"
    r"multimeter|eraser|pencil|pens?|brush(?:es)?|spoons?|forks?|kni(?:fe|ves)|\w*ball|pillow|sickle|clipper|"
    r"screwdriver|tape measure|pan|grapefruit|lute|fig|slice|scale|sledgehammer|bucket"
)
_NOWHERE = re.compile(
    r"planets?|earth|sun|moon|mars|jupiter|saturn|face|neck|stage|orchestra|musicians|drum kit|from above|from below|"
    r"island|solar panel|blackboard|in the haze|circuit board|galax(?:y|ies)|map|branch|twig|window|beam|statue|"
    r"bees?|butterfl(?:y|ies)|kingfisher|dandelions?|flowers?|pika|narwhal|hanging|in a tree|kitten|puppy|panda|"
    # what fills its photograph in the public data
    r"chair$|chameleon|duck in front|perch|lemurs|playing a didgeridoo|hedgehog in|crocodile on|mosque with four|"
    r"by the water|by the sea|along a canal"
)
_SMALL = 0.25  # metres: a thing below this is lost in a landscape
_LARGE = 3.0  # metres: a thing above this stands in the distance
_UNKNOWN = 0.6  # metres, as the editor takes it


def setting_of(text: str, category: str = "") -> Setting:
    """Where a photograph of that caption was taken."""
    text = text.lower()
    if category == "space" or re.search(rf"\b(?:{_NOWHERE.pattern})\b", text):
        return Setting.nowhere
    for words, setting in ((_WATER, Setting.water), (_TABLE, Setting.table)):
        if re.search(rf"\b(?:{words.pattern})\b", text):
            return setting
    return Setting.landscape


def belongs(name: str, category: str = "") -> Setting:
    """Where a thing of that name belongs."""
    if re.search(r"\b(?:chair|bucket|panda|parrot|lizard|duck)\b", name):
        return Setting.landscape
    found = setting_of(name, category)
    small = found is Setting.landscape and (height_of(name) or _UNKNOWN) < _SMALL and category != "animal"
    return Setting.table if small else found


def metres(name: str) -> float:
    """Usual height of a thing."""
    return height_of(name) or _UNKNOWN


def is_large(name: str) -> bool:
    """Whether a thing is a building or a tree, which stands in the distance and by itself."""
    return metres(name) >= _LARGE


def whereabouts(middle: float) -> str:
    """The place in words of a thing whose middle is at a share of the picture's width."""
    return "on the left" if middle < 0.36 else "on the right" if middle > 0.64 else "in the middle"


_ADD = (
    "add {new}{where}",
    "put {new}{where}",
    "place [ref#1]{where}",
    "I would like {new}{where}",
    "insert [ref#1]{where}",
)
_REMOVE = ("remove the {old}", "take out the {old}", "get rid of the {old}", "erase the {old}", "no {old}, please")
_REPLACE = (
    "replace the {old} with {new}",
    "replace the {old} with [ref#1]",
    "swap the {old} for {new}",
    "turn the {old} into {new}",
    "{new} instead of the {old}",
)
_HARMONISE = (
    "make the {old} fit the light",
    "match the {old} to the photo",
    "blend the {old} in",
    "harmonise the {old}",
)


def instruct(kind: str, random: np.random.Generator, old: str = "", new: str = "", where: str = "") -> str:
    """The edit in words.

    Parameters
    ----------
    kind
        Of the scene.
    random
        Chooses the phrase.
    old
        Name of what is there.
    new
        Caption of what comes.
    where
        Place in words, may be empty.
    """
    phrases = {"add": _ADD, "remove": _REMOVE, "replace": _REPLACE, "harmonise": _HARMONISE}[kind]
    chosen = phrases[random.integers(len(phrases))]
    return chosen.format(old=old, new=new, where=f" {where}" if where else "")


def caption(ground: str, things: Sequence[tuple[str, str]]) -> str:
    """What a picture shows: the photograph's caption, then each thing's caption and place (may be empty)."""
    seen = [f"{what} {where}".strip() for what, where in things]
    if not seen:
        return ground
    last = f"{', '.join(seen[:-1])} and {seen[-1]}" if len(seen) > 1 else seen[0]
    return f"{ground}, with {last}" if ground else last
