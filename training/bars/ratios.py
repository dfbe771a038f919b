"""What samples are made of: ranges and shares measured on drawn samples, against the stated ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np

from training.bars import Bar, Ground
from training.core.draws import Draws
from training.core.recipe import read_recipe, validated
from training.decode.context_stages import INSTRUCTION, RETRIEVAL
from training.decode.mixture import Drops, Instruction, Mixture
from training.restore.degrade import PAPER_SHIFT, RELEASED_SHIFT, Shift, shifted, tinted
from training.restore.masks import BOX, IRREGULAR, draw
from training.restore.samples import Damage, degraded

DRAWS, SIDE = 4000, 64
NEAR = 0.03  # of a share
MANY, CLOSE = 20_000, 0.008  # draws that cost nothing, and how near a share then comes
FULL = 0.98  # of a range that the draws must reach
MIXED = {  # Instruct-Imagen, table 1
    "text": 0.15, "art": 0.05, "depth": 0.06, "mask": 0.06, "edge": 0.06, "sketch": 0.02, "subject": 0.30,
    "faces": 0.05, "faces-hq": 0.05, "style": 0.10, "transfer": 0.10,
}  # fmt: skip
DROPPED = {"text and context": 0.1, "context alone": 0.1}  # Instruct-Imagen, section 3.3


def measure(_ground: Ground) -> list[Bar]:
    """D2's ranges in the paper and in the released code, kinds of masks, chances of damage; mixture and drops."""
    random = np.random.default_rng(0)
    ranges = [
        _range("paper", PAPER_SHIFT, Shift(0.06, 0.05), shifted, random),
        _range("released second stage", RELEASED_SHIFT, Shift(0.08, 0.05), shifted, random),
        _range("each channel its own", RELEASED_SHIFT, Shift(0.08, 0.05), tinted, random),
    ]
    return [*ranges, _masks(random), _damage(random), _mixed(), *(_dropped(name) for name in (RETRIEVAL, INSTRUCTION))]


def _range(
    name: str,
    shift: Shift,
    stated: Shift,
    make: Callable[[np.ndarray, Shift, np.random.Generator], np.ndarray],
    random: np.random.Generator,
) -> Bar:
    """The largest gain and bias drawn, read off two flat colours."""
    flat = np.array([0.3, 0.7], np.float32)[None, :, None].repeat(3, axis=2)
    made = np.stack([make(flat, shift, random)[0] for _ in range(DRAWS)])
    gain = (made[:, 1] - made[:, 0]) / 0.4 - 1
    bias = made[:, 0] - 0.3 * (gain + 1)
    ends = [float(each.min()) for each in (gain, bias)] + [float(each.max()) for each in (gain, bias)]
    wanted = [-stated.gain, -stated.bias, stated.gain, stated.bias]
    held = all(FULL * abs(goal) <= abs(end) <= abs(goal) + 1e-3 for end, goal in zip(ends, wanted, strict=True))
    figure = f"gain {ends[0]:+.4f} to {ends[2]:+.4f}, bias {ends[1]:+.4f} to {ends[3]:+.4f}, of {DRAWS} draws"
    goal = f"gain 1 ± {stated.gain}, bias ± {stated.bias}"
    return Bar("must", f"right parameters: range of the shift of tone, {name}", goal, figure, held)


def _masks(random: np.random.Generator) -> Bar:
    found = Counter(kind_of(draw(SIDE, random) > 0) for _ in range(DRAWS))
    wanted = {"brushed": IRREGULAR, "box": BOX, "frame": 1 - IRREGULAR - BOX}
    shares = {kind: found[kind] / DRAWS for kind in wanted}
    goal = "brushed 35 %, boxes 30 %, frames 35 %"
    figure = ", ".join(f"{kind} {share:.1%}" for kind, share in shares.items())
    held = wanted == {"brushed": 0.35, "box": 0.30, "frame": 1 - 0.35 - 0.30}
    held &= all(abs(shares[kind] - share) <= NEAR for kind, share in wanted.items())
    return Bar("must", "right parameters: kinds of masks", goal, figure, held)


def kind_of(mask: np.ndarray) -> str:
    """A box fills its own bounds; what a frame leaves does."""
    if _solid(mask) and not _solid(~mask):
        return "box"
    return "frame" if _solid(~mask) else "brushed"


def _solid(mask: np.ndarray) -> bool:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return bool(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all())


def _damage(random: np.random.Generator) -> Bar:
    """Where a sample differs tells whether its shift was everywhere; how, whether it was blurred and coded too."""
    damage = Damage()
    picture = random.random((SIDE, SIDE, 3), np.float32) * np.float32(0.5) + np.float32(0.25)
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[16:48, 16:48] = 1
    everywhere = first = 0
    count = DRAWS // 8
    for _ in range(count):
        made = degraded(picture, mask, 1, damage, random)
        everywhere += bool((made != picture)[mask == 0].any())
        inner, truth = (each[20:44, 20:44, 0].ravel() for each in (made, picture))
        first += float(np.corrcoef(inner, truth)[0, 1]) < 0.97
    shares = (everywhere / count, first / count)
    wanted = (damage.everywhere, damage.first_order)
    figure = f"everywhere {shares[0]:.1%}, second-order degradation {shares[1]:.1%}, of {count} samples"
    goal = f"everywhere {wanted[0]:.0%}, second-order degradation {wanted[1]:.0%}, as the settings say"
    held = all(abs(share - aim) <= 2 * NEAR for share, aim in zip(shares, wanted, strict=True))
    return Bar("must", "right parameters: chances of damage", goal, figure, held)


def _mixed() -> Bar:
    """Every set with one instruction, which is its name."""
    whole = Mixture({name: (Instruction(name, (), 0),) for name in MIXED})
    found = Counter(each.text for each in whole.drawn(Draws(0, range(MANY))))
    shares = {name: found[name] / MANY for name in MIXED}
    far = max(abs(shares[name] - share) for name, share in MIXED.items())
    figure = ", ".join(f"{name} {share:.1%}" for name, share in shares.items())
    goal = "the eleven sets of the paper's table, " + ", ".join(f"{share:.0%}" for share in MIXED.values())
    held = set(found) == set(MIXED) and far <= CLOSE and not whole.absent
    return Bar("must", "right parameters: mixture of instructions", goal, figure, held)


def _dropped(stage: str) -> Bar:
    """What is left of an instruction under the drops of the stage's own config."""
    drops = validated(Drops, read_recipe("starter-cpu", stage)[1]["drops"], stage)
    pair = Instruction("a picture of [ref#1]", (("[ref#1] vase", 0),), 1)
    kept = Counter(
        (text, bool(made.context))
        for text, made in (drops.applied(pair, each) for each in Draws(1, range(MANY)).generators)
    )
    shares = {"text and context": kept[False, False] / MANY, "context alone": kept[True, False] / MANY}
    figure = ", ".join(f"{name} {share:.1%}" for name, share in shares.items()) + f", of {MANY} samples"
    goal = ", ".join(f"{name} {share:.0%}" for name, share in DROPPED.items())
    held = not kept[False, True] and all(abs(shares[name] - share) <= CLOSE for name, share in DROPPED.items())
    return Bar("must", f"right parameters: dropped conditions, {stage}", goal, figure, held)
