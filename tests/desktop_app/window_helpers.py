"""What a user does, as real events on the window's widgets."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.main_window import MainWindow


def write_sound(path: Path, seconds: float = 1.0) -> None:
    """A decaying tone."""
    time_axis = np.arange(int(16000 * seconds)) / 16000
    samples = np.rint(20000 * np.sin(2000 * time_axis) * np.exp(-3 * time_axis)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


def widget_point(window: MainWindow, x: float, y: float) -> QPoint:
    """Where a photo point lies on the canvas."""
    canvas = window.stage.canvas
    assert canvas.view is not None
    left, top = canvas.view.to_window(x, y)
    ratio = canvas.devicePixelRatioF()
    return QPoint(round(left / ratio), round(top / ratio))


def stroke(window: MainWindow, *points: tuple[float, float], button=Qt.MouseButton.LeftButton) -> None:
    """Press, move and release along photo points."""
    canvas = window.stage.canvas
    places = [widget_point(window, *point) for point in points]
    QTest.mousePress(canvas, button, Qt.KeyboardModifier.NoModifier, places[0])
    for place in places[1:]:
        QTest.mouseMove(canvas, place)
    QTest.mouseRelease(canvas, button, Qt.KeyboardModifier.NoModifier, places[-1])


def drop(widget: QWidget, *files: Path) -> bool:
    """Drag files onto the middle of a widget and let go. Returns whether they were taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
    return drop_data(widget, data)


def drop_data(widget: QWidget, data: QMimeData) -> bool:
    """Drag anything onto the middle of a widget and let go."""
    middle = widget.rect().center()
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(middle, Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(middle), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()
