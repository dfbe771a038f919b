"""The loop: going on exactly after a kill, over several processes, in parts; running mean, best weights, faults."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from tiny_stage import LONG, RECIPE, Tiny

from engine.errors import BadInput, MachineError, OvertoneError
from training.core import loop
from training.core.checkpoints import Checkpoint, listed
from training.core.loop import Training
from training.core.recipe import Recipe

PROGRAM = Path(__file__).with_name("tiny_stage.py")


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Sums of several threads differ in their last bits from those of the one that the programs use."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def started(way: str, out: Path) -> subprocess.Popen[str]:
    """The program, in one thread, on the CPU."""
    path = os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])
    own = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    return subprocess.Popen([sys.executable, str(PROGRAM), way, str(out)], env=own, stderr=subprocess.PIPE, text=True)


def curve(out: Path, name: str = "total") -> list[float]:
    rows = [json.loads(line) for line in (out / "curve.jsonl").read_text().splitlines()]
    return [row[name] for row in rows if name in row]


def tensors(out: Path) -> dict[str, torch.Tensor]:
    """Everything that a finished run left: the last checkpoint, the best weights, the export."""
    files = [listed(out / "checkpoints")[-1], out / "best.safetensors", out / "tiny.safetensors"]
    return {f"{file.name} {name}": each for file in files for name, each in load_file(file).items()}


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, each in one.items():
        assert torch.equal(each, other[name]), name


def test_a_killed_run_goes_on_to_the_same_bits(tmp_path):
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    killed.mkdir()
    process = started("killed", killed)
    loop.train(Tiny(dropout=0.3), LONG, whole)
    reached, child = 0, 0
    for _ in range(3):
        while True:
            found, told = listed(killed / "checkpoints"), killed / "child"
            if found and found[-1].stem > f"step-{reached:09d}" and int(told.read_text() or 0) != child:
                break
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.002)
        child = int(told.read_text())
        time.sleep(random.random() * 0.12)
        os.kill(child, signal.SIGKILL)
        reached = int(listed(killed / "checkpoints")[-1].stem.removeprefix("step-"))
        assert 0 < reached < LONG.steps
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 0, said
    assert said.count("going on after step") >= 3
    assert_same(tensors(whole), tensors(killed))
    assert curve(killed) == curve(whole)
    assert len(curve(killed)) == LONG.steps
    assert len(listed(killed / "checkpoints")) == 2
    assert not list(killed.rglob(".overtone-*"))


def test_two_processes_learn_as_one(tmp_path):
    process = started("two", tmp_path / "two")
    loop.train(Tiny(), RECIPE, tmp_path / "one")
    said = process.communicate(timeout=90)[1]
    assert process.returncode == 0, said
    one, two = curve(tmp_path / "one"), curve(tmp_path / "two")
    assert len(one) == len(two) == RECIPE.steps
    assert np.abs(np.subtract(one, two)).max() <= 1e-4
    assert one[-1] < 0.5 * one[0]
    assert curve(tmp_path / "one", "rate") == curve(tmp_path / "two", "rate")


def test_a_batch_in_parts_is_the_same_step(tmp_path):
    trained = []
    for parts in (1, 4):
        stage = Tiny()
        training = Training.ready(stage, replace(RECIPE, accumulation=parts))
        feed = training.batches(0, 3)
        losses = [training.step(number, feed) for number in range(3)]
        assert next(feed, None) is None
        assert [len(rows) for rows in stage.seen] == [8 // parts] * 3 * parts
        trained.append((losses, {name: each.detach().clone() for name, each in stage.module.named_parameters()}))
    (losses, whole), (other_losses, cut) = trained
    assert [each["total"] for each in losses] == pytest.approx([each["total"] for each in other_losses], rel=1e-5)
    for name, each in whole.items():
        assert torch.allclose(each, cut[name], atol=1e-5), name


def test_batches_made_ahead_are_the_same_in_order():
    feeds = [Training.ready(Tiny(), replace(RECIPE, workers=workers)).batches(2, 9) for workers in (0, 3)]
    plain, ahead = (list(feed) for feed in feeds)
    assert [draws.positions for draws, _ in plain] == [range(8 * step, 8 * step + 8) for step in range(2, 9)]
    assert [draws.positions for draws, _ in ahead] == [draws.positions for draws, _ in plain]
    assert all(torch.equal(one["x"], other["x"]) for (_, one), (_, other) in zip(plain, ahead, strict=True))


def test_computing_blocks_again_gives_the_same_gradient():
    lengths = []
    for again in (False, True):
        stage = Tiny(dropout=0.3)
        training = Training.ready(stage, replace(RECIPE, gradient_checkpointing=again))
        training.step(0, training.batches(0, 1))
        lengths.append(torch.cat([each.detach().flatten() for each in stage.module.parameters()]))
    assert torch.equal(*lengths)


def test_bf16_is_near_and_keeps_weights_whole():
    made = []
    for precision in ("fp32", "bf16"):
        stage = Tiny()
        training = Training.ready(stage, replace(RECIPE, precision=precision))
        made.append(training.step(0, training.batches(0, 1))["total"])
        assert {each.dtype for each in stage.module.parameters()} == {torch.float32}
    assert made[0] != made[1]
    assert made[0] == pytest.approx(made[1], rel=0.03)


def test_the_running_mean_is_the_mean_and_is_what_is_judged(tmp_path):
    stage, recipe = Tiny(), replace(RECIPE, steps=6, validate_every=6, save_every=6)
    means = {}
    training = Training.ready(stage, recipe)
    means = {name: each.detach().clone() for name, each in training.trained.items()}
    feed = training.batches(0, 6)
    for step in range(6):
        training.step(step, feed)
        keep = min(0.9, (step + 1) / (step + 10))
        for name, each in training.trained.items():
            means[name] = keep * means[name] + (1 - keep) * each.detach()
    loop.train(Tiny(), recipe, tmp_path)
    stored = Checkpoint.read(listed(tmp_path / "checkpoints")[-1])
    best, exported = load_file(tmp_path / "best.safetensors"), load_file(tmp_path / "tiny.safetensors")
    for name, mean in means.items():
        assert torch.allclose(stored.part("ema/")[name], mean, atol=1e-6), name
        assert torch.equal(stored.part("ema/")[name], best[name]), name
        assert torch.equal(best[name], exported[name]), name
        assert torch.equal(stored.part("model/")[name], training.trained[name]), name


def test_the_best_validated_weights_are_exported(tmp_path):
    stage = Tiny()
    scores = iter([3.0, 1.0, 2.0])
    kept = []

    def validate() -> dict[str, float]:
        kept.append(stage.module["head"][3].weight.detach().clone())
        return {"score": next(scores)}

    stage.validate = validate
    loop.train(stage, replace(RECIPE, steps=15), tmp_path)
    assert torch.equal(load_file(tmp_path / "tiny.safetensors")["head.3.weight"], kept[1])
    with safe_open(tmp_path / "best.safetensors", "pt") as file:
        told = json.loads(file.metadata()["overtone"])
    assert (told["step"], told["score"]) == (10, 1.0)
    assert not torch.equal(kept[1], kept[2])


def test_a_loss_that_is_no_number_stops_in_one_line(tmp_path):
    with pytest.raises(OvertoneError, match=r"Step 11 is not finite \(far nan") as caught:
        loop.train(Tiny(bad_from=10 * 8 + 7), RECIPE, tmp_path)
    assert "\n" not in str(caught.value)
    last = Checkpoint.read(listed(tmp_path / "checkpoints")[-1])
    assert last.step == 8
    assert all(each.isfinite().all() for each in last.tensors.values())
    assert len(curve(tmp_path)) == 10


def test_a_gradient_that_is_no_number_leaves_the_weights():
    stage = Tiny()
    training = Training.ready(stage, RECIPE)
    before = {name: each.detach().clone() for name, each in training.trained.items()}
    next(iter(training.trained.values())).register_hook(lambda gradient: gradient * float("inf"))
    with pytest.raises(OvertoneError, match="gradient"):
        training.step(0, training.batches(0, 1))
    assert all(torch.equal(each, training.trained[name]) for name, each in before.items())


def test_a_full_disk_is_one_line_and_the_last_checkpoint_stays(tmp_path, monkeypatch):
    real, count = os.fsync, [0]

    def full(handle: int) -> None:
        count[0] += 1
        if count[0] > 6:  # best at 5, checkpoints at 4 and 8 go through, each with its folder
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(MachineError, match="No space left") as caught:
        loop.train(Tiny(), RECIPE, tmp_path)
    assert "\n" not in str(caught.value)
    assert [Checkpoint.read(path).step for path in listed(tmp_path / "checkpoints")] == [4, 8]
    assert not list(tmp_path.rglob(".overtone-*"))


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A folder with a run of four steps."""
    loop.train(Tiny(), replace(RECIPE, steps=4), tmp_path)
    return tmp_path


