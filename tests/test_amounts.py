"""Numbers read from words."""

from __future__ import annotations

import pytest

from engine.amounts import amount_number, direction, distance, length, scale_of, size_factor, strength_of, worded


@pytest.mark.parametrize(
    ("words", "factor"),
    [
        ("twice as big", 2.0),
        ("bigger 20%", 1.2),
        ("20% smaller", 0.8),
        ("to 50%", 0.5),
        ("half the size", 0.5),
        ("3x", 3.0),
        ("two times smaller", 0.5),
        ("bigger", 1.35),
        ("smaller", 1 / 1.35),
        ("bigger a little", 1.35**0.5),
        ("much smaller", 1.35**-1.7),
        ("too big", 1.35**-0.5),
        ("a bit less big", 1.35**-0.25),
        ("too small", 1.35**0.5),
        ("20% less", 0.8),
    ],
)
def test_sizes(words, factor):
    assert size_factor(words) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("where", "way"),
    [
        ("to the left", (-1, 0)),
        ("a bit higher", (0, -1)),
        ("down and right", (1, 1)),
        ("left of the door", None),
        ("on the table", None),
        ("", None),
    ],
)
def test_directions(where, way):
    assert direction(where) == way


def test_distances():
    assert distance("100 px", 3000) == 100
    assert distance("10%", 3000) == 300
    assert distance("a bit", 1000) == 90
    assert strength_of("a lot") == 1.7


def test_numbers_of_a_look():
    assert amount_number("2.5x") == 2.5
    assert amount_number("25 %") == 0.5
    assert amount_number("a bit") is None


def test_lengths_are_read_as_they_are_written():
    for number, unit in ((12345.0, "px"), (18.25, "%")):
        assert length(worded(number, unit)) == (number, unit)


def test_the_amount_alone_says_a_size_where_it_can():
    assert scale_of("smaller", "a bit less big") == pytest.approx(1.35**-0.25)
    assert scale_of("smaller", "a bit") == pytest.approx(1.35**-0.5)
