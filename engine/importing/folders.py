"""Folders that diffusers and transformers save: which part of a bundle each is, its weights checked by its class."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import strict_json
from engine.bundle.manifest import sha256_of
from engine.errors import BadInput
from engine.importing.layouts import Misfit, Misfitting, Shape, compare, kept, shapes_of
from engine.importing.reading import index_files, opened
from engine.importing.writing import Planned, write

PIPELINE, CONFIG = "model_index.json", "config.json"
SMALL = (".json", ".txt", ".model", ".jinja")  # endings of what goes along
LARGEST_SMALL = 64 << 20  # bytes of it
PARTS = ("unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "scheduler")
SINGLE = {"diffusers": "diffusion_pytorch_model.safetensors", "transformers": "model.safetensors"}
OLD_ATTENTION = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}  # in older autoencoders


@dataclass(frozen=True)
class Home:
    """Where a folder goes.

    Attributes
    ----------
    what, licence
        In words, and the identifier of the usual licence.
    part, folder
        Component of the bundle, and the folder in it.
    kind
        Class of transformers or diffusers that runs it; nothing for what has no weights.
    library
        That the class is from.
    settings
        Path in the bundle to JSON that says of which class the part is.
    """

    what: str
    licence: str
    part: str
    folder: str
    kind: str = ""
    library: str = "transformers"
    settings: Mapping[str, Mapping[str, Any]] | None = None


def _language(named: str) -> dict[str, dict[str, Any]]:
    return {"language/language.json": {"class": named}}


_ENCODER = {"encoder/encoder.json": {"class": "clip-clap"}}
_GROUNDING = {"grounding/grounding.json": {"class": "dino-sam"}}
MODELS = {  # transformers' model_type
    "clip": Home("CLIP", "mit", "encoder", "encoder/clip", "CLIPModel", settings=_ENCODER),
    "clap": Home("CLAP", "apache-2.0", "encoder", "encoder/clap", "ClapModel", settings=_ENCODER),
    "grounding-dino": Home(
        "GroundingDINO", "apache-2.0", "grounding", "grounding/detector", "GroundingDinoForObjectDetection",
        settings=_GROUNDING,
    ),
    "sam": Home("SAM", "apache-2.0", "grounding", "grounding/segmenter", "SamModel", settings=_GROUNDING),
    "depth_anything": Home(
        "Depth-Anything", "apache-2.0", "controls", "controls/depth", "DepthAnythingForDepthEstimation"
    ),
    "llava": Home(
        "LLaVA", "llama2", "language", "language", "LlavaForConditionalGeneration", settings=_language("llava")
    ),
    "idefics3": Home(
        "SmolVLM", "apache-2.0", "language", "language", "Idefics3ForConditionalGeneration",
        settings=_language("vlm"),
    ),
    "smolvlm": Home(
        "SmolVLM", "apache-2.0", "language", "language", "SmolVLMForConditionalGeneration", settings=_language("vlm")
    ),
}  # fmt: skip


def is_folder(path: Path) -> bool:
    """Whether a folder was saved by one of the two libraries, as far as its small files tell."""
    if (path / PIPELINE).is_file():
        return True
    config = read_json(path / CONFIG) if (path / CONFIG).is_file() else {}
    # A LLaVA in its authors' own layout keeps the projector's settings under other names.
    return "_class_name" in config or (config.get("model_type") in MODELS and "mm_hidden_size" not in config)


def read_json(path: Path) -> dict[str, Any]:
    """An object in a JSON file.

    Raises
    ------
    BadInput
        When it is damaged.
    """
    try:
        value = strict_json.loads(path.read_bytes())
    except (OSError, ValueError) as fault:
        raise BadInput(f"{path.name} in {path.parent.name} is damaged ({fault}).", "Get it again.") from fault
    if not isinstance(value, dict):
        raise BadInput(f"{path.name} in {path.parent.name} is damaged.", "Get it again.")
    return value


def homes(path: Path) -> Iterator[tuple[Path, Home]]:
    """Every folder to be read, and where it goes.

    Raises
    ------
    BadInput
        When it is of a class that is not read.
    """
    if (path / PIPELINE).is_file():
        xl = (path / "text_encoder_2").is_dir()
        if xl and not (path / "text_encoder").is_dir():  # its other parts are the base's own
            refiner = "Stable Diffusion XL's refiner", "openrail++", "refiner", "decoder/refiner"
            yield path / "unet", Home(*refiner, "UNet2DConditionModel", "diffusers")
            return
        licence = "openrail++" if xl else "creativeml-openrail-m"
        settings = {"decoder/decoder.json": {"side": 1024, "zero_empty": True} if xl else {"side": 512}}
        for name in PARTS:
            if (path / name).is_dir():
                yield path / name, _decoder_part(path / name, name, licence, settings)
        return
    config = read_json(path / CONFIG)
    named = str(config.get("_class_name", ""))
    if named == "ControlNetModel":
        control = path.name.removeprefix("controlnet-")
        yield path, Home("a ControlNet", "unstated", "controls", f"decoder/controlnet-{control}", named, "diffusers")
    elif named in ("UNet2DConditionModel", "AutoencoderKL"):
        yield path, _decoder_part(path, "unet" if named.startswith("UNet") else "vae", "unstated", {})
    elif config.get("model_type") in MODELS:
        yield path, MODELS[config["model_type"]]
    else:
        raise BadInput(
            f"{path.name} holds a {named or config.get('model_type', 'model')}, which is not read.",
            f"Read are Stable Diffusion and {', '.join(sorted({home.what for home in MODELS.values()}))}.",
        )


def _decoder_part(path: Path, name: str, licence: str, settings: Mapping[str, Mapping[str, Any]]) -> Home:
    kinds = {"unet": "UNet2DConditionModel", "vae": "AutoencoderKL", "text_encoder": "CLIPTextModel"}
    kinds["text_encoder_2"] = "CLIPTextModelWithProjection"
    folder = name
    if name == "unet" and read_json(path / CONFIG).get("in_channels") == 9:
        folder = "inpaint"
    library = "transformers" if name.startswith("text") else "diffusers"
    return Home("Stable Diffusion", licence, "decoder", f"decoder/{folder}", kinds.get(name, ""), library, settings)


def bring(source: Path, home: Home, out: Path) -> dict[str, dict[str, Any]]:
    """Put a folder where it goes below ``out``: small files as they are, weights checked and as safetensors.

    Returns
    -------
    dict
        Path in the bundle to size and SHA-256.

    Raises
    ------
    BadInput
        When weights cannot be read, or are not those of the class: all names are told.
    """
    place = out / home.folder
    place.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        wanted = path.suffix in SMALL and not path.name.endswith(".index.json")
        if wanted and path.is_file() and path.stat().st_size <= LARGEST_SMALL:
            shutil.copyfile(path, place / path.name)
    if home.kind:
        with opened(_weights(source)) as stored:
            config = read_json(source / CONFIG)
            if home.library == "diffusers":
                _check(home, config, stored.shapes, source.name)
            tensors = {
                name: Planned(held.shape, held.dtype, lambda name=name: stored.tensor(name))
                for name, held in stored.held.items()
            }
            write(place / SINGLE[home.library], tensors)
        if home.library == "transformers":
            _check_loading(home, place, source.name)
    for path, value in (home.settings or {}).items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(json.dumps(value))
    made = [*place.rglob("*"), *(out / path for path in home.settings or {})]
    return {
        path.relative_to(out).as_posix(): {"size": path.stat().st_size, "sha256": sha256_of(path)}
        for path in made
        if path.is_file()
    }


def _weights(folder: Path) -> list[Path]:
    """The files of the plain weights: not those in half precision beside them, nor others' formats."""
    for name in (*SINGLE.values(), "pytorch_model.bin", "diffusion_pytorch_model.bin"):
        if (folder / name).is_file():
            return [folder / name]
    return index_files(folder)


