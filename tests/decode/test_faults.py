from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.decode.faults import LADDER, Precision, with_less_memory
from engine.errors import MachineError, OvertoneError
from training.bars import faults


def test_each_rung_is_more_sparing_and_told():
    tried, said, unloaded = [], [], []

    def attempt(means):
        tried.append(means)
        if len(tried) < 4:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return 7

    assert with_less_memory(attempt, lambda: unloaded.append(1), said.append) == 7
    assert tried == list(LADDER[:4])
    assert len(said) == 3
    assert unloaded == [1]


def test_the_end_of_the_ladder_explains():
    def attempt(_means):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes")

    with pytest.raises(MachineError, match="not enough memory"):
        with_less_memory(attempt, lambda: None, lambda _text: None)


def test_other_faults_pass_through():
    def attempt(_means):
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        with_less_memory(attempt, lambda: None, lambda _text: None)


def test_numbers_are_mended_in_float32_and_the_network_comes_back_as_it_was():
    part = torch.nn.Linear(2, 2).bfloat16()
    weight = part.weight.clone()

    def compute():
        return torch.full((2,), float("nan")) if part.weight.dtype != torch.float32 else torch.ones(2)

    with Precision() as precision:
        assert precision.finite(compute, [part], "It").tolist() == [1, 1]
    assert part.weight.dtype == torch.bfloat16
    assert torch.equal(part.weight, weight)
    with Precision() as precision, pytest.raises(OvertoneError, match="It gave numbers that are not finite"):
        precision.finite(lambda: torch.full((2,), float("inf")), [part], "It")


@pytest.mark.parametrize("place", faults.PLACES)
def test_memory_that_runs_out_once_leaves_no_trace(tiny_home, place):
    request = replace(faults.request(), embeddings_scale=0.5)
    wanted = faults.fresh(tiny_home / "sdxl").decode(request)
    decoder = faults.fresh(tiny_home / "sdxl")
    with faults.failing(*faults.PLACES[place], MemoryError(), 1):
        assert (decoder.decode(request) == wanted).all()


def test_one_network_at_a_time_when_memory_is_short(tmp_path):
    roots = [
        faults.written(tmp_path / "painter", faults.SIDE, inpaint=True),
        faults.written(tmp_path / "refined", faults.SIDE, "sdxl", refiner=True),
    ]
    bar = faults._alone(*roots)
    assert bar.ok, bar.figure
