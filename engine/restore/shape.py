"""The sizes of a restorer, and how many channels its inputs have once they are packed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.values import STRICT

SCALES = (1, 2, 4)
REACH = 4  # output pixels along a side of one position of the network's first level
LEVELS = 4
ALIGNMENT = REACH * 2 ** (LEVELS - 1)  # sides of the output are padded to a multiple of it
TRUTH_CHANNELS = 3 * REACH**2  # what the first stage's prior extractor sees beside the rest


@dataclass(frozen=True)
class RestorerShape:
    """Sizes of DiffRIR; the defaults are the published ones (Restormer-like transformer of LLMGA, section 3.4).

    Attributes
    ----------
    scale
        Output pixels for an input pixel along a side: 1, 2 or 4.
    dim
        Channels of the first level; each deeper level has twice as many.
    blocks
        Transformer blocks of the four levels; the decoder repeats the first three.
    refinement
        Blocks after the decoder, at twice ``dim``.
    heads
        Attention heads of the four levels; each divides its level's channels.
    expansion
        Hidden width of the feed-forward part over its level's channels.
    extractor_width
        Channels of the prior extractor; the prior representation (IPR) has four times as many values.
    extractor_blocks
        Residual blocks of the prior extractor.
    denoiser_layers
        Layers of the denoiser after its first.
    timesteps
        Diffusion steps on the IPR.
    sees_mask
        Whether the mask is an input. The published networks do not see it, so that for them black preserved pixels
        and absent ones are the same.
    """

    __pydantic_config__: ClassVar = STRICT

    scale: int = 1
    dim: int = 64
    blocks: tuple[int, int, int, int] = (13, 1, 1, 1)
    refinement: int = 13
    heads: tuple[int, int, int, int] = (1, 2, 4, 8)
    expansion: float = 2.2
    extractor_width: int = 64
    extractor_blocks: int = 9
    denoiser_layers: int = 1
    timesteps: int = 4
    sees_mask: bool = False

    def __post_init__(self) -> None:
        if self.scale not in SCALES:
            raise ValueError(f"scale must be 1, 2 or 4, not {self.scale!r}")
        if any(self.dim * 2**level % heads for level, heads in enumerate(self.heads)) or self.dim % 4:
            raise ValueError(f"{self.dim} channels do not divide by the heads {self.heads} or by 4")

    @classmethod
    def starter(cls, scale: int = 1) -> RestorerShape:
        """The sizes that the starter trains: about a fiftieth of the paper's work for a pixel."""
        return cls(scale, 24, (2, 1, 1, 1), 2, (1, 2, 4, 8), 2.0, 24, 3, sees_mask=True)

    @property
    def prior(self) -> int:
        """Values of the IPR."""
        return 4 * self.extractor_width

    @property
    def input_factor(self) -> int:
        """Input pixels along a side of one position of the first level."""
        return REACH // self.scale

    @property
    def packed_channels(self) -> int:
        """Channels of the packed input: decoded picture, preserved one at output size, and the mask if it is seen."""
        decoded, preserved = 3 * self.input_factor**2, 3 * REACH**2
        return decoded + preserved + (REACH**2 if self.sees_mask else 0)
