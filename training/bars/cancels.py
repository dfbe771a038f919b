"""Users who change their mind, at random moments."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.torch import save_file
from transformers import CLIPTextModel

from engine.bundle import default_home
from engine.decode import DecodeRequest
from engine.decode.decoder import LatentDecoder
from engine.errors import Cancelled
from engine.instruction import make
from engine.picture import Photo
from engine.pipeline import Engine
from engine.restore.network import DiffRIR
from engine.restore.stored import CONFIG, WEIGHTS, describe, tensors_of
from engine.values import (
    CancelCheck,
    ControlSetting,
    EditRequest,
    Op,
    Operation,
    Plan,
    Settings,
    never_cancel,
)
from training import tiny
from training.bars import Bar
from training.bars.faulty import SHAPE, SIDE, SPARING, failing, fresh, request

STARTS = ("invert", "rewrite")


def decoding(root: Path, times: int) -> Bar:
    """Stops of the decoder, half of them with one network at a time."""
    kinds = [(way, sparing) for way in STARTS for sparing in (False, True)]
    good = 0
    for place, (way, sparing) in enumerate(kinds):
        decoder, asked = fresh(root), replace(request(), way=way)

        def run(cancel: CancelCheck, decoder: LatentDecoder = decoder, asked: DecodeRequest = asked) -> np.ndarray:
            return decoder.decode(asked, cancel=cancel)

        def short(cancel: CancelCheck, run: Callable[[CancelCheck], np.ndarray] = run) -> np.ndarray:
            with failing(CLIPTextModel, "forward", MemoryError(), SPARING):
                return run(cancel)

        good += _stopped(short if sparing else run, run, _share(times, place, len(kinds)), seed=place)
    return Bar(
        "must",
        f"faults: {times} random cancels of inversions and rewrites, half with one network at a time",
        "each stops; the next picture equals an undisturbed one",
        f"{good} of {times}",
        good == times,
    )


def editing(home: Path, times: int) -> Bar:
    """Stops of whole edits, restored and composited too, with a reference and edges to follow."""
    engine, numbers = _edits(home), np.random.default_rng(2)
    photo, reference = (Photo(numbers.integers(0, 256, (SIDE, SIDE, 3), np.uint8)) for _ in range(2))
    cv2.imwrite(str(home / "reference.png"), reference.pixels)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[30:60, 30:60] = 255
    plan = Plan("", "a boat", source_prompt="a ship", operations=(Operation(Op.remove),), subs=(1,))
    wish, good = make("like [ref#1]", [home / "reference.png"]), 0
    for place, start in enumerate(STARTS):
        settings = Settings(engine.name, steps=3, start=start, controls=(ControlSetting("edge"),))
        asked = EditRequest(wish, photo, mask, plan, settings=settings)

        def run(cancel: CancelCheck, asked: EditRequest = asked) -> np.ndarray:
            result = engine.edit(asked, cancel=cancel)
            assert all(result.steps[step].status == "done" for step in ("decode", "restore", "composite"))
            return result.images[0].pixels

        good += _stopped(run, run, _share(times, place, len(STARTS)), seed=place)
    return Bar(
        "must",
        f"faults: {times} random cancels of whole edits",
        "each stops; the next edit works and equals an undisturbed one",
        f"{good} of {times}",
        good == times,
    )


def _edits(home: Path) -> Engine:
    """The starter with a tiny decoder and a tiny restorer."""
    (home / "starter").symlink_to(default_home() / "starter")
    root = home / "studio"
    torch.manual_seed(0)
    network = DiffRIR(SHAPE)
    (root / WEIGHTS).parent.mkdir(parents=True)
    save_file(tensors_of({1: network}), root / WEIGHTS)
    (root / CONFIG).write_text(json.dumps(describe([SHAPE])))
    tiny.write_decoder(root, "sd15", embedding=384, controls=("edge",), context=True)
    tiny.write_manifest(root, "starter")
    return Engine.load("studio", home)


def _share(times: int, place: int, of: int) -> int:
    """How many of ``times`` fall to the ``place``-th of ``of`` kinds."""
    return times * (place + 1) // of - times * place // of


def _stopped(
    run: Callable[[CancelCheck], np.ndarray], after: Callable[[CancelCheck], np.ndarray], times: int, seed: int
) -> int:
    """How many of ``times`` stops at random moments end ``run``, and leave no trace in the one ``after``."""
    asked: list[None] = []
    wanted = run(lambda: bool(asked.append(None)))
    numbers = random.Random(seed)
    good = 0
    for _ in range(times):
        left = numbers.randrange(len(asked))

        def stop() -> bool:
            nonlocal left
            left -= 1
            return left < 0

        try:
            run(stop)
        except Cancelled:
            good += np.array_equal(after(never_cancel), wanted)
    return good
