"""Faults put in on purpose: memory that runs out, numbers that are not finite, and users who change their mind."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextModel

from engine.decode import DecodeRequest
from engine.decode.attempt import Attempt
from engine.decode.components import Components
from engine.decode.context import ContextAttention
from engine.decode.faults import LADDER
from engine.decode.latents import to_latents, to_picture
from engine.errors import MachineError, OvertoneError
from engine.restore.blocks import ChannelAttention
from engine.restore.network import DiffRIR
from engine.restore.restorer import Restorer
from engine.values import (
    LogEvent,
    ignore_event,
    never_cancel,
)
from training.bars import Bar, Ground, cancels
from training.bars.faulty import SHAPE, SIDE, SPARING, failing, fresh, patched, request, written

RESTORED, CANCELS = 600, 50
LARGE = 256  # pixels: more than the 128 of one tile of the tiny autoencoder
PLACES: dict[str, tuple[type, str]] = {  # where faults happen, and the method that fails
    "load": (Components, "_load"),
    "text encoder": (CLIPTextModel, "forward"),
    "autoencoder's encoder": (AutoencoderKL, "encode"),
    "context": (ContextAttention, "encode"),
    "ControlNet": (ControlNetModel, "forward"),
    "U-Net": (UNet2DConditionModel, "forward"),
    "autoencoder's decoder": (AutoencoderKL, "decode"),
}
ERRORS = (
    MemoryError(),
    torch.OutOfMemoryError("out of memory"),
    RuntimeError("DefaultCPUAllocator: can't allocate memory"),
    OSError(errno.ENOMEM, "Cannot allocate memory"),
)
STAGES: dict[tuple[type, str], str] = {  # what works alone when memory is shortest, by the method that is called
    (CLIPTextModel, "forward"): "text",
    (AutoencoderKL, "encode"): "autoencoder",
    (AutoencoderKL, "decode"): "autoencoder",
    (UNet2DConditionModel, "forward"): "U-Net",
}
HELD = {  # what may be in memory in each of these
    "text": [{"text"}],
    "autoencoder": [{"vae"}],
    "U-Net": [{"base", "controlnets"}, {"base"}, {"inpaint", "controlnets"}, {"inpaint"}, {"refiner"}],
}
NETWORKS = ("text", "vae", "base", "inpaint", "refiner", "controlnets")


def measure(_ground: Ground) -> list[Bar]:
    """Memory and numbers at every place, then the cancels."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        small, large = (written(home / str(side), side) for side in (SIDE, LARGE))
        painter = written(home / "painter", SIDE, inpaint=True)
        refined = written(home / "refined", SIDE, "sdxl", refiner=True)
        return [
            *_memory(large),
            _alone(small, painter, refined),
            _numbers(small),
            _restorer(),
            cancels.decoding(small, CANCELS // 2),
            cancels.editing(home, CANCELS - CANCELS // 2),
        ]


def _memory(root: Path) -> list[Bar]:
    """Memory that runs out for the first rungs of the ladder, and for good."""
    asked = replace(request(LARGE), steps=2)
    direct = [Attempt(fresh(root)._parts, asked, means, ignore_event, never_cancel).picture() for means in LADDER]
    rungs = len(LADDER) - 1
    mended, explained, total = 0, 0, 0
    for place, method in PLACES.values():
        for rung in range(1, rungs + 1):
            error = ERRORS[total % len(ERRORS)]
            total += 1
            said: list[str] = []
            decoder, unloaded = fresh(root), []
            with failing(place, method, error, rung):
                got = decoder.decode(
                    asked,
                    lambda event, said=said: said.append(event.text) if isinstance(event, LogEvent) else None,
                    unload=lambda unloaded=unloaded: unloaded.append(True),
                )
            mended += np.array_equal(got, direct[rung]) and len(said) == rung and len(unloaded) == 1
        decoder = fresh(root)
        try:
            with failing(place, method, MemoryError()):
                decoder.decode(asked)
        except MachineError as error:
            explained += (
                "memory" in error.message and bool(error.hint) and np.array_equal(decoder.decode(asked), direct[0])
            )
    whole, unloaded, tiled, alone, *smaller = direct
    equal = np.array_equal(whole, unloaded) and np.array_equal(tiled, alone)
    shaped = all(each.shape == whole.shape and np.isfinite(each).all() for each in smaller)
    apart, seam = float(np.abs(tiled - whole).mean()), _seam(root, asked)
    differ = len({each.tobytes() for each in direct[1:]}) == len(direct) - 2  # tiles and both sizes do something
    return [
        Bar(
            "must",
            f"faults: memory runs out 1 to {rungs} times at {', '.join(PLACES)}",
            "bit for bit the picture that this rung makes undisturbed",
            f"{mended} of {total}",
            mended == total,
        ),
        Bar(
            "must",
            "faults: the rungs' pictures",
            "unloading and offloading bit for bit; tiles no further than twice what they cost the autoencoder alone, "
            "there and back; at three quarters and half the size asked for",
            f"{'equal' if equal else 'not equal'}; {apart * 255:.2f}/255 on average, the autoencoder alone "
            f"{seam * 255:.2f}/255; {'' if shaped else 'not '}of the size",
            equal and apart <= 2 * seam and shaped and differ,
        ),
        Bar(
            "must",
            f"faults: no memory on any of the ladder's {rungs} further rungs",
            "one line explains; the next run is as if nothing had happened",
            f"{explained} of {len(PLACES)}",
            explained == len(PLACES),
        ),
    ]


@torch.inference_mode()
def _seam(root: Path, asked: DecodeRequest) -> float:
    """How far tiles take the draft from what the autoencoder makes of it in one piece, on average."""
    vae, draft = fresh(root)._parts.vae, asked.draft
    assert draft is not None
    given = torch.from_numpy(draft).permute(2, 0, 1)[None]
    made = []
    for switch in (vae.disable_tiling, vae.enable_tiling):
        switch()
        made.append(to_picture(vae, to_latents(vae, given)).clamp(0, 1))
    return float((made[1] - made[0]).abs().mean())


def _alone(*roots: Path) -> Bar:
    """What is in memory in each stage, once networks have to work one at a time."""
    seen = {each for root in roots for each in _held(root)}
    wrong = sorted({f"{stage}: {' + '.join(sorted(held))}" for stage, held in seen if held not in HELD[stage]})
    kinds = {stage for stage, _ in seen} | {name for _, held in seen for name in held}
    return Bar(
        "must",
        "faults: one network at a time, after memory ran out with all of them loaded",
        "in each stage its own in memory, no others",
        "; ".join(wrong) or f"so in all of {', '.join(sorted(set(STAGES.values())))}",
        not wrong and {*STAGES.values(), *NETWORKS} <= kinds,
    )


def _held(root: Path) -> set[tuple[str, frozenset[str]]]:
    """Stages and the networks that were in memory in them, of one request that memory is too short for until then."""
    decoder = fresh(root)
    seen: set[tuple[str, frozenset[str]]] = set()
    said: list[LogEvent] = []
    painted = np.zeros((SIDE, SIDE), np.float32)
    painted[24:72, 24:72] = 1

    def watched(stage: str, whole: Callable[..., Any], self: Any, *arguments: Any, **named: Any) -> Any:
        if len(said) == SPARING:
            loaded = vars(decoder._parts)
            seen.add((stage, frozenset(name for name in NETWORKS if loaded.get(name))))
        return whole(self, *arguments, **named)

    with ExitStack() as stack:
        for (place, method), stage in STAGES.items():
            stack.enter_context(patched(place, method, partial(watched, stage)))
        stack.enter_context(failing(AutoencoderKL, "decode", MemoryError(), SPARING))
        decoder.decode(
            replace(request(), mask=painted, refine=0.3),
            lambda event: said.append(event) if isinstance(event, LogEvent) else None,
        )
    return seen


@dataclass(frozen=True, eq=False)
class _Poison:
    """Makes a network's first answers in half precision, or all answers, infinite."""

    always: bool

    def __call__(self, module: torch.nn.Module, _inputs: Any, answer: Any) -> Any:
        """A forward hook."""
        if not self.always and next(module.parameters()).dtype == torch.float32:
            return answer
        return _spoiled(answer)

    def context(self, whole: Callable[..., Any], self_: ContextAttention, *arguments: Any) -> Any:
        """The same for the context's encoder, which no hook reaches."""
        return self(self_, (), whole(self_, *arguments))


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
    places: dict[str, Callable[[Components], torch.nn.Module]] = {
        "text encoder": lambda parts: parts.text.towers[0].model,
        "autoencoder's encoder": lambda parts: parts.vae.get_submodule("encoder"),
        "ControlNet": lambda parts: parts.controlnet("edge"),
        "U-Net": lambda parts: parts.base.unet,
        "autoencoder's decoder": lambda parts: parts.vae.get_submodule("decoder"),
    }
    good, total, asked = 0, 0, request()
    for name in ("context", *places):
        decoder = fresh(root)
        plain = decoder.decode(asked)
        for always in (False, True):
            total += 1
            poison = _Poison(always)
            with ExitStack() as stack:
                if name in places:
                    stack.callback(places[name](decoder._parts).register_forward_hook(poison).remove)
                else:
                    stack.enter_context(patched(ContextAttention, "encode", poison.context))
                try:
                    picture = decoder.decode(asked)
                    handled = not always and bool(np.isfinite(picture).all()) and float(picture.std()) > 0.01
                except OvertoneError as error:
                    handled = always and "not finite" in error.message
            good += handled and np.array_equal(decoder.decode(asked), plain)
    return Bar(
        "must",
        f"faults: infinite numbers in context, {', '.join(places)}",
        "mended in float32, else told; the next run is as if nothing had happened",
        f"{good} of {total}",
        good == total,
    )


def _restorer() -> Bar:
    """A tile of the restorer that runs out of memory once or for good, or gives infinite numbers in half precision."""
    torch.manual_seed(0)
    network, numbers = DiffRIR(SHAPE).eval(), np.random.default_rng(0)
    decoded, preserved = numbers.random((2, RESTORED, RESTORED, 3), dtype=np.float32)
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
