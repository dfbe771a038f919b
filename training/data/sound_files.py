"""Reading any sound file as mono samples, tidying effects, and the containers that hold many sounds."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.errors import MachineError
from training.data.sources import run

EFFECT_RATE = 16_000  # Hz
LONGEST_EFFECT = 10.0  # seconds
SILENT_PEAK = 1e-3
QUIET = 10 ** (-50 / 20)  # of the peak: what counts as silence at the ends
PEAK = 0.9


def decode(file: Path, rate: int) -> np.ndarray:
    """The sound as ``(n,)`` float32 mono at ``rate`` Hz; empty when it cannot be decoded."""
    try:
        raw = run("ffmpeg", "-v", "error", "-i", file, "-f", "f32le", "-ac", "1", "-ar", str(rate), "-")
    except MachineError as error:
        if "missing" in error.message:
            raise
        return np.zeros(0, np.float32)
    return np.frombuffer(raw, "<f4").copy()


def tidy_effect(samples: np.ndarray) -> np.ndarray | None:
    """The effect without silence at its ends, at most ten seconds, at a peak of 0.9; nothing when it is silent."""
    if not len(samples):
        return None
    peak = np.abs(samples).max()
    if peak < SILENT_PEAK:
        return None
    loud = np.where(np.abs(samples) > peak * QUIET)[0]
    samples = samples[max(0, loud[0] - EFFECT_RATE // 50) : loud[-1] + EFFECT_RATE // 20]
    longest = int(LONGEST_EFFECT * EFFECT_RATE)
    if len(samples) > longest:
        samples = samples[:longest]
        fade = EFFECT_RATE // 4
        samples[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return (samples * (PEAK / np.abs(samples).max())).astype(np.float32)


def catalogue_sounds(file: Path) -> Iterator[tuple[str, bytes]]:
    """The label and WAV bytes of every sound of an OpenTTD sound catalogue (``opensfx.cat``)."""
    content = file.read_bytes()
    mask = 0x7FFFFFFF  # the highest bit of an offset marks the newer layout
    count = (struct.unpack("<I", content[:4])[0] & mask) // 8
    for index in range(count):
        offset, _size = struct.unpack("<II", content[index * 8 : index * 8 + 8])
        offset &= mask
        start = offset + 1 + content[offset]
        label = content[offset + 1 : start].split(b"\0")[0].decode("latin1")
        (length,) = struct.unpack("<I", content[start + 4 : start + 8])
        yield label, content[start : start + length + 8]
