"""``overtone demo``: four edits on the shipped samples and one contact sheet of them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from engine.commands.common import EngineOption, progress, say
from engine.errors import BundleError
from engine.files import next_free_path, read_photo, write_photo
from engine.instruction import make
from engine.picture import Photo
from engine.serial import read_json
from engine.values import EditRequest, Settings

CELL = 640  # pixels across a picture on the sheet
MARGIN = 24
PAPER, INK, SOFT_INK = (245, 245, 243), (34, 34, 34), (110, 110, 110)


def demo(
    engine: EngineOption = "starter",
    out: Annotated[Path | None, typer.Option("--out", help="Where the contact sheet goes.")] = None,
) -> None:
    """Run four edits on the shipped samples and write a contact sheet in the current folder."""
    from engine.bundle.resources import resource
    from engine.pipeline import Engine

    folder = resource("samples")
    rows: list[tuple[Photo, Photo, str, str]] = []
    loaded = Engine.load(engine)
    for entry in demo_edits(folder):
        say(f"{entry['title']}: {entry['instruction']}")
        photo = read_photo(folder / entry["photo"])
        references = [folder / name for name in entry["refs"]]
        start = time.perf_counter()
        request = EditRequest(make(entry["instruction"], references), photo, settings=Settings(engine))
        result = loaded.edit(request, progress)
        say(f"  {result.plan.reply} ({time.perf_counter() - start:.1f} s)")
        given = ", ".join(f"[ref#{number}] {Path(name).name}" for number, name in enumerate(entry["refs"], 1))
        rows.append((photo, result.images[0], entry["instruction"], given))
    path = out or next_free_path(Path("overtone-demo.png"), "sheet")
    write_photo(Photo(contact_sheet(rows)), path)
    say(f"Wrote {path.resolve()}")


def demo_edits(folder: Path) -> list[dict[str, Any]]:
    """The demo's edits: title, photo, instruction and reference files of each."""
    path = folder / "demo.json"
    if not path.is_file():
        raise BundleError("The samples are missing from this installation.", "Install Overtone again.")
    return read_json(path)


def contact_sheet(rows: list[tuple[Photo, Photo, str, str]]) -> np.ndarray:
    """Before and after of each edit with its instruction, as ``(H, W, 3)`` uint8."""
    from PIL import Image, ImageDraw, ImageFont

    from engine.parts import small_floats

    font, small = ImageFont.load_default(22), ImageFont.load_default(16)
    cells = []
    for before, after, instruction, given in rows:
        pair = [Image.fromarray((small_floats(photo, CELL) * 255 + 0.5).astype(np.uint8)) for photo in (before, after)]
        cells.append((pair, instruction, given))
    heights = [max(picture.height for picture in pair) + 74 for pair, _, _ in cells]
    sheet = Image.new("RGB", (2 * CELL + 3 * MARGIN, sum(heights) + MARGIN), PAPER)
    draw = ImageDraw.Draw(sheet)
    top = MARGIN
    for (pair, instruction, given), height in zip(cells, heights, strict=True):
        draw.text((MARGIN, top), instruction, INK, font)
        draw.text((MARGIN, top + 28), given, SOFT_INK, small)
        for column, picture in enumerate(pair):
            sheet.paste(picture, (MARGIN + column * (CELL + MARGIN), top + 52))
        top += height
    return np.asarray(sheet)
