"""What the networks are told of a request: its language, pictures, context and controls, as tensors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import IPAdapterAttnProcessor2_0
from torch import Tensor

from engine.decode.alignment import FramedPrompt
from engine.decode.components import Components
from engine.decode.conditions import Condition, ControlMap
from engine.decode.context import ContextPair
from engine.decode.controls import control_picture
from engine.decode.faults import Precision
from engine.decode.latents import Frame
from engine.decode.network import Network
from engine.decode.prompt_to_prompt import PromptEdit
from engine.decode.prompts import FRAME, Prompt
from engine.decode.request import DecodeRequest


@dataclass(frozen=True, eq=False)
class Said:
    """A request's language, encoded.

    Attributes
    ----------
    prompt, negative
        What the picture must and must not show.
    source
        The draft's own caption, empty when there is none: what its inversion is told.
    context
        The words of each context picture.
    edit
        What Prompt-to-Prompt takes over; for ``rewrite`` only.
    """

    prompt: Prompt
    negative: Prompt
    source: Prompt
    context: tuple[Prompt, ...]
    edit: PromptEdit | None

    @classmethod
    def of(cls, request: DecodeRequest, parts: Components, precision: Precision) -> Said:
        """Everything that the text encoders are needed for."""
        encoder = parts.text

        def encoded(text: str, negative: bool = False) -> Prompt:
            made: list[Prompt] = []

            def states() -> Tensor:
                made.append(encoder.negative(text) if negative else encoder.encode(text))
                return made[-1].states

            precision.finite(states, [tower.model for tower in encoder.towers], "The text encoder")
            return made[-1]

        prompt, source = encoded(request.prompt), encoded(request.source_prompt)
        edit = None
        if request.way == "rewrite":
            pieces = encoder.towers[0].pieces
            framed = [
                FramedPrompt.of(pieces(text), told.states.shape[1] // FRAME)
                for text, told in ((request.source_prompt, source), (request.prompt, prompt))
            ]
            old, new = (FramedPrompt.of(pieces(words)) for words in request.changes)
            edit = PromptEdit.between(framed[0], framed[1], (old, new) if any(request.changes) else None)
        return cls(
            prompt,
            encoded(request.negative, negative=True),
            source,
            tuple(encoded(each.text) for each in request.context),
            edit,
        )


@dataclass(frozen=True, eq=False)
class Branches:
    """The conditions of one request.

    Attributes
    ----------
    wanted, away
        What guidance leads to, and away from.
    source
        What is true of the draft: its caption, no wished pictures; under it the draft is inverted.
    """

    wanted: Condition
    away: Condition
    source: Condition

    @classmethod
    def of(
        cls,
        request: DecodeRequest,
        parts: Components,
        frame: Frame,
        said: Said,
        extra: Tensor | None,
        context: Tensor | None,
        controls: tuple[ControlMap, ...],
    ) -> Branches:
        """On the networks' device; ``extra``, ``context`` and ``controls`` are as in :class:`Condition`."""
        images, masks = _pictures(request, parts, frame)
        nothing = tuple(each * _kept(each, parts) for each in images)

        def branch(prompt: Prompt, pictures: tuple[Tensor, ...], context: Tensor | None) -> Condition:
            sizes = None if prompt.pooled is None else torch.tensor([_sizes(frame)], dtype=torch.float32)
            told = Condition(prompt.states, prompt.pooled, sizes, pictures, masks, context, extra, controls)
            return told.to(parts.device, parts.precision)

        wanted = branch(said.prompt, images, context)
        return cls(wanted, branch(said.negative, nothing, None), branch(said.source, nothing, None))


def control_maps(request: DecodeRequest, parts: Components, frame: Frame) -> tuple[ControlMap, ...]:
    """The pictures that ControlNets follow."""
    size = (request.width, request.height)
    return tuple(
        ControlMap(
            control.kind,
            frame.put(control_picture(control, request.draft, request.mask, size, parts.extractors)),
            control.scale,
        )
        for control in request.controls
    )


def context_tokens(
    network: Network, words: tuple[Prompt, ...], pictures: list[Tensor], frame: Frame, precision: Precision
) -> Tensor | None:
    """The bottleneck tokens of context pictures, whose latents ``(1, 4, h, w)`` are given with their words."""
    unet, attention = network.unet, network.context
    if attention is None or not words:
        return None
    sizes = torch.tensor([_sizes(frame)])

    def tokens() -> Tensor:
        pairs = [context_pair(unet, *each, sizes) for each in zip(words, pictures, strict=True)]
        return attention.encode(unet, pairs)

    with adapter_scale(unet, 0.0):
        return precision.finite(tokens, network.parts, "The context encoder")


