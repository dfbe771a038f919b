"""Builds ``objects``: cut-outs with transparency, named, sorted into categories and paired with their own sounds."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from training.data.clipart import clipart
from training.data.licences import Licences
from training.data.pictures import fresh_folder
from training.data.sources import Sources, run
from training.data.stamps import stamps
from training.data.tables import Names, lines, slug, write_rows

LONGEST = 512  # pixels
SMALLEST = 24
SMALLEST_CLIPART = 64
ARTICLE = re.compile(r"^(a pair of|a bunch of|a piece of|a group of|some|an|a|the) ")


def drawn_vector(path: Path) -> Image.Image:
    """An SVG file rendered at 512 pixels."""
    size = str(LONGEST)
    return Image.open(io.BytesIO(run("rsvg-convert", "-w", size, "-h", size, "--keep-aspect-ratio", path)))


def open_picture(path: Path) -> Image.Image:
    """A picture file, drawn or not."""
    return drawn_vector(path) if path.suffix in (".svg", ".svgz") else Image.open(path)


def cropped(picture: Image.Image, smallest: int = SMALLEST) -> Image.Image | None:
    """The picture cropped to what shows, at most 512 pixels; nothing when it is opaque, empty or too small."""
    picture = picture.convert("RGBA")
    opacity = np.asarray(picture)[..., 3]
    if (opacity < 128).mean() < 0.01:
        return None
    rows, columns = np.where(opacity > 8)
    if not len(columns):
        return None
    picture = picture.crop((int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1))
    if max(picture.size) < smallest:
        return None
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    return picture


@dataclass
class Collection:
    """The cut-outs taken so far; equal pictures are taken once."""

    sources: Sources
    folder: Path
    licences: Licences
    names: Names = field(default_factory=Names)
    rows: list[dict[str, Any]] = field(default_factory=list)
    own_sounds: list[tuple[Path, str]] = field(default_factory=list)
    _seen: set[bytes] = field(default_factory=set)

    def add(
        self,
        picture: Image.Image,
        base: str,
        caption: str,
        category: str,
        is_photo: bool,
        path: Path,
        sound: Path | None = None,
        text: str = "",
    ) -> None:
        """Take a picture, unless it has no transparency, is too small or was taken before."""
        cut = cropped(picture)
        if cut is None:
            return
        digest = hashlib.md5(cut.tobytes(), usedforsecurity=False).digest()
        if digest in self._seen:
            return
        self._seen.add(digest)
        credit = self.licences.credit(path)
        name = self.names.take(slug(base), ".png")
        cut.save(self.folder / name, optimize=True)
        row: dict[str, Any] = {
            "file": f"objects/{name}",
            "name": ARTICLE.sub("", caption),
            "caption": caption,
            "category": category,
            "is_photo": is_photo,
            "sound": None,
            "width": cut.width,
            "height": cut.height,
            "source_package": credit.package,
            "licence": credit.licence,
            "licence_class": credit.licence_class.value,
            "author": credit.author,
            "source_url": credit.url,
            "source_path": self.sources.relative(path),
        }
        if text:
            row["source_text"] = text
        self.rows.append(row)
        if sound:
            self.own_sounds.append((sound, row["file"]))


def _add_gcompris(collection: Collection) -> None:
    activities = collection.sources.gcompris / "src/activities"
    folder = ""
    for line in lines("gcompris_objects"):
        if not line.startswith(">"):
            folder = line
            continue
        file, photo, category, caption = line[1:].split("|")
        choices = [activities / (folder + file + extension) for extension in ("", ".webp", ".svg", ".svgz")]
        path = next((choice for choice in choices if choice.is_file()), None)
        if path is None:
            print(f"missing: {folder}{file}")
            continue
        picture = open_picture(path).convert("RGBA")
        if folder.startswith("clickgame"):  # two frames of an animation, side by side
            picture = picture.crop((0, 0, picture.width // 2, picture.height))
        sound = activities / (folder + "chickens.ogg") if file.startswith("chicken") else path.with_suffix(".ogg")
        base = "gcompris_" + file.split(".")[0]
        collection.add(picture, base, caption, category, photo == "1", path, sound if sound.is_file() else None)


def _add_scratch_and_ulcc(collection: Collection) -> None:
    tree = collection.sources.tree
    dictionaries = tree / "ulcc/usr/share"
    for line in lines("scratch"):
        file, photo, category, caption = line.split("|")
        path, prefix = tree / "scratch/usr/share/scratch/Media/Costumes" / file, "scratch_"
        if not path.is_file():
            found = sorted(dictionaries.glob(f"**/dictionaries/{file}"))
            if not found:
                print(f"missing: {file}")
                continue
            path, prefix = found[0], "ulcc_"
        collection.add(Image.open(path), prefix + Path(file).stem, caption, category, photo == "1", path)


def build_objects(sources: Sources) -> int:
    """Write the cut-outs and their table; returns how many. Which sound is whose is kept for :func:`own_sounds`."""
    folder = fresh_folder(sources.root / "objects")
    collection = Collection(sources, folder, Licences(sources))
    for stamp in stamps(sources):
        collection.add(
            open_picture(stamp.path),
            "tuxpaint_" + stamp.path.stem,
            stamp.caption,
            stamp.category,
            stamp.is_photo,
            stamp.path,
            stamp.sound,
            stamp.text,
        )
    _add_gcompris(collection)
    _add_scratch_and_ulcc(collection)
    for drawing in clipart(sources):
        picture = Image.open(drawing.path)
        picture.thumbnail((1600, 1600))
        cut = cropped(picture, SMALLEST_CLIPART)
        if cut is None or (np.asarray(cut)[..., 3] < 128).mean() < 0.03:
            continue
        collection.add(cut, "clipart_" + slug(drawing.noun), drawing.caption, drawing.category, False, drawing.path)
    write_rows(sources.root, "objects", collection.rows)
    kept = ({"sound": sources.relative(sound), "object": file} for sound, file in collection.own_sounds)
    (sources.root / "pairs").mkdir(exist_ok=True)
    write_rows(sources.root, "pairs", kept)
    return len(collection.rows)
