"""The task sets of multi-modal instructions, made of photographs, cut-outs and the editor's own styles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from torch import Tensor

from engine.decode.briefing import letterboxed
from engine.decode.controls import edges, sketch
from engine.decode.latents import Frame
from engine.draft.style import FAMILIES, paint
from engine.errors import BadInput
from engine.values import marker
from training.data.codes import codes
from training.decode.mixture import Instruction
from training.decode.templates import WORDINGS, listed
from training.scenes import Composer, Scene, Stock
from training.scenes.stock import Thing

VIEWS = 6  # scenes of one cut-out
_MOST_VIEWS = 3  # of a subject, in an instruction's context
_AROUND = 0.25  # of a thing's box, left around it in a view
_PAINTED = 8  # photographs in each style

Extract = Callable[[np.ndarray], np.ndarray]
"""A picture ``(h, w, 3)`` float32, 0 to 1, to its map ``(h, w)``, 0 to 1."""


@dataclass(frozen=True)
class Shown:
    """A photograph ``(h, w, 3)`` uint8 and what it shows."""

    rgb: np.ndarray
    caption: str


class Album:
    """Square pictures in memory, by row.

    Parameters
    ----------
    side
        Of each, pixels.
    """

    def __init__(self, side: int) -> None:
        self.side = side
        self._held: list[np.ndarray] = []

    def cropped(self, rgb: np.ndarray) -> int:
        """Take in the middle of a picture ``(h, w, 3)`` uint8: what is to be made has no border."""
        height, width = rgb.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        how = cv2.INTER_AREA if side > self.side else cv2.INTER_CUBIC
        middle = rgb[top : top + side, left : left + side]
        self._held.append(cv2.resize(middle, (self.side, self.side), interpolation=how))
        return len(self._held) - 1

    def whole(self, rgb: np.ndarray) -> int:
        """Take in all of a picture ``(h, w, 3)`` uint8, as the editor shows references to the network."""
        frame = Frame.fit(self.side, self.side, self.side)
        shown = frame.take(letterboxed(rgb.astype(np.float32) / 255, frame))
        self._held.append(codes(shown))
        return len(self._held) - 1

    def picture(self, row: int) -> np.ndarray:
        """One of them, ``(side, side, 3)`` float32, 0 to 1."""
        return self._held[row].astype(np.float32) / 255

    def tensor(self) -> Tensor:
        """All, ``(n, 3, side, side)`` uint8."""
        return torch.from_numpy(np.stack(self._held)).permute(0, 3, 1, 2).contiguous()


@dataclass(frozen=True, eq=False)
class Writer:
    """Writes instructions; the same seed writes the same ones.

    Attributes
    ----------
    album
        Takes in their pictures.
    each
        Instructions of a set.
    seed
        Of everything drawn.
    """

    album: Album
    each: int
    seed: int = 0

    def sets(
        self, photos: Sequence[Shown], stock: Stock, extract_depth: Extract | None = None
    ) -> dict[str, tuple[Instruction, ...]]:
        """Every set that can be made.

        Parameters
        ----------
        photos
            To be made from words, maps and styles.
        stock
            Cut-outs and photographs to place them on.
        extract_depth
            Where a bundle has a network for it.
        """
        targets = [self.album.cropped(photo.rgb) for photo in photos]
        maps: dict[str, Extract] = {"edge": edges, "sketch": sketch}
        if extract_depth is not None:
            maps["depth"] = extract_depth
        return {
            "text": self._many("text", [(row, (), shown.caption) for row, shown in zip(targets, photos, strict=True)]),
            **{kind: self._maps(kind, extract, targets, photos) for kind, extract in maps.items()},
            **self._scenes(stock),
            **self._styles(targets, photos),
        }

    def write(
        self, task: str, number: int, target: int, pictures: Sequence[int], caption: str = "", name: str = ""
    ) -> Instruction:
        """One instruction.

        Parameters
        ----------
        task
            A set of :data:`training.decode.templates.WORDINGS`.
        number
            Of the instruction in its set.
        target, pictures
            Rows of the wanted picture and of its references.
        caption, name
            What the wanted picture shows, and what the references are called where they have a name.
        """
        random = self._random(task, number)
        wording = WORDINGS[task]
        template = wording.templates[random.integers(len(wording.templates))]
        context = []
        for place, row in enumerate(pictures):
            roles = [*wording.roles[min(place, len(wording.roles) - 1)], *([name] if wording.named and name else [])]
            context.append((f"{marker(place + 1)} {roles[random.integers(len(roles))]}", row))
        refs = listed(len(pictures)) if pictures else ""
        return Instruction(template.format(caption=caption, refs=refs), tuple(context), target)

    def _many(self, task: str, made: Sequence[tuple[int, tuple[int, ...], str]]) -> tuple[Instruction, ...]:
        """A set of targets with their references and captions, each as often as another."""
        return tuple(self.write(task, number, *made[number % len(made)]) for number in range(self.each if made else 0))

    def _maps(
        self, kind: str, extract: Extract, targets: Sequence[int], photos: Sequence[Shown]
    ) -> tuple[Instruction, ...]:
        """Maps of photographs, and the photographs."""
        made = []
        for row, photo in zip(targets[: self.each], photos, strict=False):
            plane = extract(self.album.picture(row))
            made.append((row, (self.album.cropped(codes(np.repeat(plane[..., None], 3, axis=2))),), photo.caption))
        return self._many(kind, made)

    def _scenes(self, stock: Stock) -> dict[str, tuple[Instruction, ...]]:
        """Views of one cut-out on photographs, and another scene of it; the mask of a thing, and its scene."""
        subjects: list[tuple[str, list[tuple[int, int, str]]]] = []
        masks: list[tuple[int, tuple[int, ...], str]] = []
        for thing in stock.things:
            views: list[tuple[int, int, str]] = []
            for scene, cover in _scenes_of(thing, stock, self.seed):
                target, view = self.album.cropped(scene.target), self.album.whole(_around(scene.target, cover))
                views.append((target, view, scene.target_caption))
                mask = np.repeat(((cover > 127) * np.uint8(255))[..., None], 3, axis=2)
                masks.append((target, (self.album.cropped(mask),), scene.target_caption))
            if len(views) > 1:
                subjects.append((thing.name, views))
        instructions = []
        for number in range(self.each if subjects else 0):
            random = self._random("subject views", number)
            name, views = subjects[number % len(subjects)]
            order = random.permutation(len(views))[: 1 + random.integers(1, _MOST_VIEWS + 1)]
            (target, _, caption), *others = (views[place] for place in order)
            instructions.append(self.write("subject", number, target, [view for _, view, _ in others], caption, name))
        return {"subject": tuple(instructions), "mask": self._many("mask", masks)}

    def _styles(self, targets: Sequence[int], photos: Sequence[Shown]) -> dict[str, tuple[Instruction, ...]]:
        """Photographs in a style, with another one in that style; told by a caption, or by the photograph itself."""
        styled, restyled = [], []
        for place, family in enumerate(FAMILIES):
            random = self._random("style", place)
            chosen = random.permutation(len(photos))[:_PAINTED].tolist()
            painted = [self.album.cropped(codes(paint(self.album.picture(targets[each]), family))) for each in chosen]
            for at, photo in enumerate(chosen if len(chosen) > 1 else ()):
                style = painted[at - 1]
                styled.append((painted[at], (style,), photos[photo].caption))
                restyled.append((painted[at], (style, targets[photo]), ""))
        order = self._random("style", len(FAMILIES)).permutation(len(styled))
        return {
            "style": self._many("style", [styled[each] for each in order]),
            "transfer": self._many("transfer", [restyled[each] for each in order]),
        }

    def _random(self, task: str, number: int) -> np.random.Generator:
        return np.random.default_rng((self.seed, number, *task.encode()))


def _scenes_of(thing: Thing, stock: Stock, seed: int) -> Iterator[tuple[Scene, np.ndarray]]:
    """Scenes with a cut-out and its cover in each, as far as it fits anywhere."""
    try:
        composer = Composer(replace(stock, things=(thing,)), seed, ("add",))
        for number in range(VIEWS):
            scene = composer.scene(number)
            yield scene, scene.objects[0].mask
    except BadInput:
        return


def _around(rgb: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """The part of a picture ``(h, w, 3)`` where something is."""
    rows, columns = np.flatnonzero((cover > 127).any(axis=1)), np.flatnonzero((cover > 127).any(axis=0))
    spans = []
    for found in (rows, columns):
        room = round(_AROUND * (found[-1] - found[0] + 1))
        spans.append(slice(max(found[0] - room, 0), found[-1] + room + 1))
    return rgb[spans[0], spans[1]]
