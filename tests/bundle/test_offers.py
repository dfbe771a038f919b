"""The shipped descriptions: their numbers against our own modules, and a pull of every part, in miniature."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import (
    ClapConfig,
    ClapModel,
    CLIPConfig,
    CLIPModel,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizerFast,
    DepthAnythingConfig,
    DepthAnythingForDepthEstimation,
    Dinov2Config,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    LlavaConfig,
    LlavaForConditionalGeneration,
    SamConfig,
    SamModel,
    SwinConfig,
)

from engine.bundle import Bundle, default_home, licences
from engine.bundle.catalogue import Offer, OfferedPart, offer, offers
from engine.bundle.hub import Hub
from engine.bundle.patience import Patience
from engine.bundle.pull import Order, pull
from engine.decode import DecodeRequest
from engine.encode.imagebind import ImageBindTowers
from engine.encode.imagebind_network import USED, ImageBind, ImageBindShape
from engine.errors import BundleError
from engine.ground.studio import StudioSelector
from engine.importing import clip_tokens, diffusion
from engine.importing.understanding import CLIP_LARGE, VICUNA
from engine.memory import needs
from engine.parts import Parts
from engine.plan.talking import TalkingPlanner
from engine.pretrained import quiet
from training import tiny, tiny_understanding
from training.bars import studio as bar
from training.bars.loopback import LoopbackHub


def text(width: int, layers: int, heads: int, activation: str, projection: int) -> dict[str, Any]:
    return {
        "hidden_size": width, "intermediate_size": 4 * width, "num_hidden_layers": layers,
        "num_attention_heads": heads, "hidden_act": activation, "projection_dim": projection,
    }  # fmt: skip


def smolvlm() -> Idefics3Config:
    words = {
        "model_type": "llama", "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 24,
        "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": 49155,
    }  # fmt: skip
    vision = {
        "hidden_size": 1152, "image_size": 384, "intermediate_size": 4304, "num_hidden_layers": 27,
        "num_attention_heads": 16, "patch_size": 14,
    }  # fmt: skip
    return Idefics3Config(text_config=words, vision_config=vision, scale_factor=3, tie_word_embeddings=False)


def clip_huge() -> CLIPConfig:
    vision = {**text(1280, 32, 16, "gelu", 1024), "patch_size": 14, "image_size": 224}
    return CLIPConfig(text_config=text(1024, 24, 16, "gelu", 1024), vision_config=vision, projection_dim=1024)


def depth_small() -> DepthAnythingConfig:
    backbone: Any = Dinov2Config(
        hidden_size=384, num_hidden_layers=12, num_attention_heads=6, image_size=518, patch_size=14,
        out_features=["stage3", "stage6", "stage9", "stage12"], reshape_hidden_states=False,
    )  # fmt: skip
    return DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=384, neck_hidden_sizes=[48, 96, 192, 384],
        fusion_hidden_size=64,
    )  # fmt: skip


def llava() -> LlavaConfig:
    vision, words = {**CLIP_LARGE, "model_type": "clip_vision_model"}, {**VICUNA, "vocab_size": 32064}
    return LlavaConfig(vision_config=vision, text_config=words)


def swin_tiny() -> SwinConfig:
    stages: Any = {"out_indices": [2, 3, 4]}
    return SwinConfig(embed_dim=96, depths=[2, 2, 6, 2], num_heads=[3, 6, 12, 24], window_size=7, **stages)


COMMON: dict[str, Callable[[], nn.Module]] = {  # part to its module at the published size
    "vae": lambda: diffusion.vae_of(diffusion.SDXL),
    "text": lambda: CLIPTextModel(CLIPTextConfig(**text(768, 12, 12, "quick_gelu", 768))),
    "text_2": lambda: CLIPTextModelWithProjection(CLIPTextConfig(**text(1280, 32, 20, "gelu", 1280))),
    "clip": lambda: CLIPModel(clip_huge()),
    "clap": lambda: ClapModel(ClapConfig()),
    "detector": lambda: GroundingDinoForObjectDetection(GroundingDinoConfig(backbone_config=swin_tiny())),
    "segmenter": lambda: SamModel(SamConfig()),
    "depth": lambda: DepthAnythingForDepthEstimation(depth_small()),
    "planner": lambda: LlavaForConditionalGeneration(llava()),
    "planner-small": lambda: Idefics3ForConditionalGeneration(smolvlm()),
    "imagebind": lambda: ImageBind(ImageBindShape().only(*USED)),
}


@pytest.mark.parametrize("name", ["studio-sd15", "studio-sdxl"])
def test_the_counts_of_weights_are_those_of_our_modules(name):
    family = diffusion.SDXL if name == "studio-sdxl" else diffusion.SD15
    made = COMMON | {"unet": lambda: diffusion.unet_of(family), "inpaint": lambda: diffusion.unet_of(family, 9)}
    for part in offer(name).parts:
        for network in part.networks:
            if network.name == "adapter":
                slots = diffusion.adapter_layout(family, 1024, 0).values()
                count = sum(math.prod(slot.shape) for slot in slots)
            else:
                with torch.device("meta"):
                    count = sum(value.numel() for value in made[part.name]().parameters())
            assert network.weights == count, part.name


def test_every_part_has_its_licence_and_none_stands_in_anothers_place():
    known = licences.table()
    for each in offers().values():
        assert {part.licence for part in each.parts} <= known.keys()
        everything = each.chosen(("planner", "adapter", "depth"))
        assert {"planner", "clip", "clap", "adapter"} <= {part.name for part in everything}
        names = [network.name for part in everything for network in part.networks]
        assert len(names) == len(set(names))
        for rivals in (("planner", "planner-small"), ("clip", "imagebind")):
            with pytest.raises(BundleError, match="stand in each other's place"):
                each.chosen(rivals)
        with pytest.raises(BundleError, match="clip needs clap"):
            each.chosen(("adapter",), ("clap",))
    imagebind = {part.name: part for part in offer("studio-sdxl").chosen(("imagebind",))}
    assert "imagebind-words" in imagebind
    assert known[imagebind["imagebind"].licence].commercial == "no"


def test_the_handbook_names_every_optional_part():
    told = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    for each in offers().values():
        for part in each.parts:
            assert not part.optional or f"`{part.name}`" in told


def published(folder: Path) -> dict[str, bytes]:
    """The files of a folder as repositories hold them: with those that the library no longer writes itself."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    files.setdefault("special_tokens_map.json", b"{}")
    if "processor_config.json" in files:
        told = json.loads(files["processor_config.json"])
        look = told.pop("image_processor") | {"processor_class": told["processor_class"]}
        files |= {
            "preprocessor_config.json": json.dumps(look).encode(),
            "processor_config.json": json.dumps(told).encode(),
        }
    if "tokenizer.json" in files:
        words = json.loads(files["tokenizer.json"])["model"]["vocab"]
        files.setdefault("vocab.json", json.dumps(words).encode())
        files.setdefault("vocab.txt", "\n".join(sorted(words, key=lambda word: words[word])).encode())
        files.setdefault("merges.txt", b"#version: 0.2\n")
    return files


