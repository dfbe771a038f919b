"""The stages of DiffRIR over the training loop: which parameters train, how they follow each other, what comes out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from engine.errors import BadInput
from engine.restore.network import DiffRIR, Teacher
from engine.restore.shape import RestorerShape
from engine.restore.stored import assemble, read_shapes
from tests.conftest import smooth_noise
from tests.restore import tiny
from training.core import loop
from training.core.cost import trained_otherwise
from training.core.draws import Draws
from training.core.recipe import Recipe
from training.restore import stages
from training.restore.stages import build_first, build_prior, build_second

RECIPE = Recipe(steps=3, batch=2, rate=1e-3, beta2=0.99, weight_decay=0, validate_every=3, save_every=0)
OWN = {"patch": 32, "scale": 2}


@pytest.fixture(autouse=True)
def small_starter(monkeypatch):
    """The starter's data and sizes, tiny."""
    photos = [np.rint(smooth_noise(48, 64, seed) * 255).astype(np.uint8) for seed in range(4)]
    monkeypatch.setattr(stages.items, "photos", lambda _data: iter(()))
    monkeypatch.setattr(stages, "read_photos", lambda _items: photos)
    monkeypatch.setattr(RestorerShape, "starter", classmethod(lambda _cls, scale: tiny.shape(scale)))


@pytest.fixture
def runs(tmp_path):
    """Runs of the first two parts."""
    own = {**OWN, "first": tmp_path / "first", "prior": tmp_path / "prior"}
    loop.train(build_first(None, OWN, 0), RECIPE, own["first"])
    loop.train(build_prior(None, own, 0), RECIPE, own["prior"])
    return own


def test_each_stage_trains_what_the_paper_says_and_no_other(runs):
    assert trained_otherwise(build_first(None, OWN, 0), RECIPE, ["G.*", "E.*"]) == ([], [])
    prior = ["network.condition.*", "network.denoise.*"]
    assert trained_otherwise(build_prior(None, runs, 0), RECIPE, prior) == ([], [])
    assert trained_otherwise(build_second(None, runs, 0), RECIPE, [*prior, "network.G.*"]) == ([], [])


def test_a_stage_begins_with_what_the_one_before_found(runs, tmp_path):
    first, prior = (
        load_file(tmp_path / "first" / "best.safetensors"),
        load_file(tmp_path / "prior" / "best.safetensors"),
    )
    stage = build_second(None, runs, 0)
    for name, value in stage.teacher.named_parameters():
        assert torch.equal(value, first[name]), name
    for name, value in stage.network.named_parameters():
        wanted = first[name] if name.startswith("G.") else prior[f"network.{name}"]
        assert torch.equal(value, wanted), name
    assert not torch.equal(first["E.E.0.weight"], dict(Teacher(tiny.shape(2)).named_parameters())["E.E.0.weight"])


def test_the_losses_are_named_and_add_up(runs):
    stage = build_second(None, runs, 0)
    losses = {name: each.detach() for name, each in stage.loss(stage.batch(Draws(0, range(3)))).items()}
    assert set(losses) == {"ipr", "picture", "total"}
    assert float(losses["total"]) == pytest.approx(float(losses["ipr"]) + float(losses["picture"]), rel=1e-5)
    assert set(build_prior(None, runs, 0).loss(stage.batch(Draws(0, range(3))))) == {"ipr", "total"}


def test_losses_are_means_over_samples(runs):
    for stage in (build_first(None, OWN, 0), build_second(None, runs, 0)):
        whole, *halves = (stage.loss(stage.batch(Draws(0, each))) for each in (range(4), range(2), range(2, 4)))
        for name, loss in whole.items():
            apart = sum(half[name].item() for half in halves) / 2
            assert loss.item() == pytest.approx(apart, rel=1e-5), name


def test_samples_belong_to_their_place():
    stage = build_first(None, OWN, 0)
    whole, half = stage.batch(Draws(7, range(4))), stage.batch(Draws(7, range(2, 4)))
    assert all(torch.equal(one[2:], other) for one, other in zip(whole, half, strict=True))
    assert not torch.equal(whole[0][0], whole[0][1])


def test_the_last_stage_writes_what_the_engine_loads(runs, tmp_path):
    out = tmp_path / "out"
    stage = build_second(None, runs, 0)
    loop.train(stage, RECIPE, out)
    shapes = read_shapes(stages.json.loads((out / "restorer.json").read_text()))
    stored = {name: each.float() for name, each in load_file(out / "restorer.safetensors").items()}
    made = assemble(shapes, stored)[2]
    assert isinstance(made, DiffRIR)
    for name, value in made.named_parameters():
        assert torch.allclose(value, dict(stage.network.named_parameters())[name], atol=2e-3), name


def test_absent_runs_data_and_settings_are_named(tmp_path, monkeypatch):
    with pytest.raises(BadInput, match="Run diffrir-s1 first"):
        build_prior(None, {**OWN, "first": tmp_path}, 0)
    with pytest.raises(BadInput, match="strength"):
        build_first(None, {"strength": 1}, 0)
    monkeypatch.setattr(stages, "read_photos", lambda _items: [])
    with pytest.raises(BadInput, match="0 photographs"):
        build_first(None, OWN, 0)
