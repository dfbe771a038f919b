"""Figures on pictures, and the record that they lead to."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer import Typer
from typer.testing import CliRunner

from engine.bundle import storage
from engine.chain import Chain
from engine.errors import OvertoneError
from engine.restore import Restorer
from engine.restore.stored import describe, tensors_of
from engine.values import Op
from tests.restore import tiny
from training.commands import register
from training.evaluate import measures
from training.evaluate.cards import Card
from training.evaluate.exported import Run
from training.evaluate.page import as_json, as_page
from training.evaluate.report import CHAINS, Comparison
from training.export import chosen


def checked(size: int = 40) -> np.ndarray:
    return np.repeat((np.indices((size, size)).sum(axis=0) % 2)[..., None], 3, axis=2).astype(np.float32)


def box(size: int = 40) -> np.ndarray:
    mask = np.zeros((size, size), bool)
    mask[10:30, 12:32] = True
    return mask


def test_a_step_at_the_border_is_seam_and_nothing_else():
    mask = box()
    stepped = np.where(mask[..., None], np.float32(0.7), np.float32(0.5)).repeat(3, axis=2)
    assert measures.seam_energy(stepped, mask) == pytest.approx(0.04, abs=1e-6)
    assert measures.gradient_energy(stepped, mask) == 0
    assert measures.seam_energy(np.full((40, 40, 3), 0.5), mask) == 0


def test_texture_inside_is_gradient_and_the_border_does_not_count():
    mask = box()
    textured = np.where(mask[..., None], checked(), np.float32(0.5))
    assert measures.gradient_energy(textured, mask) == pytest.approx(1)
    assert measures.gradient_energy(np.where(mask[..., None], np.float32(0.5), checked()), mask) == 0


def test_errors_are_told_apart_by_where_they_are():
    mask, before = box(), np.full((40, 40, 3), 0.5, np.float32)
    inside, outside = before.copy(), before.copy()
    inside[15, 15] += 0.2
    outside[0, 0] += 0.1
    assert measures.outside_error(inside, before, mask) == 0
    assert measures.outside_error(outside, before, mask) == pytest.approx(0.1)
    assert measures.l1(inside, before, mask) == pytest.approx(0.2 / mask.sum())
    assert measures.l2(inside, before, mask) == pytest.approx(0.04 / mask.sum())
    assert measures.outside_error(outside, before, np.ones((40, 40))) == 0


def test_the_direction_of_change_is_that_of_the_captions():
    one, other, third = np.eye(3)
    assert measures.direction(one, other, one, other) == pytest.approx(1)
    assert measures.direction(one, other, other, one) == pytest.approx(-1)
    assert measures.direction(one, one, one, other) == 0
    assert measures.direction(one, other, one, third) == pytest.approx(0.5)


def test_recall_counts_who_finds_his_own():
    wanted = np.eye(4)
    found = np.eye(4)[[0, 1, 3, 2]] + 0.1
    assert measures.recall(found, wanted) == 0.5
    assert measures.recall(found, wanted, among=4) == 1


def comparison(op: Op, plain: list[float], restored: list[float]) -> Comparison:
    figures = {CHAINS[0]: {"perceptual": plain}, CHAINS[1]: {"perceptual": restored}}
    return Comparison(op, figures, [np.zeros((8, 32, 3), np.float32)])


def test_the_record_names_what_gains_in_the_mean_and_mostly():
    made = [
        comparison(Op.add, [0.2, 0.2, 0.2], [0.1, 0.1, 0.25]),
        comparison(Op.remove, [0.2, 0.2, 0.2], [0.21, 0.21, 0.01]),  # better in the mean alone
        comparison(Op.fill, [0.2, 0.2, 0.2], [0.19, 0.19, 0.5]),  # better mostly, not in the mean
    ]
    kept = chosen(as_json(made))
    assert kept == {"restore": ["add"]}

    class Files:
        def has(self, _name: str) -> bool:
            return True

        def json(self, _name: str) -> dict[str, list[str]]:
            return json.loads(json.dumps(kept))

    chain = Chain.load(Files())
    assert chain.steps(Op.add) == {"decode", "restore"}
    assert chain.steps(Op.move) == {"decode"}


def test_json_and_page_hold_every_operation():
    made = [comparison(Op.add, [0.2], [0.1]), comparison(Op.expand, [0.3], [0.4])]
    card = Card("encode", "about <sounds>", {"name": 0.5, "sound": float("nan")}, ["a cow: 3 names lie nearer"])
    whole = as_json(made, [card])
    assert whole["parts"] == {"encode": {"about": "about <sounds>", "figures": {"name": 0.5, "sound": None}}}
    said = whole["operations"]
    assert said["add"] == {
        "trials": 1,
        "better": "draft+restore",
        "draft": {"perceptual": 0.2},
        "draft+restore": {"perceptual": 0.1},
    }
    assert said["expand"]["better"] == "draft"
    page = as_page(made, "A <title>", "about", [card])
    assert "about &lt;sounds&gt;" in page
    assert "a cow: 3 names lie nearer" in page
    assert "none asked" in page
    assert "A &lt;title&gt;" in page
    assert page.count("data:image/jpeg;base64,") == 2


@pytest.fixture
def runs(tmp_path) -> Path:
    """A finished run of the restorer, of random weights."""
    folder = tmp_path / "runs" / "diffrir-s2"
    folder.mkdir(parents=True)
    network = tiny.network(1)
    weights = {name: value.numpy() for name, value in tensors_of({1: network}).items()}
    (folder / "restorer.safetensors").write_bytes(storage.write(weights, "plain"))
    (folder / "restorer.json").write_text(json.dumps(describe([network.shape])))
    return folder.parent


def app() -> Typer:
    made = Typer()
    register(made)
    made.command()(lambda: None)  # so that the group keeps its name
    return made


def test_what_a_run_made_is_what_the_engine_loads(runs, tmp_path):
    out, evaluation = tmp_path / "own", tmp_path / "evaluation.json"
    out.mkdir()
    evaluation.write_text(json.dumps({"operations": {"fill": {"better": "draft+restore"}, "add": {"better": "draft"}}}))
    done = CliRunner().invoke(app(), ["train", "export", str(runs), "--out", str(out), "--evaluation", str(evaluation)])
    assert done.exit_code == 0, done.output
    restorer = Restorer.load(Run(out))
    assert restorer is not None
    assert restorer.scales == (1,)
    assert Chain.load(Run(out)).steps(Op.fill) == {"decode", "restore"}
    assert Chain.load(Run(out)).steps(Op.add) == {"decode"}
    assert sorted(each.name for each in out.iterdir()) == ["chain.json", "restorer.json", "restorer.safetensors"]


@pytest.mark.parametrize("what", ["runs", "out", "evaluation", "size"])
def test_an_export_that_cannot_be_writes_nothing(runs, tmp_path, what):
    out, evaluation = tmp_path / "own", tmp_path / "evaluation.json"
    out.mkdir()
    evaluation.write_text('{"operations": {}}' if what != "evaluation" else '{"operations": {"add": 3}}')
    if what == "size":
        with (out / "large.bin").open("wb") as large:
            large.truncate(40_000_000)
    given = {"runs": tmp_path / "none", "out": runs}.get(what, runs)
    folder = tmp_path / "none" if what == "out" else out
    command = ["train", "export", str(given), "--out", str(folder), "--evaluation", str(evaluation)]
    done = CliRunner().invoke(app(), command)
    assert done.exit_code != 0
    assert isinstance(done.exception, OvertoneError)
    assert {each.name for each in out.iterdir()} <= {"large.bin"}
