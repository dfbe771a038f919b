"""Bar: a 60-megapixel photo on a canvas of 1920 x 1080 pans, zooms and takes brush strokes within a frame.

Every figure is the time from a real event on the canvas to the end of the frame that shows it. Where the platform is
not named, Qt's offscreen one is used; ``QT_QPA_PLATFORM=xcb xvfb-run -s "-screen 0 2560x1600x24"`` measures X11.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from unittest.mock import patch

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColorSpace, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from desktop_app.app import paint_at_once
from desktop_app.client.engine_remote import RemoteEngineClient
from desktop_app.look.theme import Look
from desktop_app.tools import Tool
from desktop_app.window.main_window import MainWindow
from engine.files import write_photo
from engine.picture import Photo
from training.bars import Bar, Ground

PHOTO = (9504, 6336)  # 60 megapixels
PLAIN = (6000, 4000)  # 24 megapixels
CANVAS = (1920, 1080)
FRAME = 16.0  # milliseconds
VISIBLE = 1.0  # seconds
PATIENCE = 60.0  # seconds for a photo to open
NONE = Qt.KeyboardModifier.NoModifier
Buttons = Qt.MouseButton
Level = Literal["must", "aim"]
CASES: tuple[tuple[str, Level, int, QColorSpace.NamedColorSpace | None], ...] = (
    ("60 MP", "must", 8, None),
    ("60 MP, 16 bits, Adobe RGB", "aim", 16, QColorSpace.NamedColorSpace.AdobeRgb),
)


def scene(width: int, height: int, bits: int = 8, icc: bytes | None = None) -> Photo:
    """A picture with shapes and grain, as a camera would give."""
    random = np.random.default_rng(0)
    side = 512
    tile = random.normal(0, 6, (side, side, 1)).astype(np.float32)
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    columns = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    pixels = np.empty((height, width, 3), np.uint8 if bits == 8 else np.uint16)
    factor = 1 if bits == 8 else 257
    for top in range(0, height, side):
        part = rows[top : top + side]
        base = np.stack(
            [120 + 80 * np.sin(9 * columns + 5 * part), 90 + 90 * part + 0 * columns, 200 - 90 * columns * part], 2
        )
        grain = np.tile(tile, (1, width // side + 1, 1))[: len(part), :width]
        pixels[top : top + side] = np.clip(base + grain, 0, 255).astype(pixels.dtype) * factor
    return Photo(pixels, icc=icc)


class Painted(QObject):
    """Sees the end of every frame of the canvas."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._canvas = window.stage.canvas
        self.frames = 0
        self._canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count the paint events."""
        self.frames += event.type() == QEvent.Type.Paint
        return False

    def after(self, act: Callable[[], None]) -> float:
        """Milliseconds from before ``act`` until the frame it asks for is painted and handed to the screen."""
        seen, start = self.frames, time.perf_counter()
        act()
        while self.frames == seen and time.perf_counter() - start < 1:
            QApplication.processEvents()
        QApplication.processEvents()  # what the paint has left behind: flushing to the screen
        return 1000 * (time.perf_counter() - start)


class Hand:
    """Real events on the canvas."""

    def __init__(self, window: MainWindow) -> None:
        self._canvas = window.stage.canvas
        self._painted = Painted(window)
        self._held = Buttons.NoButton

    def _mouse(self, kind: QEvent.Type, place: QPointF, button: Buttons) -> None:
        event = QMouseEvent(kind, place, self._canvas.mapToGlobal(place), button, self._held, NONE)
        QApplication.sendEvent(self._canvas, event)

    def drag(self, places: list[QPointF], button: Buttons) -> list[float]:
        """Press, move through the places, release; milliseconds of every move."""
        self._held = button
        self._mouse(QEvent.Type.MouseButtonPress, places[0], button)
        QApplication.processEvents()
        times = [
            self._painted.after(lambda place=place: self._mouse(QEvent.Type.MouseMove, place, Buttons.NoButton))
            for place in places[1:]
        ]
        self._held = Buttons.NoButton
        self._mouse(QEvent.Type.MouseButtonRelease, places[-1], button)
        QApplication.processEvents()
        return times

    def wheel(self, turns: list[int], place: QPointF) -> list[float]:
        """Zoom at a place by wheel steps; milliseconds of every one."""
        return [self._painted.after(lambda turn=turn: self._turn(turn, place)) for turn in turns]

    def _turn(self, angle: int, place: QPointF) -> None:
        event = QWheelEvent(
            place, self._canvas.mapToGlobal(place), QPoint(), QPoint(0, angle), Buttons.NoButton,
            Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self._canvas, event)


def opened(window: MainWindow, path: Path) -> float:
    """Seconds from asking for a photo to the frame that shows it."""
    painted, there = Painted(window), []
    window.session.opened.connect(lambda: there.append(painted.frames))
    start = time.perf_counter()
    window.session.open(path)
    while (not there or painted.frames == there[0]) and time.perf_counter() - start < PATIENCE:
        QApplication.processEvents()
    window.stage.canvas.removeEventFilter(painted)
    return time.perf_counter() - start


def sized(window: MainWindow) -> None:
    """Bring the canvas itself to the wanted size."""
    for _ in range(3):
        canvas = window.stage.canvas
        window.resize(window.width() + CANVAS[0] - canvas.width(), window.height() + CANVAS[1] - canvas.height())
        for _ in range(5):
            QApplication.processEvents()


def circle(count: int, radius: float = 320.0) -> list[QPointF]:
    """Places on a circle round the middle of the canvas."""
    turns = np.linspace(0, 4 * np.pi, count)
    return [QPointF(CANVAS[0] / 2 + radius * np.cos(t), CANVAS[1] / 2 + radius * np.sin(t)) for t in turns]


def moves(window: MainWindow) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of pan frames, zoom frames and brush frames at several zooms."""
    canvas, hand = window.stage.canvas, Hand(window)
    middle = QPointF(CANVAS[0] / 2, CANVAS[1] / 2)
    pans: list[float] = []
    strokes: list[float] = []
    window.stage.toolbox.choose(Tool.brush)
    for zoom in (canvas.view.fit_zoom if canvas.view else 0.1, 0.4, 0.7, 1.0, 3.0):
        canvas.zoom_to(zoom)
        QApplication.processEvents()
        pans += hand.drag(circle(40), Buttons.MiddleButton)
        strokes += hand.drag(circle(40), Buttons.LeftButton)
    canvas.fit()
    QApplication.processEvents()
    zooms = hand.wheel([120] * 22 + [-120] * 22, middle + QPointF(130, -70))
    return pans, zooms, strokes


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return float(np.percentile(values, 95))


