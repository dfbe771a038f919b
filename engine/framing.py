"""How a photo is framed: quarter turns, a small turn that levels it, and the box that is kept.

Quarter turns and boxes move pixels and change none. A small turn resamples the photo once, in its own depth, by
libvips' Catmull-Rom cubic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from engine.errors import BadInput
from engine.picture import Photo
from engine.values import STRICT, Box

TURNS = (0, 90, 180, 270)  # degrees clockwise
LEAST_SIDE = 8  # pixels; smaller pictures are not read
MOST_DEGREES = 45.0  # of straightening, either way; a quarter turn does the rest
SLACK = 1e-6  # pixels; corners of a box that miss the photo's edge by rounding alone


@dataclass(frozen=True)
class Framing:
    """What is kept of a photo, and how it is turned first.

    The photo is turned by ``turn``, then about its middle by ``straighten``; the upright ``box`` is cut out of that.

    Attributes
    ----------
    width, height
        Of the photo as it is, in pixels.
    turn
        Degrees clockwise: 0, 90, 180 or 270.
    straighten
        Degrees clockwise, -45 to 45.
    box
        In the pixels of the turned photo, whose size is :attr:`turned`; of a straightened one it may reach beyond
        them, as far as there is photo.

    Raises
    ------
    BadInput
        When a value is out of its range, or the box is tiny or reaches beyond the photo.
    """

    __pydantic_config__: ClassVar = STRICT

    width: int
    height: int
    turn: int
    straighten: float
    box: Box

    def __post_init__(self) -> None:
        check_turn(self.turn)
        check_degrees(self.straighten)
        box, (width, height) = self.box, self.turned
        if box.width <= 0 or box.height <= 0:
            raise BadInput("The box is empty.", "Its right must be above its left, and its bottom below its top.")
        if min(box.width, box.height) < LEAST_SIDE:
            raise BadInput(f"The box is only {box.width} × {box.height} pixels.", f"Keep at least {LEAST_SIDE}.")
        if not holds(box, width, height, self.straighten):
            if self.straighten:
                largest = largest_box(width, height, self.straighten, box.width / box.height)
                said = f"{largest.left},{largest.top},{largest.right},{largest.bottom}"
                raise BadInput(
                    "The box reaches into the empty corners of the straightened photo.",
                    f"The largest of its shape that does not is {said}.",
                )
            raise BadInput(
                f"The box reaches beyond the photo, which is {width} × {height} pixels.",
                f"Stay within 0,0,{width},{height}.",
            )

    @property
    def turned(self) -> tuple[int, int]:
        """Width and height after the quarter turns."""
        return turned_size(self.width, self.height, self.turn)

    @property
    def exact(self) -> bool:
        """Whether every pixel keeps its value."""
        return self.straighten == 0

    @property
    def nothing(self) -> bool:
        """Whether the photo stays as it is."""
        return self.turn == 0 and self.exact and self.box == Box(0, 0, self.width, self.height)

    @property
    def origin(self) -> tuple[int, int] | None:
        """Where the photo's corner lies in what is kept; absent when the photo is turned."""
        return (-self.box.left, -self.box.top) if self.turn == 0 and self.exact else None

    def mapped(self, box: Box) -> Box:
        """The smallest box around what a box of the photo shows in what is kept; may reach beyond it."""
        turn = math.radians(self.turn + self.straighten)
        cos, sin = math.cos(turn), math.sin(turn)
        width, height = self.turned
        across, down = [], []
        for x in (box.left - self.width / 2, box.right - self.width / 2):
            for y in (box.top - self.height / 2, box.bottom - self.height / 2):
                across.append(x * cos - y * sin + width / 2 - self.box.left)
                down.append(x * sin + y * cos + height / 2 - self.box.top)
        low = [math.floor(min(each) + SLACK) for each in (across, down)]
        high = [math.ceil(max(each) - SLACK) for each in (across, down)]
        return Box(*low, *high)


def check_turn(turn: int) -> None:
    """Refuse, as BadInput, what is no quarter turn."""
    if turn not in TURNS:
        raise BadInput(f"A photo cannot be turned by {turn} degrees.", "Take 90, 180 or 270, and straighten the rest.")


def check_degrees(degrees: float) -> None:
    """Refuse, as BadInput, what is too much to straighten."""
    if not -MOST_DEGREES <= degrees <= MOST_DEGREES:
        raise BadInput(
            f"A photo cannot be straightened by {degrees:g} degrees.",
            f"Take -{MOST_DEGREES:g} to {MOST_DEGREES:g}; turn it by 90 for more.",
        )


