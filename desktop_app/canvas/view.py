"""How the photo lies in the window: a Qt-free value with the arithmetic of fit, zoom at a point, and pan."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from engine.values import Box

MAX_ZOOM = 32.0
STEPS = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32)
MARGIN = 16  # logical pixels left around a fitted photo
KEEP = 48.0  # device pixels of the photo that always stay in sight


@dataclass(frozen=True)
class View:
    """A photo seen through a window; all window lengths in device pixels.

    Attributes
    ----------
    photo
        Width and height of the photo in its own pixels.
    window
        Width and height of the window.
    zoom
        Device pixels for one photo pixel; 1 is 100 %.
    left, top
        Where the photo's upper left corner lies in the window.
    fitted
        Whether the whole photo is kept in sight when the window's size changes.
    margin
        Left free around a fitted photo.
    """

    photo: tuple[int, int]
    window: tuple[int, int]
    zoom: float = 1.0
    left: float = 0.0
    top: float = 0.0
    fitted: bool = True
    margin: float = MARGIN

    @property
    def fit_zoom(self) -> float:
        """The zoom at which the whole photo just shows with a margin, never above 1: small photos are not blown up."""
        room = [max(side - 2 * self.margin, 1) for side in self.window]
        return min(room[0] / self.photo[0], room[1] / self.photo[1], 1.0)

    @property
    def min_zoom(self) -> float:
        """The smallest zoom allowed: half of fit, or 1/64."""
        return min(self.fit_zoom / 2, 1 / 64)

    def fit(self) -> View:
        """The whole photo in the middle of the window."""
        return self._centred(max(self.fit_zoom, 1e-6), fitted=True)

    def resized(self, width: int, height: int) -> View:
        """The same view in a window of another size: fitted stays fitted, else the middle stays in the middle."""
        moved = replace(
            self,
            window=(width, height),
            left=self.left + (width - self.window[0]) / 2,
            top=self.top + (height - self.window[1]) / 2,
        )
        return moved.fit() if self.fitted else moved._bounded()

    def with_photo(self, width: int, height: int) -> View:
        """The same place for a photo of another size."""
        if (width, height) == self.photo:
            return self
        return replace(self, photo=(width, height)).fit()

    def with_part(self, left: int, top: int, width: int, height: int) -> View:
        """The view of a picture that covers this part of the photo, where it is seen now."""
        x, y = self.to_window(left, top)
        return replace(self, photo=(width, height), left=x, top=y)

    def zoom_at(self, zoom: float, x: float, y: float) -> View:
        """Another zoom with the photo's point under window point ``(x, y)`` staying there."""
        zoom = min(max(zoom, self.min_zoom), MAX_ZOOM)
        ratio = zoom / self.zoom
        moved = replace(self, zoom=zoom, left=x - (x - self.left) * ratio, top=y - (y - self.top) * ratio, fitted=False)
        return moved._bounded()

    def stepped(self, up: bool, x: float, y: float) -> View:
        """The next rounder zoom up or down, about ``(x, y)``."""
        slack = 1.001
        if up:
            zoom = next((step for step in STEPS if step > self.zoom * slack), MAX_ZOOM)
        else:
            zoom = next((step for step in reversed(STEPS) if step < self.zoom / slack), STEPS[0])
        return self.zoom_at(zoom, x, y)

    def panned(self, dx: float, dy: float) -> View:
        """Moved by that many device pixels."""
        return replace(self, left=self.left + dx, top=self.top + dy, fitted=False)._bounded()

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        """Window point to photo point."""
        return (x - self.left) / self.zoom, (y - self.top) / self.zoom

    def to_window(self, x: float, y: float) -> tuple[float, float]:
        """Photo point to window point."""
        return self.left + x * self.zoom, self.top + y * self.zoom

    def seen(self) -> Box:
        """The photo's pixels that are in sight, at least in part; may be empty."""
        left, top = self.to_photo(0, 0)
        right, bottom = self.to_photo(*self.window)
        return Box(math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)).clip(*self.photo)

    def level(self, count: int) -> int:
        """The pyramid level to draw from: the smallest that still has a pixel for every device pixel."""
        wanted = math.floor(math.log2(1 / self.zoom) + 1e-6) if self.zoom < 1 else 0
        return min(max(wanted, 0), count - 1)

    def _centred(self, zoom: float, *, fitted: bool) -> View:
        left = round((self.window[0] - self.photo[0] * zoom) / 2)
        top = round((self.window[1] - self.photo[1] * zoom) / 2)
        return replace(self, zoom=zoom, left=left, top=top, fitted=fitted)

    def _bounded(self) -> View:
        """Keep a strip of the photo in sight, and its corner on a whole device pixel, so that 100 % is crisp."""
        width, height = self.photo[0] * self.zoom, self.photo[1] * self.zoom
        left = min(max(self.left, min(KEEP, width) - width), self.window[0] - min(KEEP, width))
        top = min(max(self.top, min(KEEP, height) - height), self.window[1] - min(KEEP, height))
        return replace(self, left=round(left), top=round(top))