def words(values: list[float]) -> str:
    """Median, p95 and maximum."""
    return f"p95 {p95(values):.1f} ms (median {np.median(values):.1f}, most {max(values):.1f}, {len(values)} frames)"


def measure(_ground: Ground) -> list[Bar]:
    """Open a 24 MP JPEG, then move about and paint on a 60 MP photo, plain and with 16 bits and a wide profile."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    paint_at_once()  # as the program does
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, OVERTONE_JOURNALS=folder):
        window = MainWindow(Look(app, "dark"), RemoteEngineClient())
        window.show()
        try:
            return measured(window, Path(folder), app.platformName())
        finally:
            window.close()


def measured(window: MainWindow, folder: Path, platform: str) -> list[Bar]:
    """The bars of one window."""
    jpeg = folder / "plain.jpg"
    write_photo(scene(*PLAIN), jpeg)
    seconds = opened(window, jpeg)
    size = f"{jpeg.stat().st_size / 1e6:.0f} MB"
    what = f"24 MP JPEG ({size}) visible, {platform}"
    bars = [Bar("aim", what, f"≤ {VISIBLE:.1f} s", f"{seconds:.2f} s", seconds <= VISIBLE)]
    sized(window)
    for case, level, bits, icc in CASES:
        path = folder / "large.tif"
        write_photo(scene(*PHOTO, bits, bytes(QColorSpace(icc).iccProfile().data()) if icc else None), path)
        opened(window, path)
        for name, values in zip(("pan", "zoom", "brush stroke"), moves(window), strict=True):
            what = f"{case}: {name}, event to frame, {platform}"
            bars.append(Bar(level, what, f"p95 ≤ {FRAME:.0f} ms", words(values), p95(values) <= FRAME))
    return bars
