"""Tiny restorers with random weights, and their inputs."""

from __future__ import annotations

import numpy as np
import torch

from engine.restore.network import DiffRIR
from engine.restore.shape import RestorerShape


def shape(scale: int = 1, *, sees_mask: bool = True) -> RestorerShape:
    return RestorerShape(scale, 8, (2, 1, 1, 1), 1, (1, 2, 4, 8), 2.0, 4, 2, sees_mask=sees_mask)


def network(scale: int = 1, *, sees_mask: bool = True) -> DiffRIR:
    """A network whose output is far from its input."""
    torch.manual_seed(scale)
    made = DiffRIR(shape(scale, sees_mask=sees_mask)).eval()
    with torch.no_grad():
        [each for each in made.G.tail.modules() if isinstance(each, torch.nn.Conv2d)][-1].weight.mul_(3)
    return made


def inputs(height: int, width: int, scale: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Decoded and preserved pictures and a mask with soft pixels, the last two at output size."""
    random = np.random.default_rng(height * width)
    decoded = random.random((height, width, 3), np.float32)
    preserved = random.random((height * scale, width * scale, 3), np.float32)
    mask = np.zeros((height * scale, width * scale), np.float32)
    mask[height // 4 : max(height * scale // 2, 1), width // 4 : max(width * scale // 2, 1)] = 1
    mask[height // 4] *= 0.5
    return decoded, preserved, mask
