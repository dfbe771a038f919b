"""Whether a plan revises the turn before it or asks for something new."""

from __future__ import annotations

from collections.abc import Sequence

from engine.values import Plan, Turn


def revises(plan: Plan, history: Sequence[Turn]) -> bool:
    """Whether ``plan`` changes what the last turn did, and so is to be run from the picture before that turn.

    True when the plan repeats the last operation's kind with the same object or the same reference, or the same kind
    on the same whole photo; a new wish does none of these.
    """
    if not history or not history[-1].plan.operations:
        return False
    last = history[-1].plan.operations[-1]
    return any(
        o.op == last.op
        and (o.object == last.object or (o.ref is not None and o.ref == last.ref) or o.where == last.where != "")
        for o in plan.operations
    )
