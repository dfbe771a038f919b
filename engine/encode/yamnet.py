"""YAMNet in torch: 521 AudioSet classes over windows of 0.96 s (MobileNet v1 on log-mel patches)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

RATE = 16_000  # Hz
CLASSES = 521
_WINDOW, _HOP, _FFT = 400, 160, 512  # samples: 25 ms, 10 ms
_BANDS, _LOW, _HIGH = 64, 125.0, 7500.0  # mel bands between two frequencies in Hz
_OFFSET = 0.001  # added to mel magnitudes before the logarithm
FRAMES, FRAME_STEP = 96, 48  # frames of a patch and between patches: 0.96 s and 0.48 s
PATCH = _WINDOW + (FRAMES - 1) * _HOP  # samples under one patch
STRIDE = FRAME_STEP * _HOP  # samples between patches
# (channels out, stride) of the 13 depthwise-separable blocks.
_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))


class _Convolution(nn.Conv2d):
    """3x3 convolution padded as in the original: all round, or on the far sides only when it strides."""

    def __init__(self, into: int, out: int, stride: int, groups: int = 1) -> None:
        super().__init__(into, out, 3, stride, padding=1 if stride == 1 else 0, groups=groups)

    def forward(self, input: Tensor) -> Tensor:
        if self.stride[0] > 1:
            input = functional.pad(input, (0, 1, 0, 1))
        return super().forward(input)


class _Block(nn.Module):
    def __init__(self, into: int, out: int, stride: int) -> None:
        super().__init__()
        self.depthwise = _Convolution(into, into, stride, groups=into)
        self.pointwise = nn.Conv2d(into, out, 1)

    def forward(self, values: Tensor) -> Tensor:
        return functional.relu(self.pointwise(functional.relu(self.depthwise(values))))


def mel_matrix() -> np.ndarray:
    """``(257, 64)`` triangular bands on the HTK mel scale, 1127 ln(1 + f / 700), peak 1."""

    def mel(hertz: np.ndarray | float) -> np.ndarray:
        return 1127.0 * np.log1p(np.asarray(hertz, dtype=np.float64) / 700.0)

    edges = np.linspace(mel(_LOW), mel(_HIGH), _BANDS + 2)
    bins = mel(np.linspace(0.0, RATE / 2, _FFT // 2 + 1))[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    matrix = np.maximum(0.0, np.minimum(rising, falling))
    matrix[0] = 0.0
    return matrix.astype(np.float32)


class YamNet(nn.Module):
    """Class scores and 1024 features for each patch of a mono sound at 16 kHz."""

    bands: Tensor
    window: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.stem = _Convolution(1, 32, 2)
        blocks, into = [], 32
        for out, stride in _BLOCKS:
            blocks.append(_Block(into, out, stride))
            into = out
        self.blocks = nn.Sequential(*blocks)
        self.classifier = nn.Linear(into, CLASSES)
        self.register_buffer("bands", torch.from_numpy(mel_matrix()), persistent=False)
        self.register_buffer("window", torch.hann_window(_WINDOW, periodic=True), persistent=False)

    @staticmethod
    def load(tensors: Mapping[str, Tensor]) -> YamNet:
        """The network with its weights, in eval mode.

        Raises
        ------
        RuntimeError
            When a tensor is missing, unknown or of another shape.
        """
        network = YamNet()
        network.load_state_dict({name: value.float() for name, value in tensors.items()})
        return network.eval().requires_grad_(False)

    def patches(self, samples: Tensor) -> Tensor:
        """Log-mel patches.

        Parameters
        ----------
        samples
            ``(n,)`` mono at 16 kHz, -1 to 1, at least :data:`PATCH` long.

        Returns
        -------
        Tensor
            ``(p, 1, 96, 64)``, a patch every 0.48 s.
        """
        frames = samples.unfold(0, _WINDOW, _HOP) * self.window
        magnitude = torch.fft.rfft(frames, n=_FFT).abs()
        mel = torch.log(magnitude @ self.bands + _OFFSET)
        return mel.unfold(0, FRAMES, FRAME_STEP).transpose(1, 2).unsqueeze(1)

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Class probabilities ``(p, 521)``, each 0 to 1 on its own, and features ``(p, 1024)``."""
        values = self.blocks(functional.relu(self.stem(patches)))
        features = values.mean(dim=(2, 3))
        return torch.sigmoid(self.classifier(features)), features
