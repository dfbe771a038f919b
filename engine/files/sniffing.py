"""Whether a file is a picture or a sound, from its first bytes."""

from __future__ import annotations

import enum
import mmap
from pathlib import Path

from engine.errors import BadInput
from engine.values import Media

SOUND_SIGNATURES = (b"fLaC", b"OggS", b"ID3", b"FORM", b".snd", b"caff")
AVIF_BRANDS = (b"avif", b"avis")
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
KNOWN_TYPES = "JPEG, PNG, TIFF, WebP, HEIC, AVIF, JPEG XL or camera RAW"


class Kind(enum.StrEnum):
    """Type of a picture file."""

    jpeg = "JPEG"
    png = "PNG"
    gif = "GIF"
    tiff = "TIFF"
    webp = "WebP"
    heic = "HEIC"
    avif = "AVIF"
    jxl = "JPEG XL"
    raw = "camera RAW"


SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", Kind.jpeg),
    (b"\x89PNG\r\n\x1a\n", Kind.png),
    (b"GIF8", Kind.gif),
    (b"\xff\x0a", Kind.jxl),  # bare codestream
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", Kind.jxl),
    (b"II*\x00\x10\x00\x00\x00CR", Kind.raw),  # Canon CR2
    (b"IIU\x00", Kind.raw),  # Panasonic
    (b"IIRO", Kind.raw),  # Olympus
    (b"IIRS", Kind.raw),
    (b"MMOR", Kind.raw),
    (b"FUJIFILMCCD-RAW", Kind.raw),
    (b"FOVb", Kind.raw),  # Sigma
    (b"\x00MRM", Kind.raw),  # Minolta
    (b"II*\x00", Kind.tiff),  # little-endian
    (b"MM\x00*", Kind.tiff),  # big-endian
    (b"II+\x00", Kind.tiff),  # BigTIFF
    (b"MM\x00+", Kind.tiff),
)


def _is_mpeg_audio(head: bytes) -> bool:
    """Whether ``head`` begins with an MPEG audio frame header (11 sync bits, valid layer and bit rate)."""
    return len(head) >= 4 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0 and head[2] >> 4 != 0xF


def kind_of(head: bytes) -> Kind | None:
    """Type of a picture file from its first 16 bytes; nothing when it is none that is read.

    Most cameras' RAW files begin like any TIFF and are told apart by what the TIFF says of its samples.
    """
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.webp
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in AVIF_BRANDS:
            return Kind.avif
        if brand in HEIF_BRANDS:
            return Kind.heic
        return Kind.raw if brand == b"crx " else None  # Canon CR3
    return None


def media_of(head: bytes) -> Media | None:
    """Picture, sound or neither, from the first 16 bytes of a file."""
    if kind_of(head) is not None:
        return Media.image
    if head[:4] == b"RIFF":
        return Media.sound if head[8:12] == b"WAVE" else None
    if head[:4] in (b"RF64", b"RIFX") or head.startswith(SOUND_SIGNATURES) or head[4:8] == b"ftyp":
        return Media.sound
    return Media.sound if _is_mpeg_audio(head) else None


def first_bytes(path: Path, count: int = 16) -> bytes:
    """The first bytes of a file that must exist and hold something.

    Raises
    ------
    BadInput
        When the file is absent, a folder, empty or unreadable.
    """
    if path.is_dir():
        raise BadInput(f"{path.name} is a folder.", "Name a picture or sound file inside it.")
    if path.exists() and not path.is_file():  # a pipe or a device would be read without end
        raise BadInput(f"{path.name} is not a plain file.", "Name a picture or sound file.")
    try:
        with path.open("rb") as file:
            head = file.read(count)
    except FileNotFoundError:
        raise BadInput(f"There is no file {path}.", "Check the path.") from None
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read ({error.strerror}).", "Check its permissions.") from error
    if not head:
        raise BadInput(f"{path.name} is empty (0 bytes).", "Export or copy it again.")
    return head


def mapped(path: Path) -> memoryview:
    """A file's bytes where they lie; the file is let go with the last view of them.

    Raises
    ------
    OSError, ValueError
        When it cannot be read or is empty.
    """
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def sniff(path: Path) -> Media:
    """Say whether a file is a picture or a sound.

    Raises
    ------
    BadInput
        When it is neither, absent, empty or unreadable.
    """
    media = media_of(first_bytes(path))
    if media is None:
        raise BadInput(
            f"{path.name} is neither a picture nor a sound that Overtone reads.",
            f"Use {KNOWN_TYPES} pictures, WAV, FLAC, OGG or MP3 sounds.",
        )
    return media
