"""Follow-ups go on from what the turn before them did."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.amounts import amount_number, offset, scale_of, share_of_photo, ways
from engine.following import carried_on
from engine.instruction import make
from engine.values import EditRequest, Op, Operation, Plan, Turn


def follow(old: Operation, new: Operation) -> Operation:
    plans = (Plan("", "", operations=(each,)) for each in (new, old))
    (only,) = carried_on(new.amount, *plans).operations
    return only


def move(where: str, amount: str = "", thing: str = "pig") -> Operation:
    return Operation(Op.move, thing, where=where, amount=amount)


@pytest.mark.parametrize(
    ("old", "new", "goes"),
    [
        (move("to the right"), move("to the right", "a bit more"), (270, 0)),
        (move("to the right"), move("to the right", "even further"), (360, 0)),
        (move("to the right"), move("further right"), (360, 0)),
        (move("to the right"), move("to the left", "a bit"), (90, 0)),
        (move("to the right"), move("to the right", "a bit less"), (126, 0)),
        (move("to the right"), move("to the right", "too far"), (90, 0)),
        (move("to the right"), move("to the right", "twice as far"), (360, 0)),
        (move("to the right", "100 pixels"), move("to the right", "50 pixels more"), (150, 0)),
        (move("to the right"), move("up"), (180, -180)),
        (move("to the right"), move("to the left"), (0, 0)),
        (move("to the right", "6000 px"), move("to the right", "6000 pixels more"), (12000, 0)),
        (move("to the right"), move("to the right", "10%"), (100, 0)),
        (move("to the right"), move("to the right", thing="dog"), (180, 0)),
    ],
)
def test_a_move_goes_on_from_where_the_last_one_ended(old, new, goes):
    result = follow(old, new)
    assert offset(ways(result.where, result.amount), 1000) == goes


def test_a_third_turn_goes_on_from_the_second():
    second = follow(move("to the right"), move("to the right", "a bit more"))
    third = follow(second, move("to the right", "a bit less"))
    assert offset(ways(third.where, third.amount), 1000) == (189, 0)


def test_a_move_to_a_place_is_not_added_to():
    new = move("to the left", "a bit more")
    assert follow(move("next to the tree"), new) == new


def scale(target: str, amount: str) -> Operation:
    return Operation(Op.scale, "pig", target=target, amount=amount)


@pytest.mark.parametrize(
    ("old", "new", "factor"),
    [
        (scale("bigger", "bigger"), scale("bigger", "a bit bigger"), 1.35**1.5),
        (scale("bigger", "bigger"), scale("smaller", "a bit smaller"), 1.35**0.5),
        (scale("bigger", "bigger"), scale("smaller", "less big"), 1.35**0.5),
        (scale("smaller", "smaller"), scale("smaller", "a bit less"), 1.35**-0.75),
        (scale("bigger", "bigger"), scale("smaller", "too big"), 1.35**0.5),
        (scale("bigger", "bigger"), scale("bigger", "twice"), 2.7),
        (scale("bigger", "bigger"), scale("bigger", "4x"), 4),
        (scale("bigger", "bigger"), scale("smaller", "to 50%"), 0.5),
    ],
)
def test_sizes_are_multiplied(old, new, factor):
    result = follow(old, new)
    assert scale_of(result.target, result.amount) == pytest.approx(factor, rel=0.01)


def warm(amount: str = "", target: str = "warmer") -> Operation:
    return Operation(Op.adjust, target=target, amount=amount)


@pytest.mark.parametrize(
    ("amounts", "strength"),
    [
        (["", "a bit more"], 1.5),
        (["", ""], 2),
        (["", "even warmer"], 2),
        (["", "much warmer"], 2.7),
        (["", "a bit less"], 0.7),
        (["", "too much"], 0.5),
        (["", "half"], 0.5),
        (["a bit", "a bit more", "a bit more"], 1.5),
        (["much", "much more"], 3),
        (["20%", "a bit less"], 0.28),
        (["", "20% more"], 1.2),
        (["half", "a bit more"], 1),
    ],
)
def test_looks_grow_stronger_and_weaker(amounts, strength):
    result = warm(amounts[0])
    for amount in amounts[1:]:
        result = follow(result, warm(amount))
    assert amount_number(result.amount) == pytest.approx(strength, abs=0.01)


def test_another_wish_and_a_number_of_its_own_stay_as_they_are():
    for new in (warm(target="brighter"), warm("30 %"), Operation(Op.remove, "pig")):
        assert follow(warm(), new) == new


def test_how_much_of_one_look_is_not_taken_over_for_another():
    plans = (Plan("", "", operations=(warm("1.5x", target),)) for target in ("brighter", "warmer"))
    (only,) = carried_on("no, brighter", *plans).operations
    assert only == warm(target="brighter")


@pytest.mark.parametrize(("amount", "strength"), [("a bit more", 1.5), ("even less", 2), ("a bit less", 0.7)])
def test_more_of_less_is_more(amount, strength):
    assert amount_number(follow(warm(target="less red"), warm(amount, "less red")).amount) == pytest.approx(strength)


def test_what_is_written_again_beside_what_is_revised_stays():
    last = Plan("", "", operations=(warm("27%"), warm(target="brighter"), move("to the right", "27%")))
    new = replace(last, operations=(warm("27%"), warm("a bit less", "brighter"), move("to the right", "27%")))
    carried = carried_on("a bit less bright", new, last).operations
    assert carried == (warm("27%"), warm("0.7x", "brighter"), move("to the right", "27%"))


def add(where: str, amount: str = "") -> Operation:
    return Operation(Op.add, ref=1, where=where, amount=amount)


def test_what_was_added_moves_and_grows_where_it_was_put():
    moved = follow(add("on the meadow"), add("to the left", "a bit more"))
    assert moved == add("on the meadow", "9% left")
    larger = follow(moved, add("on the meadow", "a bit bigger"))
    assert larger == add("on the meadow", "1.16x, 9% left")
    assert follow(larger, add("in the sky")) == add("in the sky", "1.16x")
    assert follow(larger, add("on the meadow", "too big")).amount == "0.998x, 9% left"
    assert follow(moved, add("to the left", "not so far")) == add("on the meadow", "4.5% left")


def test_a_share_of_the_photo_stays_one():
    result = follow(add("on the meadow", "a third of the photo"), add("on the meadow", "a bit smaller"))
    assert share_of_photo(result.amount) == pytest.approx(1.35**-0.5 / 3, rel=0.01)


@pytest.mark.parametrize(
    ("amount", "widths"), [("a bit more", "27%"), ("less", "9%"), ("even more", "36%"), ("half as much", "9%")]
)
def test_an_expansion_goes_on_too(amount, widths):
    old = Operation(Op.expand, where="to the left")
    assert follow(old, Operation(Op.expand, where="to the left", amount=amount)).amount == widths


def test_more_is_more_and_less_is_less_from_turn_to_turn(engine, make_photo):
    photo = make_photo()
    history: list[Turn] = []

    def warmth(text: str) -> float:
        result = engine.edit(EditRequest(make(text, []), photo, history=tuple(history)))
        history.append(Turn(make(text, []), result.plan))
        mean = result.images[0].rgb.mean(axis=(0, 1))
        return float(mean[0] - mean[2])

    once, more, less = warmth("make it warmer"), warmth("a bit more"), warmth("a bit less")
    assert once + 1 < less < more - 1
    assert history[-1].plan.operations[0].amount == "1.05x"


def test_an_expansion_in_pixels_stays_one():
    old = Operation(Op.expand, where="to the left", amount="600 px")
    for amount, width in (("600 pixels more", "1200px"), ("a bit more", "900px"), ("half as much", "300px")):
        assert follow(old, Operation(Op.expand, where="to the left", amount=amount)).amount == width