def context_pair(unet: UNet2DConditionModel, words: Prompt, latents: Tensor, sizes: Tensor | None) -> ContextPair:
    """A reference as the network reads it, while the scale of its adapter is 0.

    Parameters
    ----------
    unet
        The network.
    words, latents
        Of n samples: marker and words, and the picture's latents ``(n, c, h, w)``.
    sizes
        ``(n, 6)``, SDXL's micro-conditions; read where the words have a pooled vector.
    """
    kind, device = unet.conv_in.weight.dtype, unet.conv_in.weight.device
    added: dict[str, Any] = {}
    layers = getattr(unet.encoder_hid_proj, "image_projection_layers", ())
    if layers:  # a network with an adapter asks for pictures; there are none to see here
        width = layers[0].image_embeds.in_features
        added["image_embeds"] = [torch.zeros(len(latents), 1, width, device=device, dtype=kind)]
    if words.pooled is not None and sizes is not None:
        added |= {"text_embeds": words.pooled.to(device, kind), "time_ids": sizes.to(device, kind)}
    return ContextPair(latents.to(device, kind), words.states.to(device, kind), added)


@contextmanager
def adapter_scale(unet: UNet2DConditionModel, scale: float) -> Iterator[None]:
    """The image branch of decoupled attention at ``scale``, 0 for off, as long as this lasts."""
    processors = [each for each in unet.attn_processors.values() if isinstance(each, IPAdapterAttnProcessor2_0)]
    before = [each.scale for each in processors]
    try:
        for each in processors:
            each.scale = [scale]  # pyright: ignore[reportAttributeAccessIssue]
        yield
    finally:
        for each, was in zip(processors, before, strict=True):
            each.scale = was


def refiner_branches(said: Said, width: int, frame: Frame, scores: tuple[float, float]) -> tuple[Condition, Condition]:
    """What SDXL's refiner is told: the second tower's states alone, and an aesthetic score for each branch."""
    wanted, away = (
        Condition(
            text.states[..., -width:],
            text.pooled,
            torch.tensor([[*_sizes(frame)[:4], score]], device=text.states.device),
        )
        for text, score in zip((said.prompt, said.negative), scores, strict=True)
    )
    return wanted, away


def letterboxed(picture: np.ndarray, frame: Frame) -> Tensor:
    """``(1, 3, h, w)`` of a picture of another shape: whole, its border carried on to the frame's."""
    height, width = picture.shape[:2]
    wanted = frame.scaled_width / frame.scaled_height
    right, down = max(round(height * wanted) - width, 0), max(round(width / wanted) - height, 0)
    sides = (down // 2, down - down // 2, right // 2, right - right // 2)
    return frame.put(cv2.copyMakeBorder(picture, *sides, cv2.BORDER_REPLICATE))


def _sizes(frame: Frame) -> tuple[float, ...]:
    """SDXL's micro-conditions: original size, crop corner and target size, in pixels, height first."""
    height, width = float(frame.padded_height), float(frame.padded_width)
    return (height, width, 0.0, 0.0, height, width)


def _kept(images: Tensor, parts: Components) -> Tensor:
    """What of picture embeddings stays where there are no pictures: only whose view it is."""
    kept = torch.zeros(images.shape[-1])
    if parts.tells_subjects:
        kept[-1] = 1
    return kept


def _pictures(request: DecodeRequest, parts: Components, frame: Frame) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Picture embeddings, [gen] first and then the subjects mixed with it, and where each works."""
    width = parts.embedding_width
    if width is None:
        return (), ()
    whole = None if request.gen is None else torch.from_numpy(np.asarray(request.gen, np.float32))
    views = [] if whole is None else [whole]
    for subject in request.subjects:
        own = torch.from_numpy(np.asarray(subject.vector, np.float32))
        views.append(own if whole is None else (1 - subject.strength) * whole + subject.strength * own)
    if not views:
        return (torch.zeros(1, 1, width + parts.tells_subjects),), ()
    if parts.tells_subjects:
        subject = [whole is None or at > 0 for at in range(len(views))]
        views = [torch.cat([view, torch.tensor([float(own)])]) for view, own in zip(views, subject, strict=True)]
    everywhere = np.ones((request.height, request.width), np.float32)
    regions = ([] if whole is None else [None]) + [subject.mask for subject in request.subjects]
    masks = ()
    if any(region is not None for region in regions):
        planes = [frame.put(everywhere if region is None else region) for region in regions]
        masks = (torch.cat(planes, dim=1),)
    return (torch.stack(views)[None],), masks
