"""The histogram in the canvas's corner: the tones of the picture in sight, and what of it is clipped."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from desktop_app.background import Background
from desktop_app.canvas.pyramid import Pyramid
from desktop_app.canvas.sight import Sight
from desktop_app.canvas.tones import STEPS, Tones, tones_of
from engine.errors import OvertoneError

WIDTH, HEIGHT = 232, 104  # logical pixels
EDGE = 14  # logical pixels from the canvas's corner
TAG = 48  # logical pixels that the tag of a picture takes with what is above it
RIM = 8
MARK = 9  # logical pixels, side of the triangles that tell of clipping
CLIPPED = 0.0005  # of the pixels; fewer at an end of the scale are specks
PLATE = QColor(16, 16, 16, 220)  # dark in both themes: the channels' colours add up to a light grey on it
CHANNELS = (QColor(160, 34, 32), QColor(28, 132, 38), QColor(34, 60, 168))
TALL = 99.5  # per cent of all heights that fit; single tones of flat areas stand out above
QUIET = QColor(78, 78, 78)


class Histogram(QWidget):
    """Counts in a worker, and only while it is to be seen.

    Attributes
    ----------
    failed
        An :class:`~engine.errors.OvertoneError`: the picture could not be counted, and the histogram is hidden.
    shown
        What is drawn; absent until the first picture is counted.
    """

    failed = Signal(object)

    def __init__(self, sight: Sight, background: Background) -> None:
        super().__init__(sight)
        self._sight, self._background = sight, background
        self._tones: WeakKeyDictionary[Pyramid, Tones] = WeakKeyDictionary()
        self._wanted = False
        self._counting: Pyramid | None = None
        self.shown: Tones | None = None
        self.setAccessibleName(self.tr("Histogram"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.resize(WIDTH, HEIGHT)
        self.hide()
        sight.looked.connect(self._follow)
        sight.compare_changed.connect(self._follow)
        sight.installEventFilter(self)

    def show_it(self, wanted: bool) -> None:
        """Be there while there is a picture, or not."""
        self._wanted = wanted
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the canvas changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._arrange()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Nothing is painted through it."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The channels' curves, whose colours add up, and a triangle at each end that something is clipped at."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(PLATE)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        if self.shown is None:
            return
        area = QRectF(self.rect()).adjusted(RIM, RIM, -RIM, -RIM)
        inner = self.shown.shares[:, 1:-1]
        top = float(np.percentile(inner, TALL)) or float(inner.max()) or 1.0
        heights = (self.shown.shares / top).clip(0, 1)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
        for colour, curve in zip(CHANNELS, heights, strict=True):
            painter.setBrush(colour)
            painter.drawPolygon(_under(curve, area))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        for clipped, corner, step in (
            (self.shown.darkest, area.topLeft(), MARK),
            (self.shown.lightest, area.topRight(), -MARK),
        ):
            painter.setBrush(_mixed(clipped))
            painter.drawPolygon(QPolygonF([corner, corner + QPointF(step, 0), corner + QPointF(0, MARK)]))

    def _arrange(self) -> None:
        """In the upper right corner, below the tag of the picture after when that is there."""
        top = EDGE + (TAG if self._sight.splitting else 0)
        self.move(self._sight.width() - self.width() - EDGE, top)

    def _follow(self) -> None:
        self._arrange()
        pyramid = self._sight.seen
        if not self._wanted or pyramid is None:
            self.hide()
            return
        known = self._tones.get(pyramid)
        if known is not None:
            self._show(known)
        elif self._counting is None:
            self._counting = pyramid
            self._background.submit(lambda: tones_of(pyramid.levels[0]), self._counted, self._on_failure)
        self.show()

    def _counted(self, tones: Tones) -> None:
        assert self._counting is not None
        self._tones[self._counting], self._counting = tones, None
        self._follow()

    def _on_failure(self, error: OvertoneError) -> None:
        self._counting = None
        self.show_it(False)
        self.failed.emit(error)

    def _show(self, tones: Tones) -> None:
        if tones is self.shown:
            return
        self.shown = tones
        dark, light = self._said(tones.darkest), self._said(tones.lightest)
        text = self.tr("Clipped shadows: {0}\nClipped highlights: {1}").format(dark, light)
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        self.update()

    def _said(self, clipped: np.ndarray) -> str:
        names = (self.tr("red {0} %"), self.tr("green {0} %"), self.tr("blue {0} %"))
        told = [
            name.format(f"{100 * share:.1f}") for name, share in zip(names, clipped, strict=True) if share >= CLIPPED
        ]
        return ", ".join(told) or self.tr("none")


def _under(curve: np.ndarray, area: QRectF) -> QPolygonF:
    """The area under a curve of 256 heights, 0 to 1."""
    step = area.width() / (STEPS - 1)
    points = [QPointF(area.left() + step * at, area.bottom() - area.height() * up) for at, up in enumerate(curve)]
    return QPolygonF([area.bottomLeft(), *points, area.bottomRight()])


def _mixed(clipped: Sequence[float] | np.ndarray) -> QColor:
    """What the channels that are clipped are in sum: white for all of them, quiet for none."""
    lit = [share >= CLIPPED for share in clipped]
    return QColor(*(255 if on else 40 for on in lit)) if any(lit) else QUIET
