"""Where a new object goes and how large it is: the user's mask, words, or free ground with perspective."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from engine.draft import scene
from engine.draft.sizes import height_of
from engine.draft.whereabouts import Relation, read
from engine.errors import BadInput
from engine.values import Box, Region

Locate = Callable[[str], Region]

_CAMERA_HEIGHT = 1.6  # metres above the ground: eye level
_LEAST_SHARE, _MOST_SHARE = 0.07, 0.62  # of the picture's height that an object without a mask gets
_EDGE = 0.02  # of the picture kept free at its border


@dataclass(frozen=True, eq=False)
class Spot:
    """A place for an object.

    Attributes
    ----------
    box
        The object fits inside, standing on the lower edge.
    grounded
        Whether it stands on something (and throws a shadow).
    in_front
        ``(H, W)`` float32, 0 to 1: what stays in front of it; absent when nothing does.
    """

    box: Box
    grounded: bool = True
    in_front: np.ndarray | None = None


def find(
    rgb: np.ndarray,
    where: str,
    aspect: float,
    name: str = "",
    locate: Locate | None = None,
    mask: np.ndarray | None = None,
    seed: int = 0,
    size: float = 1.0,
) -> Spot:
    """Find the place.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, 0 to 1.
    where
        Place in words ("left of the door", "in the sky", "bottom right"); empty for anywhere sensible.
    aspect
        Width over height of the cut-out.
    name
        What it is, for its usual size.
    locate
        Finds a thing of the picture by its name; raises `engine.errors.RegionNotFound`. Without it only
        words that need no other thing are understood.
    mask
        ``(H, W)``, the user's mask, any number type, non-zero inside; it outweighs the words.
    seed
        Chooses among equally good free places.
    size
        Factor on the size that would be chosen; not applied to a mask.

    Raises
    ------
    BadInput
        When the mask is empty, or the words name a thing and there is no ``locate``.
    """
    height, width = rgb.shape[:2]
    if mask is not None:
        return Spot(_mask_box(mask), grounded=_reaches_ground(rgb, _mask_box(mask)))
    place = read(where)
    if place.anchor and place.relation is not Relation.within_sky:
        if locate is None:
            raise BadInput(f'There is no way to find "{place.anchor}" here.', "Paint a mask where it should go.")
        return _by_anchor(
            rgb, place.relation, locate(place.anchor), place.anchor, aspect, name, locate, place.other, size
        )
    surroundings = scene.read_scene(rgb)
    if place.relation is Relation.within_sky:
        sky = _sky_region(rgb, surroundings, locate)
        return _in_sky(sky, aspect, name, size, width, height)
    return _free_ground(surroundings, place.across, place.down, aspect, name, seed, size, width, height)


def exactly(rgb: np.ndarray, box: Box) -> Spot:
    """A place that was chosen by hand: the box as it is, on the ground unless its foot is in the sky."""
    seen = box.clip(rgb.shape[1], rgb.shape[0])
    return Spot(box, grounded=seen.width > 0 and seen.height > 0 and _reaches_ground(rgb, seen))


def tall(name: str, foot: float, horizon: float, height: int) -> float:
    """Pixel height of a thing whose feet stand at row ``foot``.

    On flat ground seen from eye level a thing of m metres spans m * (foot - horizon) / camera height rows. Photos are
    framed to their subjects, so that estimate is averaged (in logarithms) with a plain share of the picture.
    """
    metres = height_of(name) or 0.6
    share = 0.3 * height * float(np.clip((metres / 0.8) ** 0.35, 0.45, 1.8))
    ground = max(foot - horizon, 0.08 * height)
    seen = metres * ground / _CAMERA_HEIGHT
    return float(np.clip(math.sqrt(share * max(seen, 0.25 * share)), _LEAST_SHARE * height, _MOST_SHARE * height))


def _mask_box(mask: np.ndarray) -> Box:
    rows, columns = np.nonzero(mask)
    if len(rows) == 0:
        raise BadInput("The mask is empty.", "Paint where the object should go.")
    return Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)


def _reaches_ground(rgb: np.ndarray, box: Box) -> bool:
    """Whether the lower edge of the box is not in the sky."""
    sky = scene.read_scene(rgb).sky
    scale_y, scale_x = sky.shape[0] / rgb.shape[0], sky.shape[1] / rgb.shape[1]
    row = min(sky.shape[0] - 1, int(box.bottom * scale_y))
    strip = sky[
        max(row - 1, 0) : row + 1, int(box.left * scale_x) : max(int(box.right * scale_x), int(box.left * scale_x) + 1)
    ]
    return float(strip.mean()) < 0.5


def _standing(foot_x: float, foot_y: float, tall_px: float, aspect: float, width: int, height: int) -> Box:
    """The box of a thing that stands at a point, moved and shrunk to stay in the picture."""
    across = tall_px * aspect
    room = width * (1 - 2 * _EDGE)
    if across > room:
        tall_px, across = tall_px * room / across, room
    tall_px = min(tall_px, height * (1 - 2 * _EDGE))
    across = tall_px * aspect
    x = float(np.clip(foot_x, width * _EDGE + across / 2, width * (1 - _EDGE) - across / 2))
    y = float(np.clip(foot_y, height * _EDGE + tall_px, height * (1 - _EDGE / 2)))
    left, top = round(x - across / 2), round(y - tall_px)
    return Box(left, top, left + max(4, round(across)), top + max(4, round(tall_px)))


def _by_anchor(
    rgb: np.ndarray,
    relation: Relation,
    region: Region,
    anchor: str,
    aspect: float,
    name: str,
    locate: Locate,
    other: str,
    size: float,
) -> Spot:
    """Beside, on, before or behind a thing that was found; its own usual size gives the scale."""
    height, width = rgb.shape[:2]
    mask = region.mask > 0.5
    found = _mask_box(mask)
    horizon = scene.read_scene(rgb).horizon * height
    metres, known = height_of(name), height_of(anchor)
    by_picture = tall(name, found.bottom, horizon, height)
    if metres and known and found.height < 0.9 * height:
        by_anchor = metres / known * found.height
        wanted = math.sqrt(float(np.clip(by_anchor, 0.4 * by_picture, 2.2 * by_picture)) * by_anchor)
    else:
        wanted = by_picture
    wanted = size * float(np.clip(wanted, 0.05 * height, _MOST_SHARE * height))
    across = wanted * aspect
    foot = min(found.bottom, height * (1 - _EDGE))
    gap = 0.08 * min(found.width, across)
    centre = (found.left + found.right) / 2
    in_front = None
    grounded = True
    match relation:
        case Relation.left:
            x, y = found.left - gap - across / 2, foot
        case Relation.right:
            x, y = found.right + gap + across / 2, foot
        case Relation.near:
            room_left, room_right = found.left, width - found.right
            x = found.right + gap + across / 2 if room_right >= room_left else found.left - gap - across / 2
            y = foot
        case Relation.between:
            second = _mask_box(locate(other).mask > 0.5) if other else found
            x = (max(min(found.right, second.right), 0) + min(max(found.left, second.left), width)) / 2
            y = (foot + min(second.bottom, height * (1 - _EDGE))) / 2
        case Relation.above:
            x, y, grounded = centre, max(found.top - 0.05 * height, wanted), False
        case Relation.below:
            x, y = centre, min(found.bottom + 1.02 * wanted, height)
        case Relation.on:
            x, y, wanted = *_top_surface(mask, found), min(wanted, 0.9 * found.height + 0.2 * height)
        case Relation.front:
            x, y = centre, min(found.bottom + 0.12 * wanted + 0.02 * height, height)
        case Relation.behind:
            lift = 0.12 * min(found.height, wanted)
            x, y = centre + 0.3 * found.width, found.bottom - lift
            in_front = cv2.GaussianBlur(region.mask.astype(np.float32), (0, 0), 0.8)
        case _:  # within a region: on the grass, in the water, in the corner of the room
            x, y, most = _inside(mask, found, aspect)
            wanted = min(wanted, most)
    return Spot(_standing(x, y, wanted, aspect, width, height), grounded, in_front)


def _top_surface(mask: np.ndarray, found: Box) -> tuple[float, float]:
    """A point on the upper side of a thing such as a table: a third down its visible top where it is widest."""
    part = mask[found.slices]
    widths = part.sum(axis=1)
    wide = np.nonzero(widths >= 0.6 * widths.max())[0]
    first = int(wide[0])
    # A flat thing seen from above (a table top, a lawn) is stood upon well inside, a tall one at its upper rim.
    flat = found.width > 1.6 * found.height
    row = first + round((0.45 if flat else 0.06) * (found.height - first))
    columns = np.nonzero(part[min(row, part.shape[0] - 1)])[0]
    column = float(np.median(columns)) if len(columns) else found.width / 2
    return found.left + column, float(found.top + row)


def _inside(mask: np.ndarray, found: Box, aspect: float) -> tuple[float, float, float]:
    """A foot point deep inside a region, and the height that still fits about it."""
    depth = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(int(np.argmax(depth)), depth.shape)
    reach = float(depth[y, x])
    return (
        float(x),
        float(min(y + 0.5 * reach, found.bottom)),
        max(2.4 * reach / max(aspect, 0.5), 0.12 * mask.shape[0]),
    )


def _sky_region(rgb: np.ndarray, surroundings: scene.Scene, locate: Locate | None) -> np.ndarray:
    """``(H, W)`` bool: the sky, by its looks or by name."""
    height, width = rgb.shape[:2]
    if surroundings.sky.mean() > 0.04:
        return cv2.resize(surroundings.sky.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) > 0.5
    if locate is None:
        raise BadInput("No sky was found in the photo.", "Paint a mask where it should go.")
    return locate("sky").mask > 0.5


def _in_sky(sky: np.ndarray, aspect: float, name: str, size: float, width: int, height: int) -> Spot:
    """In the clearest part of the sky, a little off the middle."""
    reach_map = cv2.distanceTransform(np.pad(sky.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    x_pull = 1 - 0.35 * np.abs(np.linspace(-1, 1, width) - 0.25)
    y, x = np.unravel_index(int(np.argmax(reach_map * x_pull[None, :])), sky.shape)
    reach = float(reach_map[y, x])
    metres = height_of(name) or 0.6
    wanted = 0.16 * height * float(np.clip((metres / 0.6) ** 0.25, 0.5, 1.8))
    most = 1.7 * reach / math.sqrt(1 + aspect**2)
    tall_px = size * max(min(wanted, most), 0.05 * height)
    return Spot(_standing(float(x), y + tall_px / 2, tall_px, aspect, width, height), grounded=False)


def _free_ground(
    surroundings: scene.Scene,
    across: float | None,
    down: float | None,
    aspect: float,
    name: str,
    seed: int,
    size: float,
    width: int,
    height: int,
) -> Spot:
    """The calmest place to stand in the wanted part of the picture."""
    horizon = surroundings.horizon
    rows = np.linspace(max(0.62, horizon + 0.12), 0.95, 9) if down is None else _around(down, horizon)
    columns = (
        np.linspace(0.12, 0.88, 17) if across is None else np.clip(across + np.linspace(-0.08, 0.08, 5), 0.05, 0.95)
    )
    jitter = np.random.default_rng(seed % 2**32)
    best, chosen = math.inf, Box(0, 0, 1, 1)
    for row in rows:
        pixels = size * tall(name, row * height, horizon * height, height)
        for column in columns:
            box = _standing(column * width, row * height, pixels, aspect, width, height)
            cost = surroundings.cost(box, width, height)
            if across is None:
                cost += 0.05 * min(abs(column - 1 / 3), abs(column - 2 / 3)) * 3
            if down is None:
                cost += 0.15 * abs(row - 0.84)
            cost += 0.002 * jitter.random()
            if cost < best:
                best, chosen = cost, box
    return Spot(chosen, grounded=down is None or down > horizon)


def _around(down: float, horizon: float) -> np.ndarray:
    """Rows of feet to try for a wanted height in the picture, 0 (top) to 1 (bottom)."""
    lowest = max(horizon + 0.06, 0.2) if down > 0.4 else 0.2
    return np.clip(down + np.linspace(-0.06, 0.06, 5), lowest, 0.98)
