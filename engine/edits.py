"""One operation through the steps ground, draft, decode, restore and composite."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from engine.amounts import margins_from, scale_of, share_of_photo
from engine.clock import Clock
from engine.colour import PhotoColour
from engine.composite.blend import blend_mask, denoise_mask, feather, paste
from engine.composite.crop import WorkingCrop, context_box, mask_box
from engine.composite.ring import match_ring
from engine.composite.transfer import carry
from engine.draft import operations
from engine.draft.cutout import CutOut, cut_out
from engine.errors import BadInput
from engine.folding import folded
from engine.full_size import with_detail, with_kept
from engine.ground.strays import strays
from engine.painting import Painter
from engine.parts import GROUND_SIDE, Material, Parts, resized, shrink, small_floats
from engine.picture import Photo
from engine.restoring import restore
from engine.revising import telling_of_it
from engine.standing import moved, size_of, standing
from engine.tones import Tones
from engine.values import MARKER, PHOTO_MARKER, TONE_OPS, Box, EditRequest, Op, Operation, Plan, Region

WORK_SIDE = 1024  # pixels on the long side of a working crop
TONE_SIDE = 768  # at which a look is made before it is carried to full size
PAINT_SIDE = 1600  # at which a style that lays in texture is made
BACKGROUND_WORDS = frozenset({"background", "backdrop", "the background"})
DRAWN_WORDS = frozenset({"drawing", "drawn", "cartoon", "clipart", "sticker", "illustration", "icon", "logo", "doodle"})


class Run:
    """Carries the photo from operation to operation of one plan.

    Parameters
    ----------
    parts
        The loaded steps.
    clock
        Times the steps and stops between them.
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
        assert request.photo is not None
        self._parts, self._clock, self._request, self._plan = parts, clock, request, plan
        self._materials, self._seed = materials, seed
        self._photo: Photo = request.photo
        self._colour = PhotoColour(request.photo.icc, request.photo.white)
        self._mask = request.mask
        self._tones = Tones(parts, materials, seed)
        self._painter = Painter(parts, clock, request, plan, materials, seed)
        self.changed_box: Box | None = None
        self.notes = self._painter.notes
        if not self._colour.usable:
            self.notes.append("The photo's colour profile is damaged; its colours were taken as sRGB.")

    def all(self) -> Photo | None:
        """Run every operation in order; nothing comes back when none of them makes a picture."""
        handlers: dict[Op, Callable[[Operation], None]] = {
            Op.add: self._add,
            Op.remove: self._remove,
            Op.fill: self._remove,
            Op.replace: self._replace,
            Op.replace_background: self._replace_background,
            Op.move: self._move,
            Op.scale: self._move,
            Op.style: self._tone,
            Op.mood: self._tone,
            Op.adjust: self._tone,
            Op.expand: self._expand,
            Op.vary: self._vary,
            Op.restore: self._restore,
            Op.describe: self._describe,
        }
        every = folded(self._plan.operations)
        for index, operation in enumerate(every, 1):
            self._clock.serve(index, len(every))
            handlers[operation.op](operation)
        makes_picture = any(operation.op is not Op.describe for operation in self._plan.operations)
        return self._photo if makes_picture else None

    # ground

    def _painted(self, operation: Operation) -> Region | None:
        """The user's mask where it serves this operation: tone operations share it only among themselves."""
        mask = self._mask
        tone_only = all(each.op in TONE_OPS for each in self._plan.operations)
        if mask is None or (operation.op in TONE_OPS and not tone_only):
            return None
        return Region(np.divide(mask, np.float32(255), dtype=np.float32), "mask")

    def _region(self, operation: Operation) -> Region:
        """Step ground: the user's mask, or the region that the operation's object names."""
        with self._clock.step("ground"):
            painted = self._painted(operation)
            if painted is not None:
                return painted
            named = operation.object or self._plan.region
            if not named:
                raise BadInput(f"It is not clear what to {operation.op}.", "Name it, or paint over it.")
            return self._named(named, operation.where)

    def _named(self, phrase: str, where: str = "") -> Region:
        match = MARKER.fullmatch(phrase)
        if not match:
            with telling_of_it(phrase, self._request):
                return self._parts.select(self._photo, phrase, where=where)
        material = self._materials[int(match[1])]
        return self._parts.select(self._photo, self._called(material), material.vector, where)

    # draft

    def _content(self, operation: Operation) -> CutOut:
        """What an operation brings in: a reference's own pixels, or the library's best match to words or a sound."""
        material = self._materials.get(operation.ref) if operation.ref else None
        if material is not None and material.picture is not None:
            return self._cut(material.picture)
        words = operation.target or ("" if MARKER.fullmatch(operation.object) else operation.object)
        vector = material.vector if material is not None else self._parts.encoder.text([words])[0]
        entry = self._parts.library.find(vector, phrase=words)
        self.notes.append(f"Took {entry.name} from the reference library.")
        content = self._cut(self._parts.library.read(entry))
        return CutOut(content.rgba) if entry.shipped else content  # shipped ones were all checked to be photographs

    def _cut(self, picture: Photo) -> CutOut:
        small = Photo(np.ascontiguousarray(shrink(picture.pixels, 2 * WORK_SIDE)))
        rgb, transparency = small.floats(), small.transparency
        shown = transparency is not None and transparency.min() < 1
        if shown:
            return cut_out(rgb, transparency)
        return cut_out(rgb, subject=self._parts.selector.saliency(rgb, self._parts.encoder))

    def _remove(self, operation: Operation) -> None:
        region = self._region(operation)
        crop, before, hole = self._hole(region)
        with self._clock.step("draft"):
            draft = operations.remove(before, hole, self._seed)
        self._finish(operation, crop, before, draft, region, hole=hole)

    def _replace(self, operation: Operation) -> None:
        with self._clock.step("draft"):
            content = self._content(operation)
        region, size = self._region(operation), size_of(operation)
        share, old = share_of_photo(operation.amount), mask_box(region.mask > 0.5)
        if share is not None and old is not None:
            size = share * self._photo.height / operations.standing_in(old, content.aspect, self._photo.width).height
        crop, before, hole = self._hole(region, self._placing_side(operation), size)
        with self._clock.step("draft"):
            drawing = self._drawing(operation)
            draft = operations.replace(before, hole, content, self._seed, size=size, allow_drawing=drawing)
        self._finish(operation, crop, before, draft, ref=operation.ref, hole=hole)

    def _add(self, operation: Operation) -> None:
        with self._clock.step("draft"):
            content = self._content(operation)
        with self._clock.step("ground"):
            name, painted = self._name_of(operation), self._painted(operation)
            content, spot = standing(self._parts, self._photo, content, operation, name, painted, self._seed)
        crop = self._around(spot.box, self._placing_side(operation))
        with self._clock.step("draft"):
            before = self._take(crop)
            in_front = None
            if spot.in_front is not None:
                in_front = crop.take(resized(spot.in_front, self._photo.width, self._photo.height))
            draft = operations.add(
                before,
                content,
                crop.from_photo(spot.box),
                self._seed,
                grounded=spot.grounded,
                in_front=in_front,
                allow_drawing=operation.place is not None or self._drawing(operation),
            )
        self._finish(operation, crop, before, draft, ref=operation.ref)

    def _move(self, operation: Operation) -> None:
        region = self._region(operation)
        whole = Box(0, 0, self._photo.width, self._photo.height)
        crop = WorkingCrop.fit(whole, WORK_SIDE * 2)
        with self._clock.step("draft"):
            before, own = self._take(crop), crop.take(region.mask)
            if operation.op is Op.scale:
                factor = scale_of(operation.target, operation.amount)
                draft = operations.scale(before, own, factor, self._seed)
            else:
                side = max(self._photo.width, self._photo.height)
                draft = moved(self._parts, before, own, operation, side, self._seed)
        self._finish(operation, crop, before, draft)

    def _replace_background(self, operation: Operation) -> None:
        material = self._materials.get(operation.ref) if operation.ref else None
        picture = material.picture if material is not None else None
        if picture is None and self._parts.decoder is None:
            wanted = f' of "{operation.target}"' if operation.target else ""
            raise BadInput(
                f"There is no picture{wanted} to put behind the subject.",
                "Give one as [ref#1]. To cut the subject out, take `overtone select`, or Ctrl+J in the editor.",
            )
        with self._clock.step("ground"):
            painted = self._painted(operation)
            if painted is not None:
                subject = Region(1 - painted.mask, "mask")
            elif operation.object and operation.object.lower() not in BACKGROUND_WORDS:
                subject = self._named(operation.object)
            else:
                small = self._parts.selector.subject(small_floats(self._photo, GROUND_SIDE), self._parts.encoder)
                subject = Region(resized(small.mask, self._photo.width, self._photo.height), "words", small.score)
        crop = WorkingCrop.fit(Box(0, 0, self._photo.width, self._photo.height), WORK_SIDE * 2)
        with self._clock.step("draft"):
            before, kept = self._take(crop), crop.take(subject.mask)
        if picture is None:
            made = self._painter.make(operation.op, before, kept < 0.5, crop.box)
            self._show_made(crop, before, made, kept < 0.5)
            return
        with self._clock.step("draft"):
            draft = operations.replace_background(before, kept, picture.floats())
        self._finish(operation, crop, before, draft)

    def _tone(self, operation: Operation) -> None:
        """Style, mood and adjust: made on a small copy, carried to the photo by locally affine colour transfer."""
        weight = self._tone_weight(operation)
        with self._clock.step("draft"):
            paints = self._tones.paints(operation)
            crop = WorkingCrop.fit(
                Box(0, 0, self._photo.width, self._photo.height), PAINT_SIDE if paints else TONE_SIDE
            )
            before = self._take(crop)
            after = self._tones.after(before, operation)
        after = self._painter.rewrite(after, crop.box, operation)
        with self._clock.step("composite"):
            if paints:
                blend = weight if weight is not None else np.ones(self._photo.rgb.shape[:2], np.float32)
                self._show(paste(self._photo.pixels, after, crop, blend, self._colour))
            else:
                own = self._own(crop)
                pixels = self._photo.pixels.copy()
                pixels[..., :3] = carry(self._photo.rgb, own, self._colour.changed(own, before, after), weight)
                self._show(pixels)
        whole = Box(0, 0, self._photo.width, self._photo.height)
        self._note_change(whole if weight is None else mask_box(weight > 0))

    def _tone_weight(self, operation: Operation) -> np.ndarray | None:
        """How much each pixel takes of a tone operation; nothing when all of them take it whole."""
        painted = self._painted(operation)
        if painted is None and (not operation.object or operation.object == PHOTO_MARKER):
            return None
        if painted is not None:
            return painted.mask
        return self._region(operation).mask

    def _expand(self, operation: Operation) -> None:
        """Outpaint: a larger canvas with the photo, unchanged, in its place, and its margins filled."""
        margins = self._request.margins or margins_from(operation, self._photo.width, self._photo.height)
        inner = Box(margins.left, margins.top, margins.left + self._photo.width, margins.top + self._photo.height)
        sides = ((margins.top, margins.bottom), (margins.left, margins.right))
        photo = self._photo.pixels
        outside = np.pad(np.zeros(photo.shape[:2], np.float32), sides, constant_values=1)
        self._photo = self._photo.with_pixels(np.pad(photo, (*sides, (0, 0)), mode="edge"))
        if self._mask is not None:
            self._mask = np.pad(self._mask, sides)
        crop = WorkingCrop.fit(Box(0, 0, self._photo.width, self._photo.height), WORK_SIDE * 2)
        with self._clock.step("draft"):
            before, hole = self._take(crop), crop.take(outside) > 0
            draft = operations.expand(before, hole, self._seed)
        self._finish(operation, crop, before, draft, hole=hole)
        pixels = self._photo.pixels.copy()
        pixels[inner.slices] = photo  # the soft edge of the margins must not reach into the photo
        self._show(pixels)
        self._note_change(Box(0, 0, self._photo.width, self._photo.height))

    def _vary(self, _operation: Operation) -> None:
        """The whole photo, or what the mask marks, made anew, as like it as ``keep`` says."""
        whole = Box(0, 0, self._photo.width, self._photo.height)
        if self._mask is None:
            crop = WorkingCrop.fit(whole, WORK_SIDE * 2)
            before = self._take(crop)
            after = self._painter.vary(before, crop.box)
            with self._clock.step("composite"):
                everywhere = np.ones(self._photo.rgb.shape[:2], np.float32)
                self._show(paste(self._photo.pixels, after, crop, everywhere, self._colour))
            self._note_change(whole)
            return
        region = Region(self._mask.astype(np.float32) / 255, "mask")
        crop, before, hole = self._hole(region)
        after = self._painter.vary(before, crop.box, hole.astype(np.float32))
        self._show_made(crop, before, after, hole, region)

    def _restore(self, _operation: Operation) -> None:
        """Step restore alone, under the mask or everywhere."""
        result = restore(
            self._parts, self._clock, self._photo, self._mask, seed=self._seed, engine=self._request.settings.engine
        )
        self.notes += [note for note in result.notes if note not in self._photo.notes]
        self._show(result.images[0].pixels)
        self._note_change(result.changed_box)

    def _describe(self, operation: Operation) -> None:
        """Answer by what the encoder sees in the photo."""
        with self._clock.step("encode"):
            seen = self._parts.encoder.describe_picture(small_floats(self._photo, GROUND_SIDE))
        names = ", ".join(name for name, _ in seen.labels[:4])
        self.notes.append(f"The photo looks like: {names}.")

    # shared

    def _placing_side(self, operation: Operation) -> int:
        """Where nothing paints over what is placed, it keeps twice the pixels that a decoder would take."""
        return WORK_SIDE if self._painter.decodes(operation.op) else 2 * WORK_SIDE

    def _hole(
        self, region: Region, side: int = WORK_SIDE, size: float = 1.0
    ) -> tuple[WorkingCrop, np.ndarray, np.ndarray]:
        """The working crop around a region, with room for a thing ``size`` times as large, its pixels, and the hole."""
        hole = denoise_mask(region)
        box = mask_box(hole)
        if box is None:
            raise BadInput("The region is empty.", "Paint more of the object.")
        if size > 1:
            box = operations.resting(box, size).union(box).clip(self._photo.width, self._photo.height)
        crop = self._around(box, side)
        before, inside = self._take(crop), crop.take(hole) > 0.5
        return crop, before, inside | strays(before, inside) if region.source == "words" else inside

    def _around(self, box: Box, side: int) -> WorkingCrop:
        """The working crop of a box: what the user wants the engine to see, or fitting surroundings."""
        size, wanted = (self._photo.width, self._photo.height), self._request.context
        return WorkingCrop.fit(wanted.union(box).clip(*size) if wanted else context_box(box, *size), side)

    def _take(self, crop: WorkingCrop) -> np.ndarray:
        return self._colour.to_working(self._own(crop))

    def _own(self, crop: WorkingCrop) -> np.ndarray:
        """The crop in the photo's own colours, 0 to 1."""
        return crop.take(self._photo.rgb) / np.float32(self._photo.white)

    def _name_of(self, operation: Operation) -> str:
        """What an operation brings in, as a noun."""
        if operation.ref:
            return self._called(self._materials[operation.ref])
        return operation.target or operation.object

    def _called(self, material: Material) -> str:
        """A reference's name, the nearest noun to its embedding when it has none of its own."""
        return material.name or self._parts.encoder.name(material.vector, material.kind, count=1)[0][0][0]

    def _drawing(self, operation: Operation) -> bool:
        """Whether the user asked for a drawing by name."""
        return bool(DRAWN_WORDS & set(f"{operation.object} {operation.target}".lower().split()))

    def _finish(
        self,
        operation: Operation,
        crop: WorkingCrop,
        before: np.ndarray,
        draft: operations.Draft,
        limit: Region | None = None,
        ref: int | None = None,
        hole: np.ndarray | None = None,
    ) -> None:
        """Steps decode, restore and composite of a draft; ``hole`` is new even where the draft is as before."""
        changed = (draft.rgb != before).any(axis=2)
        if hole is not None:
            changed = changed | hole
        made = self._painter.paint(operation.op, draft.rgb, before, changed, crop.box, ref)
        photo, stood = self._photo, made is draft.rgb
        self._show_made(crop, before, made, changed, limit, draft.filled if stood else None)
        if stood and draft.kept is not None and not crop.whole:
            with self._clock.step("composite"):
                self._show(with_kept(self._photo.pixels, photo, self._colour, crop, before, draft))

    def _show_made(
        self,
        crop: WorkingCrop,
        before: np.ndarray,
        result: np.ndarray,
        changed: np.ndarray,
        limit: Region | None = None,
        filled: np.ndarray | None = None,
    ) -> None:
        """Step composite; what was ``filled`` with its surroundings gets their detail at full size."""
        with self._clock.step("composite"):
            result = match_ring(result, before, changed)
            blend = blend_mask(changed, crop)
            if limit is not None and limit.source == "mask":
                rim = 0.05 * float(np.sqrt((limit.mask > 0.5).sum()))
                blend = blend * feather(limit.mask[crop.box.slices] > 0, int(np.ceil(rim)) + 2)
            if filled is not None and not crop.whole:
                result = with_detail(self._take(crop.full_size), crop, before, result, changed, filled)
                crop = crop.full_size
            self._show(paste(self._photo.pixels, result, crop, blend, self._colour))
        box = mask_box(blend > 0)
        if box is not None:
            self._note_change(box.moved(crop.box.left, crop.box.top))

    def _show(self, pixels: np.ndarray) -> None:
        self._photo = self._photo.with_pixels(pixels)

    def _note_change(self, box: Box | None) -> None:
        self.changed_box = box.union(self.changed_box) if box else self.changed_box
