"""Which words after an accepted edit speak of that edit, and which wish for something more."""

from __future__ import annotations

import pytest

from engine.errors import RegionNotFound
from engine.instruction import make
from engine.revising import added, gives_way, misread, taken_over
from engine.values import EditRequest, Op, Operation, Plan, Turn

WARMER = Operation(Op.adjust, target="warmer")
BLUER_SKY = Operation(Op.adjust, "sky", target="bluer")
DOG = Operation(Op.add, "dog", where="on the left")
PICTURE = Operation(Op.add, ref=1, where="on the left")
SWAN = Operation(Op.replace, "boat", target="swan")
BOAT = Operation(Op.remove, "boat")
MOVED = Operation(Op.move, "dog", where="to the left")


@pytest.mark.parametrize(
    ("words", "new", "old"),  # as the planner plans them
    [
        ("a bit less", Operation(Op.adjust, target="warmer", amount="a bit less"), WARMER),
        ("too much", Operation(Op.adjust, target="warmer", amount="too much"), WARMER),
        ("make it stronger", Operation(Op.adjust, target="warmer", amount="stronger"), WARMER),
        ("the sky a bit less", Operation(Op.adjust, "sky", target="bluer", amount="a bit less"), BLUER_SKY),
        ("no, cooler", Operation(Op.adjust, target="cooler"), WARMER),
        ("instead make it cooler", Operation(Op.adjust, target="cooler"), WARMER),
        ("rather blue", Operation(Op.adjust, target="blue"), WARMER),
        ("no, like dawn", Operation(Op.mood, target="dawn"), Operation(Op.mood, target="dusk")),
        (
            "an oil painting instead",
            Operation(Op.style, target="oil painting"),
            Operation(Op.style, target="watercolour"),
        ),
        ("a bit more to the left", Operation(Op.add, ref=1, where="to the left", amount="a bit more"), PICTURE),
        ("put [ref#1] more to the right", Operation(Op.add, ref=1, where="to the right", amount="more"), PICTURE),
        ("and a bit smaller", Operation(Op.add, ref=1, amount="a bit smaller"), PICTURE),
        ("make the dog smaller", Operation(Op.add, "dog", where="on the left", amount="smaller"), DOG),
        ("put it on the right", Operation(Op.add, "dog", where="on the right"), DOG),
        ("use [ref#2] instead", Operation(Op.add, ref=2), PICTURE),
        ("make it smaller", Operation(Op.replace, "boat", target="swan", amount="smaller"), SWAN),
        ("a duck would be better", Operation(Op.replace, "boat", target="duck"), SWAN),
        ("I meant the car", Operation(Op.remove, "car"), BOAT),
        ("not that one, the red one", Operation(Op.remove, "red one"), BOAT),
        ("not so far", Operation(Op.move, "dog", where="to the left", amount="not so far"), MOVED),
        ("no, to the right", Operation(Op.move, "dog", where="to the right"), MOVED),
    ],
)
def test_words_that_need_the_edit_or_take_it_back_revise_it(words, new, old):
    assert gives_way(words, new, old)


@pytest.mark.parametrize(
    ("words", "new", "old"),
    [
        ("make it brighter", Operation(Op.adjust, target="brighter"), WARMER),
        ("make it warmer", WARMER, WARMER),
        ("a bit warmer", Operation(Op.adjust, target="warmer", amount="a bit warmer"), WARMER),
        ("more contrast", Operation(Op.adjust, target="more contrast"), WARMER),
        ("again", Operation(Op.adjust, target="warmer", amount="again"), WARMER),
        ("increase the brightness", Operation(Op.adjust, target="brighter"), Operation(Op.adjust, target="brighter")),
        ("make the sky darker", Operation(Op.adjust, "sky", target="darker"), BLUER_SKY),
        ("make it darker", Operation(Op.adjust, "sky", target="darker"), BLUER_SKY),
        ("the sky too", Operation(Op.adjust, "sky", target="warmer"), WARMER),
        ("make it feel like [ref#2]", Operation(Op.mood, ref=2), Operation(Op.mood, ref=1)),
        (
            "turn it into an oil painting",
            Operation(Op.style, target="oil painting"),
            Operation(Op.style, target="watercolour"),
        ),
        ("add [ref#1] here", Operation(Op.add, ref=1), Operation(Op.add, ref=1)),
        ("add [ref#1] on the right", Operation(Op.add, ref=1, where="on the right"), PICTURE),
        (
            "add [ref#1] on the right, smaller",
            Operation(Op.add, ref=1, where="on the right", amount="smaller"),
            PICTURE,
        ),
        ("one more on the right", Operation(Op.add, ref=1, where="on the right", amount="one more"), PICTURE),
        ("and on the right", Operation(Op.add, ref=1, where="on the right"), PICTURE),
        ("on the right too", Operation(Op.add, ref=1, where="on the right"), PICTURE),
        ("add a dog on the right", Operation(Op.add, "dog", where="on the right"), DOG),
        ("remove the boat", BOAT, BOAT),
        ("no tourists", Operation(Op.remove, "tourists"), BOAT),
        ("remove it", BOAT, Operation(Op.add, "boat")),
        ("a bit more to the left", Operation(Op.move, "dog", where="to the left", amount="a bit more"), MOVED),
        ("even bigger", Operation(Op.scale, "dog", target="bigger"), Operation(Op.scale, "dog", target="bigger")),
        ("not so big", Operation(Op.scale, "dog", target="smaller"), Operation(Op.scale, "dog", target="bigger")),
        ("a bit more", Operation(Op.expand, where="to the left", amount="a bit more"), Operation(Op.expand)),
        ("sharpen it", Operation(Op.restore), Operation(Op.restore)),
    ],
)
def test_a_wish_of_its_own_and_more_of_the_same_go_on_top(words, new, old):
    assert not gives_way(words, new, old)


