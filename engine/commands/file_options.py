"""Options of reading camera RAW files and of saving."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from engine.files.options import MOST_STOPS


class KeptMetadata(enum.Enum):
    """What of EXIF, XMP and IPTC is kept."""

    all = "all"
    no_place = "no-place"
    none = "none"


class Balance(enum.Enum):
    """White balance of a camera RAW file."""

    camera = "camera"
    auto = "auto"
    daylight = "daylight"


QualityOption = Annotated[
    int | None,
    typer.Option("--quality", min=1, max=100, help="Of JPEG, WebP and AVIF; like the photo's when not said."),
]
MetadataOption = Annotated[
    KeptMetadata, typer.Option("--metadata", help="Keep all, all but the place where it was taken, or none.")
]
WhiteBalanceOption = Annotated[Balance, typer.Option("--white-balance", help="Of a camera RAW file.")]
ExposureOption = Annotated[
    float, typer.Option("--exposure", min=-MOST_STOPS, max=MOST_STOPS, help="Of a camera RAW file, in stops.")
]
