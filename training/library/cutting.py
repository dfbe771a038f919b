"""From an outline drawn by eye to a cut-out: edges found in a narrow band, soft transparency, clean edge colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from engine.errors import BadInput

Polygon = Sequence[Sequence[float]]

WORK_SIDE = 640  # long side of the piece that edges are searched in, pixels
SUB_PIXEL_BITS = 4
GROUND_COLOURS = 3  # clusters that describe a plain ground, with its light and shadow
GROUND_SAMPLES = 20_000
LEAST_GROUND = 0.08  # of the samples


@dataclass(frozen=True)
class Outline:
    """Where an object lies, in percent of the photo's width and height.

    Attributes
    ----------
    polygons
        Filled together.
    mode
        ``edge``: the true edge is searched within ``band`` of the outline. ``ground``: the object stands on a plain
        ground and everything inside a generous outline is decided by colour, holes included. ``exact``: as drawn.
    band
        Half width of the searched band, percent of the long side.
    add, cut
        Polygons forced in and out after the search, in this order.
    inset
        Pixels of the photo to take off all around, where the ground's colour shines through hair or bristles.
    """

    polygons: tuple[Polygon, ...]
    mode: Literal["edge", "ground", "plain", "exact"] = "edge"
    band: float = 1.2
    add: tuple[Polygon, ...] = ()
    cut: tuple[Polygon, ...] = ()
    inset: int = 0


def ellipse(centre_x: float, centre_y: float, radius_x: float, radius_y: float) -> list[list[float]]:
    """A polygon of 48 corners on an ellipse, in percent."""
    turns = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    return [[centre_x + radius_x * float(np.cos(t)), centre_y + radius_y * float(np.sin(t))] for t in turns]


def raster(polygons: Sequence[Polygon], width: int, height: int) -> np.ndarray:
    """``(height, width)`` uint8, 1 inside any of the polygons given in percent."""
    mask = np.zeros((height, width), np.uint8)
    for polygon in polygons:
        corners = np.array(polygon, float) * [width / 100, height / 100] * 2**SUB_PIXEL_BITS
        cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 1, shift=SUB_PIXEL_BITS)
    return mask


def _disc(radius: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _edge_seeds(mask: np.ndarray, radius: int) -> np.ndarray:
    """GrabCut labels: certain away from the outline, probable within ``radius`` pixels of it."""
    padded = cv2.copyMakeBorder(mask, radius, radius, radius, radius, cv2.BORDER_REPLICATE)
    crop = slice(radius, -radius)
    inner = cv2.erode(padded, _disc(radius))[crop, crop]
    outer = cv2.dilate(padded, _disc(radius))[crop, crop]
    near = np.where(mask == 1, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    return np.where(inner == 1, cv2.GC_FGD, np.where(outer == 0, cv2.GC_BGD, near)).astype(np.uint8)


def _apart_from_ground(lab: np.ndarray, is_ground: np.ndarray) -> np.ndarray:
    """``(h, w)``: how far each pixel is from the ground's colours, in their spreads."""
    ground = lab[is_ground].reshape(-1, 3).astype(np.float32)
    ground = ground[:: max(1, len(ground) // GROUND_SAMPLES)]
    cv2.setRNGSeed(0)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
    _, labels, centres = cv2.kmeans(ground, GROUND_COLOURS, np.empty(0, np.int32), stop, 1, cv2.KMEANS_PP_CENTERS)
    distance = np.full(is_ground.shape, np.inf, np.float32)
    for index, centre in enumerate(centres):
        members = ground[labels[:, 0] == index]
        if len(members) < LEAST_GROUND * len(ground):  # a piece of the object reaches the border there
            continue
        spread = np.minimum(members.std(axis=0), 8.0) + 3.0
        apart = np.sqrt((((lab.astype(np.float32) - centre) / spread) ** 2).mean(axis=2))
        distance = np.minimum(distance, apart)
    return distance


def _ground_seeds(mask: np.ndarray, lab: np.ndarray) -> np.ndarray:
    """GrabCut labels: outside the outline is ground; inside, what differs from the ground's colours is the object."""
    distance = _apart_from_ground(lab, mask == 0)
    inside = np.where(distance > 2.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    inside = np.where(distance > 7.0, cv2.GC_FGD, inside)
    return np.where(mask == 1, inside, cv2.GC_BGD).astype(np.uint8)


def _on_plain_ground(mask: np.ndarray, lab: np.ndarray) -> np.ndarray:
    """What differs from the ground's colours inside the outline; the picture's rim teaches them."""
    rim = np.ones_like(mask)
    width = max(2, round(0.02 * max(mask.shape)))
    rim[width:-width, width:-width] = 0
    outside = mask == 0
    distance = _apart_from_ground(lab, outside if outside.mean() > 0.05 else rim == 1)
    return _tidy(((distance > 2.2) & (mask == 1)).astype(np.uint8), 0.02, 0.012)


def _tidy(mask: np.ndarray, smallest_piece: float, smallest_hole: float) -> np.ndarray:
    """The mask without specks and pinholes; sizes as parts of its area."""
    mask = mask.copy()
    area = int(mask.sum())
    for value, smallest in ((1, smallest_piece), (0, smallest_hole)):
        count, labels, stats, _ = cv2.connectedComponentsWithStats((mask == value).astype(np.uint8))
        for label in range(1, count):
            if stats[label, cv2.CC_STAT_AREA] < smallest * area:
                mask[labels == label] = 1 - value
    return mask


def segment(rgb: np.ndarray, outline: Outline) -> np.ndarray:
    """The object's mask.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8.
    outline
        Where it lies.

    Returns
    -------
    numpy.ndarray
        ``(H, W)`` uint8, 0 or 1. The same inputs give the same mask.
    """
    height, width = rgb.shape[:2]
    drawn = raster(outline.polygons, width, height)
    radius = outline.band / 100 * max(height, width)
    # only the surroundings teach what the background looks like
    box = _around(drawn, round(8 * radius) + 8)
    picture, mask = rgb[box], drawn[box]
    scale = min(1.0, WORK_SIDE / max(mask.shape))
    size = round(mask.shape[1] * scale), round(mask.shape[0] * scale)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)
    if outline.mode == "plain":
        mask = _on_plain_ground(mask, cv2.cvtColor(small, cv2.COLOR_RGB2LAB))
    elif outline.mode != "exact":
        lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
        pixels = max(2, round(radius * scale))
        seeds = _edge_seeds(mask, pixels) if outline.mode == "edge" else _ground_seeds(mask, lab)
        both = np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD))
        if both.all() or not both.any():
            raise BadInput("An outline leaves no pixel of the object or of its surroundings.", "Draw it closer.")
        cv2.setRNGSeed(0)
        everything = (0, 0, size[0], size[1])  # not looked at in this mode
        cv2.grabCut(lab, seeds, everything, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
        found = ((seeds == cv2.GC_FGD) | (seeds == cv2.GC_PR_FGD)).astype(np.uint8)
        if outline.mode == "edge":
            found = cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        mask = _tidy(found, 0.004, 0.002)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.0)
    soft = cv2.resize(soft, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_CUBIC)
    result = np.zeros((height, width), np.uint8)
    result[box] = soft > 0.5
    if outline.add:
        result |= raster(outline.add, width, height)
    if outline.cut:
        result &= 1 - raster(outline.cut, width, height)
    if outline.inset:
        result = cv2.erode(result, _disc(outline.inset), borderType=cv2.BORDER_REPLICATE)
    return result


