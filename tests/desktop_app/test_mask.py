"""The mask model: strokes, whole-mask operations, and undo that restores every value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.project.mask import Inversion, Mask, Patch, stamp
from engine.values import Box

points = st.tuples(st.floats(-40, 340), st.floats(-40, 240))


def test_stamp_is_full_inside_and_empty_outside() -> None:
    tip = stamp(10, 0.8)
    assert tip.shape == (21, 21)
    assert tip[10, 10] == 255
    assert tip[10, 2] == 255  # 8 of 10 pixels out is inside the hard part
    assert tip[0, 0] == 0
    assert np.array_equal(tip, tip.T)


def test_stroke_covers_its_path_and_nothing_else() -> None:
    mask = Mask(300, 200)
    mask.begin()
    box = mask.line((50, 100), (250, 100), 10, erase=False)
    patch = mask.end()
    values = mask.values
    assert values[100, 50:250].min() == 255
    assert values[86:114].sum() == values.sum()
    assert box is not None
    assert patch is not None
    assert values[patch.box.slices].sum() == values.sum()
    assert not mask.empty


def test_eraser_takes_away() -> None:
    mask = Mask(100, 100)
    mask.invert()
    mask.begin()
    mask.line((50, 50), (50, 50), 20, erase=True)
    mask.end()
    assert mask.values[50, 50] == 0
    assert mask.values[5, 5] == 255


def test_stroke_outside_changes_nothing() -> None:
    mask = Mask(50, 50)
    mask.begin()
    assert mask.line((-90, -90), (-60, -90), 10, erase=False) is None
    assert mask.end() is None
    assert mask.empty


def test_painting_twice_over_the_same_place_gives_no_atom() -> None:
    mask = Mask(50, 50)
    for expected in (True, False):
        mask.begin()
        mask.line((25, 25), (25, 25), 5, erase=False)
        assert (mask.end() is not None) is expected


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(points, points, st.floats(0.5, 60), st.booleans()), min_size=1, max_size=6))
def test_undo_and_redo_restore_every_value(strokes) -> None:
    mask = Mask(300, 200)
    states, atoms = [mask.values.copy()], []
    for start, end, radius, erase in strokes:
        mask.begin()
        mask.line(start, end, radius, erase=erase)
        atom = mask.end()
        if atom is not None:
            atoms.append(atom)
            states.append(mask.values.copy())
    for atom, state in zip(reversed(atoms), reversed(states[:-1]), strict=True):
        mask.apply(atom, undo=True)
        assert np.array_equal(mask.values, state)
    for atom, state in zip(atoms, states[1:], strict=True):
        mask.apply(atom)
        assert np.array_equal(mask.values, state)
    assert mask.empty == (not mask.values.any())


def test_clear_remembers_only_what_was_painted() -> None:
    mask = Mask(4000, 3000)
    mask.begin()
    mask.line((100, 100), (120, 100), 5, erase=False)
    mask.end()
    painted = mask.values.copy()
    patch = mask.clear()
    assert mask.empty
    assert isinstance(patch, Patch)
    assert patch.size < 1000
    mask.apply(patch, undo=True)
    assert np.array_equal(mask.values, painted)
    assert mask.bounds() == patch.box


def test_invert_holds_no_memory_and_undoes_itself() -> None:
    mask = Mask(60, 40)
    atom = mask.invert()
    assert isinstance(atom, Inversion)
    assert atom.size == 0
    assert mask.values.min() == 255
    mask.apply(atom, undo=True)
    assert mask.empty


def test_replace_wants_the_same_size() -> None:
    mask = Mask(60, 40)
    with pytest.raises(ValueError, match="mask must be"):
        mask.replace(np.zeros((10, 10), np.uint8))
    values = np.zeros((40, 60), np.uint8)
    values[3:9, 5:11] = 200
    patch = mask.replace(values)
    assert patch is not None
    assert patch.box == Box(5, 3, 11, 9)
    assert np.array_equal(mask.values, values)


def test_values_cannot_be_changed_from_outside() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Mask(8, 8).values[0, 0] = 1