def test_on_top_of_an_edit_only_what_it_has_not_done_is_left():
    warmer, brighter = (Operation(Op.adjust, "swan", target=target) for target in ("warmer", "brighter"))
    last = Plan("", "", operations=(SWAN, warmer))
    assert added(Plan("", "", operations=(SWAN, brighter)), last).operations == (brighter,)
    assert added(Plan("", "", operations=(SWAN, warmer)), last).operations == (SWAN, warmer)
    assert added(Plan("", "", operations=(brighter, SWAN)), last).operations == (brighter, SWAN)


def test_a_thing_is_taken_over_where_the_words_do_not_name_it():
    darker = Operation(Op.adjust, "sky", target="darker")
    assert taken_over("make it darker", darker, BLUER_SKY)
    assert not taken_over("make the Sky darker", darker, BLUER_SKY)
    assert not taken_over("make it darker", Operation(Op.adjust, target="darker"), BLUER_SKY)
    assert not taken_over("make it brighter", Operation(Op.adjust, target="brighter"), WARMER)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("make it darker", '"it" was taken to mean "submarine", as before, but nothing'),
        ("darker", 'The instruction was taken to mean "submarine", as before, but nothing'),
        ("make the submarine darker", 'Found nothing in the photo that is surely "submarine".'),
    ],
)
def test_a_thing_taken_over_and_not_found_is_told_of_in_the_words_that_were_said(engine, make_photo, text, said):
    before = Turn(make("make the submarine bluer"), Plan("", "", operations=(Operation(Op.adjust, "submarine"),)))
    plan = Plan("", "", operations=(Operation(Op.adjust, "submarine", target="darker"),))
    with pytest.raises(RegionNotFound) as refused:
        engine.edit(EditRequest(make(text), make_photo(60, 80), plan=plan, history=(before,)))
    assert refused.value.message.startswith(said)


def test_a_plan_that_goes_on_about_the_turn_before_without_reason_is_known():
    history = (Turn(make("make it warmer"), Plan("", "", operations=(WARMER,))),)
    same = Plan("Sure.", "", operations=(WARMER,))
    assert misread("perfect", same, history)
    assert not misread("perfect", same, ())
    assert not misread("make it warmer", same, history)
    assert not misread("a bit more", same, history)
    less = Plan("", "", operations=(Operation(Op.adjust, target="warmer", amount="a bit less warm"),))
    assert not misread("a bit less warm", less, history)
    assert not misread("perfect", Plan("", ""), history)
    assert not misread("brighter", Plan("", "", operations=(Operation(Op.adjust, target="brighter"),)), history)
    painted = Operation(Op.style, target="watercolour")
    history = (Turn(make("turn it into a watercolour"), Plan("", "", operations=(painted,))),)
    for words, wrong in (("warmer", True), ("a bit warmer", True), ("a bit less", False), ("50 %", False)):
        plan = Plan("", "", operations=(Operation(Op.style, target="watercolour", amount=words),))
        assert misread(words, plan, history) is wrong


@pytest.mark.parametrize(("text", "wanted"), [("make it warmer", ((Op.adjust, "warmer"),)), ("perfect", ())])
def test_words_that_are_no_follow_up_are_read_by_themselves(engine, make_photo, text, wanted):
    watercolour = Plan("", "", operations=(Operation(Op.style, target="watercolour"),))
    before = Turn(make("turn it into a watercolour"), watercolour)
    plan = engine.plan(EditRequest(make(text), make_photo(60, 80), history=(before,)))
    assert tuple((each.op, each.target) for each in plan.operations) == wanted
