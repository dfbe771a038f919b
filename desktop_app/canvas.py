"""The canvas: shows the photo at any zoom, before and after, the mask over it, and hands the pointer to the tools."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QEnterEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.drops import local_files
from desktop_app.pyramid import MaskLevels, Pyramid
from desktop_app.scene import Compare, Scene, draw_divider, draw_tag
from desktop_app.theme import Look
from desktop_app.tools import Pointer, Tool, brush_cursor, tool_for, wheeled
from desktop_app.view import MARGIN, View
from engine.project.mask import Mask
from engine.values import Box

PAN_STEP = 60  # logical pixels for an arrow key


class Canvas(QWidget):
    """A view of one photo with its mask.

    Attributes
    ----------
    zoom_changed
        Device pixels for one photo pixel.
    stroke_ended
        The undo atom of a finished stroke, and whether it erased.
    brush_changed
        Brush diameter in photo pixels.
    files_dropped
        Local paths.
    compare_changed
        A :class:`Compare`.
    """

    zoom_changed = Signal(float)
    stroke_ended = Signal(object, bool)
    brush_changed = Signal(int)
    files_dropped = Signal(list)
    compare_changed = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.view: View | None = None
        self.tool = Tool.hand
        self.diameter = 100
        self._scene = Scene()
        self._hover: QPointF | None = None
        self._pointer = Pointer(self)
        self._space = False
        self.setAccessibleName(self.tr("Photo"))
        self.setAccessibleDescription(self.tr("Paint with the brush to mark where to edit. Arrow keys move the view."))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self._show_again)

    def sizeHint(self) -> QSize:
        """A size at which a photo can be judged."""
        return QSize(900, 640)

    def minimumSizeHint(self) -> QSize:
        """Small enough for half a laptop screen."""
        return QSize(280, 240)

    # what is shown

    def show_photo(self, pyramid: Pyramid, mask: Mask) -> None:
        """Show another photo, fitted, and its mask."""
        self._scene.after, self._scene.before, self._scene.preview = pyramid, None, None
        self._scene.refresh()
        self._pointer.reset()
        self.view = View(
            (pyramid.width, pyramid.height), self._window(), margin=MARGIN * self.devicePixelRatioF()
        ).fit()
        self.diameter = max(8, round(min(pyramid.width, pyramid.height) * 0.06))
        self.brush_changed.emit(self.diameter)
        self.set_mask(mask)
        self.set_compare(Compare.after)
        self.zoom_changed.emit(self.view.zoom)

    def show_pictures(self, after: Pyramid, before: Pyramid | None) -> None:
        """Change the picture and what it is compared with; the place in view stays."""
        self._scene.after, self._scene.before, self._scene.preview = after, before, None
        if self.view is not None:
            self._look_at(self.view.with_photo(after.width, after.height))
        if before is None:
            self.set_compare(Compare.after)
        self._show_again()

    def close_photo(self) -> None:
        """Show nothing."""
        self._scene = Scene()
        self.view = None
        self._show_again()

    def set_mask(self, mask: Mask) -> None:
        """Show and paint on this mask."""
        self._scene.mask = mask
        self._scene.levels = MaskLevels(mask.values)
        if not mask.empty:
            self._scene.levels.update(mask.whole)
        self._show_again()

    def mask_changed(self, box: Box | None) -> None:
        """Redraw what changed in the mask; nothing means nothing."""
        if box is not None and self._scene.levels is not None and box.width > 0 and box.height > 0:
            self._scene.levels.update(box)
            self._scene.refresh(box)
            self.update(self._on_widget(box).adjusted(-2, -2, 2, 2).toAlignedRect())

    def set_preview(self, pixels: np.ndarray | None, box: Box | None = None) -> None:
        """Show ``(h, w, 3)`` uint8 at ``box`` of the photo until the next picture; nothing takes it away."""
        if pixels is None or box is None:
            self._scene.preview = None
        else:
            rows = np.ascontiguousarray(pixels)
            image = QImage(rows.data, rows.shape[1], rows.shape[0], rows.strides[0], QImage.Format.Format_RGB888)
            self._scene.preview = (image.copy(), box)
        self._show_again()

    @property
    def can_compare(self) -> bool:
        """Whether there is a picture from before."""
        return self._scene.before is not None

    @property
    def edit_mask(self) -> Mask | None:
        """The mask that is shown and painted on."""
        return self._scene.mask

    @property
    def compare(self) -> Compare:
        """Which picture is seen."""
        return self._scene.compare

    def show_mask(self, shown: bool) -> None:
        """Show or hide the mask's overlay; the mask itself stays."""
        self._scene.show_mask = shown
        self._show_again()

    def set_compare(self, compare: Compare) -> None:
        """See before, after, or both beside a line that can be dragged."""
        wanted = compare if self.can_compare else Compare.after
        if wanted is not self._scene.compare:
            self._scene.compare = wanted
            self.compare_changed.emit(wanted)
            self._show_again()

    def set_split(self, share: float) -> None:
        """Move the line between before and after, 0 (left) to 1 (right)."""
        self._scene.split = min(max(share, 0.0), 1.0)
        self._show_again()

    # tools and zoom

    def set_tool(self, tool: Tool) -> None:
        """Choose what the left button does."""
        self.tool = tool
        self._show_cursor()

    def set_diameter(self, diameter: float) -> None:
        """Brush size in photo pixels, 1 to 5000."""
        self.diameter = round(min(max(diameter, 1), 5000))
        self._show_cursor()
        self.brush_changed.emit(self.diameter)

    def fit(self) -> None:
        """See the whole photo."""
        if self.view is not None:
            self._look_at(self.view.fit())

    def zoom_to(self, zoom: float) -> None:
        """Zoom about the middle; 1 is one photo pixel on one device pixel."""
        if self.view is not None:
            self._look_at(self.view.zoom_at(zoom, *self._middle()))

    def zoom_step(self, up: bool) -> None:
        """To the next rounder zoom, about the middle."""
        if self.view is not None:
            self._look_at(self.view.stepped(up, *self._middle()))

    def look_at(self, view: View) -> None:
        """See another part of the photo."""
        self._look_at(view)

    @property
    def brushing(self) -> bool:
        """Whether a press would paint or erase, or does."""
        return self._active_tool() is not Tool.hand and self._pointer.action is not Tool.hand

    @property
    def splitting(self) -> bool:
        """Whether before and after are shown beside each other."""
        return self.compare is Compare.split

    # geometry

    def device(self, point: QPointF) -> tuple[float, float]:
        """Widget point to device pixels."""
        ratio = self.devicePixelRatioF()
        return point.x() * ratio, point.y() * ratio

    def photo_point(self, point: QPointF) -> tuple[float, float]:
        """Widget point to photo pixels; the view must be there."""
        assert self.view is not None
        return self.view.to_photo(*self.device(point))

    def split_x(self) -> float:
        """Where the comparing line stands, in logical pixels."""
        return self._scene.split * self.width()

    def _window(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)

    def _middle(self) -> tuple[float, float]:
        width, height = self._window()
        return width / 2, height / 2

    def _look_at(self, view: View) -> None:
        changed = self.view is None or view.zoom != self.view.zoom
        self.view = view
        if changed:
            self._show_cursor()
            self.zoom_changed.emit(view.zoom)
        self.update()

    def _on_widget(self, box: Box) -> QRectF:
        assert self.view is not None
        ratio = self.devicePixelRatioF()
        left, top = self.view.to_window(box.left, box.top)
        right, bottom = self.view.to_window(box.right, box.bottom)
        return QRectF(left / ratio, top / ratio, (right - left) / ratio, (bottom - top) / ratio)

    def _show_again(self) -> None:
        self._scene.refresh()
        self.update()

    def _photo_area(self) -> QRectF:
        """The part of the widget that shows photo."""
        assert self.view is not None
        return self._on_widget(Box(0, 0, *self.view.photo)) & QRectF(self.rect())

    def _show_cursor(self) -> None:
        if self.view is None:
            self.unsetCursor()
            return
        self.setCursor(self._pointer.cursor(self._active_tool(), self._hover))

    def _active_tool(self) -> Tool:
        return Tool.hand if self._space or self.compare is not Compare.after else self.tool

    def brush_ring(self) -> float:
        """The brush's diameter on the screen, in logical pixels."""
        return self.diameter * self.view.zoom / self.devicePixelRatioF() if self.view else 0.0

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is in sight."""
        painter = QPainter(self)
        theme = self._look.theme
        if self.view is None:
            painter.fillRect(event.rect(), theme.colour("canvas"))
            return
        painter.setBackground(theme.colour("canvas"))
        self._scene.draw(painter, self.view, self.devicePixelRatioF(), theme.colour("mask"))
        area = self._photo_area()
        if self.splitting:
            draw_divider(painter, self.split_x(), area)
            draw_tag(painter, self.tr("After"), area, left=False)
        if self.compare is not Compare.after:
            draw_tag(painter, self.tr("Before"), area, left=True)
        brush_cursor(painter, self, self._hover)

    # events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the place in view."""
        super().resizeEvent(event)
        if self.view is not None:
            self._look_at(self.view.resized(*self._window()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke, a pan, or dragging the comparing line."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self.view is not None:
            self._pointer.press(event, tool_for(event, self._active_tool()))
            self._show_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with it."""
        self._set_hover(event.position())
        if self.view is not None:
            self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        if self.view is not None:
            self._pointer.release(event)
            self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """With the hand, go between fit and 100 %; with a brush, a second dab."""
        if self.view is None:
            return
        if self._active_tool() is not Tool.hand or event.button() is not Qt.MouseButton.LeftButton:
            self.mousePressEvent(event)
        elif self.view.fitted:
            self._look_at(self.view.zoom_at(1.0, *self.device(event.position())))
        else:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl or Alt, zoom at the cursor."""
        if self.view is not None:
            self._look_at(wheeled(self.view, event, self.devicePixelRatioF()))
            event.accept()

    def event(self, event: QEvent) -> bool:
        """Pinch on a trackpad zooms at the cursor."""
        pinch = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is pinch and self.view is not None:
            self._look_at(self.view.zoom_at(self.view.zoom * (1 + event.value()), *self.device(event.position())))
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space pans while held; arrows move the view, or the comparing line."""
        arrows = {
            Qt.Key.Key_Left: (1, 0),
            Qt.Key.Key_Right: (-1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        key = Qt.Key(event.key())
        if self.view is None:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space:
            self._space = True
            self._show_cursor()
        elif key in arrows and self.compare is Compare.split and arrows[key][0]:
            self.set_split(self._scene.split - 0.02 * arrows[key][0])
        elif key in arrows:
            step = PAN_STEP * self.devicePixelRatioF()
            self._look_at(self.view.panned(arrows[key][0] * step, arrows[key][1] * step))
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
        self._set_hover(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Hide it."""
        self._set_hover(None)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if local_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand them on."""
        files: list[Path] = local_files(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)

    def _set_hover(self, point: QPointF | None) -> None:
        ring = self.brush_ring() / 2 + 3
        for place in (self._hover, point):
            if place is not None and self.tool is not Tool.hand:
                self.update(QRectF(place.x() - ring, place.y() - ring, 2 * ring, 2 * ring).toAlignedRect())
        self._hover = point
        self._show_cursor()
