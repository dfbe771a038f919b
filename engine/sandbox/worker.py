"""The reading process: takes requests from standard input, answers on what was its standard output, until that ends.

Started by :mod:`engine.sandbox.process` as ``python -m engine.sandbox.worker PARENT MEMORY [writing]``.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import BinaryIO

from engine.errors import BadInput, OvertoneError
from engine.sandbox.confine import confine
from engine.sandbox.tasks import TASKS
from engine.sandbox.wire import (
    Broken,
    Parts,
    packed,
    places,
    receive,
    receive_parts,
    send,
    send_parts,
    unpacked,
)

LOADERS = ("Jpeg", "Png", "Tiff", "Webp", "Heif", "Jxl", "Nsgif", "Gif")  # of libvips; all others stay shut


def main(arguments: list[str]) -> None:
    """Serve requests until there are no more."""
    import pyvips

    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a library that prints must not break into the answers
    pyvips.cache_set_max(0)  # a file that has changed is read again
    pyvips.operation_block_set("VipsForeignLoad", True)
    for loader in LOADERS:
        pyvips.operation_block_set(f"VipsForeignLoad{loader}", False)
    parent, memory = map(int, arguments[:2])
    send(out, {"held": confine(parent, memory, writing="writing" in arguments)})
    with os.fdopen(0, "rb", buffering=0) as requests:
        while _answer(requests, out):
            pass


def _answer(requests: BinaryIO, out: BinaryIO) -> bool:
    """Answer one request; false when there was none."""
    try:
        request = receive(requests)
    except Broken:
        return False
    task = TASKS[request["task"]]
    given = receive_parts(requests, request["sizes"])
    values = {name: unpacked(kind, request["arguments"][name], given) for name, kind in task.arguments.items()}
    parts: Parts = []
    try:
        value = packed(task.do(**values), parts)
    except OvertoneError as error:
        send(out, _refusal(error))
    except MemoryError:
        name = values["path"].name if "path" in values else "This"
        text = f"{name} needs more memory than a picture or sound may take."
        send(out, _refusal(BadInput(text, "Scale it down or shorten it.")))
    else:
        send(out, {"value": value, "parts": places(parts)})
        if not receive(requests)["copied"]:
            send_parts(out, parts)
        del parts, given, values, value
        gc.collect()  # libvips' images hold each other in circles, and with them the pixels
    return True


def _refusal(error: OvertoneError) -> dict[str, str]:
    return {"error": type(error).__name__, "message": error.message, "hint": error.hint}


if __name__ == "__main__":
    main(sys.argv[1:])
