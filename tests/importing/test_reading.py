"""Files from elsewhere: what they claim is checked, and nothing in them runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.errors import BadInput
from engine.importing.reading import index_files, opened
from engine.importing.writing import Planned, write
from training.bars import importing as faulty

BASE = torch.arange(1000, dtype=torch.float32)
WEIGHTS = {
    "view": BASE[10:110].view(10, 10),
    "part": BASE[500:600],
    "number": torch.tensor(7, dtype=torch.int32),
    "turned": torch.arange(12, dtype=torch.bfloat16).view(3, 4).t(),
}


@pytest.mark.parametrize(
    "wrapped", [lambda w: w, lambda w: {"params_ema": w, "params": {}}, lambda w: {"state_dict": w}]
)
def test_pickled_views_of_one_storage_are_read_and_written_bit_for_bit(tmp_path, wrapped):
    torch.save(wrapped({**WEIGHTS, "epoch": 3}), tmp_path / "a.pth")
    with opened([tmp_path / "a.pth"]) as stored:
        assert stored.shapes == {name: tuple(value.shape) for name, value in WEIGHTS.items()}
        tensors = {n: Planned(h.shape, h.dtype, lambda n=n: stored.tensor(n)) for n, h in stored.held.items()}
        written = write(tmp_path / "out" / "a.safetensors", tensors)
    back = load_file(tmp_path / "out" / "a.safetensors")
    assert (tmp_path / "out" / "a.safetensors").stat().st_size == written.size
    assert {n: (v.dtype, v.tolist()) for n, v in back.items()} == {n: (v.dtype, v.tolist()) for n, v in WEIGHTS.items()}


def test_nested_dictionaries_become_flat_names(tmp_path):
    torch.save({"image_proj": {"w": torch.ones(2)}, "ip_adapter": {"1.w": torch.zeros(3)}}, tmp_path / "a.bin")
    with opened([tmp_path / "a.bin"]) as stored:
        assert stored.shapes == {"image_proj.w": (2,), "ip_adapter.1.w": (3,)}


def test_payloads_do_nothing_and_are_refused(tmp_path):
    canary = tmp_path / "canary"
    for path in faulty.payload_files(tmp_path, canary):
        with pytest.raises(BadInput, match="not read"), opened([path]):
            pass
    assert not canary.exists()


@pytest.mark.parametrize("index", range(5))
def test_ten_gigabyte_lies_are_refused(tmp_path, index):
    path = faulty.lying_files(tmp_path)[index]
    assert path.stat().st_size < 20_000
    with pytest.raises(BadInput, match=r"10\.0 GB|damaged|would unpack|claims"), opened([path]):
        pass


def test_cut_and_wrong_files_are_refused(tmp_path):
    for path in (*faulty.cut_files(tmp_path), *faulty.wrong_files(tmp_path)[:3]):
        with pytest.raises(BadInput), opened([path]):
            pass


def test_a_name_in_two_files_is_refused(tmp_path):
    for name in ("a", "b"):
        save_file({"w": torch.zeros(2)}, tmp_path / f"{name}.safetensors")
    with pytest.raises(BadInput, match="w is in two"), opened(index_files(tmp_path)):
        pass


def test_an_index_that_points_elsewhere_is_refused(tmp_path: Path):
    (tmp_path / "model.safetensors.index.json").write_text('{"weight_map": {"w": "../secret.safetensors"}}')
    (tmp_path.parent / "secret.safetensors").write_bytes(b"")
    with pytest.raises(BadInput, match="elsewhere"):
        index_files(tmp_path)
