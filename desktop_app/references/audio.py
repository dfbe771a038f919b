"""The way to loudspeakers and microphone: a small protocol, and PortAudio behind it, imported when first needed."""

from __future__ import annotations

import threading
from typing import Any, Protocol

import numpy as np

from engine.errors import MachineError

RECORD_RATE = 44_100  # Hz; every device has it
LONGEST_RECORDING = 300.0  # seconds


class Playback(Protocol):
    """Sound being played."""

    @property
    def position(self) -> float:
        """Seconds played."""
        ...

    @property
    def active(self) -> bool:
        """Whether it still sounds; false at the end, or when the device has gone."""
        ...

    def stop(self) -> None:
        """Silence at once."""
        ...


class Recording(Protocol):
    """Sound being recorded."""

    @property
    def seconds(self) -> float:
        """Recorded so far."""
        ...

    @property
    def active(self) -> bool:
        """Whether it still records; false when the device has gone."""
        ...

    def level(self) -> float:
        """The largest sample since the last call, 0 to 1."""
        ...

    def stop(self) -> tuple[np.ndarray, int]:
        """End it; gives ``(n, 1)`` float32 samples and their rate."""
        ...


class AudioDevice(Protocol):
    """What the editor needs of a sound card."""

    def trouble(self, *, recording: bool) -> str:
        """Why nothing can be played or recorded, in one sentence; empty when it can. May take a second."""
        ...

    def play(self, samples: np.ndarray, rate: int) -> Playback:
        """Play ``(n, channels)`` float32 samples; raises MachineError when the device refuses."""
        ...

    def record(self) -> Recording:
        """Begin to record; raises MachineError when the device refuses."""
        ...


class PortAudio:
    """The system's default devices."""

    def trouble(self, *, recording: bool) -> str:
        """See :meth:`AudioDevice.trouble`."""
        try:
            sounddevice = _library()
        except MachineError as error:
            return f"{error.message} {error.hint}"
        kind = "input" if recording else "output"
        try:
            sounddevice.query_devices(kind=kind)
        except (sounddevice.PortAudioError, ValueError):
            return "No microphone was found." if recording else "No loudspeaker was found."
        return ""

    def play(self, samples: np.ndarray, rate: int) -> Playback:
        """See :meth:`AudioDevice.play`."""
        return _Playing(_library(), samples, rate)

    def record(self) -> Recording:
        """See :meth:`AudioDevice.record`."""
        return _Recording(_library())


def _library() -> Any:
    """The sounddevice module.

    Raises
    ------
    MachineError
        When PortAudio is not installed.
    """
    try:
        import sounddevice
    except OSError as error:  # PortAudio itself is a system library on Linux
        raise MachineError(
            "Sound cannot be played or recorded: PortAudio is not installed.",
            "Install libportaudio2 and start Overtone again.",
        ) from error
    return sounddevice


class _Playing:
    """A stream that PortAudio draws from in its own thread."""

    def __init__(self, library: Any, samples: np.ndarray, rate: int) -> None:
        self._library = library
        self._samples = samples
        self._rate = rate
        self._next = 0
        try:
            self._stream = library.OutputStream(
                samplerate=rate, channels=samples.shape[1], dtype="float32", callback=self._fill
            )
            self._stream.start()
        except (library.PortAudioError, ValueError) as error:
            raise MachineError("The loudspeaker cannot be used.", "Check that it is plugged in.") from error

    @property
    def position(self) -> float:
        """See :attr:`Playback.position`."""
        return self._next / self._rate

    @property
    def active(self) -> bool:
        """See :attr:`Playback.active`."""
        try:
            return bool(self._stream.active)
        except self._library.PortAudioError:
            return False

    def stop(self) -> None:
        """See :meth:`Playback.stop`."""
        _close(self._library, self._stream)

    def _fill(self, out: np.ndarray, frames: int, _time: Any, _status: Any) -> None:
        part = self._samples[self._next : self._next + frames]
        out[: len(part)] = part
        out[len(part) :] = 0
        self._next += len(part)
        if len(part) < frames:
            raise self._library.CallbackStop


class _Recording:
    """A stream that PortAudio pours into in its own thread."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._blocks: list[np.ndarray] = []
        self._frames = 0
        self._peak = 0.0
        try:
            self._stream = library.InputStream(samplerate=RECORD_RATE, channels=1, dtype="float32", callback=self._take)
            self._stream.start()
        except (library.PortAudioError, ValueError) as error:
            raise MachineError(
                "The microphone cannot be used.", "Check that it is plugged in and that this program may listen."
            ) from error

    @property
    def seconds(self) -> float:
        """See :attr:`Recording.seconds`."""
        return self._frames / RECORD_RATE

    @property
    def active(self) -> bool:
        """See :attr:`Recording.active`."""
        try:
            return bool(self._stream.active)
        except self._library.PortAudioError:
            return False

    def level(self) -> float:
        """See :meth:`Recording.level`."""
        with self._lock:
            peak, self._peak = self._peak, 0.0
        return peak

    def stop(self) -> tuple[np.ndarray, int]:
        """See :meth:`Recording.stop`."""
        _close(self._library, self._stream)
        with self._lock:
            return np.concatenate([np.zeros((0, 1), np.float32), *self._blocks]), RECORD_RATE

    def _take(self, block: np.ndarray, _frames: int, _time: Any, _status: Any) -> None:
        with self._lock:
            self._blocks.append(block.copy())
            self._frames += len(block)
            self._peak = max(self._peak, float(np.abs(block).max(initial=0.0)))


def _close(library: Any, stream: Any) -> None:
    try:
        stream.abort()
        stream.close()
    except library.PortAudioError:  # the device has gone, and its stream with it
        return