def _around(mask: np.ndarray, margin: int) -> tuple[slice, slice]:
    """Row and column slices of what is set, with a margin inside the picture."""
    rows, columns = np.where(mask)
    return (
        slice(max(0, int(rows.min()) - margin), min(mask.shape[0], int(rows.max()) + 1 + margin)),
        slice(max(0, int(columns.min()) - margin), min(mask.shape[1], int(columns.max()) + 1 + margin)),
    )


def _guided(guide: np.ndarray, target: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """Guided filter with a grey guide (He, Sun and Tang 2010, equations 5, 6 and 8)."""

    def box(values: np.ndarray) -> np.ndarray:
        return cv2.blur(values, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT)

    mean_guide, mean_target = box(guide), box(target)
    slope = (box(guide * target) - mean_guide * mean_target) / (box(guide * guide) - mean_guide**2 + epsilon)
    offset = mean_target - slope * mean_guide
    return box(slope) * guide + box(offset)


def transparency(rgb: np.ndarray, mask: np.ndarray, softness: float) -> np.ndarray:
    """Soft opacity of a cut-out: the mask's edge follows the picture's own edges, pulled slightly inwards.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8.
    mask
        ``(H, W)``, 0 or 1.
    softness
        Half width of the soft edge, pixels.

    Returns
    -------
    numpy.ndarray
        ``(H, W)`` float32, 0 to 1; 0 beyond ``2 * softness`` pixels outside, 1 as far inside.
    """
    radius = max(1, round(softness))
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    hard = mask.astype(np.float32)
    soft = 0.5 * cv2.GaussianBlur(hard, (0, 0), softness / 2) + 0.5 * _guided(grey, hard, radius, 1e-3)
    # light from the ground leaks into the outermost pixel: drop its faintest third
    soft = np.clip((soft - 0.3) / 0.6, 0, 1)
    sure = cv2.erode(mask, _disc(2 * radius), borderType=cv2.BORDER_REPLICATE)
    far = cv2.dilate(mask, _disc(radius))
    return np.where(sure == 1, 1.0, np.where(far == 0, 0.0, soft)).astype(np.float32)


def clean_edges(rgb: np.ndarray, opacity: np.ndarray, reach: float) -> np.ndarray:
    """Colours without the ground's tint: a half-transparent pixel takes the colour of the object next to it.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8.
    opacity
        ``(H, W)`` float32, 0 to 1.
    reach
        How far inside the object to look for its colour, pixels.

    Returns
    -------
    numpy.ndarray
        ``(H, W, 3)`` uint8.
    """
    colour = rgb.astype(np.float32)
    solid = (opacity > 0.98).astype(np.float32)
    filled, known = np.zeros_like(colour), np.zeros_like(solid)
    for sigma in (reach, 3 * reach, 9 * reach):
        weight = cv2.GaussianBlur(solid, (0, 0), sigma)
        spread = cv2.GaussianBlur(colour * solid[..., None], (0, 0), sigma) / np.maximum(weight, 1e-6)[..., None]
        new = ((weight > 1e-3) & (known == 0)).astype(np.float32)
        filled += spread * new[..., None]
        known += new
    own = opacity[..., None] ** 2
    mixed = own * colour + (1 - own) * filled
    mixed = np.where(known[..., None] > 0, mixed, colour)
    return np.clip(np.round(mixed), 0, 255).astype(np.uint8)


def cut_out(rgb: np.ndarray, outline: Outline, longest: int) -> np.ndarray:
    """The object on a transparent ground, cropped to what shows.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` uint8.
    outline
        Where it lies.
    longest
        Long side of the result, pixels; smaller objects are never enlarged.

    Returns
    -------
    numpy.ndarray
        ``(h, w, 4)`` uint8, straight transparency last; two transparent pixels around, where the photo has room.
    """
    mask = segment(rgb, outline)
    box = _around(mask, 8)
    picture, mask = rgb[box], mask[box]
    # a photo that is not sharp at one pixel has a wider true edge
    softness = 1.0 + max(picture.shape[:2]) / 700
    opacity = transparency(picture, mask, softness)
    colour = clean_edges(picture, opacity, 1.5 * softness)
    scale = min(1.0, longest / max(picture.shape[:2]))
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    weighted = cv2.resize(colour.astype(np.float32) * opacity[..., None], size, interpolation=cv2.INTER_AREA)
    opacity = cv2.resize(opacity, size, interpolation=cv2.INTER_AREA)
    plain = cv2.resize(colour.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    straight = np.where(opacity[..., None] > 1e-3, weighted / np.maximum(opacity, 1e-3)[..., None], plain)
    result = np.dstack([np.clip(straight, 0, 255), opacity * 255])
    return crop_to_visible(np.round(result).astype(np.uint8))


def crop_to_visible(rgba: np.ndarray) -> np.ndarray:
    """The picture cropped to its visible pixels, with two pixels of margin where there is room."""
    rows, columns = np.where(rgba[..., 3] > 4)
    top, left = max(0, rows.min() - 2), max(0, columns.min() - 2)
    return rgba[top : rows.max() + 3, left : columns.max() + 3]
