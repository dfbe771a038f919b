"""Folders that the libraries save, imported into a bundle and loaded from it."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.bundle import Bundle
from engine.decode.components import Components
from engine.encode.clip_clap import ClipClap
from engine.errors import BadInput
from engine.importing import folders
from engine.importing.child import Job
from engine.importing.child import run as read
from engine.importing.layouts import Misfitting
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


def test_understanding_folders_go_where_they_are_looked_for(tmp_path):
    for write, folder in (
        (tiny_understanding.write_clip, "clip"),
        (tiny_understanding.write_clap, "clap"),
        (tiny_understanding.write_segmenter, "sam"),
        (tiny_understanding.write_llava, "llava"),
    ):
        write(tmp_path / folder)
        assert folders.is_folder(tmp_path / folder)
        read(Job((), str(tmp_path / "any"), folder=str(tmp_path / folder)), quiet)
    tiny.write_manifest(tmp_path / "any")
    bundle = Bundle.open("any", tmp_path)
    assert bundle.json("encoder/encoder.json") == {"class": "clip-clap"}
    assert bundle.json("language/language.json") == {"class": "llava"}
    assert ClipClap.load(bundle).texts(["a dog"]).shape == (1, 32)
    assert bundle.has("grounding/segmenter/model.safetensors")


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
