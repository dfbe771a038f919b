"""What each class of the image and sound towers shows in common words, written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

SILENT = "-"
KIND_SHARE = 0.7  # of its members' shares that a kind gets: it is said where no member is nearly sure
GENRES = slice(211, 277)  # AudioSet's styles of music, which are no things
GENRE_SHARE = 0.15

Shares = list[dict[str, float]]


def lines_of(table: str) -> Iterator[str]:
    """The lines of a table but for remarks."""
    text = files("training.encode.tables").joinpath(table).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def common_names(table: str, count: int) -> list[str | None]:
    """Read ``pictures.txt`` or ``sounds.txt``: the common noun or nouns (divided by ``/``) of each class.

    Parameters
    ----------
    table
        File name.
    count
        Number of classes.

    Raises
    ------
    ValueError
        When a line names a class beyond ``count``.
    """
    out: list[str | None] = [None] * count
    for line in lines_of(table):
        span, words = line.split(" ", 1)
        first, _, last = span.partition("-")
        if int(last or first) >= count:
            raise ValueError(f"{table}: class {span} is beyond {count}")
        for index in range(int(first), int(last or first) + 1):
            out[index] = words
    return out


def plain(name: str) -> str:
    """A class name without its bracketed remark: ``kite (bird of prey)`` gives ``kite``."""
    return re.sub(r"\s*\(.*\)", "", name).strip()


def picture_nouns(classes: Sequence[str]) -> list[str]:
    """One noun, or several divided by ``/``, for each ImageNet class; unlisted classes keep their plain name."""
    listed = common_names("pictures.txt", len(classes))
    return [noun or plain(name) for noun, name in zip(listed, classes, strict=True)]


def sound_nouns(classes: Sequence[str]) -> list[str]:
    """What makes the sound of each AudioSet class; empty for classes that tell nothing of it."""
    listed = common_names("sounds.txt", len(classes))
    return ["" if noun in (None, SILENT) else str(noun) for noun in listed]


def picture_shares(classes: Sequence[str]) -> Shares:
    """What a picture may show by each ImageNet class, as noun to share; kinds stand beside their members.

    A share is a probability, by hand, that an everyday picture shows the thing when the network says the class; so the
    shares of one class, kinds apart, sum to 1. Saying a kind while its members are in doubt hedges as in Deng et al.
    2012 ("Hedging your bets").

    Raises
    ------
    ValueError
        When a line names neither a noun nor a class, or shares out more than there is.
    """
    nouns = [noun.split("/")[0] for noun in picture_nouns(classes)]
    out = [{noun: 1.0} for noun in nouns]
    for line in lines_of("likely.txt"):
        said, things = line.split(" > ")
        shares = {noun: float(share) for noun, share in (thing.rsplit(" ", 1) for thing in things.split(", "))}
        for name in said.split(", "):
            found = [i for i, noun in enumerate(nouns) if noun == name] or [
                i for i, each in enumerate(classes) if name in (each, plain(each), each.split(" / ")[0])
            ]
            if not found or sum(shares.values()) > 1 + 1e-6:
                raise ValueError(f"likely.txt: {line}")
            for index in found:
                own = {nouns[index]: 1 - sum(shares.values())}
                out[index] = {noun: own.get(noun, 0.0) + shares.get(noun, 0.0) for noun in (own | shares)}
    kinds = {kind: members.split(" ") for kind, members in (line.split(": ") for line in lines_of("kinds.txt"))}
    for shares in out:
        for kind in kinds:
            members = sum(shares.get(member, 0.0) for member in _members(kinds, kind))
            if members:
                shares[kind] = min(1.0, shares.get(kind, 0.0) + KIND_SHARE * members)
    return [{noun: round(share, 3) for noun, share in row.items() if share > 0 and noun != SILENT} for row in out]


def _members(kinds: Mapping[str, Sequence[str]], kind: str) -> set[str]:
    """The members of a kind and of the kinds in it."""
    own = {member.replace("_", " ") for member in kinds.get(kind, ())}
    return own.union(*(_members(kinds, member) for member in own))


def sound_shares(classes: Sequence[str]) -> Shares:
    """What may make a sound by each AudioSet class, as noun to share; empty for classes that tell nothing of it.

    Raises
    ------
    ValueError
        When a line names no class.
    """
    out = [{noun.split("/")[0]: 1.0} if noun else {} for noun in sound_nouns(classes)]
    for index in range(*GENRES.indices(len(out))):
        out[index] = dict.fromkeys(out[index], GENRE_SHARE)
    for line in lines_of("heard.txt"):
        said, thing = line.split(" > ")
        noun, share = thing.rsplit(" ", 1)
        for name in said.split(" | "):
            if name not in classes:
                raise ValueError(f"heard.txt: {name} is no class")
            out[list(classes).index(name)] = {noun: float(share)} if float(share) else {}
    return out
