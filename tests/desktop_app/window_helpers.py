"""What a user does, as real events on the window's widgets."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.window.main_window import MainWindow
from engine.errors import MachineError


def write_sound(path: Path, seconds: float = 1.0) -> None:
    """A decaying tone."""
    time_axis = np.arange(int(16000 * seconds)) / 16000
    samples = np.rint(20000 * np.sin(2000 * time_axis) * np.exp(-3 * time_axis)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


class FakePlayback:
    """Plays as fast as a test says."""

    def __init__(self, samples: np.ndarray, rate: int) -> None:
        self.samples, self.rate = samples, rate
        self.position = 0.0
        self.active = True

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    def stop(self) -> None:
        self.active = False


class FakeRecording:
    """Hears what a test gives it."""

    def __init__(self) -> None:
        self.active = True
        self.samples = np.zeros((0, 1), np.float32)
        self.rate = 16_000
        self.asked = 0

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    def hear(self, seconds: float, loud: float) -> None:
        axis = np.arange(round(seconds * self.rate), dtype=np.float32)[:, None]
        self.samples = np.concatenate([self.samples, loud * np.sin(0.3 * axis)])

    def level(self) -> float:
        self.asked += 1
        return float(np.abs(self.samples[-800:]).max(initial=0.0))

    def stop(self) -> tuple[np.ndarray, int]:
        self.active = False
        return self.samples, self.rate


class FakeAudio:
    """A sound card that makes no sound; ``why`` is why it cannot."""

    def __init__(self) -> None:
        self.why = ""
        self.played: list[FakePlayback] = []
        self.recorded: list[FakeRecording] = []

    def trouble(self, *, recording: bool) -> str:
        return self.why

    def play(self, samples: np.ndarray, rate: int) -> FakePlayback:
        if self.why:
            raise MachineError(self.why, "Plug one in.")
        self.played.append(FakePlayback(samples, rate))
        return self.played[-1]

    def record(self) -> FakeRecording:
        if self.why:
            raise MachineError(self.why, "Plug one in.")
        self.recorded.append(FakeRecording())
        return self.recorded[-1]


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
