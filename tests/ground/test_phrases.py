"""Phrases are taken apart rightly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ground.network import STUFF
from engine.ground.phrases import COLOURS, read, singular


@pytest.mark.parametrize(
    ("phrase", "text", "noun"),
    [
        ("the red car", "red car", "car"),
        ("The Dog!", "dog", "dog"),
        ("man in a red vest reading a newspaper", "man in red vest reading newspaper", "man"),
        ("head of broccoli", "head of broccoli", "broccoli"),
        ("the leaves of the tree", "leaf of tree", "leaf"),
        ("the two scissors", "two scissors", "scissors"),
        ("a vase of flowers", "vase of flowers", "vase"),
        ("the second bird from the left", "bird", "bird"),
        ("the boat on the right", "boat", "boat"),
        ("the building", "building", "building"),
    ],
)
def test_noun_and_text(phrase: str, text: str, noun: str) -> None:
    asked = read(phrase)
    assert (asked.text, asked.noun) == (text, noun)


def test_place_size_colour_and_order() -> None:
    assert read("the left dog").place == "left"
    assert read("the dog", where="on the right side").place == "right"
    assert (read("the second bird from the left").place, read("the second bird from the left").order) == ("left", 1)
    assert read("the biggest boat").size == "big"
    assert read("small boats").size == "small"
    assert read("the gray cat").colour == "grey"
    assert read("man in a red vest").colour == ""  # the vest's, not the man's
    assert read("the tree in the middle of the photo").place == "middle"


def test_several_are_meant_by_a_plural() -> None:
    assert read("the birds").plural
    assert read("both dogs").plural
    assert not read("the bus").plural
    assert not read("the dog").plural


def test_stuff_and_kinds() -> None:
    assert read("the sky").stuff == ("sky", "clouds")
    assert read("the ocean").stuff == ("water",)
    assert not read("the ocean").countable
    assert read("the tree").countable
    assert read("the old woman").kind == "person"
    assert read("the background").background
    for phrase in ("the sky", "the lawn", "sand", "the floor"):
        assert set(read(phrase).stuff) <= set(STUFF)


@given(
    st.sampled_from(COLOURS),
    st.sampled_from(["dog", "boat", "cup"]),
    st.sampled_from(["left", "right", "top", "bottom"]),
)
def test_modifiers_do_not_disturb_one_another(colour: str, noun: str, side: str) -> None:
    asked = read(f"the {side} {colour} {noun}")
    assert (asked.colour, asked.noun, asked.place) == (colour, noun, side)


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    asked = read(text)
    assert asked.phrase == text
    assert asked.noun in asked.text


@pytest.mark.parametrize(
    ("many", "one"),
    [("boxes", "box"), ("berries", "berry"), ("grass", "grass"), ("people", "person"), ("benches", "bench")],
)
def test_singular(many: str, one: str) -> None:
    assert singular(many) == one
