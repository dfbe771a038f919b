"""The canvas: the sight of the photo with its mask, and the tools that the pointer and the keys drive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QCursor,
    QDragEnterEvent,
    QDropEvent,
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QTabletEvent,
)
from PySide6.QtWidgets import QWidget

from desktop_app.canvas.context_frame import ContextFrame
from desktop_app.canvas.ghosts import Ghosts
from desktop_app.canvas.pyramid import MaskLevels, Pyramid
from desktop_app.canvas.scene import Compare
from desktop_app.canvas.sight import Sight
from desktop_app.look.theme import Look
from desktop_app.references.drops import local_files, reference_number
from desktop_app.tools import kit
from desktop_app.tools.base import BRUSHES, Brush, Gesture, Tool, Touch
from desktop_app.tools.hand import Divider, Hand
from engine.project.mask import Combine, Mask
from engine.values import Box

PAN_STEP = 60  # logical pixels for an arrow key
LARGEST_BRUSH = 5000  # photo pixels
BRUSH_SHARE = 0.06  # of the photo's short side, until the user chooses
ARROWS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class Canvas(Sight):
    """A view of one photo with its mask and the tools.

    Attributes
    ----------
    mask_edited
        The undo atom of a stroke or shape that the mask has taken, and the key of its name.
    removal_asked
        A stroke of the remove brush has ended.
    object_asked
        A photo point, and how the object there shall join the mask.
    brush_changed
        A :class:`~desktop_app.tools.base.Brush`.
    files_dropped
        Local paths.
    reference_dropped
        Number of a reference dragged from its bin.
    frame_changed
        The context frame has been dragged or reset.
    ghosts_changed
        A waiting picture has come, gone or moved.
    margins_changed
        The frame to expand to has changed.
    crop_changed
        The frame to crop to has changed.
    entered
        Enter has been pressed on a tool that carries something out.
    tool
        What the left button does.
    brush_share
        Diameter of the brush over the photo's short side; it stays from one photo to the next.
    combine
        How shapes join the mask.
    hover
        Where the pointer is, in the widget's logical pixels.
    may_remove
        Asked before a stroke of the remove brush begins.
    frame
        What the engine sees around the mask.
    ghosts
        Pictures waiting to be put in.
    kit
        The tools' gestures.
    dropped_at
        Photo point of the last drop; absent before the first.
    """

    mask_edited = Signal(object, str)
    removal_asked = Signal()
    object_asked = Signal(object, object)
    brush_changed = Signal(object)
    files_dropped = Signal(list)
    reference_dropped = Signal(int)
    frame_changed = Signal()
    ghosts_changed = Signal()
    margins_changed = Signal()
    crop_changed = Signal()
    entered = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.tool = Tool.hand
        self.brush = Brush()
        self.brush_share = BRUSH_SHARE
        self.combine = Combine.add
        self.hover: QPointF | None = None
        self.may_remove: Callable[[], bool] = lambda: True
        self.dropped_at: tuple[float, float] | None = None
        self.frame = ContextFrame(self)
        self.ghosts = Ghosts()
        self._pan, self._divider = Hand(self), Divider(self)
        self.kit = kit.make(self)
        self._running: Gesture | None = None  # from a press to its release
        self._space = False
        self.setAccessibleName(self.tr("Photo"))
        self.setAccessibleDescription(self.tr("Paint with the brush to mark where to edit. Arrow keys move the view."))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.looked.connect(self._show_cursor)
        self.compare_changed.connect(self._show_cursor)

    # the photo and its mask

    def show_photo(self, pyramid: Pyramid, mask: Mask) -> None:
        """Show another photo, fitted, and its mask."""
        self.drop_gestures()
        self.ghosts.clear()
        share = self.brush_share
        self.set_mask(mask)
        self.set_brush(diameter=max(8, round(min(pyramid.width, pyramid.height) * share)))
        self.brush_share = share
        self.show_first(pyramid)

    def set_mask(self, mask: Mask) -> None:
        """Show and paint on this mask."""
        self._scene.mask = mask
        self._scene.levels = MaskLevels(mask.values)
        if not mask.empty:
            self._scene.levels.update(mask.whole)
        self.frame.follow(mask)
        self.show_again()

    def mask_changed(self, box: Box | None) -> None:
        """Redraw what changed in the mask; nothing means nothing."""
        if box is None or self._scene.levels is None or box.width <= 0 or box.height <= 0:
            return
        self._scene.levels.update(box)
        self._refresh(box)
        if self.edit_mask is not None and not self.edit_mask.painting:
            self.frame.follow(self.edit_mask)

    def join_mask(self, shape: np.ndarray, box: Box, how: Combine, name: str) -> None:
        """Join ``(h, w)`` uint8 at ``box`` with the mask, as one step of the history with that name."""
        if self.edit_mask is not None:
            atom = self.edit_mask.combine(shape, box, how)
            if atom is not None:
                self.mask_edited.emit(atom, name)

    def show_strokes(self, strokes: tuple[tuple[Mask, MaskLevels], ...], box: Box | None = None) -> None:
        """Show masks over the first one: those of the remove brush."""
        self._scene.strokes = strokes
        if box is not None:
            self._refresh(box)
        else:
            self.show_again()

    @property
    def edit_mask(self) -> Mask | None:
        """The mask that is shown and painted on."""
        return self._scene.mask

    def show_mask(self, shown: bool) -> None:
        """Show or hide the mask's overlay; the mask itself stays."""
        self.overlay = replace(self.overlay, shown=shown)
        self.show_again()

    @property
    def frame_shown(self) -> bool:
        """Whether the context frame is to be seen."""
        return self.overlay.shown and self.compare is Compare.after and self.frame.box is not None

    # tools

    def set_tool(self, tool: Tool) -> None:
        """Choose what the left button does."""
        if tool is not self.tool:
            self.kit.by_tool[self.tool].cancel()
            self.tool = tool
            self.update()
        self._show_cursor()

    def drop_gestures(self) -> None:
        """Leave nothing half done."""
        for gesture in self.kit.by_tool.values():
            gesture.cancel()
        self._running = None

    def set_brush(
        self, *, diameter: float | None = None, hardness: float | None = None, pressure: bool | None = None
    ) -> None:
        """Change the brush's tip; what is not given stays."""
        brush = self.brush
        self.brush = Brush(
            brush.diameter if diameter is None else round(min(max(diameter, 1), LARGEST_BRUSH)),
            brush.hardness if hardness is None else round(min(max(hardness, 0.0), 1.0), 3),
            brush.pressure if pressure is None else pressure,
        )
        if diameter is not None and self.edit_mask is not None:
            self.brush_share = self.brush.diameter / min(self.edit_mask.values.shape)
        self.update()
        self._show_cursor()
        self.brush_changed.emit(self.brush)

    def brush_ring(self) -> float:
        """The brush's diameter on the screen, in logical pixels."""
        return self.brush.diameter * self.scale() if self.view is not None else 0.0

    def active(self) -> Tool:
        """The tool that a press of the left button would use now."""
        return Tool.hand if self.compare is not Compare.after else self.tool

    # painting

    def draw_over(self, painter: QPainter) -> None:
        """The context frame and what the tool adds."""
        if self.frame_shown:
            self.frame.draw(painter)
        if self.compare is Compare.after:
            self.ghosts.draw(painter, self._transform())
            self.kit.by_tool[self.tool].draw(painter)

    # events

    def event(self, event: QEvent) -> bool:
        """Keys of a shape or ghost under way come before the window's shortcuts."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self.view is not None:
            taken = self.kit.by_tool[self.tool].wants(event)
            event.setAccepted(taken)
            if taken:
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin with the tool, a pan, or dragging the comparing line."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._press(Touch.of(event), event.button())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with it."""
        self._move(Touch.of(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        self._release(Touch.of(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """What the tool makes of a double click."""
        gesture = self._wanted(event.position(), event.button())
        if self.view is not None and gesture is not None and self._running is None:
            self._running = gesture
            gesture.double(Touch.of(event))
            self._show_cursor()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen: as the mouse, with its pressure."""
        event.accept()
        if event.type() == QEvent.Type.TabletPress:
            self._press(Touch.of(event), event.button())
        elif event.type() == QEvent.Type.TabletRelease:
            self._release(Touch.of(event))
        else:
            self._move(Touch.of(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space pans while held; the tool's keys; arrows move the view, or the comparing line."""
        key = Qt.Key(event.key())
        if self.view is None:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
        elif self.compare is Compare.after and self.kit.by_tool[self.tool].key(event):
            event.accept()
        elif key in ARROWS and self.splitting and ARROWS[key][0]:
            self.set_split(self._scene.split - 0.02 * ARROWS[key][0])
        elif key in ARROWS:
            step = PAN_STEP * self.devicePixelRatioF()
            self.look_at(self.view.panned(ARROWS[key][0] * step, ARROWS[key][1] * step))
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space released."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the brush's ring."""
        self.set_hover(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Hide it."""
        self.set_hover(None)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and references."""
        if local_files(event.mimeData()) or (self.view is not None and reference_number(event.mimeData()) is not None):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand them on."""
        if self.view is not None:
            self.dropped_at = self.photo_point(event.position())
        number, files = reference_number(event.mimeData()), local_files(event.mimeData())
        if number is not None:
            event.acceptProposedAction()
            self.reference_dropped.emit(number)
        elif files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)

    def set_hover(self, point: QPointF | None) -> None:
        """The pointer is there, or has left."""
        if self.tool in BRUSHES:
            ring = self.brush_ring() / 2 + 3
            for place in (self.hover, point):
                if place is not None:
                    self.update(QRectF(place.x() - ring, place.y() - ring, 2 * ring, 2 * ring).toAlignedRect())
        self.hover = point
        self._show_cursor()

    # from events to gestures

    def _wanted(self, place: QPointF, button: Qt.MouseButton) -> Gesture | None:
        """What a press would do: the middle button always pans, others than the left do nothing."""
        if button == Qt.MouseButton.MiddleButton:
            return self._pan
        if button != Qt.MouseButton.LeftButton:
            return None
        if self._divider.near(place):
            return self._divider
        return self._pan if self._space or self.compare is not Compare.after else self.kit.by_tool[self.tool]

    def _press(self, touch: Touch, button: Qt.MouseButton) -> None:
        gesture = self._wanted(touch.place, button)
        if self.view is None or gesture is None or self._running is not None:
            return
        self._running = gesture
        gesture.press(touch)
        self._show_cursor()

    def _move(self, touch: Touch) -> None:
        self.set_hover(touch.place)
        if self.view is None:
            return
        if self._running is not None:
            self._running.move(touch)
        elif self.compare is Compare.after:
            self.kit.by_tool[self.tool].hover(touch)

    def _release(self, touch: Touch) -> None:
        running, self._running = self._running, None
        if self.view is not None and running is not None:
            running.release(touch)
            self._show_cursor()

    def _show_cursor(self) -> None:
        if self.view is None:
            self.unsetCursor()
            return
        if self._running is not None:
            gesture = self._running
        elif self._divider.near(self.hover):
            gesture = self._divider
        else:
            gesture = self._pan if self._space or self.compare is not Compare.after else self.kit.by_tool[self.tool]
        cursor: QCursor = gesture.cursor(self.hover)
        if cursor.shape() != self.cursor().shape() or cursor.shape() == Qt.CursorShape.BitmapCursor:
            self.setCursor(cursor)

    def _refresh(self, box: Box) -> None:
        self._scene.refresh(box)
        self.update(self.on_widget(box).adjusted(-3, -3, 3, 3).toAlignedRect())
