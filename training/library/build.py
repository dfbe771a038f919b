"""Builds the shipped reference library from ``table.jsonl`` and a data folder."""

from __future__ import annotations

import argparse
import io
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from engine.errors import BadInput
from training.data import items
from training.library.cutting import Outline, crop_to_visible, cut_out, ellipse

TABLE = Path(__file__).with_name("table.jsonl")
OUT = Path(__file__).parents[2] / "resources" / "library"
LONGEST = 640  # long side of a shipped cut-out, pixels
SHORTEST_LONG_SIDE = 224  # a smaller one is of no use in a photo
QUALITY = 88
STAMPS = "stamps"  # folder of the cut-outs under the GPL, with its text and their source beside them


@dataclass(frozen=True)
class Entry:
    """One line of the table: what to cut out of which photo, or which cut-out to take as it is."""

    id: str
    name: str
    caption: str
    file: str
    outline: Outline | None
    folder: str = ""


def entries(table: Path = TABLE) -> Iterator[Entry]:
    """The lines of the table."""
    for line in table.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "object" in row:
            yield Entry(row["id"], row["name"], row["caption"], row["object"], None, row.get("folder", ""))
            continue
        polygons = list(row.get("outline", []))
        if "ellipse" in row:
            polygons.append(ellipse(*row["ellipse"]))
        outline = Outline(
            tuple(polygons),
            row.get("mode", "edge"),
            row.get("band", 1.2),
            tuple(row.get("add", ())),
            tuple(row.get("cut", ())),
            row.get("inset", 0),
        )
        yield Entry(row["id"], row["name"], row["caption"], row["photo"], outline)


def make(entry: Entry, source: items.Item) -> np.ndarray:
    """The cut-out of one entry, ``(h, w, 4)`` uint8."""
    if entry.outline is not None:
        rgb = np.asarray(Image.open(source.path).convert("RGB"))
        return cut_out(rgb, entry.outline, LONGEST)
    picture = Image.open(source.path).convert("RGBA")
    return crop_to_visible(np.asarray(picture))


def encode(rgba: np.ndarray) -> bytes:
    """WebP bytes with lossy colour and lossless transparency; the same pixels give the same bytes."""
    out = io.BytesIO()
    Image.fromarray(rgba).save(out, "WEBP", quality=QUALITY, alpha_quality=100, method=4, exact=False)
    return out.getvalue()


def build(data: Path, out: Path = OUT, only: Sequence[str] = ()) -> list[dict[str, str]]:
    """Write the library: one WebP for each entry, ``library.json``, an array with one entry a line.

    Parameters
    ----------
    data
        A data folder made by ``python -m training.data build``.
    out
        The library's folder; its old cut-outs are replaced.
    only
        Ids to make; the rest of the folder is then left as it is and no table is written.

    Raises
    ------
    BadInput
        When the table names a photo that the data folder lacks, one whose licence forbids shipping, or an outline
        that gives too small a cut-out.
    """
    sources: dict[str, items.Item] = {item.file: item for item in items.photos(data)}
    sources |= {item.file: item for item in items.objects(data)}
    out.mkdir(parents=True, exist_ok=True)
    if not only:
        for old in out.rglob("*.webp"):
            old.unlink()
    rows: list[dict[str, str]] = []
    for entry in entries():
        if only and entry.id not in only:
            continue
        source = sources.get(entry.file)
        if source is None:
            raise BadInput(f"{entry.file}, named by the library's table, is not in {data}.", "Rebuild the data folder.")
        if not source.shippable and entry.folder != STAMPS:
            raise BadInput(f"{entry.file} is {source.licence}: it cannot ship in the library.")
        try:
            rgba = make(entry, source)
        except BadInput as error:
            raise BadInput(f"{entry.id}: {error.message}", error.hint) from error
        if max(rgba.shape[:2]) < SHORTEST_LONG_SIDE:
            raise BadInput(
                f"The cut-out {entry.id} is only {max(rgba.shape[:2])} pixels long.", "Take it from the table."
            )
        file = out / entry.folder / f"{entry.id}.webp"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(encode(rgba))
        rows.append(
            {
                "file": file.relative_to(out).as_posix(),
                "name": entry.name,
                "caption": entry.caption,
                "licence": source.licence,
                "author": source.author,
                "source": f"{source.package}: {source.source_path}",
                "photo": source.file,
            }
        )
    if not only:
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (out / "library.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return rows


def contact_sheets(folder: Path, out: Path, columns: int = 6, side: int = 250) -> list[Path]:
    """Sheets of the library's cut-outs over grey, dark and light grounds, to be looked at by eye."""
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(folder.rglob("*.webp"))
    grounds = ((128, 128, 128), (24, 28, 40), (236, 232, 224))
    sheets: list[Path] = []
    per_sheet = columns * 2
    for start in range(0, len(files), per_sheet):
        part = files[start : start + per_sheet]
        rows = -(-len(part) // columns)
        sheet = Image.new("RGB", (columns * side, rows * (len(grounds) * side + 14)))
        draw = ImageDraw.Draw(sheet)
        for index, file in enumerate(part):
            picture = Image.open(file).convert("RGBA")
            size = picture.size
            picture.thumbnail((side - 6, side - 6))
            x, top = index % columns * side, index // columns * (len(grounds) * side + 14)
            for k, ground in enumerate(grounds):
                tile = Image.new("RGB", (side, side), ground)
                tile.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2), picture)
                sheet.paste(tile, (x, top + k * side))
            draw.text((x + 2, top + len(grounds) * side), f"{file.stem} {size[0]}x{size[1]}", fill="white")
        path = out / f"library_{start // per_sheet:02d}.jpg"
        sheet.save(path, quality=88)
        sheets.append(path)
    return sheets


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line: ``python -m training.library [DATA] [--out FOLDER] [--sheets FOLDER] [--only ID]…``."""
    parser = argparse.ArgumentParser(prog="python -m training.library", description=__doc__)
    parser.add_argument("data", nargs="?", help=f"data folder; default: what {items.DATA_VARIABLE} names")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--sheets", type=Path, help="also write contact sheets here")
    parser.add_argument("--only", action="append", default=[], metavar="ID")
    chosen = parser.parse_args(arguments)
    rows = build(items.data_folder(chosen.data), chosen.out, chosen.only)
    print(f"{len(rows)} cut-outs in {chosen.out}")
    if chosen.sheets:
        picked = chosen.out
        if chosen.only:
            picked = chosen.sheets / "picked"
            shutil.rmtree(picked, ignore_errors=True)
            picked.mkdir(parents=True)
            for row in rows:
                shutil.copy(chosen.out / row["file"], picked)
        for sheet in contact_sheets(picked, chosen.sheets):
            print(sheet)
