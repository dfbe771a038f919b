from __future__ import annotations

import json

import pytest
import torch

from engine.cli import run
from training import bench


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_bench_compares_both_in_one_run(family, capsys):
    assert run(["bench", "--family", family, "--steps", "2", "--rounds", "1", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["family"] == family
    assert result["steps"] == 2
    assert 0.2 < result["ratio"] < 5
    assert result["ratio"] == pytest.approx(result["ours"] / result["theirs"], abs=1e-3)


def test_an_unknown_family_is_named(capsys):
    assert run(["bench", "--family", "flux"]) == 2
    assert "flux" in capsys.readouterr().err


def test_only_our_network_is_compiled(monkeypatch):
    calls = []

    def compiled(forward):
        def call(*arguments, **named):
            calls.append(forward)
            return forward(*arguments, **named)

        return call

    monkeypatch.setattr(torch, "compile", compiled)
    steps, rounds = 2, 3
    result = bench.compare("sd15", full_size=False, steps=steps, rounds=rounds, compiled=True)
    assert len(calls) == steps * (1 + rounds)  # once to compile; none of the other side's
    assert result.their_memory is None
