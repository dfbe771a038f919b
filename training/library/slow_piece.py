"""A short slow piece in A minor for piano, written for the samples: the counterpart of a cheerful folk tune."""

from __future__ import annotations

import numpy as np

RATE = 22_050  # Hz
BEAT = 60 / 52  # seconds
LENGTH = 23.6  # seconds
# bass note and the three notes above it, as MIDI numbers, one chord for four beats
CHORDS = ((45, (57, 60, 64)), (41, (57, 60, 65)), (38, (57, 62, 65)), (40, (56, 59, 64)), (45, (57, 60, 64)))
# beat, MIDI number, length in beats
MELODY = (
    (0, 76, 2),
    (2, 74, 1),
    (3, 72, 1),
    (4, 72, 3),
    (7, 69, 1),
    (8, 77, 2),
    (10, 76, 1),
    (11, 74, 1),
    (12, 74, 1.5),
    (13.5, 72, 0.5),
    (14, 71, 2),
    (16, 69, 4),
)


def struck(number: int, seconds: float, loudness: float) -> np.ndarray:
    """A struck string: eight slightly stretched partials, the higher ones softer and dying sooner."""
    pitch = 440.0 * 2 ** ((number - 69) / 12)
    time = np.arange(int(seconds * RATE)) / RATE
    sound = np.zeros(len(time))
    for partial in range(1, 9):
        frequency = pitch * partial * np.sqrt(1 + 3e-4 * partial**2)
        decay = (0.7 + 0.45 * partial) * (pitch / 220) ** 0.4
        sound += np.sin(2 * np.pi * frequency * time) * np.exp(-decay * time) / partial**1.6
    return loudness * sound * np.minimum(1, time / 0.012) * np.minimum(1, (seconds - time) / 0.15)


def slow_piece() -> np.ndarray:
    """The piece in a small room, ``(n,)`` float32 at 22,050 Hz; the same samples each time."""
    dry = np.zeros(int(24 * RATE))

    def put(beat: float, number: int, seconds: float, loudness: float) -> None:
        sound = struck(number, seconds, loudness)
        start = int(beat * BEAT * RATE)
        stop = min(len(dry), start + len(sound))
        dry[start:stop] += sound[: stop - start]

    for index, (bass, notes) in enumerate(CHORDS):
        put(4 * index, bass, 4 * BEAT, 0.5)
        put(4 * index, bass - 12, 4 * BEAT, 0.3)
        for beat in range(4):
            put(4 * index + beat, notes[beat % 3], 2.2 * BEAT, 0.16)
    for beat, number, beats in MELODY:
        put(beat, number, beats * BEAT + 0.6, 0.34)
    room = np.random.default_rng(1).normal(size=int(1.8 * RATE)) * 0.02
    room *= np.exp(-3.2 * np.arange(len(room)) / RATE)
    room = np.convolve(room, np.ones(6) / 6, "same")
    size = 2 * len(dry)
    wet = np.fft.irfft(np.fft.rfft(dry, size) * np.fft.rfft(room, size))[: len(dry)]
    piece = (dry + 0.6 * wet)[: int(LENGTH * RATE)]
    piece[-RATE:] *= np.linspace(1, 0, RATE)
    return (piece * (0.8 / np.abs(piece).max())).astype(np.float32)
