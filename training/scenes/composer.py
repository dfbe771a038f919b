"""Puts scenes together with the editor's own placing: light, scale, shadow and occlusion are the engine's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.draft import scene, spot
from engine.draft.cutout import CutOut
from engine.draft.harmonise import to_display, to_linear
from engine.draft.membrane import membrane
from engine.draft.operations import bounds, standing_in
from engine.draft.place import place
from engine.draft.spot import Spot
from engine.errors import BadInput
from engine.values import Box, Region
from training.data.codes import codes
from training.scenes import words
from training.scenes.scene import KINDS, Kind, Scene, SceneObject
from training.scenes.stock import Ground, Stock, Thing
from training.scenes.words import Setting

Fill = Callable[[np.ndarray, np.ndarray], np.ndarray]

_CROP = (0.72, 1.0)  # of a photograph's short side
_RELIT = 0.5  # chance that the photograph is seen in another light
_EXPOSURE, _TINT = 0.35, 0.06  # of that light: deviations of its stops, and of log red and blue against green
_COMPANY = 0.4  # chance of another thing in the scene
_BESIDE = ("behind the", "in front of the", "to the left of the", "to the right of the")
_LEAST_SEEN = 0.4  # of a thing's cover that must show
_LEAST_AREA, _MOST_AREA = 0.006, 0.4  # of the scene that a thing covers
_ALIKE = 1.9  # most ratio of heights of things that replace one another
_NEAR = 1.8  # small things near by, over their share of a landscape
_SHARES = {Setting.landscape: 0.66, Setting.water: 0.2, Setting.table: 0.14}  # of the scenes, where all are there
_TRIES, _DRAWS = 60, 6  # photographs, and things on each


@dataclass(frozen=True, eq=False)
class _View:
    """A square part of a photograph: ``(side, side, 3)`` float32, and its ground and own objects as masks."""

    ground: Ground
    rgb: np.ndarray
    standing: np.ndarray | None
    own: tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class _Placed:
    """A thing in a picture: the result, what changed and the thing's visible cover, ``(H, W)`` floats each."""

    thing: Thing
    cutout: CutOut
    spot: Spot
    box: Box
    where: str
    rgb: np.ndarray
    mask: np.ndarray
    cover: np.ndarray


