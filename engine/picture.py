"""The photo as a value: pixels at the file's own depth, plus what must travel with them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class HistoryStep:
    """One step of how a picture came about, written into saved files.

    Attributes
    ----------
    instruction
        What was asked, in words.
    engine, seed
        What did it; no engine, an empty name, when pixels were only kept, moved or resampled by hand.
    when
        ISO 8601, with the zone; empty when it is not known.
    made
        Whether the whole picture was made anew, not edited.
    """

    instruction: str
    engine: str
    seed: int
    when: str = ""
    made: bool = False


@dataclass(frozen=True, eq=False)
class Photo:
    """A decoded picture, upright, never modified in place.

    Attributes
    ----------
    pixels
        ``(H, W, 3)`` or ``(H, W, 4)`` with straight transparency last; uint8 or uint16, display-encoded (sRGB curve or
        the profile's own). Read-only.
    icc
        Embedded colour profile, bytes as in the file; absent means sRGB.
    metadata
        Named metadata blocks of the file as bytes, kept for writing: "exif" (a TIFF stream), "xmp" (a packet), "iptc"
        (records), "photoshop" (image resources), "png" (text chunks).
    notes
        What was done to read it that the user should know ("the first of 12 frames was taken").
    history
        What was done to it since it was read, oldest first.
    """

    pixels: np.ndarray
    icc: bytes | None = None
    metadata: dict[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    history: tuple[HistoryStep, ...] = ()

    def __post_init__(self) -> None:
        if (
            self.pixels.dtype not in (np.uint8, np.uint16)
            or self.pixels.ndim != 3
            or self.pixels.shape[2] not in (3, 4)
        ):
            raise ValueError(
                f"photo pixels must be (H, W, 3 or 4) uint8 or uint16, not {self.pixels.shape} {self.pixels.dtype}"
            )
        self.pixels.flags.writeable = False

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.pixels.shape[1]

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.pixels.shape[0]

    @property
    def white(self) -> int:
        """The largest code value: 255 or 65535."""
        return int(np.iinfo(self.pixels.dtype).max)

    @property
    def rgb(self) -> np.ndarray:
        """``(H, W, 3)`` view without transparency."""
        return self.pixels[..., :3]

    @property
    def transparency(self) -> np.ndarray | None:
        """``(H, W)`` float32, 0 to 1, or absent when the picture is opaque."""
        if self.pixels.shape[2] == 3:
            return None
        return self.pixels[..., 3].astype(np.float32) / self.white

    def floats(self) -> np.ndarray:
        """``(H, W, 3)`` float32, 0 to 1, display-encoded."""
        return self.rgb.astype(np.float32) / self.white

    def with_pixels(self, pixels: np.ndarray) -> Photo:
        """The same photo with other pixels."""
        return replace(self, pixels=pixels)

    def with_step(self, step: HistoryStep) -> Photo:
        """The same photo with one more step in its history."""
        return replace(self, history=(*self.history, step))
