"""A picture of the window that is kept: panning and painting draw only what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QRegion

from desktop_app.canvas.view import View
from engine.values import Box

Compose = Callable[[QPainter, np.ndarray, QRect], None]


class Pane:
    """One sight of the photo, all in device pixels of its own window."""

    def __init__(self) -> None:
        self._kept: QImage | None = None
        self._view: View | None = None
        self._stale = QRegion()

    def refresh(self, box: Box | None = None) -> None:
        """Something else is to be seen: inside ``box`` of the photo, or everywhere."""
        view = self._view
        if box is None or view is None:
            self._kept = None
            return
        left, top = view.to_window(box.left - 1, box.top - 1)
        right, bottom = view.to_window(box.right + 1, box.bottom + 1)
        margin = 2 ** (view.level(16) + 2) * view.zoom + 2  # the overlay's coarser pixels reach beyond the box
        rect = QRectF(left, top, right - left, bottom - top).adjusted(-margin, -margin, margin, margin)
        self._stale += rect.toAlignedRect() & QRect(0, 0, *view.window)

    def brought_to(self, view: View, compose: Compose) -> QImage:
        """The kept picture moved to ``view``, with all that is stale composed anew.

        Parameters
        ----------
        view
            Where the photo lies now.
        compose
            Draws one rectangle of the window, to which its painter is clipped. It also gets the window's memory,
            ``(h, w, 4)`` uint8, blue first.
        """
        old, before, whole = self._kept, self._view, QRegion(0, 0, *view.window)
        if old is None or before is None or before.window != view.window:
            kept = QImage(*view.window, QImage.Format.Format_RGB32)
            self._stale = whole
        elif before.zoom != view.zoom:
            kept, self._stale = old, whole  # memory that is in use already is quicker than fresh
        elif (before.left, before.top) != (view.left, view.top):
            across, down = round(view.left - before.left), round(view.top - before.top)
            kept = QImage(*view.window, QImage.Format.Format_RGB32)
            mover = QPainter(kept)
            mover.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            mover.drawImage(QPoint(across, down), old)
            mover.end()
            self._stale = (self._stale.translated(across, down) + (whole - whole.translated(across, down))) & whole
        else:
            kept = old
        if not self._stale.isEmpty():
            flat = np.frombuffer(kept.bits(), np.uint8)
            rows = flat.reshape(kept.height(), kept.width(), 4)
            painter = QPainter(kept)
            for rect in cast("Iterable[QRect]", self._stale):
                painter.setClipRect(rect)
                compose(painter, rows, rect)
            painter.end()
        self._kept, self._view, self._stale = kept, view, QRegion()
        return kept
