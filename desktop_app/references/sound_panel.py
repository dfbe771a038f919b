"""The parts below the sounds: listening and trimming, and recording with a meter."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.look.theme import Look
from desktop_app.look.widgets import ElidedLabel, IconButton, label, push, takes_escape
from desktop_app.references.waveform import Waveform

QUIETEST = -60.0  # dBFS, the meter's left end
LOUD, CLIPPING = -12.0, -1.0  # dBFS, where the meter warns


def moment(seconds: float) -> str:
    """A moment as minutes, seconds and tenths, ``0:07.3``."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


class SoundPanel(QFrame):
    """One sound, large: play, seek, and keep a part of it.

    Attributes
    ----------
    play_asked, sought
        Play or pause; a moment in seconds.
    trim_asked
        Start and end of the part to keep, in seconds.
    closed
        The panel is no longer wanted.
    """

    play_asked = Signal()
    sought = Signal(float)
    trim_asked = Signal(float, float)
    closed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName(self.tr("Sound"))
        self._title = ElidedLabel(self)
        self._title.setProperty("role", "heading")
        close = IconButton(look, "close", self.tr("Close the sound"), self)
        close.setIconSize(QSize(12, 12))
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(close)
        self.wave = Waveform(look, self)
        self.wave.sought.connect(self.sought)
        self.wave.trimmed.connect(self._sync)
        self.play_button = IconButton(look, "play", self.tr("Play"), self)
        self.play_button.clicked.connect(self.play_asked)
        self._time = label("", "secondary", parent=self)
        self.trim_button = push(self.tr("Keep this part"), parent=self)
        self.trim_button.setToolTip(self.tr("Use only the part between the two handles"))
        self.trim_button.clicked.connect(lambda: self.trim_asked.emit(self.wave.start, self.wave.end))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.play_button)
        row.addWidget(self._time, 1)
        row.addWidget(self.trim_button)
        self._why = label("", "secondary", wrap=True, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 6, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.wave)
        column.addLayout(row)
        column.addWidget(self._why)
        self._why.hide()

    def show_sound(self, title: str, peaks: np.ndarray, seconds: float) -> None:
        """Show a sound whole."""
        self._title.setText(title)
        self._title.setToolTip(title)
        self.wave.show_sound(peaks, seconds)
        self._sync()
        self.show()

    def set_position(self, seconds: float) -> None:
        """Where it plays."""
        self.wave.set_position(seconds)
        self._sync()

    def set_playing(self, playing: bool) -> None:
        """Show pause instead of play."""
        self.play_button.set_icon("pause" if playing else "play")
        name = self.tr("Pause") if playing else self.tr("Play")
        self.play_button.setAccessibleName(name)
        if self._why.isHidden():
            self.play_button.setToolTip(name)

    def set_trouble(self, why: str) -> None:
        """Say why nothing can be played; all else works on."""
        self.play_button.setEnabled(not why)
        self.play_button.setToolTip(why or self.play_button.accessibleName())
        self._why.setText(why)
        self._why.setVisible(bool(why))

    def event(self, event: QEvent) -> bool:
        """Esc is for this, not for the run."""
        return takes_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space plays, Esc closes."""
        match event.key():
            case Qt.Key.Key_Space:
                self.play_button.click()
            case Qt.Key.Key_Escape:
                self.closed.emit()
            case _:
                super().keyPressEvent(event)

    def _sync(self) -> None:
        wave = self.wave
        part = (wave.start, wave.end) != (0.0, wave.seconds)
        self.trim_button.setEnabled(part)
        if part:
            self._time.setText(f"{moment(wave.start)} – {moment(wave.end)}")
        else:
            self._time.setText(f"{moment(wave.position)} / {moment(wave.seconds)}")


class Meter(QWidget):
    """How loud it is, -60 to 0 dB under full scale; the last peak stands for a moment."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._shown = 0.0
        self._peak = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Recording level"))
        self.setToolTip(self.tr("Recording level, −60 to 0 dB"))

    def sizeHint(self) -> QSize:
        """A slim bar."""
        return QSize(120, 10)

    @property
    def share(self) -> float:
        """How much of the bar is filled, 0 to 1."""
        return self._shown

    def set_level(self, level: float) -> None:
        """Show the largest sample of the last moment, 0 to 1; falls slowly, rises at once."""
        decibels = 20 * math.log10(max(level, 1e-6))
        share = min(max(1 - decibels / QUIETEST, 0.0), 1.0)
        self._shown = max(share, self._shown - 0.06)
        self._peak = max(share, self._peak - 0.01)
        self.setAccessibleDescription(self.tr("{0} dB").format(round(decibels)))
        self.update()

    def reset(self) -> None:
        """Silence."""
        self._shown = self._peak = 0.0
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The bar, its warning part in another colour, and the peak."""
        theme = self._look.theme
        painter = QPainter(self)
        area = QRectF(self.rect())
        painter.fillRect(area, theme.colour("line"))
        loud = 1 - LOUD / QUIETEST
        width = area.width()
        painter.fillRect(QRectF(0, 0, width * min(self._shown, loud), area.height()), theme.colour("accent_text"))
        if self._shown > loud:
            colour = "mask" if self._shown > 1 - CLIPPING / QUIETEST else "on_warning"
            painter.fillRect(QRectF(width * loud, 0, width * (self._shown - loud), area.height()), theme.colour(colour))
        painter.fillRect(QRectF(width * self._peak - 2, 0, 2, area.height()), theme.colour("text"))


class RecordPanel(QFrame):
    """Recording from the microphone.

    Attributes
    ----------
    kept, dropped
        The recording ends and is wanted, or not.
    """

    kept = Signal()
    dropped = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName(self.tr("Recording"))
        self._time = label("", parent=self)
        self.meter = Meter(look, self)
        self.keep_button = push(self.tr("Stop and keep"), primary=True, parent=self)
        self.drop_button = push(self.tr("Discard"), parent=self)
        self.keep_button.setToolTip(self.tr("End the recording and put it into the bin  (Enter)"))
        self.drop_button.setToolTip(self.tr("End the recording and forget it  (Esc)"))
        self.keep_button.clicked.connect(self.kept)
        self.drop_button.clicked.connect(self.dropped)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._time)
        head.addWidget(self.meter, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.drop_button, 1)
        buttons.addWidget(self.keep_button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(buttons)

    def begin(self) -> None:
        """Show it, from zero."""
        self.meter.reset()
        self.show_state(0.0, 0.0)
        self.show()
        self.keep_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_state(self, seconds: float, level: float) -> None:
        """Show how long and how loud."""
        self._time.setText(self.tr("Recording {0}").format(moment(seconds)))
        self.meter.set_level(level)

    def event(self, event: QEvent) -> bool:
        """Esc is for this, not for the run."""
        return takes_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter keeps, Esc forgets."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.kept.emit()
            case Qt.Key.Key_Escape:
                self.dropped.emit()
            case _:
                super().keyPressEvent(event)
