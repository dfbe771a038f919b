"""Aims that need a graphics card, on random full-size weights; the table that they fill is docs/hardware.md."""

from __future__ import annotations

import datetime
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from engine.bundle.catalogue import offer
from engine.bundle.manifest import Network
from engine.decode import DecodeRequest
from engine.decode.decoder import LatentDecoder
from engine.device import release
from engine.memory import MemoryPlan, Room, plan
from engine.networks import Networks
from engine.refine.network import PriorNetwork, PriorShape
from engine.refine.prior import Prior
from training import bench
from training.bars import Bar, Ground
from training.bars.full_size import EMBEDDING, RandomComponents, Sizes, filled, language_model

COMMAND = "python3 run.py bars F gpu"
ABSENT = f"not measured: no GPU here (ready: {COMMAND})"
TABLE = Path(__file__).parents[2] / "docs" / "hardware.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
GB = 1e9
SMALL_CARD, MOST_PEAK, MOST_TIME, MOST_LOOP = 8 * 10**9, 7.5, 1.3, 0.8
STEPS, ROUNDS, WORDS = 20, 3, 64
PLANNER = "language"  # folder of the planner
GOALS = {
    "SDXL edit with prior, picture tokens and int4 7B planner under the 8-GB policy": f"peak ≤ {MOST_PEAK} GB",
    "the default studio setting": f"time ≤ {MOST_TIME} × everything in bfloat16 and loaded",
    "SDXL denoising loop, compiled": f"time ≤ {MOST_LOOP:.2f} × stock diffusers (SDPA, bfloat16)",
}


@dataclass(frozen=True)
class Edit:
    """One edit: its largest memory in bytes (0 where the device does not tell), and its seconds."""

    peak: int
    seconds: float


def measure(_ground: Ground) -> list[Bar]:
    """All three where there is a CUDA device; else what they ask for, with the command to run."""
    if not torch.cuda.is_available():
        return [Bar("aim", f"gpu: {what}", goal, ABSENT, False) for what, goal in GOALS.items()]
    bars = [_small_card(), _default(), _loop()]
    write_table(bars, TABLE)
    return bars


def networks() -> tuple[Network, ...]:
    """What studio-sdxl needs with its adapter, and a 7B planner."""
    parts = offer("studio-sdxl").chosen(("planner", "adapter"), ("inpaint", "detector", "segmenter"))
    known = [network for part in parts for network in part.networks if network.step != "encode"]
    return tuple(sorted(known, key=lambda network: network.step != "plan"))


def edit(sizes: Sizes, device: torch.device, policy: MemoryPlan, planner: bool = True) -> Edit:
    """Plan, refine and paint one edit as ``policy`` says.

    Parameters
    ----------
    sizes
        Of the networks.
    device
        Where they compute.
    policy
        Forms of the weights, and where the ladder begins.
    planner
        Whether the language model takes part, and leaves before the decoder comes.
    """
    cuda = device.type == "cuda"
    release()
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    began = time.perf_counter()
    if planner:
        model = language_model(sizes, device, policy.form(PLANNER))
        words = torch.ones(1, 8, dtype=torch.long, device=device)
        with torch.inference_mode():
            model.generate(words, max_new_tokens=WORDS, do_sample=False, pad_token_id=0, eos_token_id=None)
        del model
        release()
    vector = np.random.default_rng(0).standard_normal(EMBEDDING).astype(np.float32)
    prior = Prior(filled(lambda: PriorNetwork(PriorShape.paper()), torch.device("cpu"), torch.float32))
    vector = prior.refine(vector / np.linalg.norm(vector), None, 6.5)
    decoder = LatentDecoder(RandomComponents(sizes, Networks(policy, device)), policy.rung)
    draft = np.full((sizes.side, sizes.side, 3), 0.5, np.float32)
    request = DecodeRequest(sizes.side, sizes.side, "a boat", draft=draft, way="draft", gen=vector, steps=STEPS)
    picture = decoder.decode(request)
    assert picture.shape == draft.shape
    return Edit(torch.cuda.max_memory_allocated() if cuda else 0, time.perf_counter() - began)


def _small_card() -> Bar:
    what, policy = next(iter(GOALS)), plan(networks(), Room(SMALL_CARD, 64 * 10**9))
    found = edit(Sizes.published(), torch.device("cuda"), policy)
    figure = f"{found.peak / GB:.2f} GB, planned {policy.peak / GB:.2f}, rung {policy.rung}, {found.seconds:.0f} s"
    return Bar("aim", f"gpu: {what}", GOALS[what], figure, found.peak <= MOST_PEAK * GB)


def _default() -> Bar:
    """What is chosen on this card against everything loaded in bfloat16."""
    what, device = list(GOALS)[1], torch.device("cuda")
    policy = plan(networks()[1:], Room(torch.cuda.mem_get_info()[0], 64 * 10**9))
    loaded = MemoryPlan()
    times = [_paint(device, each) for each in (loaded, policy)]
    ratio = times[1] / times[0]
    return Bar("aim", f"gpu: {what}", GOALS[what], f"{ratio:.2f} × (rung {policy.rung})", ratio <= MOST_TIME)


def _paint(device: torch.device, policy: MemoryPlan) -> float:
    """Seconds of a decode with a warm decoder, the median."""
    sizes = Sizes.published()
    decoder = LatentDecoder(RandomComponents(sizes, Networks(policy, device)), policy.rung)
    request = DecodeRequest(sizes.side, sizes.side, "a boat", steps=STEPS)
    decoder.decode(request)
    return statistics.median(_seconds(lambda: decoder.decode(request)) for _ in range(ROUNDS))


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    torch.cuda.synchronize()
    return time.perf_counter() - began


def _loop() -> Bar:
    what = list(GOALS)[2]
    result = bench.compare("sdxl", full_size=True, steps=STEPS, rounds=ROUNDS, compiled=True)
    figure = f"{result.ratio:.2f} × ({result.ours:.2f} s against {result.theirs:.2f} s, {STEPS} steps)"
    return Bar("aim", f"gpu: {what}", GOALS[what], figure, result.ratio <= MOST_LOOP)


def write_table(bars: list[Bar], path: Path) -> None:
    """Put the figures into the marked place of a document, with command, date and card."""
    card = torch.cuda.get_device_name() if torch.cuda.is_available() else "no card"
    today = datetime.date.today().isoformat()
    rows = ["| what | aim | measured | card | date | command |", "|---|---|---|---|---|---|"]
    rows += [
        f"| {bar.what.removeprefix('gpu: ')} | {bar.goal} | {bar.figure} | {card} | {today} | `{COMMAND}` |"
        for bar in bars
    ]
    head, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    path.write_text("\n".join([head + BEGIN, *rows, END]) + tail, encoding="utf-8")
