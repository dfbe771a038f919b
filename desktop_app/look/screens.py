"""The screen at a place."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication, QScreen


def screen_at(place: QPoint) -> QScreen:
    """The screen at a place (global), or the first one.

    Not by ``QWidget.screen()``: PySide takes the screen that it returns for a child of the widget, lets Python own it
    when the widget goes, and then deletes the application's screen with the last name for it.
    """
    return QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
