"""Steps decode and restore: what a plan says becomes what the decoder is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from engine.chain import AUTO
from engine.clock import NOT_CHOSEN, Clock
from engine.decode import ContextPicture, Control, DecodeRequest
from engine.decode import Subject as DecodeSubject
from engine.decode.request import ControlKind, Sampler, Way
from engine.errors import BadInput
from engine.parts import Material, Parts, small_floats
from engine.picture import Photo
from engine.routes import Routes, Subject, Told, told
from engine.values import MARKER, Box, EditRequest, Event, Op, Operation, Plan, PreviewEvent, Settings

if TYPE_CHECKING:
    from engine.decode.decoder import LatentDecoder

CONTEXT_SIDE = 512  # pixels on the long side of a context picture


class Painter:
    """Decodes and restores for one variation of a request.

    Parameters
    ----------
    parts
        The loaded steps.
    clock
        Times the steps and carries events.
    request, plan, materials
        What is asked, what is planned, and the encoded references.
    seed
        Of this variation.
    """

    def __init__(
        self,
        parts: Parts,
        clock: Clock,
        request: EditRequest,
        plan: Plan,
        materials: Mapping[int, Material],
        seed: int,
    ) -> None:
        self._parts, self._clock, self._settings = parts, clock, request.settings
        self._plan, self._materials, self._seed = plan, materials, seed
        self.notes: list[str] = []  # what the user should know of how it was decoded

    def paint(
        self, op: Op, draft: np.ndarray, before: np.ndarray, changed: np.ndarray, box: Box, ref: int | None = None
    ) -> np.ndarray:
        """A draft made coherent and matched to its surroundings.

        Parameters
        ----------
        op
            The operation that the draft serves.
        draft, before
            ``(h, w, 3)`` float32 0 to 1: the working crop after and before the draft.
        changed
            ``(h, w)`` bool, where the draft differs.
        box
            The crop in the photo, for previews.
        ref
            Number of the reference that appears inside ``changed``.
        """
        decoder = self._parts.decoder
        if not changed.any():
            return draft
        if decoder is None or not self._wanted("decode", op):
            return self._restored(op, draft, before, changed)
        subjects = [each for each in self._told.subjects if ref is None or each.number == ref]
        made = self._painted(decoder, draft, changed, box, self._start("draft"), subjects)
        return self._restored(op, made, before, changed)

    def make(self, op: Op, before: np.ndarray, hole: np.ndarray, box: Box) -> np.ndarray:
        """What the plan says, made from nothing inside ``hole`` ``(h, w)`` bool of the working crop ``before``."""
        made = self._painted(self._required(), before, hole, box, self._start("noise"), self._told.subjects)
        return self._restored(op, made, before, hole)

    def decodes(self, op: Op) -> bool:
        """Whether step decode follows this operation's draft."""
        return self._parts.decodes and "decode" in self._parts.chain.steps(op, self._settings.chain)

    def _painted(
        self,
        decoder: LatentDecoder,
        draft: np.ndarray,
        changed: np.ndarray,
        box: Box,
        way: Way,
        subjects: Sequence[Subject],
    ) -> np.ndarray:
        height, width = changed.shape
        request = self._request(decoder, width, height, way, draft, changed.astype(np.float32), subjects)
        return self._decode(decoder, request, box)

    def _wanted(self, step: str, op: Op) -> bool:
        """Whether a step that there are weights for runs after this operation's draft."""
        if step in self._parts.chain.steps(op, self._settings.chain):
            return True
        self._clock.skip(step, NOT_CHOSEN)
        return False

    def _restored(self, op: Op, made: np.ndarray, before: np.ndarray, changed: np.ndarray) -> np.ndarray:
        """Step restore, where the bundle has its weights and the operation gains by it."""
        # Asked before it is loaded: most drafts are better without.
        if not (self._parts.restores and self._wanted("restore", op)):
            return made
        restorer = self._parts.restorer
        assert restorer is not None
        with self._clock.step("restore"):
            return restorer.restore(made, before, changed.astype(np.float32), self._seed, cancel=self._clock.cancel)

    def vary(
        self, rgb: np.ndarray, box: Box, mask: np.ndarray | None = None, changes: tuple[str, str] = ("", "")
    ) -> np.ndarray:
        """A picture ``(h, w, 3)``, or what is in ``mask``, made anew: from its inversion, or from noise for words."""
        decoder = self._required()
        start: Way = "noise" if self._told.from_noise else "invert"
        request = self._request(decoder, rgb.shape[1], rgb.shape[0], self._start(start), rgb, mask, self._told.subjects)
        return self._decode(decoder, replace(request, changes=changes), box)

    def rewrite(self, draft: np.ndarray, box: Box, operation: Operation) -> np.ndarray:
        """A draft of the whole photo in another tone, decoded when the settings name how to start; else as it is.

        A chain that the user names without decoding leaves it as it is too.
        """
        if self._parts.decoder is None or self._settings.start == "auto":
            return draft
        if self._settings.chain != AUTO and not self._wanted("decode", operation.op):
            return draft
        thing = "" if MARKER.search(operation.object) else operation.object
        return self.vary(draft, box, changes=(thing, f"{operation.target} {thing}".strip()) if thing else ("", ""))

    def pictures(self) -> list[Photo]:
        """One picture for each of the plan's prompts, in their order, from words and references alone."""
        decoder = self._required()
        width, height = self._settings.size or (decoder.side, decoder.side)
        made = []
        for prompt in self._plan.prompts or (self._plan.prompt,):
            request = self._request(decoder, width, height, "noise", None, None, self._told.subjects, prompt)
            pixels = self._decode(decoder, request, Box(0, 0, width, height))
            made.append(Photo(np.rint(pixels * 255).astype(np.uint8)))
        return made

    def _required(self) -> LatentDecoder:
        decoder = self._parts.decoder
        assert decoder is not None, "the pipeline refuses such plans before"
        return decoder

    def _start(self, fitting: Way) -> Way:
        return fitting if self._settings.start == "auto" else cast("Way", self._settings.start)

    @cached_property
    def _told(self) -> Told:
        return self._told_of(self._plan)

    def _told_of(self, plan: Plan) -> Told:
        width = self._parts.decoder.embedding_width if self._parts.decoder is not None else None
        given = {number: material.in_space(width) for number, material in self._materials.items()}
        return told(plan, given, Routes.parse(self._settings.routes))

    def _request(
        self,
        decoder: LatentDecoder,
        width: int,
        height: int,
        way: Way,
        draft: np.ndarray | None,
        mask: np.ndarray | None,
        subjects: Sequence[Subject],
        prompt: str | None = None,
    ) -> DecodeRequest:
        """All that the decoder is told, over the routes that it and the settings know.

        Raises
        ------
        BadInput
            When it understands none of the routes taken.
        """
        settings = self._settings
        said = self._told if prompt is None else self._told_of(replace(self._plan, prompt=prompt))
        width_read = decoder.embedding_width
        words = said.prompt if decoder.reads_words else ""
        gen = said.gen if said.gen is not None and len(said.gen) == width_read else None
        meant = [each for each in subjects if len(each.vector) == width_read]
        pairs = said.context if decoder.has_context else ()
        self._note_unread(said, gen is not None or bool(meant), bool(pairs))
        if not (words or gen is not None or meant or pairs):
            raise BadInput(
                f"The {settings.engine} engine cannot be told by {settings.routes}.", "Add the route prompt."
            )
        return DecodeRequest(
            width=width,
            height=height,
            prompt=words,
            negative=settings.negative or said.negative,
            source_prompt=self._caption(draft),
            draft=draft,
            mask=mask,
            way=way,
            gen=gen,
            subjects=tuple(DecodeSubject(each.vector, mask, settings.subject_strength) for each in meant),
            context=tuple(ContextPicture(words, small_floats(picture, CONTEXT_SIDE)) for words, picture in pairs),
            controls=tuple(
                Control(cast("ControlKind", each.kind), each.picture.floats() if each.picture else None, each.scale)
                for each in settings.controls
            ),
            seed=self._seed,
            steps=settings.steps,
            sampler=cast("Sampler", settings.sampler),
            guidance=settings.guidance,
            rescale=settings.rescale,
            keep=settings.keep,
            strength=settings.strength,
            refine=settings.refine,
        )

    def _note_unread(self, said: Told, reads_embeddings: bool, reads_context: bool) -> None:
        """Say which of the routes that were asked for by name the engine cannot read."""
        if self._settings.routes == Settings.routes:
            return
        for route, given, read in (
            ("embeddings", said.gen is not None or bool(said.subjects), reads_embeddings),
            ("context", bool(said.context), reads_context),
        ):
            note = f"The {self._settings.engine} engine does not read {route}; the other routes were taken."
            if given and not read and note not in self.notes:
                self.notes.append(note)

    def _caption(self, picture: np.ndarray | None) -> str:
        """Words for the picture before the edit, where they are needed and the plan has none."""
        if self._plan.source_prompt or picture is None or self._settings.start != "rewrite":
            return self._plan.source_prompt
        return f"a photo of {self._parts.encoder.describe_picture(picture).labels[0][0]}"

    def _decode(self, decoder: LatentDecoder, request: DecodeRequest, box: Box) -> np.ndarray:
        def forward(event: Event) -> None:
            self._clock.on_event(PreviewEvent(event.pixels, box) if isinstance(event, PreviewEvent) else event)

        with self._clock.step("decode"):
            return decoder.decode(request, forward, self._clock.cancel, self._parts.unload)