class Composer:
    """Makes scenes; the same seed and index give the same scene.

    Parameters
    ----------
    stock
        What they are made of.
    seed
        Of everything drawn.
    kinds
        What to make, each as often.
    fill
        Closes a hole: ``(H, W, 3)`` float32 and ``(H, W)`` bool to ``(H, W, 3)``. The editor's own
        `engine.draft.fill.fill` is slow; the default is smooth.
    """

    def __init__(self, stock: Stock, seed: int, kinds: tuple[Kind, ...] = KINDS, fill: Fill = membrane) -> None:
        self._stock, self._seed, self._kinds, self._fill = stock, seed, kinds, fill
        self._grounds = {
            setting: grounds
            for setting in _SHARES
            if (grounds := [each for each in stock.grounds if each.setting is setting])
            and any(each.setting is setting for each in stock.things)
        }
        if not self._grounds:
            raise BadInput(
                "No cut-out of the data belongs into any of its photographs.", "Add cut-outs of things seen outdoors."
            )

    def scene(self, index: int) -> Scene:
        """The scene of that number, from 0 without end.

        Raises
        ------
        BadInput
            When nothing fits anywhere: the data is too small.
        """
        random = np.random.default_rng((self._seed, index))
        kind = self._kinds[random.integers(len(self._kinds))]
        settings = list(self._grounds)
        shares = np.array([_SHARES[setting] for setting in settings])
        setting = settings[random.choice(len(settings), p=shares / shares.sum())]
        for attempt in range(_TRIES):
            if attempt == _TRIES // 2:  # nothing fits there
                setting = settings[random.integers(len(settings))]
            grounds = self._grounds[setting]
            ground = grounds[random.integers(len(grounds))]
            fitting = [each for each in self._stock.things if each.setting is setting and each.file != ground.file]
            made = self._compose(kind, ground, fitting, index, random) if fitting else None
            if made is not None:
                return made
        raise BadInput("The cut-outs fit into none of the photographs.", "Add more photographs and cut-outs.")

    def _compose(
        self, kind: Kind, ground: Ground, fitting: list[Thing], index: int, random: np.random.Generator
    ) -> Scene | None:
        """One scene on that photograph, or nothing when a thing finds no place."""
        view = _cropped(ground, self._stock.side, random)
        company = None
        if ground.setting is not Setting.table and random.random() < _COMPANY:
            company = _until(lambda: self._stand(view, view.rgb, fitting, random))
            if company is not None and words.is_large(company.thing.name):
                company = None
        empty = view.rgb if company is None else company.rgb
        first = _until(lambda: self._stand(view, empty, fitting, random, company))
        if first is None:
            return None
        second = _until(lambda: self._stand_in(empty, first, fitting, random)) if kind == "replace" else None
        if kind == "replace" and second is None:
            return None
        shown = [first, *([second] if second else [])]
        changed = np.max([each.mask for each in shown], axis=0) > 0
        source, target, draft = self._pictures(kind, empty, first, second, random)
        objects = _objects(kind, first, second, company)
        if kind == "harmonise":
            changed = first.cover > 0
        coming = first if kind == "add" else second
        surroundings = [] if company is None else [(company.thing.caption, company.where)]
        captions = [
            words.caption(ground.caption, [*surroundings, *((each.thing.caption, each.where) for each in seen)])
            for seen in _seen(kind, first, second)
        ]
        instruction = words.instruct(
            kind, random, first.thing.name, coming.thing.caption if coming else "", first.where
        )
        files = [ground.file, *(each.thing.file for each in (*shown, *([company] if company else [])))]
        return Scene(
            kind,
            *(codes(picture) for picture in (source, target, draft)),
            changed=changed.astype(np.uint8) * 255,
            objects=objects,
            source_caption=captions[0],
            target_caption=captions[1],
            instruction=instruction,
            references=(coming.thing.rgba,) if coming else (),
            files=tuple(files),
            seed=self._seed,
            index=index,
        )

    def _pictures(
        self, kind: Kind, empty: np.ndarray, first: _Placed, second: _Placed | None, random: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Source, target and draft."""
        if kind == "add":
            return empty, first.rgb, _plain(empty, first)
        if kind == "harmonise":
            shifted = _shifted(first, random)
            return shifted, first.rgb, shifted
        closed = self._fill(first.rgb, cv2.dilate((first.mask > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
        if second is None:
            return first.rgb, empty, closed
        return first.rgb, second.rgb, _plain(closed, second)

    def _stand(
        self,
        view: _View,
        rgb: np.ndarray,
        fitting: list[Thing],
        random: np.random.Generator,
        company: _Placed | None = None,
    ) -> _Placed | None:
        """A thing put where it may stand, in front of or behind what is there; nothing when it finds no place."""
        thing = fitting[random.integers(len(fitting))]
        if company is not None and (company.thing.name == thing.name or words.is_large(thing.name)):
            return None
        cutout = _drawn(thing, random)
        if view.ground.setting is Setting.water:
            return _put(rgb, thing, cutout, _adrift(rgb, cutout, random), "", random, company)
        if company is not None:
            where = f"{_BESIDE[random.integers(len(_BESIDE))]} {company.thing.name}"
            found = Region(company.cover.astype(np.float32), "mask")
            at = spot.find(rgb, where, cutout.aspect, thing.name, lambda _: found)
        else:
            at, where = _standing(view, cutout, thing.name, random)
        hidden = [mask for mask in view.own if bounds(mask > 0.5).bottom > at.box.bottom]
        in_front = np.max([*hidden, *([] if at.in_front is None else [at.in_front])], axis=0, initial=0)
        if np.any(in_front):
            at = replace(at, in_front=in_front)
        return _put(rgb, thing, cutout, at, where, random, company)

    def _stand_in(
        self, rgb: np.ndarray, old: _Placed, fitting: list[Thing], random: np.random.Generator
    ) -> _Placed | None:
        """Another thing of about its size in the place of an old one."""
        thing = fitting[random.integers(len(fitting))]
        ratio = words.metres(thing.name) / words.metres(old.thing.name)
        if thing.name == old.thing.name or not 1 / _ALIKE < ratio < _ALIKE:
            return None
        cutout = _drawn(thing, random)
        box = standing_in(old.box, cutout.aspect, rgb.shape[1])
        return _put(rgb, thing, cutout, Spot(box, old.spot.grounded, old.spot.in_front), old.where, random)


def _until(draw: Callable[[], _Placed | None]) -> _Placed | None:
    """The first of a few draws that finds a place."""
    return next((placed for _ in range(_DRAWS) if (placed := draw()) is not None), None)


def _put(
    rgb: np.ndarray,
    thing: Thing,
    cutout: CutOut,
    at: Spot,
    where: str,
    random: np.random.Generator,
    company: _Placed | None = None,
) -> _Placed | None:
    """The thing placed, unless it hardly shows, fills the picture or hides its company."""
    try:
        placed = place(rgb, cutout, at.box, int(random.integers(2**31)), grounded=at.grounded, in_front=at.in_front)
    except BadInput:  # too small a cut-out for this place
        return None
    cover = placed.cover
    seen, area = float(cover.sum()), cover.size
    if seen < _LEAST_SEEN * placed.box.width * placed.box.height * float(cutout.cover.mean()):
        return None
    if not _LEAST_AREA * area <= seen <= _MOST_AREA * area:
        return None
    if company is not None and float((company.cover * (1 - cover)).sum()) < _LEAST_SEEN * float(company.cover.sum()):
        return None
    return _Placed(thing, cutout, at, placed.box, where, _quantised(placed.rgb), placed.mask, cover)


def _plain(rgb: np.ndarray, put: _Placed) -> np.ndarray:
    """The cut-out pasted as it is: no light, no shadow."""
    return place(rgb, put.cutout, put.spot.box, grounded=False, matched=False, in_front=put.spot.in_front).rgb


def _objects(kind: Kind, first: _Placed, second: _Placed | None, company: _Placed | None) -> tuple[SceneObject, ...]:
    """What was placed, with what shows of it."""
    out = [_object(first, kind != "add", kind in ("add", "harmonise"), first.cover)]
    front = first.cover
    if second is not None:
        out.append(_object(second, False, True, second.cover))
        front = np.maximum(front, second.cover)
    if company is not None:
        out.append(_object(company, True, True, company.cover * (1 - front)))
    return tuple(out)


def _object(put: _Placed, in_source: bool, in_target: bool, cover: np.ndarray) -> SceneObject:
    return SceneObject(put.thing.name, put.thing.caption, codes(cover), in_source, in_target)


def _seen(kind: Kind, first: _Placed, second: _Placed | None) -> tuple[list[_Placed], list[_Placed]]:
    """What source and target show of the edit."""
    match kind:
        case "add":
            return [], [first]
        case "remove":
            return [first], []
        case "replace":
            return [first], [second] if second else []
        case _:
            return [first], [first]


def _drawn(thing: Thing, random: np.random.Generator) -> CutOut:
    """The thing, mirrored half of the time."""
    rgba = thing.rgba[:, :: random.choice((1, -1))]
    return CutOut(np.ascontiguousarray(rgba, np.float32) / np.float32(255))


def _adrift(rgb: np.ndarray, cutout: CutOut, random: np.random.Generator) -> Spot:
    """Anywhere in the picture, touching nothing."""
    height, width = rgb.shape[:2]
    wide = width * float(random.uniform(0.18, 0.45))
    tall = min(wide / cutout.aspect, 0.5 * height)
    wide = tall * cutout.aspect
    left = round(float(random.uniform(0.03 * width, 0.97 * width - wide)))
    top = round(float(random.uniform(0.08 * height, 0.92 * height - tall)))
    return Spot(Box(left, top, left + max(4, round(wide)), top + max(4, round(tall))), grounded=False)


def _standing(view: _View, cutout: CutOut, name: str, random: np.random.Generator) -> tuple[Spot, str]:
    """A place on the photograph's ground, as tall as perspective has it there, and that place in words."""
    side = len(view.rgb)
    near = view.ground.setting is Setting.table
    size = float(np.exp(random.normal(0, 0.18)))
    standing = view.standing
    if standing is None or not standing.any():  # nobody said where the ground is
        near = view.ground.setting is Setting.table
        size *= _NEAR if near else 1
        standing = np.zeros((side, side), bool)
        standing[round((0.55 if near else 0.93) * side) : round(0.98 * side)] = True
    rows, columns = np.nonzero(standing)
    far = rows <= np.quantile(rows, 0.3) if words.is_large(name) else rows >= np.quantile(rows, 0.3)
    chosen = int(random.integers(max(int(far.sum()), 1)))
    foot, middle = int(rows[far][chosen]), int(columns[far][chosen])
    tall = size * spot.tall(name, foot, scene.read_scene(view.rgb).horizon * side, side)
    tall = min(tall, foot, 0.9 * side / cutout.aspect)
    wide = tall * cutout.aspect
    left = round(float(np.clip(middle - wide / 2, 0, side - wide)))
    box = Box(left, foot - max(4, round(tall)), left + max(4, round(wide)), foot)
    return Spot(box), words.whereabouts((left + wide / 2) / side)


def _cropped(ground: Ground, side: int, random: np.random.Generator) -> _View:
    """A square part of a photograph, mirrored half of the time, and half of the time in another light."""
    height, width = ground.rgb.shape[:2]
    part = min(height, width, max(round(min(height, width) * float(random.uniform(*_CROP))), round(0.75 * side)))
    low = 0.5 if ground.setting is Setting.landscape else 0.0  # the ground is below
    top = round((height - part) * float(random.uniform(low, 1)))
    left = int(random.integers(width - part + 1))
    turned = random.choice((1, -1))

    def cut(values: np.ndarray) -> np.ndarray:
        crop = np.ascontiguousarray(values[top : top + part, left : left + part][:, ::turned])
        how = cv2.INTER_AREA if part > side else cv2.INTER_LINEAR
        return cv2.resize(crop, (side, side), interpolation=how)

    own = [cut(mask).astype(np.float32) / 255 for mask in ground.own]
    return _View(
        ground,
        _quantised(_relit(cut(ground.rgb), random)),
        None if ground.standing is None else cut(ground.standing.astype(np.uint8) * 255) > 127,
        tuple(mask for mask in own if (mask > 0.5).any()),
    )


def _relit(rgb: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The photograph in another exposure and colour of light, half of the time; ``(H, W, 3)`` float32."""
    values = rgb.astype(np.float32) / 255
    if random.random() > _RELIT:
        return values
    gain = 2.0 ** float(np.clip(random.normal(-0.2, _EXPOSURE), -1.0, 0.3))
    cast = np.exp(random.normal(0, _TINT) * np.array([1, 0, -1])).astype(np.float32)
    return to_display(to_linear(values) * (gain * cast).astype(np.float32))


def _shifted(put: _Placed, random: np.random.Generator) -> np.ndarray:
    """The thing's gain, bias and tint changed inside its own cover, as if taken in another light."""
    gain = float(np.exp(random.normal(0, 0.25))) * np.exp(random.normal(0, 0.06, 3))
    bias = random.normal(0, 0.04)
    moved = np.clip(put.rgb * gain.astype(np.float32) + np.float32(bias), 0, 1)
    return put.rgb + (moved - put.rgb) * put.cover[..., None]


def _quantised(rgb: np.ndarray) -> np.ndarray:
    """Rounded to what eight bits hold, so that pictures kept as codes differ only where they truly differ."""
    return codes(rgb).astype(np.float32) / 255
