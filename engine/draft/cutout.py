"""Cut-outs: a reference's subject with its transparency, from the file's own or from saliency and matting."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.draft.drawing import is_drawing
from engine.draft.matting import decontaminate, soften
from engine.errors import BadInput
from engine.placement import Share

_LEAST_SIDE = 16  # pixels; less than that is no subject
_WORKING_SIDE = 512  # GrabCut runs at this size
_LEAST_SHARE, _MOST_SHARE = 0.004, 0.93  # of the picture that a subject may cover
_HINT = "Give a picture whose subject stands out, or one with a transparent background."


@dataclass(frozen=True, eq=False)
class CutOut:
    """A subject without its background, cropped to what shows.

    Attributes
    ----------
    rgba
        ``(h, w, 4)`` float32, 0 to 1, straight transparency last; colours are extended under transparent pixels.
    drawn
        Whether it looks like a drawing rather than a photograph.
    part
        Which part of its picture it is: left, top, right and bottom, each 0 to 1.
    """

    rgba: np.ndarray
    drawn: bool = False
    part: Share = (0.0, 0.0, 1.0, 1.0)

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.rgba.shape[1] / self.rgba.shape[0]

    @property
    def rgb(self) -> np.ndarray:
        """``(h, w, 3)`` colours."""
        return self.rgba[..., :3]

    @property
    def cover(self) -> np.ndarray:
        """``(h, w)`` transparency: 1 where it is opaque."""
        return self.rgba[..., 3]


def cut_out(rgb: np.ndarray, transparency: np.ndarray | None = None, subject: np.ndarray | None = None) -> CutOut:
    """Cut the subject out of a picture.

    Parameters
    ----------
    rgb
        ``(H, W, 3)`` float32, 0 to 1, display-encoded.
    transparency
        ``(H, W)`` float32, 0 to 1; used as it is when it hides anything.
    subject
        ``(H, W)`` float32, 0 to 1: how likely each pixel belongs to the subject (a saliency map or a found region's
        mask). Without it the subject is what differs from the picture's border.

    Returns
    -------
    CutOut

    Raises
    ------
    BadInput
        When nothing stands out, or what shows is too small.
    """
    if transparency is not None and float(np.min(transparency)) < 0.5:
        cover = np.clip(transparency, 0, 1).astype(np.float32)
        cover = np.where(cover < 0.02, 0, cover)
        if float(cover.max()) < 0.5:
            raise BadInput("The picture is completely transparent, so there is nothing to place.", _HINT)
        return _cropped(_extended(rgb, cover), cover)
    saliency = _border_contrast(rgb) if subject is None else np.clip(subject, 0, 1).astype(np.float32)
    mask = _segment(rgb, saliency)
    share = float(mask.mean())
    if not _LEAST_SHARE <= share <= _MOST_SHARE:
        raise BadInput("No single subject stands out in the picture.", _HINT)
    cover = soften(rgb, mask)
    return _cropped(decontaminate(rgb, cover), cover)


def turned(cutout: CutOut, angle: float, *, flip: bool = False) -> CutOut:
    """The cut-out mirrored left to right, if wanted, then turned clockwise by ``angle`` degrees; nothing is cut off."""
    rgba = np.ascontiguousarray(cutout.rgba[:, ::-1] if flip else cutout.rgba, np.float32)
    if angle % 360 == 0:
        return replace(cutout, rgba=rgba)
    height, width = rgba.shape[:2]
    turn = np.radians(angle)
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    wide, tall = abs(width * cos) + abs(height * sin), abs(width * sin) + abs(height * cos)
    size = (max(round(wide), 1), max(round(tall), 1))
    shift = (size[0] - 1) / 2, (size[1] - 1) / 2
    middle = (width - 1) / 2, (height - 1) / 2
    forward = np.array(
        [
            [cos, -sin, shift[0] - cos * middle[0] + sin * middle[1]],
            [sin, cos, shift[1] - sin * middle[0] - cos * middle[1]],
        ]
    )
    colours = cv2.warpAffine(
        rgba[..., :3].copy(), forward, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    cover = cv2.warpAffine(rgba[..., 3].copy(), forward, size, flags=cv2.INTER_LINEAR, borderValue=(0,))
    return replace(cutout, rgba=np.dstack([colours, cover]).astype(np.float32))


def _segment(rgb: np.ndarray, saliency: np.ndarray) -> np.ndarray:
    """``(H, W)`` bool: GrabCut (Rother et al. 2004) seeded by the saliency map, keeping its main pieces."""
    height, width = saliency.shape
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.clip(np.rint(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) * 255), 0, 255).astype(np.uint8)
    guess = cv2.resize(saliency, size, interpolation=cv2.INTER_AREA)
    low, high = float(guess.min()), float(guess.max())
    if high - low < 0.05:
        raise BadInput("No single subject stands out in the picture.", _HINT)
    guess = (guess - low) / (high - low)
    middle = max(_otsu(guess), 0.15)
    trimap = np.full(guess.shape, cv2.GC_PR_BGD, np.uint8)
    trimap[guess >= middle] = cv2.GC_PR_FGD
    trimap[guess >= middle + 0.6 * (1 - middle)] = cv2.GC_FGD
    trimap[guess <= 0.25 * middle] = cv2.GC_BGD
    if not np.isin(trimap, (cv2.GC_FGD, cv2.GC_PR_FGD)).any() or not np.isin(trimap, (cv2.GC_BGD, cv2.GC_PR_BGD)).any():
        raise BadInput("No single subject stands out in the picture.", _HINT)
    cv2.setRNGSeed(0)  # GrabCut's k-means draws from OpenCV's own generator
    models = np.zeros((1, 65)), np.zeros((1, 65))
    trimap, _, _ = cv2.grabCut(small, trimap, (0, 0, 1, 1), *models, 4, cv2.GC_INIT_WITH_MASK)
    mask = _main_pieces(np.isin(trimap, (cv2.GC_FGD, cv2.GC_PR_FGD)))
    return cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) > 0.5


def _main_pieces(mask: np.ndarray) -> np.ndarray:
    """Drop specks and close pin-holes: pieces below a tenth of the largest, holes below a hundredth of it."""
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    if count < 2:
        return mask
    areas = stats[1:, cv2.CC_STAT_AREA]
    kept = np.isin(labels, 1 + np.nonzero(areas >= 0.1 * areas.max())[0])
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~kept).astype(np.uint8), connectivity=4)
    small = 1 + np.nonzero(stats[1:, cv2.CC_STAT_AREA] < 0.01 * kept.sum())[0]
    return kept | np.isin(labels, small)


def _border_contrast(rgb: np.ndarray) -> np.ndarray:
    """``(H, W)`` in 0 to 1: distance in Lab from the colours along the picture's border, pulled to the middle."""
    height, width = rgb.shape[:2]
    scale = min(1.0, 256 / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.GaussianBlur(cv2.resize(rgb.astype(np.float32), size, interpolation=cv2.INTER_AREA), (0, 0), 1.5)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    band = max(2, min(size) // 24)
    edge = np.ones(lab.shape[:2], bool)
    edge[band:-band, band:-band] = False
    edge[-band:, size[0] // 4 : -(size[0] // 4)] = False  # subjects often stand on the lower border
    cv2.setRNGSeed(0)
    count = min(5, int(edge.sum()))
    _, _, centres = cv2.kmeans(
        lab[edge], count, np.empty((0, 0), np.int32), (cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5), 1, cv2.KMEANS_PP_CENTERS
    )
    apart = np.linalg.norm(lab[:, :, None, :] - centres[None, None], axis=3).min(axis=2)
    y, x = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j]
    pulled = np.minimum(apart / 40.0, 1.0) * np.exp(-0.8 * (x**2 + y**2))
    return cv2.resize(pulled.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)


def _otsu(values: np.ndarray) -> float:
    """Otsu's threshold of values in 0 to 1."""
    level, _ = cv2.threshold(np.rint(values * 255).astype(np.uint8), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return float(level) / 255


def _extended(rgb: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """Colours carried outward under transparent pixels, so that resampling never mixes in a hidden colour."""
    solid = cover > 0.6
    if not solid.any():
        solid = cover >= 0.9 * float(cover.max())
    _, marks = cv2.distanceTransformWithLabels(
        (~solid).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    labels = np.asarray(marks).astype(np.intp)
    rows, columns = np.nonzero(solid)
    colours = np.zeros((int(labels.max()) + 1, 3), np.float32)
    colours[labels[rows, columns]] = rgb[rows, columns]
    return np.where((cover > 0.05)[..., None], rgb, colours[labels]).astype(np.float32)


def _cropped(rgb: np.ndarray, cover: np.ndarray) -> CutOut:
    """Crop to what shows."""
    rows, columns = np.nonzero(cover > 0.05)
    if len(rows) == 0:
        raise BadInput("No single subject stands out in the picture.", _HINT)
    top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    if max(bottom - top, right - left) < _LEAST_SIDE:
        raise BadInput(f"The subject is only {right - left} x {bottom - top} pixels, too small to place.", _HINT)
    rgba = np.dstack([rgb[top:bottom, left:right], cover[top:bottom, left:right]]).astype(np.float32)
    height, width = cover.shape
    part = (float(left / width), float(top / height), float(right / width), float(bottom / height))
    return CutOut(rgba, is_drawing(rgba), part)
