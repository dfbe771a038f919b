"""What a phrase asks for: its noun, colour, size and place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine.ground.network import STUFF

Place = Literal["left", "right", "top", "bottom", "middle", "near", "far"]
Size = Literal["big", "small"]

COLOURS = (
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "white",
    "grey",
    "golden",
)
_SAME_COLOUR = {
    "gray": "grey",
    "silver": "grey",
    "gold": "golden",
    "violet": "purple",
    "lilac": "purple",
    "turquoise": "blue",
    "cyan": "blue",
    "navy": "blue",
    "crimson": "red",
    "scarlet": "red",
    "beige": "brown",
    "tan": "brown",
}
_BIG = {"big", "bigger", "biggest", "large", "larger", "largest", "huge", "tall", "taller", "tallest", "main"}
_SMALL = {"small", "smaller", "smallest", "little", "tiny", "tiniest"}
_PLACES: tuple[tuple[str, Place], ...] = (
    (r"\b(in|on|at|to|from) the (far )?left( (hand )?side| corner)?( of the (photo|picture|image))?\b", "left"),
    (r"\b(in|on|at|to|from) the (far )?right( (hand )?side| corner)?( of the (photo|picture|image))?\b", "right"),
    (r"\b(in|at) the (middle|cent(er|re))( of the (photo|picture|image))?\b", "middle"),
    (r"\b(in|at|on) the (top|upper part)( of the (photo|picture|image))?\b", "top"),
    (r"\b(in|at|on) the (bottom|lower part)( of the (photo|picture|image))?\b", "bottom"),
    (r"\bin (the )?(foreground|front)\b", "near"),
    (r"\bin (the )?(background|distance|back)\b", "far"),
    (r"\b(left|leftmost|left-hand)\b", "left"),
    (r"\b(right|rightmost|right-hand)\b", "right"),
    (r"\b(middle|central|cent(er|re))\b", "middle"),
    (r"\b(top|upper|topmost)\b", "top"),
    (r"\b(bottom|lower|lowest)\b", "bottom"),
    (r"\b(nearest|closest|front)\b", "near"),
    (r"\b(farthest|furthest|distant)\b", "far"),
)
_ARTICLES = {
    "the",
    "a",
    "an",
    "this",
    "that",
    "these",
    "those",
    "my",
    "our",
    "your",
    "his",
    "her",
    "their",
    "its",
    "both",
    "all",
    "every",
}
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3}

# Nouns of what has no outline of its own, and of the kinds that the image tower was never taught.
_STUFF_NOUNS: dict[str, tuple[str, ...]] = {
    "sky": ("sky", "clouds"),
    "heaven": ("sky", "clouds"),
    "cloud": ("clouds",),
    "water": ("water",),
    "sea": ("water",),
    "ocean": ("water",),
    "lake": ("water",),
    "river": ("water",),
    "stream": ("water",),
    "pond": ("water",),
    "wave": ("water",),
    "waterfall": ("water",),
    "canal": ("water",),
    "pool": ("water",),
    "grass": ("grass",),
    "lawn": ("grass",),
    "meadow": ("grass",),
    "field": ("grass",),
    "pasture": ("grass",),
    "turf": ("grass",),
    "tree": ("trees",),
    "forest": ("trees",),
    "wood": ("trees",),
    "bush": ("trees",),
    "shrub": ("trees",),
    "hedge": ("trees",),
    "foliage": ("trees",),
    "leaf": ("trees",),
    "vegetation": ("trees", "grass"),
    "greenery": ("trees", "grass"),
    "mountain": ("mountain",),
    "hill": ("mountain",),
    "peak": ("mountain",),
    "rock": ("rock",),
    "cliff": ("rock",),
    "stone": ("rock",),
    "boulder": ("rock",),
    "sand": ("sand",),
    "beach": ("sand",),
    "desert": ("sand",),
    "dune": ("sand",),
    "soil": ("sand",),
    "dirt": ("sand",),
    "ground": ("sand", "grass", "road", "snow"),
    "gravel": ("road", "sand", "rock"),
    "snow": ("snow",),
    "ice": ("snow",),
    "road": ("road",),
    "street": ("road",),
    "path": ("road",),
    "pavement": ("road",),
    "sidewalk": ("road",),
    "square": ("road",),
    "floor": ("road", "backdrop"),
    "wall": ("building",),
    "building": ("building",),
    "house": ("building",),
    "backdrop": ("backdrop",),
}
_KIND_NOUNS: dict[str, str] = {
    **dict.fromkeys(
        "person man woman boy girl child kid baby lady guy people men women children player dancer fireman soldier "
        "musician worker swimmer tourist referee astronaut singer".split(),
        "person",
    ),
    **dict.fromkeys("flower blossom rose tulip daisy petal sunflower daffodil anemone orchid lily".split(), "flower"),
    **dict.fromkeys(
        "building house castle palace church cathedral temple tower mosque mansion cabin pyramid monument fort hut "
        "barn bridge lighthouse windmill skyscraper".split(),
        "building",
    ),
    **dict.fromkeys("animal bird dog cat horse cow sheep fish insect pig goat bear".split(), "animal"),
}
_COUNTABLE = frozenset(
    "tree bush shrub hedge leaf rock stone boulder wall building house cloud mountain hill peak cliff wave".split()
)
# Words that do not make another kind of thing of a countable noun, as "palm" does of a tree.
_PLAIN = frozenset(
    "green old bare dark bright calm open wide stormy cloudy clear distant snowy grassy sandy rocky wet dry stone "
    "brick rough".split()
)
_ALWAYS_PLURAL = frozenset(
    "glasses sunglasses scissors pants trousers jeans shorts tweezers pliers binoculars stairs tongs".split()
)
_IRREGULAR = {
    "leaves": "leaf",
    "men": "man",
    "women": "woman",
    "children": "child",
    "people": "person",
    "mice": "mouse",
}


@dataclass(frozen=True)
class Asked:
    """A phrase, taken apart.

    Attributes
    ----------
    text
        The phrase without article, place and size words, its noun singular; colours stay ("red car").
    noun
        Its head noun, singular.
    plural
        Whether several are meant ("the birds").
    colour
        One of :data:`COLOURS`, or empty.
    size
        Biggest or smallest of its kind, or empty.
    place
        Where, among several, or empty.
    order
        0 for the first from that side, 1 for the second.
    stuff
        Names in ``STUFF`` when the noun is something without an outline of its own.
    countable
        Whether that something may also be one object ("the tree", but not "the sky").
    kind
        Name in ``STUFF`` of the kind of thing, when the noun says it.
    background
        Whether everything but the subject is meant.
    phrase
        As the user wrote it.
    """

    text: str
    noun: str
    plural: bool = False
    colour: str = ""
    size: Size | None = None
    place: Place | None = None
    order: int = 0
    stuff: tuple[str, ...] = ()
    countable: bool = False
    kind: str = ""
    background: bool = False
    phrase: str = ""


def singular(word: str) -> str:
    """The word without its plural ending, by rule."""
    if word in _ALWAYS_PLURAL:
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, short in (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + short
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def read(phrase: str, where: str = "") -> Asked:
    """Take a phrase apart.

    Parameters
    ----------
    phrase
        The object in the user's words ("the red car on the left").
    where
        More words about its place; may be empty.
    """
    words = re.sub(r"[^\w\s'-]", " ", phrase.lower()).strip()
    words = re.sub(r"\s+", " ", words)
    place, order = None, 0
    for source in (words, where.lower()):
        for pattern, name in _PLACES:
            if place is None and re.search(pattern, source) and not re.search(r"\b(next|close) to\b", source):
                place = name
    bare = words
    for pattern, _ in _PLACES:
        shorter = re.sub(pattern, " ", bare).strip()
        if [word for word in shorter.split() if word not in _ARTICLES]:
            bare = shorter
    tokens = [word for word in bare.split() if word not in _ARTICLES]
    size: Size | None = None
    kept: list[str] = []
    for word in tokens:
        if word in _BIG and len(tokens) > 1:
            size = "big"
        elif word in _SMALL and len(tokens) > 1:
            size = "small"
        elif word in _ORDINALS and place is not None:
            order = _ORDINALS[word]
        elif word not in {"one", "from"} or len(tokens) == 1:
            kept.append(word)
    kept = kept or tokens or words.split() or [""]
    position = _head(kept)
    phrase_head = kept[position]
    noun = singular(phrase_head)
    before = [_SAME_COLOUR.get(word, word) for word in kept[:position]]
    colour = next((word for word in before if word in COLOURS), "")
    plural = noun != phrase_head or "both" in words.split() or "all" in words.split()
    known = {kind: index for index, kind in enumerate(STUFF)}
    plain = all(_SAME_COLOUR.get(word, word) in COLOURS or word in _PLAIN for word in kept[:position])
    stuff = (
        tuple(name for name in _STUFF_NOUNS.get(noun, ()) if name in known) if plain or noun not in _COUNTABLE else ()
    )
    return Asked(
        text=" ".join((*kept[:position], noun, *kept[position + 1 :])),
        noun=noun,
        plural=plural,
        colour=colour,
        size=size,
        place=place,
        order=order,
        stuff=stuff,
        countable=noun in _COUNTABLE,
        kind=_KIND_NOUNS.get(noun, ""),
        background=noun in {"background", "backdrop", "surroundings"},
        phrase=phrase,
    )


_PREPOSITIONS = frozenset(
    "in with on under behind near beside by at wearing holding next that from over above below between".split()
)
_MEASURES = frozenset("head bunch piece group pair couple flock herd patch row lot kind part".split())
_NOT_VERBS = frozenset("building painting ceiling king ring wing string spring clothing thing earring wedding".split())


def _head(words: list[str]) -> int:
    """Where the head noun stands: before the first preposition or participle; after "of" for measures ("head of")."""
    for index, word in enumerate(words):
        if not index:
            continue
        if word == "of" and index + 1 < len(words) and singular(words[index - 1]) in _MEASURES:
            return index + 1 + _head(words[index + 1 :])
        acting = word.endswith("ing") and word not in _NOT_VERBS and index + 1 < len(words)
        if word == "of" or word in _PREPOSITIONS or acting:
            return index - 1
    return len(words) - 1
