"""What the decoder's stages learn from, in memory as codes: parts of photographs, drafts and what shows in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, Protocol, TypeVar, overload

import cv2
import numpy as np

from engine.draft.fill import fill
from engine.errors import BadInput
from training.data import items
from training.data.items import LicenceClass, PhotoItem
from training.evaluate.trials import aside
from training.restore.masks import INPAINT, Shares, draw
from training.restore.samples import read_photos

ROOM = 2.5  # long side of a photograph in memory over a training square's: views may differ in scale
_MOST_HIDDEN = 0.75  # of a picture that is filled with what is around

T = TypeVar("T")


class Embedder(Protocol):
    """Pictures and words to unit vectors of one space, as the engine's encoders do."""

    def pictures(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> np.ndarray:
        """``(n, D)`` of pairs of ``(h, w, 3)`` 0 to 1 and ``(h, w)`` transparency or none."""
        ...

    def text(self, texts: Sequence[str]) -> np.ndarray:
        """``(n, D)``."""
        ...


class Seen:
    """Embeddings ``(D,)``, each made once: an encoder takes longer than a step of a small decoder.

    Parameters
    ----------
    encoder
        Makes them.
    """

    def __init__(self, encoder: Embedder) -> None:
        self._encoder, self._known = encoder, dict[Hashable, np.ndarray]()

    def picture(self, key: Hashable, rgb: np.ndarray, transparency: np.ndarray | None = None) -> np.ndarray:
        """Of a picture ``(h, w, 3)``, 0 to 1, that ``key`` names for good."""
        if key not in self._known:
            self._known[key] = self._encoder.pictures([(np.ascontiguousarray(rgb), transparency)])[0]
        return self._known[key]

    def text(self, text: str) -> np.ndarray:
        """Of words."""
        if ("text", text) not in self._known:
            self._known["text", text] = self._encoder.text([text])[0]
        return self._known["text", text]


class Kept(Sequence[T], Generic[T]):
    """A sequence whose items are made when first asked for and kept; any thread may ask.

    Parameters
    ----------
    make
        An item of its number alone.
    count
        How many.
    """

    def __init__(self, make: Callable[[int], T], count: int) -> None:
        self._make, self._count = make, count
        self._held: dict[int, T] = {}
        self._lock = Lock()  # exemplar fill has one generator of chance for the whole process

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        """The item, or several."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(self._count))]
        if not 0 <= index < self._count:
            raise IndexError(index)
        with self._lock:
            if index not in self._held:
                self._held[index] = self._make(index)
            return self._held[index]


@dataclass(frozen=True, eq=False)
class View:
    """A square part of a photograph.

    Attributes
    ----------
    key
        Names it for good.
    rgb
        ``(side, side, 3)`` float32, 0 to 1.
    caption, prompt
        What the photograph shows, in short and at length.
    """

    key: Hashable
    rgb: np.ndarray
    caption: str
    prompt: str


@dataclass(frozen=True, eq=False)
class Views(Sequence[View]):
    """Square parts of photographs, the same ones each time.

    Attributes
    ----------
    photos
        ``(h, w, 3)`` uint8, no smaller than a square.
    captions, prompts
        Of each.
    side
        Of the squares, pixels.
    each
        How many of a photograph; the first is the largest, from its centre.
    seed
        Of the others' places and sizes.
    """

    photos: Sequence[np.ndarray]
    captions: Sequence[str]
    prompts: Sequence[str]
    side: int
    each: int
    seed: int

    def __len__(self) -> int:
        return len(self.photos) * self.each

    @overload
    def __getitem__(self, index: int) -> View: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[View]: ...
    def __getitem__(self, index: int | slice) -> View | Sequence[View]:
        """The view, or several."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        number, view = divmod(range(len(self))[index], self.each)
        photo = self.photos[number]
        height, width = photo.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        if view:
            random = np.random.default_rng((self.seed, number, view))
            side = int(random.integers(self.side, side + 1))
            top, left = (int(random.integers(length - side + 1)) for length in (height, width))
        crop = cv2.resize(photo[top : top + side, left : left + side], (self.side,) * 2, interpolation=cv2.INTER_AREA)
        key = (self.seed, number, view)
        return View(key, crop.astype(np.float32) / 255, self.captions[number], self.prompts[number])


@dataclass(frozen=True, eq=False)
class Draft:
    """A photograph's part with a hole filled by what is around it, as step draft fills it.

    Attributes
    ----------
    view
        The part itself.
    filled
        ``(side, side, 3)`` uint8.
    mask
        ``(side, side)`` bool, what was filled.
    """

    view: View
    filled: np.ndarray
    mask: np.ndarray


def drafts(views: Sequence[View], count: int, seed: int, shares: Shares = INPAINT) -> Kept[Draft]:
    """That many drafts of views, in their order; masks shared out as told, but none that hides almost everything."""
    mild = Shares(shares.irregular, shares.box, shares.frame, shares.one_surely, min(shares.most, _MOST_HIDDEN))

    def make(index: int) -> Draft:
        view = views[index % len(views)]
        random = np.random.default_rng((seed, index))
        mask = draw(len(view.rgb), random, mild) > 0
        filled = fill(view.rgb, mask, int(random.integers(2**31)))
        return Draft(view, np.rint(filled * 255).astype(np.uint8), mask)

    return Kept(make, count)


def photographs(data: Path | None, side: int, each: int, seed: int, prompts: Path | None = None) -> tuple[Views, Views]:
    """Views of what may be trained on, and one of each photograph aside, by which stages are judged.

    Parameters
    ----------
    data
        The data folder, or none for the one that is named by the environment.
    side, each, seed
        As in :class:`Views`.
    prompts
        JSON lines of ``file`` and ``prompt``, longer descriptions than the captions; where there is none the caption
        is all.

    Raises
    ------
    BadInput
        When there are too few photographs of that size, or the prompts cannot be read.
    """
    folder = items.data_folder(data)
    judging = {item.file for item in aside(folder, list(LicenceClass))}
    usable = [item for item in items.photos(folder) if item.trainable and min(item.width, item.height) >= side]
    long = _read_prompts(prompts) if prompts is not None else {}
    learnt = [item for item in usable if item.file not in judging]
    kept = [item for item in usable if item.file in judging]
    if len(learnt) < 1 or len(kept) < 1:
        raise BadInput(f"The data has {len(usable)} photographs of {side} pixels or more a side: too few.")

    def views(chosen: list[PhotoItem], each: int) -> Views:
        pixels = [_large(photo, side) for photo in read_photos(chosen, round(ROOM * side))]
        captions = [item.caption for item in chosen]
        return Views(pixels, captions, [long.get(item.file, item.caption) for item in chosen], side, each, seed)

    return views(learnt, each), views(kept, 1)


def _large(photo: np.ndarray, side: int) -> np.ndarray:
    """A photograph whose short side was shrunk below the square's, brought back to it."""
    factor = side / min(photo.shape[:2])
    return photo if factor <= 1 else cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)


def _read_prompts(path: Path) -> dict[str, str]:
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        return {line["file"]: line["prompt"] for line in lines}
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise BadInput(
            f"{path} holds no prompts ({fault}).", 'A line: {"file": "photos/NAME", "prompt": "…"}.'
        ) from fault
