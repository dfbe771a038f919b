"""The two bins, Pictures and Sounds: what the instruction may point to, numbered together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QEnterEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QFrame, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from desktop_app.document import Reference
from desktop_app.drops import local_files, reference_data
from desktop_app.theme import Look, icon
from desktop_app.thumbs import Thumb, clock
from desktop_app.widgets import FlowArea, IconButton, label, restyle
from engine.values import Media

SIZES = {Media.image: QSize(72, 72), Media.sound: QSize(146, 54)}  # logical pixels
ROUND = 6


class Tile(QAbstractButton):
    """One reference: click or Enter puts its marker into the instruction, dragging too, Delete removes it."""

    removed = Signal(int)

    def __init__(self, look: Look, reference: Reference, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reference = reference
        self.thumb: Thumb | None = None
        self._look = look
        self._pressed_at: QPoint | None = None
        self.setFixedSize(SIZES[reference.media])
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        kind = self.tr("Picture") if reference.media is Media.image else self.tr("Sound")
        self.setAccessibleName(f"{kind} {reference.number}: {reference.path.name}")
        self.setAccessibleDescription(self.tr("Enter puts its marker into the instruction, Delete removes it."))
        self.setToolTip(
            self.tr("{0}\nClick or drag: put {1} into the instruction").format(reference.path.name, reference.marker)
        )
        self._close = IconButton(look, "close", self.tr("Remove {0}").format(reference.marker), self, "on_accent")
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Delete does it from the keyboard
        self._close.setStyleSheet("background: rgba(0, 0, 0, 150); border: none; border-radius: 9px; padding: 0;")
        self._close.setIconSize(QSize(12, 12))
        self._close.setFixedSize(18, 18)
        self._close.move(self.width() - 22, 4)
        self._close.hide()
        self._close.clicked.connect(lambda: self.removed.emit(self.reference.number))
        look.changed.connect(self.update)

    def set_thumb(self, thumb: Thumb) -> None:
        """Show what the file holds."""
        self.thumb = thumb
        size = f"{thumb.size[0]} × {thumb.size[1]}"
        detail = clock(thumb.seconds) if self.reference.media is Media.sound else size
        self.setToolTip(
            self.tr("{0} · {1}\nClick or drag: put {2} into the instruction").format(
                self.reference.path.name, detail, self.reference.marker
            )
        )
        self.update()

    def sizeHint(self) -> QSize:
        """Fixed by the medium."""
        return SIZES[self.reference.media]

    # events

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offer removal."""
        self._close.show()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Quiet again."""
        self._close.hide()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Maybe a drag begins."""
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The first click has put the marker in already."""
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the marker once the pointer has moved far enough."""
        start = self._pressed_at
        held = event.buttons() & Qt.MouseButton.LeftButton
        here = event.position().toPoint()
        if held and start is not None and (here - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self.setDown(False)
            drag = QDrag(self)
            drag.setMimeData(reference_data(self.reference.number))
            drag.setPixmap(self.grab())
            drag.setHotSpot(start)
            drag.exec(Qt.DropAction.CopyAction)
            return
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter inserts, Delete removes, arrows walk along."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.click()
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.removed.emit(self.reference.number)
            case _:
                super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same by menu."""
        menu = QMenu(self)
        menu.addAction(self.tr("Put {0} into the instruction").format(self.reference.marker), self.click)
        menu.addAction(self.tr("Remove"), lambda: self.removed.emit(self.reference.number))
        menu.exec(event.globalPos())
        menu.deleteLater()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Thumbnail, number, and a ring when focused."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(area, ROUND, ROUND)
        painter.fillPath(shape, theme.colour("raised" if not self.underMouse() else "hover"))
        painter.save()
        painter.setClipPath(shape)
        if self.thumb is None:
            painter.drawPixmap(self._middle(20), icon(self._kind_icon(), theme, "secondary").pixmap(20, 20))
        elif self.thumb.image is not None:
            self._draw_picture(painter, area)
        else:
            self._draw_wave(painter, area)
        painter.restore()
        self._draw_number(painter)
        focused = self.hasFocus()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("accent_text" if focused else "line"), 2 if focused else 1))
        painter.drawPath(shape)

    def _kind_icon(self) -> str:
        return "picture" if self.reference.media is Media.image else "sound"

    def _middle(self, side: int) -> QPoint:
        return QPoint((self.width() - side) // 2, (self.height() - side) // 2)

    def _draw_picture(self, painter: QPainter, area: QRectF) -> None:
        """Photographs fill the square, cut in the middle; cut-outs are shown whole."""
        assert self.thumb is not None
        image = self.thumb.image
        assert image is not None
        if image.hasAlphaChannel():
            painter.fillRect(area, QColor("#a6a6a6"))
            size = QSizeF(image.size()).scaled(area.size() * 0.88, Qt.AspectRatioMode.KeepAspectRatio)
            whole = QRectF(QPointF(), size)
            whole.moveCenter(area.center())
            painter.drawImage(whole, image)
            return
        side = min(image.width(), image.height())
        source = QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side)
        painter.drawImage(area, image, source)

    def _draw_wave(self, painter: QPainter, area: QRectF) -> None:
        assert self.thumb is not None
        peaks = self.thumb.peaks
        assert peaks is not None
        theme = self._look.theme
        inner = area.adjusted(8, 5, -8, -21)
        columns = max(int(inner.width() // 3), 1)
        painter.setPen(QPen(theme.colour("accent_text"), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for column in range(columns):
            low = column * len(peaks) // columns
            peak = float(peaks[low : max((column + 1) * len(peaks) // columns, low + 1)].max())
            x = inner.left() + (column + 0.5) * inner.width() / columns
            half = max(peak * inner.height() / 2, 0.5)
            painter.drawLine(QPointF(x, inner.center().y() - half), QPointF(x, inner.center().y() + half))
        small = QFont(self.font())
        small.setPointSizeF(small.pointSizeF() * 0.8)
        painter.setFont(small)
        painter.setPen(theme.colour("secondary"))
        start = self._badge().right() + 6
        line = QRectF(start, area.bottom() - 20, area.right() - 8 - start, 16)
        length = clock(self.thumb.seconds)
        width = painter.fontMetrics().horizontalAdvance(length) + 6
        name = painter.fontMetrics().elidedText(
            self.reference.path.stem, Qt.TextElideMode.ElideRight, int(line.width() - width)
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, length)

    def _draw_number(self, painter: QPainter) -> None:
        theme = self._look.theme
        badge = self._badge()
        painter.setFont(self._badge_font())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(badge, 8, 8)
        painter.setPen(theme.colour("on_accent"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, f"#{self.reference.number}")

    def _badge_font(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 0.85)
        return font

    def _badge(self) -> QRectF:
        width = QFontMetricsF(self._badge_font()).horizontalAdvance(f"#{self.reference.number}")
        return QRectF(5, self.height() - 21, max(width + 10, 22), 16)


class Bin(QFrame):
    """A place for references of one medium.

    Attributes
    ----------
    files_dropped
        Local paths; the window sorts them by what they hold.
    add_asked
        The add button was pressed.
    chosen, removed
        Number of a reference.
    """

    files_dropped = Signal(list)
    add_asked = Signal()
    chosen = Signal(int)
    removed = Signal(int)

    def __init__(
        self, look: Look, media: Media, title: str, empty: str, add: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.media = media
        self._look = look
        self._tiles: dict[int, Tile] = {}
        self.setObjectName("bin")
        self.setAccessibleName(title)
        self.setAcceptDrops(True)
        self._sign = QLabel(self)
        self._add = IconButton(look, "add", add, self)
        self._add.clicked.connect(self.add_asked)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(6)
        head.addWidget(self._sign)
        head.addWidget(label(title, "heading", parent=self))
        head.addStretch(1)
        head.addWidget(self._add)
        self._empty = label(empty, "empty", wrap=True, parent=self)
        self._area = FlowArea(self, spacing=6)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 5, 6, 10)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._empty)
        column.addWidget(self._area)
        self._area.hide()
        look.changed.connect(self._dress)
        self._dress()

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """The references shown, in order."""
        return tuple(self._tiles.values())

    def show_references(self, references: tuple[Reference, ...], thumbs: Mapping[Path, Thumb]) -> None:
        """Show exactly those of this bin's medium."""
        wanted = {item.number: item for item in references if item.media is self.media}
        for number in [number for number in self._tiles if self._tiles[number].reference != wanted.get(number)]:
            tile = self._tiles.pop(number)
            self._area.flow.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        for number, reference in wanted.items():
            if number not in self._tiles:
                tile = Tile(self._look, reference, self._area)
                tile.clicked.connect(lambda _checked=False, number=number: self.chosen.emit(number))
                tile.removed.connect(self.removed)
                self._area.flow.addWidget(tile)
                tile.show()
                self._tiles[number] = tile
            thumb = thumbs.get(reference.path)
            if thumb is not None and self._tiles[number].thumb is not thumb:
                self._tiles[number].set_thumb(thumb)
        self._empty.setVisible(not self._tiles)
        self._area.setVisible(bool(self._tiles))
        self._area.updateGeometry()

    # drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if local_files(event.mimeData()):
            event.acceptProposedAction()
            self._set_dropping(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went on."""
        self._set_dropping(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Hand them to the window."""
        self._set_dropping(False)
        files = local_files(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)

    def _set_dropping(self, dropping: bool) -> None:
        self.setProperty("dropping", dropping)
        restyle(self)

    def _dress(self) -> None:
        name = "picture" if self.media is Media.image else "sound"
        self._sign.setPixmap(icon(name, self._look.theme, "secondary").pixmap(18, 18))
