"""Whole imports through the reading process, and what they leave in the bundle."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.bundle.catalogue import offer
from engine.bundle.manifest import Manifest
from engine.cli import run
from engine.errors import BadInput, MachineError
from engine.importing import bundles, importer
from engine.importing.child import Job
from engine.importing.child import run as read
from engine.memory import Room, needs, plan
from engine.restore.network import DiffRIR, Teacher
from engine.restore.shape import RestorerShape
from training.bars import importing as faulty

SMALL = {"dim": 8, "blocks": (1, 1, 1, 1), "refinement": 1, "extractor_width": 4, "extractor_blocks": 1}


def quiet(_what, _share):
    pass


def test_a_pickle_becomes_a_component_of_the_bundle(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OVERTONE_HOME", str(tmp_path))
    source = tmp_path / "mm_projector.bin"
    torch.save(faulty.projector(), source)
    assert run(["models", "import", str(source), "--name", "mine", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["kind"] == "llmga-projector"
    manifest = Manifest.read(tmp_path / "mine" / "bundle.json")
    assert manifest.extends == "starter"
    (component,) = manifest.components
    assert component.origins[0].origin == "mm_projector.bin"
    (entry,) = component.files
    written = load_file(tmp_path / "mine" / entry.path)
    wanted = list(faulty.projector().values())
    names = [f"model.multi_modal_projector.linear_{n}.{part}" for n in (1, 2) for part in ("weight", "bias")]
    assert all(torch.equal(written[name], value) for name, value in zip(names, wanted, strict=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "mine.lock", "mm_projector.bin"]


def test_a_misfit_leaves_the_bundle_alone_and_names_all_in_json(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OVERTONE_HOME", str(tmp_path / "home"))
    tensors, names = faulty.misfits()["missing"]
    save_file(tensors, tmp_path / "a.safetensors")
    assert run(["models", "import", str(tmp_path / "a.safetensors"), "--json"]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out)["missing"] == names["missing"]
    assert said.err.strip().splitlines()[-1].startswith("overtone: a.safetensors is not LLMGA's pretrained projector")
    assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.parametrize("name", ["starter", "../up", "Big", "a/b", ""])
def test_bundles_of_odd_names_are_refused(tmp_path, name):
    with pytest.raises(BadInput, match="cannot be named"):
        importer.import_path(tmp_path, name, home=tmp_path)


def test_a_full_disk_is_told_before_anything_is_read(tmp_path, monkeypatch):
    source = tmp_path / "a.safetensors"
    save_file(faulty.projector(), source)
    monkeypatch.setattr(importer.shutil, "disk_usage", lambda _path: type("Usage", (), {"free": 1000})())
    with pytest.raises(MachineError, match="are free"):
        importer.import_path(source, "mine", home=tmp_path / "home")


def test_a_home_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "taken").write_text("a file")
    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
    with pytest.raises(MachineError, match="cannot be written"):
        importer.import_path(tmp_path / "a.safetensors", home=tmp_path / "taken" / "home")


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "model.safetensors")
    with pytest.raises(BadInput, match="plain file"):
        importer.import_path(tmp_path / "model.safetensors", "studio", home=tmp_path / "home")


def test_restorers_of_two_scales_share_a_bundle(tmp_path):
    for scale in (1, 4):
        torch.manual_seed(scale)
        shape = RestorerShape(scale, **SMALL)
        torch.save({"params": {}, "params_ema": DiffRIR(shape).state_dict()}, tmp_path / f"x{scale}.pth")
    out = tmp_path / "out"
    config = {"shape": SMALL}
    read(Job((str(tmp_path / "x1.pth"),), str(out / "1"), config=config), quiet)
    held = {p: str(out / "1" / p) for p in ("own/restorer.safetensors", "own/restorer.json")}
    done = read(Job((str(tmp_path / "x4.pth"),), str(out / "4"), config=config, held=held), quiet)
    both = load_file(out / "4" / "own" / "restorer.safetensors")
    assert {name.split(".")[0] for name in both} == {"x1", "x4"}
    assert [each["scale"] for each in json.loads((out / "4" / "own" / "restorer.json").read_text())] == [1, 4]
    assert done["part"] == "restorer"


def test_the_first_stage_of_a_restorer_goes_where_training_finds_it(tmp_path):
    torch.manual_seed(0)
    published = Teacher(RestorerShape(2, **SMALL)).state_dict()
    torch.save({"params": published}, tmp_path / "s1.pth")
    done = read(Job((str(tmp_path / "s1.pth"),), str(tmp_path / "out"), config={"shape": SMALL}), quiet)
    assert (done["kind"], done["part"]) == ("diffrir-teacher", "teacher")
    written = load_file(tmp_path / "out" / "training" / "teacher-x2.safetensors")
    assert written.keys() == published.keys()
    assert all(torch.equal(value, published[name]) for name, value in written.items())


def test_a_tokenizer_comes_from_its_own_folder_too(tmp_path):
    (tmp_path / "llm" / "tokenizer").mkdir(parents=True)
    (tmp_path / "llm" / "tokenizer" / "tokenizer.model").write_bytes(b"pieces")
    (tmp_path / "llm" / "tokenizer" / "merges.txt").write_bytes(b"theirs")
    (tmp_path / "llm" / "merges.txt").write_bytes(b"own")
    names = ("tokenizer.model", "merges.txt", "vocab.json")
    done = bundles.alongside(tmp_path / "out", tmp_path / "llm", names, "language")
    assert {path: (tmp_path / "out" / path).read_bytes() for path in done} == {
        "language/tokenizer.model": b"pieces", "language/merges.txt": b"own",
    }  # fmt: skip


def test_a_component_is_replaced_and_others_stay(tmp_path):
    staged = tmp_path / "staged"

    def put(part, path, content):
        (staged / path).parent.mkdir(parents=True, exist_ok=True)
        (staged / path).write_bytes(content)
        sizes = {path: {"size": len(content), "sha256": bundles.sha256_of(staged / path)}}
        origin = bundles.Origin(part, "mit", f"{part}-{len(content)}")
        return bundles.add(tmp_path, "mine", staged, {"files": sizes, "part": part}, origin)

    put("encoder", "encoder/a", b"1")
    put("prior", "prior/a", b"22")
    bundle = put("encoder", "encoder/a", b"333")
    assert {c.name: [e.size for e in c.files] for c in bundle.manifest.components} == {"prior": [2], "encoder": [3]}
    assert (tmp_path / "mine" / "encoder" / "a").read_bytes() == b"333"


def test_copies_in_fewer_bits_go_with_what_they_were_made_of(tmp_path):
    staged = tmp_path / "staged"

    def put(*paths):
        for path in paths:
            (staged / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).write_bytes(b"1")
        sizes = {path: {"size": 1, "sha256": bundles.sha256_of(staged / path)} for path in paths}
        outcome = {"files": sizes, "part": paths[0].split("-")[-1].partition("/")[0]}
        return bundles.add(tmp_path, "mine", staged, outcome, bundles.Origin("a", "mit", "a"))

    copies = "decoder/unet-int8/model.safetensors", "decoder/text_encoder-int4/model.safetensors"
    put("decoder/unet/model.safetensors", "decoder/text_encoder/model.safetensors")
    put(*copies)
    bundle = put("decoder/unet/model.safetensors")
    assert [bundle.has(path) for path in copies] == [False, True]
    assert [(tmp_path / "mine" / path).exists() for path in copies] == [False, True]


def test_an_imported_bundle_says_what_its_networks_need(tmp_path):
    from training import tiny, tiny_understanding

    tiny.write_decoder(tmp_path / "made", "sdxl", inpaint=True, embedding=1024, controls=("edge",))
    made = tmp_path / "made" / "decoder"
    (made / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionXLPipeline"}))
    shutil.copytree(made / "controlnet-edge", tmp_path / "controlnet-edge")
    tiny_understanding.write_llava(tmp_path / "llava")
    tiny_understanding.write_clap(tmp_path / "clap")
    home = tmp_path / "home"

    def bring(source):
        outcome = read(Job((), str(tmp_path / "staged"), folder=str(source)), quiet)
        bundles.add(home, "mine", tmp_path / "staged", outcome, bundles.Origin(source.name, "mit", source.name))

    home.mkdir()
    for source in (made, tmp_path / "controlnet-edge", tmp_path / "llava", tmp_path / "clap"):
        bring(source)
    manifest = Manifest.read(home / "mine" / "bundle.json")
    found = {network.name: network for network in needs(manifest)}
    assert set(found) == {"unet", "vae", "text", "text_2", "controlnet-edge", "planner", "clap"}
    weights = {
        "unet": "decoder/unet/diffusion_pytorch_model", "vae": "decoder/vae/diffusion_pytorch_model",
        "planner": "language/model", "clap": "encoder/clap/model",
    }  # fmt: skip
    for name, path in weights.items():
        tensors = load_file(home / "mine" / f"{path}.safetensors")
        assert found[name].weights == sum(value.numel() for value in tensors.values())
    offered = {network.name: network for part in offer("studio-sdxl").parts for network in part.networks}
    for name in ("unet", "vae", "planner", "clap"):
        assert found[name] == replace(offered[name], weights=found[name].weights)
    assert plan(tuple(found.values()), Room(12 * 10**9, 64 * 10**9)).on_card("unet")

    bring(tmp_path / "llava")
    kept = needs(Manifest.read(home / "mine" / "bundle.json"))
    assert sorted(kept, key=lambda each: each.name) == sorted(found.values(), key=lambda each: each.name)


def test_weights_in_one_file_take_the_place_of_parts_and_of_their_network(tmp_path):
    staged = tmp_path / "staged"

    def put(part, numbers, *paths):
        for path in paths:
            (staged / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).write_bytes(path.encode())
        sizes = {path: {"size": len(path), "sha256": bundles.sha256_of(staged / path)} for path in paths}
        outcome = {"files": sizes, "part": part, "numbers": dict.fromkeys(paths, numbers)}
        return bundles.add(tmp_path, "mine", staged, outcome, bundles.Origin(part, "mit", part)).manifest

    put(
        "planner", 5, "language/model-1.safetensors", "language/model-2.safetensors", "language/model.safetensors.index"
    )
    manifest = put("language", 7, "language/model.safetensors")
    assert list(manifest.entries) == ["language/model.safetensors"]
    assert [(network.name, network.weights) for network in needs(manifest)] == [("planner", 7)]
