"""Draws, configs, which parameters train, low-rank additions, the cost told before, the command."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
import typer
from tiny_stage import RECIPE, Tiny
from torch import nn
from typer.testing import CliRunner

from engine.errors import BadInput
from engine.refine.network import PriorNetwork, PriorShape
from training import commands
from training.core import lora
from training.core.cost import measure, trained_otherwise
from training.core.draws import Draws
from training.core.recipe import CONFIGS, Recipe, read_recipe
from training.core.stage import Stage, choose_trained, learning_mode
from training.refine.train import Pairs, Refinement, build


def test_every_row_comes_once_an_epoch_and_in_another_order():
    rows = Draws(5, range(30)).rows(10).reshape(3, 10)
    assert all(sorted(epoch) == list(range(10)) for epoch in rows)
    assert not np.array_equal(rows[0], rows[1])
    assert np.array_equal(Draws(5, range(13, 20)).rows(10), rows.ravel()[13:20])
    assert not np.array_equal(Draws(6, range(30)).rows(10), rows.ravel())


def test_draws_belong_to_the_sample_not_to_its_batch():
    whole, half = Draws(1, range(8)), Draws(1, range(4, 8))
    assert torch.equal(whole.normal(3, 2)[4:], half.normal(3, 2))
    assert torch.equal(whole.uniform()[4:], half.uniform())
    assert not torch.equal(whole.uniform(), Draws(1, range(8)).uniform())  # the streams have moved on
    many = Draws(2, range(4000))
    assert abs(float((many.uniform() < 0.2).float().mean()) - 0.2) < 0.02
    assert abs(float(many.normal(5).std()) - 1) < 0.02


def test_the_configs_hold_every_stage():
    for config in ("starter-cpu", "starter-gpu"):
        for stage in commands.STAGES:
            recipe, _ = read_recipe(config, stage)
            assert recipe.steps > 0
    assert len(list(CONFIGS.glob("*.toml"))) == 2


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("steps = 5\nbatch = 2", "rate"),
        ("steps = 5\nbatch = 2\nrate = 1e-3\nspeed = 3", "speed"),
        ("steps = 0\nbatch = 2\nrate = 1e-3", "steps"),
        ("steps = 5\nbatch = 2\nrate = nan", "rate"),
        ("steps = 5\nbatch = '2'\nrate = 1e-3", "batch"),
        ("steps = 5\nbatch = 2\nrate = 1e-3\nprecision = 'fp8'", "precision"),
        ("steps = 5\nbatch = 2\nrate = 1e-3\nema = 1.0", "ema"),
        ("settings = 3", "settings"),
        ("steps =", "no TOML"),
    ],
)
def test_a_wrong_config_names_the_key(tmp_path, table, said):
    path = tmp_path / "own.toml"
    path.write_text(f"[tiny]\n{table}\n")
    with pytest.raises(BadInput, match=said) as caught:
        read_recipe(str(path), "tiny")
    assert "\n" not in str(caught.value)


def test_absent_configs_and_tables_are_named(tmp_path):
    with pytest.raises(BadInput, match="starter-cpu, starter-gpu"):
        read_recipe("starter-tpu", "tiny")
    with pytest.raises(BadInput, match=r"no table \[tiny\]"):
        read_recipe("starter-cpu", "tiny")


def test_exactly_the_wanted_parameters_train():
    assert trained_otherwise(Tiny(), RECIPE, ["head.*"]) == ([], [])
    changed, unchanged = trained_otherwise(Tiny(), RECIPE, ["head.0.0.*"])
    assert changed == ["head.2.bias", "head.2.weight", "head.3.bias", "head.3.weight"]
    assert unchanged == []
    changed, unchanged = trained_otherwise(Tiny(), RECIPE, ["*"])
    assert changed == []
    assert unchanged == ["tower.0.bias", "tower.0.weight", "tower.1.bias", "tower.1.weight"]
    with pytest.raises(BadInput, match="neck"):
        trained_otherwise(Tiny(), RECIPE, ["neck.*"])


def test_frozen_parts_neither_drop_out_nor_count():
    stage = Tiny(dropout=0.3)
    choose_trained(stage)
    learning_mode(stage.module)
    training = {name for name, part in stage.module.named_modules() if part.training}
    assert "head.1" in training
    assert not any(name.startswith("tower") for name in training)


def pairs(count: int, width: int = 384) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    one = rng.normal(size=(count, width)).astype(np.float32)
    kinds, scores = rng.integers(5, size=count), rng.uniform(1, 10, count)
    return {"embedding": one, "target": one + 0.8 * one[:1], "kind": kinds, "score": scores}


def refinement() -> Refinement:
    shape = PriorShape(width=16, layers=2, heads=2, embedding=8, waves=8)
    held = {name: torch.from_numpy(each) for name, each in pairs(40, 8).items()}
    rows = Pairs(held["embedding"], held["target"], held["kind"], held["score"].float())
    return Refinement(PriorNetwork(shape).start(torch.Generator().manual_seed(0)), rows, rows, noise=0.3)


def test_refinement_trains_the_whole_prior_with_the_noise_it_says():
    assert trained_otherwise(refinement(), RECIPE, ["*"]) == ([], [])
    stage = refinement()
    clean = nn.functional.normalize(stage.pairs.embedding, dim=1)
    drawn = [Draws(0, range(40 * epoch, 40 * epoch + 40)) for epoch in range(25)]
    lengths = [(stage.batch(each)[0] - clean[each.rows(40)]).square().sum(1) for each in drawn]
    assert float(torch.cat(lengths).mean().sqrt()) == pytest.approx(0.3, rel=0.05)


class Line(Stage):
    """A network with low-rank additions."""

    name = "line"
    trains = lora.TRAINED

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.module = nn.Sequential(nn.Linear(6, 5), nn.GELU(), nn.Linear(5, 4), nn.Linear(4, 3))
        self.names = lora.add(self.module, ["0", "2"], rank=2)

    def batch(self, draws: Draws) -> torch.Tensor:
        return draws.normal(6)

    def loss(self, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"total": (self.module(batch) - 1).square().mean()}


def test_additions_train_alone_and_merge_away():
    random_state = torch.get_rng_state()
    stage, plain = Line(), Line()
    lora.merge(plain.module)
    x = torch.randn(7, 6, generator=torch.Generator().manual_seed(0))
    assert stage.names == ["0", "2"]
    assert torch.equal(stage.module(x), plain.module(x))
    assert trained_otherwise(stage, RECIPE, lora.TRAINED) == ([], [])
    answer = stage.module(x)
    lora.merge(stage.module)
    assert torch.allclose(stage.module(x), answer, atol=1e-6)
    assert (stage.module(x) - plain.module(x)).abs().max() > 1e-3
    assert stage.module.state_dict().keys() == plain.module.state_dict().keys()
    assert list(stage.module.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias", "3.weight", "3.bias"]
    torch.set_rng_state(random_state)
    with pytest.raises(BadInput, match="'9'"):
        lora.add(nn.Sequential(nn.Linear(2, 2)), ["9"], rank=1)


def test_the_cost_counts_parameters_steps_and_validations():
    cost = measure(Tiny(pause=0.02), replace(RECIPE, steps=32))
    assert (cost.trained, cost.frozen) == (16 * 16 + 16 + 32 + 16 * 3 + 3, 6 * 16 + 16 + 32)
    assert (cost.steps, cost.validations) == (32, 7)
    assert 0.02 <= cost.step < 0.5
    assert cost.seconds == pytest.approx(32 * cost.step + 7 * cost.validation)
    assert cost.memory > 10_000_000


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.callback()(lambda: None)
    commands.register(app)
    return app


def test_the_command_lists_stages_and_tells_the_cost_without_writing(app, tmp_path, monkeypatch):
    np.savez(tmp_path / "pairs.npz", **pairs(60))
    monkeypatch.chdir(tmp_path)
    listed = CliRunner().invoke(app, ["train", "--help"])
    assert "refinement" in listed.output
    arguments = ["train", "refinement", "--data", str(tmp_path)]
    told = CliRunner().invoke(app, [*arguments, "--dry-run"])
    assert told.exit_code == 0, told.output
    assert "parameters train, 0 are frozen" in told.output
    assert "1,250 steps of" in told.output
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.npz"]
    unknown = CliRunner().invoke(app, ["train", "refinment"])
    assert unknown.exit_code == 2
    assert "refinment" in unknown.output


def test_the_command_trains_a_prior_that_the_engine_loads(app, tmp_path):
    np.savez(tmp_path / "pairs.npz", **pairs(60))
    own = tmp_path / "own.toml"
    own.write_text("[refinement]\nsteps = 9\nbatch = 16\nrate = 2e-3\nvalidate_every = 3\nsettings = {noise = 0.1}\n")
    run = ["train", "refinement", "--data", str(tmp_path), "--out", str(tmp_path / "run"), "--config", str(own)]
    assert CliRunner().invoke(app, [*run, "--steps", "6"]).exit_code == 0
    resumed = CliRunner().invoke(app, [*run, "--resume"])
    assert resumed.exit_code == 0, resumed.output
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {"prior.safetensors", "prior.json", "curve.jsonl"}
    rows = [json.loads(line) for line in (tmp_path / "run" / "curve.jsonl").read_text().splitlines()]
    assert Counter("validation" in row for row in rows) == {False: 9, True: 3}
    scores = [row["validation"]["score"] for row in rows if "validation" in row]
    assert scores[-1] < scores[0]


def test_pairs_that_cannot_be_used_are_counted_or_named(tmp_path, capsys):
    with pytest.raises(BadInput, match=r"pairs\.npz holds no pairs"):
        build(tmp_path, {}, 0)
    held = pairs(60)
    held["embedding"][3] = np.nan
    held["target"][4] = 0
    held["score"][5] = 11
    np.savez(tmp_path / "pairs.npz", **held)
    stage = build(tmp_path, {"aside": 0.5}, 0)
    assert "3 of 60 pairs" in capsys.readouterr().err
    assert (len(stage.pairs), len(stage.aside)) == (29, 28)
    with pytest.raises(BadInput, match="loudness"):
        build(tmp_path, {"loudness": 1}, 0)
    np.savez(tmp_path / "pairs.npz", **pairs(2))
    with pytest.raises(BadInput, match="too few"):
        build(tmp_path, {}, 0)
    np.savez(tmp_path / "pairs.npz", **pairs(60, 8))
    with pytest.raises(BadInput, match="another space"):
        build(tmp_path, {}, 0)
    (tmp_path / "pairs.npz").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(BadInput, match="holds no pairs"):
        build(tmp_path, {}, 0)


def test_pairs_of_one_thing_fall_on_one_side(tmp_path):
    group = np.repeat(np.arange(12), 5)
    np.savez(tmp_path / "pairs.npz", **pairs(60), group=group)
    stage = build(tmp_path, {"aside": 0.25}, 0)
    learnt, held = (set(each.group.tolist()) for each in (stage.pairs, stage.aside))
    assert (len(learnt), len(held)) == (9, 3)
    assert not learnt & held
    assert (len(stage.pairs), len(stage.aside)) == (45, 15)


def test_recipes_are_frozen():
    with pytest.raises(AttributeError):
        Recipe(steps=1, batch=1, rate=1.0).steps = 2  # type: ignore[misc]
