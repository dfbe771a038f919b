"""What the user chooses when reading a camera RAW file and when saving a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from engine.errors import BadInput
from engine.values import STRICT

Format = Literal["", "jpeg", "png", "tiff", "webp", "avif", "jxl"]
Profile = Literal["keep", "srgb", "display-p3"]
Metadata = Literal["all", "no-place", "none"]
WhiteBalance = Literal["camera", "auto", "daylight"]
MOST_STOPS = 3.0  # what LibRaw's exposure correction takes either way, in powers of two, without breaking highlights
LEAST_SIDE, MOST_SIDE = 16, 65_535  # pixels


@dataclass(frozen=True)
class SaveOptions:
    """How a picture is saved; what is left at its default follows the original file.

    Attributes
    ----------
    format
        Type of the file; empty takes it from the suffix of the file's name.
    quality
        1 to 100 for types that lose something; absent takes the original's quality if it is known, and no loss where
        the type allows that.
    depth
        8 or 16 bits a channel; absent keeps the photo's own where the type can hold it.
    profile
        Keep the photo's colour profile, or convert the colours.
    long_side
        Scale down so that the long side has at most so many pixels, 16 to 65535; absent keeps the size.
    metadata
        Keep EXIF, XMP and IPTC, all of it but the place where the photo was taken, or none.
    provenance
        Whether the file says that and how it was edited (IPTC DigitalSourceType and an XMP history).

    Raises
    ------
    BadInput
        When a value is out of its range.
    """

    format: Format = ""
    quality: int | None = None
    depth: Literal[8, 16] | None = None
    profile: Profile = "keep"
    long_side: int | None = None
    metadata: Metadata = "all"
    provenance: bool = True

    def __post_init__(self) -> None:
        _one_of("format", self.format, get_args(Format))
        _one_of("profile", self.profile, get_args(Profile))
        _one_of("metadata", self.metadata, get_args(Metadata))
        if self.quality is not None and not 1 <= self.quality <= 100:
            raise BadInput(f"A quality of {self.quality} is not possible.", "Take 1 to 100.")
        if self.depth not in (None, 8, 16):
            raise BadInput(f"{self.depth} bits a channel are not possible.", "Take 8 or 16.")
        if self.long_side is not None and not LEAST_SIDE <= self.long_side <= MOST_SIDE:
            raise BadInput(
                f"A long side of {self.long_side} pixels is not possible.", f"Take {LEAST_SIDE} to {MOST_SIDE}."
            )


@dataclass(frozen=True)
class RawOptions:
    """How a camera RAW file is developed.

    Attributes
    ----------
    white_balance
        As the camera noted it, judged from the picture, or the sensor's own for daylight.
    exposure
        Brighter or darker by so many stops, -3 to 3.

    Raises
    ------
    BadInput
        When a value is out of its range.
    """

    __pydantic_config__: ClassVar = STRICT

    white_balance: WhiteBalance = "camera"
    exposure: float = 0.0

    def __post_init__(self) -> None:
        _one_of("white balance", self.white_balance, get_args(WhiteBalance))
        if not -MOST_STOPS <= self.exposure <= MOST_STOPS:
            raise BadInput(f"An exposure of {self.exposure:g} stops is not possible.", "Take -3 to 3.")


def _one_of(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise BadInput(f"There is no {what} {value!r}.", f"Take one of {', '.join(each for each in known if each)}.")


AS_SHOT = RawOptions()
