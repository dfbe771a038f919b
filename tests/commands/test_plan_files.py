"""Plans and conversations in files: written by one command, read by the next."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.cli import run
from engine.errors import BadInput, MachineError
from engine.files import write_photo
from engine.pipeline import Engine
from engine.plan_file import embeddings_path, load_plan, save_plan
from engine.values import EditRequest, EditResult, Op, Operation, Plan, PlanEmbeddings


def vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=384).astype(np.float32)


@pytest.fixture
def plan() -> Plan:
    operations = (Operation(Op.add, ref=1, where="on the left"),)
    return Plan(
        "I add it.", "a lake", operations=operations, subs=(1,),
        embeddings=PlanEmbeddings(vector(0), vector(1), {1: vector(2)}),
    )  # fmt: skip


def edited(path: Path, **changes: object) -> Plan:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return load_plan(path)


def test_embeddings_lie_beside_the_plan_and_come_back(plan, tmp_path):
    path = tmp_path / "plan.json"
    assert save_plan(path, plan) == [path, tmp_path / "plan.safetensors"]
    again = load_plan(path)
    assert again == plan
    assert again.embeddings is not None
    assert np.array_equal(again.embeddings.gen, vector(0))
    assert again.embeddings.base is not None
    assert np.array_equal(again.embeddings.base, vector(1))
    assert np.array_equal(again.embeddings.subs[1], vector(2))


def test_an_edited_plan_leaves_its_embeddings(plan, tmp_path):
    save_plan(tmp_path / "plan.json", plan)
    assert edited(tmp_path / "plan.json", reply="Other words.").embeddings is not None
    assert edited(tmp_path / "plan.json", prompt="a desert").embeddings is None
    assert edited(tmp_path / "plan.json", prompt="a lake").embeddings is not None
    assert edited(tmp_path / "plan.json", subs=[]).embeddings is None
    save_plan(tmp_path / "plan.json", Plan("", "a lake at night"))
    assert load_plan(tmp_path / "plan.json").embeddings is None


def test_anothers_file_beside_the_plan_stays(plan, tmp_path):
    (tmp_path / "plan.safetensors").write_bytes(b"mine")
    with pytest.raises(BadInput, match=r"plan\.safetensors"):
        save_plan(tmp_path / "plan.json", plan)
    assert (tmp_path / "plan.safetensors").read_bytes() == b"mine"
    assert not (tmp_path / "plan.json").exists()


def test_both_files_are_written_or_neither(plan, tmp_path):
    (tmp_path / "plan.json").mkdir()
    with pytest.raises((BadInput, MachineError)):
        save_plan(tmp_path / "plan.json", plan)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_damaged_embeddings_are_named(plan, tmp_path):
    path = tmp_path / "plan.json"
    save_plan(path, plan)
    beside = embeddings_path(path)
    beside.write_bytes(beside.read_bytes()[:-100])
    with pytest.raises(BadInput, match=r"plan\.safetensors is damaged"):
        load_plan(path)


@pytest.fixture
def asked(engine, monkeypatch) -> list[EditRequest]:
    """The requests to edit that reach the engine."""
    requests: list[EditRequest] = []
    edit = engine.edit

    def listening(request: EditRequest, *more: object) -> EditResult:
        requests.append(request)
        return edit(request, *more)

    monkeypatch.setattr(engine, "edit", listening)
    monkeypatch.setattr(Engine, "load", classmethod(lambda *_: engine))
    return requests


@pytest.fixture
def photo(make_photo, tmp_path) -> Path:
    write_photo(make_photo(160, 200), tmp_path / "photo.png")
    return tmp_path / "photo.png"


def test_the_command_writes_what_edit_reads(asked, photo, tmp_path, capsys):
    path = tmp_path / "warm.json"
    assert run(["plan", "make it warmer", "--photo", str(photo), "--out", str(path)]) == 0
    assert capsys.readouterr().out.split() == ["Wrote", str(path), "Wrote", str(tmp_path / "warm.safetensors")]
    assert run(["edit", str(photo), "make it warmer", "--plan", str(path)]) == 0
    told = asked[-1].plan
    assert told is not None
    assert told.embeddings is not None
    assert told.embeddings.gen.shape == (384,)


@pytest.mark.parametrize("name", ["absent/plan.json", "plan.txt", "plan.safetensors"])
def test_a_place_that_takes_no_plan_is_refused_before_planning(monkeypatch, capsys, tmp_path, name):
    monkeypatch.setattr(Engine, "load", classmethod(lambda *_: pytest.fail("planned")))
    assert run(["plan", "make it warmer", "--out", str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_conversation_goes_on_from_file_to_file(asked, photo, samples, tmp_path, monkeypatch):
    talk, reference = tmp_path / "talk.json", next(iter(sorted(samples.glob("*.png"))))
    (tmp_path / "ref.png").write_bytes(reference.read_bytes())
    monkeypatch.chdir(tmp_path)
    kept = ["--history", str(talk), "--save-history", str(talk)]
    assert run(["edit", "photo.png", "add [ref#1] on the right", "--ref", "ref.png", *kept[2:]]) == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert run(["edit", str(photo), "a bit more to the left", *kept]) == 0
    (turn,) = asked[-1].history
    assert turn.instruction.text == "add [ref#1] on the right"
    assert turn.instruction.references[0].file == tmp_path / "ref.png"
    assert (tmp_path / "photo-edit-2.png").exists()
    written = json.loads(talk.read_text())
    assert [each["instruction"]["text"] for each in written] == ["add [ref#1] on the right", "a bit more to the left"]
    (again,) = written[1]["plan"]["operations"]
    assert (again["op"], again["ref"]) == ("add", 1)
    assert (again["where"], again["amount"]) == ("on the right", "9% left")


def test_talk_alone_is_no_turn_of_the_conversation(asked, photo, tmp_path):
    talk = tmp_path / "talk.json"
    assert run(["edit", str(photo), "tell me a joke", "--save-history", str(talk)]) == 0
    assert not talk.exists()


def test_a_conversation_that_cannot_be_written_leaves_nothing(asked, photo, tmp_path, capsys, monkeypatch):
    before = {path.name for path in tmp_path.iterdir()}
    assert run(["edit", str(photo), "make it warmer", "--save-history", str(tmp_path / "absent" / "t.json")]) == 2
    assert asked == []

    def full(path: Path, _data: bytes) -> None:
        raise MachineError(f"No space left to write {path.name}.")

    monkeypatch.setattr("engine.commands.results.write_bytes", full)
    assert run(["edit", str(photo), "make it warmer", "--save-history", str(tmp_path / "t.json")]) == 4
    assert "t.json" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == before
