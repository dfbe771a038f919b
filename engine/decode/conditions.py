"""What the denoising network is told besides the latents, as values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class ControlMap:
    """The picture that a ControlNet follows.

    Attributes
    ----------
    kind
        Of the ControlNet that reads it.
    picture
        ``(B, 3, H, W)``, 0 to 1, of the size of the decoded picture.
    scale
        Strength of its residuals, 0 (off) or more.
    """

    kind: str
    picture: Tensor
    scale: float = 1.0


@dataclass(frozen=True, eq=False)
class Condition:
    """One branch of guidance: a batch of everything the network is told.

    Attributes
    ----------
    states
        ``(B, 77 n, C)``, text states of n chunks; ``(B, 1, C)`` zeros where no words are read.
    pooled, sizes
        SDXL only: ``(B, P)`` pooled text vector, and ``(B, 6)`` original size, crop corner, target size in pixels.
    images
        For each loaded image adapter ``(B, k, D)``: k picture embeddings, projected inside the network.
    image_masks
        For each adapter ``(1, k, h, w)`` float: where each of its pictures works; absent means everywhere.
    context
        ``(B, references * h * w, C)`` bottleneck tokens of the context pairs (Instruct-Imagen, section 3.2).
    extra
        ``(B, 1 + c, h, w)`` joined to the c latents that an inpaint network is given: mask, masked picture.
    controls
        Pictures that ControlNets follow.
    """

    states: Tensor
    pooled: Tensor | None = None
    sizes: Tensor | None = None
    images: tuple[Tensor, ...] = ()
    image_masks: tuple[Tensor, ...] = ()
    context: Tensor | None = None
    extra: Tensor | None = None
    controls: tuple[ControlMap, ...] = ()

    @property
    def batch(self) -> int:
        """How many pictures it speaks of."""
        return self.states.shape[0]

    def stacks_with(self, other: Condition) -> bool:
        """Whether both fit one pass of the network: same number of text and context tokens."""
        mine, its = self.context, other.context
        return (
            self.states.shape == other.states.shape
            and (mine is None) == (its is None)
            and (mine is None or its is None or mine.shape == its.shape)
        )

    def to(self, device: torch.device, precision: torch.dtype) -> Condition:
        """The same on another device, floats in another precision."""

        def moved(tensor: Tensor | None) -> Tensor | None:
            return None if tensor is None else tensor.to(device, precision)

        return Condition(
            self.states.to(device, precision),
            moved(self.pooled),
            moved(self.sizes),
            tuple(each.to(device, precision) for each in self.images),
            tuple(each.to(device, precision) for each in self.image_masks),
            moved(self.context),
            moved(self.extra),
            tuple(replace(each, picture=each.picture.to(device, precision)) for each in self.controls),
        )

    def stack(self, other: Condition) -> Condition:
        """Both as one batch, self first. Masks are shared by all of a batch and taken from self."""

        def join(one: Tensor | None, two: Tensor | None) -> Tensor | None:
            return None if one is None or two is None else torch.cat([one, two])

        return Condition(
            torch.cat([self.states, other.states]),
            join(self.pooled, other.pooled),
            join(self.sizes, other.sizes),
            tuple(torch.cat(pair) for pair in zip(self.images, other.images, strict=True)),
            self.image_masks,
            join(self.context, other.context),
            join(self.extra, other.extra),
            tuple(
                replace(one, picture=torch.cat([one.picture, two.picture]))
                for one, two in zip(self.controls, other.controls, strict=True)
            ),
        )


class Predict(Protocol):
    """The network as the samplers and editors see it."""

    def __call__(self, latents: Tensor, time: Tensor, condition: Condition) -> Tensor:
        """The network's output ``(B, c, h, w)`` for latents ``(B, c, h, w)`` at a training timestep."""
        ...
