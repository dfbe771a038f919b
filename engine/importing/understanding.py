"""Layouts of published encoders, priors, language models and restorers, from the classes that run them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.errors import BadInput
from engine.importing import clip_tokens
from engine.importing.layouts import Layout, Shape, Slot, Target, dropped, joined, kept, optional, shapes_of

if TYPE_CHECKING:
    from transformers import PreTrainedConfig

    from engine.encode.imagebind_network import ImageBindShape
    from engine.restore.shape import RestorerShape

Config = Mapping[str, Any]
IMAGEBIND = "encoder/imagebind.safetensors"
PRIOR = "prior/model.safetensors"
LANGUAGE = "language/model.safetensors"
PROJECTORS = "language/projectors.safetensors"
RESTORER, RESTORER_SHAPES = "own/restorer.safetensors", "own/restorer.json"
VICUNA: Config = {
    "model_type": "llama", "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
    "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": 32000, "max_position_embeddings": 4096,
    "rms_norm_eps": 1e-5, "tie_word_embeddings": False, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
}  # fmt: skip
CLIP_LARGE: Config = {
    "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16,
    "image_size": 336, "patch_size": 14, "projection_dim": 768,
}  # fmt: skip
CLIP_HUGE: Config = {
    "hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 16,
    "image_size": 224, "patch_size": 14, "projection_dim": 1024, "hidden_act": "gelu",
}  # fmt: skip
CONTROL_TOKENS = (
    "<im_gen_start>", "<im_gen>", "<mask_gen>", "<audio_gen>", "<audio_gen_start>", "<audio>", "<video>", "<base>",
    "<base_null>",
)  # fmt: skip
BINDING = 1024  # values of ImageBind's embeddings
VISION = "model.vision_tower.vision_tower.vision_model."


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode()


def imagebind_layout(shapes: Mapping[str, Shape], config: Config) -> Layout:
    """Pictures, texts and sounds; the other senses are left out of the bundle."""
    import torch

    from engine.encode.imagebind_network import USED, ImageBind

    shape = _imagebind(config)
    with torch.device("meta"):
        everything = shapes_of(ImageBind(shape))
        used = shapes_of(ImageBind(shape.only(*USED)))
    rest = {name: each for name, each in everything.items() if name not in used}
    return joined([kept(used, IMAGEBIND), dropped(rest)])


def _imagebind(config: Config) -> ImageBindShape:
    from engine.encode.imagebind_network import ImageBindShape

    return ImageBindShape.of(config["shape"]) if "shape" in config else ImageBindShape()


def imagebind_files(_shapes: Mapping[str, Shape], config: Config) -> dict[str, bytes]:
    """What the encoder reads beside the weights."""
    tokenizer = {f"encoder/tokenizer/{name}": content for name, content in clip_tokens.files().items()}
    return {"encoder/encoder.json": _json({"class": "imagebind", "shape": _imagebind(config).record()}), **tokenizer}


def prior_layout(shapes: Mapping[str, Shape], config: Config) -> Layout:
    """InstructAny2Pix' prior; buffers that older libraries saved too may be there."""
    import torch

    from engine.refine.published_network import PublishedNetwork, PublishedShape

    shape = PublishedShape(**config.get("shape", {}))
    with torch.device("meta"):
        network = shapes_of(PublishedNetwork(shape))
    text = "cond_stage_models.0.model.text_model.embeddings."
    buffers: dict[str, Shape] = {f"{text}position_ids": (1, clip_tokens.WORDS)}
    for layer in range(shape.layers):
        buffers[f"model.h.{layer}.attn.bias"] = (1, 1, shape.positions, shape.positions)
        buffers[f"model.h.{layer}.attn.masked_bias"] = ()
    return joined([kept(network, PRIOR), optional({n: s for n, s in buffers.items() if n in shapes})])


def prior_files(_shapes: Mapping[str, Shape], config: Config) -> dict[str, bytes]:
    """The prior's sizes."""
    from engine.refine.published_network import PublishedShape

    shape = asdict(PublishedShape(**config.get("shape", {})))
    return {"prior/prior.json": _json({"class": "instructany2pix", "shape": shape})}


