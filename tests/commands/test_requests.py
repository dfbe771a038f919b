"""What the pipeline hands from step to step: the base of the wish, the notes, the prompts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.bundle import Bundle, default_home
from engine.clock import NOT_CHOSEN
from engine.errors import BadInput
from engine.files import write_photo
from engine.instruction import make
from engine.painting import Painter
from engine.parts import Parts
from engine.pipeline import Engine
from engine.plan import Planner
from engine.values import ControlSetting, EditRequest, Instruction, Op, Operation, Plan, Settings, Turn
from training import tiny

WARMER = (Operation(Op.adjust, target="warmer"),)
STORY = ("a fox at home", "a fox in a storm")


class Prior:
    """A prior that remembers its bases and changes nothing."""

    width = 384

    def __init__(self) -> None:
        self.bases: list[np.ndarray | None] = []

    def refine(self, gen: np.ndarray, base: np.ndarray | None, _score: float, **_: object) -> np.ndarray:
        self.bases.append(base)
        return gen


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    home: Path = tmp_path_factory.mktemp("home")
    (home / "starter").symlink_to(default_home() / "starter")
    tiny.write_decoder(home / "tiny", "sd15", embedding=384)
    tiny.write_manifest(home / "tiny", "starter")
    return Parts(Bundle.open("tiny", home))


@pytest.fixture
def prior(parts, monkeypatch) -> Prior:
    prior = Prior()
    monkeypatch.setitem(parts.__dict__, "prior", prior)
    return prior


def test_the_plans_base_alone_is_mixed_into_the_wish(parts, prior, make_photo, tmp_path):
    photo, other = make_photo(64, 96), make_photo(64, 96, seed=9)
    write_photo(other, tmp_path / "other.png")
    asked = make("like [ref#1]", [tmp_path / "other.png"])
    for base in ("", "[photo]", "[ref#1]"):
        plan = Plan("", "a lake", operations=WARMER, base=base)
        Engine(parts, "tiny").edit(EditRequest(asked, photo, plan=plan, settings=Settings("tiny")))
    none, of_photo, of_reference = prior.bases
    assert none is None
    assert of_photo is not None
    assert of_reference is not None
    expected, seen = (parts.encoder.pictures([(each.floats(), None)])[0] for each in (photo, other))
    assert np.allclose(of_photo, expected, atol=1e-4)
    assert float(of_reference @ seen) > 0.99
    assert float(of_photo @ of_reference) < 0.99


def test_the_photo_is_encoded_once_for_a_request(parts, prior, make_photo, monkeypatch):
    seen = []
    encode = parts.encoder.pictures
    monkeypatch.setattr(parts.encoder, "pictures", lambda pictures: seen.append(len(pictures)) or encode(pictures))
    result = Engine(parts, "tiny").edit(
        EditRequest(make("make it brighter"), make_photo(64, 96), settings=Settings("tiny"))
    )
    assert result.plan.base == "[photo]"
    assert len(prior.bases) == 1
    assert seen == [1]


@pytest.mark.parametrize(("chain", "decode"), [("auto", "done"), ("decode", "done"), ("draft", NOT_CHOSEN)])
def test_a_tone_draft_is_decoded_only_when_the_chain_does_not_leave_it_out(parts, make_photo, chain, decode):
    settings = Settings("tiny", start="draft", steps=2, chain=chain)
    plan = Plan("", "a lake", operations=WARMER)
    result = Engine(parts, "tiny").edit(
        EditRequest(make("make it warmer"), make_photo(64, 96), plan=plan, settings=settings)
    )
    assert result.steps["decode"].status == decode


def test_what_a_painter_notes_is_told_once(parts, monkeypatch):
    pictures = Painter.pictures

    def noting(painter: Painter) -> list:
        painter.notes.append("The picture was made twice.")
        return pictures(painter)

    monkeypatch.setattr(Painter, "pictures", noting)
    settings = Settings("tiny", steps=1, size=(64, 64), variations=2)
    result = Engine(parts, "tiny").edit(EditRequest(make("a lake"), plan=Plan("", "a lake"), settings=settings))
    assert len(result.images) == 2
    assert result.notes == ("The picture was made twice.",)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(sampler="smoke"),
        Settings(start="smoke"),
        Settings(chain="smoke"),
        Settings(routes="smoke"),
        Settings(controls=(ControlSetting("smoke"),)),
    ],
)
def test_settings_that_there_are_not_are_refused_before_any_work(engine, make_photo, settings):
    told: list[object] = []
    with pytest.raises(BadInput, match="smoke"):
        engine.edit(EditRequest(make("make it brighter"), make_photo(64, 96), settings=settings), told.append)
    assert told == []


@pytest.mark.parametrize(
    ("text", "pictures"),
    [
        ("a cat", 1),
        ("a two-story house", 1),
        ("a two story house by three trees", 1),
        ("the history of photographs", 1),
        ("a few dogs and many cats", 1),
        ("tell a story about a fox", 2),
        ("a comic of a fox", 2),
        ("a series of a fox through the year", 2),
        ("3 pictures of a fox", 2),
        ("several different images of a fox", 2),
        ("Four watercolour paintings of a fox", 2),
        ("draw a picture book about a fox", 2),
        ("a triptych of the sea", 2),
        ("a comic strip of a fox", 2),
        ("a fox through the year in small panels", 2),
        ("a house with solar panels", 1),
    ],
)
def test_several_pictures_are_made_only_when_asked_for(parts, monkeypatch, text, pictures):
    written = Plan("", STORY[0], prompts=STORY, operations=(Operation(Op.generate),), base="")
    assert planned(parts, monkeypatch, written, text) == pictures


def test_a_planner_that_means_several_is_believed_in_every_language(parts, monkeypatch):
    written = Plan("", STORY[0], prompts=STORY, operations=(Operation(Op.generate),), base="")
    text = "raconte en images la vie du renard"
    monkeypatch.setattr(Planner, "multilingual", True)
    assert planned(parts, monkeypatch, written, text) == 1
    monkeypatch.setattr(Planner, "means_several", True)
    assert planned(parts, monkeypatch, written, text) == 2


def test_several_pictures_of_other_plans(parts, monkeypatch):
    written = Plan("", STORY[0], prompts=STORY, operations=(Operation(Op.generate),), base="")
    twice = replace(written, operations=(Operation(Op.generate), Operation(Op.generate, "fox")))
    assert planned(parts, monkeypatch, twice, "a cat and then a fox") == 2
    earlier = Turn(Instruction("a story of a fox"), replace(written, operations=(Operation(Op.generate, "fox"),)))
    again = replace(written, operations=(Operation(Op.generate, "fox"),))
    assert planned(parts, monkeypatch, again, "at night instead", earlier) == 2
    assert (
        planned(parts, monkeypatch, replace(again, operations=(Operation(Op.generate, "cat"),)), "a cat", earlier) == 1
    )


def planned(parts: Parts, monkeypatch: pytest.MonkeyPatch, written: Plan, text: str, *history: Turn) -> int:
    """How many pictures come of a plan that the planner wrote."""
    monkeypatch.setattr(Planner, "plan", lambda *_, **__: written)
    plan = Engine(parts, "tiny").plan(EditRequest(make(text), history=history, settings=Settings("tiny")))
    return len(plan.prompts or (plan.prompt,))


def test_a_reference_is_encoded_once_until_its_file_changes(parts, make_photo, tmp_path, monkeypatch):
    file = tmp_path / "other.png"
    write_photo(make_photo(64, 96, seed=9), file)
    asked, read = make("like [ref#1]", [file]), []
    describe = parts.encoder.describe_picture
    monkeypatch.setattr(parts.encoder, "describe_picture", lambda *given: read.append(given) or describe(*given))
    engine = Engine(parts, "tiny")
    request = EditRequest(
        asked, make_photo(64, 96), plan=Plan("", "a lake", operations=WARMER), settings=Settings("tiny")
    )
    engine.plan(request)
    engine.edit(request)
    assert len(read) == 1
    write_photo(make_photo(80, 60, seed=4), file)
    engine.edit(request)
    assert len(read) == 2
    file.unlink()
    with pytest.raises(BadInput, match=r"other\.png"):
        engine.edit(request)
