"""Framing, size and undoing are refused with where they are done; everything else is left to the planner."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.elsewhere import CROP, MIRROR, REDO, SIZE, STRAIGHTEN, TURN, UNDO, refuse_elsewhere
from engine.errors import BadInput
from engine.instruction import make
from engine.values import EditRequest, Op, Operation, Plan, StageEvent

HERE = Path(__file__).parent
FILES = (
    HERE / "plan" / "instructions.jsonl",
    HERE / "plan" / "references.jsonl",
    HERE.parent / "training" / "planner" / "dev.jsonl",
)
REFUSED = {
    CROP: "crop|crop to a square|crop it to 16:9|please crop the photo|could you crop this picture to 4:5?|crop tighter"
    "|crop around the dog|crop in a bit|crop 10% off the left|crop the top of the photo|crop the edges|square crop"
    "|make the photo square|make it 16:9|crop [photo] to a square, please|crop 4 by 5|Crop it so that the sign is gone"
    "|change the aspect ratio to 3:2|reframe it|zoom in on the face",
    TURN: "rotate|rotate it 90 degrees|rotate the photo to the left|rotate 90° clockwise|turn the picture upside down"
    "|turn it by 90 degrees|Can you rotate this image a bit?|rotate and crop it|turn the photo to the right"
    "|rotate it counterclockwise",
    STRAIGHTEN: "straighten|straighten the horizon|level the horizon|straighten it a bit|make the horizon straight?"
    "|the horizon is crooked|fix the tilted horizon|straighten out the photo|straighten and crop the picture",
    MIRROR: "flip|flip it horizontally|mirror the photo|flip the image left to right|flip horizontal|horizontal flip",
    SIZE: "resize|resize to 800 pixels|resize it to 1920x1080|resize the photo to 50%|scale the image down to 2 MP"
    "|make the picture 800 pixels wide|shrink the photo|reduce the file size|make the photo smaller"
    "|change the resolution to 1200 px",
    UNDO: "undo|Undo!|undo that please|undo the last edit|undo everything|revert|revert to the original|go back"
    "|go back to the original photo|reset the photo|start over|remove the last edit|take that back|please undo it",
    REDO: "redo|ctrl+y",
}
PLANNED = (
    "remove the boat and crop nothing|rotate the cup|flip the car around|crop the dog out|crop out the dog|crop it out"
    "|crop it out of the picture|crop a dog out|crop 3 people out|add a picture of a square|undo the damage"
    "|undo the blur|uncrop the photo|rotate the picture on the wall|straighten the picture on the wall"
    "|straighten his tie|mirror the trees in the lake|add a mirror|flip the pancake|turn it into a painting"
    "|turn the photo into a watercolour|turn the photo to dusk|turn it around|turn the dog upside down"
    "|make the photo wider|make the photo 200 pixels wider|expand the photo to a square|zoom out|make it smaller"
    "|resize the dog|resize it to half the size|shrink the dog|scale the boat to 800 pixels|change the size of the dog"
    "|reduce the noise|reduce the size|level the ground|make the shelf straight|add a horizon|darken the horizon"
    "|bring it back|put it back|move it back|restore the photo|restore the original colours"
    "|go back to the original colours|reset the colours|remove the last person|remove the last one"
    "|remove the last step of the stairs"
    "|add crops to the field|make the crop greener|a square table|crop to a square and make it warmer|no, cooler"
    "|crop [ref#1] to a square|rotate [ref#1] 90 degrees|flip [ref#1]|give the man a crop top|make the edges darker"
    "|reduce the image to two colours|reduce the photo to line art|reduce the picture by making it darker"
    "|make the frame smaller|shrink the frame|change the format to a comic strip|rotate to the left the cup"
    "|crop to 16:9 & make it warmer"
    "|turn left|redo the wall in brick|redo it in blue|the horizon|picture|it|please|make it level with the shelf"
).split("|")


@pytest.mark.parametrize(
    ("text", "said"), [(text, said) for said, texts in REFUSED.items() for text in texts.split("|")]
)
def test_what_is_done_elsewhere_is_refused_with_the_place(text, said):
    with pytest.raises(BadInput) as refused:
        refuse_elsewhere(text)
    assert (refused.value.message, refused.value.hint) == said


@pytest.mark.parametrize("text", PLANNED)
def test_what_names_a_thing_or_another_wish_is_left_to_the_planner(text):
    refuse_elsewhere(text)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_hand_written_instruction_is_refused(file):
    lines = [json.loads(line)["instruction"] for line in file.read_text("utf-8").splitlines() if line.strip()]
    assert len(lines) >= 60
    for line in lines:
        refuse_elsewhere(line)


def test_the_engine_refuses_it_before_it_plans_and_only_of_a_photo(engine, make_photo):
    events = []
    with pytest.raises(BadInput, match=r"Cropping is not done by words\. Take the crop tool"):
        engine.plan(EditRequest(make("crop to a square"), make_photo(60, 80)), events.append)
    assert [event.step for event in events if isinstance(event, StageEvent)] == ["encode"]
    planned = engine.plan(EditRequest(make("crop")))  # no photo that could be cropped: a picture of a crop
    assert planned.prompt
    own = Plan("", "", operations=(Operation(Op.adjust, target="warmer"),))
    assert engine.plan(EditRequest(make("crop to a square"), make_photo(60, 80), plan=own)) == own