def language_config(config: Config, vocabulary: int = 0) -> PreTrainedConfig:
    """Transformers' configuration of the language model inside a LLaVA-like one.

    Parameters
    ----------
    config
        The published ``config.json``; Vicuna-7B's when empty.
    vocabulary
        Rows of the embedding, where the configuration does not tell.

    Raises
    ------
    BadInput
        When it is no language model that transformers knows.
    """
    from transformers import AutoConfig

    given = {key: value for key, value in config.items() if key != "file"}
    given = given or {**VICUNA, **({"vocab_size": vocabulary} if vocabulary else {})}
    name = str(given.pop("model_type", "llama")).removeprefix("llava_")
    name = {"llava": "llama", "instructany2pix": "llama", "mpt": ""}.get(name, name)
    for each in ("architectures", "transformers_version", "torch_dtype", "dtype", "auto_map", "quantization_config"):
        given.pop(each, None)
    given = {
        key: value for key, value in given.items() if not key.startswith(("mm_", "vae_", "tune_", "image_", "use_mm"))
    }
    try:
        return AutoConfig.for_model(name, **given)
    except (ValueError, TypeError, KeyError) as fault:
        raise BadInput(
            f"The language model is of the kind {name!r}, which is not read.", "See: overtone models import --help"
        ) from fault


def language_shapes(config: PreTrainedConfig) -> dict[str, Shape]:
    """Names and shapes of a causal language model."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        return shapes_of(AutoModelForCausalLM.from_config(config))


def vision_shapes(config: Config) -> dict[str, Shape]:
    """Names and shapes of a CLIP vision tower."""
    import torch
    from transformers import CLIPVisionConfig, CLIPVisionModel

    with torch.device("meta"):
        return shapes_of(CLIPVisionModel(CLIPVisionConfig(**config)))


def projected_vision_shapes(config: Config) -> dict[str, Shape]:
    """Names and shapes of a CLIP vision tower with its projection."""
    import torch
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    with torch.device("meta"):
        return shapes_of(CLIPVisionModelWithProjection(CLIPVisionConfig(**config)))


def mlp_shapes(inputs: int, outputs: int, hidden: int) -> dict[str, Shape]:
    """Names and shapes of a published projector: two layers with a GELU between."""
    return {"0.weight": (hidden, inputs), "0.bias": (hidden,), "2.weight": (outputs, hidden), "2.bias": (outputs,)}


def _buffers(shapes: Mapping[str, Shape]) -> dict[str, Slot]:
    """What older libraries stored of a language model and its vision tower, as far as it is there."""
    tails = (".rotary_emb.inv_freq", ".embeddings.position_ids")
    return optional({name: shape for name, shape in shapes.items() if name.endswith(tails)})


def any2pix_layout(shapes: Mapping[str, Shape], config: Config) -> Layout:
    """InstructAny2Pix' language model with its control tokens, and the two projectors that are used.

    The CLIP tower and the projectors beside it, which its code never runs, are left out of the bundle.
    """
    language = language_config(config, VICUNA["vocab_size"] + len(CONTROL_TOKENS))
    width = language.hidden_size  # pyright: ignore[reportAttributeAccessIssue]
    vision = config.get("vision", CLIP_HUGE)
    inner, outer = mlp_shapes(BINDING, width, width), mlp_shapes(width, BINDING, width)
    tower = dropped(projected_vision_shapes(vision), VISION.removesuffix("vision_model."))
    parts = [kept(language_shapes(language), LANGUAGE), tower, _buffers(shapes)]
    names = {"0.weight": "w1", "0.bias": "b1", "2.weight": "w2", "2.bias": "b2"}
    for published, own, form in (("vae_projector_image", "enter", inner), ("vae_predictor_image", "leave", outer)):
        parts.append(
            {
                f"model.{published}.{name}": Slot(shape, (Target(PROJECTORS, f"{own}.{names[name]}"),))
                for name, shape in form.items()
            }
        )
    towers = mlp_shapes(BINDING, width, width)
    parts += [dropped(towers, "model.vae_projector_audio."), dropped(outer, "model.vae_predictor_audio.")]
    return joined([*parts, dropped(mlp_shapes(vision["projection_dim"], width, width), "model.mm_projector.")])


def any2pix_files(_shapes: Mapping[str, Shape], config: Config) -> dict[str, bytes]:
    """Configuration of the language model, and what kind of planner it is."""
    language = language_config(config, VICUNA["vocab_size"] + len(CONTROL_TOKENS))
    return {
        "language/config.json": language.to_json_string(use_diff=False).encode(),
        "language/language.json": _json({"class": "instructany2pix"}),
    }


def llmga_layout(shapes: Mapping[str, Shape], config: Config) -> Layout:
    """LLMGA's multimodal language model, under transformers' names of a LLaVA."""
    language = language_config(config)
    body = language_shapes(language)
    width = language.hidden_size  # pyright: ignore[reportAttributeAccessIssue]
    vision = config.get("vision", CLIP_LARGE)
    lead = "model."
    parts: list[Layout] = [
        {
            name: Slot(
                shape,
                (Target(LANGUAGE, f"model.language_{name}" if name.startswith(lead) else name),),
                needed=not (name == "lm_head.weight" and language.tie_word_embeddings),
            )
            for name, shape in body.items()
        },
        kept(vision_shapes(vision), LANGUAGE, VISION, "model.vision_tower."),
        llmga_projector_layout(shapes, {"width": width, "vision": vision}, LANGUAGE),
        _buffers(shapes),
    ]
    return joined(parts)


def llmga_projector_layout(shapes: Mapping[str, Shape], config: Config, file: str = "") -> Layout:
    """The projector from the vision tower to the language model, alone."""
    last = shapes.get("model.mm_projector.2.weight", ())
    width = config.get("width") or (last[0] if len(last) == 2 else VICUNA["hidden_size"])
    vision = config.get("vision", CLIP_LARGE)
    names = {"0.weight": "linear_1.weight", "0.bias": "linear_1.bias", "2.weight": "linear_2.weight"}
    names["2.bias"] = "linear_2.bias"
    return {
        f"model.mm_projector.{name}": Slot(
            shape, (Target(file or "language/mm_projector.safetensors", f"model.multi_modal_projector.{names[name]}"),)
        )
        for name, shape in mlp_shapes(vision["hidden_size"], width, width).items()
    }


def llmga_files(_shapes: Mapping[str, Shape], config: Config) -> dict[str, bytes]:
    """Configuration of the LLaVA class, its picture's preparation, and what kind of planner it is."""
    from transformers import CLIPImageProcessor, CLIPVisionConfig, LlavaConfig

    vision = CLIPVisionConfig(**config.get("vision", CLIP_LARGE))
    llava = LlavaConfig(
        vision_config=vision,
        text_config=language_config(config),
        vision_feature_layer=-2,
        vision_feature_select_strategy="default",
    )
    side = int(config.get("vision", CLIP_LARGE)["image_size"])
    look = CLIPImageProcessor(size={"shortest_edge": side}, crop_size={"height": side, "width": side})
    return {
        "language/config.json": llava.to_json_string(use_diff=False).encode(),
        "language/preprocessor_config.json": _json(look.to_dict()),
        "language/language.json": _json({"class": "llava", "template": "llmga"}),
    }


