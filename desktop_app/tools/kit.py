"""One gesture for each tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_app.tools.base import Gesture, Tool
from desktop_app.tools.hand import PhotoHand
from desktop_app.tools.pick import Pick
from desktop_app.tools.shapes import Frame, Lasso, Polygon
from desktop_app.tools.strokes import Remover, Stroke

if TYPE_CHECKING:
    from desktop_app.canvas import Canvas


def make(canvas: Canvas) -> dict[Tool, Gesture]:
    """The gestures of a canvas."""
    return {
        Tool.hand: PhotoHand(canvas),
        Tool.brush: Stroke(canvas),
        Tool.eraser: Stroke(canvas, erase=True),
        Tool.lasso: Lasso(canvas),
        Tool.polygon: Polygon(canvas),
        Tool.rectangle: Frame(canvas),
        Tool.ellipse: Frame(canvas, round_=True),
        Tool.pick: Pick(canvas),
        Tool.remover: Remover(canvas),
    }
