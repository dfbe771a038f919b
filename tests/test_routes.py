"""Routes from a plan to the decoder: each alone, mixed, and what none of them can tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest

from engine.errors import BadInput
from engine.picture import Photo
from engine.routes import MOST_CONTEXT, NEGATIVE, Routes, context_of, told
from engine.values import Op, Operation, Plan, PlanEmbeddings

EVERY = [Routes(*on) for on in product((True, False), repeat=3) if any(on)]


@dataclass(frozen=True, eq=False)
class Material:
    vector: np.ndarray
    picture: Photo | None = None


def material(number: int, *, sound: bool = False) -> Material:
    picture = None if sound else Photo(np.full((4, 4, 3), number, np.uint8))
    return Material(np.eye(12, dtype=np.float32)[number], picture)


MATERIALS = {1: material(1), 2: material(2), 3: material(3, sound=True), 4: material(4)}
GEN = np.eye(12, dtype=np.float32)[0]
PLAN = Plan(
    reply="",
    prompt="a harbour with a swan",
    source_prompt="a harbour with a boat",
    operations=(
        Operation(Op.remove, "[ref#4]", 4),
        Operation(Op.replace, "boat", 1),
        Operation(Op.style, ref=2),
        Operation(Op.add, ref=3),
    ),
    subs=(1, 3),
    embeddings=PlanEmbeddings(GEN, subs={1: -GEN, 3: -GEN}),
)


@pytest.mark.parametrize("routes", EVERY, ids=str)
def test_each_route_tells_its_part_and_no_other(routes):
    said = told(PLAN, MATERIALS, routes)
    assert (said.prompt, said.negative) == ((PLAN.prompt, NEGATIVE) if routes.prompt else ("", ""))
    assert (said.gen is GEN) == routes.embeddings
    assert [s.number for s in said.subjects] == ([1, 3] if routes.embeddings else [])
    assert [text for text, _ in said.context] == (["[ref#1] subject", "[ref#2] style"] if routes.context else [])
    assert not said.from_noise


def test_subjects_are_told_by_their_references():
    one, two = told(PLAN, MATERIALS, Routes()).subjects
    assert np.array_equal(one.vector, MATERIALS[1].vector)
    assert one.picture is MATERIALS[1].picture
    assert np.array_equal(two.vector, MATERIALS[3].vector)
    assert two.picture is None


def test_swapping_two_references_swaps_what_is_told():
    swapped = {**MATERIALS, 1: MATERIALS[2], 2: MATERIALS[1]}
    before, after = (told(PLAN, given, Routes()) for given in (MATERIALS, swapped))
    assert [p for _, p in before.context] == [p for _, p in after.context][::-1]
    assert not np.array_equal(before.subjects[0].vector, after.subjects[0].vector)


def test_a_missing_subject_drops_none_of_the_others():
    said = told(replace(PLAN, subs=(9, 1, 8, 3)), MATERIALS, Routes())
    assert [s.number for s in said.subjects] == [1, 3]


def test_the_caption_stands_for_the_photo_in_text_only_mode():
    said = told(replace(PLAN, base=""), MATERIALS, Routes())
    assert said.prompt == "a harbour with a boat, a harbour with a swan"
    assert said.from_noise
    twice = replace(PLAN, base="", prompt="At dusk: A harbour with a boat")
    assert told(twice, MATERIALS, Routes()).prompt == twice.prompt
    assert told(replace(PLAN, base="", prompt=""), MATERIALS, Routes()).prompt == "a harbour with a boat"
    assert told(replace(PLAN, base="", source_prompt=""), {}, Routes()).prompt == PLAN.prompt


def test_the_picture_to_start_from_is_no_context():
    plan = replace(PLAN, base="[ref#2]")
    assert [text for text, _ in context_of(plan, MATERIALS)] == ["[ref#1] subject"]
    assert not told(plan, MATERIALS, Routes()).from_noise


@pytest.mark.parametrize("count", [0, 1, 8, 11])
def test_context_holds_none_to_eight_pictures(count):
    plan = Plan("", "a table", operations=tuple(Operation(Op.add, ref=n) for n in range(1, count + 1)))
    pairs = context_of(plan, {n: material(n) for n in range(1, count + 1)})
    assert [text for text, _ in pairs] == [f"[ref#{n}] subject" for n in range(1, min(count, MOST_CONTEXT) + 1)]


@pytest.mark.parametrize("routes", EVERY, ids=str)
def test_a_bare_plan_speaks_by_its_prompt_or_is_refused(routes):
    plan = Plan("", "a lake", operations=(Operation(Op.add, ref=3),))
    if routes.prompt:
        assert told(plan, MATERIALS, routes).prompt == "a lake"
    else:
        with pytest.raises(BadInput, match=f"nothing to tell the decoder by {routes}".replace("+", r"\+")):
            told(plan, MATERIALS, routes)


@pytest.mark.parametrize("routes", EVERY, ids=str)
def test_routes_are_read_as_they_are_written(routes):
    assert Routes.parse(str(routes)) == routes


def test_routes_are_read_freely():
    assert Routes.parse(" Prompt + CONTEXT ") == Routes(prompt=True, embeddings=False, context=True)


@pytest.mark.parametrize("text", ["", " + ", "prompts", "prompt+smell", "prompt,context"])
def test_unknown_or_no_routes_are_refused(text):
    with pytest.raises(BadInput, match="prompt, embeddings, context"):
        Routes.parse(text)
