"""The eight steps, wired: encode, plan, refine, ground, draft, decode, restore, composite.

:class:`Engine` holds a bundle's loaded parts and answers requests; :mod:`engine.edits` runs one operation through
the steps from ground to composite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from engine.bundle import Bundle
from engine.checking import check_request
from engine.clock import NO_WEIGHTS, Clock, now
from engine.describing import description
from engine.edits import Run
from engine.elsewhere import refuse_elsewhere
from engine.errors import BadInput, BundleError
from engine.files import read_reference, read_sound, sniff
from engine.following import follow_up
from engine.instruction import check, left_out, used
from engine.language import foreign_language, unread
from engine.painting import Painter
from engine.parts import Material, Parts, small_floats
from engine.picture import HistoryStep, Photo
from engine.plan import asks_for_several
from engine.restoring import restore
from engine.revising import misread
from engine.values import (
    MARKER,
    PHOTO_MARKER,
    TONE_OPS,
    CancelCheck,
    EditRequest,
    EditResult,
    LogEvent,
    Media,
    OnEvent,
    Op,
    Plan,
    PlanEmbeddings,
    Reference,
    Region,
    ignore_event,
    marker,
    never_cancel,
)

STEPS = ("encode", "plan", "refine", "ground", "draft", "decode", "restore", "composite")
NEEDS_DECODER = {Op.generate: "Making a picture from words alone", Op.vary: "Variations of a photo"}
KNOWN = 8  # encoded references kept, so that planning and then editing encodes each once
SEEN = 512  # pixels on the long side of the photo that the encoder looks at
PhotoSeen = Callable[[int], np.ndarray | None]  # the photo's embedding (D,) for D, encoded when first asked for


class Engine:
    """Plans and runs edits with one bundle; serves one request at a time.

    Parameters
    ----------
    parts
        The steps, loaded when first used.
    name
        The bundle's name.
    """

    def __init__(self, parts: Parts, name: str = "starter") -> None:
        self._parts = parts
        self.name = name
        self._known = lru_cache(maxsize=KNOWN)(self._read)

    @classmethod
    def load(cls, name: str = "starter", home: Path | None = None) -> Engine:
        """Open a bundle; its networks are loaded when a request first needs them.

        Raises
        ------
        BundleError
            When the bundle is missing, damaged or newer than this program.
        """
        return cls(Parts(Bundle.open(name, home)), name)

    def plan(self, request: EditRequest, on_event: OnEvent = ignore_event, cancel: CancelCheck = never_cancel) -> Plan:
        """What would be done, without doing it.

        Raises
        ------
        BadInput
            When instruction and references do not agree, a reference cannot be read, or the instruction asks for what
            is done elsewhere than by words.
        """
        clock = Clock(STEPS, on_event, cancel)
        seen: PhotoSeen = cache(partial(self._seen, request))
        return self._planned(request, self._encoded(request, clock), seen, clock, cancel)

    def edit(
        self, request: EditRequest, on_event: OnEvent = ignore_event, cancel: CancelCheck = never_cancel
    ) -> EditResult:
        """Run a request; the same request and seed give the same pixels on the same device.

        Parameters
        ----------
        request
            Photo, instruction and all that affects the result.
        on_event
            Called with stages, steps, previews and log lines, in the calling thread.
        cancel
            Asked between and inside steps.

        Raises
        ------
        BadInput
            When something in the request cannot be used.
        RegionNotFound
            When words name nothing that is in the photo.
        BundleError
            When the bundle lacks what an operation needs.
        Cancelled
            When ``cancel`` asked to stop.
        """
        self._check(request)
        if estimate := self._parts.memory.sentence():
            on_event(LogEvent(estimate))
        clock = Clock(STEPS, on_event, cancel)
        materials = self._encoded(request, clock)
        seen: PhotoSeen = cache(partial(self._seen, request))
        plan = self._planned(request, materials, seen, clock, cancel)
        if request.plan is None:
            plan = follow_up(request.instruction.text, plan, request.history)
        made_anew = self._made_anew(plan, request)
        lacking = next((each.op for each in plan.operations if each.op in NEEDS_DECODER), None)
        if lacking is not None and self._parts.decoder is None:
            raise self._no_decoder(lacking, "Ask for an edit of the photo, e.g. add, remove or mood.")
        plan = self._refined(plan, request, materials, seen, clock)
        images: list[Photo] = []
        box, notes = None, list(self._notes(request, materials))
        for variation in range(request.settings.variations):
            seed = request.settings.seed + variation
            if made_anew and not plan.prompt and all(each.op is Op.describe for each in plan.operations):
                break  # only talk
            if made_anew:
                worker = Painter(self._parts, clock, request, plan, materials, seed)
                made = worker.pictures()
            else:
                worker = Run(self._parts, clock, request, plan, materials, seed)
                photo = worker.all()
                made = [photo] if photo is not None else []
                box = worker.changed_box.union(box) if worker.changed_box else box
            done = HistoryStep(request.instruction.text, self.name, seed, now(), made_anew)
            images += [each.with_step(done) for each in made]
            notes += [note for note in worker.notes if note not in notes]
        for name, there in (("decode", self._parts.decodes), ("restore", self._parts.restores)):
            if not there:
                clock.skip(name, NO_WEIGHTS)
        device = self._parts.decoder.device if self._parts.decoder is not None else "cpu"
        return EditResult(
            tuple(images), plan, box, request.settings.seed, clock.reports(), self.name, device, tuple(notes)
        )

    def restore(
        self,
        photo: Photo,
        mask: np.ndarray | None = None,
        scale: int = 1,
        seed: int = 0,
        on_event: OnEvent = ignore_event,
        cancel: CancelCheck = never_cancel,
    ) -> EditResult:
        """Step restore alone, on a photo as it is; see :func:`engine.restoring.restore`."""
        return restore(self._parts, Clock(STEPS, on_event, cancel), photo, mask, scale, seed, self.name)

    def select(self, photo: Photo, phrase: str) -> Region:
        """The region that ``phrase`` names, at the photo's size.

        Raises
        ------
        BadInput
            When the phrase is empty.
        RegionNotFound
            When nothing in the photo fits it.
        """
        if not phrase.strip():
            raise BadInput("The words to select by are empty.", 'Name a thing, e.g. "the dog".')
        return self._parts.select(photo, phrase.strip())

    def select_at(self, photo: Photo, point: tuple[float, float]) -> Region:
        """The region of the thing at ``point`` (across, down, in the photo's pixels), at the photo's size.

        Raises
        ------
        RegionNotFound
            When nothing stands out there.
        """
        return self._parts.select_at(photo, point)

    def describe(self, file: Path) -> dict[str, Any]:
        """What the encoder sees or hears in a file; see :func:`engine.describing.description`."""
        return description(self._parts.seeing, file, sniff(file))

    def search(self, words: str = "", file: Path | None = None, count: int = 24) -> list[dict[str, Any]]:
        """The ``count`` pictures of the reference library most like words or a picture or sound file, best first.

        Returns
        -------
        Objects with path, name, shipped (or the user's own) and score, a cosine.

        Raises
        ------
        BadInput
            When there is neither or the file cannot be read.
        """
        if file is not None:
            vector = self._material(Reference(marker(1), sniff(file), file)).vector
        elif words.strip():
            vector = self._parts.encoder.text([words.strip()])[0]
        else:
            raise BadInput("There is nothing to search for.", "Give words, a picture or a sound.")
        found = self._parts.library.nearest(vector, count)
        return [{"path": e.path, "name": e.name, "shipped": e.shipped, "score": score} for e, score in found]

    def index(self, folder: Path | None = None, keep: bool = True) -> dict[Path, int]:
        """Add a folder to the user's library, or forget it, and list all of them with how many pictures each holds.

        Raises
        ------
        BadInput
            As :meth:`engine.draft.library.Library.add` and ``remove``.
        """
        library = self._parts.library
        if folder is not None:
            (library.add if keep else library.remove)(folder)
        return library.folders()

    def _no_decoder(self, op: Op, hint: str) -> BundleError:
        return BundleError(
            f"{NEEDS_DECODER[op]} needs a decoder, and the {self.name} bundle has no weights for one.", hint
        )

    def _not_english(self, language: str) -> BadInput:
        return BadInput(
            f"The instruction is in {language}; the {self.name} engine understands English.", "Write it in English."
        )

    def _check(self, request: EditRequest) -> None:
        check_request(request)
        if request.photo is None and self._parts.decoder is None:
            raise self._no_decoder(Op.generate, "Give a photo to edit.")
        if request.settings.engine != self.name:
            raise BadInput(f"The engine {request.settings.engine!r} is not loaded.", f"This is {self.name!r}.")

    def _encoded(self, request: EditRequest, clock: Clock) -> dict[int, Material]:
        """Step encode: every reference in the shared space, those of earlier turns too."""
        check(request.instruction)
        references = {each.number: each for turn in request.history for each in turn.instruction.references}
        references |= {each.number: each for each in request.instruction.references}
        with clock.step("encode"):
            return {number: self._material(each) for number, each in references.items()}

    def _material(self, reference: Reference) -> Material:
        """A reference, encoded; anew when its file has changed."""
        try:
            state = reference.file.stat() if reference.file is not None else None
        except OSError:
            return self._read(reference, None)  # says what is wrong with it
        return self._known(reference, (state.st_mtime_ns, state.st_size) if state else None)

    def _read(self, reference: Reference, _state: tuple[int, int] | None) -> Material:
        encoder, wide = self._parts.encoder, self._parts.wide
        if reference.file is None:
            if not reference.text.strip():
                raise BadInput(f"{reference.marker} has neither a file nor words.", "Give it a picture or a sound.")
            wider = wide.text([reference.text])[0] if wide else None
            return Material(reference.number, "picture", encoder.text([reference.text])[0], wide=wider)
        if reference.media is Media.sound:
            sound = read_sound(reference.file)
            heard = encoder.sound(sound.samples, sound.rate)
            known = wide.sound(sound.samples, sound.rate) if wide else heard
            return Material(
                reference.number, heard.kind, heard.vector, known.name or heard.name, heard=known, notes=sound.notes,
                wide=known.vector if wide else None,
            )  # fmt: skip
        picture = read_reference(reference.file)
        shown = picture.floats(), picture.transparency
        seen = encoder.describe_picture(*shown)
        known = wide.describe_picture(*shown) if wide else seen
        return Material(
            reference.number, "picture", seen.vector, known.name, picture, notes=picture.notes,
            wide=known.vector if wide else None,
        )  # fmt: skip

    def _planned(
        self,
        request: EditRequest,
        materials: Mapping[int, Material],
        seen: PhotoSeen,
        clock: Clock,
        cancel: CancelCheck,
    ) -> Plan:
        """Step plan, or the request's own plan checked against its references."""
        if request.plan is not None:
            self._check_markers(request.plan, materials)
            return request.plan
        if request.photo is not None:
            refuse_elsewhere(request.instruction.text)
        text = MARKER.sub(" ", request.instruction.text)
        planner = self._parts.planner
        if not planner.multilingual and (language := foreign_language(text)):
            raise self._not_english(language)
        with clock.step("plan"):
            inputs = {n: (each.in_space(planner.width).vector, each.kind) for n, each in materials.items()}
            names = {number: material.told for number, material in materials.items()}
            photo = small_floats(request.photo, SEEN) if request.photo and planner.sees else None
            told = partial(planner.plan, request.instruction, cancel=cancel, names=names, picture=photo)
            plan = told(inputs, seen(planner.width), history=request.history)
            if not planner.multilingual and misread(request.instruction.text, plan, request.history):
                own = {each.number for each in request.instruction.references}
                plan = told({n: each for n, each in inputs.items() if n in own}, seen(planner.width))
            tones = (each for each in plan.operations if each.op in TONE_OPS)
            if not planner.multilingual and any(unread(text, each.target, self._parts.encoder.knows) for each in tones):
                raise self._not_english("another language")
            plan = replace(plan, reply=f"{plan.reply} {left_out(request.instruction, plan)}".strip())
            anew = request.photo is None or any(each.op is Op.generate for each in plan.operations)
            believed = planner.means_several and anew  # an edit of the photo is one picture
            several = believed or asks_for_several(request.instruction.text, plan, request.history)
            return plan if several else replace(plan, prompts=())

    @staticmethod
    def _check_markers(plan: Plan, materials: Mapping[int, Material]) -> None:
        """Refuse a plan that uses a reference which is not given."""
        if plan.base not in ("", PHOTO_MARKER) and not MARKER.fullmatch(plan.base):
            raise BadInput(f"The plan's base is {plan.base!r}.", f"Take {PHOTO_MARKER}, [ref#1] or nothing.")
        for number in sorted(used(plan)):
            if number not in materials:
                raise BadInput(f"The plan uses {marker(number)}, which is not given.", "Add it with --ref.")

    @staticmethod
    def _made_anew(plan: Plan, request: EditRequest) -> bool:
        """Whether the pictures are made from words and references alone.

        Raises
        ------
        BadInput
            When a plan for a photo makes a new picture and edits the photo too.
        """
        anew = [each.op is Op.generate for each in plan.operations]
        if request.photo is not None and any(anew) and not all(anew):
            other = next(each.op for each in plan.operations if each.op is not Op.generate)
            raise BadInput(
                f"The plan makes a new picture and does {other} on the photo at once.", "Ask for one after the other."
            )
        return request.photo is None or any(anew)

    def _refined(
        self, plan: Plan, request: EditRequest, materials: Mapping[int, Material], seen: PhotoSeen, clock: Clock
    ) -> Plan:
        """Step refine: a better [gen] embedding, where the bundle has a prior.

        An edited plan has no embeddings; its prompt then stands for the wish. The plan's base, and it alone, is mixed
        in (InstructAny2Pix, section 4.3).
        """
        prior, settings = self._parts.prior, request.settings
        if prior is None:
            clock.skip("refine", NO_WEIGHTS)
            return plan
        # One wish does not stand for the several pictures of a story.
        wished = plan.embeddings is not None or (bool(plan.prompt) and len(plan.prompts) < 2)
        if not (wished and self._parts.decodes):  # nothing that could be refined, or nothing that would read it
            return plan
        if plan.embeddings is not None and len(plan.embeddings.gen) != prior.width:
            clock.skip("refine", NO_WEIGHTS)  # none for the planner's space, in which the decoder reads the wish
            return plan
        with clock.step("refine"):
            width = prior.width
            told = plan.embeddings
            known = told or PlanEmbeddings(self._parts.encoder_of(width).text([plan.prompt])[0])
            kind = "predicted" if told else "text"
            based = MARKER.fullmatch(plan.base)
            base = materials[int(based[1])].in_space(width).vector if based else seen(width) if plan.base else None
            better = prior.refine(known.gen, base, settings.score, weights=settings.prior_weights, kind=kind)
            return replace(plan, embeddings=PlanEmbeddings(better, known.base, known.subs))

    def _seen(self, request: EditRequest, width: int) -> np.ndarray | None:
        """The photo's embedding, ``(D,)`` in the space of ``width`` dimensions."""
        if request.photo is None:
            return None
        return self._parts.encoder_of(width).pictures([(small_floats(request.photo, SEEN), None)])[0]

    @staticmethod
    def _notes(request: EditRequest, materials: dict[int, Material]) -> tuple[str, ...]:
        photo_notes = request.photo.notes if request.photo else ()
        return (*photo_notes, *(note for material in materials.values() for note in material.notes))
