"""Layouts of GroundingDINO and SAM as their authors publish them, and of the edge network HED.

Sizes are read from the shapes in the file; names follow from those that transformers' classes have on the model hub,
block by block. What the authors store as one matrix of queries, keys and values comes apart where the class has three.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isqrt
from typing import TYPE_CHECKING, Any

from engine.errors import BadInput
from engine.importing.layouts import Layout, Shape, Slot, Target, joined, kept, optional, shapes_of

if TYPE_CHECKING:
    from transformers import GroundingDinoConfig, SamConfig

Config = Mapping[str, Any]
DETECTOR, SEGMENTER = "grounding/detector", "grounding/segmenter"
GROUNDING = "grounding/grounding.json"
EDGES = "controls/edges.safetensors"
WEIGHTS = "model.safetensors"
HEADS = 8  # of attention outside the towers, which no shape tells
HEAD_WIDTH = 64  # of BERT
LARGE_WINDOW, LARGE_SIDE, SIDE = 12, 384, 224  # pixels that Swin was trained on, by its window
# The detector reads BERT's pieces of words, and so does the starter's text tower.
VOCABULARY = {f"{DETECTOR}/tokenizer.json": "text/tokenizer.json"}
FUSED = ("query", "key", "value")  # in the order of their rows


@dataclass(frozen=True)
class Block:
    """A part of a network under both names.

    Attributes
    ----------
    own
        Pattern of the class's head of the names; its groups are counted through.
    published
        The authors' head, with a place for each group.
    parts
        What in it has another name; one that ends in ``_`` is joined to ``weight`` without a dot.
    """

    own: str
    published: str
    parts: Mapping[str, str] = field(default_factory=dict)

    def name(self, own: str) -> str:
        """The published name of one of its tensors; empty when it belongs to another block."""
        match = re.match(self.own, own)
        if match is None:
            return ""
        rest = own[match.end() :]
        for part, theirs in self.parts.items():
            if rest == part or rest.startswith(f"{part}."):
                after = rest[len(part) :]
                rest = theirs + (after[1:] if theirs.endswith("_") else after)
                break
        return self.published.format(*match.groups()) + rest


_SWIN = r"model\.backbone\.conv_encoder\.model\."
_ATTENTION = {"self_attn": "self_attn.in_proj_", "encoder_attn_text": "ca_text.in_proj_"}
_SELF = {f"{part}.{each}": theirs for part, theirs in _ATTENTION.items() for each in FUSED}
_DINO = (
    Block(
        _SWIN + r"encoder\.layers\.(\d+)\.blocks\.(\d+)\.", "backbone.0.layers.{}.blocks.{}.",
        {
            **{f"attention.self.{each}": "attn.qkv" for each in FUSED},
            "attention.self.relative_position_bias_table": "attn.relative_position_bias_table",
            "attention.output.dense": "attn.proj", "layernorm_before": "norm1", "layernorm_after": "norm2",
            "intermediate.dense": "mlp.fc1", "output.dense": "mlp.fc2",
        },
    ),
    Block(_SWIN + r"encoder\.", "backbone.0."),
    Block(
        _SWIN + r"embeddings\.", "backbone.0.patch_embed.", {"patch_embeddings.projection": "proj"},
    ),
    Block(_SWIN + r"hidden_states_norms\.", "backbone.0.", {f"stage{at}": f"norm{at - 1}" for at in range(1, 5)}),
    Block(
        r"model\.encoder\.layers\.(\d+)\.text_enhancer_layer\.", "transformer.encoder.text_layers.{}.",
        {
            **_SELF, "fc1": "linear1", "fc2": "linear2", "layer_norm_before": "norm1", "layer_norm_after": "norm2",
        },
    ),
    Block(
        r"model\.encoder\.layers\.(\d+)\.fusion_layer\.", "transformer.encoder.fusion_layers.{}.",
        {
            "vision_param": "gamma_v", "text_param": "gamma_l", "layer_norm_vision": "layer_norm_v",
            "layer_norm_text": "layer_norm_l", "attn.vision_proj": "attn.v_proj", "attn.text_proj": "attn.l_proj",
            "attn.values_vision_proj": "attn.values_v_proj", "attn.values_text_proj": "attn.values_l_proj",
            "attn.out_vision_proj": "attn.out_v_proj", "attn.out_text_proj": "attn.out_l_proj",
        },
    ),
    Block(
        r"model\.encoder\.layers\.(\d+)\.deformable_layer\.", "transformer.encoder.layers.{}.",
        {"self_attn_layer_norm": "norm1", "fc1": "linear1", "fc2": "linear2", "final_layer_norm": "norm2"},
    ),
    Block(
        r"model\.decoder\.layers\.(\d+)\.", "transformer.decoder.layers.{}.",
        {
            **_SELF, "encoder_attn_text": "ca_text", "encoder_attn": "cross_attn", "encoder_attn_layer_norm": "norm1",
            "encoder_attn_text_layer_norm": "catext_norm", "self_attn_layer_norm": "norm2",
            "final_layer_norm": "norm3", "fc1": "linear1", "fc2": "linear2",
        },
    ),
    Block(
        r"model\.decoder\.", "transformer.decoder.", {"layer_norm": "norm", "reference_points_head": "ref_point_head"}
    ),
    Block(
        r"model\.(?=input_proj_vision|text_backbone|text_projection)", "",
        {"input_proj_vision": "input_proj", "text_backbone": "bert", "text_projection": "feat_map"},
    ),
    Block(
        r"model\.", "transformer.",
        {"query_position_embeddings": "tgt_embed", "encoder_output_bbox_embed": "enc_out_bbox_embed"},
    ),
    Block(r"(?=bbox_embed\.)", ""),
)  # fmt: skip
_MLP = {"proj_in": "layers.0", "layers.0": "layers.1", "proj_out": "layers.2"}
_NORMS = {f"layer_norm{at}": f"norm{at}" for at in range(1, 5)}
_SAM = (
    Block(r"vision_encoder\.layers\.(\d+)\.", "image_encoder.blocks.{}.", _NORMS),
    Block(
        r"vision_encoder\.neck\.", "image_encoder.neck.",
        {"conv1": "0", "layer_norm1": "1", "conv2": "2", "layer_norm2": "3"},
    ),
    Block(r"vision_encoder\.", "image_encoder.", {"patch_embed.projection": "patch_embed.proj"}),
    Block(
        r"prompt_encoder\.mask_embed\.", "prompt_encoder.mask_downscaling.",
        {"conv1": "0", "layer_norm1": "1", "conv2": "3", "layer_norm2": "4", "conv3": "6"},
    ),
    Block(r"prompt_encoder\.", "prompt_encoder.", {"point_embed": "point_embeddings"}),
    Block(r"shared_image_embedding\.", "prompt_encoder.pe_layer.", {
        "positional_embedding": "positional_encoding_gaussian_matrix",
    }),
    Block(r"mask_decoder\.transformer\.layers\.(\d+)\.", "mask_decoder.transformer.layers.{}.", _NORMS),
    Block(r"mask_decoder\.output_hypernetworks_mlps\.(\d+)\.", "mask_decoder.output_hypernetworks_mlps.{}.", _MLP),
    Block(r"mask_decoder\.iou_prediction_head\.", "mask_decoder.iou_prediction_head.", _MLP),
    Block(
        r"mask_decoder\.", "mask_decoder.",
        {
            "transformer.layer_norm_final_attn": "transformer.norm_final_attn", "upscale_conv1": "output_upscaling.0",
            "upscale_layer_norm": "output_upscaling.1", "upscale_conv2": "output_upscaling.3",
        },
    ),
)  # fmt: skip
_HUB = {  # what the class of this version calls otherwise than files do
    "model.swin.embeddings.": "model.embeddings.", "model.swin.encoder.": "model.encoder.",
    ".attention.relative_position_bias.": ".attention.self.", ".attention.q_proj.": ".attention.self.query.",
    ".attention.k_proj.": ".attention.self.key.", ".attention.v_proj.": ".attention.self.value.",
    ".attention.o_proj.": ".attention.output.dense.", ".mlp.fc1.": ".intermediate.dense.",
    ".mlp.fc2.": ".output.dense.",
}  # fmt: skip


def _slots(shapes: Mapping[str, Shape], blocks: tuple[Block, ...], file: str) -> dict[str, Slot]:
    """Slots of a network's tensors under the authors' names."""
    out: dict[str, Slot] = {}
    for name, shape in shapes.items():
        published = next(found for block in blocks if (found := block.name(name)))
        part = name.split(".")[-2] if "." in name else ""
        if part in FUSED and not published.startswith("bert."):
            at, width = FUSED.index(part), shape[0]
            target = Target(file, name, (at * width, (at + 1) * width))
            whole = (len(FUSED) * width, *shape[1:])
            out[published] = Slot(whole, (*out.get(published, Slot(whole)).targets, target))
        else:
            out[published] = Slot(shape, (Target(file, name),))
    return out


def _numbers(shapes: Mapping[str, Shape], pattern: str) -> int:
    """How many different numbers stand in names at a pattern's group."""
    return len({match[1] for name in shapes if (match := re.match(pattern, name))})


