"""The reading process: takes requests from standard input, answers on what was its standard output, until that ends.

Started by :mod:`engine.sandbox.client` as ``python -m engine.sandbox.worker PARENT MEMORY``.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from engine.errors import BadInput, OvertoneError
from engine.files import photos, sounds
from engine.files.options import RawOptions
from engine.picture import Photo
from engine.sandbox.confine import confine
from engine.sandbox.wire import Broken, Parts, packed, places, receive, send, send_parts

LOADERS = ("Jpeg", "Png", "Tiff", "Webp", "Heif", "Jxl", "Nsgif", "Gif")  # of libvips; all others stay shut


class Task(NamedTuple):
    """What can be asked for: how it is done, and the type of the answer."""

    do: Callable[[Path, RawOptions], Any]
    answer: type


TASKS = {
    "photo": Task(photos.read_photo, Photo),
    "reference": Task(lambda path, _: photos.read_reference(path), Photo),
    "sound": Task(lambda path, _: sounds.read_sound(path), sounds.Sound),
}


def main(arguments: list[str]) -> None:
    """Serve requests until there are no more."""
    import pyvips

    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a library that prints must not break into the answers
    pyvips.cache_set_max(0)  # a file that has changed is read again
    pyvips.operation_block_set("VipsForeignLoad", True)
    for loader in LOADERS:
        pyvips.operation_block_set(f"VipsForeignLoad{loader}", False)
    parent, memory = map(int, arguments)
    send(out, {"held": confine(parent, memory)})
    with os.fdopen(0, "rb", buffering=0) as requests:
        while _answer(requests, out):
            pass


def _answer(requests: BinaryIO, out: BinaryIO) -> bool:
    """Answer one request; false when there was none."""
    try:
        request = receive(requests)
    except Broken:
        return False
    path = Path(request["path"])
    parts: Parts = []
    try:
        value = packed(TASKS[request["task"]].do(path, RawOptions(**request["raw"])), parts)
    except OvertoneError as error:
        send(out, _refusal(error))
    except MemoryError:
        text = f"{path.name} needs more memory than a picture or sound may take."
        send(out, _refusal(BadInput(text, "Scale it down or shorten it.")))
    else:
        send(out, {"value": value, "parts": places(parts)})
        if not receive(requests)["copied"]:
            send_parts(out, parts)
        del parts
        gc.collect()  # libvips' images hold each other in circles, and with them the pixels
    return True


def _refusal(error: OvertoneError) -> dict[str, str]:
    return {"error": type(error).__name__, "message": error.message, "hint": error.hint}


if __name__ == "__main__":
    main(sys.argv[1:])