def in_shards(folder: Path, count: int) -> dict[str, bytes]:
    """A folder whose weights are spread over several files."""
    files, tensors = published(folder), load_file(folder / "model.safetensors")
    del files["model.safetensors"]
    names, index = sorted(tensors), {}
    for at in range(count):
        shard = f"model-{at + 1:05d}-of-{count:05d}.safetensors"
        save_file({name: tensors[name] for name in names[at::count]}, folder / shard, {"format": "pt"})
        files[shard] = (folder / shard).read_bytes()
        index |= dict.fromkeys(names[at::count], shard)
    told = {"metadata": {"total_size": sum(value.nbytes for value in tensors.values())}, "weight_map": index}
    return files | {"model.safetensors.index.json": json.dumps(told).encode()}


@pytest.fixture(scope="module")
def parts_in_small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """Part of studio-sdxl to its files, by the names that they have in the bundle's part."""
    root = tmp_path_factory.mktemp("parts")
    with quiet():
        tiny.write_decoder(root, "sdxl", inpaint=True, embedding=tiny_understanding.WIDTH)
        for name, write in (
            ("planner", tiny_understanding.write_llava),
            ("planner-small", tiny_understanding.write_small_vlm),
            ("clip", tiny_understanding.write_clip),
            ("clap", tiny_understanding.write_clap),
            ("detector", tiny_understanding.write_detector),
            ("segmenter", tiny_understanding.write_segmenter),
            ("depth", tiny_understanding.write_depth),
        ):
            write(root / name)
        CLIPTokenizerFast.from_pretrained(root / "clip").save_pretrained(root / "clip")
    save_file(tiny_understanding.imagebind(), root / "imagebind.safetensors")
    decoder = root / "decoder"
    folders = {
        "unet": "unet", "inpaint": "inpaint", "vae": "vae", "text": "text_encoder", "text_2": "text_encoder_2",
        "tokenizer": "tokenizer", "tokenizer_2": "tokenizer_2", "schedule": "scheduler",
    }  # fmt: skip
    made = {part: published(decoder / folder) for part, folder in folders.items()}
    made |= {
        name: published(root / name) for name in ("planner-small", "clip", "clap", "detector", "segmenter", "depth")
    }
    made["planner"] = in_shards(root / "planner", 3)
    made["adapter"] = {"adapter.safetensors": (decoder / "adapter.safetensors").read_bytes()}
    made["imagebind"] = {"imagebind.safetensors": (root / "imagebind.safetensors").read_bytes()}
    made["imagebind-words"] = clip_tokens.files()
    return made


