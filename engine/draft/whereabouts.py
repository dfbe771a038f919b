"""Reads the place that an operation names: a relation to a thing, or a part of the picture."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass


class Relation(enum.Enum):
    """How the new object lies to the thing it is placed by."""

    none = "anywhere in the wanted part of the picture"
    left = "left of"
    right = "right of"
    near = "next to"
    between = "between"
    above = "above"
    below = "below"
    on = "on top of"
    front = "in front of"
    behind = "behind"
    within = "in or on an area"
    within_sky = "in the sky"


@dataclass(frozen=True)
class Whereabouts:
    """A place in words, read.

    Attributes
    ----------
    relation
        To ``anchor``; `Relation.none` when the words name a part of the picture.
    anchor, other
        Names of things to be found in the picture; ``other`` only for between.
    across, down
        Wanted middle across and foot down the picture, 0 to 1; absent when free.
    """

    relation: Relation = Relation.none
    anchor: str = ""
    other: str = ""
    across: float | None = None
    down: float | None = None


_ARTICLE = r"(?:the|a|an|my|his|her|its|their|our|this|that|these|those|some)\s+"
_RELATIONS: tuple[tuple[str, Relation], ...] = (
    (r"(?:to the |on the |at the )?left(?:[- ]hand)?(?: side)? (?:of|from)", Relation.left),
    (r"(?:to the |on the |at the )?right(?:[- ]hand)?(?: side)? (?:of|from)", Relation.right),
    (r"in ?front of|before", Relation.front),
    (r"behind|in the back of|at the back of", Relation.behind),
    (r"(?:on|at|onto) (?:the )?top of|atop|up on", Relation.on),
    (r"next to|beside|besides|by the side of|alongside|near(?: to)?|close to|by|at the side of|around", Relation.near),
    (r"above|over", Relation.above),
    (r"below|under(?:neath)?|beneath", Relation.below),
    (r"between|in between", Relation.between),
    (r"onto|on|upon|sitting on|standing on|lying on", Relation.on),
    (r"inside|into|in|within|at|across|along", Relation.within),
)
_SKY = re.compile(r"\b(?:sky|skies|heavens?|clouds?|air)\b")
# Lawns, water and the like are stood in or on anywhere; they have no top to be put upon.
_AREAS = re.compile(
    r"\b(?:grass|lawn|meadow|field|water|sea|lake|river|ocean|pond|sand|beach|snow|ground|floor|road|street|path|pavement|"
    r"carpet|rug|ice|desert|shore|hill|hillside|track|platform|square|plaza|sidewalk|dirt|mud|pool)\b"
)
_FRAME = re.compile(
    r"\b(?:picture|photo|photograph|image|frame|scene|shot|screen|corner|edge|side|half|third|centre|center)\b"
)
_PARTS: tuple[tuple[str, float | None, float | None], ...] = (
    (r"\b(?:top|upper)\b", None, 0.36),
    (r"\b(?:bottom|lower)\b", None, 0.95),
    (r"\bforeground|\bup close\b|\bclose to the camera\b|\bin the front\b", None, 0.96),
    (r"\bbackground|\bdistance\b|\bfar away\b|\bin the back\b|\bhorizon\b", None, 0.6),
    (r"\b(?:middle|cent(?:re|er)|central)\b", 0.5, 0.72),
    (r"\bleft\b", 0.22, None),
    (r"\bright\b", 0.78, None),
)


def read(where: str) -> Whereabouts:
    """Read a place.

    Examples
    --------
    >>> read("to the left of the red door").anchor
    'red door'
    >>> read("in the bottom right corner").across
    0.78
    """
    text = re.sub(r"\s+", " ", where.strip().lower().rstrip(".!"))
    if not text or text in {"here", "there", "somewhere", "anywhere", "[photo]"}:
        return Whereabouts()
    parts = _parts(text)
    for pattern, relation in _RELATIONS:
        match = re.search(rf"\b(?:{pattern})\s+(?P<rest>.+)$", text)
        if match is None:
            continue
        rest = match["rest"]
        if relation is Relation.between and (pair := re.match(r"(.+?)\s+and\s+(.+)", rest)):
            return Whereabouts(relation, _bare(pair[1]), _bare(pair[2]))
        anchor = _bare(rest)
        if _SKY.search(anchor) and relation in (Relation.within, Relation.on):
            return Whereabouts(Relation.within_sky, "sky")
        if _frame_words(anchor):
            return parts if relation in (Relation.within, Relation.on, Relation.near) else Whereabouts()
        spacious = relation is Relation.on and _AREAS.search(anchor)
        return Whereabouts(Relation.within if spacious else relation, anchor)
    if _SKY.fullmatch(_bare(text)):
        return Whereabouts(Relation.within_sky, "sky")
    if parts.across is None and parts.down is None and not _frame_words(_bare(text)):
        return Whereabouts(Relation.within, _bare(text))
    return parts


def _bare(phrase: str) -> str:
    """Without its article and without a trailing "in the photo"."""
    phrase = re.sub(
        r"\s+(?:in|of|on|from)\s+(?:the|this|my)\s+(?:picture|photo|photograph|image|scene)$", "", phrase.strip()
    )
    return re.sub(rf"^(?:{_ARTICLE})", "", phrase).strip()


def _frame_words(anchor: str) -> bool:
    """Whether a phrase names a part of the picture rather than a thing in it."""
    left = _FRAME.sub(" ", anchor)
    for pattern, _, _ in _PARTS:
        left = re.sub(pattern, " ", left)
    left = re.sub(r"\b(?:the|of|very|far|a|bit|in|on|at|to|hand|and|[- ])\b|-", " ", left)
    return not left.strip()


def _parts(text: str) -> Whereabouts:
    """Which part of the picture the words name."""
    across: float | None = None
    down: float | None = None
    for pattern, x, y in _PARTS:
        if re.search(pattern, text):
            across = x if x is not None else across
            down = y if y is not None and down is None else down
    return Whereabouts(across=across, down=down)
