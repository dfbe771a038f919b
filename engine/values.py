"""The vocabulary of a request and its result: frozen values, shared by every step, the CLI, the editor and batch.

Nothing here imports a model library. JSON is read and written by :mod:`engine.serial`, which refuses unknown fields.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from engine.picture import Photo
from engine.placement import Placement

MARKER = re.compile(r"\[ref#(\d+)\]")
PHOTO_MARKER = "[photo]"
STRICT: dict[str, bool | str] = {
    "extra": "forbid",
    "arbitrary_types_allowed": True,
}  # how pydantic reads them from JSON


def marker(number: int) -> str:
    """The marker text of reference ``number`` (1-based), e.g. ``[ref#1]``."""
    return f"[ref#{number}]"


class Media(enum.StrEnum):
    """What a reference file holds, found from its content, never from its name."""

    image = "image"
    sound = "sound"


class Op(enum.StrEnum):
    """What an operation does to the photo."""

    add = "add"
    remove = "remove"
    replace = "replace"  # pyright: ignore[reportAssignmentType]
    replace_background = "replace_background"
    move = "move"
    scale = "scale"
    style = "style"
    mood = "mood"
    adjust = "adjust"
    fill = "fill"
    expand = "expand"
    generate = "generate"
    vary = "vary"
    restore = "restore"
    describe = "describe"


TONE_OPS = frozenset({Op.style, Op.mood, Op.adjust})  # change tone and colour and keep everything in its place


@dataclass(frozen=True)
class Reference:
    """A picture or sound that the instruction points to.

    Attributes
    ----------
    marker
        ``[ref#k]``, unique in its instruction.
    media
        Image or sound.
    file
        Where it lies. Absent when ``text`` alone describes it.
    text
        Optional words beside it ("my dog"); the caption in text-only mode (InstructAny2Pix, section 4).
    """

    __pydantic_config__: ClassVar = STRICT

    marker: str
    media: Media
    file: Path | None = None
    text: str = ""

    @property
    def number(self) -> int:
        """The k of ``[ref#k]``, from 1."""
        match = MARKER.fullmatch(self.marker)
        if not match:
            raise ValueError(f"not a reference marker: {self.marker!r}")
        return int(match[1])


@dataclass(frozen=True)
class Instruction:
    """What the user wrote, with the references that its markers name (Instruct-Imagen, section 3.1)."""

    __pydantic_config__: ClassVar = STRICT

    text: str
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One edit.

    Attributes
    ----------
    op
        The kind of edit.
    object
        The thing acted on, in the user's words without its article ("red boat"), or ``[ref#k]`` when a reference
        names it; empty for the whole photo. For add it is the new thing when only words name it.
    ref
        Number of the reference that supplies the new content (for ``replace [ref#1] with [ref#2]`` it is 2).
        For remove, move and scale of ``[ref#k]`` it repeats k.
    where
        Place in words ("left of the door"); empty when not said.
    amount
        How much, in words ("a bit", "twice as big", "20%"); empty when not said.
    target
        What the object becomes, in words, when no reference gives it: "swan" (replace), "bluer" (adjust),
        "watercolour" (style), "a rainy evening" (mood), "beach" (replace_background).
    place
        For add with ``ref``: exactly where the reference goes; outweighs ``where`` and a mask. Chosen by hand, never
        by the planner.
    """

    __pydantic_config__: ClassVar = STRICT

    op: Op
    object: str = ""
    ref: int | None = None
    where: str = ""
    amount: str = ""
    target: str = ""
    place: Placement | None = None


@dataclass(frozen=True, eq=False)
class PlanEmbeddings:
    """Projected hidden states of the planner, in the encoder's space (unit norm, float32).

    Attributes
    ----------
    gen
        ``(D,)``, the wanted picture as a whole.
    base
        ``(D,)``, the picture to start from, matched against the inputs; absent in text-to-image.
    subs
        Reference number to ``(D,)``, one for each reference that must appear.
    """

    gen: np.ndarray
    base: np.ndarray | None = None
    subs: Mapping[int, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What will be done; shown to the user, editable before it runs, stored with the result.

    Attributes
    ----------
    reply
        What the planner says to the user.
    prompt
        Generation prompt of the wanted picture (the text between LLMGA's tags).
    source_prompt
        Caption of the picture before the edit.
    prompts
        Several prompts for a story; empty otherwise.
    operations
        In the order they run.
    base
        ``[photo]``, ``[ref#k]``, or empty for text-to-image.
    subs
        Numbers of the references that must appear in the result.
    region
        Words that name the region of the whole edit; empty when each operation has its own.
    embeddings
        Held in memory; saved beside the JSON as safetensors.
    """

    __pydantic_config__: ClassVar = STRICT

    reply: str
    prompt: str
    source_prompt: str = ""
    prompts: tuple[str, ...] = ()
    operations: tuple[Operation, ...] = ()
    base: str = PHOTO_MARKER
    subs: tuple[int, ...] = ()
    region: str = ""
    embeddings: PlanEmbeddings | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Turn:
    """One earlier turn: what was asked and what was planned."""

    instruction: Instruction
    plan: Plan


@dataclass(frozen=True)
class ControlSetting:
    """A control to follow.

    Attributes
    ----------
    kind
        ``edge``, ``depth``, ``mask`` or ``sketch``.
    scale
        How strongly, 0 (off) or more.
    picture
        The map itself, white on black; absent to extract it from the photo.
    """

    kind: str
    scale: float = 1.0
    picture: Photo | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    """Controls of a run; the defaults are right for most edits.

    Attributes
    ----------
    seed
        0 to 2**32 - 1.
    steps
        Denoising steps, 1 to 1000.
    keep
        The papers' alpha, 0 (noise) to 1 (exact inversion).
    guidance
        Classifier-free guidance scale, 0 or more.
    prior_weights
        Mixing weights (h0 base, h1 gen, h2 prior) of InstructAny2Pix, section 4.3.
    score
        Wanted aesthetic score, 1 to 10.
    subject_strength
        0 to 1.
    variations
        How many results, 1 to 4.
    negative
        What the picture must not show.
    sampler
        ``ddim``, ``dpm++`` or ``few-step``.
    rescale
        Guidance rescale, 0 (off) to 1.
    strength
        How far a draft is repainted, 0 to 1.
    start
        Where decoding starts: ``auto`` (what fits the operation), ``noise``, ``draft``, ``invert`` (the photo's
        inversion, mixed with noise by ``keep``) or ``rewrite`` (Prompt-to-Prompt from the photo's caption).
    routes
        How the plan reaches the decoder: ``prompt``, ``embeddings`` and ``context``, joined by ``+``.
    refine
        Strength, 0 (off) to 1, at which SDXL's refiner repaints.
    controls
        What to follow; none by default.
    size
        Width and height in pixels of a picture made from words; absent for the decoder's own.
    chain
        Steps after a draft: ``auto`` (those of which the engine knows that they help the operation), ``draft``
        (none), or ``decode`` and ``restore``, joined by ``+``.
    """

    engine: str = "starter"
    seed: int = 0
    steps: int = 25
    keep: float = 0.7
    guidance: float = 5.0
    prior_weights: tuple[float, float, float] = (0.4, 0.6, 0.4)
    score: float = 6.5
    subject_strength: float = 0.65
    variations: int = 1
    negative: str = ""
    sampler: str = "dpm++"
    rescale: float = 0.0
    strength: float = 0.6
    start: str = "auto"
    routes: str = "prompt+embeddings+context"
    refine: float = 0.0
    controls: tuple[ControlSetting, ...] = ()
    size: tuple[int, int] | None = None
    chain: str = "auto"


@dataclass(frozen=True)
class Margins:
    """Pixels that a photo grows by on each side, 0 or more."""

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0


@dataclass(frozen=True)
class EditRequest:
    """Everything that affects the pixels of a result.

    ``photo`` is absent for text-to-image. ``mask`` is ``(H, W)`` uint8 of the photo's size, 255 where to edit.
    ``plan``, when given, is run as it is. ``history`` is the earlier turns; a follow-up revises the last operation
    and runs again from the picture before it, so ``photo`` is then that earlier picture. ``margins`` says how far an
    expand grows the photo; without them the operation's words do. ``context`` is the box of the photo that an edit of
    a region sees; without it the engine takes the region with fitting surroundings.
    """

    instruction: Instruction
    photo: Photo | None = None
    mask: np.ndarray | None = None
    plan: Plan | None = None
    history: tuple[Turn, ...] = ()
    settings: Settings = Settings()
    margins: Margins | None = None
    context: Box | None = None


StepStatus = str  # "done", "skipped: no weights", "skipped: not needed", "skipped: not in the chain"


@dataclass(frozen=True)
class StepReport:
    """How one of the eight steps went: its status and its seconds, summed over the operations."""

    status: StepStatus
    seconds: float


@dataclass(frozen=True)
class Box:
    """A pixel rectangle, half-open: left <= x < right, top <= y < bottom. May reach beyond its picture."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Row and column slices for a numpy array; the box must lie inside it."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def grow(self, pixels: int) -> Box:
        """The box with ``pixels`` more on each side (fewer when negative)."""
        return Box(self.left - pixels, self.top - pixels, self.right + pixels, self.bottom + pixels)

    def clip(self, width: int, height: int) -> Box:
        """The part inside a picture of that size."""
        return Box(max(self.left, 0), max(self.top, 0), min(self.right, width), min(self.bottom, height))

    def moved(self, across: int, down: int) -> Box:
        """The box moved by whole pixels."""
        return Box(self.left + across, self.top + down, self.right + across, self.bottom + down)

    def scaled(self, factor: float) -> Box:
        """The box in a picture ``factor`` times as large, rounded to whole pixels."""
        return Box(*(round(side * factor) for side in (self.left, self.top, self.right, self.bottom)))

    def union(self, other: Box | None) -> Box:
        """The smallest box that holds both."""
        if other is None:
            return self
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, eq=False)
class Region:
    """Where an operation works, in the pixels of the picture it was found in.

    Attributes
    ----------
    mask
        ``(H, W)`` float32, 0 to 1: 1 inside the object or the user's mask. Both the denoise mask (grown) and the
        blend mask (soft) are made from it.
    source
        Whether the user painted it, words found it, or it is the whole picture.
    score
        Confidence of a region found by words, 0 to 1; 1 for a painted one.
    """

    mask: np.ndarray
    source: Literal["mask", "words", "whole"]
    score: float = 1.0


@dataclass(frozen=True, eq=False)
class EditResult:
    """What a run gives back: 0 to n pictures with all that led to them."""

    images: tuple[Photo, ...]
    plan: Plan
    changed_box: Box | None
    seed: int
    steps: Mapping[str, StepReport]
    engine: str = "starter"
    device: str = "cpu"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StageEvent:
    """A step of the pipeline begins; ``index`` of ``total`` operations (from 1) names which edit it serves."""

    step: str
    index: int = 1
    total: int = 1


@dataclass(frozen=True)
class StepEvent:
    """Progress inside a step, ``done`` of ``total``."""

    done: int
    total: int


@dataclass(frozen=True, eq=False)
class PreviewEvent:
    """A cheap look at the region so far: ``(h, w, 3)`` uint8 to be shown at ``box``."""

    pixels: np.ndarray
    box: Box


@dataclass(frozen=True)
class LogEvent:
    """One line for the user."""

    text: str


Event = StageEvent | StepEvent | PreviewEvent | LogEvent
OnEvent = Callable[[Event], None]
CancelCheck = Callable[[], bool]


def ignore_event(_event: Event) -> None:
    """An ``on_event`` that does nothing."""


def never_cancel() -> bool:
    """A ``cancel`` that never asks to stop."""
    return False
