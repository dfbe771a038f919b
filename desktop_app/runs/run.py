"""One run: what it is to do, with what, and how far it is."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

from desktop_app.work.document import Document
from engine import instruction as rules
from engine.errors import BadInput
from engine.picture import Photo
from engine.values import MARKER, EditRequest, Instruction, Plan, Settings, marker

LARGEST_SEED = 2**32  # seeds are below it
translate = QCoreApplication.translate


class State(enum.Enum):
    """What the engine is doing for the window."""

    idle = "idle"
    waiting = "waiting"
    planning = "planning"
    editing = "editing"
    assembling = "assembling"


@dataclass(eq=False)
class Run:
    """One wish on its way; it takes the photo as it is when its turn comes, and the mask as it was when asked.

    Attributes
    ----------
    number
        Tells runs apart, from 1.
    text
        The instruction, or the bundle's name.
    plan
        The plan to carry out; made first when absent.
    plan_only
        Whether it ends with the plan.
    replaces
        Key of the accepted edit that is run again; empty for a new one.
    base
        The picture to work on; the document's at that time when absent.
    request
        What goes to the engine; given beforehand by repetitions.
    """

    number: int
    document: Document | None
    text: str
    settings: Settings
    mask: np.ndarray | None = None
    plan: Plan | None = None
    plan_only: bool = False
    replaces: str = ""
    base: Photo | None = None
    request: EditRequest | None = None
    state: State = State.waiting


def instruction_of(document: Document, text: str) -> Instruction:
    """What the user wrote with the references that it names.

    Raises
    ------
    BadInput
        When it is empty, too long, or names a reference that is not there.
    """
    instruction = document.instruction(rules.tidy(text))
    given = {reference.marker for reference in instruction.references}
    for number in MARKER.findall(instruction.text):
        if marker(int(number)) not in given:
            raise BadInput(
                translate("runs", "{0} stands in the instruction, but there is no such reference.").format(
                    f"[ref#{number}]"
                ),
                translate("runs", "Add a picture or sound, or delete the marker."),
            )
    for reference in instruction.references:
        if reference.file is not None and not reference.file.exists():
            raise BadInput(
                translate("runs", "{0} is no longer there.").format(reference.file.name),
                translate("runs", "Remove {0} and add the file again.").format(reference.marker),
            )
    rules.check(instruction)
    return instruction
