"""Files and folders of bundles on disk: there as a whole or not at all, and one clear line when the disk refuses."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from engine.errors import MachineError

AGAIN = "Run the command again; what was finished is kept."
SPARE = 64 << 20  # bytes left free on the disk beside what is written
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write(path: Path, content: bytes) -> None:
    """Write a file so that it is either there as a whole and on the disk, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Put a folder's entries on the disk."""
    if os.name != "posix":
        return  # Windows cannot open folders and orders its renames itself
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def swap(new: Path, target: Path) -> None:
    """Put the folder ``new`` in the place of ``target``; a run that ends between leaves what :func:`recover` mends."""
    remove(_old(target))
    if target.exists():
        target.rename(_old(target))
    new.rename(target)
    sync_folder(target.parent)
    remove(_old(target))


def recover(target: Path) -> None:
    """Put the earlier folder back when a run ended between the two renames of a swap."""
    if _old(target).is_dir() and not target.exists():
        _old(target).rename(target)


def link(source: Path, target: Path) -> None:
    """Have a file in a second place, by a hard link where the disk has them."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def remove(path: Path) -> None:
    """Delete a file or a folder with all that is in it; nothing where there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def need_space(home: Path, need: int, what: str) -> None:
    """See that ``need`` bytes fit on the disk of ``home``, with some to spare.

    Raises
    ------
    MachineError
        They do not.
    """
    free = shutil.disk_usage(home).free
    if need and free < need + SPARE:
        raise MachineError(
            f"{what} needs {(need + SPARE) / 1e6:,.0f} MB in {home}, and {free / 1e6:,.0f} MB are free.",
            "Free some space, or name another folder with OVERTONE_HOME.",
        )


@contextlib.contextmanager
def speaking_of(home: Path) -> Iterator[None]:
    """Turn faults of the disk into one clear line."""
    try:
        yield
    except OSError as fault:
        if fault.errno in FULL:
            raise MachineError(f"The disk of {home} is full.", f"Free some space. {AGAIN}") from fault
        if isinstance(fault, PermissionError) or fault.errno in (errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise MachineError(
                f"{home} cannot be written ({fault.strerror}).", "Name another folder with OVERTONE_HOME."
            ) from fault
        raise MachineError(f"The bundle could not be written to {home} ({fault}).") from fault


def _old(target: Path) -> Path:
    return target.with_name(f"{target.name}.old")
