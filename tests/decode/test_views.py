"""InstructAny2Pix' picture adapter: views of the whole and of subjects as its released projection gives them."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from engine.bundle import Bundle
from engine.decode.briefing import _kept, _pictures
from engine.decode.components import ADAPTER, ADAPTER_SETTINGS, Components
from engine.decode.latents import Frame
from engine.decode.request import DecodeRequest, Subject
from training import tiny

WIDTH, NORM = 24, 20.0


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Bundles whose adapter has learned views, and has none."""
    home = tmp_path_factory.mktemp("views")
    for name in ("viewed", "plain"):
        tiny.write_decoder(home / name, "sdxl", embedding=WIDTH)
    tensors = load_file(home / "viewed" / ADAPTER)
    generator = torch.Generator().manual_seed(5)
    tensors["image_proj.raw_embed"] = torch.randn(2, 2 * tiny.WIDTH, generator=generator)
    tensors["image_proj.proj.bias"] = torch.randn(4 * 2 * tiny.WIDTH, generator=generator)
    save_file(tensors, home / "viewed" / ADAPTER)
    (home / "viewed" / ADAPTER_SETTINGS).write_text(json.dumps({"norm": NORM}))
    for name in ("viewed", "plain"):
        tiny.write_manifest(home / name)
    return home


def unit(seed: int) -> np.ndarray:
    vector = np.random.default_rng(seed).standard_normal(WIDTH).astype(np.float32)
    return vector / np.linalg.norm(vector)


def published(tensors, whole, local, strength):
    """The released projection: both views projected, the local one mixed with the global, each with its vector."""

    def projected(vector):
        told = functional.linear(vector, tensors["image_proj.proj.weight"], tensors["image_proj.proj.bias"])
        return told.reshape(4, -1)

    views = tensors["image_proj.raw_embed"]
    first, second = projected(whole), projected(local)
    second = (1 - strength) * first + strength * second
    weights = tensors["image_proj.norm.weight"], tensors["image_proj.norm.bias"]
    return [
        functional.layer_norm(each + view, each.shape[1:], *weights)
        for each, view in zip((first, second), views, strict=True)
    ]


def test_whole_and_subject_are_projected_as_released(home):
    parts = Components(Bundle.open("viewed", home))
    tensors = load_file(home / "viewed" / ADAPTER)
    request = DecodeRequest(64, 64, gen=unit(1), subjects=(Subject(unit(2), np.ones((64, 64), np.float32), 0.65),))
    (images,), masks = _pictures(request, parts, Frame.fit(64, 64, 128))
    assert parts.embedding_width == WIDTH
    assert images.shape == (1, 2, WIDTH + 1)
    assert len(masks) == 1
    with torch.inference_mode():
        (tokens,) = parts.base.unet.encoder_hid_proj([images.to(parts.device)])
        (away,) = parts.base.unet.encoder_hid_proj([(images * _kept(images, parts)).to(parts.device)])
    wanted = published(tensors, NORM * torch.from_numpy(unit(1)), NORM * torch.from_numpy(unit(2)), 0.65)
    assert torch.allclose(tokens.cpu()[0], torch.stack(wanted), atol=2e-5)
    zero = torch.zeros(WIDTH)
    assert torch.allclose(away.cpu()[0], torch.stack(published(tensors, zero, zero, 0.65)), atol=2e-5)
    assert not torch.allclose(tokens.cpu()[0, 1], torch.stack(wanted)[0], atol=1e-2)


def test_a_subject_alone_is_a_local_view(home):
    parts = Components(Bundle.open("viewed", home))
    tensors = load_file(home / "viewed" / ADAPTER)
    (images,), _ = _pictures(DecodeRequest(64, 64, subjects=(Subject(unit(2)),)), parts, Frame.fit(64, 64, 128))
    with torch.inference_mode():
        (tokens,) = parts.base.unet.encoder_hid_proj([images.to(parts.device)])
    local = NORM * torch.from_numpy(unit(2))
    assert torch.allclose(tokens.cpu()[0, 0], published(tensors, local, local, 1.0)[1], atol=2e-5)


def test_adapters_without_views_are_as_they_were(home):
    parts = Components(Bundle.open("plain", home))
    request = DecodeRequest(64, 64, gen=unit(1), subjects=(Subject(unit(2)),))
    (images,), _ = _pictures(request, parts, Frame.fit(64, 64, 128))
    assert (parts.embedding_width, parts.tells_subjects, images.shape) == (WIDTH, False, (1, 2, WIDTH))
    assert not (images * _kept(images, parts)).any()
    (none,), _ = _pictures(DecodeRequest(64, 64), parts, Frame.fit(64, 64, 128))
    assert none.shape == (1, 1, WIDTH)
