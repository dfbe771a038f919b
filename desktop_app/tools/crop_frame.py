"""The frame of a crop, Qt-free: a rectangle that follows drags and turns and never leaves the straightened photo."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.framing import LEAST_SIDE, MOST_DEGREES, Framing, largest_box, turned_size
from engine.values import Box

Rect = tuple[float, float, float, float]  # left, top, right, bottom
Handle = tuple[float, float]  # as of desktop_app.canvas.handles; (0.5, 0.5) is all of it
STEPS = 24  # halvings in the search for how far a drag may go: a millionth of it
LEAST = LEAST_SIDE + 2  # pixels; whole ones are taken inwards
SLACK, ROUNDING = 5e-7, 1e-7  # pixels; together below what the engine allows for


@dataclass(frozen=True)
class CropFrame:
    """What would be kept of a photo.

    Attributes
    ----------
    size
        Width and height of the photo as it is.
    rect
        What is kept, in pixels of the turned photo.
    turn, degrees
        As of :class:`~engine.framing.Framing`.
    ratio
        Width over height that the rectangle is held to; 0 for none.
    wanted
        The rectangle as it was last drawn by hand, which comes back when a straightening that cut it goes; absent
        while it is the largest there is.
    """

    size: tuple[int, int]
    rect: Rect
    turn: int = 0
    degrees: float = 0.0
    ratio: float = 0.0
    wanted: Rect | None = None

    @classmethod
    def whole(cls, size: tuple[int, int]) -> CropFrame:
        """All of a photo."""
        return cls(size, (0.0, 0.0, float(size[0]), float(size[1])))

    @property
    def turned(self) -> tuple[int, int]:
        """Width and height of the turned photo."""
        return turned_size(*self.size, self.turn)

    @property
    def box(self) -> Box:
        """What is kept, in whole pixels, the nearest to the ratio that it is held to."""
        left, top, right, bottom = self.rect
        if self.degrees:  # inwards, for there is no photo outside
            low = [math.ceil(each - ROUNDING) for each in (left, top)]
            high = [math.floor(each + ROUNDING) for each in (right, bottom)]
            box = Box(*low, *high)
        else:
            box = Box(round(left), round(top), round(right), round(bottom)).clip(*self.turned)
        if not self.ratio:
            return box
        shape = (right - left) / (bottom - top)
        wide, tall = box.width, round(box.width / shape)
        if tall > box.height:  # within what is there
            wide, tall = min(round(box.height * shape), wide), box.height
        return Box(box.left, box.top, box.left + wide, box.top + tall)

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return self.turn == 0 and self.degrees == 0 and self.box == Box(0, 0, *self.size)

    def framing(self) -> Framing:
        """What the engine is to do."""
        return Framing(*self.size, self.turn, self.degrees, self.box)

    # changes

    def held_to(self, ratio: float) -> CropFrame:
        """The largest rectangle of a ratio of width to height; 0 leaves the rectangle and lets its ratio go."""
        free = replace(self, ratio=ratio)
        return free.largest() if ratio else free

    def largest(self) -> CropFrame:
        """The largest rectangle of the ratio, or of the photo's own, in the middle."""
        box = largest_box(*self.turned, self.degrees, self.ratio or None)
        return replace(self, rect=(box.left, box.top, box.right, box.bottom), wanted=None)

    def straightened(self, degrees: float) -> CropFrame:
        """The photo turned about its middle by ``degrees`` in all, the rectangle cut to what there is."""
        tilted = replace(self, degrees=min(max(round(degrees, 2), -MOST_DEGREES), MOST_DEGREES))
        if self.wanted is None:
            return tilted.largest()
        left, top, right, bottom = self.wanted
        x, y = (left + right) / 2, (top + bottom) / 2

        def scaled(share: float) -> Rect:
            return x + (left - x) * share, y + (top - y) * share, x + (right - x) * share, y + (bottom - y) * share

        share = _furthest(lambda share: tilted.holds(scaled(share)))
        rect = scaled(share)
        if min(rect[2] - rect[0], rect[3] - rect[1]) < LEAST:
            return tilted.largest()
        return replace(tilted, rect=rect)

    def turned_by(self, quarters: int) -> CropFrame:
        """Turned clockwise by quarters; the same of the photo is kept."""
        frame = self
        for _ in range(quarters % 4):
            height = frame.turned[1]
            frame = replace(
                frame,
                turn=(frame.turn + 90) % 360,
                rect=_quarter(frame.rect, height),
                ratio=1 / frame.ratio if frame.ratio else 0.0,
                wanted=frame.wanted and _quarter(frame.wanted, height),
            )
        return frame

    def dragged(self, handle: Handle, across: float, down: float) -> CropFrame:
        """A handle, or all of it, moved by pixels of the turned photo, as far as there is photo."""
        if self.ratio and handle != (0.5, 0.5):
            share = _furthest(lambda share: self.holds(self._in_ratio(handle, across * share, down * share)))
            return self._drawn(self._in_ratio(handle, across * share, down * share))
        rect = self.rect
        for step in ((across, 0.0), (0.0, down)):  # one after the other, so that it slides along an edge
            start = rect
            share = _furthest(lambda share, start=start, step=step: self.holds(_moved(start, handle, step, share)))
            rect = _moved(start, handle, step, share)
        return self._drawn(rect)

    def grown(self, factor: float) -> CropFrame:
        """Larger or smaller about its middle, as far as there is photo."""
        left, top, right, bottom = self.rect
        x, y = (left + right) / 2, (top + bottom) / 2

        def scaled(share: float) -> Rect:
            grow = 1 + (factor - 1) * share
            return x + (left - x) * grow, y + (top - y) * grow, x + (right - x) * grow, y + (bottom - y) * grow

        return self._drawn(scaled(_furthest(lambda share: self.holds(scaled(share)))))

    def holds(self, rect: Rect) -> bool:
        """Whether a rectangle is large enough and lies on the photo."""
        left, top, right, bottom = rect
        if min(right - left, bottom - top) < LEAST:
            return False
        (width, height), turn = self.turned, math.radians(self.degrees)
        cos, sin = math.cos(turn), math.sin(turn)
        corners = [(x - width / 2, y - height / 2) for x in (left, right) for y in (top, bottom)]
        return all(
            abs(x * cos + y * sin) <= width / 2 + SLACK and abs(y * cos - x * sin) <= height / 2 + SLACK
            for x, y in corners
        )

    def _drawn(self, rect: Rect) -> CropFrame:
        return replace(self, rect=rect, wanted=rect) if rect != self.rect else self

    def _in_ratio(self, handle: Handle, across: float, down: float) -> Rect:
        """The rectangle with a handle moved and its ratio kept; the opposite side or corner stays."""
        left, top, right, bottom = _moved(self.rect, handle, (across, down), 1.0)
        wide, tall = right - left, bottom - top
        if handle[1] == 0.5:
            tall = wide / self.ratio
        elif handle[0] == 0.5:
            wide = tall * self.ratio
        else:  # the nearest to the pointer on the diagonal
            tall = (wide * self.ratio + tall) / (self.ratio**2 + 1)
            wide = tall * self.ratio
        x = self.rect[0] if handle[0] == 1 else self.rect[2] - wide
        y = self.rect[1] if handle[1] == 1 else self.rect[3] - tall
        if handle[0] == 0.5:
            x = (self.rect[0] + self.rect[2] - wide) / 2
        if handle[1] == 0.5:
            y = (self.rect[1] + self.rect[3] - tall) / 2
        return x, y, x + wide, y + tall


def _furthest(fits: Callable[[float], bool]) -> float:
    """The largest share of a way, 0 to 1, that fits, where its beginning does."""
    if fits(1.0):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _moved(rect: Rect, handle: Handle, step: tuple[float, float], share: float) -> Rect:
    """The rectangle with a handle, or all of it, moved by a share of ``step``."""
    across, down = step[0] * share, step[1] * share
    left, top, right, bottom = rect
    if handle == (0.5, 0.5):
        return left + across, top + down, right + across, bottom + down
    return (
        left + (across if handle[0] == 0 else 0),
        top + (down if handle[1] == 0 else 0),
        right + (across if handle[0] == 1 else 0),
        bottom + (down if handle[1] == 1 else 0),
    )


def _quarter(rect: Rect, height: float) -> Rect:
    """A rectangle of a photo of that height, after the photo has been turned clockwise by a quarter."""
    left, top, right, bottom = rect
    return height - bottom, left, height - top, right
