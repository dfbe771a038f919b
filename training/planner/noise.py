"""The ways in which people mistype: done to words only, never to markers."""

# ruff: noqa: E501 (tables of phrases read best with one phrase a line)

from __future__ import annotations

import random
import re

from training.planner.spans import CLOSE, MID, OPEN, pieces

_NEAR = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_SPELL = {
    "the": ["teh", "th", "hte", "de"], "with": ["wiht", "whit", "w/", "wit"], "remove": ["remvoe", "remov", "romove"],
    "replace": ["repalce", "relpace", "replce"], "please": ["plz", "pls", "pleas", "plese"], "you": ["u"], "and": ["adn", "an", "&", "n"],
    "background": ["backround", "backgroud", "back ground"], "colour": ["color"], "colours": ["colors"], "make": ["maek", "mak"],
    "want": ["wnat", "wanna"], "picture": ["pictur", "pic", "picure"], "are": ["r"], "people": ["ppl", "poeple"], "because": ["cuz", "bc", "becuase"],
    "grey": ["gray"], "centre": ["center"], "add": ["ad", "addd"], "feel": ["fell"], "behind": ["behnd"], "brighter": ["brigther"], "change": ["chnage"],
    "umbrella": ["umbrela"], "bicycle": ["bycicle"], "beautiful": ["beatiful"], "don't": ["dont", "do not"], "I": ["i"], "with the": ["w the"],
}  # fmt: skip


def _typo(rng: random.Random, word: str) -> str:
    if word in _SPELL and rng.random() < 0.6:
        return rng.choice(_SPELL[word])
    if len(word) < 4 or not word.isalpha():
        return word
    i = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if kind == 1:
        return word[:i] + word[i + 1 :]
    if kind == 2:
        return word[:i] + word[i] + word[i:]
    return word[:i] + rng.choice(_NEAR.get(word[i], word[i])) + word[i + 1 :]


def noisy(rng: random.Random, text: str) -> str:
    """Typos, missing articles, other casing and punctuation."""
    parts = pieces(text)
    typing = rng.random() < 0.13
    dropping = rng.random() < 0.1
    american = rng.random() < 0.4
    case = rng.random()
    apostrophes = rng.random() < 0.2
    out = []
    for part in parts:
        if part.startswith((OPEN, CLOSE)) and (part == CLOSE or part.endswith(MID)):
            out.append(part)
            continue
        made = []
        for word in re.split(r"(\s+)", part):
            if not word or word.isspace() or "[" in word:
                made.append(word)
                continue
            new = word
            if typing and rng.random() < 0.16:
                new = _typo(rng, new)
            if dropping and new in ("the", "a", "an", "The", "A") and rng.random() < 0.8:
                new = ""
            if american:
                new = new.replace("colour", "color").replace("grey", "gray").replace("centre", "center")
            if apostrophes:
                new = new.replace("'", "")
            elif rng.random() < 0.02:
                new = new.replace("'", "’")
            if case < 0.3:
                new = new.lower()
            elif case < 0.32:
                new = new.upper()
            made.append(new)
        out.append("".join(made))
    joined = "".join(out)
    if 0.32 <= case < 0.85:
        joined = _capital(joined)
    if rng.random() < 0.42 and joined[-1:] not in "?!.,":
        joined += rng.choices([".", "!", "...", " ", "?", "!!", " ."], [70, 12, 3, 4, 3, 2, 2])[0]
    return joined


def _capital(text: str) -> str:
    """The first letter of the words in upper case."""
    index = 0
    while index < len(text):
        if text[index] == OPEN:
            index = text.index(MID, index) + 1
        elif text[index] == "[":
            return text
        else:
            return text[:index] + text[index].upper() + text[index + 1 :]
    return text