def _check(home: Home, config: Mapping[str, Any], shapes: Mapping[str, Shape], name: str) -> None:
    import diffusers
    import torch

    kind = getattr(diffusers, home.kind)
    given = {key: value for key, value in config.items() if not key.startswith("_")}
    try:
        with torch.device("meta"):
            wanted = shapes_of(kind.from_config(given))
    except (TypeError, ValueError, KeyError) as fault:
        raise BadInput(
            f"{CONFIG} of {name} is damaged ({' '.join(str(fault).split())[:120]}).", "Get it again."
        ) from fault
    renamed = {_newer(each, wanted): shape for each, shape in shapes.items()}
    squeezed = {
        each: wanted[each] if each in wanted and shape[:2] == wanted[each] and shape[2:] == (1, 1) else shape
        for each, shape in renamed.items()
    }
    misfit = compare(kept(wanted, ""), squeezed)
    if misfit:
        raise Misfitting(f"{name} is not {home.what}: {misfit}.", "All names: add --json.", misfit)


def _newer(name: str, wanted: Mapping[str, Shape]) -> str:
    """A name as the library now has it."""
    if name in wanted:
        return name
    head, _, kind = name.rpartition(".")
    before, _, last = head.rpartition(".")
    return f"{before}.{OLD_ATTENTION[last]}.{kind}" if last in OLD_ATTENTION else name


def _check_loading(home: Home, place: Path, name: str) -> None:
    """Have the class read the weights without memory, and tell what it misses."""
    import transformers

    from engine.pretrained import LOADING, quiet

    kind = getattr(transformers, home.kind)
    try:
        with quiet():
            _, told = kind.from_pretrained(
                place, device_map="meta", output_loading_info=True, ignore_mismatched_sizes=True,
                local_files_only=True, use_safetensors=True,
            )  # fmt: skip
    except LOADING as fault:
        raise BadInput(f"{name} cannot be read ({' '.join(str(fault).split())[:160]}).", "Get it again.") from fault
    shaped = {each: (tuple(there), tuple(wanted)) for each, there, wanted in told["mismatched_keys"]}
    misfit = Misfit(tuple(sorted(told["missing_keys"])), tuple(sorted(told["unexpected_keys"])), shaped)
    if misfit:
        raise Misfitting(f"{name} is not {home.what}: {misfit}.", "All names: add --json.", misfit)
