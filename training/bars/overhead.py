"""What our sampling loop costs over diffusers' own: the same tiny networks and steps, in turns."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline

from engine.decode import DecodeRequest
from engine.decode.components import Components
from engine.decode.decoder import LatentDecoder
from engine.decode.samplers import scheduler
from training import bench
from training.bars import Bar, Ground
from training.bars.agreement import tiny_parts
from training.tiny import Family

SIDE, STEPS, ROUNDS = 128, 30, 15
PROMPT = "a red boat on a calm lake in the evening"
MOST = 1.05  # of the stock pipeline's time
FULL_SIZE = 0.8


def measure(_ground: Ground) -> list[Bar]:
    """Both families, whole runs from words to pixels, medians over turns; full size where there is a GPU."""
    with tempfile.TemporaryDirectory() as folder:
        bars = [_bar(family, tiny_parts(Path(folder) / family, family)) for family in ("sd15", "sdxl")]
    return bars + [_full_size(family) for family in ("sd15", "sdxl")]


def _full_size(family: Family) -> Bar:
    what, goal = f"speed at full size: {family}", f"time at most {FULL_SIZE:.2f} × the stock pipeline's on a GPU"
    if not torch.cuda.is_available():
        return Bar("aim", what, goal, "not measured: no GPU here", False)
    result = bench.compare(family, full_size=True, steps=20, rounds=5, compiled=True)
    figure = f"{result.ratio:.2f} ×, compiled in {result.compiling:.0f} s, peak {result.memory / 2**30:.1f} GiB"
    return Bar("aim", what, goal, figure, result.ratio <= FULL_SIZE)


def _bar(family: Family, parts: Components) -> Bar:
    decoder = LatentDecoder(parts)
    request = DecodeRequest(SIDE, SIDE, PROMPT, steps=STEPS, sampler="ddim", guidance=5.0)
    stock = _stock(family, parts)

    def theirs() -> None:
        stock(
            PROMPT,
            width=SIDE,
            height=SIDE,
            num_inference_steps=STEPS,
            guidance_scale=5.0,
            generator=torch.Generator().manual_seed(0),
            output_type="np",
        )

    ratio = compare(lambda: decoder.decode(request), theirs, ROUNDS)
    return Bar(
        "must", f"overhead: {family}", f"time at most {MOST} × the stock pipeline's", f"{ratio:.3f} ×", ratio <= MOST
    )


def _stock(family: Family, parts: Components) -> Any:
    towers = parts.text.towers
    common: dict[str, Any] = {
        "vae": parts.vae,
        "text_encoder": towers[0].model,
        "tokenizer": towers[0].tokenizer,
        "unet": parts.base.unet,
        "scheduler": scheduler("ddim", parts.schedule, STEPS),
    }
    if family == "sdxl":
        second: dict[str, Any] = {"tokenizer_2": towers[1].tokenizer, "text_encoder_2": towers[1].model}
        pipeline = StableDiffusionXLPipeline(**common, **second)
    else:
        common |= {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
        pipeline = StableDiffusionPipeline(**common)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def compare(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> float:
    """Median of ours over median of theirs, seconds, run in turns after one of each to warm up."""
    times: dict[Callable[[], object], list[float]] = {ours: [], theirs: []}
    for turn in range(rounds + 1):
        for run in (ours, theirs) if turn % 2 else (theirs, ours):
            began = time.perf_counter()
            run()
            if turn:
                times[run].append(time.perf_counter() - began)
    return statistics.median(times[ours]) / statistics.median(times[theirs])
