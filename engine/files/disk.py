"""Every operation that changes what lies on a disk, one method each; checks record these calls and make them fail."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

BUFFER = 1 << 20  # bytes gathered before they are written
BINARY = getattr(os, "O_BINARY", 0)  # Windows would translate line ends


class Disk:
    """The operations as the system does them; any of them raises OSError."""

    def make_folder(self, path: Path) -> None:
        """Make a folder, private to the user, in one that is there."""
        path.mkdir(mode=0o700, exist_ok=True)

    def create(self, path: Path) -> int:
        """Make a file that must not be there yet; returns its handle."""
        return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | BINARY, 0o666)

    def write(self, handle: int, data: bytes | memoryview) -> int:
        """Write at the end; returns how many bytes were taken."""
        return os.write(handle, data)

    def sync(self, handle: int) -> None:
        """Wait until what was written lies on the disk."""
        os.fsync(handle)

    def close(self, handle: int) -> None:
        """Let the handle go."""
        os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file another name, in the place of whatever has it."""
        source.replace(target)

    def sync_folder(self, path: Path) -> None:
        """Wait until the folder's names lie on the disk, where the system can."""
        if os.name == "nt":
            return
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network drives cannot
                raise
        finally:
            os.close(handle)

    def remove(self, path: Path) -> None:
        """Remove a file, or an empty folder; one that is not there is fine."""
        with contextlib.suppress(FileNotFoundError):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


class _Stream(io.RawIOBase):
    """A file being written, in order, through a :class:`Disk`."""

    def __init__(self, disk: Disk, handle: int) -> None:
        super().__init__()
        self._disk = disk
        self._handle: int | None = handle

    def writable(self) -> bool:
        """See RawIOBase."""
        return True

    def write(self, data: Any, /) -> int:
        """See RawIOBase."""
        if self._handle is None:
            raise ValueError("the file is closed")
        return self._disk.write(self._handle, data)

    def let_go(self) -> None:
        """Write nothing more: a buffer dropped later must not reach another file that has got the same handle."""
        self._handle = None


def make_folders(path: Path, disk: Disk) -> None:
    """Make a folder and those above it that are missing, so that their names lie on the disk; raises OSError."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        disk.make_folder(folder)
        disk.sync_folder(folder.parent)


def write_whole(path: Path, fill: Callable[[BinaryIO], object], disk: Disk | None = None) -> None:
    """Write a file that is there whole or not at all: data, sync, rename, sync of the folder.

    Parameters
    ----------
    path
        Where; a file that is there stays as it is until the new one is safe.
    fill
        Writes the content to a stream that only goes forwards.

    Raises
    ------
    OSError
        When any step fails; nothing is left behind.
    """
    disk = disk or Disk()
    temporary = path.with_name(f".overtone-{secrets.token_hex(8)}")
    handle = disk.create(temporary)
    raw = _Stream(disk, handle)
    stream = io.BufferedWriter(raw, BUFFER)
    try:
        try:
            fill(stream)
            stream.flush()
            disk.sync(handle)
        finally:
            raw.let_go()
            disk.close(handle)
        disk.rename(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):  # the first fault is the one to tell
            disk.remove(temporary)
        raise
    disk.sync_folder(path.parent)
