"""Whether a follow-up revises the turn before it, and how far it goes: from what that turn did, not from nothing.

A plan that revises a turn ("a bit more to the right") is run from the picture before that turn. There half a step more
means the old way and half a step on top; "a bit less" means less of the old.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from engine.amounts import direction, length, lengths, merged, size_factor, strength_of, told, ways, without_ways
from engine.values import TONE_OPS, Op, Operation, Plan, Turn

LESS = re.compile(r"\b(?:less|too|not (?:so|as|that|quite))\b")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
MORE = re.compile(r"\b(?:more|further|farther|even|still|another|extra)\b")
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
    said = frozenset(NUMBER.findall(text))
    return replace(plan, operations=tuple(_carried_on(said, each, last.operations) for each in plan.operations))


def _carried_on(said: frozenset[str], new: Operation, last: tuple[Operation, ...]) -> Operation:
    numbers = NUMBER.findall(new.amount)
    if numbers and not said.issuperset(numbers):  # taken over from the turn before
        new = replace(new, amount="")
    old = next((each for each in reversed(last) if _alike(new, each)), None)
    if old is None:
        return new
    words = f"{new.amount} {new.target} {new.where}".lower()
    if said.intersection(numbers) and not MORE.search(words):
        return new
    if new == old and new.op not in TONE_OPS:  # written again beside what is revised
        return new
    share = next((factor for word, factor in FACTORS.items() if word in words.split()), None)
    if LESS.search(words):
        share = A_BIT_LESS if strength_of(words) < 1 else LESS_SHARE
    match new.op:
        case Op.move:
            return _further(new, old, share)
        case Op.scale:
            return _larger(new, old, less=share if LESS.search(words) else None)
        case Op.add:
            return _put(new, old)
        case Op.expand:
            return _wider(new, old, share)
        case _:
            done = strength_of(old.amount)
            strength = done * share if share else done + strength_of(new.amount)
            return replace(new, amount=f"{min(strength, STRONGEST):.3g}x")


def _alike(new: Operation, old: Operation) -> bool:
    """Whether both do the same to the same, one more or less of it."""
    if new.op is not old.op or (new.object, new.ref) != (old.object, old.ref):
        return False
    if new.op in TONE_OPS:
        return new.target == old.target
    return new.op in (Op.move, Op.scale, Op.expand, Op.add)


def _further(new: Operation, old: Operation, share: float | None) -> Operation:
    """A move: both ways one after the other, or a share of the old one."""
    done, more = ways(old.where, old.amount), ways(new.where, new.amount)
    if not done or not more:
        return new
    every = merged([replace(way, length=way.length * share) for way in done] if share else [*done, *more])
    if len(every) != 1:
        return replace(new, where=" and ".join(way.side for way in every), amount=told(every))
    (way,) = every  # told as one is told by words, which a planner knows
    return replace(new, where=TOWARDS[way.side], amount=f"{way.length:.4g}{way.unit}")


def _larger(new: Operation, old: Operation, less: float | None) -> Operation:
    """A change of size: the product of both, or less of the old one."""
    done, more = size_factor(f"{old.target} {old.amount}"), size_factor(f"{new.target} {new.amount}")
    factor = done**less if less else done * more
    return replace(new, target="bigger" if factor > 1 else "smaller", amount=f"{factor:.3g}x")


def _put(new: Operation, old: Operation) -> Operation:
    """Something added: further from where it was put, or larger or smaller there."""
    shifts, size = lengths(old.amount), size_factor(without_ways(old.amount)) if without_ways(old.amount) else 1.0
    where = new.where
    if direction(new.where) is not None:
        shifts, where = merged([*shifts, *ways(new.where, new.amount)]), old.where
    elif new.amount:
        size *= size_factor(new.amount)
    parts = ([f"{size:.3g}x"] if size != 1 else []) + ([told(shifts)] if shifts and where == old.where else [])
    return replace(new, where=where, amount=", ".join(parts))


def _wider(new: Operation, old: Operation, share: float | None) -> Operation:
    """An expansion of the same sides: both widths together, or a share of the old one."""
    (done, unit), (more, other) = length(old.amount), length(new.amount)
    if new.where != old.where or unit != other:
        return new
    return replace(new, amount=f"{done * share if share else done + more:.3g}{unit}")
