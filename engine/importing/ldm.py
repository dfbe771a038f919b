"""Names in single-file Stable Diffusion checkpoints of what diffusers' classes hold.

The published names follow from the classes' own structure: the U-Net's blocks are counted through, the autoencoder's
up blocks are counted from the other end, and the second text tower has OpenCLIP's names with its three projections in
one matrix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from engine.importing.layouts import Shape, Slot, Target

_RESNET = (
    ("in_layers.0", "norm1"),
    ("in_layers.2", "conv1"),
    ("emb_layers.1", "time_emb_proj"),
    ("out_layers.0", "norm2"),
    ("out_layers.3", "conv2"),
    ("skip_connection", "conv_shortcut"),
)
_UNET_ENDS = (
    ("time_embed.0", "time_embedding.linear_1"),
    ("time_embed.2", "time_embedding.linear_2"),
    ("label_emb.0.0", "add_embedding.linear_1"),
    ("label_emb.0.2", "add_embedding.linear_2"),
    ("input_blocks.0.0", "conv_in"),
    ("out.0", "conv_norm_out"),
    ("out.2", "conv_out"),
)
_CONTROL_ENDS = (
    *(end for end in _UNET_ENDS if not end[0].startswith("out.")),
    ("input_hint_block.0", "controlnet_cond_embedding.conv_in"),
    *((f"input_hint_block.{2 * at + 2}", f"controlnet_cond_embedding.blocks.{at}") for at in range(6)),
    ("input_hint_block.14", "controlnet_cond_embedding.conv_out"),
    ("middle_block_out.0", "controlnet_mid_block"),
)
_OPEN_CLIP = (
    ("ln_1", "layer_norm1"),
    ("ln_2", "layer_norm2"),
    ("mlp.c_fc", "mlp.fc1"),
    ("mlp.c_proj", "mlp.fc2"),
    ("attn.out_proj", "self_attn.out_proj"),
)


def unet_names(shapes: Mapping[str, Shape]) -> dict[str, str]:
    """Diffusers' name of every tensor of a U-Net to its published one, without ``model.diffusion_model.``."""
    return _names(shapes, _UNET_ENDS)


def _names(shapes: Mapping[str, Shape], ends: Sequence[tuple[str, str]]) -> dict[str, str]:
    heads: dict[str, str] = {theirs: ours for ours, theirs in ends}
    heads |= _down_heads(shapes) | _up_heads(shapes)
    heads |= {"mid_block.resnets.0": "middle_block.0", "mid_block.resnets.1": "middle_block.2"}
    heads |= {"mid_block.attentions.0": "middle_block.1"}
    out = {}
    for name in shapes:
        head = next(head for head in _prefixes(name) if head in heads)
        rest = name[len(head) :]
        if ".resnets." in f".{head}":
            rest = next(f".{theirs}{rest[len(own) + 1 :]}" for theirs, own in _RESNET if rest.startswith(f".{own}."))
        out[name] = heads[head] + rest
    return out


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        yield ".".join(parts[:count])


def _numbered(shapes: Mapping[str, Shape], pattern: str) -> list[int]:
    found = {int(match[1]) for name in shapes if (match := re.match(pattern, name))}
    return sorted(found)


def _has(shapes: Mapping[str, Shape], head: str) -> bool:
    return any(name.startswith(f"{head}.") for name in shapes)


def _down_heads(shapes: Mapping[str, Shape]) -> dict[str, str]:
    heads, place = {}, 1
    for block in _numbered(shapes, r"down_blocks\.(\d+)\."):
        here = f"down_blocks.{block}"
        for layer in _numbered(shapes, rf"down_blocks\.{block}\.resnets\.(\d+)\."):
            heads[f"{here}.resnets.{layer}"] = f"input_blocks.{place}.0"
            if _has(shapes, f"{here}.attentions.{layer}"):
                heads[f"{here}.attentions.{layer}"] = f"input_blocks.{place}.1"
            place += 1
        if _has(shapes, f"{here}.downsamplers.0"):
            heads[f"{here}.downsamplers.0.conv"] = f"input_blocks.{place}.0.op"
            place += 1
    return heads


def _up_heads(shapes: Mapping[str, Shape]) -> dict[str, str]:
    heads, place = {}, 0
    for block in _numbered(shapes, r"up_blocks\.(\d+)\."):
        here = f"up_blocks.{block}"
        layers = _numbered(shapes, rf"up_blocks\.{block}\.resnets\.(\d+)\.")
        for layer in layers:
            heads[f"{here}.resnets.{layer}"] = f"output_blocks.{place}.0"
            attends = _has(shapes, f"{here}.attentions.{layer}")
            if attends:
                heads[f"{here}.attentions.{layer}"] = f"output_blocks.{place}.1"
            if layer == layers[-1] and _has(shapes, f"{here}.upsamplers.0"):
                heads[f"{here}.upsamplers.0.conv"] = f"output_blocks.{place}.{2 if attends else 1}.conv"
            place += 1
    return heads


