"""Networks in 8 and 4 bits: saved, loaded again, and refused when they do not fit."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel

from engine import quantized
from engine.bundle import Bundle
from engine.bundle.copies import derived
from engine.bundle.manifest import Network
from engine.bundle.quantizing import quantize
from engine.decode.components import Components, load_adapter
from engine.decode.decoder import LatentDecoder
from engine.decode.request import DecodeRequest
from engine.errors import BadInput, BundleError
from engine.memory import MemoryPlan, Placement
from engine.networks import Networks
from training import tiny

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def network() -> UNet2DConditionModel:
    torch.manual_seed(0)
    return tiny.unet("sd15").bfloat16().eval()


@torch.inference_mode()
def answer(network: Any) -> torch.Tensor:
    states = torch.ones(1, 7, tiny.WIDTH, dtype=torch.bfloat16)
    latents = torch.linspace(-1, 1, 1024, dtype=torch.bfloat16).reshape(1, 4, 16, 16)
    return network(latents, torch.tensor(5), encoder_hidden_states=states, return_dict=False)[0]


@pytest.mark.parametrize(("bits", "off"), [(8, 0.05), (4, 0.5)])
def test_a_saved_copy_answers_as_the_one_that_was_saved(network, tmp_path, bits, off):
    coarse = copy.deepcopy(network)
    quantized.quantize(coarse, bits)
    assert quantized.is_quantized(coarse)
    assert not quantized.is_quantized(network)
    quantized.save(coarse, tmp_path)
    loaded = quantized.load(lambda: UNet2DConditionModel.from_config(network.config), tmp_path, torch.bfloat16, CPU)
    assert torch.equal(answer(loaded), answer(coarse))
    right = answer(network).float()
    assert 0 < float((answer(loaded).float() - right).abs().mean() / right.abs().mean()) < off
    assert (tmp_path / quantized.WEIGHTS).stat().st_size < 0.8 * 2 * network.num_parameters()


def test_a_copy_of_another_network_is_refused(network, tmp_path):
    coarse = copy.deepcopy(network)
    quantized.quantize(coarse, 8)
    quantized.save(coarse, tmp_path)
    layers = json.loads((tmp_path / quantized.MAP).read_text())
    layers.pop(next(iter(layers)))
    (tmp_path / quantized.MAP).write_text(json.dumps(layers))
    with pytest.raises(BundleError, match=r"does not fit its network|cannot be loaded"):
        quantized.load(lambda: UNet2DConditionModel.from_config(network.config), tmp_path, torch.bfloat16, CPU)


def test_want_of_memory_is_no_damage(network, tmp_path, monkeypatch):
    def used_up(*_args, **_options):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    coarse = copy.deepcopy(network)
    quantized.quantize(coarse, 8)
    quantized.save(coarse, tmp_path)
    monkeypatch.setattr("safetensors.torch.load_file", used_up)
    with pytest.raises(RuntimeError, match="can't allocate"):
        quantized.load(lambda: UNet2DConditionModel.from_config(network.config), tmp_path, torch.bfloat16, CPU)
    monkeypatch.setattr(network, "_load_ip_adapter_weights", used_up, raising=False)
    with pytest.raises(RuntimeError, match="can't allocate"):
        load_adapter(network, {})


def test_slow_copies_are_not_preferred(tmp_path):
    home = tmp_path / "small"
    folder = home / "decoder" / "unet-int8"
    folder.mkdir(parents=True)
    networks = [Network("unet", "decode", 1, 1, folder="decoder/unet")]
    for seconds, forms in ((1.2, {"decoder/unet": ("int8",)}), (1.4, {})):
        measured = quantized.Measured("cpu", 1.0, seconds, 0.01, "2026-01-01")
        (folder / quantized.MEASURED).write_bytes(measured.to_bytes())
        tiny.write_manifest(home)
        assert quantized.fast_forms(Bundle.open("small", tmp_path), networks) == forms


def test_a_decoder_paints_with_a_network_in_fewer_bits(tmp_path):
    tiny.write_decoder(tmp_path / "small", "sd15")
    tiny.write_manifest(tmp_path / "small")
    bundle = Bundle.open("small", tmp_path)
    request = DecodeRequest(64, 64, "a boat", steps=2)

    def picture(form: Any) -> Any:
        planned = MemoryPlan((Placement("unet", "decoder/unet", False, form, True),))
        return LatentDecoder(Components(bundle, Networks(planned, CPU))).decode(request)

    whole, coarse = picture("half"), picture("int8")
    assert coarse.shape == whole.shape
    assert 0 < abs(coarse - whole).mean() < 0.2


def test_measuring_tells_speed_and_error(network):
    coarse = copy.deepcopy(network)
    quantized.quantize(coarse, 8)
    measured = quantized.measure(lambda: answer(network), lambda: answer(coarse), CPU, "2026-01-01")
    assert measured.half > 0
    assert measured.quantized > 0
    assert 0 < measured.error < 0.05
    assert measured.pays == (measured.ratio <= 1.3)


def test_a_copy_is_kept_in_the_bundle_with_its_measurement(tmp_path):
    tiny.write_decoder(tmp_path / "small", "sd15")
    tiny.write_manifest(tmp_path / "small")
    measured = quantize("small", "decoder/unet", 8, tmp_path)
    bundle = Bundle.open("small", tmp_path)
    bundle.verify()
    assert quantized.Measured.read(bundle.path("decoder/unet-int8/measured.json")) == measured
    assert "in 8 bits" in bundle.manifest.components[-1].origins[0].what
    again = quantize("small", "decoder/text_encoder", 8, tmp_path)
    assert again.error < 0.1
    both = Bundle.open("small", tmp_path)
    assert both.has("decoder/unet-int8/model.safetensors")
    assert both.has("decoder/text_encoder-int8/model.safetensors")
    assert len(derived(bundle.manifest, bundle.manifest.components)) == 1
    with pytest.raises(BadInput, match="no network 'decoder/nothing'"):
        quantize("small", "decoder/nothing", 8, tmp_path)
    with pytest.raises(BadInput, match="denoise or read words"):
        quantize("small", "decoder/vae", 8, tmp_path)
    assert not list(tmp_path.glob("small.partial*"))