def test_what_killed_runs_left_half_written_goes_away(begun):
    (begun / "checkpoints" / ".overtone-abc").write_bytes(b"half")
    loop.train(Tiny(), replace(RECIPE, steps=8), begun, resume=True)
    assert [path.name for path in sorted((begun / "checkpoints").iterdir())] == [
        "step-000000004.safetensors",
        "step-000000008.safetensors",
    ]


def test_a_run_is_not_begun_over_another(begun):
    with pytest.raises(BadInput, match="--resume"):
        loop.train(Tiny(), RECIPE, begun)


def test_a_damaged_checkpoint_is_named(begun):
    path = listed(begun / "checkpoints")[-1]
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(BadInput, match=r"step-000000004.*cannot be read") as caught:
        loop.train(Tiny(), RECIPE, begun, resume=True)
    assert "\n" not in str(caught.value)
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(BadInput, match="is no checkpoint"):
        loop.train(Tiny(), RECIPE, begun, resume=True)


def test_a_checkpoint_of_other_keys_is_refused(begun):
    wider = Tiny()
    wider.trains = ("head.*", "tower.0.weight")
    with pytest.raises(BadInput, match=r"lacks tower\.0\.weight"):
        loop.train(wider, RECIPE, begun, resume=True)
    reshaped = Tiny()
    reshaped.module["head"][3] = torch.nn.Linear(16, 4)
    with pytest.raises(BadInput, match=r"head\.3\.weight is \(3, 16\), not \(4, 16\)"):
        loop.train(reshaped, RECIPE, begun, resume=True)
    other = Tiny()
    other.name = "other"
    with pytest.raises(BadInput, match="'tiny'"):
        loop.train(other, RECIPE, begun, resume=True)
    with pytest.raises(BadInput, match="batch 8, not 4"):
        loop.train(Tiny(), replace(RECIPE, batch=4), begun, resume=True)


def test_no_data_and_uneven_batches_are_refused(tmp_path):
    with pytest.raises(BadInput, match="nothing to learn from"):
        loop.train(Tiny(rows=0), RECIPE, tmp_path / "a")
    with pytest.raises(BadInput, match="8 cannot be cut into 3"):
        loop.train(Tiny(), replace(RECIPE, accumulation=3), tmp_path / "b")


def test_the_rate_rises_then_falls_along_a_cosine():
    recipe = Recipe(steps=100, batch=1, rate=1.0, warm_up=0.1, last_rate=0.2)
    rates = [recipe.rate_at(step) for step in range(101)]
    assert rates[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert rates[55] == pytest.approx(0.6)
    assert rates[100] == pytest.approx(0.2)
    assert all(one > other for one, other in pairwise(rates[10:]))
