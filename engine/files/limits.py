"""How much a file may unpack to, checked from its header before anything is allocated."""

from __future__ import annotations

from engine.errors import BadInput

FREE = 128 << 20  # bytes that any file may unpack to
RATIO = 2_000  # times its size, beyond that; blank PNG and JPEG files come to 1,000, photographs to 200
CHANNELS = 64  # of a sound
SLOWEST, FASTEST = 1_000, 1_000_000  # samples per second


def check_unpacked(name: str, unpacked: int, packed: int) -> None:
    """Refuse a decompression bomb.

    Parameters
    ----------
    name
        Of the file.
    unpacked, packed
        Bytes that its content would take, and bytes of the file.

    Raises
    ------
    BadInput
        When it would unpack to far more than its size.
    """
    if unpacked > max(FREE, RATIO * packed):
        sizes = f"from {packed / 1e3:.0f} KB to {unpacked / 1e6:.0f} MB"
        raise BadInput(f"{name} would unpack {sizes}, as no picture or sound does.", "Export or copy it again.")


def check_sound(name: str, channels: int, rate: int) -> None:
    """Refuse what no recording has.

    Raises
    ------
    BadInput
        For more channels, or a lower or higher rate in Hz, than are stated.
    """
    if channels > CHANNELS or not SLOWEST <= rate <= FASTEST:
        text = f"{name} claims {channels} channels at {rate} Hz, as no recording has."
        raise BadInput(text, "Export it again from your audio program.")
