"""Numbers from the words of an operation: how large, how far, which way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.values import Margins, Operation

NUMBER_WORDS = {
    "half": 0.5, "third": 1 / 3, "quarter": 0.25, "double": 2.0, "twice": 2.0, "two": 2.0, "triple": 3.0, "three": 3.0,
}  # fmt: skip
SMALLER = re.compile(r"\b(small|smaller|tiny|tinier|shrink|reduce|little|littler|down)\b")
LESS = re.compile(r"\b(less|too|not (?:so|as|that|quite))\b")
SIZE_WORD = re.compile(r"\b(big|large|tall|wide|huge|small|tiny|tinier|short|size)(?:ger|r|er)?\b")
A_BIT = re.compile(r"\b(a bit|bit|slightly|a little|touch|tad|somewhat|hair)\b")
MUCH = re.compile(r"\b(much|a lot|lot|lots|way|far|very|huge|massive|really)\b")
PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:%|percent|per cent)")
TIMES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:x|×|times)\b")
OF_PHOTO = re.compile(
    r"((?:a |one )?(?:half|third|quarter)|\d+(?:[.,]\d+)?\s*(?:%|percent|per cent))(?: of)? the "
    r"(?:height of the )?(?:picture|photo|image|frame)"
)
DIRECTIONS = {
    "left": (-1, 0), "leftwards": (-1, 0), "right": (1, 0), "rightwards": (1, 0), "up": (0, -1), "upwards": (0, -1),
    "higher": (0, -1), "down": (0, 1), "downwards": (0, 1), "lower": (0, 1),
}  # fmt: skip
BACK = {"left": "right", "up": "down"}  # sides that are the other way of one
SIDES = {
    "left": {"left", "sides", "sideways", "horizontally", "wider"},
    "right": {"right", "sides", "sideways", "horizontally", "wider"},
    "top": {"top", "up", "upwards", "above", "vertically", "taller"},
    "bottom": {"bottom", "down", "downwards", "below", "vertically", "taller"},
}
FILLERS = frozenset("to the a bit little more over further slightly side towards toward and of photo frame".split())
WAYS = re.compile(r"(\d+(?:\.\d+)?)(px|%) (left|right|up|down)\b")
SMALLEST, LARGEST = 0.05, 4.0  # factors on a size that can be made
STEP = 0.18  # of the photo's side that a move goes when no distance is said


def percent_of(words: str) -> float | None:
    """The number before the first per cent sign or word; nothing where there is none."""
    found = PERCENT.search(words)
    return float(found[1].replace(",", ".")) if found else None


def strength_of(words: str) -> float:
    """0.5 for "a bit", 1.7 for "much", else 1."""
    return 0.5 if A_BIT.search(words.lower()) else 1.7 if MUCH.search(words.lower()) else 1.0


def size_factor(words: str) -> float:
    """The factor on an object's size that words ask for, e.g. 1.2 for "20% bigger", 0.5 for "half the size".

    Without a number "bigger" is 1.35 and "smaller" its inverse, less for "a bit", more for "much"; "too big" and "less
    big" are smaller by half of that.
    """
    words = words.lower()
    less = LESS.search(words) is not None
    smaller = (SMALLER.search(A_BIT.sub("", words)) is not None) is not less
    percent = PERCENT.search(words)
    if percent:
        share = float(percent[1].replace(",", ".")) / 100
        if re.search(rf"(?:to|at)\s*{re.escape(percent[0])}|{re.escape(percent[0])}\s*of", words):
            return share
        return max(1 - share, 0.01) if smaller else 1 + share
    times = TIMES.search(words)
    named = next((NUMBER_WORDS[word] for word in re.findall(r"[a-z]+", words) if word in NUMBER_WORDS), None)
    factor = float(times[1].replace(",", ".")) if times else named
    if factor is not None:
        return 1 / factor if smaller and factor > 1 else factor
    factor = 1.35 ** (strength_of(words) / (2 if less else 1))
    return 1 / factor if smaller else factor


def scale_of(target: str, amount: str) -> float:
    """:func:`size_factor` of an operation's words: of its amount alone where that says all ("a bit less big")."""
    return size_factor(amount if SIZE_WORD.search(amount.lower()) else f"{target} {amount}")


def resized(size: str, factor: float) -> str:
    """Words of a size ``factor`` times as large as those of another, which may be a share of the photo or empty."""
    share = share_of_photo(size)
    if share is not None:
        return f"{100 * min(share * factor, 1):.3g}% of the photo"
    return f"{(size_factor(size) if size else 1.0) * factor:.3g}x"


