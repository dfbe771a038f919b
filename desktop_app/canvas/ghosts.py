"""Pictures laid on the photo before they are put in: what they look like and exactly where they lie."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QTransform

from engine.placement import Placement

OPACITY = 0.88
LEAST = 8.0  # photo pixels on a side


@dataclass(frozen=True, eq=False)
class Ghost:
    """One reference picture on the photo.

    Attributes
    ----------
    number
        Of the reference.
    image
        The picture, small enough to be drawn while it moves.
    place
        Where it lies.
    """

    number: int
    image: QImage
    place: Placement

    def to_photo(self) -> QTransform:
        """From the frame's own coordinates, the middle at 0, to photo pixels."""
        turn = QTransform()
        turn.translate(*self.place.middle)
        turn.rotate(self.place.angle)
        return turn

    def frame(self) -> QRectF:
        """The frame in its own coordinates."""
        width, height = self.place.width, self.place.height
        return QRectF(-width / 2, -height / 2, width, height)

    def holds(self, x: float, y: float) -> bool:
        """Whether a photo point lies on it."""
        back, _ = self.to_photo().inverted()
        return self.frame().contains(back.map(QPointF(x, y)))


class Ghosts:
    """Those that lie on the photo, the lowest first.

    Attributes
    ----------
    shown
        Whether they are to be seen.
    """

    def __init__(self) -> None:
        self._items: list[Ghost] = []
        self._chosen: int | None = None
        self.shown = True

    @property
    def items(self) -> tuple[Ghost, ...]:
        """All of them."""
        return tuple(self._items)

    @property
    def chosen(self) -> Ghost | None:
        """The one that is moved."""
        return next((each for each in self._items if each.number == self._chosen), None)

    def put(self, ghost: Ghost) -> None:
        """Lay it on top, in the place of one of the same number, and choose it."""
        self._items = [each for each in self._items if each.number != ghost.number] + [ghost]
        self._chosen = ghost.number

    def choose_at(self, x: float, y: float) -> Ghost | None:
        """Choose the uppermost one at a photo point; the choice stays where there is none."""
        found = next((each for each in reversed(self._items) if each.holds(x, y)), None)
        if found is not None:
            self._chosen = found.number
        return found

    def move(self, place: Placement) -> None:
        """Give the chosen one another place; sides keep their ratio and at least 8 photo pixels."""
        ghost = self.chosen
        if ghost is not None and min(place.width, place.height) >= LEAST:
            self._items = [replace(each, place=place) if each is ghost else each for each in self._items]

    def show_as(self, number: int, image: QImage) -> None:
        """Give one another picture of the same proportions."""
        self._items = [replace(each, image=image) if each.number == number else each for each in self._items]

    def drop(self, number: int) -> None:
        """Take one away."""
        self._items = [each for each in self._items if each.number != number]
        if self._chosen == number:
            self._chosen = self._items[-1].number if self._items else None

    def clear(self) -> None:
        """Take all away."""
        self._items, self._chosen = [], None

    def draw(self, painter: QPainter, photo_to_widget: QTransform) -> None:
        """Draw all of them."""
        if not self.shown:
            return
        for ghost in self._items:
            painter.save()
            painter.setTransform(ghost.to_photo() * photo_to_widget, True)
            if ghost.place.flip:
                painter.scale(-1, 1)
            painter.setOpacity(OPACITY)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(ghost.frame(), ghost.image)
            painter.restore()
