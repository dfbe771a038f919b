"""The measurements that need a graphics card, tried on the processor at tiny sizes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.memory import MemoryPlan, Placement, Room, plan
from engine.refine.network import PriorShape
from training.bars import Bar, Ground, gpu
from training.bars.full_size import Sizes

SMALL = PriorShape(32, 1, 2, gpu.EMBEDDING)


@pytest.mark.parametrize("form", ["half", "int8"])
def test_an_edit_runs_as_its_plan_says(monkeypatch, form):
    monkeypatch.setattr(gpu, "STEPS", 2)
    monkeypatch.setattr(gpu, "WORDS", 2)
    monkeypatch.setattr(gpu.PriorShape, "paper", staticmethod(lambda: SMALL))
    folders = {"planner": "language", "unet": "decoder/unet"}
    policy = MemoryPlan(tuple(Placement(name, folder, True, form, False) for name, folder in folders.items()), rung=3)
    assert gpu.edit(Sizes.tiny(), torch.device("cpu"), policy).seconds > 0


def test_the_plan_for_eight_gigabytes_is_the_one_that_the_aim_names():
    policy = plan(gpu.networks(), Room(gpu.SMALL_CARD, 64 * 10**9))
    assert policy.form("language") == "int4"
    assert policy.peak <= gpu.MOST_PEAK * 1e9


def test_without_a_card_the_aims_name_their_command(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    bars = gpu.measure(Ground(tmp_path, tmp_path))
    assert [bar.ok for bar in bars] == [False] * 3
    assert all("no GPU here" in bar.figure and gpu.COMMAND in bar.figure for bar in bars)


def test_the_table_is_replaced_in_its_place(tmp_path: Path):
    document = tmp_path / "hardware.md"
    document.write_text(f"before\n{gpu.BEGIN}\nold\n{gpu.END}\nafter\n")
    gpu.write_table([Bar("aim", "gpu: a", "b", "c", True)], document)
    text = document.read_text()
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith(f"{gpu.END}\nafter\n")
    assert "| a | b | c |" in text
