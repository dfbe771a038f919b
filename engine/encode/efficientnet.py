"""EfficientNet-Lite in torch (Tan & Le 2019): features at every stage, pooled features and class scores."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

Variant = Literal[0, 2]

# (repeats, kernel, stride, expansion, channels out) of the base network; see Tan & Le 2019, table 1.
_BASE = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEM, FEATURES, CLASSES = 32, 1280, 1000
_WIDTH_DEPTH: Mapping[int, tuple[float, float]] = {0: (1.0, 1.0), 2: (1.1, 1.2)}
INPUT_SIZE: Mapping[int, int] = {0: 224, 2: 260}


@dataclass(frozen=True, eq=False)
class Features:
    """What the network sees in a batch of ``n`` pictures.

    Attributes
    ----------
    stages
        Output of each resolution, fine to coarse: ``(n, c, h, w)`` at 1/2, 1/4, 1/8, 1/16 and 1/32 of the input.
    pooled
        ``(n, 1280)`` mean over positions after the head.
    logits
        ``(n, 1000)`` ImageNet class scores before softmax.
    """

    stages: tuple[Tensor, ...]
    pooled: Tensor
    logits: Tensor


def _channels(base: int, width: float) -> int:
    """Channel count scaled by ``width``, to the nearest multiple of 8 and never more than a tenth below."""
    scaled = base * width
    rounded = max(8, int(scaled + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * scaled else rounded


class _Convolution(nn.Conv2d):
    """A convolution with TensorFlow's SAME padding, so that every input size gives ceil(size / stride)."""

    def __init__(self, into: int, out: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(into, out, kernel, stride, padding=kernel // 2 if stride == 1 else 0, groups=groups)

    def forward(self, input: Tensor) -> Tensor:
        if self.stride[0] > 1:
            input = functional.pad(input, (*self._margins(input.shape[3]), *self._margins(input.shape[2])))
        return super().forward(input)

    def _margins(self, size: int) -> tuple[int, int]:
        kernel, stride = self.kernel_size[0], self.stride[0]
        total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
        return total // 2, total - total // 2


class _Block(nn.Module):
    """Inverted bottleneck without squeeze-and-excitation (Lite)."""

    def __init__(self, into: int, out: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = into * expansion
        self.expand = _Convolution(into, inner, 1) if expansion > 1 else None
        self.depthwise = _Convolution(inner, inner, kernel, stride, groups=inner)
        self.project = _Convolution(inner, out, 1)
        self.keeps = stride == 1 and into == out

    def forward(self, values: Tensor) -> Tensor:
        inner = values if self.expand is None else functional.relu6(self.expand(values), inplace=True)
        inner = functional.relu6(self.depthwise(inner), inplace=True)
        out = self.project(inner)
        return out + values if self.keeps else out


class EfficientNetLite(nn.Module):
    """EfficientNet-Lite0 or -Lite2 with batch norm folded into its convolutions.

    Parameters
    ----------
    variant
        0 (input side 224) or 2 (input side 260); other sizes work too.
    """

    def __init__(self, variant: Variant = 0) -> None:
        super().__init__()
        width, depth = _WIDTH_DEPTH[variant]
        self.variant = variant
        self.stem = _Convolution(3, _STEM, 3, 2)
        blocks: list[_Block] = []
        into = _STEM
        for index, (repeats, kernel, stride, expansion, channels) in enumerate(_BASE):
            out = _channels(channels, width)
            # Lite keeps the depth of the first and the last stage.
            count = repeats if index in (0, len(_BASE) - 1) else math.ceil(depth * repeats)
            for step in range(count):
                blocks.append(_Block(into, out, kernel, stride if step == 0 else 1, expansion))
                into = out
        self.blocks = nn.ModuleList(blocks)
        self.head = _Convolution(into, FEATURES, 1)
        self.classifier = nn.Linear(FEATURES, CLASSES)

    @staticmethod
    def load(tensors: Mapping[str, Tensor], variant: Variant = 0) -> EfficientNetLite:
        """The network with its weights, in eval mode, channels-last.

        Raises
        ------
        RuntimeError
            When a tensor is missing, unknown or of another shape.
        """
        network = EfficientNetLite(variant)
        network.load_state_dict({name: value.float() for name, value in tensors.items()})
        network.eval().requires_grad_(False)
        for part in network.modules():
            if isinstance(part, nn.Conv2d):
                part.weight.data = part.weight.data.contiguous(memory_format=torch.channels_last)
        return network

    def forward(self, pictures: Tensor) -> Features:
        """Run the whole network.

        Parameters
        ----------
        pictures
            ``(n, 3, h, w)``, display-encoded RGB, 0 to 1; any size from 32 up.
        """
        stages: list[Tensor] = []
        # The originals were trained on (code - 127) / 128 of 8-bit codes.
        values = functional.relu6(self.stem((pictures * 255.0 - 127.0) / 128.0), inplace=True)
        for block in self.blocks:
            assert isinstance(block, _Block)
            if block.depthwise.stride[0] > 1:
                stages.append(values)
            values = block(values)
        stages.append(values)
        pooled = functional.relu6(self.head(values)).mean(dim=(2, 3))
        return Features(tuple(stages), pooled, self.classifier(pooled))
