"""Atomic writes: a file is there whole or not at all, and nothing is ever overwritten by accident."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path

from engine.errors import BadInput, MachineError
from engine.files.disk import Disk, write_whole
from engine.files.formats import suffix_for

DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG}


def write_fault(path: Path, error: OSError) -> BadInput | MachineError:
    """The user's sentence for a failed write to ``path``."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return MachineError(f"No space left to write {path.name}.", "Free some disk space or choose another folder.")
    if error.errno in DISK_FAULTS:
        return MachineError(f"The disk refused to write {path.name} ({error.strerror}).", "Choose another folder.")
    return BadInput(f"{path} cannot be written ({error.strerror}).", "Choose another place.")


def write_bytes(path: Path, data: bytes, disk: Disk | None = None) -> None:
    """Write ``data`` to ``path``; see :func:`write_parts`."""
    write_parts(path, (data,), disk)


def write_parts(path: Path, parts: Sequence[bytes | memoryview], disk: Disk | None = None) -> None:
    """Write ``parts`` in turn, through a temporary file in the same folder, synced before it takes the name.

    Raises
    ------
    BadInput, MachineError
        When the folder is absent, not writable or full; nothing is left behind.
    """
    try:
        write_whole(path, lambda file: file.writelines(parts), disk)
    except OSError as error:
        raise write_fault(path, error) from error


def next_free_path(source: Path, word: str = "edit", suffix: str | None = None) -> Path:
    """The first of ``NAME-word-1.EXT``, ``NAME-word-2.EXT``… beside ``source`` that does not exist.

    A suffix whose type cannot be written gives way to one that holds as much.
    """
    suffix = suffix_for(source) if suffix is None else suffix
    number = 1
    while (path := source.with_name(f"{source.stem}-{word}-{number}{suffix}")).exists():
        number += 1
    return path
