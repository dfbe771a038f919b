"""Model folders of AUTOMATIC1111 and ComfyUI: found, linked without a copy, and told when they have changed."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from functools import partial

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine import linked
from engine.bundle import Bundle
from engine.bundle.manifest import NAME, Manifest
from engine.cli import run
from engine.decode.components import ADAPTER, Components
from engine.errors import BadInput, BundleError
from engine.importing import child, diffusion, importer, kinds, webui
from engine.importing.diffusion import TextShape
from tests.importing.test_layouts import TINY
from training import tiny

WIDTH = 24  # of picture embeddings
FAMILY = replace(
    TINY,
    unet={**TINY.unet, "projection_class_embeddings_input_dim": 56},
    text=TextShape(16, 2, 2, "quick_gelu"),
    text_2=TextShape(32, 2, 2, "gelu"),
)


def checkpoint(seed: int) -> dict[str, torch.Tensor]:
    """A Stable Diffusion XL in one file, in miniature and half precision."""
    generator = torch.Generator().manual_seed(seed)
    layout = diffusion.checkpoint_layout(FAMILY, {})
    tensors = {name: 0.1 * torch.randn(slot.shape, generator=generator) for name, slot in layout.items()}
    tensors |= {name: value + 1 for name, value in tensors.items() if "norm" in name and name.endswith("weight")}
    position = "conditioner.embedders.0.transformer.text_model.embeddings.position_ids"
    return {name: value.half() for name, value in tensors.items()} | {position: torch.arange(77)[None]}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """AUTOMATIC1111's folders with two checkpoints, one of them a pickle, and other things."""
    root = tmp_path_factory.mktemp("webui")
    for name in ("models/Stable-diffusion/portraits", "models/VAE", "models/Lora", "models/ControlNet", "embeddings"):
        (root / name).mkdir(parents=True)
    save_file(checkpoint(1), root / "models" / "Stable-diffusion" / "My SD_XL v1.safetensors")
    torch.save({"state_dict": checkpoint(2)}, root / "models" / "Stable-diffusion" / "portraits" / "old.ckpt")
    save_file({"lora_unet_down": torch.zeros(2)}, root / "models" / "Stable-diffusion" / "odd.safetensors")
    save_file({"lora_unet_down": torch.zeros(2)}, root / "models" / "Lora" / "style.safetensors")
    torch.save({"string_to_param": {}}, root / "embeddings" / "bad-hands.pt")
    return root


@pytest.fixture
def small(monkeypatch, tmp_path):
    """The program's kinds with miniature sizes, read in this process; the home of the bundles."""
    sizes = {
        "sdxl": (kinds._checkpoint, kinds._checkpoint_files),
        "autoencoder": (diffusion.autoencoder_layout, None),
        "controlnet-sdxl": (diffusion.controlnet_layout, diffusion.controlnet_files),
        "ip-adapter-sdxl": (lambda family, _shapes, _config: diffusion.adapter_layout(family, WIDTH), None),
    }
    made = []
    for kind in (kind for kind in kinds.KINDS if kind.name in sizes):
        layout, files = sizes[kind.name]
        made.append(
            replace(kind, layout=partial(layout, FAMILY), files=partial(files, FAMILY) if files else kind.files)
        )
    monkeypatch.setattr(kinds, "KINDS", tuple(made))
    monkeypatch.setattr(importer, "_asked", lambda job, progress: json.loads(json.dumps(child.run(job, progress))))
    monkeypatch.setenv("OVERTONE_HOME", str(tmp_path / "home"))
    tiny.write_manifest(_made(tmp_path / "home" / "starter"))
    return tmp_path / "home"


def _made(folder):
    folder.mkdir(parents=True)
    return folder


def untouched(root):
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(root.rglob("*"))}


def same(one, two):
    assert one.keys() == two.keys()
    return all(torch.equal(value, two[name]) for name, value in one.items())


