"""CLIP's tokenizer, written out from the list of merges that the program ships."""

from __future__ import annotations

import gzip
import json

from engine.bundle.resources import resource

MERGES = "clip/merges.txt.gz"
BEGIN, END = "<|startoftext|>", "<|endoftext|>"
WORDS = 77  # tokens that CLIP reads, its marks counted


def files(pad: str = END) -> dict[str, bytes]:
    """Name to content of a tokenizer's folder.

    Parameters
    ----------
    pad
        Token that fills up short texts: CLIP's own is its end mark, OpenCLIP's is ``!``.
    """
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    merges = gzip.decompress(resource(MERGES).read_bytes())
    letters = list(bytes_to_unicode().values())
    pairs = merges.decode().splitlines()[1:]
    words = [*letters, *(f"{each}</w>" for each in letters), *("".join(pair.split()) for pair in pairs), BEGIN, END]
    settings = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": WORDS,
        "bos_token": BEGIN,
        "eos_token": END,
        "unk_token": END,
        "pad_token": pad,
    }
    return {
        "vocab.json": json.dumps({word: number for number, word in enumerate(words)}, ensure_ascii=False).encode(),
        "merges.txt": merges,
        "tokenizer_config.json": json.dumps(settings).encode(),
    }
