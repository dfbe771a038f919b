"""A decoder as its stages train it, and what the engine makes of what they write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.bundle import Bundle
from engine.decode.components import Components
from engine.decode.conditions import Condition
from engine.decode.decoder import LatentDecoder
from engine.decode.patches import PatchTransform
from engine.decode.request import DecodeRequest
from engine.errors import BadInput
from engine.networks import Networks
from training import tiny
from training.decode.base import EMBEDDING, LEAST_NOISE, Base, published

CPU = torch.device("cpu")


def opened(home: Path) -> LatentDecoder:
    """The decoder of the bundle ``own``."""
    return LatentDecoder(Components(Bundle.open("own", home), Networks(device=CPU)))


def told(base: Base, count: int) -> Condition:
    """A condition of some samples without any picture."""
    width = base.embedding
    images = () if width is None else (torch.zeros(count, 1, width),)
    return Condition(base.words([""] * count).states, images=images)


def test_patches_lose_nothing_and_leave_noise_white():
    pictures = torch.rand(2, 3, 24, 40, generator=torch.Generator().manual_seed(0))
    patches = PatchTransform()
    latents = patches.encode(pictures).latent_dist.mode()
    assert latents.shape == (2, 192, 3, 5)
    assert torch.allclose(patches.decode(latents)[0], pictures, atol=1e-6)
    assert latents.square().sum().item() == pytest.approx(pictures.square().sum().item(), rel=1e-5)
    # The first wave of each colour is eight times the patch's mean.
    means = torch.nn.functional.avg_pool2d(pictures, 8)
    assert torch.allclose(latents[:, ::64], 8 * means, atol=1e-5)


@pytest.mark.parametrize("paints", [False, True])
def test_a_fresh_decoder_is_written_as_the_engine_reads_it(tmp_path: Path, paints: bool):
    base = Base.fresh(0, paints=paints)
    assert sum(each.numel() for each in base.unet.parameters()) < 5e6
    tiny.awake(base.unet)
    Base.fresh(1).export(tmp_path / "own")
    base.export(tmp_path / "own", paints=paints)
    tiny.write_manifest(tmp_path / "own")
    decoder = opened(tmp_path)
    assert (decoder.embedding_width, decoder.reads_words) == (EMBEDDING, False)
    random = np.random.default_rng(0)
    draft, gen = random.random((96, 128, 3), np.float32), random.normal(size=EMBEDDING).astype(np.float32)
    mask = np.zeros((96, 128), np.float32)
    mask[32:64, 32:96] = 1
    request = DecodeRequest(128, 96, draft=draft, mask=mask, way="draft", gen=gen, steps=3)
    made, other = (
        decoder.decode(each)
        for each in (request, DecodeRequest(128, 96, draft=draft, mask=mask, way="draft", gen=-gen, steps=3))
    )
    assert made.shape == draft.shape
    assert np.isfinite(made).all()
    assert np.abs(made - other)[mask > 0].mean() > 1e-4  # the embedding is read
    if not paints:
        assert np.allclose(made[mask == 0], draft[mask == 0], atol=1e-5)  # what stays has lost nothing
    with pytest.raises(BadInput, match="reads no words"):
        decoder.decode(DecodeRequest(128, 96, draft=draft, way="rewrite", source_prompt="a", prompt="b"))


def test_the_loss_is_of_the_velocity_that_a_predicted_picture_says():
    base = Base.fresh(0)
    generator = torch.Generator().manual_seed(0)
    latents, noise = (torch.randn(4, 192, 4, 4, generator=generator) for _ in range(2))
    chance = torch.tensor([0.0, 0.4, 0.7, 1.0])
    made, wanted = base.predicted(latents, noise, chance, told(base, 4))
    assert made.abs().max() == 0  # the last layer begins at zero
    assert torch.equal(wanted, latents)
    signal, grain = base.shares(chance)
    velocity = signal * noise - grain * latents
    said = signal * noise + (signal**2 / grain) * latents  # of the same noised latents, with a black picture
    errors = base.errors(latents, noise, chance, told(base, 4))
    assert torch.allclose(errors[1:], (velocity - said).square()[1:], rtol=1e-3, atol=1e-4)
    assert torch.allclose(errors[0], latents[0].square() / LEAST_NOISE)
    assert base.loss(latents, noise, chance, told(base, 4)) == errors.mean()
    assert (signal[3].item(), grain[3].item()) == pytest.approx((0, 1), abs=1e-3)  # no signal is left at the end


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
def test_networks_of_other_families_keep_their_own_target(prediction: str):
    base = replace(Base.fresh(0), schedule={**tiny.SCHEDULE, "prediction_type": prediction})
    generator = torch.Generator().manual_seed(0)
    latents, noise = (torch.randn(4, 192, 4, 4, generator=generator) for _ in range(2))
    assert base.loss(latents, noise, torch.linspace(0, 1, 4), told(base, 4)).item() == pytest.approx(1, abs=0.05)


def test_a_bundles_decoder_is_trained_with_its_adapter_and_becomes_an_inpainter_without_effect(tmp_path: Path):
    tiny.write_decoder(tmp_path / "own", "sd15", embedding=24, context=True)
    tiny.write_manifest(tmp_path / "own")
    base = Base.of(Bundle.open("own", tmp_path))
    assert base.embedding == 24
    assert base.context is not None
    assert base.adapter_names
    assert set(base.own_names) | set(base.adapter_names) == {name for name, _ in base.unet.named_parameters()}
    paints = Base.of(Bundle.open("own", tmp_path), paints=True)
    latents = torch.randn(2, 4, 16, 16, generator=torch.Generator().manual_seed(0))
    extra = torch.randn(2, 5, 16, 16, generator=torch.Generator().manual_seed(1))
    condition = told(base, 2)
    plain = base.network(latents, torch.tensor(500), condition)
    assert torch.allclose(paints.network(latents, torch.tensor(500), replace(condition, extra=extra)), plain, atol=1e-5)
    again = published(base.unet)
    stored = Bundle.open("own", tmp_path).tensors("decoder/adapter.safetensors")
    assert again.keys() == stored.keys()
    assert all(torch.equal(again[name], stored[name]) for name in stored)


def test_words_of_unlike_length_make_one_batch(tmp_path: Path):
    tiny.write_decoder(tmp_path / "own", "sdxl")
    tiny.write_manifest(tmp_path / "own")
    base = Base.of(Bundle.open("own", tmp_path))
    prompt = base.words(["short", "long " * 40])
    assert prompt.states.shape == (2, 77 * 3, 2 * tiny.WIDTH)  # single bytes are tokens here
    assert prompt.pooled is not None
    assert base.sizes(prompt) is not None
    assert torch.equal(prompt.states[:1, :77], base.text.encode("short").states)
