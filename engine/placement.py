"""An exact place for a picture in a photo: the frame it fills, how it is turned, and whether it is mirrored."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

Share = tuple[float, float, float, float]  # left, top, right, bottom of a part, each 0 to 1 of the whole


@dataclass(frozen=True)
class Placement:
    """Where a whole reference picture lies in a photo, in photo pixels.

    Attributes
    ----------
    left, top, width, height
        The frame before it is turned; may reach beyond the photo. The sizes are above 0.
    angle
        Degrees by which the frame is turned clockwise about its middle.
    flip
        Whether the picture is mirrored left to right, before it is turned.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    left: float
    top: float
    width: float
    height: float
    angle: float = 0.0
    flip: bool = False

    def __post_init__(self) -> None:
        sizes = (self.left, self.top, self.width, self.height, self.angle)
        if not all(math.isfinite(value) for value in sizes) or self.width <= 0 or self.height <= 0:
            raise ValueError("a place needs a size above 0")

    @property
    def middle(self) -> tuple[float, float]:
        """``(x, y)`` about which it is turned."""
        return self.left + self.width / 2, self.top + self.height / 2

    def outer(self, part: Share = (0.0, 0.0, 1.0, 1.0)) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the upright rectangle around a part of the turned picture.

        Parameters
        ----------
        part
            Of the picture as it is, neither mirrored nor turned.
        """
        left, top, right, bottom = part
        if self.flip:
            left, right = 1 - right, 1 - left
        wide, tall = (right - left) * self.width, (bottom - top) * self.height
        across = ((left + right) / 2 - 0.5) * self.width
        down = ((top + bottom) / 2 - 0.5) * self.height
        turn = math.radians(self.angle)
        cos, sin = math.cos(turn), math.sin(turn)
        x = self.middle[0] + across * cos - down * sin
        y = self.middle[1] + across * sin + down * cos
        reach = (abs(wide * cos) + abs(tall * sin)) / 2, (abs(wide * sin) + abs(tall * cos)) / 2
        return x - reach[0], y - reach[1], x + reach[0], y + reach[1]
