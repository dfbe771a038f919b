"""Figures on pictures, and the record that they lead to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer import Typer
from typer.testing import CliRunner

from engine.bundle import storage
from engine.chain import Chain
from engine.composite.blend import blend_mask, paste
from engine.composite.crop import WorkingCrop
from engine.composite.ring import match_ring
from engine.edits import WORK_SIDE
from engine.errors import OvertoneError
from engine.restore import Restorer
from engine.restore.stored import describe, tensors_of
from engine.values import Box, Op
from tests.restore import tiny
from training.commands import register
from training.evaluate import measures, report
from training.evaluate.cards import Card
from training.evaluate.exported import Run
from training.evaluate.page import as_json, as_page
from training.evaluate.report import CHAINS, Comparison, alike, over_all
from training.evaluate.sets import Wins
from training.evaluate.trials import Trial, draft_only
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
        "wins": {"won": 1, "tied": 0, "lost": 0},
        "draft": {"perceptual": 0.2},
        "draft+restore": {"perceptual": 0.1},
        "n": {"draft": {"perceptual": 1}, "draft+restore": {"perceptual": 1}},
    }
    assert said["expand"]["better"] == "draft"
    page = as_page(made, "A <title>", "about", [card])
    assert "about &lt;sounds&gt;" in page
    assert "a cow: 3 names lie nearer" in page
    assert "none asked" in page
    assert "A &lt;title&gt;" in page
    assert page.count("data:image/jpeg;base64,") == 2


def test_each_figure_is_told_with_the_number_it_is_of():
    figures = {
        CHAINS[0]: {"perceptual": [0.2, 0.2, 0.4]},
        CHAINS[1]: {"perceptual": [0.1, 0.2, 0.4], "dino_sub": [0.5, 0.7]},
    }
    over = {chain: {"frechet": value} for chain, value in zip(CHAINS, (0.25, 0.125), strict=True)}
    made = Comparison(Op.add, figures, [], over)
    assert made.told(CHAINS[1]) == {
        "perceptual": (pytest.approx(0.7 / 3), 3),
        "dino_sub": (pytest.approx(0.6), 2),
        "frechet": (0.125, 3),
    }
    assert made.wins == Wins(won=pytest.approx(1 / 3), tied=pytest.approx(2 / 3), lost=0)
    said = as_json([made])["operations"]["add"]
    assert said["n"] == {
        "draft": {"perceptual": 3, "frechet": 3},
        "draft+restore": {"perceptual": 3, "dino_sub": 2, "frechet": 3},
    }
    page = as_page([made], "title", "about")
    assert "closer to the truth in 33%, as close in 67%" in page
    assert "<td>frechet</td><td>0.2500</td><td>3</td><td>0.1250</td><td>3</td>" in page
    assert "<td>dino_sub</td><td>none</td><td>0</td><td>0.6000</td><td>2</td>" in page


class Colours:
    """Sees mean colours, over transparency, and takes each channel's share for a class."""

    def pictures(self, pictures) -> np.ndarray:
        means = [np.average(rgb.reshape(-1, 3), 0, None if a is None else a.ravel()) for rgb, a in pictures]
        return np.stack([mean / np.linalg.norm(mean) for mean in means])

    def class_chances(self, pictures) -> np.ndarray:
        seen = self.pictures(pictures)
        return seen / seen.sum(axis=1, keepdims=True)


def coming(name: str = "ball") -> Trial:
    """A red thing that comes into a green picture, and its cut-out, blue where it is transparent."""
    red, green, blue = np.eye(3, dtype=np.float32)
    before = np.full((40, 40, 3), green)
    truth = np.where(box()[..., None], red, before)
    reference = np.concatenate([np.full((8, 8, 3), blue), np.zeros((8, 8, 1))], axis=2).astype(np.float32)
    reference[2:6, 2:6] = [1, 0, 0, 1]
    return Trial(Op.add, before, truth, truth, box(), ("green", "a red ball on green"), name, reference)


