"""The networks at published size have the names, shapes and counts of the released files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.errors import BadInput, BundleError
from engine.restore.network import DiffRIR, Teacher
from engine.restore.published import read
from engine.restore.shape import RestorerShape
from engine.restore.stored import assemble, describe, read_shapes, tensors_of
from tests.restore import tiny

PUBLISHED = Path(__file__).parent / "published"


def table(scale: int, stage: int) -> dict[str, str]:
    text = gzip.decompress((PUBLISHED / f"x{scale}_s{stage}.tsv.gz").read_bytes()).decode()
    return dict(line.split("\t") for line in text.splitlines())


def layout(state: dict[str, Tensor]) -> dict[str, str]:
    return {name: "x".join(map(str, value.shape)) or "scalar" for name, value in state.items()}


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize(("stage", "kind", "keys"), [(1, Teacher, 547), (2, DiffRIR, 615)])
def test_names_and_shapes_are_the_published_ones_in_their_order(scale, stage, kind, keys):
    with torch.device("meta"):
        own = layout(kind(RestorerShape(scale)).state_dict())
    published = table(scale, stage)
    assert len(published) == keys
    assert list(own.items()) == list(published.items())


def test_counts_at_published_size():
    with torch.device("meta"):
        network = DiffRIR(RestorerShape())
    counts = {name: sum(value.numel() for value in module.parameters()) for name, module in network.named_children()}
    assert counts["G"] == 23_512_710
    assert counts["condition"] == 1_368_256
    assert counts["denoise"] == 197_376
    assert sum(value.numel() for value in network.state_dict().values()) == 26_644_022
    assert sum(value.numel() for value in network.parameters()) == 25_078_342


def test_seeing_the_mask_widens_only_the_first_layers():
    with torch.device("meta"):
        blind = layout(DiffRIR(RestorerShape(2)).state_dict())
        seeing = layout(DiffRIR(RestorerShape(2, sees_mask=True)).state_dict())
    assert {name: (blind[name], seeing[name]) for name in blind if blind[name] != seeing[name]} == {
        "G.patch_embed.proj.weight": ("64x60x3x3", "64x76x3x3"),
        "condition.E.0.weight": ("64x60x3x3", "64x76x3x3"),
        "diffusion.condition.E.0.weight": ("64x60x3x3", "64x76x3x3"),
    }


@pytest.fixture(scope="module")
def released() -> dict[str, Tensor]:
    """A state dict of the released layout at ×2."""
    torch.manual_seed(0)
    return DiffRIR(RestorerShape(2)).state_dict()


def test_a_released_file_is_read_through_its_wrappers(released):
    network = read({"params": {}, "params_ema": {f"module.{name}": value for name, value in released.items()}})
    assert network.shape == RestorerShape(2)
    own = network.state_dict()
    assert own.keys() == released.keys()
    assert all(torch.equal(own[name], released[name]) for name in released)
    assert read({"params": released}).shape.scale == 2


def test_wrong_released_files_are_refused_by_name(released):
    without = {name: value for name, value in released.items() if name != "G.latent.0.attn.temperature"}
    with pytest.raises(BadInput, match=r"lacks G\.latent\.0\.attn\.temperature"):
        read(without)
    with pytest.raises(BadInput, match=r"unexpected E\.0\.weight"):
        read({**released, "E.0.weight": torch.zeros(1)})
    with pytest.raises(BadInput, match=r"another shape denoise\.resmlp\.0\.bias"):
        read({**released, "denoise.resmlp.0.bias": torch.zeros(3)})
    with pytest.raises(BadInput, match=r"diffusion\.model\.resmlp\.0\.bias is not what"):
        read({**released, "diffusion.model.resmlp.0.bias": torch.zeros(256)})
    with pytest.raises(BadInput, match=r"noise schedule \(diffusion\.betas\)"):
        read({**released, "diffusion.betas": torch.full((4,), 0.5)})
    with pytest.raises(BadInput, match="width"):
        read({"state_dict": {}})


def test_what_a_bundle_stores_comes_back():
    networks = {1: tiny.network(1), 4: tiny.network(4)}
    shapes = read_shapes(describe(network.shape for network in networks.values()))
    assert shapes == (tiny.shape(1), tiny.shape(4))
    tensors = tensors_of(networks)
    assert not any("diffusion" in name for name in tensors)
    back = assemble(shapes, tensors)
    for scale, network in networks.items():
        own, other = network.state_dict(), back[scale].state_dict()
        assert all(torch.equal(own[name], other[name]) for name in own)


def test_wrong_stored_weights_are_refused_by_name():
    tensors = tensors_of({1: tiny.network()})
    missing = {name: value for name, value in tensors.items() if name != "x1.G.tail.1.bias"}
    with pytest.raises(BundleError, match=r"lacks x1\.G\.tail\.1\.bias and has the unknown x2\.a"):
        assemble([tiny.shape()], {**missing, "x2.a": torch.zeros(1)})
    with pytest.raises(BundleError, match=r"another shape x1\.G\.tail\.1\.bias"):
        assemble([tiny.shape()], {**tensors, "x1.G.tail.1.bias": torch.zeros(4)})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dimension": 3}, "dimension"),
        ({"scale": 3}, "scale must be"),
        ({"heads": [1, 2, 4, 7]}, "heads"),
        ({"blocks": [1, 1]}, "blocks"),
    ],
)
def test_wrong_sizes_are_refused(change, says):
    described = describe([tiny.shape()])
    with pytest.raises(BundleError, match=says):
        read_shapes([described[0] | change])
    with pytest.raises(BundleError, match="each once"):
        read_shapes(described * 2)
