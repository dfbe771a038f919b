"""Folders that the libraries save, imported into a bundle and loaded from it."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.bundle import Bundle
from engine.decode import extractors
from engine.decode.components import Components
from engine.encode.clip_clap import ClipClap
from engine.errors import BadInput
from engine.ground import studio
from engine.importing import folders
from engine.importing.child import Job
from engine.importing.child import run as read
from engine.importing.layouts import Misfitting
from engine.plan import load as load_planner
from training import tiny, tiny_understanding


def quiet(_what, _share):
    pass


def test_a_pipeline_folder_becomes_a_decoder(tmp_path):
    source = tmp_path / "sd"
    tiny.write_decoder(tmp_path / "made", "sdxl")
    (tmp_path / "made" / "decoder").rename(source)
    (source / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionXLPipeline"}))
    weights = load_file(source / "unet" / "diffusion_pytorch_model.safetensors")
    (source / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    torch.save(weights, source / "unet" / "diffusion_pytorch_model.bin")
    assert folders.is_folder(source)
    done = read(Job((), str(tmp_path / "any"), folder=str(source)), quiet)
    assert done["part"] == "decoder"
    assert "decoder/unet/diffusion_pytorch_model.safetensors" in done["files"]
    tiny.write_manifest(tmp_path / "any")
    parts = Components(Bundle.open("any", tmp_path))
    assert parts.settings.zero_empty
    loaded = parts.base.unet.state_dict()
    assert all(torch.equal(loaded[name], value.to(loaded[name].dtype)) for name, value in weights.items())
    assert parts.text.pools


def brought(tmp_path, source):
    """What importing a folder into the bundle ``any`` did, and the bundle."""
    assert folders.is_folder(source)
    done = read(Job((), str(tmp_path / "any"), folder=str(source)), quiet)
    tiny.write_manifest(tmp_path / "any")
    return done, Bundle.open("any", tmp_path)


def test_understanding_folders_go_where_they_are_looked_for(tmp_path):
    for write, folder in ((tiny_understanding.write_clip, "clip"), (tiny_understanding.write_clap, "clap")):
        write(tmp_path / folder)
        done, bundle = brought(tmp_path, tmp_path / folder)
        assert done["part"] == "encoder"
    assert bundle.json("encoder/encoder.json") == {"class": "clip-clap"}
    assert ClipClap.load(bundle).texts(["a dog"]).shape == (1, 32)


@pytest.mark.parametrize(
    ("write", "named"), [(tiny_understanding.write_llava, "llava"), (tiny_understanding.write_small_vlm, "vlm")]
)
def test_language_models_that_see_become_planners(tmp_path, write, named):
    write(tmp_path / "source")
    done, bundle = brought(tmp_path, tmp_path / "source")
    assert done["part"] == "language"
    assert bundle.json("language/language.json") == {"class": named}
    picture = np.random.default_rng(0).random((20, 30, 3), np.float32)
    assert load_planner(bundle).plan("remove the boat", {}, picture=picture).operations


def test_a_small_vision_model_of_the_later_class_goes_to_the_same_place():
    assert folders.MODELS["smolvlm"].folder == folders.MODELS["idefics3"].folder == "language"
    assert folders.MODELS["smolvlm"].settings == folders.MODELS["idefics3"].settings


def test_a_detector_and_a_segmenter_become_the_grounding(tmp_path):
    for write, folder in ((tiny_understanding.write_detector, "dino"), (tiny_understanding.write_segmenter, "sam")):
        write(tmp_path / folder)
        done, bundle = brought(tmp_path, tmp_path / folder)
        assert done["part"] == "grounding"
    selector = studio.load(bundle, None)  # pyright: ignore[reportArgumentType]
    assert selector is not None
    picture = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    found = selector.detector.boxes(picture, ["a dog"], sure=0.0)[0]
    assert selector.segmenter.masks(picture, [found[0].box]).shape == (1, 40, 60)


def test_a_depth_model_becomes_a_control(tmp_path):
    tiny_understanding.write_depth(tmp_path / "depth-anything")
    done, bundle = brought(tmp_path, tmp_path / "depth-anything")
    assert done["part"] == "controls"
    near = extractors.load(bundle)["depth"](np.random.default_rng(0).random((30, 40, 3), np.float32))
    assert (near.shape, near.min(), near.max()) == ((30, 40), 0, 1)


def test_controlnets_and_networks_of_a_pipeline_alone_go_into_the_decoder(tmp_path):
    tiny.write_decoder(tmp_path / "made", "sd15", inpaint=True, controls=("depth",))
    decoder = tmp_path / "made" / "decoder"
    for folder, place in (
        ("controlnet-depth", "decoder/controlnet-depth"), ("inpaint", "decoder/inpaint"), ("unet", "decoder/unet"),
        ("vae", "decoder/vae"),
    ):  # fmt: skip
        done, bundle = brought(tmp_path, decoder / folder)
        weights = "diffusion_pytorch_model.safetensors"
        assert f"{place}/{weights}" in done["files"]
        assert load_file(bundle.path(f"{place}/{weights}")).keys() == load_file(decoder / folder / weights).keys()


def test_a_refiners_folder_brings_its_network_alone(tmp_path):
    tiny.write_decoder(tmp_path / "made", "sdxl", refiner=True)
    source = tmp_path / "sd-xl-refiner"
    source.mkdir()
    for folder, name in (("refiner", "unet"), ("vae", "vae"), ("text_encoder_2", "text_encoder_2")):
        (tmp_path / "made" / "decoder" / folder).rename(source / name)
    (source / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionXLImg2ImgPipeline"}))
    done, _ = brought(tmp_path, source)
    assert done["part"] == "refiner"
    assert {path.rpartition("/")[0] for path in done["files"]} == {"decoder/refiner"}


def test_missing_and_odd_weights_of_folders_are_named(tmp_path):
    tiny_understanding.write_clip(tmp_path / "clip")
    path = tmp_path / "clip" / "model.safetensors"
    tensors = load_file(path)
    del tensors["visual_projection.weight"]
    tensors["extra"] = torch.zeros(2)
    save_file(tensors, path, {"format": "pt"})
    with pytest.raises(Misfitting, match="is not CLIP") as told:
        read(Job((), str(tmp_path / "any"), folder=str(tmp_path / "clip")), quiet)
    assert told.value.misfit.missing == ("visual_projection.weight",)
    assert told.value.misfit.unexpected == ("extra",)
    tiny.write_decoder(tmp_path / "made", "sd15")
    unet = tmp_path / "made" / "decoder" / "unet"
    path = unet / "diffusion_pytorch_model.safetensors"
    tensors = load_file(path)
    del tensors["conv_in.bias"]
    save_file(tensors, path)
    with pytest.raises(Misfitting, match=r"lacks 1: conv_in\.bias"):
        read(Job((), str(tmp_path / "any"), folder=str(unet)), quiet)


def test_folders_of_other_classes_are_refused(tmp_path):
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "config.json").write_text('{"_class_name": "Transformer2DModel"}')
    with pytest.raises(BadInput, match="Transformer2DModel"):
        list(folders.homes(tmp_path / "odd"))
    (tmp_path / "odd" / "config.json").write_text('{"model_type": "llava", "mm_hidden_size": 1024}')
    assert not folders.is_folder(tmp_path / "odd")
