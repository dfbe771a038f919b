"""From what the user typed and chose to a checked :class:`~engine.values.Instruction`."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from engine.errors import BadInput
from engine.files.sniffing import sniff
from engine.values import MARKER, Instruction, Op, Plan, Reference, marker

LONGEST = 2_000  # characters; the starter planner's context holds about twice as many
ALMOST = re.compile(r"\[\s*ref\s*#?\s*(\d+)\s*\]", re.IGNORECASE)


def make(text: str, files: Sequence[Path] = (), words: Sequence[str] = ()) -> Instruction:
    """Build an instruction whose k-th file is ``[ref#k]``.

    Parameters
    ----------
    text
        What is wanted, 1 to 2,000 characters; ``[ref #1]`` and ``[Ref1]`` are read as ``[ref#1]``.
    files
        Reference pictures and sounds; each must be named by a marker in ``text``.
    words
        Optional text beside each file, as many as files or none.

    Raises
    ------
    BadInput
        For an empty or overlong text, a dangling or unused marker, or a file that is neither picture nor sound.
    """
    text = ALMOST.sub(lambda match: marker(int(match[1])), tidy(text))
    references = tuple(
        Reference(marker(number), sniff(path), path, words[number - 1] if words else "")
        for number, path in enumerate(files, 1)
    )
    instruction = Instruction(text, references)
    check(instruction)
    return instruction


def tidy(text: str) -> str:
    """Fold white space to single blanks and drop control characters."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text).split())


def check(instruction: Instruction) -> None:
    """Refuse an instruction whose text and references do not agree.

    Raises
    ------
    BadInput
        Naming the marker that is dangling, unused or given twice, or saying that the text is empty or too long.
    """
    text = instruction.text
    if not any(c.isalnum() for c in MARKER.sub("", text)):
        raise BadInput("The instruction is empty.", 'Say what to change, e.g. "remove the boat".')
    if len(text) > LONGEST:
        raise BadInput(
            f"The instruction has {len(text):,} characters; at most {LONGEST:,} are read.", "Say it more briefly."
        )
    counts = Counter(reference.marker for reference in instruction.references)
    for name, count in counts.items():
        if count > 1:
            raise BadInput(f"{name} is given {count} times.", "Give each reference its own number.")
    named = {marker(int(number)) for number in MARKER.findall(text)}
    dangling = sorted(named - counts.keys())
    if dangling:
        raise BadInput(f"{dangling[0]} stands in the instruction but no such file is given.", "Add it with --ref.")
    unused = [reference for reference in instruction.references if reference.marker not in named]
    if unused:
        first = unused[0]
        name = first.file.name if first.file else first.text
        raise BadInput(f"{name} is given but {first.marker} is not in the instruction.", f"Write {first.marker} in it.")


def used(plan: Plan) -> set[int]:
    """Numbers of the references that a plan speaks of."""
    numbers = {*plan.subs, *(each.ref for each in plan.operations if each.ref is not None)}
    fields = (field for each in plan.operations for field in (each.object, each.where, each.target))
    return numbers | {int(number) for text in (plan.base, plan.region, *fields) for number in MARKER.findall(text)}


def left_out(instruction: Instruction, plan: Plan) -> str:
    """A sentence for the user when an edit makes nothing of a reference that the instruction names; else empty."""
    if all(operation.op is Op.describe for operation in plan.operations):
        return ""
    missing = sorted({int(number) for number in MARKER.findall(instruction.text)} - used(plan))
    if not missing:
        return ""
    names = " and ".join(marker(number) for number in missing)
    return f"(Nothing is done with {names}; ask for it in an instruction of its own.)"
