"""Instructions and their JSON."""

from __future__ import annotations

import json

import pytest

from engine.errors import BadInput
from engine.files import write_photo
from engine.instruction import check, left_out, make
from engine.serial import (
    history_from_json,
    history_to_json,
    instruction_from_json,
    instruction_to_json,
    plan_from_json,
    plan_to_json,
)
from engine.values import Instruction, Media, Op, Operation, Plan, Reference, Turn


@pytest.fixture
def picture(make_photo, tmp_path):
    write_photo(make_photo(), tmp_path / "dog.png")
    return tmp_path / "dog.png"


def test_markers_are_read_in_their_usual_spellings(picture):
    instruction = make("put  [Ref 1]\nhere", [picture])
    assert instruction.text == "put [ref#1] here"
    assert instruction.references[0].media is Media.image
    assert instruction.references[0].number == 1


@pytest.mark.parametrize(
    ("text", "files", "says"),
    [
        ("", 0, "empty"),
        (" \t ", 0, "empty"),
        ("?!", 0, "empty"),
        ("x" * 10_000, 0, "10,000 characters"),
        ("add [ref#1]", 0, r"\[ref#1\] stands"),
        ("add [ref#1] and [ref#3]", 2, r"\[ref#3\] stands"),
        ("add [ref#2]", 2, r"dog.png is given but \[ref#1\]"),
    ],
)
def test_what_does_not_agree_is_refused(picture, text, files, says):
    with pytest.raises(BadInput, match=says):
        make(text, [picture] * files)


def test_a_marker_given_twice_is_refused():
    twice = (Reference("[ref#1]", Media.image), Reference("[ref#1]", Media.image))
    with pytest.raises(BadInput, match="given 2 times"):
        check(Instruction("add [ref#1]", twice))


def test_json_round_trip(picture):
    instruction = make("swap the boat for [ref#1]", [picture])
    plan = Plan("Done.", "a dog", operations=(Operation(Op.replace, "boat", 1, amount="a bit"),), subs=(1,))
    history = (Turn(instruction, plan),)
    assert instruction_from_json(json.loads(json.dumps(instruction_to_json(instruction)))) == instruction
    assert plan_from_json(json.loads(json.dumps(plan_to_json(plan)))) == plan
    assert history_from_json(json.loads(json.dumps(history_to_json(history)))) == history


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"colour": 1}, "colour"),
        ({"reply": None}, "reply"),
        ({"operations": [{"op": "explode"}]}, "operations.0.op"),
        ({"operations": [{"op": "add", "who": 1}]}, "who"),
        ({"embeddings": {}}, "embeddings"),
    ],
)
def test_a_plan_with_a_wrong_field_is_refused_by_name(change, says):
    data = plan_to_json(Plan("a", "b")) | change
    with pytest.raises(BadInput, match=says):
        plan_from_json(data)
    with pytest.raises(BadInput, match="not a list"):
        history_from_json(data)


@pytest.mark.parametrize(
    ("operations", "names"),
    [
        ((Operation(Op.add, ref=1), Operation(Op.mood, ref=2)), ""),
        ((Operation(Op.mood, ref=2),), "[ref#1]"),
        ((Operation(Op.adjust, "sky"),), "[ref#1] and [ref#2]"),
        ((Operation(Op.replace, "[ref#1]", 2),), ""),
        ((Operation(Op.add, ref=1, where="beside [ref#2]"),), ""),
        ((Operation(Op.describe),), ""),
    ],
)
def test_a_reference_that_a_plan_leaves_out_is_said(operations, names):
    instruction = Instruction("add [ref#1] here and make it feel like [ref#2]", ())
    plan = Plan("Yes.", "a meadow", operations=operations)
    said = left_out(instruction, plan)
    assert said == (f"(Nothing is done with {names}; ask for it in an instruction of its own.)" if names else "")
