"""What counts as revising the last turn, and what as a new wish."""

from __future__ import annotations

import pytest

from engine.plan import revises
from engine.values import Instruction, Op, Operation, Plan, Turn

LEFT = "on the left"
ADDED = Operation(Op.add, ref=1, where=LEFT)


def revising(new: Operation, last: Operation) -> bool:
    return revises(Plan("", "", operations=(new,)), (Turn(Instruction("before"), Plan("", "", operations=(last,))),))


@pytest.mark.parametrize(
    ("new", "last"),
    [
        (Operation(Op.add, ref=1, where="a bit more to the left"), ADDED),
        (Operation(Op.add, ref=1, amount="smaller"), ADDED),
        (Operation(Op.add, "red umbrella", where=LEFT), Operation(Op.add, "umbrella", where=LEFT)),
        (Operation(Op.add, "dog", where="on the right"), Operation(Op.add, "dog", where=LEFT)),
        (Operation(Op.replace, "boat", ref=2), Operation(Op.replace, "boat", ref=1)),
        (Operation(Op.adjust, target="even warmer"), Operation(Op.adjust, target="warmer")),
        (Operation(Op.mood, ref=2), Operation(Op.mood, ref=1)),
        (Operation(Op.generate, target="at night"), Operation(Op.generate)),
    ],
)
def test_the_same_thing_again_revises(new, last):
    assert revising(new, last)


@pytest.mark.parametrize(
    ("new", "last"),
    [
        (Operation(Op.add, ref=2, where=LEFT), ADDED),
        (Operation(Op.add, ref=2, where="on the right"), ADDED),
        (Operation(Op.add, "cat", where=LEFT), Operation(Op.add, "dog", where=LEFT)),
        (Operation(Op.add, "dog", where=LEFT), ADDED),
        (Operation(Op.remove, "car", where=LEFT), Operation(Op.remove, "bin", where=LEFT)),
        (Operation(Op.remove, "dog", where=LEFT), Operation(Op.add, "dog", where=LEFT)),
    ],
)
def test_another_thing_at_the_same_place_is_a_new_wish(new, last):
    assert not revising(new, last)
