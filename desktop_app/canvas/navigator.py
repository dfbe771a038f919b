"""A small overview in the canvas's corner: which part of the photo is in sight, and a way to go elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.canvas.pyramid import Pyramid
from desktop_app.canvas.sight import Sight
from desktop_app.look.theme import Look

SIDE = 168  # logical pixels, the long side of the overview
EDGE = 14  # logical pixels from the canvas's corner
RIM = 3


class Navigator(QWidget):
    """Hidden while the whole photo is in sight."""

    def __init__(self, look: Look, sight: Sight) -> None:
        super().__init__(sight)
        self._look, self._sight = look, sight
        self._pyramid: Pyramid | None = None
        self._image = QImage()
        self._grip = QPointF()  # from the pointer to the middle of the rectangle, while dragging
        self.setAccessibleName(self.tr("Overview"))
        self.setToolTip(self.tr("Drag the rectangle to see another part"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrow keys on the photo do the same
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()
        sight.looked.connect(self._follow)
        sight.installEventFilter(self)

    def seen(self) -> QRectF:
        """What is in sight, in this widget's pixels."""
        view = self._sight.view
        assert view is not None
        left, top = view.to_photo(0, 0)
        right, bottom = view.to_photo(*view.window)
        scale = (self.width() - 2 * RIM) / view.photo[0]
        rect = QRectF(left * scale, top * scale, (right - left) * scale, (bottom - top) * scale)
        return rect.translated(RIM, RIM) & QRectF(self.rect()).adjusted(1, 1, -1, -1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the canvas changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._arrange()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """The photo, dimmed beside what is in sight."""
        painter = QPainter(self)
        theme = self._look.theme
        painter.fillRect(self.rect(), theme.colour("panel"))
        inner = QRectF(self.rect()).adjusted(RIM, RIM, -RIM, -RIM)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(inner, self._image)
        seen = self.seen()
        painter.save()
        painter.setClipRect(inner)
        for part in (
            QRectF(inner.left(), inner.top(), inner.width(), seen.top() - inner.top()),
            QRectF(inner.left(), seen.bottom(), inner.width(), inner.bottom() - seen.bottom()),
            QRectF(inner.left(), seen.top(), seen.left() - inner.left(), seen.height()),
            QRectF(seen.right(), seen.top(), inner.right() - seen.right(), seen.height()),
        ):
            if part.width() > 0 and part.height() > 0:
                painter.fillRect(part, QColor(0, 0, 0, 110))
        painter.restore()
        painter.setPen(QPen(QColor("#ffffff"), 1.4))
        painter.drawRect(seen)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the rectangle, or bring its middle here."""
        seen = self.seen()
        inside = seen.contains(event.position())
        self._grip = seen.center() - event.position() if inside else QPointF()
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys belong to the canvas."""
        event.ignore()

    def _go(self, place: QPointF) -> None:
        view = self._sight.view
        if view is None:
            return
        middle = place + self._grip - QPointF(RIM, RIM)
        scale = view.photo[0] / (self.width() - 2 * RIM)
        x, y = view.to_window(middle.x() * scale, middle.y() * scale)
        self._sight.look_at(view.panned(view.window[0] / 2 - x, view.window[1] / 2 - y))

    def _follow(self) -> None:
        view, pyramid = self._sight.view, self._sight.pyramid
        if view is None or pyramid is None:
            self._pyramid = None
            self.hide()
            return
        whole = view.left >= 0 and view.top >= 0
        right, bottom = view.to_window(*view.photo)
        whole = whole and right <= view.window[0] and bottom <= view.window[1]
        if whole:
            self.hide()
            return
        if self._pyramid is not pyramid:
            self._pyramid = pyramid
            self._image = pyramid.overview(round(SIDE * self.devicePixelRatioF()))
            self._arrange()
        self.show()
        self.update()

    def _arrange(self) -> None:
        if self._pyramid is None:
            return
        scale = SIDE / max(self._pyramid.width, self._pyramid.height)
        self.resize(
            max(round(self._pyramid.width * scale), 24) + 2 * RIM,
            max(round(self._pyramid.height * scale), 24) + 2 * RIM,
        )
        self.move(self._sight.width() - self.width() - EDGE, self._sight.height() - self.height() - EDGE)
