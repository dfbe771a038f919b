"""Tiles of the bins: one reference each, a picture or a sound."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDrag,
    QEnterEvent,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget

from desktop_app.look.theme import Look, icon
from desktop_app.look.widgets import IconButton
from desktop_app.look.wording import role_name, roles
from desktop_app.references.drops import reference_data
from desktop_app.references.thumbs import Thumb, clock
from desktop_app.references.waveform import draw_wave
from desktop_app.work.document import Reference
from engine.values import Media

SIZES = {Media.image: QSize(94, 68), Media.sound: QSize(144, 36)}  # logical pixels of the picture or the wave
ROUND = 6
SMALL = 0.85  # of the text's size, for captions


class Tile(QAbstractButton):
    """One reference: click or Enter puts its marker into the instruction, dragging too, Delete removes it.

    Attributes
    ----------
    removed
        Number.
    renamed, role_chosen
        Number and the new words.
    opened
        Number of a sound to be heard and trimmed.
    place_asked
        Number of a picture to be laid on the photo.
    noticed
        Number of the tile that the pointer or the keyboard is on; 0 when it leaves.
    """

    removed = Signal(int)
    rename_asked = Signal(int)
    role_chosen = Signal(int, str)
    play_asked = Signal(int)
    opened = Signal(int)
    place_asked = Signal(int)
    noticed = Signal(int)

    def __init__(self, look: Look, reference: Reference, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reference = reference
        self.thumb: Thumb | None = None
        self.labels: tuple[str, ...] = ()
        self._look = look
        self._pressed_at: QPoint | None = None
        self.setFixedSize(self.sizeHint())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleDescription(
            self.tr("Enter puts its marker into the instruction, F2 renames it, Delete removes it.")
        )
        self._close = self._button("close", self.tr("Remove {0}").format(reference.marker))
        self._close.clicked.connect(lambda: self.removed.emit(self.reference.number))
        self._close.move(self.width() - 22, 4)
        self._close.hide()
        self._play: IconButton | None = None
        if reference.media is Media.sound:
            self._play = self._button("play", self.tr("Play {0}").format(reference.title))
            self._play.clicked.connect(lambda: self.play_asked.emit(self.reference.number))
            self._play.move(6, (SIZES[Media.sound].height() - 18) // 2)
        look.changed.connect(self.update)
        self._describe()

    def set_thumb(self, thumb: Thumb) -> None:
        """Show what the file holds."""
        self.thumb = thumb
        self._describe()

    def set_labels(self, labels: tuple[str, ...]) -> None:
        """Tell what the encoder sees or hears in it."""
        self.labels = labels
        self._describe()

    def set_playing(self, playing: bool, why_not: str = "") -> None:
        """Show pause instead of play; ``why_not`` says why nothing can be played."""
        if self._play is not None:
            name = self.tr("Pause {0}") if playing else self.tr("Play {0}")
            self._play.set_icon("pause" if playing else "play")
            self._play.setAccessibleName(name.format(self.reference.title))
            self._play.setToolTip(why_not or self._play.accessibleName())
            self._play.setEnabled(not why_not)

    def sizeHint(self) -> QSize:
        """Picture or wave, and a line of words below."""
        size = SIZES[self.reference.media]
        return QSize(size.width(), size.height() + self._caption_height())

    @property
    def detail(self) -> str:
        """Length or size, as far as it is known."""
        if self.thumb is None:
            return ""
        width, height = self.thumb.size
        return clock(self.thumb.seconds) if self.reference.media is Media.sound else f"{width} × {height}"

    def summary(self) -> str:
        """Everything that is known of it, in one line."""
        reference = self.reference
        heard = self.tr("hears {0}") if reference.media is Media.sound else self.tr("sees {0}")
        parts = [reference.title, role_name(reference.role), self.detail]
        parts.append(heard.format(", ".join(self.labels)) if self.labels else "")
        return " · ".join(part for part in parts if part)

    def _describe(self) -> None:
        kind = self.tr("Picture") if self.reference.media is Media.image else self.tr("Sound")
        self.setAccessibleName(f"{kind} {self.reference.number}: {self.summary()}")
        lines = (self.reference.path.name, self.summary(), "")
        tip = self.tr("Click or drag: put {0} into the instruction").format(self.reference.marker)
        self.setToolTip("\n".join((*dict.fromkeys(line for line in lines if line), tip)))
        self.update()

    def _button(self, icon_name: str, name: str) -> IconButton:
        button = IconButton(self._look, icon_name, name, self, "on_accent")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Space and Delete do the same from the keyboard
        button.setProperty("reached", True)
        button.setStyleSheet("background: rgba(0, 0, 0, 150); border: none; border-radius: 9px; padding: 0;")
        button.setIconSize(QSize(12, 12))
        button.setFixedSize(18, 18)
        return button

    # events

    def changeEvent(self, event: QEvent) -> None:
        """Grow with the text."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange and self.minimumWidth():  # not while it is being made
            self.setFixedSize(self.sizeHint())

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offer removal."""
        self._close.show()
        self.noticed.emit(self.reference.number)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Quiet again."""
        self._close.hide()
        self.noticed.emit(0)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell what it is."""
        self.noticed.emit(self.reference.number)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Quiet again."""
        self.noticed.emit(0)
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Maybe a drag begins."""
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The first click has put the marker in already; on a sound, listen."""
        event.accept()
        if self.reference.media is Media.sound:
            self.opened.emit(self.reference.number)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the marker once the pointer has moved far enough."""
        start = self._pressed_at
        held = event.buttons() & Qt.MouseButton.LeftButton
        here = event.position().toPoint()
        if held and start is not None and (here - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self.setDown(False)
            drag = QDrag(self)
            drag.setMimeData(reference_data(self.reference.number, self.reference.path))
            drag.setPixmap(self.grab())
            drag.setHotSpot(start)
            drag.exec(Qt.DropAction.CopyAction)
            return
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter inserts, F2 renames, Delete removes, Space plays a sound."""
        number, sound = self.reference.number, self.reference.media is Media.sound
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.click()
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.removed.emit(number)
            case Qt.Key.Key_F2:
                self.rename_asked.emit(number)
            case Qt.Key.Key_Space if sound:
                self.play_asked.emit(number)
            case _:
                super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same by menu."""
        menu = self.menu()
        menu.exec(event.globalPos())
        menu.deleteLater()

    def menu(self) -> QMenu:
        """What can be done with it."""
        number = self.reference.number
        menu = QMenu(self)
        menu.addAction(self.tr("Put {0} into the Instruction").format(self.reference.marker), self.click)
        if self.reference.media is Media.image:
            menu.addAction(self.tr("Place on the Photo"), lambda: self.place_asked.emit(number))
        if self.reference.media is Media.sound:
            menu.addAction(self.tr("Listen and Trim…"), lambda: self.opened.emit(number))
        menu.addAction(self.tr("Rename…"), lambda: self.rename_asked.emit(number))
        meant = menu.addMenu(self.tr("Meant For"))
        for role, words in roles(self.reference.media).items():
            action = meant.addAction(words, lambda role=role: self.role_chosen.emit(number, role))
            action.setCheckable(True)
            action.setChecked(role == self.reference.role)
        menu.addSeparator()
        menu.addAction(self.tr("Remove"), lambda: self.removed.emit(number))
        return menu

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Thumbnail, number, a line of words, and a ring when focused."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(whole, ROUND, ROUND)
        painter.fillPath(shape, theme.colour("raised" if not self.underMouse() else "hover"))
        area = QRectF(whole.topLeft(), QSizeF(whole.width(), self.height() - self._caption_height() - 1))
        painter.save()
        painter.setClipPath(shape)
        if self.thumb is None:
            name = "picture" if self.reference.media is Media.image else "sound"
            place = (area.center() - QPointF(10, 10)).toPoint()
            painter.drawPixmap(place, icon(name, theme, "secondary").pixmap(20, 20))
        elif self.thumb.image is not None:
            self._draw_picture(painter, area)
        elif self.thumb.peaks is not None:
            draw_wave(painter, area.adjusted(30, 5, -8, -3), self.thumb.peaks, theme.colour("accent_text"))
        painter.restore()
        self._draw_caption(painter, QRectF(whole.left(), area.bottom(), whole.width(), whole.bottom() - area.bottom()))
        focused = self.hasFocus()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("accent_text" if focused else "line"), 2 if focused else 1))
        painter.drawPath(shape)

    def _draw_picture(self, painter: QPainter, area: QRectF) -> None:
        """Photographs fill the area, cut in the middle; cut-outs are shown whole."""
        assert self.thumb is not None
        image = self.thumb.image
        assert image is not None
        if image.hasAlphaChannel():
            painter.fillRect(area, QColor("#a6a6a6"))
            size = QSizeF(image.size()).scaled(area.size() * 0.9, Qt.AspectRatioMode.KeepAspectRatio)
            whole = QRectF(QPointF(), size)
            whole.moveCenter(area.center())
            painter.drawImage(whole, image)
            return
        size = area.size().scaled(QSizeF(image.size()), Qt.AspectRatioMode.KeepAspectRatio)
        source = QRectF(QPointF(), size)
        source.moveCenter(QRectF(image.rect()).center())
        painter.drawImage(area, image, source)

    def _draw_caption(self, painter: QPainter, line: QRectF) -> None:
        theme = self._look.theme
        number = f"#{self.reference.number}"
        bold = self._small_font(bold=True)
        badge = QRectF(line.left() + 5, 0, QFontMetricsF(bold).horizontalAdvance(number) + 8, line.height() - 4)
        badge.moveTop(line.top() + 2)
        painter.setFont(bold)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(badge, 6, 6)
        painter.setPen(theme.colour("on_accent"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, number)
        painter.setFont(self._small_font())
        painter.setPen(theme.colour("text"))
        rest = QRectF(badge.right() + 5, line.top(), line.right() - badge.right() - 10, line.height())
        if self.reference.media is Media.sound and self.thumb is not None:
            length = clock(self.thumb.seconds)
            painter.drawText(rest, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, length)
            rest.setWidth(rest.width() - painter.fontMetrics().horizontalAdvance(length) - 6)
        title = painter.fontMetrics().elidedText(self.reference.title, Qt.TextElideMode.ElideRight, int(rest.width()))
        painter.drawText(rest, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)

    def _small_font(self, *, bold: bool = False) -> QFont:
        font = QFont(self.font())
        font.setBold(bold)
        font.setPointSizeF(font.pointSizeF() * SMALL)
        return font

    def _caption_height(self) -> int:
        return round(QFontMetricsF(self._small_font()).height()) + 6
