"""Pictures that ControlNets follow, extracted by rule or by a network (Instruct-Imagen, section 4.2, has the kinds)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np

from engine.decode.request import Control
from engine.errors import BadInput

Extractors = Mapping[str, Callable[[np.ndarray], np.ndarray]]
NONE: Extractors = MappingProxyType({})
SAME_ASPECT = 0.02  # relative difference up to which a control picture is scaled to the result


def control_picture(
    control: Control,
    draft: np.ndarray | None,
    mask: np.ndarray | None,
    size: tuple[int, int],
    extractors: Extractors = NONE,
) -> np.ndarray:
    """The map of a control, ``(h, w, 3)`` float32 0 to 1, white on black.

    Parameters
    ----------
    control
        What to follow; its own picture goes before extraction.
    draft, mask
        The picture and region that a map is extracted from.
    size
        Width and height of the result in pixels.
    extractors
        Networks that extract a kind of map, ``(h, w, 3)`` 0 to 1 to ``(h, w)``; they go before what needs none.

    Raises
    ------
    BadInput
        When a map cannot be extracted (depth without a network needs a picture) or its shape does not fit the result's.
    """
    width, height = size
    if control.picture is not None:
        given = control.picture.shape[1] / control.picture.shape[0]
        if abs(given / (width / height) - 1) > SAME_ASPECT:
            sizes = f"{control.picture.shape[1]} × {control.picture.shape[0]}, the result {width} × {height}"
            raise BadInput(f"The {control.kind} control is {sizes}.", "Give it the same shape as the result.")
        picture = cv2.resize(control.picture.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    learned = extractors.get(control.kind)
    if control.kind == "depth" and learned is None:
        raise BadInput("There is no depth map.", "Give one as a picture: near is white.")
    if control.kind == "mask":
        if mask is None:
            raise BadInput("A mask control needs a mask.", "Paint one, or give it as a picture.")
        plane = (mask > 0.5).astype(np.float32)
    elif draft is None:
        raise BadInput(f"There is no picture to take the {control.kind} from.", "Give one.")
    elif learned is not None:
        plane = learned(draft)
    else:
        plane = edges(draft) if control.kind == "edge" else sketch(draft)
    return np.repeat(plane[..., None], 3, axis=2)


def edges(rgb: np.ndarray) -> np.ndarray:
    """Canny edges ``(h, w)``, 0 or 1, with thresholds from the picture's own median brightness."""
    grey = cv2.cvtColor((np.clip(rgb, 0, 1) * 255).astype(np.uint8), cv2.COLOR_RGB2GRAY)
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0)
    middle = float(np.median(smooth))
    low, high = 0.66 * middle, max(1.33 * middle, 30.0)
    return (cv2.Canny(smooth, low, high) > 0).astype(np.float32)


def sketch(rgb: np.ndarray) -> np.ndarray:
    """Pencil lines ``(h, w)``, 0 to 1: how much darker each pixel is than its surroundings, strong where it matters."""
    grey = cv2.cvtColor(np.clip(rgb, 0, 1).astype(np.float32), cv2.COLOR_RGB2GRAY)
    scale = max(rgb.shape[:2]) / 256
    fine, coarse = cv2.GaussianBlur(grey, (0, 0), max(scale, 0.6)), cv2.GaussianBlur(grey, (0, 0), max(4 * scale, 2.4))
    lines = np.abs(coarse - fine)
    top = float(np.quantile(lines, 0.98))
    return np.clip(lines / max(top, 1e-3), 0, 1).astype(np.float32)
