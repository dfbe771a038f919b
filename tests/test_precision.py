"""Where networks compute, in which float type, and which errors say that memory is used up."""

from __future__ import annotations

import errno

import pytest
import torch

from engine import device
from engine.device import best_device, fast_dtype, out_of_memory, release

CPU, CUDA, MPS = (torch.device(kind) for kind in ("cpu", "cuda", "mps"))


@pytest.mark.parametrize(("cuda", "mps", "kind"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")])
def test_a_card_comes_first(monkeypatch, cuda, mps, kind):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert best_device() == torch.device(kind)


@pytest.mark.parametrize(
    ("units", "fastest"),
    [
        ({"amx_bf16": True}, torch.bfloat16),
        ({"avx512_bf16": True, "amx_bf16": False}, torch.bfloat16),
        ({"avx512_f": True, "avx512_bf16": False}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_a_cpu_computes_in_bfloat16_only_with_instructions_for_it(monkeypatch, units, fastest):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: units, raising=False)
    assert fast_dtype(CPU) == fastest


def test_a_torch_that_does_not_tell_gets_float32(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert fast_dtype(CPU) == torch.float32


@pytest.mark.parametrize(("native", "fastest"), [(True, torch.bfloat16), (False, torch.float16)])
def test_a_card_that_only_emulates_bfloat16_computes_in_float16(monkeypatch, native, fastest):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: including_emulation or native)
    assert fast_dtype(CUDA) == fastest
    assert fast_dtype(MPS) == torch.float16


@pytest.mark.parametrize(
    ("error", "used_up"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory"), True),
        (RuntimeError("MPS backend out of memory"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), True),
        (OSError(errno.ENOENT, "out of memory"), False),
        (RuntimeError("shapes differ"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_errors_of_memory_are_told_from_others(error, used_up):
    assert out_of_memory(error) is used_up


@pytest.mark.parametrize("in_use", [False, True])
def test_a_cards_cache_is_emptied_once_it_is_in_use(monkeypatch, in_use):
    emptied = []
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: in_use)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(True))
    monkeypatch.setattr(device.gc, "collect", lambda: emptied.append(False))
    release()
    assert emptied == [False] + [True] * in_use
