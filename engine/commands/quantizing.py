"""``overtone models quantize``: a network in fewer bits, timed beside the original."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from engine.commands.common import JsonOption, say, say_json
from engine.errors import BadInput


def quantize(
    name: Annotated[str, typer.Argument(help="The bundle.")],
    component: Annotated[str, typer.Option("--component", help="The network's folder, e.g. decoder/unet.")],
    bits: Annotated[int, typer.Option("--bits", help="8 or 4.")] = 8,
    as_json: JsonOption = False,
) -> None:
    """Keep a copy of a network in 8 or 4 bits, and time it: a slow one is used only where memory asks for it."""
    from engine.bundle.progress import Lines
    from engine.bundle.quantizing import quantize as run
    from engine.quantized import MOST

    if bits == 8:
        measured = run(name, component, 8, progress=Lines())
    elif bits == 4:
        measured = run(name, component, 4, progress=Lines())
    else:
        raise BadInput(f"{bits} bits cannot be had.", "Take 8 or 4.")
    if as_json:
        say_json({"component": component, "bits": bits, **asdict(measured), "ratio": measured.ratio})
        return
    say(f"{component} in {bits} bits on {measured.device}: {measured.ratio:.2f} × the time, {measured.error:.1%} off")
    if measured.pays:
        say("It is taken wherever full precision would mean dropping or offloading networks.")
    else:
        say(f"That is more than {MOST} ×: it is taken only where memory leaves no other way.")
