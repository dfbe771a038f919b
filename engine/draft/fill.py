"""Exemplar fill: a hole closed with texture from around it, in colour with its surroundings and with their grain."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from patchmatch import patch_match

from engine.draft import detail
from engine.draft.membrane import membrane, spread
from engine.errors import BadInput
from engine.values import Box

_PATCH = 3  # radius: 7 x 7 patches follow fine structure; the mean perceptual distance rose from 3 to 5, 7 and 10
_TRIES = ((1.0, 3, 0), (0.6, 3, 1), (1.0, 4, 2))  # context, patch radius, added to the seed
_CRISP = 0.6  # share of the first try's fine detail that is kept where the tries disagree
_FINE = 1.5  # pixels: standard deviation of the blur that separates fine detail
_LAYERED = 0.05  # weight of a source's height over its likeness: ground, horizon and sky are layers of most scenes
_WORKING_AREA = 18_000  # pixels: a hole with more than this is filled at a smaller size first
_CONTEXT = 1.0  # of the hole's longer side; near sources share its light, so wider windows measured worse
_LEAST_CONTEXT = 48  # pixels at the working size
_SEAM = 0.12  # of full scale: gaps across the border well below this are seams, well above are edges
_CALM, _ROUGH = 0.8 / 255, 1.6 / 255  # steps about the local mean below and above which a place is smooth or textured
_THING = 5 / 255  # steps above which a fill shows more than a calm ground
_NEAR = 8.0  # pixels: standard deviation of the blur over which smoothness is judged
_TRACE = 1e-3  # share of calm around below which a place has no colour of its own
_TENTH = 1.645  # standard deviations that a tenth of normal values exceed
_LEAST_SOURCE = 0.04  # share of the picture that must stay known


@dataclass(frozen=True, eq=False)
class _Window:
    """The part of a picture around a hole, at the working size."""

    rgb: np.ndarray
    hole: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class _Way:
    """The completions of a window, and the weight of a source's height in them."""

    tries: tuple[tuple[float, int, int], ...]
    guide: float


def fill(
    rgb: np.ndarray,
    hole: np.ndarray,
    seed: int = 0,
    known: np.ndarray | None = None,
    *,
    sharp: bool = False,
    layered: bool = False,
) -> np.ndarray:
    """Close a hole with what surrounds it.

    PatchMatch completion (Barnes et al. 2009; Wexler et al. 2007) in a window around the hole, tried several ways whose
    mean settles what they agree on while one of them gives the fine detail, or one way; at a reduced size with detail
    carried over from the sources when the hole is large; then a membrane (Perez et al. 2003) that takes out what
    difference in colour is left along the border. Every connected hole is filled by itself.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, 0 to 1, display-encoded.
    hole
        ``(H, W)`` bool, true where to fill; the picture is not read there.
    seed
        Same seed, same pixels; taken modulo 2**32.
    known
        ``(H, W)`` bool, optional: false where the picture must not serve as a source (another object, say).
    sharp
        Keep the first try as it is. The mean of several comes nearer to what was there, and is soft where they
        disagree: in a large area that is seen before anything else, and nobody can compare.
    layered
        Prefer sources at the hole's own height, as fits margins beside a scene: ground, horizon and sky are layers.
        Holes within one came out worse with it.

    Returns
    -------
    np.ndarray
        ``(H, W, 3)`` float32, bit-equal to ``rgb`` outside the hole.

    Raises
    ------
    BadInput
        When (almost) nothing is left around the hole to fill it from.
    """
    if hole.shape != rgb.shape[:2]:
        raise ValueError(f"hole {hole.shape} and picture {rgb.shape} differ in size")
    hole = hole.astype(bool)
    usable = ~hole if known is None else known.astype(bool) & ~hole
    if usable.mean() < _LEAST_SOURCE:
        raise BadInput(
            "The area to fill covers almost the whole picture, so nothing is left to fill it from.",
            "Paint a smaller mask, or ask for a new background instead.",
        )
    out = rgb.astype(np.float32, copy=True)
    way = _Way(_TRIES[:1] if sharp else _TRIES, _LAYERED if layered else 0.0)
    if not hole.any():
        return out
    for part in _parts(hole):
        window = _context(part, usable)
        piece = np.ascontiguousarray(out[window.slices])
        # Holes of other parts inside this window are no source until they are filled; by then they are picture.
        done = _fill_window(_Window(piece, part[window.slices], usable[window.slices]), seed, way)
        out[window.slices] = np.where(part[window.slices][..., None], done, piece)
        usable = usable if known is not None else usable | part
    return out


