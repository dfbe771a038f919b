"""Whether a file is a picture or a sound, from its first bytes."""

from __future__ import annotations

from pathlib import Path

from engine.errors import BadInput
from engine.values import Media

PICTURE_SIGNATURES = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n\x1a\n",
    b"GIF8",
    b"II*\x00",  # TIFF, little-endian
    b"MM\x00*",  # TIFF, big-endian
    b"II+\x00",  # BigTIFF
    b"MM\x00+",
)
SOUND_SIGNATURES = (b"fLaC", b"OggS", b"ID3", b"FORM", b".snd", b"caff")
PICTURE_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis")


def _is_mpeg_audio(head: bytes) -> bool:
    """Whether ``head`` begins with an MPEG audio frame header (11 sync bits, valid layer and bit rate)."""
    return len(head) >= 4 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0 and head[2] >> 4 != 0xF


def media_of(head: bytes) -> Media | None:
    """Picture, sound or neither, from the first 16 bytes of a file."""
    if head.startswith(PICTURE_SIGNATURES):
        return Media.image
    if head[:4] == b"RIFF":
        return {b"WEBP": Media.image, b"WAVE": Media.sound}.get(head[8:12])
    if head[:4] in (b"RF64", b"RIFX") or head.startswith(SOUND_SIGNATURES):
        return Media.sound
    if head[4:8] == b"ftyp":
        return Media.image if head[8:12] in PICTURE_BRANDS else Media.sound
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
            "Use JPEG, PNG, TIFF, WebP, HEIC or AVIF pictures, WAV, FLAC, OGG or MP3 sounds.",
        )
    return media
