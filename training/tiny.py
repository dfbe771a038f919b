"""Decoders of the real classes with tiny random weights: seconds to make, a few megabytes, and every code path runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from diffusers import AutoencoderKL, ControlNetModel, DDIMScheduler, UNet2DConditionModel
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection
from transformers.convert_slow_tokenizer import bytes_to_unicode

from engine.bundle.manifest import NAME, Component, Entry, Manifest, Origin, sha256_of
from engine.decode.components import ADAPTER, CONTEXT, CONTROL, FOLDER, SETTINGS
from engine.decode.context import ContextAttention

Family = Literal["sd15", "sdxl"]
WIDTH = 32  # channels of the text states of one tower
SCHEDULE = {  # Stable Diffusion's, all versions
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "epsilon",
    "timestep_spacing": "leading",
    "steps_offset": 1,
    "set_alpha_to_one": False,
    "clip_sample": False,
}
ORIGIN = Origin("random weights", "CC0-1.0", "training/tiny.py")


def unet(family: Family, channels: int = 4, refiner: bool = False) -> UNet2DConditionModel:
    """A U-Net of some hundred thousand parameters with the family's kinds of block and conditions."""
    common: dict[str, Any] = {
        "sample_size": 16,
        "in_channels": channels,
        "block_out_channels": (32, 64),
        "layers_per_block": 1,
        "down_block_types": ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        "cross_attention_dim": WIDTH,
        "attention_head_dim": 4,
        "norm_num_groups": 8,
    }
    if family == "sdxl":
        ids = 5 if refiner else 6
        common |= {
            "cross_attention_dim": WIDTH if refiner else 2 * WIDTH,
            "attention_head_dim": (2, 4),
            "use_linear_projection": True,
            "transformer_layers_per_block": (1, 2),
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 8,
            "projection_class_embeddings_input_dim": WIDTH + ids * 8,
        }
    return UNet2DConditionModel(**common)


def autoencoder() -> AutoencoderKL:
    """Eight times smaller in each direction, four channels."""
    blocks = 4
    config: dict[str, Any] = {
        "block_out_channels": (8, 8, 16, 16),
        "down_block_types": ("DownEncoderBlock2D",) * blocks,
        "up_block_types": ("UpDecoderBlock2D",) * blocks,
        "latent_channels": 4,
        "norm_num_groups": 4,
        "sample_size": 128,
    }
    return AutoencoderKL(**config)


def text_config() -> CLIPTextConfig:
    """CLIP's text tower at 32 channels and 3 layers, over single bytes."""
    return CLIPTextConfig(
        vocab_size=514,
        hidden_size=WIDTH,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=77,
        projection_dim=WIDTH,
        bos_token_id=512,
        eos_token_id=513,
        pad_token_id=513,
    )


def save_tokenizer(folder: Path) -> None:
    """CLIP's tokenizer with a vocabulary of bytes and no merges."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = list(bytes_to_unicode().values())
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "pad_token": "<|endoftext|>"})
    )


def adapter(net: UNet2DConditionModel, embedding: int, tokens: int = 4) -> dict[str, Tensor]:
    """Random weights of an image adapter for a U-Net, in IP-Adapter's published layout."""
    width: int = net.config["cross_attention_dim"]
    tensors = {
        "image_proj.proj.weight": torch.randn(tokens * width, embedding) / embedding**0.5,
        "image_proj.proj.bias": torch.zeros(tokens * width),
        "image_proj.norm.weight": torch.ones(width),
        "image_proj.norm.bias": torch.zeros(width),
    }
    for index, name in enumerate(net.attn_processors):
        if name.endswith("attn2.processor"):
            hidden = net.get_parameter(f"{name.removesuffix('.processor')}.to_q.weight").shape[0]
            for part in ("k", "v"):
                tensors[f"ip_adapter.{index}.to_{part}_ip.weight"] = torch.randn(hidden, width) / width**0.5
    return tensors


def awake(module: nn.Module) -> None:
    """Give a module random weights where training would start from zero, so that it has an effect."""
    for parameter in module.parameters():
        if not parameter.any():
            nn.init.normal_(parameter, std=0.1)


def write_decoder(
    root: Path,
    family: Family,
    *,
    seed: int = 0,
    embedding: int | None = None,
    inpaint: bool = False,
    refiner: bool = False,
    controls: Sequence[str] = (),
    context: bool = False,
    precision: str = "float32",
) -> None:
    """Write a decoder's folders under ``root`` as :mod:`engine.decode.components` reads them.

    Parameters
    ----------
    root
        The bundle's folder.
    family
        SD 1.5 or SDXL.
    seed
        Of the weights.
    embedding
        Width of the picture embeddings that it understands; nothing for no adapter.
    inpaint, refiner, controls, context
        Which further networks there are.
    precision
        That the networks compute in.
    """
    torch.manual_seed(seed)
    folder = root / FOLDER
    base = unet(family)
    base.save_pretrained(folder / "unet")
    autoencoder().save_pretrained(folder / "vae")
    CLIPTextModel(text_config()).save_pretrained(folder / "text_encoder")
    save_tokenizer(folder / "tokenizer")
    if family == "sdxl":
        CLIPTextModelWithProjection(text_config()).save_pretrained(folder / "text_encoder_2")
        save_tokenizer(folder / "tokenizer_2")
    if inpaint:
        unet(family, channels=9).save_pretrained(folder / "inpaint")
    if refiner:
        unet(family, refiner=True).save_pretrained(folder / "refiner")
    for kind in controls:
        net = ControlNetModel.from_unet(base, conditioning_channels=3)
        awake(net)
        net.save_pretrained(folder / f"{CONTROL}{kind}")
    if embedding is not None:
        save_file(adapter(base, embedding), root / ADAPTER)
    if context:
        attention = ContextAttention.for_unet(base)
        awake(attention)
        save_file(attention.tensors(), root / CONTEXT)
    DDIMScheduler(**SCHEDULE).save_pretrained(folder / "scheduler")
    settings = {"side": 128, "zero_empty": family == "sdxl", "precision": precision}
    (root / SETTINGS).write_text(json.dumps(settings))


def write_manifest(root: Path, extends: str = "") -> None:
    """Write ``bundle.json`` over the files that lie under ``root``, a component for each folder."""
    components = []
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        entries = tuple(
            Entry(path.relative_to(root).as_posix(), sha256_of(path), path.stat().st_size) for path in files
        )
        memory = sum(entry.size for entry in entries)
        components.append(Component(folder.name, "", memory, (ORIGIN,), entries))
    manifest = Manifest(root.name, "tiny", tuple(components), extends)
    (root / NAME).write_bytes(manifest.to_bytes())
