"""The kinds of published checkpoint that are read, and how each is recognised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from engine.errors import BadInput
from engine.importing import detection, diffusion, understanding
from engine.importing.layouts import Layout, Misfit, Misfitting, Shape, compare

Config = Mapping[str, Any]
NON_COMMERCIAL = "Its weights may not be used commercially, which includes paid photography."


def _no_files(_shapes: Mapping[str, Shape], _config: Config) -> dict[str, bytes]:
    return {}


@dataclass(frozen=True)
class Kind:
    """One kind of checkpoint.

    Attributes
    ----------
    name, what
        For ``--as``, and in words.
    licence
        Identifier as the model hub writes it; the user's copy may come with another one.
    part
        Component of the bundle that it becomes.
    marks
        Heads of names, each of which begins some name of such a file; ``|`` stands between two of which one does.
    layout
        What it must hold, from the shapes that are there and the folder's ``config.json``.
    files
        The small files beside the weights.
    ignored
        Heads of names that are left aside without a word: other copies, the optimizer's state.
    collected
        Whether what the bundle's file holds already stays in it (restorers of several scales).
    folder
        Files of the checkpoint's own folder that come along when they are there.
    borrowed
        Path in the bundle to the starter's file that is copied there.
    linkable
        Whether its weights may stay in the user's own file.
    onto
        A file that the bundle must hold already, because it is of no use alone.
    notice
        What the user has to know before use.
    """

    name: str
    what: str
    licence: str
    part: str
    marks: tuple[str, ...]
    layout: Callable[[Mapping[str, Shape], Config], Layout]
    files: Callable[[Mapping[str, Shape], Config], dict[str, bytes]] = _no_files
    ignored: tuple[str, ...] = ()
    collected: bool = False
    folder: tuple[str, ...] = ()
    borrowed: Mapping[str, str] = field(default_factory=dict)
    linkable: bool = False
    onto: str = ""
    notice: str = ""

    def fits(self, names: Mapping[str, object]) -> bool:
        """Whether names are of this kind."""
        return all(any(name.startswith(tuple(mark.split("|"))) for name in names) for mark in self.marks)


def _checkpoint(family: diffusion.Family, shapes: Mapping[str, Shape], _config: Config) -> Layout:
    return diffusion.checkpoint_layout(family, shapes)


def _checkpoint_files(family: diffusion.Family, shapes: Mapping[str, Shape], _config: Config) -> dict[str, bytes]:
    return diffusion.checkpoint_files(family, shapes)


def _adapter(
    family: diffusion.Family, embedding: int, views: int, _shapes: Mapping[str, Shape], _config: Config
) -> Layout:
    return diffusion.adapter_layout(family, embedding, views)


_TOKENIZER = (
    "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.json", "merges.txt", "generation_config.json",
)  # fmt: skip
_DIFFUSION, _DECODER = "model.diffusion_model.", "decoder/decoder.json"

KINDS = (
    Kind(
        "sd15", "Stable Diffusion 1.5 in one file", "creativeml-openrail-m", "decoder",
        (_DIFFUSION, "cond_stage_model."), partial(_checkpoint, diffusion.SD15),
        partial(_checkpoint_files, diffusion.SD15), ignored=("model_ema.diffusion_model",), linkable=True,
    ),
    Kind(
        "sdxl", "Stable Diffusion XL in one file", "openrail++", "decoder",
        (_DIFFUSION, "conditioner.embedders."), partial(_checkpoint, diffusion.SDXL),
        partial(_checkpoint_files, diffusion.SDXL), ignored=("model_ema.", "denoiser."), linkable=True,
    ),
    Kind(
        "sdxl-refiner", "Stable Diffusion XL's refiner in one file", "openrail++", "refiner",
        (_DIFFUSION, "conditioner.embedders.0.model."),
        partial(diffusion.refiner_layout, diffusion.SDXL, diffusion.REFINER),
        partial(diffusion.refiner_files, diffusion.REFINER), ignored=("model_ema.", "denoiser."), linkable=True,
        onto=_DECODER,
    ),
    Kind(
        "autoencoder", "an autoencoder for Stable Diffusion", "unstated", "decoder",
        ("encoder.down.", "decoder.up.", "quant_conv."), partial(diffusion.autoencoder_layout, diffusion.SD15),
        ignored=("loss.", "model_ema."), linkable=True, onto="decoder/vae/config.json",
    ),
    *(
        Kind(
            f"controlnet-{short}", f"a ControlNet for {family}", "unstated", "controls",
            ("control_model.input_hint_block.|controlnet_cond_embedding.",),
            partial(diffusion.controlnet_layout, sizes), partial(diffusion.controlnet_files, sizes), linkable=True,
            onto=_DECODER,
        )
        for short, family, sizes in (
            ("sd15", "Stable Diffusion 1.5", diffusion.SD15), ("sdxl", "Stable Diffusion XL", diffusion.SDXL)
        )
    ),
    Kind(
        "ia2p-adapter", "InstructAny2Pix' picture adapter for Stable Diffusion XL", "unstated", "adapter",
        ("image_proj.raw_embed", "ip_adapter."), partial(_adapter, diffusion.SDXL, 1024, 2),
        partial(diffusion.adapter_files, 20.0), linkable=True,
    ),
    Kind(
        "ip-adapter-sdxl", "IP-Adapter for Stable Diffusion XL (ViT-bigG)", "apache-2.0", "adapter",
        ("image_proj.proj.", "ip_adapter."), partial(_adapter, diffusion.SDXL, 1280, 0),
        partial(diffusion.adapter_files, 1.0), linkable=True,
    ),
    Kind(
        "ip-adapter-sdxl-vit-h", "IP-Adapter for Stable Diffusion XL (ViT-H)", "apache-2.0", "adapter",
        ("image_proj.proj.", "ip_adapter."), partial(_adapter, diffusion.SDXL, 1024, 0),
        partial(diffusion.adapter_files, 1.0), linkable=True,
    ),
    Kind(
        "ip-adapter-sd15", "IP-Adapter for Stable Diffusion 1.5 (ViT-H)", "apache-2.0", "adapter",
        ("image_proj.proj.", "ip_adapter."), partial(_adapter, diffusion.SD15, 1024, 0),
        partial(diffusion.adapter_files, 1.0), linkable=True,
    ),
    Kind(
        "imagebind", "ImageBind (huge)", "cc-by-nc-4.0", "encoder", ("modality_trunks.", "modality_preprocessors."),
        understanding.imagebind_layout, understanding.imagebind_files, notice=NON_COMMERCIAL,
    ),
    Kind(
        "ia2p-prior", "InstructAny2Pix' prior", "unstated", "prior",
        ("start_of_sequence_tokens.", "cond_stage_models.", "model.h."),
        understanding.prior_layout, understanding.prior_files,
    ),
    Kind(
        "ia2p-llm", "InstructAny2Pix' language model", "llama2", "language",
        ("model.vae_predictor_image.", "model.vae_projector_image."),
        understanding.any2pix_layout, understanding.any2pix_files, folder=_TOKENIZER,
    ),
    Kind(
        "llmga-llm", "LLMGA's multimodal language model", "llama2", "language",
        ("model.mm_projector.", "model.layers.", "model.vision_tower."),
        understanding.llmga_layout, understanding.llmga_files, folder=_TOKENIZER,
    ),
    Kind(
        "llmga-projector", "LLMGA's pretrained projector", "apache-2.0", "projector", ("model.mm_projector.",),
        understanding.llmga_projector_layout,
    ),
    Kind(
        "diffrir", "DiffRIR, second stage", "unstated", "restorer", ("G.", "diffusion."),
        understanding.diffrir_layout, understanding.diffrir_files, collected=True,
    ),
    Kind(
        "diffrir-teacher", "DiffRIR, first stage", "unstated", "teacher", ("G.", "E."),
        understanding.diffrir_teacher_layout,
    ),
    Kind(
        "grounding-dino", "GroundingDINO in its authors' layout", "apache-2.0", "grounding",
        ("transformer.encoder.fusion_layers.", "backbone.0.patch_embed.", "bert."),
        detection.detector_layout, detection.detector_files, borrowed=detection.VOCABULARY,
    ),
    Kind(
        "sam", "Segment Anything in its authors' layout", "apache-2.0", "grounding",
        ("image_encoder.patch_embed.", "prompt_encoder.", "mask_decoder."),
        detection.segmenter_layout, detection.segmenter_files,
    ),
    Kind(
        "hed", "HED edges, as published with ControlNet", "unstated", "controls",
        ("norm", "block1.convs.", "block5.projection."), detection.edges_layout,
    ),
)  # fmt: skip


def kind_named(name: str) -> Kind:
    """The kind of that name.

    Raises
    ------
    BadInput
        When there is none.
    """
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise BadInput(
        f"There is no kind {name!r} of checkpoint.", f"Choose from {', '.join(each.name for each in KINDS)}."
    )


def recognised(shapes: Mapping[str, Shape], config: Config, name: str = "") -> tuple[Kind, Layout]:
    """The kind of a file and what it must hold; of several that fit by name, the one that fits best by shape.

    Parameters
    ----------
    shapes
        Names and shapes in the file.
    config
        Its folder's ``config.json``; empty for a file alone.
    name
        The kind that the user says it is; found from the names when empty.

    Raises
    ------
    BadInput
        When it is of no known kind.
    """
    fitting = [kind_named(name)] if name else [kind for kind in KINDS if kind.fits(shapes)][:6]
    if not fitting:
        first = ", ".join(sorted(shapes)[:3]) or "nothing"
        raise BadInput(
            f"No kind of checkpoint that is read has such names: {first}.",
            f"Read are: {', '.join(each.name for each in KINDS)}.",
        )
    best: tuple[int, Kind, Layout] | None = None
    for kind in fitting:
        layout = kind.layout(shapes, config)
        misfit = compare(layout, _counted(kind, shapes))
        wrong = len(misfit.missing) + len(misfit.unexpected) + len(misfit.misshapen)
        if best is None or wrong < best[0]:
            best = wrong, kind, layout
    assert best is not None
    return best[1], best[2]


def _counted(kind: Kind, shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    return {name: shape for name, shape in shapes.items() if not name.startswith(kind.ignored or ("\0",))}


def checked(kind: Kind, layout: Layout, shapes: Mapping[str, Shape], file: str) -> None:
    """Refuse a file whose names or shapes are not those of its kind.

    Raises
    ------
    Misfitting
        With every missing, unexpected and misshapen name; the line shows the first few of each.
    """
    misfit: Misfit = compare(layout, _counted(kind, shapes))
    if misfit:
        raise Misfitting(f"{file} is not {kind.what}: {misfit}.", "All names: add --json.", misfit)
