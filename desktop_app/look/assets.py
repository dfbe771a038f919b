"""Where the editor's own resources lie: icons, themes, and the sample photo."""

from __future__ import annotations

from pathlib import Path

PICTURES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp")


def resources() -> Path:
    """The ``resources`` folder beside the packages."""
    return Path(__file__).resolve().parents[2] / "resources"


def sample_photo() -> Path | None:
    """The first sample photograph by name, or nothing when no samples are installed."""
    folder = resources() / "samples"
    for place in (folder / "photos", folder):
        if place.is_dir():
            photos = sorted(path for path in place.iterdir() if path.suffix.lower() in PICTURES)
            if photos:
                return photos[0]
    return None
