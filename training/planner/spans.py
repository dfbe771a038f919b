"""Marked text: an instruction that knows which of its words fill which field of which operation."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OPEN, MID, CLOSE = "\x01", "\x02", "\x03"
_MARK = re.compile(f"{OPEN}([^{MID}]*){MID}([^{CLOSE}]*){CLOSE}")
_CHOICE = re.compile(r"\(([^()]*)\)")
_ING = {
    "get": "getting", "put": "putting", "cut": "cutting", "swap": "swapping", "drop": "dropping", "set": "setting",
    "crop": "cropping", "pop": "popping", "plop": "plopping", "run": "running", "dim": "dimming", "flip": "flipping",
    "slap": "slapping", "let": "letting", "strip": "stripping", "stick": "sticking", "see": "seeing", "bump": "bumping",
    "shrink": "shrinking", "tan": "tanning", "zap": "zapping", "scrap": "scrapping", "nix": "nixing", "pan": "panning",
    "drag": "dragging", "nudge": "nudging", "snip": "snipping", "chop": "chopping", "rub": "rubbing",
}  # fmt: skip


@dataclass(frozen=True)
class Clause:
    """One wish in marked words, with what it asks for.

    Attributes
    ----------
    text
        Marked text; a mark's key is a field's letter (o, w, a, t) behind the number of its operation in the clause.
    operations
        One ``(name, fixed fields)`` for each operation; fields found in marks are added when the text is final.
    imperative
        Whether it starts with a verb in the imperative, so that politeness may stand before it.
    """

    text: str
    operations: tuple[tuple[str, Mapping[str, Any]], ...]
    imperative: bool = True
    subs: tuple[int, ...] = field(default=())


def mark(key: str, text: str) -> str:
    """``text`` as the content of field ``key``."""
    return f"{OPEN}{key}{MID}{text}{CLOSE}"


def expand(rng: random.Random, template: str, **slots: str) -> str:
    """Take one of each ``(a|b)`` at random, innermost first, then fill ``{slots}``."""
    while True:
        match = _CHOICE.search(template)
        if not match:
            break
        template = template[: match.start()] + rng.choice(match[1].split("|")) + template[match.end() :]
    for name, text in slots.items():
        template = template.replace("{" + name + "}", text)
    return re.sub(r" +", " ", template).strip()


def renumber(text: str, offset: int) -> str:
    """The marks of ``text`` moved on by ``offset`` operations."""
    return _MARK.sub(lambda m: mark(f"{int(m[1][:-1]) + offset}{m[1][-1]}", m[2]), text)


def collect(text: str) -> tuple[str, dict[str, str]]:
    """Plain text and the content of every mark."""
    found: dict[str, str] = {}
    for match in _MARK.finditer(text):
        found.setdefault(match[1], match[2])
    return _MARK.sub(lambda m: m[2], text), found


def pieces(text: str) -> list[str]:
    """The text cut before and after every mark's control characters, so that only words are changed by noise."""
    return re.split(f"({OPEN}[^{MID}]*{MID}|{CLOSE})", text)


def gerund(phrase: str) -> str:
    """The phrase with its first verb in -ing form ("removing the car")."""
    verb, _, rest = phrase.partition(" ")
    if verb in _ING:
        ing = _ING[verb]
    elif verb.endswith("ie"):
        ing = verb[:-2] + "ying"
    elif verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        ing = verb[:-1] + "ing"
    else:
        ing = verb + "ing"
    return f"{ing} {rest}".strip()


def article(noun: str) -> str:
    """The noun with a or an."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
