"""Size and place said after a thing was brought in go into how it is brought in."""

from __future__ import annotations

import numpy as np
import pytest

from engine.amounts import share_of_photo
from engine.draft import operations
from engine.draft.cutout import CutOut
from engine.folding import folded
from engine.placement import Placement
from engine.standing import size_of
from engine.values import Op, Operation

ADD = Operation(Op.add, ref=1, where="on the grass")


@pytest.mark.parametrize(
    ("later", "amount"),
    [
        (Operation(Op.scale, "[ref#1]", target="bigger", amount="twice as big"), "2x"),
        (Operation(Op.scale, "[ref#1]", target="smaller"), "0.741x"),
        (Operation(Op.scale, "[ref#1]", target="smaller", amount="a third of the photo"), "a third of the photo"),
        (Operation(Op.move, "[ref#1]", where="to the left", amount="10%"), "10% left"),
    ],
)
def test_what_is_said_of_an_added_thing_is_how_it_is_added(later, amount):
    (only,) = folded([ADD, later])
    assert only == Operation(Op.add, ref=1, where="on the grass", amount=amount)


def test_several_sayings_add_up():
    later = [
        Operation(Op.scale, "[ref#1]", target="bigger", amount="twice"),
        Operation(Op.move, "[ref#1]", where="up", amount="50 px"),
        Operation(Op.scale, "[ref#1]", target="smaller", amount="half the size"),
    ]
    (only,) = folded([ADD, *later])
    assert only.amount == "1x, 50px up"
    assert size_of(only) == 1


def test_a_new_thing_in_an_old_ones_place_has_its_size():
    swap = Operation(Op.replace, "pig", target="dog")
    for name in ("pig", "dog"):
        (only,) = folded([swap, Operation(Op.scale, name, target="smaller", amount="half")])
        assert size_of(only) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (ADD, Operation(Op.scale, "pig", target="smaller")),
        (ADD, Operation(Op.move, "[ref#1]", where="next to the tree")),
        (Operation(Op.remove, "pig"), Operation(Op.scale, "pig", target="smaller")),
        (Operation(Op.add, ref=1, place=Placement(0, 0, 9, 9)), Operation(Op.scale, "[ref#1]", target="bigger")),
        (Operation(Op.add, ref=1), Operation(Op.adjust, "[ref#1]", target="warmer")),
        (Operation(Op.add, ref=1), Operation(Op.scale, "", target="bigger")),
    ],
)
def test_everything_else_stays_an_operation_of_its_own(first, later):
    assert folded([first, later]) == (first, later)


@pytest.mark.parametrize(
    ("words", "share"),
    [
        ("about as tall as a third of the picture", 1 / 3),
        ("half the height of the photo", 0.5),
        ("40% of the frame", 0.4),
        ("half the size", None),
        ("twice as big", None),
        ("300% of the photo", None),
    ],
)
def test_shares_of_the_photo(words, share):
    assert share_of_photo(words) == (pytest.approx(share) if share else None)


def test_a_replacement_is_as_large_as_asked():
    rgb = np.full((200, 300, 3), 0.5, np.float32)
    hole = np.zeros((200, 300), bool)
    hole[80:180, 100:200] = True
    thing = CutOut(np.ones((400, 400, 4), np.float32))
    heights = []
    for size in (1.0, 0.5):
        made = operations.replace(rgb, hole, thing, size=size).rgb
        heights.append(int((made > 0.6).any(axis=(1, 2)).sum()))
    assert heights[1] == pytest.approx(heights[0] / 2, abs=4)