def _parts(hole: np.ndarray) -> list[np.ndarray]:
    """Connected parts, those closer than a patch joined, largest first."""
    joined = cv2.dilate(hole.astype(np.uint8), np.ones((2 * _PATCH + 1,) * 2, np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    order = sorted(range(1, count), key=lambda i: -int(stats[i, cv2.CC_STAT_AREA]))
    if len(order) > 12:  # specks: one window for all is cheaper than a window each
        return [hole]
    return [hole & (labels == i) for i in order]


def _context(part: np.ndarray, usable: np.ndarray) -> Box:
    """The window around a part: wide enough to hold at least as many source pixels as the hole has."""
    rows, columns = np.nonzero(part)
    tight = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    side = max(tight.width, tight.height)
    height, width = part.shape
    grow = max(int(_CONTEXT * side), _LEAST_CONTEXT)
    wanted = max(2 * len(rows), 32 * 32)
    while True:
        window = tight.grow(grow).clip(width, height)
        if usable[window.slices].sum() >= wanted or (window.width == width and window.height == height):
            return window
        grow *= 2


def _fill_window(window: _Window, seed: int, way: _Way) -> np.ndarray:
    """Fill one window; large holes at a smaller size first."""
    calm = _calm(window)
    spread_in = membrane(np.dstack([window.rgb, calm]), window.hole)
    plain, share = spread_in[..., :3], spread_in[..., 3:]
    if share[window.hole].min() > 1 - 1e-3:
        return np.clip(plain, 0, 1)
    scale = min(1.0, (_WORKING_AREA / int(window.hole.sum())) ** 0.5)
    if scale < 0.8:  # below that the detail that is lost is worth carrying over
        small = _shrink(window, scale)
        done = _complete(small, seed, way)
        filled = detail.carry(window.rgb, window.hole, small.rgb, small.hole, small.known, done)
    else:
        filled = _complete(window, seed, way)
    filled = level(filled, plain, window.hole)
    shown = _steps(filled, window.hole, _NEAR / 4) > _THING  # a branch that goes on into a calm sky stays one
    smooth = cv2.GaussianBlur(share * ~shown[..., None], (0, 0), _FINE)[..., None]
    if smooth.any():  # what is not calm gives it no colour
        ground = membrane(window.rgb * calm[..., None], window.hole) / np.maximum(share, _TRACE)
        filled = (1 - smooth) * filled + smooth * ground
    return np.clip(filled, 0, 1).astype(np.float32)


def _calm(window: _Window) -> np.ndarray:
    """How smooth the known pixels are, ``(h, w)`` from 0 to 1: exemplars in 8 bits would band a clean gradient."""
    whole = cv2.erode(window.known.astype(np.uint8), np.ones((13, 13), np.uint8), borderValue=0) > 0
    judged = cv2.GaussianBlur(whole.astype(np.float32), (0, 0), _NEAR)
    steps = _steps(window.rgb, whole, _NEAR)
    calm = np.clip((_ROUGH - steps) / (_ROUGH - _CALM), 0, 1)
    return np.where(judged > 1e-3, calm, 0).astype(np.float32)


def _steps(rgb: np.ndarray, judged: np.ndarray, near: float) -> np.ndarray:
    """How much a tenth of the ``judged`` pixels nearby stand out of their local mean at least, ``(h, w)``."""
    apart = np.abs(rgb - cv2.GaussianBlur(rgb, (0, 0), 2.0)).max(axis=2)
    share = cv2.GaussianBlur(judged.astype(np.float32), (0, 0), near)
    return _TENTH * np.sqrt(cv2.GaussianBlur(apart**2 * judged, (0, 0), near) / np.maximum(share, 1e-6))


def _shrink(window: _Window, scale: float) -> _Window:
    """The window at ``scale``: a pixel with any hole in it is hole, one with any unusable pixel is no source."""
    height, width = window.hole.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    open_share = cv2.resize((~window.hole).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    known_share = cv2.resize(window.known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    rgb = cv2.resize(window.rgb, size, interpolation=cv2.INTER_AREA)
    return _Window(rgb, open_share < 0.999, known_share > 0.999)


def _complete(window: _Window, seed: int, way: _Way) -> np.ndarray:
    """The completion of one window, ``(h, w, 3)`` float32: the tries' mean with the first one's fine detail."""
    tries = [_try(window, context, patch, seed + more, way.guide) for context, patch, more in way.tries]
    mean = np.mean(tries, axis=0, dtype=np.float32)
    apart = tries[0] - mean
    fine = apart - cv2.GaussianBlur(apart, (0, 0), _FINE)
    return np.where(window.hole[..., None], mean + _CRISP * fine, window.rgb).astype(np.float32)


def _try(window: _Window, context: float, patch: int, seed: int, guide: float) -> np.ndarray:
    """PatchMatch completion from that much context, ``(h, w, 3)`` float32."""
    rows, columns = np.nonzero(window.hole)
    tight = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    height, width = window.hole.shape
    grow = max(int(context * max(tight.width, tight.height)), _LEAST_CONTEXT // 2)
    part = tight.grow(grow).clip(width, height) if context < _CONTEXT else Box(0, 0, width, height)
    known = window.known[part.slices]
    if known.sum() < len(rows) or not _has_source(known, patch):
        part = Box(0, 0, width, height)
        known = window.known
    hole = np.ascontiguousarray(window.hole[part.slices])
    eight = np.ascontiguousarray(np.clip(np.rint(window.rgb[part.slices] * 255), 0, 255).astype(np.uint8))
    eight[hole] = 0
    blocked = ~known & ~hole
    patch_match.set_random_seed(seed % 2**32)
    more = {"global_mask": blocked if blocked.any() else None, "patch_size": patch}
    if guide:
        done = patch_match.inpaint_regularity(eight, hole, _heights(known), guide_weight=guide, **more)
    else:
        done = patch_match.inpaint(eight, hole, **more)
    out = window.rgb.astype(np.float32, copy=True)
    out[part.slices] = np.where(hole[..., None], done.astype(np.float32) / 255, out[part.slices])
    return out


def _heights(known: np.ndarray) -> np.ndarray:
    """How high each pixel lies, ``(h, w, 3)`` float32, of which the completion reads the first value, 0 to 0.5.

    It takes these values for phases of a pattern of period 1. Beyond the known rows they go back as in a mirror: a
    margin above is to continue the sky, and not to repeat its last row.
    """
    out = np.zeros((*known.shape, 3), np.float32)
    rows = np.flatnonzero(known.any(axis=1))
    if not rows.size:  # of a narrow photo nothing whole is left at the working size
        return out
    first, last = int(rows[0]), int(rows[-1])
    height = np.arange(len(known))
    height = np.where(height < first, 2 * first - height, np.where(height > last, 2 * last - height, height))
    out[..., 0] = (0.5 * np.clip(height, first, last) / len(known))[:, None]
    return out


def _has_source(known: np.ndarray, patch: int) -> bool:
    """Whether at least one whole patch is known."""
    return bool(cv2.erode(known.astype(np.uint8), np.ones((2 * patch + 1,) * 2, np.uint8), borderValue=0).any())


def level(filled: np.ndarray, plain: np.ndarray, hole: np.ndarray, sigma: float = 3.0) -> np.ndarray:
    """Take out the difference in colour that a fill has along its border.

    The difference between the fill and the membrane, meaned just inside the border, is spread over the hole by another
    membrane, so that texture and edges which cross the border stay as they are, and so does a gradient.

    Parameters
    ----------
    filled
        ``(H, W, 3)`` floats: the picture with its hole filled.
    plain
        The same with its hole closed by a membrane.
    hole
        ``(H, W)`` bool.
    sigma
        Pixels over which the means are taken.
    """
    inner = hole & (cv2.distanceTransform(np.pad(hole.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1] <= 2 * sigma)
    gap = spread(plain - filled, inner, sigma)
    # A large gap is an edge that ends at the hole (half an object left standing), not a difference in light.
    gap *= np.exp(-np.square(np.linalg.norm(gap, axis=2, keepdims=True) / _SEAM))
    ring = ~hole & (cv2.dilate(hole.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    smooth = spread(gap, ring, 2 * sigma)
    return filled + membrane(smooth, hole) * hole[..., None]