def turned_size(width: int, height: int, turn: int) -> tuple[int, int]:
    """Width and height after quarter turns of ``turn`` degrees."""
    return (height, width) if turn % 180 else (width, height)


def holds(box: Box, width: int, height: int, degrees: float) -> bool:
    """Whether all corners of a box lie on a photo of that size, turned about its middle by ``degrees``."""
    turn = math.radians(degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    for x in (box.left - width / 2, box.right - width / 2):
        for y in (box.top - height / 2, box.bottom - height / 2):
            if abs(x * cos + y * sin) > width / 2 + SLACK or abs(y * cos - x * sin) > height / 2 + SLACK:
                return False
    return True


def largest_size(width: float, height: float, degrees: float, ratio: float) -> tuple[float, float]:
    """Width and height of the largest upright rectangle of a shape in a photo that is turned about its middle.

    A rectangle in the middle lies inside when its half diagonals, seen along the photo's own axes, do: the support
    function of a rectangle, |w·cos| + |h·sin| ≤ W and |w·sin| + |h·cos| ≤ H, solved for w = ratio · h.

    Parameters
    ----------
    width, height
        Of the photo, in any unit.
    degrees
        By which it is turned.
    ratio
        Width over height of the rectangle, above 0.
    """
    turn = math.radians(degrees)
    cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
    tall = min(width / (ratio * cos + sin), height / (ratio * sin + cos))
    return ratio * tall, tall


def largest_box(width: int, height: int, degrees: float, ratio: float | None = None) -> Box:
    """The largest box without empty corners in the middle of a straightened photo.

    Parameters
    ----------
    width, height
        Of the photo after its quarter turns.
    degrees
        Of straightening.
    ratio
        Width over height of the box; absent for the photo's own.
    """
    wide, tall = largest_size(width, height, degrees, ratio or width / height)
    across, down = max(math.floor(wide + SLACK), 1), max(math.floor(tall + SLACK), 1)
    while True:
        left, top = (width - across) // 2, (height - down) // 2
        box = Box(left, top, left + across, top + down)
        if (across, down) == (1, 1) or holds(box, width, height, degrees):
            return box
        across, down = max(across - 1, 1), max(down - 1, 1)  # rounding has put it half a pixel off the middle


def framed(photo: Photo, framing: Framing) -> Photo:
    """The photo as it is framed, with all that travels with it; of a size that is not the framing's: ValueError."""
    return replace(photo, pixels=framed_pixels(photo.pixels, framing))


def framed_pixels(pixels: np.ndarray, framing: Framing) -> np.ndarray:
    """What a framing keeps.

    Parameters
    ----------
    pixels
        ``(H, W, bands)`` uint8 or uint16; a fourth band is straight transparency.
    framing
        Of that size.

    Returns
    -------
    A new array of the box's size and the same type.
    """
    if pixels.shape[:2] != (framing.height, framing.width):
        raise ValueError(f"a framing of {framing.width} × {framing.height} pixels got {pixels.shape[:2][::-1]}")
    turned = np.rot90(pixels, -(framing.turn // 90))
    if framing.exact:
        return turned[framing.box.slices].copy()
    return _straightened(np.ascontiguousarray(turned), framing.straighten, framing.box)


def _straightened(pixels: np.ndarray, degrees: float, box: Box) -> np.ndarray:
    import pyvips

    height, width, bands = pixels.shape
    kind = "uchar" if pixels.dtype == np.uint8 else "ushort"
    white = int(np.iinfo(pixels.dtype).max)
    image: Any = pyvips.Image.new_from_memory(pixels.data, width, height, bands, kind)
    if bands == 4:  # colours of what cannot be seen must not be mixed in
        image = image.premultiply(max_alpha=white)
    turn = math.radians(degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    x, y = (width - 1) / 2, (height - 1) / 2  # libvips counts from the middle of the first pixel
    image = image.affine(
        [cos, -sin, sin, cos],
        interpolate=pyvips.Interpolate.new("bicubic"),
        oarea=[box.left, box.top, box.width, box.height],
        idx=-x,
        idy=-y,
        odx=x,
        ody=y,
        extend="copy",
    )
    if bands == 4:
        image = image.unpremultiply(max_alpha=white).rint().cast(kind)
    return np.ndarray((box.height, box.width, bands), pixels.dtype, image.write_to_memory()).copy()
