"""Layouts of Stable Diffusion 1.5 and XL in one file, and of the picture adapters that belong to them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import BadInput
from engine.importing import clip_tokens, ldm
from engine.importing.layouts import Layout, Shape, Slot, joined, kept, optional, shapes_of

if TYPE_CHECKING:
    from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
    from transformers import CLIPTextConfig

Config = Mapping[str, Any]
FIRST = "model.diffusion_model.input_blocks.0.0.weight"
INPAINT = 9  # input channels of a network that fills holes
ADAPTER = "decoder/adapter.safetensors"
TRAINING = 1000  # noise levels
SCHEDULES = (
    "betas", "alphas_cumprod", "alphas_cumprod_prev", "sqrt_alphas_cumprod", "sqrt_one_minus_alphas_cumprod",
    "log_one_minus_alphas_cumprod", "sqrt_recip_alphas_cumprod", "sqrt_recipm1_alphas_cumprod", "posterior_variance",
    "posterior_log_variance_clipped", "posterior_mean_coef1", "posterior_mean_coef2",
)  # fmt: skip
SCHEDULER = {  # Stable Diffusion's, 1.5 and XL
    "_class_name": "DDIMScheduler", "num_train_timesteps": TRAINING, "beta_start": 0.00085, "beta_end": 0.012,
    "beta_schedule": "scaled_linear", "prediction_type": "epsilon", "timestep_spacing": "leading", "steps_offset": 1,
    "set_alpha_to_one": False, "clip_sample": False,
}  # fmt: skip
_WORDS = {"position_ids": (1, clip_tokens.WORDS)}


@dataclass(frozen=True)
class TextShape:
    """Sizes of a CLIP text tower."""

    width: int
    layers: int
    heads: int
    activation: str
    vocabulary: int = 49408


@dataclass(frozen=True)
class Family:
    """A kind of Stable Diffusion.

    Attributes
    ----------
    unet, vae
        What its classes are built with.
    text, text_2
        Its towers.
    side, zero_empty
        As in the decoder's settings.
    """

    unet: Config
    vae: Config
    text: TextShape
    text_2: TextShape | None
    side: int
    zero_empty: bool


_VAE: Config = {
    "block_out_channels": (128, 256, 512, 512),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "layers_per_block": 2,
    "latent_channels": 4,
}
SD15 = Family(
    unet={"cross_attention_dim": 768, "attention_head_dim": 8, "sample_size": 64},
    vae={**_VAE, "sample_size": 512, "scaling_factor": 0.18215},
    text=TextShape(768, 12, 12, "quick_gelu"),
    text_2=None,
    side=512,
    zero_empty=False,
)
SDXL = Family(
    unet={
        "block_out_channels": (320, 640, 1280),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "transformer_layers_per_block": (1, 2, 10),
        "attention_head_dim": (5, 10, 20),
        "cross_attention_dim": 2048,
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
        "sample_size": 128,
    },
    vae={**_VAE, "sample_size": 1024, "scaling_factor": 0.13025, "force_upcast": True},
    text=TextShape(768, 12, 12, "quick_gelu"),
    text_2=TextShape(1280, 32, 20, "gelu"),
    side=1024,
    zero_empty=True,
)
REFINER: Config = {
    **SDXL.unet, "block_out_channels": (384, 768, 1536, 1536),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "transformer_layers_per_block": 4, "attention_head_dim": (6, 12, 24, 24), "cross_attention_dim": 1280,
    "projection_class_embeddings_input_dim": 2560,
}  # fmt: skip
CONTROLS = {  # words in the names of ControlNets to the kind of map that the engine makes for them
    "canny": "edge", "hed": "edge", "softedge": "edge", "edge": "edge", "depth": "depth", "scribble": "sketch",
    "sketch": "sketch", "mask": "mask",
}  # fmt: skip


def unet_of(family: Family, channels: int = 4) -> UNet2DConditionModel:
    """The family's U-Net without memory."""
    import torch
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):
        return UNet2DConditionModel(**{**family.unet, "in_channels": channels})


def vae_of(family: Family) -> AutoencoderKL:
    """The family's autoencoder without memory."""
    import torch
    from diffusers import AutoencoderKL

    with torch.device("meta"):
        return AutoencoderKL(**family.vae)