def diffrir_layout(shapes: Mapping[str, Shape], config: Config) -> Layout:
    """The restorer of the second stage; every weight that is stored twice is taken once."""
    import torch

    from engine.restore.network import DiffRIR

    scale = restorer_scale(shapes, config)
    with torch.device("meta"):
        network = DiffRIR(restorer_shape(scale, config))
    once = {name for name, _ in network.named_parameters()}
    return {
        name: Slot(shape, (Target(RESTORER, f"x{scale}.{name}"),) if name in once else ())
        for name, shape in shapes_of(network).items()
    }


def diffrir_teacher_layout(shapes: Mapping[str, Shape], config: Config) -> Layout:
    """The first stage, from which training goes on."""
    import torch

    from engine.restore.network import Teacher

    scale = restorer_scale(shapes, config)
    with torch.device("meta"):
        network = Teacher(restorer_shape(scale, config))
    return kept(shapes_of(network), f"training/teacher-x{scale}.safetensors")


def restorer_shape(scale: int, config: Config) -> RestorerShape:
    """Sizes of the released restorer at a scale, or what the configuration says of them."""
    from engine.restore.shape import RestorerShape

    return RestorerShape(scale, **config.get("shape", {}))


def restorer_scale(shapes: Mapping[str, Shape], config: Config) -> int:
    """×1, ×2 or ×4, from the width of the first convolution.

    Raises
    ------
    BadInput
        When it has no width that a released restorer has.
    """
    from engine.restore.shape import SCALES

    first = shapes.get("G.patch_embed.proj.weight", ())
    for scale in SCALES:
        if len(first) == 4 and first[1] == restorer_shape(scale, config).packed_channels:
            return scale
    raise BadInput("The restorer's first layer has a width that no released one has.", "Name a ×1, ×2 or ×4 file.")


def diffrir_files(shapes: Mapping[str, Shape], config: Config) -> dict[str, bytes]:
    """The restorer's sizes."""
    from engine.restore.stored import describe

    return {RESTORER_SHAPES: _json(describe([restorer_shape(restorer_scale(shapes, config), config)]))}
