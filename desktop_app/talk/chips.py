"""Markers of references inside the instruction's text: one character each, drawn as a chip with picture and name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPixmap,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from desktop_app.look.theme import Look, icon
from desktop_app.look.wording import CHIP, readable
from desktop_app.references.thumbs import Thumb
from desktop_app.work.document import Reference
from engine.values import PHOTO_MARKER, Media, marker

HOLDER = "\N{OBJECT REPLACEMENT CHARACTER}"
KIND = QTextFormat.ObjectTypes.UserObject.value + 1
NUMBER = QTextFormat.Property.UserProperty.value + 1  # 0 stands for the photo itself
LONGEST = 21  # of the text's mean characters of a name
SMALL = 0.9  # of the text's size


def units(character: str) -> int:
    """How many of Qt's characters one of Python's takes."""
    return 2 if ord(character) > 0xFFFF else 1


def chip_format(number: int, font: QFont) -> QTextCharFormat:
    """The format of a marker's character; 0 is the photo."""
    style = QTextCharFormat()
    style.setObjectType(KIND)
    style.setProperty(NUMBER, number)
    style.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
    style.setFont(font)
    return style


def chip_at(document: QTextDocument, place: int) -> int | None:
    """Number of the reference whose marker is the character at ``place``; 0 for the photo, nothing for other text."""
    if document.characterAt(place) != HOLDER:
        return None
    cursor = QTextCursor(document)
    cursor.setPosition(place + 1)
    style = cursor.charFormat()
    return int(style.property(NUMBER)) if style.objectType() == KIND else None


def words(document: QTextDocument, start: int = 0, end: int | None = None) -> str:
    """The text from ``start`` to ``end`` (in Qt's characters), with ``[ref#k]`` where chips stand."""
    parts: list[str] = []
    place = 0
    for character in document.toRawText():
        if place >= start and (end is None or place < end):
            number = chip_at(document, place) if character == HOLDER else None
            if number is not None:
                parts.append(marker(number) if number else PHOTO_MARKER)
            elif character != HOLDER:
                parts.append("\n" if character in "\u2028\u2029" else character)
        place += units(character)
    return "".join(parts)


def insert_words(cursor: QTextCursor, text: str) -> None:
    """Insert text at the cursor; its markers become chips. One step of undo."""
    font = cursor.document().defaultFont()
    plain = QTextCharFormat()
    cursor.beginEditBlock()
    cursor.removeSelectedText()
    done = 0
    for match in CHIP.finditer(text):
        cursor.insertText(text[done : match.start()], plain)
        cursor.insertText(HOLDER, chip_format(int(match[1] or 0), font))
        done = match.end()
    cursor.insertText(text[done:], plain)
    cursor.setCharFormat(plain)
    cursor.endEditBlock()


@dataclass(frozen=True, eq=False)
class Known:
    """A reference with what is known of its file."""

    reference: Reference
    thumb: Thumb | None = None
    labels: tuple[str, ...] = ()


class Chips(QPyTextObject):
    """Draws the chips of a document."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self._pictures: dict[int, QImage] = {}
        self._signs: dict[tuple[str, str, str, int], QPixmap] = {}
        self.known: Mapping[int, Known] = {}
        self.selected: tuple[int, int] = (0, 0)  # in Qt's characters

    def set_known(self, known: Mapping[int, Known]) -> None:
        """Tell which references there are."""
        self.known = known
        self._pictures.clear()

    def title(self, number: int) -> str:
        """What a chip says."""
        if number == 0:
            return self.tr("photo")
        known = self.known.get(number)
        return (
            f"#{number} {known.reference.title}" if known is not None else self.tr("#{0} is not there").format(number)
        )

    def read(self, text: str) -> str:
        """An instruction with the references' names in it; one that is gone keeps its number."""
        return readable(text, lambda number: self.title(number) if number in self.known or not number else f"#{number}")

    def intrinsicSize(self, _document: QTextDocument, _place: int, style: QTextFormat) -> QSizeF:
        """See QTextObjectInterface."""
        metrics = QFontMetricsF(self._font(style))
        height = QFontMetricsF(style.toCharFormat().font()).height() + 3
        title = min(
            metrics.horizontalAdvance(self.title(int(style.property(NUMBER)))), LONGEST * metrics.averageCharWidth()
        )
        return QSizeF(height + title + 13, height)

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, _document: QTextDocument, place: int, style: QTextFormat
    ) -> None:
        """See QTextObjectInterface."""
        theme = self._look.theme
        number = int(style.property(NUMBER))
        there = number == 0 or number in self.known
        chosen = self.selected[0] <= place < self.selected[1]
        ground, ink = ("accent", "on_accent") if chosen else ("chip", "on_chip") if there else ("error", "on_error")
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(rect).adjusted(1, 0.5, -1, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(area, 5, 5)
        painter.fillPath(shape, theme.colour(ground))
        square = QRectF(area.left(), area.top(), area.height(), area.height())
        painter.setClipPath(shape)
        picture = self._picture(number)
        if picture is not None:
            painter.drawImage(square, picture)
        else:
            name = "sound" if there and number and self.known[number].reference.media is Media.sound else "picture"
            name = "warning" if not there else "photo" if number == 0 else name
            side = int(square.height()) - 4
            place_at = square.center() - QRectF(0, 0, side, side).center()
            painter.drawPixmap(place_at, self._sign(name, ink, side))
        font = self._font(style)
        painter.setFont(font)
        painter.setPen(theme.colour(ink))
        line = area.adjusted(square.width() + 4, 0, -5, 0)
        metrics = QFontMetricsF(font)
        title = metrics.elidedText(self.title(number), Qt.TextElideMode.ElideRight, line.width() + 1)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        painter.restore()

    def _sign(self, name: str, ink: str, side: int) -> QPixmap:
        """An icon, kept because drawing one takes longer than drawing the text around it."""
        key = (name, self._look.theme.name, ink, side)
        if key not in self._signs:
            self._signs[key] = icon(name, self._look.theme, ink, side).pixmap(side, side)
        return self._signs[key]

    def _font(self, style: QTextFormat) -> QFont:
        font = QFont(style.toCharFormat().font())
        font.setPointSizeF(font.pointSizeF() * SMALL)
        return font

    def _picture(self, number: int) -> QImage | None:
        """The middle of the reference's thumbnail, square."""
        known = self.known.get(number)
        if known is None or known.thumb is None or known.thumb.image is None:
            return None
        if number not in self._pictures:
            image = known.thumb.image
            side = min(image.width(), image.height())
            square = image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
            self._pictures[number] = square.scaled(
                48, 48, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        return self._pictures[number]
