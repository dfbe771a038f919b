"""Numbers from the words of an operation: how large, how far, which way."""

from __future__ import annotations

import re

from engine.values import Margins, Operation

NUMBER_WORDS = {
    "half": 0.5, "third": 1 / 3, "quarter": 0.25, "double": 2.0, "twice": 2.0, "two": 2.0, "triple": 3.0, "three": 3.0,
}  # fmt: skip
SMALLER = re.compile(r"\b(small|smaller|tiny|tinier|shrink|reduce|less|little|littler|down)\b")
A_BIT = re.compile(r"\b(a bit|bit|slightly|a little|touch|tad|somewhat|hair)\b")
MUCH = re.compile(r"\b(much|a lot|lot|lots|way|far|very|huge|massive|really)\b")
PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:%|percent|per cent)")
TIMES = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:x|×|times)\b")
DIRECTIONS = {
    "left": (-1, 0), "leftwards": (-1, 0), "right": (1, 0), "rightwards": (1, 0), "up": (0, -1), "upwards": (0, -1),
    "higher": (0, -1), "down": (0, 1), "downwards": (0, 1), "lower": (0, 1),
}  # fmt: skip
SIDES = {
    "left": {"left", "sides", "sideways", "horizontally", "wider"},
    "right": {"right", "sides", "sideways", "horizontally", "wider"},
    "top": {"top", "up", "upwards", "above", "vertically", "taller"},
    "bottom": {"bottom", "down", "downwards", "below", "vertically", "taller"},
}
FILLERS = frozenset("to the a bit little more over further slightly side towards toward and of photo frame".split())
STEP = 0.18  # of the photo's side that a move goes when no distance is said


def strength_of(words: str) -> float:
    """0.5 for "a bit", 1.7 for "much", else 1."""
    return 0.5 if A_BIT.search(words.lower()) else 1.7 if MUCH.search(words.lower()) else 1.0


def size_factor(words: str) -> float:
    """The factor on an object's size that words ask for, e.g. 1.2 for "20% bigger", 0.5 for "half the size".

    Without a number "bigger" is 1.35 and "smaller" its inverse, less for "a bit", more for "much".
    """
    words = words.lower()
    smaller = SMALLER.search(A_BIT.sub("", words)) is not None
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
    factor = 1.35 ** strength_of(words)
    return 1 / factor if smaller else factor


def direction(where: str) -> tuple[int, int] | None:
    """The way of a plain move ("to the left", "a bit higher") as (across, down), or nothing when it names a place."""
    words = re.findall(r"[a-z]+", where.lower())
    ways = [DIRECTIONS[word] for word in words if word in DIRECTIONS]
    if not ways or any(word not in DIRECTIONS and word not in FILLERS for word in words):
        return None
    return sum(way[0] for way in ways), sum(way[1] for way in ways)


def distance(amount: str, side: int) -> int:
    """Pixels of a move on a photo ``side`` pixels long: "100 px", "10%", "a bit", or a sensible step."""
    pixels = re.search(r"(\d+)\s*(?:px|pixels?)\b", amount.lower())
    if pixels:
        return int(pixels[1])
    percent = PERCENT.search(amount)
    share = float(percent[1].replace(",", ".")) / 100 if percent else STEP * strength_of(amount)
    return round(share * side)


def margins_from(operation: Operation, width: int, height: int) -> Margins:
    """How far words ask a photo of that size to grow: to the named sides, to all without any; a fifth by default."""
    words = set(re.findall(r"[a-z]+", f"{operation.where} {operation.object} {operation.target}".lower()))
    named = [side for side, names in SIDES.items() if names & words] or list(SIDES)
    lengths = {"left": width, "right": width, "top": height, "bottom": height}
    return Margins(**{side: max(distance(operation.amount, lengths[side]), 1) for side in named})