def _text_config(shape: TextShape) -> CLIPTextConfig:
    from transformers import CLIPTextConfig

    return CLIPTextConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        intermediate_size=4 * shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        projection_dim=shape.width,
        hidden_act=shape.activation,
        # The end mark is found as the highest id, which needs this older number here.
        bos_token_id=shape.vocabulary - 2,
        eos_token_id=shape.vocabulary - 1,
        pad_token_id=1,
    )


def text_shapes(shape: TextShape) -> dict[str, Shape]:
    """Names and shapes of a text tower without projection."""
    import torch
    from transformers import CLIPTextModel

    with torch.device("meta"):
        return shapes_of(CLIPTextModel(_text_config(shape)))


def projected_text_shapes(shape: TextShape) -> dict[str, Shape]:
    """Names and shapes of a text tower with projection."""
    import torch
    from transformers import CLIPTextModelWithProjection

    with torch.device("meta"):
        return shapes_of(CLIPTextModelWithProjection(_text_config(shape)))


def checkpoint_layout(family: Family, shapes: Mapping[str, Shape]) -> Layout:
    """What a single file of the family holds; one with nine input channels fills the decoder's inpaint network."""
    first = shapes.get(FIRST, (0, 4))
    channels = first[1] if len(first) > 1 else 4
    folder = "inpaint" if channels == INPAINT else "unet"
    weights = "diffusion_pytorch_model.safetensors"
    unet = ldm.unet_slots(
        shapes_of(unet_of(family, INPAINT if channels == INPAINT else 4)), f"decoder/{folder}/{weights}"
    )
    vae = ldm.vae_slots(shapes_of(vae_of(family)), f"decoder/vae/{weights}")
    first_text = "cond_stage_model." if family.text_2 is None else "conditioner.embedders.0."
    text = kept(
        text_shapes(family.text), "decoder/text_encoder/model.safetensors", f"{first_text}transformer.text_model.",
        "text_model.",
    )  # fmt: skip
    parts = [unet, vae, text, optional(_WORDS, f"{first_text}transformer.text_model.embeddings.")]
    if family.text_2 is None:
        parts += [optional(dict.fromkeys(SCHEDULES, (TRAINING,))), optional({"model_ema.decay": ()})]
        parts += [optional({"model_ema.num_updates": ()})]
    else:
        second = projected_text_shapes(family.text_2)
        parts.append(
            ldm.open_clip_slots(second, "decoder/text_encoder_2/model.safetensors", "conditioner.embedders.1.model.")
        )
    return joined(parts)


def checkpoint_files(family: Family, shapes: Mapping[str, Shape]) -> dict[str, bytes]:
    """The small files of a decoder beside its weights."""
    inpaint = shapes.get(FIRST, (0, 4))[1:2] == (INPAINT,)
    towers = [("", family.text, clip_tokens.END)]
    if family.text_2 is not None:
        towers.append(("_2", family.text_2, "!"))
    out = {
        f"decoder/{'inpaint' if inpaint else 'unet'}/config.json": _bytes(
            unet_of(family, INPAINT if inpaint else 4).to_json_string()
        ),
        "decoder/vae/config.json": _bytes(vae_of(family).to_json_string()),
        "decoder/scheduler/scheduler_config.json": _json(SCHEDULER),
        "decoder/decoder.json": _json({"side": family.side, "zero_empty": family.zero_empty}),
    }
    for suffix, shape, pad in towers:
        out[f"decoder/text_encoder{suffix}/config.json"] = _bytes(_text_config(shape).to_json_string(use_diff=False))
        out |= {f"decoder/tokenizer{suffix}/{name}": content for name, content in clip_tokens.files(pad).items()}
    return out


def _bytes(text: str) -> bytes:
    return text.encode()


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode()


def refiner_of(sizes: Config) -> UNet2DConditionModel:
    """Stable Diffusion XL's refiner without memory."""
    import torch
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):
        return UNet2DConditionModel(**sizes)


