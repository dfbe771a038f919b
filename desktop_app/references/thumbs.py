"""Small pictures of references: photographs scaled down, sounds as the outline of their waveform. Runs in a worker."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from desktop_app.canvas.pyramid import build
from engine.errors import BadInput
from engine.files import read_photo, read_sound
from engine.values import Media

SIDE = 192  # device pixels on the short side: sharp at twice the logical size
PEAKS = 96  # columns of a waveform


@dataclass(frozen=True, eq=False)
class Thumb:
    """What a bin shows of a file.

    Attributes
    ----------
    image
        Of a picture.
    peaks
        Of a sound: ``(PEAKS,)`` float32, the largest absolute sample of each column, 0 to 1 of the loudest.
    seconds
        Length of a sound.
    size
        Width and height of a picture in pixels.
    digest
        Of the file's bytes: files of the same content have the same one.
    """

    image: QImage | None = None
    peaks: np.ndarray | None = None
    seconds: float = 0.0
    size: tuple[int, int] = (0, 0)
    digest: bytes = b""


def outline(samples: np.ndarray, columns: int = PEAKS) -> np.ndarray:
    """``(n, channels)`` samples to ``(columns,)`` float32 peaks, scaled so that the loudest is 1."""
    loud = np.abs(samples).max(axis=1)
    edges = np.linspace(0, len(loud), columns + 1).astype(int)
    peaks = np.array([loud[a : max(b, a + 1)].max(initial=0.0) for a, b in itertools.pairwise(edges)], np.float32)
    top = peaks.max(initial=0.0)
    return peaks / top if top > 0 else peaks


def digest(path: Path) -> bytes:
    """A hash of a file's bytes; raises BadInput when the file has gone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").digest()
    except OSError as error:
        raise BadInput(f"{path.name} can no longer be read.", "Check that its disk is still there.") from error


def make(path: Path, media: Media) -> Thumb:
    """Read a file and draw it small; raises BadInput when it cannot be read."""
    if media is Media.sound:
        sound = read_sound(path)
        return Thumb(peaks=outline(sound.samples), seconds=sound.seconds, digest=digest(path))
    photo = read_photo(path)
    pyramid = build(photo)
    fitting = [i for i, level in enumerate(pyramid.levels) if min(level.shape[:2]) >= SIDE]
    image = pyramid.image(fitting[-1] if fitting else 0)
    short = min(image.width(), image.height())
    if short > SIDE:
        scaled = image.size() * (SIDE / short)
        image = image.scaled(scaled, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return Thumb(image=image.copy(), size=(photo.width, photo.height), digest=digest(path))


def clock(seconds: float) -> str:
    """A length as minutes and seconds, ``0:07``."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