def amount_number(amount: str) -> float | None:
    """The number of an amount as a factor of the ordinary strength; absent when none is written.

    50 % counts as the ordinary strength, "2x" and "twice" style numbers as themselves.
    """
    percent = percent_of(amount)
    if percent is not None:
        return percent / 50
    times = TIMES.search(amount)
    return float(times[1].replace(",", ".")) if times else None


def share_of_photo(words: str) -> float | None:
    """The share of the photo's height, 0 to 1, that "a third of the picture" or "40% of the photo's height" says."""
    found = OF_PHOTO.search(words.lower())
    if found is None:
        return None
    percent = percent_of(found[1])
    share = percent / 100 if percent is not None else NUMBER_WORDS[found[1].split()[-1]]
    return share if 0 < share <= 1 else None


def direction(where: str) -> tuple[int, int] | None:
    """The way of a plain move ("to the left", "a bit higher") as (across, down), or nothing when it names a place."""
    words = re.findall(r"[a-z]+", where.lower())
    ways = [DIRECTIONS[word] for word in words if word in DIRECTIONS]
    if not ways or any(word not in DIRECTIONS and word not in FILLERS for word in words):
        return None
    return sum(way[0] for way in ways), sum(way[1] for way in ways)


@dataclass(frozen=True)
class Way:
    """A stretch of a move: a length in pixels ("px") or per cent of the photo's longer side ("%"), and a side."""

    length: float
    unit: str
    side: str


def length(amount: str) -> tuple[float, str]:
    """The length of a move and its unit as of :class:`Way`: "100 px", "10%", "a bit", or a sensible step."""
    pixels = re.search(r"(\d+)\s*(?:px|pixels?)\b", amount.lower())
    if pixels:
        return float(pixels[1]), "px"
    percent = percent_of(amount)
    return (percent if percent is not None else 100 * STEP * strength_of(amount)), "%"


def distance(amount: str, side: int) -> int:
    """Pixels of a move on a photo ``side`` pixels long, from words as of :func:`length`."""
    number, unit = length(amount)
    return round(number if unit == "px" else number / 100 * side)


def lengths(amount: str) -> list[Way]:
    """The ways that an amount tells itself, as :func:`told` writes them: "18% right, 100px up"."""
    return [Way(float(number), unit, side) for number, unit, side in WAYS.findall(amount)]


def without_ways(amount: str) -> str:
    """What an amount says beside them."""
    return WAYS.sub("", amount).strip(" ,")


def ways(where: str, amount: str) -> list[Way]:
    """The ways of a plain move; none when it goes to a place."""
    way = direction(where)
    if lengths(amount) or way is None:
        return lengths(amount)
    number, unit = length(amount or where)
    sides = [side for side in ("left", "right", "up", "down") if _along(DIRECTIONS[side], way)]
    return [Way(number, unit, side) for side in sides]


def told(every: Sequence[Way]) -> str:
    """Ways in words that :func:`lengths` reads."""
    return ", ".join(f"{worded(way.length, way.unit)} {way.side}" for way in every)


def worded(number: float, unit: str) -> str:
    """A length in words that :func:`length` reads."""
    return f"{round(number)}px" if unit == "px" else f"{number:.4g}%"


def merged(every: Sequence[Way]) -> list[Way]:
    """Where they lead in all: one way at most for each unit and axis, none for what cancels out."""
    sums: dict[tuple[str, str], float] = {}
    for way in every:
        back = BACK.get(way.side)
        key = (way.unit, back or way.side)
        sums[key] = sums.get(key, 0.0) + (-way.length if back else way.length)
    ahead = {side: back for back, side in BACK.items()}
    return [
        Way(abs(length), unit, side if length > 0 else ahead[side]) for (unit, side), length in sums.items() if length
    ]


def offset(every: Sequence[Way], side: int) -> tuple[int, int]:
    """Pixels across and down of ways one after the other, on a photo ``side`` pixels long."""
    steps = [(way, way.length if way.unit == "px" else way.length / 100 * side) for way in every]
    across, down = (sum(DIRECTIONS[way.side][axis] * step for way, step in steps) for axis in (0, 1))
    return round(across), round(down)


def _along(one: tuple[int, int], way: tuple[int, int]) -> bool:
    return one[0] * way[0] > 0 or one[1] * way[1] > 0


def margins_from(operation: Operation, width: int, height: int) -> Margins:
    """How far words ask a photo of that size to grow: to the named sides, to all without any; a fifth by default."""
    words = set(re.findall(r"[a-z]+", f"{operation.where} {operation.object} {operation.target}".lower()))
    named = [side for side, names in SIDES.items() if names & words] or list(SIDES)
    lengths = {"left": width, "right": width, "top": height, "bottom": height}
    return Margins(**{side: max(distance(operation.amount, lengths[side]), 1) for side in named})
