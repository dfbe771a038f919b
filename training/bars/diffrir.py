"""The restorer: its published layout, and a small one trained for minutes on held-out photographs."""

from __future__ import annotations

import gzip
import shutil
import time
from pathlib import Path

import cv2
import numpy as np
import torch

from engine.restore import Restorer
from engine.restore.network import DiffRIR, Teacher
from engine.restore.shape import SCALES, RestorerShape
from training.bars import Bar, Ground
from training.core.recipe import Recipe
from training.data import items
from training.restore.degrade import RELEASED_SHIFT, shifted
from training.restore.masks import draw
from training.restore.samples import Damage, read_photos
from training.restore.stages import Lesson, Settings, in_turn

PUBLISHED = Path(__file__).resolve().parents[2] / "tests" / "restore" / "published"
PARTS = {"G": 23.5, "condition": 1.4, "denoise": 0.2}  # transformer, extractor, denoiser: millions, as noted, rounded
STORED = {
    Teacher: {1: 24_908_614, 2: 24_867_142, 4: 24_856_774},
    DiffRIR: {1: 26_644_022, 2: 26_581_814, 4: 26_566_262},
}
SMALL = RestorerShape(1, 16, (1, 1, 1, 1), 1, (1, 2, 4, 8), 2.0, 16, 2, sees_mask=True)
DAMAGE = Damage(0.0, everywhere=0.5, drifting=0.0, tinted=0.0, foreign=0.0, soft=0.0)
LESSONS = ((400, 24, 32, 3e-3), (500, 8, 128, 3e-3), (550, 6, 96, 1.2e-3))  # steps, batch, pixels, rate
PHOTOS, SIDE = 30, 384  # held-out photographs, pixels along their sides
GAIN = 4.0  # dB


def measure(ground: Ground) -> list[Bar]:
    """Layout at published size, then training, then what the trained restorer does."""
    return [*_layout(), *_trained(ground)]


def _layout() -> list[Bar]:
    off: list[float] = []
    same = 0
    for stage, (kind, stored) in enumerate(STORED.items(), 1):
        for scale in SCALES:
            with torch.device("meta"):
                network = kind(RestorerShape(scale))
            state = network.state_dict()
            off.append(sum(value.numel() for value in state.values()) / stored[scale] - 1)
            published = gzip.decompress((PUBLISHED / f"x{scale}_s{stage}.tsv.gz").read_bytes()).decode()
            own = [f"{name}\t{'x'.join(map(str, value.shape)) or 'scalar'}" for name, value in state.items()]
            same += own == published.splitlines()
    with torch.device("meta"):
        network = DiffRIR(RestorerShape())
    counts = {name: sum(value.numel() for value in network.get_submodule(name).parameters()) / 1e6 for name in PARTS}
    off.append(sum(counts.values()) / sum(PARTS.values()) - 1)
    rounded = all(round(counts[name], 1) == PARTS[name] for name in PARTS)
    worst = max(map(abs, off))
    said = ", ".join(f"{count:.3f}" for count in counts.values())
    return [
        Bar(
            "must",
            "diffrir: parameter counts at paper size",
            "totals within 2 % of the published; parts round to 23.5, 1.4 and 0.2 million",
            f"totals at most {worst:.2%} off; parts {said} million",
            worst <= 0.02 and rounded,
        ),
        Bar(
            "must",
            "diffrir: names and shapes at ×1, ×2, ×4, both stages",
            "as published, in their order",
            f"{same} of 6 tables equal",
            same == 6,
        ),
    ]


