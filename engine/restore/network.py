"""DiffRIR (LLMGA, section 3.4): the restorer of the second stage, and the teacher of the first."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.restore.dirformer import DIRformer
from engine.restore.packing import pack_truth
from engine.restore.prior import Denoiser, PriorDiffusion, PriorExtractor
from engine.restore.shape import TRUTH_CHANNELS, RestorerShape


class Teacher(nn.Module):
    """First stage: the extractor also sees the truth, so its IPR tells the transformer what to undo."""

    def __init__(self, shape: RestorerShape) -> None:
        super().__init__()
        self.shape = shape
        self.G = DIRformer(shape)
        self.E = PriorExtractor(shape.packed_channels + TRUTH_CHANNELS, shape.extractor_width, shape.extractor_blocks)

    def prior(self, packed: Tensor, decoded: Tensor, truth: Tensor) -> Tensor:
        """``(n, p)`` IPR from packed inputs, the decoded picture and the truth ``(n, 3, H, W)`` at output size."""
        return self.E(torch.cat([packed, pack_truth(self.shape, decoded, truth)], dim=1))

    def forward(self, packed: Tensor, decoded: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
        """The restored picture ``(n, 3, H, W)`` and the IPR ``(n, p)``."""
        prior = self.prior(packed, decoded, truth)
        return self.G(packed, decoded, prior), prior


class DiffRIR(nn.Module):
    """Second stage: the IPR comes from a diffusion that sees only what is there when a photo is restored.

    The extractor and the denoiser are each reachable by two names, as in the released files; ``named_parameters``
    lists every weight once.
    """

    def __init__(self, shape: RestorerShape) -> None:
        super().__init__()
        self.shape = shape
        self.G = DIRformer(shape)
        self.condition = PriorExtractor(shape.packed_channels, shape.extractor_width, shape.extractor_blocks)
        self.denoise = Denoiser(shape.prior, shape.denoiser_layers, shape.timesteps)
        self.diffusion = PriorDiffusion(self.denoise, self.condition, shape.timesteps)

    def forward(self, packed: Tensor, decoded: Tensor, start: Tensor) -> Tensor:
        """Restore whole pictures.

        Parameters
        ----------
        packed
            From :func:`engine.restore.packing.pack`.
        decoded
            ``(n, 3, h, w)``.
        start
            ``(n, p)`` normal noise.

        Returns
        -------
        Tensor
            ``(n, 3, h * scale, w * scale)``, not clipped.
        """
        return self.G(packed, decoded, self.diffusion(self.condition(packed), start))
