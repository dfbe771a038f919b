"""Who decodes the files of this process: the reader that an entry point gave, in a process of its own, or the caller.

Files are read in many places and threads, which share nothing but the process; hence the one list here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from engine.files import jpeg_blocks, photos, sounds
from engine.files.options import AS_SHOT, RawOptions, SaveOptions
from engine.files.sounds import Sound
from engine.picture import Photo


class Reader(Protocol):
    """Decodes files on behalf of :func:`read_photo`, :func:`read_reference` and :func:`read_sound`."""

    def start(self) -> None:
        """Get ready, without waiting for it."""
        ...

    def photo(self, path: Path, raw: RawOptions = AS_SHOT) -> Photo:
        """As :func:`read_photo`."""
        ...

    def reference(self, path: Path) -> Photo:
        """As :func:`read_reference`."""
        ...

    def sound(self, path: Path) -> Sound:
        """As :func:`read_sound`."""
        ...

    def patched(self, photo: Photo, before: bytes, options: SaveOptions) -> bytes | str:
        """As :func:`patched`."""
        ...


_readers: list[Reader] = []


@contextmanager
def reading_with(reader: Reader) -> Iterator[None]:
    """Within it, every thread of this process reads files through ``reader``."""
    _readers.append(reader)
    try:
        yield
    finally:
        _readers.remove(reader)


def prepare_reading() -> None:
    """Have the reader get ready, so that the first file need not wait for it."""
    if _readers:
        _readers[-1].start()


def read_photo(path: Path, raw: RawOptions = AS_SHOT) -> Photo:
    """A picture upright, in its own depth and colours; see :func:`engine.files.photos.read_photo`."""
    return _readers[-1].photo(path, raw) if _readers else photos.read_photo(path, raw)


def read_reference(path: Path) -> Photo:
    """A picture as 8-bit sRGB; see :func:`engine.files.photos.read_reference`."""
    return _readers[-1].reference(path) if _readers else photos.read_reference(path)


def read_sound(path: Path) -> Sound:
    """A sound at 16 kHz; see :func:`engine.files.sounds.read_sound`."""
    return _readers[-1].sound(path) if _readers else sounds.read_sound(path)


def patched(photo: Photo, before: bytes, options: SaveOptions) -> bytes | str:
    """A JPEG with only its changed blocks encoded anew; see :func:`engine.files.jpeg_blocks.patch`."""
    return (_readers[-1].patched if _readers else jpeg_blocks.patch)(photo, before, options)