def refiner_layout(family: Family, sizes: Config, _shapes: Mapping[str, Shape], _config: Config) -> Layout:
    """What the refiner's single file holds; its autoencoder and its text tower are the base's own."""
    weights = "decoder/refiner/diffusion_pytorch_model.safetensors"
    unet = ldm.unet_slots(shapes_of(refiner_of(sizes)), weights)
    parts = [ldm.vae_slots(shapes_of(vae_of(family)), "")]
    if family.text_2 is not None:
        parts.append(ldm.open_clip_slots(projected_text_shapes(family.text_2), "", "conditioner.embedders.0.model."))
    beside = {name: Slot(slot.shape, needed=False) for part in parts for name, slot in part.items()}
    return joined([unet, beside])


def refiner_files(sizes: Config, _shapes: Mapping[str, Shape], _config: Config) -> dict[str, bytes]:
    """The refiner's configuration."""
    return {"decoder/refiner/config.json": _bytes(refiner_of(sizes).to_json_string())}


def autoencoder_layout(family: Family, _shapes: Mapping[str, Shape], _config: Config) -> Layout:
    """An autoencoder alone, to take the place of a bundle's."""
    weights = "decoder/vae/diffusion_pytorch_model.safetensors"
    return ldm.vae_slots(shapes_of(vae_of(family)), weights, "")


def controlnet_of(family: Family) -> ControlNetModel:
    """A ControlNet for the family's U-Net without memory."""
    import torch
    from diffusers import ControlNetModel

    with torch.device("meta"):
        return ControlNetModel.from_unet(unet_of(family), load_weights_from_unet=False)


def control_of(name: str) -> str:
    """The kind of map that a ControlNet reads, from the name of its file; empty when it is none of the engine's."""
    words = re.split(r"[^a-z0-9]+", name.lower())
    return next((kind for word, kind in CONTROLS.items() if any(each.startswith(word) for each in words)), "")


def controlnet_layout(family: Family, shapes: Mapping[str, Shape], config: Config) -> Layout:
    """What a ControlNet's single file holds, in its authors' names or in diffusers'."""
    file = f"decoder/controlnet-{_control(config)}/diffusion_pytorch_model.safetensors"
    wanted = shapes_of(controlnet_of(family))
    published = any(name.startswith("control_model.") for name in shapes)
    return ldm.control_slots(wanted, file) if published else kept(wanted, file)


def controlnet_files(family: Family, _shapes: Mapping[str, Shape], config: Config) -> dict[str, bytes]:
    """The ControlNet's configuration."""
    return {f"decoder/controlnet-{_control(config)}/config.json": _bytes(controlnet_of(family).to_json_string())}


def _control(config: Config) -> str:
    control = control_of(str(config.get("file", "")))
    if not control:
        raise BadInput(
            f"{config.get('file', 'The ControlNet')} reads a kind of map that the engine does not make.",
            f"Used are ControlNets with one of these words in the name: {', '.join(CONTROLS)}.",
        )
    return control


def adapter_files(norm: float, _shapes: Mapping[str, Shape], _config: Config) -> dict[str, bytes]:
    """Of what norm the embeddings are that the adapter was trained with."""
    return {"decoder/adapter.json": _json({"norm": norm})}


def adapter_layout(family: Family, embedding: int, views: int = 0) -> Layout:
    """What a picture adapter holds: a projection to four tokens, and a key and a value map for each cross-attention.

    The maps are numbered as the U-Net's attention layers are when it is walked down, up and through the middle last.

    Parameters
    ----------
    family
        Of the U-Net.
    embedding
        D of the picture embeddings.
    views
        How many learned vectors tell global from local pictures (InstructAny2Pix has two).
    """
    unet = unet_of(family)
    width = family.unet["cross_attention_dim"]
    shapes: dict[str, Shape] = {
        "image_proj.proj.weight": (4 * width, embedding),
        "image_proj.proj.bias": (4 * width,),
        "image_proj.norm.weight": (width,),
        "image_proj.norm.bias": (width,),
    }
    if views:
        shapes["image_proj.raw_embed"] = (views, width)
    for index, name in enumerate(unet.attn_processors):
        if name.endswith("attn2.processor"):
            hidden = unet.get_parameter(f"{name.removesuffix('.processor')}.to_q.weight").shape[0]
            shapes |= {f"ip_adapter.{index}.to_{part}_ip.weight": (hidden, width) for part in ("k", "v")}
    return kept(shapes, ADAPTER)
