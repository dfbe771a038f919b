"""The independent tools that make and judge the files of the E bars."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

PACKAGES = {
    "exiftool": "libimage-exiftool-perl",
    "vips": "libvips-tools",
    "convert": "imagemagick",
    "djpeg": "libjpeg-turbo-progs",
    "cjxl": "libjxl-tools",
    "djxl": "libjxl-tools",
    "heif-enc": "libheif-examples",
    "heif-convert": "libheif-examples",
    "transicc": "liblcms2-utils",
}
PROFILES = Path("/usr/share/color/icc/ghostscript")  # of the package libgs-common
REAL_CONVERT = Path("/usr/bin/convert")


def missing(*names: str) -> str:
    """What to install so that these tools are there; empty when they are."""
    packages = sorted({PACKAGES[name] for name in names if shutil.which(name) is None})
    return f"apt-get install {' '.join(packages)}" if packages else ""


def run(*command: object) -> str:
    """What a tool prints; its errors are the measurement's."""
    words = [str(REAL_CONVERT if each == "convert" and REAL_CONVERT.exists() else each) for each in command]
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.decode(errors='replace')[-300:]}")
    return done.stdout.decode(errors="replace")


def tags(paths: Sequence[Path]) -> dict[Path, dict[str, Any]]:
    """Every tag that exiftool finds in each file, named group:tag, as numbers where they are numbers."""
    said = json.loads(run("exiftool", "-j", "-G1", "-a", "-n", "-struct", *paths))
    return {Path(each.pop("SourceFile")): each for each in said}


def samples(path: Path, folder: Path) -> np.ndarray:
    """The samples of a picture as stored, ``(H, W, C)`` uint16, decoded by ImageMagick or djxl or libheif."""
    if path.suffix in (".jxl", ".avif", ".heic"):
        flat = folder / f"{path.name}.png"
        run("djxl", path, flat) if path.suffix == ".jxl" else run("heif-convert", path, flat)
        path = flat
    raw = folder / "samples.raw"
    size = run("convert", f"{path}[0]", "-format", "%w %h %[channels]", "info:")
    width, height, channels = size.split()[:3]
    kind = "rgba" if channels.endswith("a") else "rgb"
    run("convert", f"{path}[0]", "-set", "colorspace", "sRGB", "-depth", 16, "-endian", "LSB", f"{kind}:{raw}")
    return np.fromfile(raw, "<u2").reshape(int(height), int(width), len(kind))


def turned(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Stored pixels upright, as EXIF defines orientations."""
    match orientation:
        case 2:
            return pixels[:, ::-1]
        case 3:
            return pixels[::-1, ::-1]
        case 4:
            return pixels[::-1]
        case 5:
            return pixels.swapaxes(0, 1)
        case 6:
            return np.rot90(pixels, -1)
        case 7:
            return pixels[::-1, ::-1].swapaxes(0, 1)
        case 8:
            return np.rot90(pixels)
        case _:
            return pixels
