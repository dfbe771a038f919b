"""Vicuna's published tokenizers are sentencepiece files: they are read, steered and planned with as they are."""

from __future__ import annotations

import json

import numpy as np
import pytest
import sentencepiece
from transformers import AutoTokenizer

from engine.bundle import Bundle
from engine.importing import bundles
from engine.importing.child import Job
from engine.importing.child import run as read
from engine.importing.understanding import CONTROL_TOKENS
from engine.plan import load
from engine.plan.foreign import ForeignVocabulary
from engine.pretrained import processor
from training import tiny, tiny_understanding

WORDS = "the boat on the lake at dawn remove it replace with a swan make the sky stormy 天空 变成 红色".split()
PIECES = 330


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """InstructAny2Pix' folder as published: weights, and ``tokenizer`` with pieces and nine more tokens."""
    root = tmp_path_factory.mktemp("pieces") / "llm-retrained"
    tiny_understanding.write_any2pix(root, words=PIECES + len(CONTROL_TOKENS))
    folder = root / "tokenizer"
    folder.mkdir()
    texts = [" ".join(WORDS[at:] + WORDS[:at]) for at in range(len(WORDS))]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(3 * texts), model_prefix=str(folder / "tokenizer"), vocab_size=PIECES, model_type="bpe",
        byte_fallback=True, character_coverage=1.0, normalization_rule_name="identity",
        remove_extra_whitespaces=False, pad_id=-1, minloglevel=2,
    )  # fmt: skip
    (folder / "tokenizer.vocab").unlink()
    ends = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "LlamaTokenizer", **ends}))
    (folder / "special_tokens_map.json").write_text(
        json.dumps({**ends, "additional_special_tokens": list(CONTROL_TOKENS)})
    )
    more = {name: PIECES + at for at, name in enumerate(CONTROL_TOKENS)}
    (folder / "added_tokens.json").write_text(json.dumps(more))
    return root


@pytest.fixture(scope="module")
def bundle(source, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    config = json.loads((source / "config.json").read_text())
    done = read(Job((str(source / "pytorch_model.bin"),), str(home / "any"), config=config), lambda _what, _share: None)
    bundles.alongside(home / "any", source, tuple(done["folder"]), "language")
    tiny.write_manifest(home / "any")
    return Bundle.open("any", home)


@pytest.mark.parametrize("text", ["remove the boat", "the sky 天空, brighter!", "a  b", "é"])
def test_pieces_are_those_of_the_published_file(source, bundle, text):
    tokenizer = processor(AutoTokenizer, bundle, "language")
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(source / "tokenizer" / "tokenizer.model"))
    assert tokenizer(text, add_special_tokens=False).input_ids == pieces.encode(text)
    vocabulary = ForeignVocabulary.of(tokenizer)
    assert vocabulary.decode(list(vocabulary.encode(f" {text}"))).strip() == text.strip()
    assert tokenizer.convert_tokens_to_ids(CONTROL_TOKENS[-1]) == PIECES + len(CONTROL_TOKENS) - 1


def test_a_planner_speaks_with_them(bundle):
    planner = load(bundle)
    picture = np.random.default_rng(0).standard_normal(1024).astype(np.float32)
    plan = planner.plan("make the sky stormy", {}, picture)
    assert plan.prompt
    assert plan.embeddings is not None
