"""Sounds of any format, rate and channel count as samples at 16 kHz."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import BadInput
from engine.files.limits import check_sound
from engine.files.sniffing import first_bytes, media_of
from engine.values import Media

RATE = 16_000  # Hz, what both sound encoders work at
LONGEST = 3_600  # seconds read of one file; an hour at 16 kHz stereo is 0.46 GB
BLOCK, LARGEST_BLOCK = 10, 4_000_000  # seconds and samples decoded at a time
SILENCE = 1e-4  # peak below -80 dBFS counts as silent


@dataclass(frozen=True, eq=False)
class Sound:
    """Decoded sound.

    Attributes
    ----------
    samples
        ``(n, channels)`` float32, nominally -1 to 1, one or two channels.
    rate
        Samples per second.
    seconds
        Length of the whole file.
    notes
        What the user should know of how it was read.
    """

    samples: np.ndarray
    rate: int
    seconds: float
    notes: tuple[str, ...] = ()


def read_sound(path: Path) -> Sound:
    """Read a sound, resampled to 16 kHz, at most two channels and one hour of it.

    Raises
    ------
    BadInput
        When it is no sound, holds no samples, is silent or holds values that are not numbers.
    """
    import soundfile
    import soxr

    if media_of(first_bytes(path)) is not Media.sound:
        raise BadInput(f"{path.name} is not a sound that Overtone reads.", "Use WAV, FLAC, OGG or MP3.")
    blocks: list[np.ndarray] = []
    try:
        with soundfile.SoundFile(path) as file:
            check_sound(path.name, file.channels, file.samplerate)
            channels = min(file.channels, 2)
            seconds = file.frames / file.samplerate
            resample = soxr.ResampleStream(file.samplerate, RATE, channels, dtype="float32")
            wanted = min(file.frames, LONGEST * file.samplerate)
            while file.tell() < wanted:
                size = min(wanted - file.tell(), BLOCK * file.samplerate, LARGEST_BLOCK // file.channels)
                block = np.ascontiguousarray(file.read(size, dtype="float32", always_2d=True)[:, :channels])
                if not len(block):
                    break
                blocks.append(resample.resample_chunk(block))
            blocks.append(resample.resample_chunk(np.zeros((0, channels), np.float32), last=True))
    except (soundfile.LibsndfileError, RuntimeError, ValueError) as error:
        raise BadInput(f"{path.name} cannot be read as sound.", "Convert it to WAV, FLAC, OGG or MP3.") from error
    samples = np.concatenate([block.reshape(-1, channels) for block in blocks]) if blocks else np.empty((0, 1))
    if not len(samples):
        raise BadInput(f"{path.name} holds no sound.", "Choose a file with at least a moment of sound in it.")
    if not np.isfinite(samples).all():
        raise BadInput(f"{path.name} holds samples that are not numbers.", "Export it again from your audio program.")
    if np.abs(samples).max() < SILENCE:
        raise BadInput(f"{path.name} is silent.", "Choose a sound that can be heard.")
    notes = (f"Only the first hour of {path.name} was listened to.",) if seconds > LONGEST else ()
    return Sound(samples.astype(np.float32, copy=False), RATE, seconds, notes)
