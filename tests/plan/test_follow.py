"""What counts as revising the last turn, and what as a new wish."""

from __future__ import annotations

import numpy as np
import pytest

from engine.following import revises
from engine.revising import gives_way
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


@pytest.mark.parametrize(
    ("words", "last", "wanted"),
    [
        ("make it brighter", Operation(Op.adjust, target="warmer"), False),
        ("a bit warmer", Operation(Op.adjust, target="warmer"), False),
        ("a bit less", Operation(Op.adjust, target="warmer"), True),
        ("no, cooler", Operation(Op.adjust, target="warmer"), True),
        ("make it darker", Operation(Op.adjust, "river", target="bluer"), False),
        ("add [ref#1] on the right", ADDED, False),
        ("a bit more to the left", ADDED, True),
    ],
)
def test_as_the_shipped_planner_plans_an_accepted_edit_gives_way_only_to_words_about_it(planner, words, last, wanted):
    vector = np.full(384, 384**-0.5, np.float32)
    references = {1: (vector, "picture")}
    source = planner.vocabulary.source(words)
    grammar = planner.grammar(source, references, True, (last,))
    planner.write(source, references, vector, (last,), grammar, stop=lambda grammar: grammar.operations_done)
    assert any(gives_way(words, each, last) for each in grammar.operations) is wanted