def unet_slots(shapes: Mapping[str, Shape], file: str, head: str = "model.diffusion_model.") -> dict[str, Slot]:
    """Slots of a U-Net in a single file."""
    names = unet_names(shapes)
    return {f"{head}{names[name]}": Slot(shape, (Target(file, name),)) for name, shape in shapes.items()}


def control_slots(shapes: Mapping[str, Shape], file: str, head: str = "control_model.") -> dict[str, Slot]:
    """Slots of a ControlNet in a single file, whose blocks are those of its U-Net's way down."""
    zero = _numbered(shapes, r"controlnet_down_blocks\.(\d+)\.")
    ends = (*_CONTROL_ENDS, *((f"zero_convs.{at}.0", f"controlnet_down_blocks.{at}") for at in zero))
    names = _names(shapes, ends)
    return {f"{head}{names[name]}": Slot(shape, (Target(file, name),)) for name, shape in shapes.items()}


def vae_slots(shapes: Mapping[str, Shape], file: str, head: str = "first_stage_model.") -> dict[str, Slot]:
    """Slots of an autoencoder in a single file; its attention's matrices are published as 1 × 1 convolutions."""
    ups = len(_numbered(shapes, r"decoder\.up_blocks\.(\d+)\."))
    out = {}
    for name, shape in shapes.items():
        published, wide = _vae_name(name, ups), None
        attends = ".attentions." in name and len(shape) == 2
        if attends:
            wide = (*shape, 1, 1)
        target = Target(file, name, shape=shape if attends else None)
        out[f"{head}{published}"] = Slot(wide or shape, (target,))
    return out


def _vae_name(name: str, ups: int) -> str:
    for pattern, published in (
        (r"(en|de)coder\.mid_block\.resnets\.(\d)\.(.+)", lambda m: f"{m[1]}coder.mid.block_{int(m[2]) + 1}.{m[3]}"),
        (r"(en|de)coder\.mid_block\.attentions\.0\.(.+)", lambda m: f"{m[1]}coder.mid.attn_1.{_vae_attention(m[2])}"),
        (r"encoder\.down_blocks\.(\d)\.resnets\.(\d)\.(.+)", lambda m: f"encoder.down.{m[1]}.block.{m[2]}.{m[3]}"),
        (r"encoder\.down_blocks\.(\d)\.downsamplers\.0\.(.+)", lambda m: f"encoder.down.{m[1]}.downsample.{m[2]}"),
        (
            r"decoder\.up_blocks\.(\d)\.resnets\.(\d)\.(.+)",
            lambda m: f"decoder.up.{ups - 1 - int(m[1])}.block.{m[2]}.{m[3]}",
        ),
        (
            r"decoder\.up_blocks\.(\d)\.upsamplers\.0\.(.+)",
            lambda m: f"decoder.up.{ups - 1 - int(m[1])}.upsample.{m[2]}",
        ),
        (r"(en|de)coder\.conv_norm_out\.(.+)", lambda m: f"{m[1]}coder.norm_out.{m[2]}"),
    ):
        match = re.fullmatch(pattern, name)
        if match:
            return published(match).replace("conv_shortcut", "nin_shortcut")
    return name


def _vae_attention(rest: str) -> str:
    part, _, kind = rest.rpartition(".")
    return {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}[part] + f".{kind}"


def open_clip_slots(shapes: Mapping[str, Shape], file: str, head: str) -> dict[str, Slot]:
    """Slots of a CLIP text tower with projection that is published under OpenCLIP's names."""
    out: dict[str, Slot] = {}
    ends = {
        "text_model.embeddings.token_embedding.weight": "token_embedding.weight",
        "text_model.embeddings.position_embedding.weight": "positional_embedding",
        "text_model.final_layer_norm.weight": "ln_final.weight",
        "text_model.final_layer_norm.bias": "ln_final.bias",
    }
    for name, shape in shapes.items():
        if name in ends:
            out[f"{head}{ends[name]}"] = Slot(shape, (Target(file, name),))
        elif name == "text_projection.weight":
            out[f"{head}text_projection"] = Slot(shape[::-1], (Target(file, name, turned=True),))
        else:
            match = re.fullmatch(r"text_model\.encoder\.layers\.(\d+)\.(.+)\.(weight|bias)", name)
            assert match, name
            layer, part, kind = f"{head}transformer.resblocks.{match[1]}.", match[2], match[3]
            if part in ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"):
                place = "qkv".index(part[10])
                fused = f"{layer}attn.in_proj_{kind}"
                width = shape[0]
                target = Target(file, name, (place * width, (place + 1) * width))
                before = out.get(fused, Slot((3 * width, *shape[1:]))).targets
                out[fused] = Slot((3 * width, *shape[1:]), (*before, target))
            else:
                theirs = next(theirs for theirs, own in _OPEN_CLIP if own == part)
                out[f"{layer}{theirs}.{kind}"] = Slot(shape, (Target(file, name),))
    out[f"{head}logit_scale"] = Slot((), needed=False)
    return out