def _size(shapes: Mapping[str, Shape], name: str, axis: int = 0) -> int:
    """Length of a tensor along an axis.

    Raises
    ------
    BadInput
        When the file lacks it, so that the network's sizes cannot be told.
    """
    shape = shapes.get(name, ())
    if not -len(shape) <= axis < len(shape):
        raise BadInput(f"The file lacks {name}, from which the network's size is told.", "Get it again.")
    return shape[axis]


def detector_config(shapes: Mapping[str, Shape], config: Config) -> GroundingDinoConfig:
    """Configuration of a published GroundingDINO, from its shapes.

    Raises
    ------
    BadInput
        When tensors are missing that tell its sizes.
    """
    from transformers import BertConfig, GroundingDinoConfig, SwinConfig

    heads = config.get("heads", HEADS)
    layers = range(_numbers(shapes, r"backbone\.0\.layers\.(\d+)\.blocks"))
    table = "backbone.0.layers.{}.blocks.0.attn.relative_position_bias_table"
    window = (isqrt(_size(shapes, table.format(0))) + 1) // 2
    norms = sorted(int(match[1]) for name in shapes if (match := re.match(r"backbone\.0\.norm(\d)\.weight", name)))
    stages: dict[str, Any] = {"out_indices": [at + 1 for at in norms]}
    backbone = SwinConfig(
        image_size=LARGE_SIDE if window == LARGE_WINDOW else SIDE,
        embed_dim=_size(shapes, "backbone.0.patch_embed.proj.weight"),
        depths=[_numbers(shapes, rf"backbone\.0\.layers\.{at}\.blocks\.(\d+)") for at in layers],
        num_heads=[_size(shapes, table.format(at), 1) for at in layers],
        window_size=window, **stages,
    )  # fmt: skip
    words, width = shapes.get("bert.embeddings.word_embeddings.weight", (0, HEAD_WIDTH))
    text = BertConfig(
        vocab_size=words, hidden_size=width,
        num_hidden_layers=_numbers(shapes, r"bert\.encoder\.layer\.(\d+)"),
        num_attention_heads=config.get("text_heads", width // HEAD_WIDTH),
        intermediate_size=_size(shapes, "bert.encoder.layer.0.intermediate.dense.weight"),
        max_position_embeddings=_size(shapes, "bert.embeddings.position_embeddings.weight"),
    )  # fmt: skip
    levels = _size(shapes, "transformer.level_embed")
    points = "transformer.{}.layers.0.{}.attention_weights.weight"
    return GroundingDinoConfig(
        backbone_config=backbone, text_config=text, d_model=_size(shapes, "transformer.level_embed", 1),
        num_feature_levels=levels, num_queries=_size(shapes, "transformer.tgt_embed.weight"),
        encoder_layers=_numbers(shapes, r"transformer\.encoder\.layers\.(\d+)"),
        decoder_layers=_numbers(shapes, r"transformer\.decoder\.layers\.(\d+)"),
        encoder_ffn_dim=_size(shapes, "transformer.encoder.layers.0.linear1.weight"),
        decoder_ffn_dim=_size(shapes, "transformer.decoder.layers.0.linear1.weight"),
        encoder_attention_heads=heads, decoder_attention_heads=heads,
        encoder_n_points=_size(shapes, points.format("encoder", "self_attn")) // (heads * levels),
        decoder_n_points=_size(shapes, points.format("decoder", "cross_attn")) // (heads * levels),
        architectures=["GroundingDinoForObjectDetection"],
    )  # fmt: skip


def detector_layout(shapes: Mapping[str, Shape], config: Config) -> Layout:
    """GroundingDINO in its authors' names; what the class computes itself or never runs may be there too."""
    import torch
    from transformers import GroundingDinoForObjectDetection

    with torch.device("meta"):
        network = shapes_of(GroundingDinoForObjectDetection(detector_config(shapes, config)))
    known = {_hub(name): shape for name, shape in network.items() if ".swin.layernorm." not in name}
    spare = re.compile(r"bert\.(pooler\.|embeddings\.position_ids$)|label_enc\.|.*\.relative_position_index$")
    extra = {name: shape for name, shape in shapes.items() if spare.match(name)}
    return joined([_slots(known, _DINO, f"{DETECTOR}/{WEIGHTS}"), optional(extra)])


def _hub(name: str) -> str:
    """A tensor's name in files, from the one that the class has in memory."""
    if name.startswith("model.backbone."):
        for here, there in _HUB.items():
            name = name.replace(here, there)
    return name


def detector_files(shapes: Mapping[str, Shape], config: Config) -> dict[str, bytes]:
    """Configuration of the class and what prepares its inputs; the vocabulary is :data:`VOCABULARY`."""
    from transformers import GroundingDinoImageProcessor

    look = GroundingDinoImageProcessor(**config.get("look", {})).to_dict()
    tokenizer = {
        "tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 512, "cls_token": "[CLS]",
        "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]",
    }  # fmt: skip
    return {
        f"{DETECTOR}/config.json": detector_config(shapes, config).to_json_string(use_diff=False).encode(),
        f"{DETECTOR}/preprocessor_config.json": _json({**look, "processor_class": "GroundingDinoProcessor"}),
        f"{DETECTOR}/tokenizer_config.json": _json(tokenizer),
        GROUNDING: _json({"class": "dino-sam"}),
    }


def segmenter_config(shapes: Mapping[str, Shape], config: Config) -> SamConfig:
    """Configuration of a published SAM, from its shapes.

    Raises
    ------
    BadInput
        When tensors are missing that tell its sizes.
    """
    from transformers import SamConfig

    blocks = range(_numbers(shapes, r"image_encoder\.blocks\.(\d+)\."))
    spans = [_size(shapes, f"image_encoder.blocks.{at}.attn.rel_pos_h") for at in blocks]
    width, grid = _size(shapes, "image_encoder.pos_embed", -1), _size(shapes, "image_encoder.pos_embed", 1)
    patch = _size(shapes, "image_encoder.patch_embed.proj.weight", -1)
    whole = 2 * grid - 1  # positions that a block tells apart which looks at all of the picture
    inner = _size(shapes, "mask_decoder.iou_token.weight", 1)
    cross = "mask_decoder.transformer.layers.0.cross_attn_token_to_image.q_proj.weight"
    vision = {
        "hidden_size": width, "num_hidden_layers": len(blocks), "image_size": grid * patch, "patch_size": patch,
        "num_attention_heads": width // _size(shapes, "image_encoder.blocks.0.attn.rel_pos_h", 1),
        "mlp_dim": _size(shapes, "image_encoder.blocks.0.mlp.lin1.weight"),
        "output_channels": _size(shapes, "image_encoder.neck.0.weight"),
        "window_size": (min(spans) + 1) // 2,
        "global_attn_indexes": [at for at, span in enumerate(spans) if span == whole],
        "num_pos_feats": _size(shapes, "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix", 1),
    }  # fmt: skip
    prompts = {
        "hidden_size": inner, "image_size": grid * patch, "patch_size": patch,
        "mask_input_channels": _size(shapes, "prompt_encoder.mask_downscaling.3.weight"),
    }  # fmt: skip
    masks = {
        "hidden_size": inner, "num_attention_heads": config.get("heads", HEADS),
        "num_hidden_layers": _numbers(shapes, r"mask_decoder\.transformer\.layers\.(\d+)"),
        "mlp_dim": _size(shapes, "mask_decoder.transformer.layers.0.mlp.lin1.weight"),
        "attention_downsample_rate": inner // _size(shapes, cross),
        "num_multimask_outputs": _size(shapes, "mask_decoder.mask_tokens.weight") - 1,
        "iou_head_hidden_dim": _size(shapes, "mask_decoder.iou_prediction_head.layers.0.weight"),
    }  # fmt: skip
    return SamConfig(
        vision_config=vision, prompt_encoder_config=prompts, mask_decoder_config=masks, architectures=["SamModel"]
    )


def segmenter_layout(shapes: Mapping[str, Shape], config: Config) -> Layout:
    """SAM in its authors' names."""
    import torch
    from transformers import SamModel

    with torch.device("meta"):
        network = shapes_of(SamModel(segmenter_config(shapes, config)))
    once = {name: shape for name, shape in network.items() if not name.startswith("prompt_encoder.shared_embedding.")}
    extra = {name: shape for name, shape in shapes.items() if name in ("pixel_mean", "pixel_std")}
    return joined([_slots(once, _SAM, f"{SEGMENTER}/{WEIGHTS}"), optional(extra)])


def segmenter_files(shapes: Mapping[str, Shape], config: Config) -> dict[str, bytes]:
    """Configuration of the class and what prepares its inputs."""
    from transformers import SamImageProcessor

    known = segmenter_config(shapes, config)
    vision = known.to_dict()["vision_config"]
    side, patch = vision["image_size"], vision["patch_size"]
    coarse = 4 * side // patch  # of a mask given as a prompt
    look = SamImageProcessor(
        size={"longest_edge": side}, pad_size={"height": side, "width": side}, mask_size={"longest_edge": coarse},
        mask_pad_size={"height": coarse, "width": coarse},
    ).to_dict()  # fmt: skip
    return {
        f"{SEGMENTER}/config.json": known.to_json_string(use_diff=False).encode(),
        f"{SEGMENTER}/preprocessor_config.json": _json({**look, "processor_class": "SamProcessor"}),
        GROUNDING: _json({"class": "dino-sam"}),
    }


def edges_layout(shapes: Mapping[str, Shape], config: Config) -> Layout:
    """HED as published with ControlNet, whose names the engine's network keeps."""
    import torch

    from engine.decode.extractors import HED_WIDTHS, Hed

    with torch.device("meta"):
        network = Hed(tuple(config.get("widths", HED_WIDTHS)))
    return kept(shapes_of(network), EDGES)


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode()
