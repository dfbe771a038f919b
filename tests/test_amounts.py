"""Numbers read from words."""

from __future__ import annotations

import pytest

from engine.amounts import direction, distance, size_factor, strength_of


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
