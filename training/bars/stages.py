"""Bars of the training loop: going on after kill -9, two processes as one, and exactly the right parameters."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from training.bars import Bar, Ground
from training.commands import STAGES
from training.core import loop
from training.core.checkpoints import listed
from training.core.cost import trained_otherwise
from training.core.recipe import read_recipe
from training.refine.train import PAIRS

STEPS, KILLS, ALIKE = 80, 3, 1e-4
RECIPE = f"""
[refinement]
steps = {STEPS}
batch = 32
rate = 1e-3
ema = 0.99
validate_every = 10
save_every = 4
"""
UNET = (  # without its image adapter: encoder_hid_proj and what is in the attentions' processors
    "unet.conv_*",
    "unet.time_embedding.*",
    "unet.*.resnets.*",
    "unet.*samplers.*",
    *(f"unet.*.attentions.*.{each}" for each in ("norm.*", "proj_*", "norm[123].*", "to_[qkv].*", "to_out.*", "ff.*")),
)
# What the papers train: InstructAny2Pix, section 3.3; Instruct-Imagen, 3.3; LLMGA, 3.3; DiffIR, 3.2.
WANTED = {
    "language-alignment": ("enter.*",),
    "generation-learning": ("enter.*", "leave.*"),
    "instruction-finetuning": ("enter.*", "leave.*", "language.rows", "language.layers.*.a", "language.layers.*.b"),
    "refinement": ("*",),
    "decoder-realignment": ("unet.*",),
    "text-to-image": UNET,
    "inpaint": UNET,
    "masked-edit": ("unet.*",),
    "context-retrieval": ("unet.*", "context.*"),
    "context-instruction": ("unet.*", "context.*"),
    "diffrir-s1": ("G.*", "E.*"),
    "diffrir-s2-prior": ("network.condition.*", "network.denoise.*"),
    "diffrir-s2": ("network.condition.*", "network.denoise.*", "network.G.*"),
    "diffrir-gan": ("network.condition.*", "network.denoise.*", "network.G.*", "critic.*"),
}
BEGUN_WITH = {  # settings that name the runs of stages before
    "generation-learning": {"before": "language-alignment"},
    "instruction-finetuning": {"before": "generation-learning"},
    "context-instruction": {"first": "context-retrieval"},
    "diffrir-s2-prior": {"first": "diffrir-s1"},
    "diffrir-s2": {"first": "diffrir-s1", "prior": "diffrir-s2-prior"},
    "diffrir-gan": {"first": "diffrir-s1", "begin": "diffrir-s2"},
}
SHORTER = {  # what a start takes, which says nothing of the steps; and all that a stage can train
    "language-alignment": {"fit": 10},
    "context-instruction": {"each": 40},
    "diffrir-gan": {"drafted": False, "taught": True, "fooling": 0.3},
}


def measure(ground: Ground) -> list[Bar]:
    """The starter's prior killed and shared, and every stage's parameters after three steps."""
    folder = ground.out / "stages"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _write_pairs(folder)
    (folder / "own.toml").write_text(RECIPE)
    _started(folder, "whole").wait()
    return [_killed(folder), _shared(folder), _right(ground, folder)]


def _write_pairs(folder: Path) -> None:
    """Pairs with a planted quality; what is measured does not depend on what they mean."""
    chance = np.random.default_rng(0)
    given = chance.normal(size=(800, 384)).astype(np.float32)
    score = chance.uniform(1, 10, 800).astype(np.float32)
    target = given + score[:, None] * chance.normal(size=384).astype(np.float32)
    np.savez(folder / PAIRS, embedding=given, target=target, score=score, kind=chance.integers(5, size=800))


def _started(folder: Path, name: str, launcher: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
    """``overtone train refinement --resume`` on the CPU, in one thread, into the folder ``name``."""
    code = "import sys; from engine.cli import run; sys.exit(run(sys.argv[1:]))"
    program = folder / "overtone.py"
    program.write_text(code)
    own = ("--config", str(folder / "own.toml"), "--data", str(folder), "--out", str(folder / name), "--resume")
    command = [sys.executable, *launcher, str(program), "train", "refinement", *own]
    path = os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])
    alone = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    return subprocess.Popen(command, env=alone, stderr=subprocess.DEVNULL)


def _killed(folder: Path) -> Bar:
    chance, reached, at = random.Random(0), 0, []
    for _ in range(KILLS):
        process = _started(folder, "killed")
        while process.poll() is None and _last(folder / "killed") <= reached:
            time.sleep(0.005)
        time.sleep(chance.random())
        process.send_signal(signal.SIGKILL)
        process.wait()
        reached = _last(folder / "killed")
        at.append(reached)
    ended = _started(folder, "killed").wait() == 0
    whole, killed = _left(folder / "whole"), _left(folder / "killed")
    same = (
        ended and whole.keys() == killed.keys() and all(torch.equal(each, killed[name]) for name, each in whole.items())
    )
    cut = ", ".join(map(str, at))
    figure = f"killed after the checkpoints of steps {cut} of {STEPS}: {'the same bits' if same else 'other weights'}"
    return Bar("must", "resume after kill -9", "the same weights bit for bit on CPU", figure, same and at[0] < STEPS)


def _shared(folder: Path) -> Bar:
    _started(folder, "shared", ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")).wait()
    one, two = _curve(folder / "whole"), _curve(folder / "shared")
    far = (
        max((abs(each - other) for each, other in zip(one, two, strict=True)), default=1.0)
        if len(one) == len(two)
        else 1.0
    )
    figure = f"largest difference {far:.1e} over {len(two)} steps, loss {one[0]:.3f} to {one[-1]:.3f}"
    return Bar("must", "two processes as one", f"loss curves within {ALIKE:g}", figure, far <= ALIKE)


def _right(ground: Ground, folder: Path) -> Bar:
    """After three steps from the state in which each stage begins; the runs before it are of three steps too."""
    wrong, counted = [], 0
    for name, wanted in WANTED.items():
        recipe, settings = read_recipe("starter-cpu", name)
        short = replace(recipe, steps=3, batch=2, precision="fp32", workers=0, validate_every=3)
        data = folder if name == "refinement" else ground.data
        begun = {setting: str(folder / run) for setting, run in BEGUN_WITH.get(name, {}).items()}
        own = {**settings, **begun, **SHORTER.get(name, {})}
        stage = STAGES[name].build(data, own, 0)
        changed, unchanged = trained_otherwise(stage, short, wanted)
        wrong += [f"{name}: {each}" for each in (*changed, *unchanged)]
        counted += sum(1 for _ in stage.module.named_parameters())
        if any(name in runs.values() for runs in BEGUN_WITH.values()):
            loop.train(STAGES[name].build(data, own, 0), short, folder / name)
    goal = "each stage changes exactly what the paper trains"
    figure = f"{len(wrong)} of {counted} parameters of {len(WANTED)} stages otherwise" + "".join(
        f"; {w}" for w in wrong[:3]
    )
    return Bar("must", "right parameters", goal, figure, not wrong and set(WANTED) == set(STAGES))


def _last(run: Path) -> int:
    found = listed(run / "checkpoints")
    return int(found[-1].stem.removeprefix("step-")) if found else 0


def _left(run: Path) -> dict[str, torch.Tensor]:
    """Every tensor of the last checkpoint, the best weights and the export."""
    files = [listed(run / "checkpoints")[-1], run / "best.safetensors", run / "prior.safetensors"]
    return {f"{file.name} {name}": each for file in files for name, each in load_file(file).items()}


def _curve(run: Path) -> list[float]:
    rows = [json.loads(line) for line in (run / "curve.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row["total"] for row in rows if "total" in row]