def _trained(ground: Ground) -> list[Bar]:
    learnt_from = read_photos((item for item in items.photos(ground.data) if item.trainable), 512)
    start, used = time.perf_counter(), time.process_time()
    runs = ground.out / "diffrir"
    shutil.rmtree(runs, ignore_errors=True)
    network = in_turn(SMALL, learnt_from, [_lesson(*part) for part in LESSONS], runs)
    print(f"trained in {time.perf_counter() - start:.0f} s, {time.process_time() - used:.0f} s of one core", flush=True)
    whole, tiled = Restorer({1: network}), Restorer({1: network}, tile=16)
    random = np.random.default_rng(11)
    gains: dict[str, list[float]] = {"everywhere": [], "inside": []}
    exact = repeated = 0
    apart = 0.0
    rows: list[np.ndarray] = []
    for truth in _held_out(ground.data):
        mask = draw(SIDE, random)
        inside = mask > 0
        changed = shifted(truth, RELEASED_SHIFT, random)
        composite = np.where(inside[..., None], changed, truth)
        for kind, decoded in (("everywhere", changed), ("inside", composite)):
            made = whole.restore(decoded, truth, mask, 0)
            gains[kind].append(_psnr(made, truth, inside) - _psnr(decoded, truth, inside))
            exact += np.array_equal(made[~inside], truth[~inside])
            repeated += np.array_equal(made, whole.restore(decoded, truth, mask, 0))
            apart = max(apart, float(np.abs(made - tiled.restore(decoded, truth, mask, 0)).max()))
            if kind == "everywhere" and len(rows) < 12:
                rows.append(np.concatenate([composite, made, truth], axis=1))
    cv2.imwrite(str(ground.out / "diffrir.jpg"), np.rint(np.concatenate(rows) * 255).astype(np.uint8)[..., ::-1])
    runs = 2 * len(gains["inside"])
    everywhere, local = (float(np.mean(each)) for each in gains.values())
    return [
        Bar(
            "must",
            "diffrir: planted gain and bias, inside the mask, against the untouched composite",
            f"PSNR up by ≥ {GAIN:.0f} dB",
            f"{everywhere:+.1f} dB (mean of {len(gains['everywhere'])} held-out photographs, decoded picture shifted)",
            everywhere >= GAIN,
        ),
        Bar(
            "aim",
            "diffrir: the same where the shift stops at the mask, so that only its border tells of it",
            f"PSNR up by ≥ {GAIN:.0f} dB",
            f"{local:+.1f} dB",
            local >= GAIN,
        ),
        Bar(
            "must",
            "diffrir: preserved pixels, put back by the composite that ends every run",
            "exactly the photo's",
            f"{exact} of {runs} runs",
            exact == runs,
        ),
        Bar("must", "diffrir: tiles against whole", "within 1/255", f"{apart * 255:.3f}/255 apart", apart <= 1 / 255),
        Bar("must", "diffrir: same seed", "same pixels", f"{repeated} of {runs} runs", repeated == runs),
    ]


def _lesson(steps: int, batch: int, patch: int, rate: float) -> Lesson:
    recipe = Recipe(
        steps, batch, rate, warm_up=50 / steps, last_rate=0.0, weight_decay=0.0, beta2=0.99, ema=0.999,
        precision="bf16", validate_every=0, save_every=0,
    )  # fmt: skip
    return Lesson(recipe, Settings(patch=patch, damage=DAMAGE))


def _held_out(data: Path) -> list[np.ndarray]:
    """The middles of held-out photographs, ``(SIDE, SIDE, 3)`` float32."""
    chosen = [item for item in items.photos(data) if item.held_out and min(item.width, item.height) >= SIDE]
    middles = []
    for photo in read_photos(chosen[:PHOTOS], 4 * SIDE):
        side = min(photo.shape[:2])
        top, left = ((length - side) // 2 for length in photo.shape[:2])
        square = photo[top : top + side, left : left + side]
        middles.append(cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255)
    return middles


def _psnr(made: np.ndarray, truth: np.ndarray, inside: np.ndarray) -> float:
    """In dB, inside the mask; at most 60, the rounding of 8 bits."""
    return -10 * float(np.log10(max(float(np.square(made - truth)[inside].mean()), 1e-6)))