def test_the_subject_is_compared_where_it_was_found_and_the_rest_as_a_whole():
    trial = coming()
    said = alike(trial, trial.truth, box(), Colours())
    covered = 0.25  # of the picture
    assert said["dino"] == pytest.approx(1)
    assert said["dino_sub"] == pytest.approx(1)
    assert said["dino_ref"] == pytest.approx((1 - covered) / np.hypot(covered, 1 - covered))
    double = np.zeros((40, 40), bool)
    double[0, 12] = double[39, 31] = True  # corners of a box twice as tall as the thing
    assert alike(trial, trial.truth, double, Colours())["dino_sub"] == pytest.approx(np.sqrt(0.5))


def test_what_is_not_found_has_no_likeness_and_what_does_not_come_no_background():
    trial = coming()
    assert set(alike(trial, trial.truth, None, Colours())) == {"dino", "dino_ref"}
    assert set(alike(replace(trial, reference=None, name=""), trial.truth, None, Colours())) == {"dino"}


def test_figures_over_all_trials_compare_each_chain_with_the_truths():
    random = np.random.default_rng(0)
    truth, draft = random.normal(size=(5, 8)), random.normal(size=(5, 8))
    features = np.stack([truth, draft, truth], axis=1)  # the second chain gives the truths
    chances = np.stack([np.eye(5), np.eye(5)[[0, 0, 0, 0, 0]], np.eye(5)[[0, 0, 1, 1, 1]]], axis=1)
    said = over_all(list(zip(features, chances, strict=True)))
    assert said[CHAINS[0]]["frechet"] > 1
    assert said[CHAINS[1]]["frechet"] == pytest.approx(0, abs=1e-9)
    assert said[CHAINS[0]]["inception"] == pytest.approx(1)
    assert 1 < said[CHAINS[1]]["inception"] < 2
    assert said[CHAINS[0]]["inception_truth"] == said[CHAINS[1]]["inception_truth"] == pytest.approx(5)
    assert set(over_all([(each, None) for each in features])[CHAINS[0]]) == {"frechet"}
    assert over_all([(features[0], None)]) == {}


def test_a_comparison_holds_likenesses_of_each_trial_and_figures_over_all(monkeypatch, tmp_path):
    def two(*_given, **_chosen):
        yield coming()
        yield replace(coming(), reference=None, name="")

    class Half:
        """A restorer that mixes everything with white."""

        def restore(self, rgb: np.ndarray, *_given) -> np.ndarray:
            return rgb / 2 + np.float32(0.5)

    monkeypatch.setattr(report, "trials", two)
    judges = report.Judges(lambda made, truth, _mask: measures.l1(made, truth), looks=Colours())
    made = report.compare(tmp_path, Op.add, 2, Half(), judges, part="held-out", licences=[])
    plain, restored = (made.told(chain) for chain in CHAINS)
    assert plain["dino"] == (pytest.approx(1), 2)
    assert plain["frechet"] == (pytest.approx(0, abs=1e-9), 2)
    assert plain["dino_ref"][1] == restored["dino_ref"][1] == 1
    assert restored["dino"][0] < 1
    assert restored["frechet"][0] > 1e-4
    assert plain["inception_truth"] == restored["inception_truth"] == (pytest.approx(1), 2)
    assert "recall" not in plain


def test_a_trial_is_composited_as_the_pipeline_does_it():
    random = np.random.default_rng(1)
    before = random.integers(0, 256, (40, 40, 3)).astype(np.float32) / 255
    made = np.clip(before * 0.8 + 0.1, 0, 1).astype(np.float32)
    trial = Trial(Op.add, before, made, made, box(), ("", ""))
    crop = WorkingCrop.fit(Box(0, 0, 40, 40), WORK_SIDE)
    photo = np.rint(before * 255).astype(np.uint8)
    pasted = paste(photo, match_ring(made, before, box()), crop, blend_mask(box(), crop))
    assert (pasted != photo)[box()].any()
    np.testing.assert_array_equal(pasted, np.rint(draft_only(trial) * 255).astype(np.uint8))


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
