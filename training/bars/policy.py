"""Memory: what the manifests ask for on cards of several sizes, and pressure that follows the ladder."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from diffusers import UNet2DConditionModel

from engine.bundle.catalogue import offers
from engine.bundle.manifest import Network
from engine.decode import DecodeRequest
from engine.decode.attempt import Attempt
from engine.decode.decoder import LatentDecoder
from engine.decode.faults import LADDER
from engine.memory import RESERVE, MemoryPlan, Room, plan
from engine.values import LogEvent, ignore_event, never_cancel
from training.bars import Bar, Ground
from training.bars.faulty import failing, fresh, written

GB = 10**9
MAIN = 32 * GB
PLANNER = "planner"
WANTED = {(): "", (PLANNER,): " and a 7B planner", (PLANNER, "adapter"): " with a 7B planner, CLIP and CLAP"}
MOST = {6: 5.5, 8: 7.5, 12: 11.5, 24: 23.5}  # GB that a plan for a card of so many may peak at
LARGE = 192  # pixels: more than one tile of the tiny autoencoder


def measure(_ground: Ground) -> list[Bar]:
    """Plans for every shipped manifest, with and without a 7B planner, then simulated pressure."""
    bars = []
    for name, offer in offers().items():
        for wanted, words in WANTED.items():
            networks = tuple(network for part in offer.chosen(wanted) for network in part.networks)
            bars.append(_plans(f"{name}{words}", networks))
    with tempfile.TemporaryDirectory() as folder:
        bars.append(_pressure(written(Path(folder) / "large", LARGE, embedding=None, controls=(), context=False)))
    return bars


def _plans(what: str, networks: tuple[Network, ...]) -> Bar:
    made = {size: plan(networks, Room(size * GB, MAIN)) for size in MOST}
    processor = plan(networks, Room(0, 64 * GB))
    shown = [f"{size} GB: {_short(each)}" for size, each in made.items()]
    good = all(_keeps(each, size) for size, each in made.items())
    sparing = [_sparing(each) for each in made.values()]
    alone = processor.fits and processor.peak <= 64 * GB and not any(each.on_card for each in processor.placements)
    return Bar(
        "must",
        f"policy: {what}",
        f"on cards of {', '.join(map(str, MOST))} GB all networks on the card, peaks at most {list(MOST.values())} GB, "
        "the planner away before the decoder unless all fits, larger cards never more sparing; a plan for the CPU",
        f"{'; '.join(shown)}; CPU: {_short(processor)}",
        good and alone and sparing == sorted(sparing, reverse=True),
    )


def _keeps(made: MemoryPlan, size: int) -> bool:
    """Whether a plan keeps to the card, and its planner leaves in time."""
    leaves = all(not each.stays for each in made.placements if each.network == PLANNER) or made.rung == 0
    on_card = all(each.on_card for each in made.placements)
    return made.fits and on_card and leaves and made.peak <= MOST[size] * GB and made.peak <= size * GB - RESERVE


def _sparing(made: MemoryPlan) -> tuple[bool, int]:
    """How far down the list of means a plan had to go: fewer bits for what paints come last."""
    coarse = any(made.form(folder) != "half" for folder in ("decoder/unet", "decoder/inpaint"))
    return coarse, made.rung


def _short(made: MemoryPlan) -> str:
    forms = {f"{each.network} {each.form}" for each in made.placements if each.form != "half"}
    return f"rung {made.rung}{', ' + ', '.join(sorted(forms)) if forms else ''}, {made.peak / GB:.1f} GB"


def _pressure(root: Path) -> Bar:
    """A decoder told to begin at each rung, and memory that runs out there again and again."""
    draft = np.random.default_rng(1).random((LARGE, LARGE, 3), dtype=np.float32)
    asked = DecodeRequest(LARGE, LARGE, "a boat", draft=draft, way="draft", steps=2)
    direct = [Attempt(fresh(root)._parts, asked, means, ignore_event, never_cancel).picture() for means in LADDER]
    good = total = 0
    for start in range(4):
        for failures in range(len(LADDER) - start) if start == 0 else (0, 1):
            total += 1
            said: list[str] = []
            unloaded: list[bool] = []
            decoder = LatentDecoder(fresh(root)._parts, start)

            def hear(event: object, said: list[str] = said) -> None:
                if isinstance(event, LogEvent):
                    said.append(event.text)

            with failing(UNet2DConditionModel, "forward", MemoryError(), failures):
                got = decoder.decode(asked, hear, unload=lambda unloaded=unloaded: unloaded.append(True))
            rung = start + failures
            good += (
                np.array_equal(got, direct[rung])
                and said == [f"Memory ran out; trying again {means.what}." for means in LADDER[start + 1 : rung + 1]]
                and len(unloaded) == (rung > 0)
            )
    return Bar(
        "must",
        "policy: memory runs out from each planned rung on",
        "the next rungs in order, each told; the pictures are those that the rungs make undisturbed",
        f"{good} of {total}",
        good == total,
    )
