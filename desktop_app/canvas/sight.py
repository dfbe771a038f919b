"""The sight of a photo: which picture is seen, how large, and which part; everything about the canvas but its tools."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QColorSpace,
    QImage,
    QNativeGestureEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.canvas.marks import draw_divider, draw_tag
from desktop_app.canvas.pyramid import Pyramid
from desktop_app.canvas.scene import Compare, Overlay, Scene
from desktop_app.canvas.screen_profile import screen_space
from desktop_app.canvas.view import MARGIN, View
from desktop_app.look.screens import screen_at
from desktop_app.look.theme import Look
from engine.values import Box

GAP = 2  # logical pixels between two pictures side by side


def wheeled(view: View, event: QWheelEvent, ratio: float, place: tuple[float, float]) -> View:
    """The view after a turn of the wheel or a swipe: scrolled, or with Ctrl or Alt zoomed at ``place``."""
    angle, pixels = event.angleDelta(), event.pixelDelta()
    if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
        turned = angle.y() or angle.x()  # some systems turn Alt + wheel sideways
        return view.zoom_at(view.zoom * 1.25 ** (turned / 120), *place)
    delta = pixels if not pixels.isNull() else angle / 2
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and delta.x() == 0:
        delta = QPoint(delta.y(), 0)
    return view.panned(delta.x() * ratio, delta.y() * ratio)


class Sight(QWidget):
    """A view of one photo.

    Attributes
    ----------
    zoom_changed
        Device pixels for one photo pixel.
    looked
        Another part of the photo is in sight, or none.
    compare_changed
        A :class:`~desktop_app.canvas.scene.Compare`.
    view
        Where the photo lies; absent without a photo.
    overlay
        How the mask is shown.
    """

    zoom_changed = Signal(float)
    looked = Signal()
    compare_changed = Signal(object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.view: View | None = None
        self.overlay = Overlay(look.theme.colour("mask"))
        self._scene = Scene()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.show_again)

    def sizeHint(self) -> QSize:
        """A size at which a photo can be judged."""
        return QSize(900, 640)

    def minimumSizeHint(self) -> QSize:
        """Small enough for half a laptop screen."""
        return QSize(280, 240)

    # what is shown

    def show_first(self, pyramid: Pyramid) -> None:
        """Show another photo, fitted."""
        self._scene.after, self._scene.before, self._scene.preview = pyramid, None, None
        self.set_compare(Compare.after)
        size = (pyramid.width, pyramid.height)
        self.view = View(size, self._window(), margin=MARGIN * self.devicePixelRatioF()).fit()
        self.show_again()
        self.zoom_changed.emit(self.view.zoom)
        self.looked.emit()

    def show_pictures(self, after: Pyramid, before: Pyramid | None, offset: tuple[int, int] = (0, 0)) -> None:
        """Change the picture and what it is compared with; the place in view stays.

        ``offset`` says where the picture before lies in the one after.
        """
        self._scene.offset = offset
        self._scene.after, self._scene.before, self._scene.preview = after, before, None
        if self.view is not None:
            self.look_at(self.view.with_photo(after.width, after.height))
        if before is None:
            self.set_compare(Compare.after)
        self.show_again()
        self.looked.emit()

    def close_photo(self) -> None:
        """Show nothing."""
        self._scene = Scene()
        self.view = None
        self.show_again()
        self.looked.emit()

    def set_preview(self, pixels: np.ndarray | None, box: Box | None = None) -> None:
        """Show ``(h, w, 3)`` uint8 at ``box`` of the photo until the next picture; nothing takes it away."""
        if pixels is None or box is None:
            self._scene.preview = None
        else:
            rows = np.ascontiguousarray(pixels)
            image = QImage(rows.data, rows.shape[1], rows.shape[0], rows.strides[0], QImage.Format.Format_RGB888)
            self._scene.preview = (image.copy(), box)
        self.show_again()

    @property
    def pyramid(self) -> Pyramid | None:
        """The picture shown, or that it is compared with a picture from before."""
        return self._scene.after

    @property
    def seen(self) -> Pyramid | None:
        """The picture in sight; of two the one after."""
        return self._scene.before if self.compare is Compare.before else self._scene.after

    @property
    def screen_colours(self) -> QColorSpace:
        """The colour space of the screen it is on."""
        return self._scene.screen

    @property
    def can_compare(self) -> bool:
        """Whether there is a picture from before."""
        return self._scene.before is not None

    @property
    def compare(self) -> Compare:
        """Which picture is seen."""
        return self._scene.compare

    @property
    def splitting(self) -> bool:
        """Whether before and after share one picture, with a line between them."""
        return self.compare is Compare.split

    def set_compare(self, compare: Compare) -> None:
        """See before, after, both with a line between them that can be dragged, or both side by side."""
        wanted = compare if self.can_compare else Compare.after
        if wanted is self._scene.compare:
            return
        self._scene.compare = wanted
        if self.view is not None:
            self.look_at(self.view.resized(*self._window()))
        self.compare_changed.emit(wanted)
        self.show_again()

    def set_split(self, share: float) -> None:
        """Move the line between before and after, 0 (left) to 1 (right)."""
        self._scene.split = min(max(share, 0.0), 1.0)
        self.show_again()

    def show_again(self) -> None:
        """Draw everything anew."""
        self._scene.refresh()
        self.update()

    # where

    def fit(self) -> None:
        """See the whole photo."""
        if self.view is not None:
            self.look_at(self.view.fit())

    def zoom_to(self, zoom: float) -> None:
        """Zoom about the middle; 1 is one photo pixel on one device pixel."""
        if self.view is not None:
            self.look_at(self.view.zoom_at(zoom, *self._middle()))

    def zoom_step(self, up: bool) -> None:
        """To the next rounder zoom, about the middle."""
        if self.view is not None:
            self.look_at(self.view.stepped(up, *self._middle()))

    def look_at(self, view: View) -> None:
        """See another part of the photo."""
        changed = self.view is None or view.zoom != self.view.zoom
        self.view = view
        if changed:
            self.zoom_changed.emit(view.zoom)
        self.looked.emit()
        self.update()

    # geometry

    def device(self, point: QPointF) -> tuple[float, float]:
        """Widget point to device pixels of the pane it lies in."""
        ratio = self.devicePixelRatioF()
        beside = self.compare is Compare.side and point.x() >= self.second_pane()
        return (point.x() - (self.second_pane() if beside else 0)) * ratio, point.y() * ratio

    def photo_point(self, point: QPointF) -> tuple[float, float]:
        """Widget point to photo pixels; the view must be there."""
        assert self.view is not None
        return self.view.to_photo(*self.device(point))

    def widget_point(self, point: QPointF) -> QPointF:
        """Photo pixels to widget point."""
        return self._transform().map(point)

    def to_widget(self, path: QPainterPath) -> QPainterPath:
        """A path in photo pixels as one in the widget's."""
        return self._transform().map(path)

    def on_widget(self, box: Box) -> QRectF:
        """A box in photo pixels as a rectangle of the widget."""
        return self.on_widget_rect(QRectF(box.left, box.top, box.width, box.height))

    def on_widget_rect(self, rect: QRectF) -> QRectF:
        """A rectangle in photo pixels as one of the widget."""
        return self._transform().mapRect(rect)

    @property
    def accent(self) -> QColor:
        """The theme's accent, for handles."""
        return self._look.theme.colour("accent")

    def scale(self) -> float:
        """Logical pixels for a photo pixel."""
        return self.view.zoom / self.devicePixelRatioF() if self.view is not None else 1.0

    def split_x(self) -> float:
        """Where the comparing line stands, in logical pixels."""
        return self._scene.split * self.width()

    def second_pane(self) -> float:
        """Where the second of two panes begins, in logical pixels."""
        ratio = self.devicePixelRatioF()
        return round((self.width() + GAP) * ratio / 2) / ratio

    def photo_area(self) -> QRectF:
        """The part of the widget, or of its first pane, that shows photo."""
        assert self.view is not None
        width = self._window()[0] / self.devicePixelRatioF()
        return self.on_widget(Box(0, 0, *self.view.photo)) & QRectF(0, 0, width, self.height())

    def _transform(self) -> QTransform:
        assert self.view is not None
        ratio, scale = self.devicePixelRatioF(), self.scale()
        return QTransform(scale, 0, 0, scale, self.view.left / ratio, self.view.top / ratio)

    def _window(self) -> tuple[int, int]:
        """Device pixels of the widget, or of one of its two panes."""
        ratio = self.devicePixelRatioF()
        width = self.second_pane() - GAP if self.compare is Compare.side else self.width()
        return max(round(width * ratio), 1), max(round(self.height() * ratio), 1)

    def _middle(self) -> tuple[float, float]:
        width, height = self._window()
        return width / 2, height / 2

    # painting

    def draw_over(self, painter: QPainter) -> None:
        """Draw over the pictures, in logical pixels; for those who add to the sight."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is in sight."""
        painter = QPainter(self)
        theme = self._look.theme
        if self.view is None:
            painter.fillRect(event.rect(), theme.colour("canvas"))
            return
        painter.setBackground(theme.colour("canvas"))
        if self.compare is Compare.side:
            painter.fillRect(event.rect(), theme.colour("line"))
        self._scene.draw(painter, self.view, self.devicePixelRatioF(), self.overlay, self.second_pane())
        area = self.photo_area()
        if self.splitting:
            draw_divider(painter, self.split_x(), area)
            draw_tag(painter, self.tr("After"), area, left=False)
        if self.compare is Compare.side:
            draw_tag(painter, self.tr("After"), area.translated(self.second_pane(), 0), left=True)
        if self.compare is not Compare.after:
            draw_tag(painter, self.tr("Before"), area, left=True)
        self.draw_over(painter)

    # events

    def showEvent(self, event: QShowEvent) -> None:
        """Take over the colours of the screen it is on, now and when the window moves to another."""
        super().showEvent(event)
        handle = self.window().windowHandle()
        if handle is not None:
            handle.screenChanged.connect(self._follow_screen, Qt.ConnectionType.UniqueConnection)
        self._follow_screen()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the place in view."""
        super().resizeEvent(event)
        if self.view is not None:
            self.look_at(self.view.resized(*self._window()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl or Alt, zoom at the cursor."""
        if self.view is not None:
            self.look_at(wheeled(self.view, event, self.devicePixelRatioF(), self.device(event.position())))
            event.accept()

    def event(self, event: QEvent) -> bool:
        """Pinch on a trackpad zooms at the cursor."""
        pinch = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is pinch and self.view is not None:
            self.look_at(self.view.zoom_at(self.view.zoom * (1 + event.value()), *self.device(event.position())))
            return True
        return super().event(event)

    def _follow_screen(self) -> None:
        space = screen_space(screen_at(self.mapToGlobal(self.rect().center())))
        if space != self._scene.screen:
            self._scene.screen = space
            self.show_again()
