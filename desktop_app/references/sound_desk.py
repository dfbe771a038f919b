"""Listening, trimming and recording: the sounds' bin, its two panels, and the sound card behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer

from desktop_app.background import Background
from desktop_app.look.theme import Look
from desktop_app.look.widgets import IconButton
from desktop_app.references.audio import LONGEST_RECORDING, AudioDevice, Playback, Recording
from desktop_app.references.bins import Bin
from desktop_app.references.reference_desk import ReferenceDesk
from desktop_app.references.sound_panel import RecordPanel, SoundPanel
from desktop_app.references.thumbs import outline
from desktop_app.window.message_bar import MessageBar
from desktop_app.work.session import Session
from engine.errors import MachineError, OvertoneError
from engine.files import Sound, read_sound
from engine.values import Media

PERIOD = 40  # milliseconds between two looks at the sound card
COLUMNS = 400  # of the large waveform


def write_flac(samples: np.ndarray, rate: int, path: Path) -> Path:
    """Write ``(n, channels)`` float32 samples as 16-bit FLAC; raises MachineError when the disk refuses."""
    import soundfile

    try:
        soundfile.write(path, np.clip(np.nan_to_num(samples), -1, 1), rate, subtype="PCM_16")
    except (OSError, soundfile.LibsndfileError) as error:
        raise MachineError(f"{path.name} could not be written.", "Make room on the disk and try again.") from error
    return path


@dataclass(frozen=True, eq=False)
class _Loaded:
    """The sound that is heard; what the engine hears of it, so 16 kHz."""

    number: int
    path: Path
    sound: Sound


class SoundDesk(QObject):
    """Connects the sounds' bin with the sound card.

    Without a device everything else goes on; the reason stands in the buttons' tooltips and in the panel.
    """

    def __init__(
        self,
        look: Look,
        device: AudioDevice,
        session: Session,
        sounds: Bin,
        desk: ReferenceDesk,
        background: Background,
        message_bar: MessageBar,
    ) -> None:
        super().__init__(sounds)
        self._device = device
        self._session = session
        self._bin = sounds
        self._desk = desk
        self._background = background
        self._bar = message_bar
        self._loaded: _Loaded | None = None
        self._playback: Playback | None = None
        self._recording: Recording | None = None
        self._from = 0.0  # seconds, where the playback began
        self._until = 0.0
        self._reading = 0  # the worker's task
        self._checked = False
        self._trouble = ""
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD)
        self._timer.timeout.connect(self._look)
        self.record_button = IconButton(look, "microphone", self.tr("Record a sound"), sounds)
        self.record_button.clicked.connect(self.record)
        sounds.add_head_button(self.record_button)
        self.panel = SoundPanel(look, sounds)
        self.record_panel = RecordPanel(look, sounds)
        for part in (self.panel, self.record_panel):
            sounds.add_below(part)
            part.hide()
        sounds.play_asked.connect(self.toggle)
        sounds.opened.connect(self.open)
        self.panel.play_asked.connect(self._toggle_shown)
        self.panel.sought.connect(self._seek)
        self.panel.trim_asked.connect(self._trim)
        self.panel.closed.connect(self.close_panel)
        self.record_panel.kept.connect(lambda: self._end_recording(keep=True))
        self.record_panel.dropped.connect(lambda: self._end_recording(keep=False))
        session.references_changed.connect(self._on_references)

    @property
    def playing(self) -> int:
        """Number of the sound that is heard; 0 when none is."""
        return self._loaded.number if self._playback is not None and self._loaded is not None else 0

    @property
    def recording(self) -> bool:
        """Whether the microphone is open."""
        return self._recording is not None

    # listening

    def toggle(self, number: int) -> None:
        """Play a sound from its start, or stop it."""
        if self.playing == number:
            self.stop()
        else:
            self._with(number, self._play)

    def open(self, number: int) -> None:
        """Show a sound large, to be listened to and trimmed."""

        def show(loaded: _Loaded) -> None:
            reference = self._desk.reference(number)
            if reference is not None:
                self.panel.show_sound(reference.title, outline(loaded.sound.samples, COLUMNS), self._length(loaded))
                self.panel.wave.setFocus(Qt.FocusReason.OtherFocusReason)

        self._check()
        self._with(number, show)

    def stop(self) -> None:
        """Silence."""
        playback, self._playback = self._playback, None
        if playback is not None:
            playback.stop()
        self._sync()

    def close_panel(self) -> None:
        """Put the large sound away."""
        self.stop()
        self.panel.hide()
        self._loaded = None

    def close(self) -> None:
        """Let the devices go."""
        self._end_recording(keep=False)
        self.stop()

    def _with(self, number: int, then: Callable[[_Loaded], None]) -> None:
        """Read the sound in the worker if it is another one than before, then go on with it."""
        reference = self._desk.reference(number)
        if reference is None:
            return
        self._background.forget(self._reading)  # the sound asked for before is not wanted any more
        if self._loaded is not None and (self._loaded.number, self._loaded.path) == (number, reference.path):
            then(self._loaded)
            return
        self.stop()
        self.panel.hide()

        def read(sound: Sound) -> None:
            self._loaded = _Loaded(number, reference.path, sound)
            then(self._loaded)

        self._reading = self._background.submit(lambda: read_sound(reference.path), read, self._say)

    def _length(self, loaded: _Loaded) -> float:
        return len(loaded.sound.samples) / loaded.sound.rate

    def _toggle_shown(self) -> None:
        if self._loaded is None:
            return
        if self._playback is not None:
            self.stop()
        else:
            self._play(self._loaded)

    def _play(self, loaded: _Loaded) -> None:
        """Play what the panel keeps of the sound, from its mark on; without the panel, the whole."""
        wave = self.panel.wave
        self._from, self._until = 0.0, self._length(loaded)
        if not self.panel.isHidden():
            self._until = wave.end
            inside = wave.start <= wave.position < wave.end - 0.01
            self._from = wave.position if inside else wave.start
        rate = loaded.sound.rate
        samples = loaded.sound.samples[round(self._from * rate) : round(self._until * rate)]
        try:
            self._playback = self._device.play(samples, rate)
        except MachineError as error:
            self._set_trouble(f"{error.message} {error.hint}")
            self._say(error)
            return
        self._sync()

    def _seek(self, seconds: float) -> None:
        if self._playback is not None and self._loaded is not None:
            self.stop()
            self.panel.set_position(seconds)
            self._play(self._loaded)

    def _trim(self, start: float, end: float) -> None:
        loaded = self._loaded
        reference = self._desk.reference(loaded.number) if loaded is not None else None
        if loaded is None or reference is None:
            return
        self.stop()
        rate = loaded.sound.rate
        part = loaded.sound.samples[round(start * rate) : round(end * rate)]
        path = self._desk.private.fresh(reference.title, ".flac")

        def written(made: Path) -> None:
            self._session.exchange_file(loaded.number, made, "trim sound")

        self._background.submit(lambda: write_flac(part, rate, path), written, self._say)

    # recording

    def record(self) -> None:
        """Open the microphone."""
        if self._recording is not None:
            return
        self.stop()
        try:
            self._recording = self._device.record()
        except MachineError as error:
            self.record_button.setToolTip(f"{error.message} {error.hint}")
            self._say(error)
            return
        self.record_panel.begin()
        self._sync()

    def _end_recording(self, *, keep: bool) -> None:
        recording, self._recording = self._recording, None
        self.record_panel.hide()
        if recording is not None:
            samples, rate = recording.stop()
            self.record_button.setFocus(Qt.FocusReason.OtherFocusReason)
            if keep:
                name = self.tr("recording")
                self._desk.make(name, ".flac", lambda path: write_flac(samples, rate, path))
        self._sync()

    # news

    def _look(self) -> None:
        """See how far the sound card is."""
        playback, recording = self._playback, self._recording
        if playback is not None:
            if playback.active:
                self.panel.set_position(min(self._from + playback.position, self._until))
            else:
                self.stop()
                self.panel.set_position(self.panel.wave.start)
        if recording is not None:
            self.record_panel.show_state(recording.seconds, recording.level())
            if not recording.active:
                self._bar.say(self.tr("The microphone has gone; what it recorded is kept."), kind="warning")
            if not recording.active or recording.seconds >= LONGEST_RECORDING:
                self._end_recording(keep=True)

    def _on_references(self) -> None:
        """A sound that was removed or exchanged is not heard any longer."""
        loaded = self._loaded
        if loaded is not None:
            reference = self._desk.reference(loaded.number)
            if reference is None:
                self.close_panel()
            elif reference.path != loaded.path:
                shown = not self.panel.isHidden()
                self.close_panel()
                if shown:
                    self.open(reference.number)
        if any(item.media is Media.sound for item in self._session.references):
            self._check()
        self._sync()

    def _check(self) -> None:
        """Ask once, in the worker, whether there is a sound card."""
        if not self._checked:
            self._checked = True
            self._background.submit(lambda: self._device.trouble(recording=False), self._set_trouble, self._say)

    def _set_trouble(self, why: str) -> None:
        self._trouble = why
        self.panel.set_trouble(why)
        self._sync()

    def _sync(self) -> None:
        """Bring buttons and timer into agreement with the state."""
        playing = self.playing
        for tile in self._bin.tiles:
            tile.set_playing(tile.reference.number == playing, self._trouble)
        self.panel.set_playing(bool(playing))
        self.record_button.setEnabled(self._recording is None)
        if self._playback is not None or self._recording is not None:
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def _say(self, error: OvertoneError) -> None:
        self._bar.say(error.message, error.hint, "warning")