def test_what_lies_there_is_listed_with_how_to_import_it(small, models, capsys):
    before = untouched(models)
    assert run(["models", "import", str(models)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("My SD_XL v1.safetensors: Stable Diffusion XL in one file, 0.0")
    assert said[0].endswith("can be linked")
    assert said[1].startswith("old.ckpt: ")
    assert said[1].endswith("would be converted into a copy")
    assert said[2].startswith("odd.safetensors: not used. No kind of checkpoint")
    assert said[3] == "Not used: 1 textual inversions, 1 LoRAs."
    assert said[4] == f'Import one: overtone models import "{models}" --take "My SD_XL v1"'
    assert said[5] == f'Import all checkpoints: overtone models import "{models}" --all'
    assert untouched(models) == before
    assert not list(small.glob(f"*xl*/{NAME}"))
    assert run(["models", "import", str(models), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["linkable"] for each in told["found"]] == [True, False, False]


def test_a_linked_checkpoint_is_the_copied_one_without_the_copy(small, models, capsys):
    before = untouched(models)
    source = models / "models" / "Stable-diffusion" / "My SD_XL v1.safetensors"
    assert run(["models", "import", str(models), "--take", "My SD_XL v1"]) == 0
    assert "linked into the bundle my-sd_xl-v1; the file stays where it is" in capsys.readouterr().out
    importer.import_path(source, "copied", home=small)
    manifest = Manifest.read(small / "my-sd_xl-v1" / NAME)
    links = [entry for entry in manifest.entries.values() if entry.link]
    assert {entry.path for entry in links} == {
        linked.place(f"decoder/{part}") for part in ("unet", "vae", "text_encoder", "text_encoder_2")
    }
    assert {(entry.link, entry.size) for entry in links} == {(str(source), source.stat().st_size)}
    assert {entry.sha256 for entry in links} == {manifest.components[0].origins[0].sha256}
    assert not list((small / "my-sd_xl-v1").rglob("*.safetensors"))
    one, two = (Components(Bundle.open(name, small)) for name in ("my-sd_xl-v1", "copied"))
    assert same(one.base.unet.state_dict(), two.base.unet.state_dict())
    assert same(one.vae.state_dict(), two.vae.state_dict())
    for mine, theirs in zip(one.text.towers, two.text.towers, strict=True):
        assert same(mine.model.state_dict(), theirs.model.state_dict())
    assert torch.equal(one.text.encode("a boat").states, two.text.encode("a boat").states)
    assert one.base.unet.dtype == two.base.unet.dtype
    Bundle.open("my-sd_xl-v1", small).verify()
    assert untouched(models) == before


def test_a_linked_file_that_moved_or_changed_is_told(small, models, tmp_path):
    source = tmp_path / "a.safetensors"
    source.write_bytes((models / "models" / "Stable-diffusion" / "My SD_XL v1.safetensors").read_bytes())
    importer.import_path(source, "mine", home=small, link=True)
    source.rename(tmp_path / "b.safetensors")
    with pytest.raises(BundleError, match=rf"{source}.*has moved or is gone") as told:
        Bundle.open("mine", small)
    assert "--link --name mine" in told.value.hint
    (tmp_path / "b.safetensors").rename(source)
    assert Components(Bundle.open("mine", small)).vae is not None
    content = bytearray(source.read_bytes())
    content[-1] ^= 1
    source.write_bytes(content)
    os.utime(source, ns=(0, 0))
    with pytest.raises(BundleError, match="has changed since it was imported"):
        _ = Components(Bundle.open("mine", small)).vae
    with pytest.raises(BundleError, match="has changed"):
        Bundle.open("mine", small).verify()
    source.write_bytes(content[:-4])
    with pytest.raises(BundleError, match="has changed"):
        Bundle.open("mine", small)
    moved = tmp_path / "c.safetensors"  # as the hint says
    moved.write_bytes((models / "models" / "Stable-diffusion" / "My SD_XL v1.safetensors").read_bytes())
    assert run(["models", "import", str(moved), "--link", "--name", "mine"]) == 0
    assert Components(Bundle.open("mine", small)).vae is not None


def test_a_network_at_work_outlives_its_linked_file(small, models, tmp_path):
    source = tmp_path / "a.safetensors"
    source.write_bytes((models / "models" / "Stable-diffusion" / "My SD_XL v1.safetensors").read_bytes())
    importer.import_path(source, "mine", home=small, link=True)
    before = linked.tensors(Bundle.open("mine", small), "decoder/unet")
    weights = [part for name, part in load_file(source).items() if name.startswith("model.diffusion_model.")]
    sums = sorted(float(part.float().sum()) for part in weights)
    with source.open("r+b") as file:
        file.write(bytes(source.stat().st_size))
    assert sorted(float(part.float().sum()) for part in before.values()) == pytest.approx(sums)


def test_want_of_memory_is_no_damage_of_a_linked_file(small, models, monkeypatch):
    source = models / "models" / "Stable-diffusion" / "My SD_XL v1.safetensors"
    importer.import_path(source, "mine", home=small, link=True)

    def used_up(*_args):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(linked.Target, "of", used_up)
    with pytest.raises(RuntimeError, match="can't allocate"):
        linked.tensors(Bundle.open("mine", small), "decoder/unet")


def test_a_pickle_is_converted_and_said_so(small, models, capsys):
    tiny.write_manifest(_made(small / "old"))  # a bundle that was fetched and is called as the file
    assert run(["models", "import", str(models), "--take", "old.ckpt"]) == 0
    assert "in the bundle old-2" in capsys.readouterr().out
    assert run(["models", "import", str(models), "--take", "old.ckpt", "--name", "older"]) == 0
    said = capsys.readouterr().out
    assert "converted into a copy" in said
    entries = Manifest.read(small / "older" / NAME).entries
    assert not any(entry.link for entry in entries.values())
    assert "decoder/unet/diffusion_pytorch_model.safetensors" in entries


def test_all_checkpoints_come_each_into_its_own_bundle(small, models, capsys):
    assert run(["models", "import", str(models), "--all", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["imported"]
    assert [(each["bundle"], each["linked"]) for each in told] == [("my-sd_xl-v1", True), ("old", False)]


def test_another_file_of_the_same_name_gets_a_bundle_of_its_own(small, models, tmp_path, capsys):
    root = tmp_path / "models" / "Stable-diffusion"
    content = (models / "models" / "Stable-diffusion" / "My SD_XL v1.safetensors").read_bytes()
    for name in ("one", "two"):
        (root / name).mkdir(parents=True)
        (root / name / "model.safetensors").write_bytes(content)

    def bundle(name):
        assert run(["models", "import", str(tmp_path), "--take", str(root / name / "model.safetensors"), "--json"]) == 0
        return json.loads(capsys.readouterr().out)["imported"][0]["bundle"]

    assert [bundle(name) for name in ("one", "two", "one")] == ["model", "model-2", "model"]
    (root / "one" / "model.safetensors").rename(root / "one" / "model.moved")
    assert bundle("two") == "model"  # in the place of what is gone


def test_choices_that_cannot_be_are_told(small, models, tmp_path, capsys):
    folder, held = tmp_path / "models" / "Stable-diffusion", models / "models" / "Stable-diffusion"
    folder.mkdir(parents=True)
    for name, source in (("a", "My SD_XL v1"), ("b", "My SD_XL v1"), ("odd", "odd")):
        os.link(held / f"{source}.safetensors", folder / f"{name}.safetensors")
    for options, told in (
        (["--all", "--name", "one"], "cannot share a bundle"), (["--take", "odd"], "No kind of checkpoint"),
        (["--take", "nothing"], "No file has the name 'nothing'"),
    ):  # fmt: skip
        assert run(["models", "import", str(tmp_path), *options]) == 2
        assert told in capsys.readouterr().err
    assert run(["models", "import", str(models / "models" / "Lora"), "--all"]) == 2
    assert "no model folder" in capsys.readouterr().err
    assert sorted(path.name for path in small.iterdir()) == ["starter"]


def test_a_copy_takes_the_place_of_a_link_and_back(small, models):
    source = models / "models" / "Stable-diffusion" / "My SD_XL v1.safetensors"
    weights = small / "mine" / "decoder" / "unet" / "diffusion_pytorch_model.safetensors"
    for link in (True, False, True):
        importer.import_path(source, "mine", home=small, link=link)
        bundle = Bundle.open("mine", small)
        assert bundle.has(f"decoder/unet/{linked.NAMES}") is link
        assert (weights.is_file(), (weights.parent / linked.NAMES).is_file()) == (not link, link)
        assert Components(bundle).base.unet.num_parameters() > 0


def test_autoencoders_controlnets_and_adapters_are_linked_into_a_bundle(small, models, tmp_path, capsys):
    root = tmp_path / "ComfyUI" / "models"
    for name in ("checkpoints", "vae", "controlnet", "ipadapter"):
        (root / name).mkdir(parents=True)
    generator = torch.Generator().manual_seed(7)

    def random(layout):
        return {name: 0.1 * torch.randn(slot.shape, generator=generator) for name, slot in layout.items()}

    vae = random(diffusion.autoencoder_layout(FAMILY, {}, {})) | {"loss.logvar": torch.zeros(())}
    save_file(vae, root / "vae" / "fine.safetensors")
    control = random(diffusion.controlnet_layout(FAMILY, {"control_model.x": ()}, {"file": "canny"}))
    save_file(control, root / "controlnet" / "control-xl-canny.safetensors")
    save_file(control, root / "controlnet" / "control-xl-openpose.safetensors")
    save_file(random(diffusion.adapter_layout(FAMILY, WIDTH)), root / "ipadapter" / "faces.safetensors")
    assert run(["models", "import", str(root)]) == 0
    said = capsys.readouterr().out
    assert "fine.safetensors: an autoencoder for Stable Diffusion, 0.00 GB, can be linked, add it to a bundle" in said
    assert "control-xl-openpose.safetensors: not used." in said
    assert run(["models", "import", str(root), "--take", "fine"]) == 2
    assert "only a part of a bundle" in capsys.readouterr().err
    assert run(["models", "import", str(root), "--take", "fine", "--name", "none"]) == 2
    assert "goes into a bundle with a decoder" in capsys.readouterr().err
    assert not (small / "none").exists()
    importer.import_path(models / "models" / "Stable-diffusion" / "My SD_XL v1.safetensors", "mine", home=small)
    before = Components(Bundle.open("mine", small)).vae.state_dict()
    taken = [part for name in ("fine", "control-xl-canny", "faces") for part in ("--take", name)]
    assert run(["models", "import", str(root), *taken, "--name", "mine"]) == 0
    parts = Components(Bundle.open("mine", small))
    assert parts.controls == ("edge",)
    assert parts.embedding_width == WIDTH
    assert Bundle.open("mine", small).path(ADAPTER) == root / "ipadapter" / "faces.safetensors"
    for weight, theirs in (
        (parts.controlnet("edge").conv_in.weight, control["control_model.input_blocks.0.0.weight"]),
        (parts.vae.decoder.conv_in.weight, vae["decoder.conv_in.weight"]),
    ):
        assert torch.equal(weight, theirs.to(weight.dtype))
    assert not same(before, parts.vae.state_dict())
    assert not (small / "mine" / "decoder" / "vae" / "diffusion_pytorch_model.safetensors").exists()


def test_comfyui_and_its_further_folders_are_found(tmp_path):
    comfy, other = tmp_path / "ComfyUI", tmp_path / "elsewhere"
    (comfy / "models" / "checkpoints" / "deep").mkdir(parents=True)
    (other / "Stable-diffusion").mkdir(parents=True)
    (other / "vae").mkdir()
    for path in (
        comfy / "models" / "checkpoints" / "deep" / "a.safetensors", other / "Stable-diffusion" / "b.ckpt",
        other / "vae" / "c.pt", comfy / "models" / "checkpoints" / "put_checkpoints_here",
    ):  # fmt: skip
        path.write_bytes(b"x")
    (comfy / "models" / "checkpoints" / "loop").symlink_to(comfy / "models" / "checkpoints")
    (comfy / webui.EXTRA).write_text(
        f"a111:\n    base_path: {other}\n    checkpoints: |\n        Stable-diffusion\n        missing\n    vae: vae\n"
    )
    assert webui.is_webui(comfy)
    assert webui.is_webui(comfy / "models")
    assert [path.name for path in webui.files(comfy)] == ["a.safetensors", "b.ckpt", "c.pt"]
    assert not webui.is_webui(other / "vae")
    (comfy / webui.EXTRA).write_text('a:\n    base_path: "~nobody-of-that-name"\n    checkpoints: x\n')
    (comfy / "models" / "checkpoints" / "moved.safetensors").symlink_to(tmp_path / "nowhere")
    assert [path.name for path in webui.files(comfy)] == ["a.safetensors"]
    for damaged in ("a: [", "a: 2001-99-99", "[" * 5000, "a: \0"):
        (comfy / webui.EXTRA).write_text(damaged)
        with pytest.raises(BadInput, match="cannot be read"):
            webui.files(comfy)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("SD XL (v1).safetensors", "sd-xl-v1"),
        ("starter.ckpt", "starter-model"),
        ("模型.ckpt", "model"),
        ("a.ckpt", "a-2"),
    ],
)
def test_bundles_are_named_after_their_files(tmp_path, file, name):
    assert webui.bundle_name(tmp_path / file, ["a"]) == name
