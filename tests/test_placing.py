"""Exact places: their geometry, their JSON, and that the real operations put a reference exactly there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.draft.cutout import CutOut, turned
from engine.errors import BadInput
from engine.files import write_photo
from engine.picture import Photo
from engine.placement import Placement
from engine.serial import plan_from_json, plan_to_json
from engine.values import Box, EditRequest, Instruction, Media, Op, Operation, Plan, Reference

sizes = st.floats(1, 4000)


def test_an_upright_place_is_its_own_frame_and_a_part_its_share() -> None:
    place = Placement(100, 50, 200, 80)
    assert place.outer() == pytest.approx((100, 50, 300, 130))
    assert place.outer((0.25, 0.5, 0.5, 1)) == pytest.approx((150, 90, 200, 130))
    assert replace(place, flip=True).outer((0.25, 0.5, 0.5, 1)) == pytest.approx((200, 90, 250, 130))


def test_a_quarter_turn_goes_clockwise_about_the_middle() -> None:
    place = Placement(100, 50, 200, 80, angle=90)
    assert place.outer() == pytest.approx((160, -10, 240, 190))
    assert place.outer((0, 0, 0.1, 1)) == pytest.approx((160, -10, 240, 10))  # its left end is now on top


@given(sizes, sizes, st.floats(-720, 720), st.booleans())
def test_the_outer_box_keeps_the_middle_and_holds_the_turned_frame(width, height, angle, flip) -> None:
    place = Placement(-30, 20, width, height, angle, flip)
    left, top, right, bottom = place.outer()
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx(place.middle, abs=1e-6 * max(width, height))
    assert right - left <= np.hypot(width, height) * 1.000001
    assert right - left >= min(width, height) * 0.999999


@pytest.mark.parametrize("bad", [{"width": 0}, {"height": -4}, {"left": float("nan")}, {"angle": float("inf")}])
def test_a_place_without_a_size_is_refused(bad) -> None:
    with pytest.raises(ValueError, match="size above 0"):
        Placement(**{"left": 0, "top": 0, "width": 10, "height": 10, **bad})


def test_a_plan_carries_its_place_through_json() -> None:
    place = Placement(12.5, -3, 200, 80, angle=30, flip=True)
    plan = Plan("", "", operations=(Operation(Op.add, ref=1, place=place), Operation(Op.remove, "boat")))
    data = json.loads(json.dumps(plan_to_json(plan)))
    assert plan_from_json(data) == plan
    assert "place" not in data["operations"][1]
    data["operations"][0]["place"]["width"] = -1
    with pytest.raises(BadInput, match="place"):
        plan_from_json(data)
    data["operations"][0]["place"] = {"left": 1, "top": 1, "width": 5, "height": 5, "tilt": 3}
    with pytest.raises(BadInput, match="tilt"):
        plan_from_json(data)


def two_coloured(height: int = 120, width: int = 200) -> np.ndarray:
    """Opaque, red on the left and blue on the right half."""
    rgba = np.ones((height, width, 4), np.float32)
    rgba[..., :3] = (0.8, 0.1, 0.1)
    rgba[:, width // 2 :, :3] = (0.1, 0.1, 0.8)
    return rgba


def test_turning_keeps_the_shape_and_the_colours_where_they_belong() -> None:
    quarter = turned(CutOut(two_coloured()), 90)
    assert quarter.rgba.shape == (200, 120, 4)
    assert quarter.rgba[20, 60, 0] > 0.7  # left has become top
    mirrored = turned(CutOut(two_coloured()), 0, flip=True)
    assert mirrored.rgba[60, 20, 2] > 0.7
    leaning = turned(CutOut(two_coloured()), 30)
    assert leaning.cover.sum() == pytest.approx(120 * 200, rel=0.01)
    assert leaning.cover[0, 0] == 0


@pytest.fixture
def toy(tmp_path: Path) -> Reference:
    """A two-coloured thing in the right half of a transparent picture of 240 x 160."""
    pixels = np.zeros((160, 240, 4), np.uint8)
    pixels[40:120, 120:220] = (200, 30, 30, 255)
    pixels[40:120, 170:220, :3] = (30, 30, 200)
    path = tmp_path / "toy.png"
    write_photo(Photo(pixels), path)
    return Reference("[ref#1]", Media.image, path)


def added(engine, toy: Reference, place: Placement, **more) -> tuple[np.ndarray, np.ndarray]:
    """The photo before and after."""
    noise = np.random.default_rng(0).normal(130, 4, (600, 900, 1))
    photo = Photo(np.clip(np.repeat(noise, 3, axis=2), 0, 255).astype(np.uint8))
    plan = Plan("", "", operations=(Operation(Op.add, ref=1, place=place),))
    request = EditRequest(Instruction("add [ref#1]", (toy,)), photo, plan=plan, **more)
    return photo.pixels.astype(int), engine.edit(request).images[0].pixels.astype(int)


def test_the_real_operations_put_it_exactly_there(engine, toy) -> None:
    before, after = added(engine, toy, Placement(300, 200, 240, 160))
    redder, bluer = after[..., 0] - after[..., 2], after[..., 2] - after[..., 0]
    assert redder[240:320, 424:466].min() > 40
    assert bluer[240:320, 474:516].min() > 40
    assert np.abs(redder[240:320, 300:416]).max() < 30
    assert redder[:236].max() < 30
    assert np.array_equal(after[:, :200], before[:, :200])


def test_the_real_operations_turn_and_mirror_it(engine, toy) -> None:
    _, after = added(engine, toy, Placement(300, 200, 240, 160, angle=90, flip=True))
    # mirrored, the thing fills x 20 to 120 of 240, blue first; turned a quarter about (420, 280) that is y 180 to 280
    redder, bluer = after[..., 0] - after[..., 2], after[..., 2] - after[..., 0]
    assert bluer[184:226, 384:456].min() > 40
    assert redder[234:276, 384:456].min() > 40
    assert np.abs(redder[286:, 384:456]).max() < 30


def test_a_place_beyond_the_photo_is_cut_off_at_its_border_or_refused(engine, toy) -> None:
    _, after = added(engine, toy, Placement(-170, 200, 240, 160))
    assert (after[240:320, 2:46, 2] - after[240:320, 2:46, 0]).min() > 40
    with pytest.raises(BadInput, match="outside the photo"):
        added(engine, toy, Placement(2000, 200, 240, 160))


def test_the_context_that_the_user_chose_is_what_the_engine_works_in(engine, monkeypatch) -> None:
    from engine import edits

    seen = []
    fit = edits.WorkingCrop.fit
    monkeypatch.setattr(edits.WorkingCrop, "fit", lambda box, side: seen.append(box) or fit(box, side))
    photo = Photo(np.random.default_rng(0).integers(90, 150, (700, 900, 3)).astype(np.uint8))
    mask = np.zeros((700, 900), np.uint8)
    mask[300:340, 400:440] = 255
    plan = Plan("", "", operations=(Operation(Op.remove, "it"),))
    request = EditRequest(Instruction("remove it"), photo, mask, plan, context=Box(350, 250, 500, 400))
    after = engine.edit(request).images[0].pixels
    assert seen == [Box(350, 250, 500, 400)]
    assert np.array_equal(after[:250], photo.pixels[:250])
    engine.edit(replace(request, context=Box(0, 0, 100, 100)))
    assert seen[1].left == 0
    assert seen[1].right > 440  # it always holds the region
