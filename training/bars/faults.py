"""Faults put in on purpose: memory that runs out, numbers that are not finite, and users who change their mind."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextModel

from engine.bundle import Bundle
from engine.decode import Control, DecodeRequest
from engine.decode.components import Components
from engine.decode.decoder import LatentDecoder
from engine.decode.faults import LADDER
from engine.errors import Cancelled, MachineError, OvertoneError
from engine.values import LogEvent
from training import tiny
from training.bars import Bar, Ground

SIDE, CANCELS = 96, 50
PLACES: dict[str, tuple[type, str]] = {  # where faults happen, and the method that fails
    "load": (Components, "_load"),
    "text encoder": (CLIPTextModel, "forward"),
    "U-Net": (UNet2DConditionModel, "forward"),
    "autoencoder": (AutoencoderKL, "decode"),
    "ControlNet": (ControlNetModel, "forward"),
}
REQUEST = DecodeRequest(
    SIDE,
    SIDE,
    "a boat",
    draft=np.random.default_rng(1).random((SIDE, SIDE, 3), dtype=np.float32),
    way="draft",
    controls=(Control("edge"),),
    steps=4,
    seed=5,
)


def measure(_ground: Ground) -> list[Bar]:
    """Memory and numbers at every place, then the cancels."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "tiny"
        tiny.write_decoder(root, "sd15", controls=("edge",), precision="bfloat16")
        tiny.write_manifest(root)
        return [*_memory(root), _numbers(root), _cancels(root)]


def fresh(root: Path) -> LatentDecoder:
    """A decoder with nothing loaded."""
    return LatentDecoder(Components(Bundle.open(root.name, root.parent), torch.device("cpu")))


@contextmanager
def failing(place: type, method: str, fails: Callable[[int, Any], BaseException | None]) -> Iterator[None]:
    """``method`` of every ``place`` raises what ``fails`` says of a call's number, from 0, and its object."""
    whole, calls = getattr(place, method), iter(range(10**9))

    def broken(self: Any, *arguments: Any, **named: Any) -> Any:
        error = fails(next(calls), self)
        if error is not None:
            raise error
        return whole(self, *arguments, **named)

    setattr(place, method, broken)
    try:
        yield
    finally:
        setattr(place, method, whole)


def _memory(root: Path) -> list[Bar]:
    """Memory that runs out for the first rungs of the ladder, and for good."""
    wanted = fresh(root).decode(REQUEST)
    mended, explained, total = 0, 0, 0
    for place, method in PLACES.values():
        for rungs, error in ((1, MemoryError()), (2, torch.OutOfMemoryError("out of memory")), (3, MemoryError())):
            total += 1
            said: list[str] = []
            decoder, unloaded = fresh(root), []
            with failing(place, method, lambda call, _of, rungs=rungs, error=error: error if call < rungs else None):
                got = decoder.decode(
                    REQUEST,
                    lambda event, said=said: said.append(event.text) if isinstance(event, LogEvent) else None,
                    unload=lambda unloaded=unloaded: unloaded.append(True),
                )
            mended += np.array_equal(got, wanted) and len(said) == rungs and len(unloaded) == 1
        decoder = fresh(root)
        try:
            with failing(place, method, lambda _call, _of: MemoryError()):
                decoder.decode(REQUEST)
        except MachineError as error:
            explained += (
                "memory" in error.message and bool(error.hint) and np.array_equal(decoder.decode(REQUEST), wanted)
            )
    rungs = len(LADDER) - 1
    return [
        Bar(
            "must",
            "faults: memory runs out at load, text, U-Net, autoencoder, ControlNet",
            "a more sparing way gives the same picture",
            f"{mended} of {total}",
            mended == total,
        ),
        Bar(
            "must",
            f"faults: no memory on any of the ladder's {rungs} further rungs",
            "one line explains; the next run is as if nothing had happened",
            f"{explained} of {len(PLACES)}",
            explained == len(PLACES),
        ),
    ]


@dataclass(frozen=True, eq=False)
class _Poison:
    """Makes a network's first answers in half precision, or all answers, infinite."""

    always: bool

    def __call__(self, module: torch.nn.Module, _inputs: Any, answer: Any) -> Any:
        """A forward hook."""
        if not self.always and next(module.parameters()).dtype == torch.float32:
            return answer
        return _spoiled(answer)


def _spoiled(answer: Any) -> Any:
    """The answer with every tensor in it made infinite."""
    if isinstance(answer, Tensor):
        return torch.full_like(answer, torch.inf)
    if isinstance(answer, tuple):
        return tuple(_spoiled(each) for each in answer)
    if isinstance(answer, list):
        return [_spoiled(each) for each in answer]
    return type(answer)(**{key: _spoiled(value) for key, value in answer.items()})


def _numbers(root: Path) -> Bar:
    """Infinite numbers in half precision are mended in float32; in float32 too they are told."""
    good, total = 0, 0
    for name in ("text encoder", "U-Net", "autoencoder", "ControlNet"):
        decoder = fresh(root)
        parts = decoder._parts
        plain = decoder.decode(REQUEST)
        module = {
            "text encoder": parts.text.towers[0].model,
            "U-Net": parts.base.unet,
            "autoencoder": parts.vae.decoder,
            "ControlNet": parts.controlnets[0],
        }[name]
        for always in (False, True):
            total += 1
            with ExitStack() as stack:
                stack.callback(module.register_forward_hook(_Poison(always)).remove)
                try:
                    picture = decoder.decode(REQUEST)
                    handled = not always and bool(np.isfinite(picture).all()) and float(picture.std()) > 0.01
                except OvertoneError as error:
                    handled = always and "not finite" in error.message
            good += handled and np.array_equal(decoder.decode(REQUEST), plain)
    return Bar(
        "must",
        "faults: infinite numbers in text, U-Net, autoencoder, ControlNet",
        "mended in float32, else told; the next run is as if nothing had happened",
        f"{good} of {total}",
        good == total,
    )


def _cancels(root: Path) -> Bar:
    """Stops at random moments, each followed by a whole run."""
    decoder, asked = fresh(root), []
    request = replace(REQUEST, way="invert")
    wanted = decoder.decode(request, cancel=lambda: bool(asked.append(None)))
    rng = random.Random(0)
    good = 0
    for _ in range(CANCELS):
        left = rng.randrange(len(asked))

        def stop() -> bool:
            nonlocal left
            left -= 1
            return left < 0

        try:
            decoder.decode(request, cancel=stop)
        except Cancelled:
            good += np.array_equal(decoder.decode(request), wanted)
    return Bar(
        "must",
        f"faults: {CANCELS} random cancels",
        "each stops; the next edit works and equals an undisturbed one",
        f"{good} of {CANCELS}",
        good == CANCELS,
    )
