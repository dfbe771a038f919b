"""Whether a plan revises the turn before it or asks for something new."""

from __future__ import annotations

from collections.abc import Sequence

from engine.values import Op, Operation, Plan, Turn

OF_NOTHING = frozenset({Op.add, Op.generate})  # bring in what was not there: without an object their reference names it


def revises(plan: Plan, history: Sequence[Turn]) -> bool:
    """Whether ``plan`` changes what the last turn did, and so is to be run from the picture before that turn.

    True when the plan repeats the last operation's kind with the same thing: the same object or reference, an object
    that is only described further at the same place ("a red one"), or the same whole photo. A new wish does none of
    these; another thing at the same place is one.
    """
    if not history or not history[-1].plan.operations:
        return False
    last = history[-1].plan.operations[-1]
    return any(each.op == last.op and _same_thing(each, last) for each in plan.operations)


def _same_thing(new: Operation, last: Operation) -> bool:
    if new.ref is not None and new.ref == last.ref:
        return True
    if new.object == last.object:
        return bool(new.object) or new.op not in OF_NOTHING or new.ref == last.ref
    further = set(last.object.lower().split()) < set(new.object.lower().split())
    return bool(last.object) and further and new.where == last.where != ""
