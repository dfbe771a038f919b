"""Whether the several prompts of a plan are meant as a picture each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.following import revises
from engine.values import Op, Plan, Turn

SEVERAL = re.compile(  # English words that ask for more than one picture
    r"""\b(?:(?<!-)stor(?:y|ies)(?!\s(?:house|building))|storyboard|comics?|series|sequence|slideshow|picture[\s-]?books?
    |(?:di|tri|tetra|poly)ptychs?|graphic\snovel|photo\sessay|step[\s-]by[\s-]step|(?:in|as)\s(?:[\w-]+\s){0,2}panels
    |(?:several|some|many|multiple|different|few|two|three|four|five|six|[2-9]|\d\d)\s+(?:[\w-]+\s+){0,2}
    (?:pictures|images|photos|photographs|drawings|paintings|illustrations|scenes|panels|pages|frames|versions
    |chapters|episodes|steps))\b""",
    re.IGNORECASE | re.VERBOSE,
)


def asks_for_several(text: str, plan: Plan, history: Sequence[Turn]) -> bool:
    """Whether the user asked for several pictures: in English words, by operations, or by revising such a turn.

    For planners that learnt to write several prompts for a story and now and then do so for a single picture too.
    """
    if sum(each.op is Op.generate for each in plan.operations) > 1 or SEVERAL.search(text):
        return True
    return bool(history and history[-1].plan.prompts) and revises(plan, history)