def without_sizes(part: OfferedPart) -> OfferedPart:
    return replace(part, files=tuple(replace(file, size=None, sha256=None) for file in part.files))


@pytest.fixture
def ground(tmp_path, parts_in_small) -> Iterator[tuple[Path, Hub]]:
    """A home with the starter and accepted licences, and a hub that holds what studio-sdxl's description names."""
    offered = offer("studio-sdxl")
    hub, repositories = LoopbackHub(), dict[str, dict[str, bytes]]()
    for part in offered.parts:
        held = repositories.setdefault(part.repository, {})
        held |= {
            file.path: parts_in_small[part.name][file.to]
            for file in part.files
            if file.needed or file.to in parts_in_small[part.name]
        }
    for repository, files in repositories.items():
        hub.commit(repository, files)
    settings = offered.settings | {"decoder/decoder.json": {"side": 128, "zero_empty": True}}
    parts = tuple(without_sizes(part) for part in offered.parts)
    described = TypeAdapter(Offer).dump_json(replace(offered, parts=parts, settings=settings))
    (tmp_path / "offers").mkdir()
    (tmp_path / "offers" / "studio-sdxl.bundle.json").write_bytes(described)
    home = tmp_path / "home"
    licences.accept(licences.table().values(), home)
    (home / "starter").symlink_to(default_home() / "starter")
    with hub.serving():
        yield home, Hub(hub.endpoint, Patience(stall=5.0, pause=0.0, attempts=2))


def pulled(ground: tuple[Path, Hub], *wanted: str) -> Bundle:
    home, hub = ground
    return pull(Order("studio-sdxl", wanted, offers=home.parent / "offers"), home, hub=hub)


def test_every_loader_finds_what_was_pulled(ground, engine, make_photo):
    bundle = pulled(ground, "planner", "adapter", "depth")
    assert {network.name for network in needs(bundle.manifest)} == {
        "planner", "clip", "clap", "detector", "segmenter", "depth", "unet", "inpaint", "vae", "text", "text_2",
        "adapter",
    }  # fmt: skip
    parts = Parts(bundle)
    parts.__dict__["encoder"] = engine._parts.encoder
    assert parts.memory.placement("planner") is not None
    assert isinstance(parts.planner, TalkingPlanner)
    read = parts.planner.prompt([("user", "<image>\na boat")], bar.picture().astype(np.float32) / 255)
    assert len(parts.planner.speaker.forward(read, parts.planner.speaker.cache())) == len(read)
    assert parts.wide is not None
    vector = parts.wide.text(["a boat"])[0]
    assert parts.wide.towers.heard([bar.sound(1, 48_000)], ["a boat", "a dog"]).shape == (1, 2)
    assert isinstance(parts.selector, StudioSelector)
    assert parts.select_at(make_photo(60, 80), (30, 30)).mask.shape == (60, 80)
    assert len(parts.selector.detector.boxes(bar.picture(), ["a dog"], sure=0.0)[0]) == 20
    assert parts.decoder is not None
    assert parts.decoder.embedding_width == len(vector)
    picture = parts.decoder.decode(DecodeRequest(64, 64, "a boat", steps=1, gen=vector))
    assert picture.shape == (64, 64, 3)
    assert parts.decoder._parts.extractors["depth"](picture).shape == (64, 64)


def test_the_other_planner_and_encoder_are_found_too(ground, engine):
    bundle = pulled(ground, "planner-small", "imagebind")
    parts = Parts(bundle)
    parts.__dict__["encoder"] = engine._parts.encoder
    planner: Any = parts.planner
    assert planner.template == "own"
    assert planner.speaker.forward(planner.prompt([("user", "a boat")], None), planner.speaker.cache()).ndim == 2
    shape = tiny_understanding.imagebind_shape()
    towers = ImageBindTowers.load(bundle, {"shape": shape.record()}, parts.networks)
    assert towers.texts(["a boat"]).shape == (1, shape.out)
    assert parts.wide is not None
    assert isinstance(parts.wide.towers, ImageBindTowers)
    with pytest.raises(BundleError, match=r"imagebind\.safetensors cannot be loaded"):
        parts.wide.text(["a boat"])  # the description names the published sizes
