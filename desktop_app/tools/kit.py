"""One gesture for each tool of a canvas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_app.tools.base import Gesture, Tool
from desktop_app.tools.crop import Crop
from desktop_app.tools.expand import Expand
from desktop_app.tools.hand import PhotoHand
from desktop_app.tools.pick import Pick
from desktop_app.tools.place import Place
from desktop_app.tools.shapes import Frame, Lasso, Polygon
from desktop_app.tools.strokes import Remover, Stroke

if TYPE_CHECKING:
    from desktop_app.canvas.canvas import Canvas


@dataclass(frozen=True, eq=False)
class Kit:
    """The gestures, and by name those that others talk to."""

    by_tool: Mapping[Tool, Gesture]
    remover: Remover
    placer: Place
    expander: Expand
    cropper: Crop


def make(canvas: Canvas) -> Kit:
    """The kit of a canvas."""
    remover, placer, expander, cropper = Remover(canvas), Place(canvas), Expand(canvas), Crop(canvas)
    gestures = {
        Tool.hand: PhotoHand(canvas),
        Tool.brush: Stroke(canvas),
        Tool.eraser: Stroke(canvas, erase=True),
        Tool.lasso: Lasso(canvas),
        Tool.polygon: Polygon(canvas),
        Tool.rectangle: Frame(canvas),
        Tool.ellipse: Frame(canvas, round_=True),
        Tool.pick: Pick(canvas),
        Tool.remover: remover,
        Tool.place: placer,
        Tool.expand: expander,
        Tool.crop: cropper,
    }
    return Kit(gestures, remover, placer, expander, cropper)
