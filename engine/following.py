"""Whether a follow-up revises the turn before it, and how far it goes: from what that turn did, not from nothing.

A plan that revises a turn ("a bit more to the right") is run from the picture before that turn. There half a step more
means the old way and half a step on top; "a bit less" means less of the old.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from engine.amounts import (
    LARGEST,
    LESS,
    SMALLEST,
    amount_number,
    direction,
    length,
    lengths,
    merged,
    percent_of,
    resized,
    scale_of,
    size_factor,
    strength_of,
    told,
    ways,
    without_ways,
    worded,
)
from engine.values import TONE_OPS, Op, Operation, Plan, Turn

NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
MORE = re.compile(r"\b(?:more|further|farther|even|still|another|extra)\b")
ABSOLUTE = re.compile(r"\b(?:to|at) \d")
FACTORS = {"half": 0.5, "twice": 2.0, "double": 2.0, "triple": 3.0}
TOWARDS = {"left": "to the left", "right": "to the right", "up": "up", "down": "down"}
A_BIT_LESS, LESS_SHARE = 0.7, 0.5  # of what was done
STRONGEST = 3.0  # that a look is made
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


def follow_up(text: str, plan: Plan, history: Sequence[Turn]) -> Plan:
    """The plan, :func:`carried_on` where it revises the last turn of a history."""
    return carried_on(text, plan, history[-1].plan) if revises(plan, history) else plan


def carried_on(text: str, plan: Plan, last: Plan) -> Plan:
    """The plan with amounts that are told from the picture before the turn that it revises.

    Parameters
    ----------
    text
        The words of a follow-up.
    plan
        What it is planned as: it revises ``last`` and is run from the same picture.
    last
        The plan of the turn before.

    Returns
    -------
    ``plan`` itself where nothing in it goes on from ``last``: other operations, other things, or a number of its own
    ("by 30 %").
    """
    said, alone = frozenset(NUMBER.findall(text)), len(plan.operations) == 1
    carried = (_carried_on(said, each, last.operations, alone=alone) for each in plan.operations)
    return replace(plan, operations=tuple(carried))


def _carried_on(said: frozenset[str], new: Operation, last: tuple[Operation, ...], *, alone: bool) -> Operation:
    """One operation carried on; ``said`` are the numbers of the words, ``alone`` is one without others beside it."""
    if new in last and not alone:  # written again beside what is revised
        return new
    if not said.issuperset(NUMBER.findall(new.amount)):  # a number taken over from the turn before
        new = replace(new, amount="")
    old = next((each for each in reversed(last) if _alike(new, each)), None)
    if old is None:
        return new
    match new.op:
        case Op.move:
            return _further(new, old)
        case Op.scale:
            return _larger(new, old)
        case Op.expand:
            return _wider(new, old)
        case Op.add | Op.replace:
            return _put(new, old)
        case _:
            return _stronger(new, old)


def _alike(new: Operation, old: Operation) -> bool:
    """Whether both do the same to the same, one more or less of it."""
    if new.op is not old.op or (new.object, new.ref) != (old.object, old.ref):
        return False
    if new.op in TONE_OPS or new.op is Op.replace:
        return new.target == old.target
    return new.op in (Op.move, Op.scale, Op.expand, Op.add)


def _own_number(amount: str) -> bool:
    """Whether an amount is a number that stands for itself ("30 %"), not one on top ("30 % more")."""
    return NUMBER.search(amount) is not None and not MORE.search(amount) and not LESS.search(amount)


def _share(amount: str) -> float | None:
    """The share of what was done that an amount asks for; nothing where it asks for something on top of that."""
    if LESS.search(amount):
        return A_BIT_LESS if strength_of(amount) < 1 else LESS_SHARE
    return next((factor for word, factor in FACTORS.items() if word in amount.split()), None)


def _stronger(new: Operation, old: Operation) -> Operation:
    """A look: both strengths together, or a share of the old one."""
    amount, done = new.amount.lower(), _strength(old.amount)
    if _own_number(amount):
        return new
    percent = percent_of(amount)
    if percent is not None:  # more or less by so much
        part = percent / 100
        share: float | None = max(1 - part, 0.1) if LESS.search(amount) else 1 + part
    elif LESS.search(new.target.lower()) and MORE.search(amount):  # "even less" of "less red"
        share = None
    else:
        share = _share(amount)
    strength = done * share if share else done + strength_of(amount)
    return replace(new, amount=f"{min(strength, STRONGEST):.3g}x")


def _strength(amount: str) -> float:
    number = amount_number(amount)
    if number is not None:
        return number
    return next((factor for word, factor in FACTORS.items() if word in amount.lower().split()), strength_of(amount))


def _further(new: Operation, old: Operation) -> Operation:
    """A move: both ways one after the other, or a share of the old one."""
    words = f"{new.amount} {new.where}".lower()
    done, more, share = ways(old.where, old.amount), ways(new.where, new.amount), _share(words)
    if not done or not more or _own_number(words):
        return new
    every = merged([replace(way, length=way.length * share) for way in done] if share else [*done, *more])
    if not every:  # there and back
        return replace(new, where=TOWARDS[more[0].side], amount="0%")
    if len(every) > 1:
        return replace(new, where=" and ".join(way.side for way in every), amount=told(every))
    (way,) = every  # told as one is told by words, which a planner knows
    return replace(new, where=TOWARDS[way.side], amount=worded(way.length, way.unit))


def _larger(new: Operation, old: Operation) -> Operation:
    """A change of size: the product of both."""
    if ABSOLUTE.search(new.amount.lower()):
        return new
    factor = scale_of(old.target, old.amount) * scale_of(new.target, new.amount)
    factor = min(max(factor, SMALLEST), LARGEST)
    return replace(new, target="bigger" if factor > 1 else "smaller", amount=f"{factor:.3g}x")


def _put(new: Operation, old: Operation) -> Operation:
    """Something brought in: further from where it was put, or larger or smaller there."""
    shifts, size = lengths(old.amount), without_ways(old.amount)
    where, words = new.where, f"{new.amount} {new.where}".lower()
    if direction(new.where) is not None:
        share = _share(words)
        more = [replace(way, length=way.length * share) for way in shifts] if share else None
        shifts, where = merged(more or [*shifts, *ways(new.where, new.amount)]), old.where
    elif new.amount:
        size = resized(size, size_factor(new.amount))
    return replace(new, where=where, amount=", ".join(filter(None, (size, told(shifts) if where == old.where else ""))))


def _wider(new: Operation, old: Operation) -> Operation:
    """An expansion of the same sides: both widths together, or a share of the old one."""
    (done, unit), (more, other), share = length(old.amount), length(new.amount), _share(new.amount.lower())
    if new.where != old.where or _own_number(new.amount):
        return new
    if unit != other:
        more = done * strength_of(new.amount)
    return replace(new, amount=worded(done * share if share else done + more, unit))
