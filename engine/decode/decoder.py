"""One latent decoder for every engine: starter, SD 1.5 and SDXL differ in their components only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.decode import SETTINGS
from engine.decode.attempt import Attempt
from engine.decode.components import Components, DecoderFiles
from engine.decode.faults import with_less_memory
from engine.decode.request import DecodeRequest
from engine.errors import BadInput
from engine.networks import Networks
from engine.values import CancelCheck, LogEvent, OnEvent, ignore_event, never_cancel


class LatentDecoder:
    """From a request to a picture by latent diffusion.

    Parameters
    ----------
    components
        The networks.
    start
        Rung of the ladder of memory to begin with; see :class:`engine.memory.MemoryPlan`.
    """

    def __init__(self, components: Components, start: int = 0) -> None:
        self._parts, self._start = components, start

    @property
    def side(self) -> int:
        """Pixels on a side of the squares that it makes best."""
        return self._parts.settings.side

    @property
    def device(self) -> str:
        """Where it computes: ``cpu``, ``cuda`` or ``mps``."""
        return self._parts.device.type

    @property
    def reads_words(self) -> bool:
        """Whether prompts tell it anything."""
        return self._parts.reads_words

    @property
    def embedding_width(self) -> int | None:
        """D of the picture embeddings that it understands, nothing when it understands none."""
        return self._parts.embedding_width

    @property
    def controls(self) -> tuple[str, ...]:
        """Kinds of control that it follows."""
        return self._parts.controls

    @property
    def has_context(self) -> bool:
        """Whether it attends to context pairs."""
        return self._parts.has_context

    def decode(
        self,
        request: DecodeRequest,
        on_event: OnEvent = ignore_event,
        cancel: CancelCheck = never_cancel,
        unload: Callable[[], None] = lambda: None,
    ) -> np.ndarray:
        """The picture, ``(h, w, 3)`` float32 0 to 1, of the request's size.

        Parameters
        ----------
        request
            What to make; the same request gives the same picture on the same device.
        on_event
            Told about steps, previews (at most 4 a second) and what was done when memory ran out.
        cancel
            Asked before every step.
        unload
            Frees what other parts of the program hold, when memory runs out.

        Raises
        ------
        BadInput
            When the request cannot be decoded, or asks for what the bundle has no network for; when the model's own
            safety checker, where the bundle has it, holds the picture back.
        Cancelled
            When asked to stop.
        MachineError
            When memory does not suffice however sparingly it works.
        BundleError
            When a network is missing or damaged.
        """
        request.check()
        self._refuse_missing(request)
        picture = with_less_memory(
            lambda means: Attempt(self._parts, request, means, on_event, cancel).picture(),
            unload,
            lambda text: on_event(LogEvent(text)),
            self._start,
        )
        checker = self._parts.checker
        return picture if checker is None else checker.passed(picture)

    def _refuse_missing(self, request: DecodeRequest) -> None:
        for control in request.controls:
            if control.kind not in self.controls:
                known = ", ".join(self.controls) or "none"
                raise BadInput(f"This engine has no {control.kind} control.", f"It has: {known}.")
        if request.way == "rewrite" and not self.reads_words:
            raise BadInput("This engine's decoder reads no words, so it cannot rewrite.", "Start from the draft.")
        vectors = [each.vector for each in request.subjects] + ([request.gen] if request.gen is not None else [])
        for vector in vectors:
            if len(vector) != self.embedding_width:
                width = self.embedding_width or "no"
                raise BadInput(f"The decoder reads {width}-d embeddings, not {len(vector)}-d.", "Use prompts alone.")
        if request.context and not self.has_context:
            raise BadInput("This engine has no context attention.", "Use prompts or embeddings.")


def load(bundle: DecoderFiles, networks: Networks | None = None) -> LatentDecoder | None:
    """The bundle's decoder, or nothing when it carries none; its networks load when first used.

    Parameters
    ----------
    bundle
        Where the networks lie.
    networks
        Says where they compute and how they keep within the memory there is.

    Raises
    ------
    BundleError
        When its settings are damaged.
    """
    if not bundle.has(SETTINGS):
        return None
    networks = networks or Networks()
    return LatentDecoder(Components(bundle, networks), networks.plan.rung)
