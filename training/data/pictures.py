"""Builds ``photos``: photographs of at most 2048 pixels with captions written by eye."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from training.data.licences import Licences
from training.data.sources import Sources
from training.data.tables import Names, grouped, slug, write_rows

LONGEST = 2048  # pixels
QUALITY = 92


def fresh_folder(folder: Path) -> Path:
    """The folder, emptied."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def package_stem(package: str) -> str:
    """The part of a package's name that its files' names begin with: ``lomiri`` of ``lomiri-wallpapers-16.04``."""
    return package.removeprefix("pypi:").partition("-")[0]


def build_photos(sources: Sources) -> int:
    """Write the photographs and their table; returns how many."""
    folder = fresh_folder(sources.root / "photos")
    licences, names = Licences(sources), Names()
    rows: list[dict[str, Any]] = []
    for prefix, line in grouped("photos"):
        file, caption = line.split("|")
        module = prefix.removesuffix("/")
        in_wheel = module in ("skimage", "sklearn")
        path = sources.wheel_folder(module) / file if in_wheel else sources.tree / (prefix + file)
        picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
        picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        credit = licences.credit(path)
        # Plasma's wallpapers are all called by their size; their folder has the name
        stem = file.split("/")[0] if "contents/images" in file else Path(file).stem
        name = names.take(slug(f"{package_stem(credit.package)}_{stem}"), ".jpg")
        picture.save(folder / name, quality=QUALITY, subsampling=0)
        rows.append(
            {
                "file": f"photos/{name}",
                "width": picture.width,
                "height": picture.height,
                "source_package": credit.package,
                "licence": credit.licence,
                "licence_class": credit.licence_class.value,
                "caption": caption,
                "author": credit.author,
                "source_url": credit.url,
                "source_path": prefix + file if in_wheel else sources.relative(path),
            }
        )
    write_rows(sources.root, "photos", rows)
    return len(rows)
