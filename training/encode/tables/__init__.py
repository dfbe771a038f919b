"""What each class of the image and sound towers shows in common words, written by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files

SILENT = "-"


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
    for line in files("training.encode.tables").joinpath(table).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
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
