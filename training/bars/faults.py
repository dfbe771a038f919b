"""Faults put in on purpose: memory that runs out, numbers that are not finite, and users who change their mind."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
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
from engine.restore.blocks import ChannelAttention
from engine.restore.network import DiffRIR
from engine.restore.restorer import Restorer
from engine.restore.shape import RestorerShape
from engine.values import LogEvent
from training import tiny
from training.bars import Bar, Ground

SIDE, RESTORED, CANCELS = 96, 600, 50
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
        return [*_memory(root), _numbers(root), _restorer(), _cancels(root)]


def fresh(root: Path) -> LatentDecoder:
    """A decoder with nothing loaded."""
    return LatentDecoder(Components(Bundle.open(root.name, root.parent), torch.device("cpu")))


@contextmanager
def patched(place: type, method: str, instead: Callable[..., Any]) -> Iterator[None]:
    """``method`` of every ``place`` is ``instead``, which gets the real one as its first argument."""
    whole = getattr(place, method)
    setattr(place, method, lambda self, *arguments, **named: instead(whole, self, *arguments, **named))
    try:
        yield
    finally:
        setattr(place, method, whole)


def failing(place: type, method: str, error: Exception, times: int | None = None) -> AbstractContextManager[None]:
    """``method`` of every ``place`` raises ``error`` the first ``times`` times it is called, or always."""
    calls = iter(range(10**9))

    def broken(whole: Callable[..., Any], self: Any, *arguments: Any, **named: Any) -> Any:
        if times is None or next(calls) < times:
            raise error
        return whole(self, *arguments, **named)

    return patched(place, method, broken)


def _memory(root: Path) -> list[Bar]:
    """Memory that runs out for the first rungs of the ladder, and for good."""
    wanted = fresh(root).decode(REQUEST)
    mended, explained, total = 0, 0, 0
    for place, method in PLACES.values():
        for rungs, error in ((1, MemoryError()), (2, torch.OutOfMemoryError("out of memory")), (3, MemoryError())):
            total += 1
            said: list[str] = []
            decoder, unloaded = fresh(root), []
            with failing(place, method, error, rungs):
                got = decoder.decode(
                    REQUEST,
                    lambda event, said=said: said.append(event.text) if isinstance(event, LogEvent) else None,
                    unload=lambda unloaded=unloaded: unloaded.append(True),
                )
            mended += np.array_equal(got, wanted) and len(said) == rungs and len(unloaded) == 1
        decoder = fresh(root)
        try:
            with failing(place, method, MemoryError()):
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


def _restorer() -> Bar:
    """A tile of the restorer that runs out of memory once or for good, or gives infinite numbers in half precision."""
    torch.manual_seed(0)
    shape = RestorerShape(1, 8, (2, 1, 1, 1), 1, (1, 2, 4, 8), 2.0, 4, 2, sees_mask=True)
    network, random = DiffRIR(shape).eval(), np.random.default_rng(0)
    decoded, preserved = random.random((2, RESTORED, RESTORED, 3), dtype=np.float32)
    mask = np.zeros((RESTORED, RESTORED), np.float32)
    mask[50:400, 50:400] = 1

    def restored(dtype: torch.dtype) -> np.ndarray:
        return Restorer({1: network}, dtype=dtype).restore(decoded, preserved, mask, 0)

    def spoiled(real: Callable[..., Tensor], self: Any, *arguments: Any) -> Tensor:
        out = real(self, *arguments)
        return out * torch.inf if out.dtype == torch.bfloat16 else out

    tile = (ChannelAttention, "queries_and_keys")
    whole = restored(torch.float32)
    with failing(*tile, MemoryError(), 1):
        mended = float(np.abs(restored(torch.float32) - whole).max()) * 255
    with patched(*tile, spoiled):
        finite = np.array_equal(restored(torch.bfloat16), whole)
    try:
        with failing(*tile, MemoryError()):
            restored(torch.float32)
        told = False
    except MachineError as error:
        told = "memory" in error.message and np.array_equal(restored(torch.float32), whole)
    figure = f"within {mended:.3f}/255; {'told' if told else 'not told'}; {'mended' if finite else 'not mended'}"
    return Bar(
        "must",
        "faults: a tile of the restorer",
        "out of memory: smaller tiles, same within 1/255, else one line; infinite in half precision: float32",
        figure,
        mended <= 1 and told and finite,
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
