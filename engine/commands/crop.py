"""``overtone crop``: turn, straighten and crop a photo."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Annotated

import typer

from engine.clock import now
from engine.commands.common import JsonOption, OutOption, say, say_json
from engine.commands.file_options import takes_developing, takes_saving
from engine.commands.results import check_place, write_all
from engine.errors import BadInput
from engine.files import RawOptions, SaveOptions, read_photo
from engine.framing import Framing, check_degrees, check_turn, framed, largest_box, turned_size
from engine.picture import HistoryStep
from engine.serial import box_to_json
from engine.values import Box

BOX = re.compile(r"\s*(-?\d{1,7})\s*,\s*(-?\d{1,7})\s*,\s*(-?\d{1,7})\s*,\s*(-?\d{1,7})\s*")
ASPECT = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*:\s*(\d{1,6}(?:\.\d{1,6})?)\s*")
WIDEST = 1000.0  # times the short side


@takes_saving("quality", "metadata")
@takes_developing
def crop(
    photo: Annotated[Path, typer.Argument(help="The photo to crop.")],
    *,
    saving: SaveOptions,
    developing: RawOptions,
    turn: Annotated[int, typer.Option("--turn", help="Degrees clockwise: 90, 180 or 270. Done first.")] = 0,
    straighten: Annotated[
        float, typer.Option("--straighten", help="Degrees clockwise, -45 to 45, about the middle. Done second.")
    ] = 0.0,
    box: Annotated[
        str, typer.Option("--box", help="LEFT,TOP,RIGHT,BOTTOM of what is kept, in pixels. Done last.")
    ] = "",
    aspect: Annotated[
        str, typer.Option("--aspect", help="Keep the largest part in the middle of this shape, e.g. 3:2.")
    ] = "",
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Turn, straighten and crop a photo, in this order; only straightening resamples it."""
    check_turn(turn)
    check_degrees(straighten)
    if not (turn or straighten or box or aspect):
        raise BadInput("Nothing to do was named.", "Add --box, --aspect, --straighten or --turn.")
    if box and aspect:
        raise BadInput("--box and --aspect both say what is kept.", "Give one of them.")
    wanted, ratio = parsed_box(box) if box else None, parsed_aspect(aspect) if aspect else None
    check_place(out)
    source = read_photo(photo, developing)
    size = turned_size(source.width, source.height, turn)
    framing = Framing(source.width, source.height, turn, straighten, wanted or largest_box(*size, straighten, ratio))
    if framing.nothing:
        raise BadInput("All of the photo would be kept as it is.", "Name a smaller box or another shape.")
    done = HistoryStep(words(framing), "", 0, now())
    outputs, notes = write_all((framed(source, framing).with_step(done),), photo, out, saving)
    notes = [*source.notes, *notes]
    if as_json:
        said = {"turn": turn, "straighten": straighten, "box": box_to_json(framing.box)}
        say_json({"outputs": [str(path) for path in outputs], **said, "notes": notes})
        return
    for line in (*notes, *(f"Wrote {path}" for path in outputs)):
        say(line)


def parsed_box(text: str) -> Box:
    """A box from ``LEFT,TOP,RIGHT,BOTTOM``; raises BadInput when it is none."""
    match = BOX.fullmatch(text)
    if not match:
        raise BadInput(f"{text!r} is no box.", "Give LEFT,TOP,RIGHT,BOTTOM in pixels, e.g. --box 100,50,900,650.")
    return Box(*map(int, match.groups()))


def parsed_aspect(text: str) -> float:
    """Width over height from ``W:H``; raises BadInput when it is no ratio."""
    match = ASPECT.fullmatch(text)
    across, down = map(float, match.groups()) if match else (0.0, 0.0)
    if not across or not down or abs(math.log(across / down)) > math.log(WIDEST):
        raise BadInput(f"{text!r} is no aspect ratio.", "Give width to height, e.g. --aspect 3:2.")
    return across / down


def words(framing: Framing) -> str:
    """What was done, for the history of a saved file."""
    done = [f"turn by {framing.turn} degrees"] if framing.turn else []
    done += [] if framing.exact else [f"straighten by {framing.straighten:g} degrees"]
    if framing.box != Box(0, 0, *framing.turned):
        done.append(f"crop to {framing.box.width} × {framing.box.height}")
    return ", ".join(done)
