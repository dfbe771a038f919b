"""Full-size networks with random weights: memory and speed do not depend on what the weights are."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer, LlamaConfig

from engine import quantized
from engine.decode import SETTINGS
from engine.decode.components import ADAPTER, Components
from engine.memory import Form
from engine.networks import Networks, Spot
from training import bench, tiny

EMBEDDING = 1024
UNET, VAE, TEXT = "decoder/unet", "decoder/vae", "decoder/text_encoder"


@dataclass(frozen=True)
class Sizes:
    """The published sizes of SDXL and of a 7B language model, or tiny ones that try the code.

    Attributes
    ----------
    side
        Pixels.
    unet, vae
        Configurations.
    texts
        Of the two text encoders.
    words
        Of the language model.
    """

    side: int
    unet: dict[str, Any]
    vae: dict[str, Any]
    texts: tuple[CLIPTextConfig, CLIPTextConfig]
    words: LlamaConfig

    @classmethod
    def published(cls) -> Sizes:
        """SDXL base and Vicuna 7B."""
        vae = {
            "block_out_channels": (128, 256, 512, 512),
            "down_block_types": ("DownEncoderBlock2D",) * 4,
            "up_block_types": ("UpDecoderBlock2D",) * 4,
            "layers_per_block": 2,
            "latent_channels": 4,
            "sample_size": 1024,
            "scaling_factor": 0.13025,
            "force_upcast": False,
        }
        first = CLIPTextConfig(
            hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, projection_dim=768
        )
        second = CLIPTextConfig(
            hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=20, projection_dim=1280
        )
        return cls(1024, bench.FAMILIES["sdxl"], vae, (first, second), LlamaConfig())

    @classmethod
    def tiny(cls) -> Sizes:
        """The same kinds at a thousandth of the size."""
        texts = (tiny.text_config(), tiny.text_config())
        words = LlamaConfig(
            hidden_size=128, intermediate_size=256, num_hidden_layers=2, num_attention_heads=4, vocab_size=514
        )
        return cls(64, dict(tiny.unet("sdxl").config), dict(tiny.autoencoder().config), texts, words)


@dataclass(eq=False)
class _Files:
    """What a decoder asks of a bundle, without one."""

    sizes: Sizes
    adapter: dict[str, Tensor] = field(default_factory=dict)

    def has(self, path: str) -> bool:
        there = (SETTINGS, ADAPTER, *(f"{folder}/config.json" for folder in (UNET, TEXT, f"{TEXT}_2")))
        return path in there and (path != ADAPTER or bool(self.adapter))

    def names(self, folder: str = "") -> tuple[str, ...]:
        return ()

    def path(self, path: str) -> Path:
        raise FileNotFoundError(path)

    def folder(self, folder: str) -> Path:
        raise FileNotFoundError(folder)

    def tensors(self, path: str) -> dict[str, Tensor]:
        return self.adapter

    def json(self, path: str) -> Any:
        if path == SETTINGS:
            return {"side": self.sizes.side, "zero_empty": True}
        return self.sizes.vae if path == f"{VAE}/config.json" else tiny.SCHEDULE


class RandomComponents(Components):
    """A decoder's networks at given sizes, their weights drawn when they are loaded.

    Parameters
    ----------
    sizes
        Of the networks.
    networks
        Says where they compute and in which form.
    """

    def __init__(self, sizes: Sizes, networks: Networks) -> None:
        self._sizes = sizes
        with torch.device("meta"):
            net = UNet2DConditionModel(**sizes.unet)
        super().__init__(_Files(sizes, tiny.adapter(net, EMBEDDING)), networks)

    @cached_property
    def tells_subjects(self) -> bool:
        """The adapter lies in no file, and tells pictures of subjects from none."""
        return False

    def _tokenizer(self, suffix: str) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            tiny.save_tokenizer(Path(folder))
            return CLIPTokenizer.from_pretrained(folder)

    def _whole(self, kind: Any, folder: str, device: torch.device) -> Any:
        config = self._sizes.vae if kind is AutoencoderKL else self._sizes.unet
        model = filled(lambda: cast(Any, kind).from_config(config), device, self.precision)
        return model.to(memory_format=torch.channels_last)

    def _reader(self, kind: type[CLIPTextModel | CLIPTextModelWithProjection], folder: str, spot: Spot) -> Any:
        config = self._sizes.texts[1 if folder.endswith("_2") else 0]
        return filled(lambda: kind(config), spot.device, self.precision)


def filled(make: Callable[[], nn.Module], device: torch.device, dtype: torch.dtype) -> Any:
    """A network with small random weights, made where it computes."""
    from accelerate import init_empty_weights

    with init_empty_weights(include_buffers=False):
        model = make()
    for part in model.modules():
        for name, weight in part.named_parameters(recurse=False):
            drawn = torch.empty(weight.shape, device=device, dtype=dtype).normal_(std=0.02)
            setattr(part, name, nn.Parameter(drawn, requires_grad=False))
        for name, buffer in part.named_buffers(recurse=False):
            setattr(part, name, buffer.to(device))
    return model.eval()


def language_model(sizes: Sizes, device: torch.device, form: Form) -> Any:
    """A language model in half precision or fewer bits, made layer by layer: it never lies on the card whole."""
    from accelerate import init_empty_weights
    from transformers import LlamaForCausalLM

    dtype = torch.bfloat16
    if form == "half":
        return filled(lambda: LlamaForCausalLM(sizes.words), device, dtype)
    with init_empty_weights(include_buffers=False):
        model = LlamaForCausalLM(sizes.words)
    for part in (
        *model.model.layers,
        model.model.embed_tokens,
        model.model.norm,
        model.lm_head,
        model.model.rotary_emb,
    ):
        for inner in part.modules():
            for name, weight in inner.named_parameters(recurse=False):
                drawn = torch.empty(weight.shape, device=device, dtype=dtype).normal_(std=0.02)
                setattr(inner, name, nn.Parameter(drawn, requires_grad=False))
            for name, buffer in inner.named_buffers(recurse=False):
                setattr(inner, name, buffer.to(device))
        if part in list(model.model.layers):
            quantized.quantize(part, 8 if form == "int8" else 4)
    return model.eval()
