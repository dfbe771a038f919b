"""Zip archives from elsewhere, read without trust: names, kinds and sizes are checked before a byte is unpacked.

Nothing is ever extracted by the archive's own names: a member is read by a name the caller knows, into memory or into a
file the caller has opened.
"""

from __future__ import annotations

import itertools
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from engine.errors import BadInput
from engine.files.sniffing import first_bytes

END, ZIP64_PLACE, ZIP64_END = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
END_SIZE, ZIP64_PLACE_SIZE, ZIP64_END_SIZE = 22, 20, 56  # bytes, the comment not counted
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}  # of Windows
BLOCK = 1 << 20  # bytes unpacked at a time


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive may hold.

    Attributes
    ----------
    members
        Entries at most.
    directory
        Bytes of the list of entries at most, checked before it is read.
    member, total
        Unpacked bytes of one member and of all at most.
    free, ratio
        An archive that unpacks to more than ``free`` bytes may be ``ratio`` times its own size at most.
    """

    members: int = 20_000
    directory: int = 8 << 20
    member: int = 4 << 30
    total: int = 32 << 30
    free: int = 1 << 30
    ratio: int = 200


class Archive:
    """An opened archive all of whose entries passed the checks; made by :func:`open_archive`."""

    def __init__(self, name: str, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> None:
        self._name, self._zip, self._members = name, archive, members

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files in it, with ``/``, in the archive's order; folders are not told."""
        return tuple(self._members)

    def size(self, member: str) -> int:
        """Unpacked bytes of a member.

        Raises
        ------
        BadInput
            When there is no such member.
        """
        return self._info(member).file_size

    def read(self, member: str, largest: int) -> bytes:
        """The bytes of a member.

        Parameters
        ----------
        member
            One of ``names``.
        largest
            Bytes that it may have.

        Raises
        ------
        BadInput
            When there is no such member, or it is larger, damaged or cut off.
        """
        info = self._info(member)
        if info.file_size > largest:
            raise BadInput(f"{member} in {self._name} is larger than the {largest} bytes it may have.", AGAIN)
        return b"".join(self._blocks(info))

    def copy(self, member: str, out: IO[bytes]) -> int:
        """Unpack a member into a file that the caller has opened; gives its bytes. Raises as :meth:`read`."""
        return sum(out.write(block) for block in self._blocks(self._info(member)))

    def _info(self, member: str) -> zipfile.ZipInfo:
        try:
            return self._members[member]
        except KeyError:
            raise BadInput(f"{self._name} lacks {member}.", AGAIN) from None

    def _blocks(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        with _speaking_of(self._name), self._zip.open(info) as file:
            left = info.file_size
            while left and (block := file.read(min(BLOCK, left))):
                left -= len(block)
                yield block
            if left or file.read(1):  # the read at the end is what compares the checksum
                raise zipfile.BadZipFile("the size is not the one that the list of entries tells")


AGAIN = "Use another copy of the file."


@contextmanager
def open_archive(path: Path, limits: ArchiveLimits | None = None) -> Iterator[Archive]:
    """Open a zip archive for reading.

    Parameters
    ----------
    path
        Of the archive.
    limits
        Other than the usual ones.

    Raises
    ------
    BadInput
        When it is absent, no zip archive, damaged or encrypted; has more or larger entries than the limits; or has an
        entry with a name that points outside (absolute, ``..``, a drive, a backslash), that stands twice (letter case
        aside, as on most desktops), is a link or a device, or shares its bytes with another.
    """
    limits = limits or ArchiveLimits()
    first_bytes(path)
    with _speaking_of(path.name):
        _check_directory(path, limits)
        archive = zipfile.ZipFile(path)
    with archive:
        yield Archive(path.name, archive, _checked(path, archive.infolist(), limits))


@contextmanager
def _speaking_of(name: str) -> Iterator[None]:
    """Faults of the archive as one line for the user."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, struct.error, UnicodeError) as error:
        raise BadInput(f"{name} is damaged or cut off.", AGAIN) from error
    except OSError as error:
        raise BadInput(f"{name} cannot be read ({error.strerror or 'damaged'}).", AGAIN) from error


def _check_directory(path: Path, limits: ArchiveLimits) -> None:
    """Refuse a list of entries that would not fit into memory; zipfile would read all of it."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        start = max(0, size - END_SIZE - 0xFFFF - ZIP64_PLACE_SIZE)
        file.seek(start)
        tail = file.read()
        at = tail.rfind(END)
        if at < 0 or at + END_SIZE > len(tail):
            raise zipfile.BadZipFile("no end record")
        count, listed = struct.unpack_from("<HI", tail, at + 10)
        if at >= ZIP64_PLACE_SIZE and tail[at - ZIP64_PLACE_SIZE : at].startswith(ZIP64_PLACE):
            (place,) = struct.unpack_from("<Q", tail, at - ZIP64_PLACE_SIZE + 8)
            file.seek(min(place, size))
            record = file.read(ZIP64_END_SIZE)
            if len(record) < ZIP64_END_SIZE or not record.startswith(ZIP64_END):
                raise zipfile.BadZipFile("no end record of zip64")
            count, listed = struct.unpack_from("<QQ", record, 32)
    if count > limits.members or listed > limits.directory:
        raise BadInput(f"{path.name} holds more than {limits.members} entries.", AGAIN)


def _checked(path: Path, infos: list[zipfile.ZipInfo], limits: ArchiveLimits) -> dict[str, zipfile.ZipInfo]:
    """The entries that are files, by name, after every check."""
    members: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    for info in infos:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not is_inside(info.filename) or kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise BadInput(f"{path.name} holds an entry that points outside of it; it was not opened.", AGAIN)
        if info.filename.casefold() in folded:
            raise BadInput(f"{path.name} holds two entries of one name.", AGAIN)
        if info.header_offset < 0:
            raise BadInput(f"{path.name} is damaged or cut off.", AGAIN)
        if info.flag_bits & 1 or info.compress_type not in METHODS:
            raise BadInput(f"{path.name} is packed or locked in a way that Overtone does not read.", AGAIN)
        folded.add(info.filename.casefold())
        if not info.is_dir():
            members[info.filename] = info
    total = sum(info.file_size for info in members.values())
    packed = path.stat().st_size
    largest = max((info.file_size for info in members.values()), default=0)
    if largest > limits.member or total > limits.total or total > max(limits.free, limits.ratio * packed):
        raise BadInput(f"{path.name} would unpack to {total / 1e9:.1f} GB, far more than it should.", AGAIN)
    spans = sorted((info.header_offset, info.header_offset + info.compress_size) for info in members.values())
    if any(end > start for (_, end), (start, _) in itertools.pairwise(spans)):
        raise BadInput(f"{path.name} holds entries that share their bytes.", AGAIN)
    return members


def is_inside(name: str) -> bool:
    """Whether a member's name stays inside whatever folder it is put into, on every system."""
    if not name or len(name) > 240 or name != name.strip() or any(ord(sign) < 32 for sign in name):
        return False
    parts = name.removesuffix("/").split("/")
    plain = all(part not in ("", ".", "..") and not part.endswith((".", " ")) for part in parts)
    reserved = any(PurePosixPath(part).stem.lower() in RESERVED for part in parts)
    return plain and not reserved and not any(sign in name for sign in '\\:*?"<>|')
