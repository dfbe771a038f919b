"""What a decoder is asked for: one frozen value that holds all that affects the picture."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

import numpy as np

from engine.errors import BadInput

Sampler = Literal["ddim", "dpm++", "few-step"]
Way = Literal["noise", "draft", "invert", "rewrite"]
ControlKind = Literal["edge", "depth", "mask", "sketch"]
MOST_STEPS = 1000
LONGEST = 16_384  # pixels on a side


@dataclass(frozen=True, eq=False)
class Subject:
    """A reference that must appear: its embedding, where, and how strongly.

    Attributes
    ----------
    vector
        ``(D,)`` in the encoder's space.
    mask
        ``(h, w)`` 0 to 1 where it works; absent for everywhere.
    strength
        0 (only the picture as a whole counts) to 1 (only the subject): its embedding is mixed with [gen]'s
        (InstructAny2Pix, section 4.4).
    """

    vector: np.ndarray
    mask: np.ndarray | None = None
    strength: float = 0.65


@dataclass(frozen=True, eq=False)
class ContextPicture:
    """One pair of Instruct-Imagen's multi-modal instruction: words with the marker, and ``(h, w, 3)`` 0 to 1."""

    text: str
    picture: np.ndarray


@dataclass(frozen=True, eq=False)
class Control:
    """A picture to follow; edge, sketch and mask are extracted from the draft when ``picture`` is absent."""

    kind: ControlKind
    picture: np.ndarray | None = None
    scale: float = 1.0


@dataclass(frozen=True, eq=False)
class DecodeRequest:
    """A picture to make or to change.

    Attributes
    ----------
    width, height
        Of the result in pixels; any size, worked on at a multiple of 8 by padding.
    prompt, negative
        Language, of any length.
    source_prompt, changes
        For ``rewrite``: a caption of the draft, and the words of it and of the prompt that name what changes; where
        neither is seen the draft stays.
    draft
        ``(h, w, 3)`` float32 0 to 1, of the result's size; absent for text-to-image.
    mask
        ``(h, w)`` 0 to 1, 1 where to paint; outside it the draft stays. Absent for the whole picture.
    way
        Where sampling starts: ``noise``; ``draft``, the draft noised to ``strength`` (SDEdit); ``invert``, the
        draft's DDIM inversion mixed with noise by ``keep`` (InstructAny2Pix, section 4.4); ``rewrite``, Direct
        Inversion with Prompt-to-Prompt from ``source_prompt`` to ``prompt`` (LLMGA, section 3.3).
    gen, subjects
        Embeddings of the wanted picture and of what must appear in it.
    context, controls
        Pairs of the multi-modal instruction, and pictures to follow.
    seed, steps, sampler, guidance, rescale, keep, strength
        ``guidance`` 0 to 1 runs the prompt alone; negative is refused. ``invert`` and ``rewrite`` sample by DDIM.
    refine
        Strength, 0 (off) to 1, at which SDXL's refiner repaints the finished latents, where there is one.
    embeddings_scale
        Of the image branch of decoupled attention.
    """

    width: int
    height: int
    prompt: str = ""
    negative: str = ""
    source_prompt: str = ""
    changes: tuple[str, str] = ("", "")
    draft: np.ndarray | None = None
    mask: np.ndarray | None = None
    way: Way = "noise"
    gen: np.ndarray | None = None
    subjects: tuple[Subject, ...] = ()
    context: tuple[ContextPicture, ...] = ()
    controls: tuple[Control, ...] = ()
    seed: int = 0
    steps: int = 25
    sampler: Sampler = "dpm++"
    guidance: float = 5.0
    rescale: float = 0.0
    keep: float = 0.7
    strength: float = 0.6
    refine: float = 0.0
    embeddings_scale: float = 1.0

    def check(self) -> None:
        """Refuse what cannot be decoded.

        Raises
        ------
        BadInput
            Naming the value and its range.
        """
        if not (1 <= self.width <= LONGEST and 1 <= self.height <= LONGEST):
            raise BadInput(f"A picture of {self.width} × {self.height} was asked for.", f"Ask for 1 to {LONGEST}.")
        if self.sampler not in get_args(Sampler):
            raise BadInput(f"There is no sampler {self.sampler!r}.", f"Take one of {', '.join(get_args(Sampler))}.")
        if not 1 <= self.steps <= MOST_STEPS:
            raise BadInput(f"{self.steps} steps were asked for.", f"Ask for 1 to {MOST_STEPS}.")
        if not 0 <= self.guidance < inf:
            raise BadInput(f"The guidance scale is {self.guidance}.", "Take 0 or more; 0 to 1 runs the prompt alone.")
        for name in ("keep", "strength", "rescale", "refine"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadInput(f"{name} is {getattr(self, name)}.", "Take 0 to 1.")
        for control in self.controls:
            if not 0 <= control.scale < inf:
                raise BadInput(f"The scale of the {control.kind} control is {control.scale}.", "Take 0 or more.")
        if self.draft is None and (self.way != "noise" or self.mask is not None):
            raise BadInput(f"Nothing to start from: {self.way} and masks need a picture.", "Give a photo.")
        for what, picture in (("draft", self.draft), ("mask", self.mask)):
            if picture is not None and picture.shape[:2] != (self.height, self.width):
                size = f"{picture.shape[1]} × {picture.shape[0]}, the result {self.width} × {self.height}"
                raise BadInput(f"The {what} is {size}.", f"Make the {what} at the result's size.")
