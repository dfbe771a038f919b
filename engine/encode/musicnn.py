"""MusiCNN in torch: 50 music tags over windows of 3 s (Pons & Serra 2019, "musicnn")."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

RATE = 16_000  # Hz
TAGS = 50
_FFT, HOP, _BANDS = 512, 256, 96  # samples, samples, mel bands
FRAMES = 187  # frames of a patch: 3 s
_GAIN = 10_000.0  # of the power spectrum before log10(1 + x)
_EPSILON = 1e-3
_TIMBRAL, _TEMPORAL, _MID, _HIDDEN = 204, 51, 64, 200  # channels
_HEIGHTS = {"timbral_low": 38, "timbral_high": 67}  # mel bands under a timbral filter: 40 % and 70 % of 96
_LENGTHS = {"tempo_long": 128, "tempo_mid": 64, "tempo_short": 32}  # frames under a temporal filter


def slaney_mel(rate: int = RATE, size: int = _FFT, bands: int = _BANDS) -> np.ndarray:
    """``(size // 2 + 1, bands)`` area-normalised triangular bands on Slaney's mel scale, 0 Hz to Nyquist.

    The scale is linear (200 / 3 Hz a mel) below 1 kHz and logarithmic (6.4 per 27 mels) above.
    """
    step, corner, ratio = 200.0 / 3, 1000.0, np.log(6.4) / 27.0

    def mel(hertz: np.ndarray) -> np.ndarray:
        high = corner / step + np.log(np.maximum(hertz, corner) / corner) / ratio
        return np.where(hertz < corner, hertz / step, high)

    def hertz(mels: np.ndarray) -> np.ndarray:
        high = corner * np.exp(ratio * (mels - corner / step))
        return np.where(mels < corner / step, mels * step, high)

    edges = hertz(np.linspace(0.0, float(mel(np.array(rate / 2))), bands + 2))
    bins = np.linspace(0.0, rate / 2, size // 2 + 1)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return (np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (edges[2:] - edges[:-2])).astype(np.float32)


class MusiCnn(nn.Module):
    """One tagger. Its filters span whole timbres (tall) or rhythms (long); see the paper's figure 1."""

    bands: Tensor
    window: Tensor

    def __init__(self) -> None:
        super().__init__()

        def norm(channels: int) -> nn.BatchNorm1d:
            return nn.BatchNorm1d(channels, eps=_EPSILON)

        self.norm_in = nn.BatchNorm2d(1, eps=_EPSILON)
        for name, height in _HEIGHTS.items():
            self.add_module(name, nn.Conv2d(1, _TIMBRAL, (7, height), padding=(3, 0)))
            self.add_module(f"{name}_norm", nn.BatchNorm2d(_TIMBRAL, eps=_EPSILON))
        for name, length in _LENGTHS.items():
            self.add_module(name, nn.Conv2d(1, _TEMPORAL, (length, 1)))
            self.add_module(f"{name}_norm", nn.BatchNorm2d(_TEMPORAL, eps=_EPSILON))
        front = len(_HEIGHTS) * _TIMBRAL + len(_LENGTHS) * _TEMPORAL
        for index, width in ((1, front), (2, _MID), (3, _MID)):
            self.add_module(f"mid_{index}", nn.Conv2d(1, _MID, (7, width), padding=(3, 0)))
            self.add_module(f"mid_{index}_norm", norm(_MID))
        pooled = 2 * (front + 3 * _MID)
        self.norm_pool = norm(pooled)
        self.hidden = nn.Linear(pooled, _HIDDEN)
        self.norm_hidden = norm(_HIDDEN)
        self.tags = nn.Linear(_HIDDEN, TAGS)
        self.register_buffer("bands", torch.from_numpy(slaney_mel()), persistent=False)
        self.register_buffer("window", torch.hann_window(_FFT, periodic=True), persistent=False)

    @staticmethod
    def load(tensors: Mapping[str, Tensor]) -> MusiCnn:
        """The tagger with its weights, in eval mode.

        Raises
        ------
        RuntimeError
            When a tensor is missing, unknown or of another shape.
        """
        network = MusiCnn()
        state = {name: value.float() for name, value in tensors.items()}
        for name, module in network.named_modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                # torch's own counter of training batches, which the originals do not have.
                state.setdefault(f"{name}.num_batches_tracked", torch.zeros((), dtype=torch.long))
        network.load_state_dict(state)
        return network.eval().requires_grad_(False)

    def spectrum(self, samples: Tensor) -> Tensor:
        """``(frames, 96)`` log-mel spectrum of mono ``(n,)`` samples at 16 kHz, a frame every 16 ms."""
        padded = functional.pad(samples, (_FFT // 2, _FFT // 2))
        frames = padded.unfold(0, _FFT, HOP) * self.window
        power = torch.fft.rfft(frames).abs().square()
        return torch.log10(1.0 + _GAIN * (power @ self.bands))

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Tag probabilities ``(n, 50)``, each on its own, and hidden features ``(n, 200)``.

        Parameters
        ----------
        patches
            ``(n, 187, 96)`` log-mel patches from :meth:`spectrum`.
        """
        values = self.norm_in(patches.unsqueeze(1))
        parts = []
        for name in (*_HEIGHTS, *_LENGTHS):
            inner = values
            if name in _LENGTHS:
                # SAME padding of an even kernel: the shorter half first.
                total = _LENGTHS[name] - 1
                inner = functional.pad(values, (0, 0, total // 2, total - total // 2))
            out = getattr(self, f"{name}_norm")(functional.relu(getattr(self, name)(inner)))
            parts.append(out.amax(dim=3))
        front = torch.cat(parts, dim=1)
        features = [front]
        carried: Tensor | None = None
        for index in (1, 2, 3):
            source = front if carried is None else carried
            out = getattr(self, f"mid_{index}")(source.transpose(1, 2).unsqueeze(1)).squeeze(3)
            out = getattr(self, f"mid_{index}_norm")(functional.relu(out))
            summed = out if carried is None else out + carried
            features.append(summed)
            carried = summed
        whole = torch.cat(features, dim=1)
        pooled = torch.stack((whole.amax(dim=2), whole.mean(dim=2)), dim=2).flatten(1)
        hidden = self.norm_hidden(functional.relu(self.hidden(self.norm_pool(pooled))))
        return torch.sigmoid(self.tags(hidden)), hidden
