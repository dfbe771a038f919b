"""The look: neutral greys and one accent, light or dark as the system asks, from ``resources/themes``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from desktop_app.look.assets import resources

ICON_SIZE = 20  # logical pixels, the grid that the icons are drawn on
SCALES = (1, 2)  # device pixel ratios that icons are rendered for


@dataclass(frozen=True)
class Theme:
    """Named colours as ``#rrggbb``; the names are the keys of the theme's JSON file."""

    name: str
    colours: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.colours[name]

    def colour(self, name: str, opacity: float = 1.0) -> QColor:
        """The colour of that name; ``opacity`` 0 to 1."""
        colour = QColor(self.colours[name])
        colour.setAlphaF(opacity)
        return colour


def load(name: str) -> Theme:
    """The theme ``light`` or ``dark``."""
    return Theme(name, json.loads((resources() / "themes" / f"{name}.json").read_text("utf-8")))


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        linear = []
        for index in (1, 3, 5):
            value = int(colour[index : index + 2], 16) / 255
            linear.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def stylesheet(theme: Theme, text_size: int = 100) -> str:
    """The style sheet with the theme's colours filled in and its text sizes at ``text_size`` per cent.

    An unknown name in it is a KeyError.
    """
    text = (resources() / "themes" / "overtone.qss").read_text("utf-8").split("*/", 1)[1]
    text = re.sub(r"font-size: (\d+)px", lambda match: f"font-size: {int(match[1]) * text_size // 100}px", text)
    text = text.replace("url(", f"url({(resources() / 'themes').as_posix()}/")
    return re.sub(r"@(\w+)", lambda match: theme[match[1]], text)


def palette(theme: Theme) -> QPalette:
    """The theme as a Qt palette, for everything that the style sheet does not name."""
    roles = {
        QPalette.ColorRole.Window: "window",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.Base: "field",
        QPalette.ColorRole.AlternateBase: "panel",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.PlaceholderText: "secondary",
        QPalette.ColorRole.Button: "raised",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.BrightText: "on_accent",
        QPalette.ColorRole.Highlight: "accent",
        QPalette.ColorRole.HighlightedText: "on_accent",
        QPalette.ColorRole.Accent: "accent",
        QPalette.ColorRole.Link: "accent_text",
        QPalette.ColorRole.ToolTipBase: "panel",
        QPalette.ColorRole.ToolTipText: "text",
        QPalette.ColorRole.Mid: "line",
    }
    result = QPalette()
    for role, name in roles.items():
        result.setColor(role, theme.colour(name))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        result.setColor(QPalette.ColorGroup.Disabled, role, theme.colour("disabled"))
    return result


def icon(name: str, theme: Theme, colour: str = "text", size: int = ICON_SIZE) -> QIcon:
    """An icon of ``resources/icons`` drawn in a theme colour, with a quieter disabled form."""
    svg = (resources() / "icons" / f"{name}.svg").read_text("utf-8")
    result = QIcon()
    for mode, key in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, "disabled")):
        renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", theme[key]).encode()))
        for scale in SCALES:
            pixmap = QPixmap(size * scale, size * scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, size * scale, size * scale))
            painter.end()
            pixmap.setDevicePixelRatio(scale)
            result.addPixmap(pixmap, mode)
    return result


class Look(QObject):
    """The current theme of an application; follows the system's colour scheme.

    Attributes
    ----------
    changed
        Emitted after the application wears another theme.
    theme
        The theme worn now.
    """

    changed = Signal()

    def __init__(self, app: QApplication, name: str | None = None) -> None:
        super().__init__(app)
        self._app = app
        self._fixed = name
        self._font = app.font()
        self._text_size = 100
        app.setStyle("Fusion")
        self.theme = load(name or self._wanted())
        self._wear()
        app.styleHints().colorSchemeChanged.connect(self._follow)

    def wear(self, name: str | None) -> None:
        """Change to the theme ``light`` or ``dark``, whatever the system says; nothing follows the system."""
        self._fixed = name
        self._follow()

    def set_text_size(self, percent: int) -> None:
        """Show all text at so many per cent of the system's size."""
        if percent != self._text_size:
            self._text_size = percent
            font = QFont(self._font)
            if font.pointSizeF() > 0:
                font.setPointSizeF(self._font.pointSizeF() * percent / 100)
            else:
                font.setPixelSize(self._font.pixelSize() * percent // 100)
            self._app.setFont(font)
            self._wear()

    def _wanted(self) -> str:
        scheme = self._app.styleHints().colorScheme()
        return "light" if scheme == Qt.ColorScheme.Light else "dark"  # photo tools are dark where nothing is said

    def _follow(self) -> None:
        name = self._fixed or self._wanted()
        if name != self.theme.name:
            self.theme = load(name)
            self._wear()
            self.changed.emit()

    def _wear(self) -> None:
        self._app.setPalette(palette(self.theme))
        self._app.setStyleSheet(stylesheet(self.theme, self._text_size))
