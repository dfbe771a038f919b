"""Compact forms: how far a value may move, and the same bytes for the same values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bundle import storage
from engine.bundle.storage import Packed, pack_vocabulary
from engine.errors import BundleError


def through(path: Path, tensors: dict[str, np.ndarray | Packed], form: storage.Form) -> dict[str, np.ndarray]:
    path.write_bytes(storage.write(tensors, form))
    return {name: value.numpy() for name, value in storage.read(path, torch.float32).items()}


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("storage") / "file.safetensors"


@given(st.integers(0, 2**32 - 1), st.sampled_from([(64, 64), (80, 8, 3, 3), (128, 96)]), st.floats(1e-6, 1e4))
@settings(deadline=None, max_examples=25)
def test_int8_moves_a_value_by_half_a_step(file: Path, seed: int, shape: tuple[int, ...], scale: float) -> None:
    values = (np.random.default_rng(seed).normal(size=shape) * scale).astype(np.float32)
    values[0] = 0
    back = through(file, {"w": values}, "int8")["w"]
    step = np.abs(values).reshape(len(values), -1).max(axis=1).reshape(-1, *[1] * (values.ndim - 1)) / 127
    assert back.shape == values.shape
    assert (np.abs(back - values) <= step * 0.5001).all()
    assert (back[0] == 0).all()


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=15)
def test_a_vocabulary_keeps_its_head_and_moves_its_tail_by_half_a_step(file: Path, seed: int) -> None:
    generator = np.random.default_rng(seed)
    codes = generator.integers(-127, 128, (24, 128), dtype=np.int8)
    scale = generator.uniform(0.001, 0.1, (24, 4)).astype(np.float16)
    tail = generator.normal(size=(40, 128)).astype(np.float32)
    tail[3, :64] = 0.25
    back = through(file, {"w": pack_vocabulary(codes, scale, tail)}, "plain")["w"]
    head = codes.reshape(24, 4, 32).astype(np.float32) * scale.astype(np.float32)[..., None]
    assert np.array_equal(back[:24], head.reshape(24, 128))
    groups = tail.reshape(40, 2, 64)
    step = (groups.max(axis=2) - groups.min(axis=2)) / 31
    error = np.abs(back[24:].reshape(40, 2, 64) - groups)
    assert (error <= step[..., None] * 0.52 + np.abs(groups.min(axis=2))[..., None] * 2**-10).all()


def test_half_is_the_nearest_float16(file: Path) -> None:
    values = np.random.default_rng(0).normal(size=(64, 80)).astype(np.float32)
    assert np.array_equal(through(file, {"w": values}, "half")["w"], values.astype(np.float16).astype(np.float32))


def test_small_flat_and_whole_numbers_stay_exact(file: Path) -> None:
    generator = np.random.default_rng(0)
    tensors = {
        "bias": generator.normal(size=9000).astype(np.float32),
        "small": generator.normal(size=(8, 8)).astype(np.float32),
        "ids": generator.integers(0, 99, (100, 100)),
    }
    for form in ("plain", "half", "int8"):
        back = through(file, tensors, form)
        assert all(
            np.array_equal(back[name], value) and back[name].dtype == value.dtype for name, value in tensors.items()
        )


def test_order_of_the_tensors_does_not_matter() -> None:
    generator = np.random.default_rng(0)
    tensors = {name: generator.normal(size=(70, 70)).astype(np.float32) for name in "bca"}
    assert storage.write(tensors, "int8") == storage.write(dict(sorted(tensors.items())), "int8")


def test_types_of_floats_and_memory(file: Path) -> None:
    values = np.ones((64, 64), np.float32)
    file.write_bytes(storage.write({"w": values}, "int8"))
    assert storage.read(file)["w"].dtype == torch.float32
    assert storage.read(file, torch.bfloat16)["w"].dtype == torch.bfloat16
    assert Packed.pack(values, "int8").memory == 4 * 64 * 64
    vocabulary = pack_vocabulary(np.ones((8, 64), np.int8), np.ones((8, 2), np.float16), values)
    assert vocabulary.memory == 2 * 72 * 64
    file.write_bytes(storage.write({"w": vocabulary}, "plain"))
    assert storage.read(file)["w"].dtype == torch.bfloat16


@pytest.mark.parametrize("content", [b"", b"12345678", b"\xff" * 64])
def test_what_is_no_safetensors_file_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(BundleError, match="damaged"):
        storage.read(file)


def test_an_unknown_form_is_refused(file: Path) -> None:
    from safetensors.numpy import save

    file.write_bytes(save({"w": np.ones(4, np.float32)}, metadata={"overtone": '{"w": "int3"}'}))
    with pytest.raises(BundleError, match="int3"):
        storage.read(file)
    file.write_bytes(save({"w": np.ones((4, 4), np.int8)}, metadata={"overtone": '{"w": "int8"}'}))
    with pytest.raises(BundleError, match="lacks"):
        storage.read(file)
