"""The starter's restorer on planted shifts of gain, bias and tint that stop at the mask, on held-out photographs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.bundle import Bundle
from engine.restore import Restorer
from engine.restore.matching import matched
from training.bars import Bar, Ground
from training.data import items
from training.restore.degrade import RELEASED_SHIFT, locally_shifted, tinted
from training.restore.masks import draw, softened
from training.restore.samples import read_photos

PHOTOS, SIDE = 40, 384  # photographs, pixels along their sides
GAIN = 4.0  # dB
KINDS = ("planted", "soft", "drifting")


@dataclass(frozen=True, eq=False)
class Planted:
    """A photograph ``(SIDE, SIDE, 3)`` float32 with a shift of tone in a mask ``(SIDE, SIDE)``, 0 to 1."""

    truth: np.ndarray
    composite: np.ndarray
    mask: np.ndarray


def measure(ground: Ground) -> list[Bar]:
    """PSNR inside of the restored against the untouched composite; pictures go to ``harmonise.jpg``."""
    restorer = Restorer.load(Bundle.open("starter"))
    if restorer is None:
        return [Bar("must", "harmonise", "the starter has a restorer", "it has none", False)]
    photos = squares(ground.data, held_out=True)
    gains, fitted, exact = {}, {}, 0
    tiles: list[np.ndarray] = []
    for kind in KINDS:
        made = [(each, restorer.restore(each.composite, each.truth, each.mask, 0)) for each in planted(photos, kind)]
        gains[kind] = [gain(restored, each) for each, restored in made]
        fitted[kind] = [gain(fit(each), each) for each, _ in made]
        exact += sum(np.array_equal(restored[each.mask == 0], each.truth[each.mask == 0]) for each, restored in made)
        tiles += [np.concatenate([each.composite, restored, each.truth], axis=1) for each, restored in made[:4]]
    cv2.imwrite(str(ground.out / "harmonise.jpg"), np.rint(np.concatenate(tiles) * 255).astype(np.uint8)[..., ::-1])

    def figure(kind: str) -> str:
        each = f"{np.mean(gains[kind]):+.1f} dB, worst {np.min(gains[kind]):+.1f}"
        return f"{each} ({len(photos)} held-out photographs; the fit alone {np.mean(fitted[kind]):+.1f})"

    runs = len(KINDS) * len(photos)
    return [
        Bar(
            "must",
            "harmonise: gain ±8 %, bias ±5 % of white, each channel its own, in the mask alone",
            f"PSNR inside up by ≥ {GAIN:.0f} dB over the untouched composite",
            figure("planted"),
            float(np.mean(gains["planted"])) >= GAIN,
        ),
        Bar(
            "aim",
            "harmonise: the same, blended in by a soft mask",
            f"PSNR inside up by ≥ {GAIN:.0f} dB",
            figure("soft"),
            float(np.mean(gains["soft"])) >= GAIN,
        ),
        Bar(
            "aim",
            "harmonise: a shift that drifts within the mask",
            f"PSNR inside up by ≥ {GAIN:.0f} dB",
            figure("drifting"),
            float(np.mean(gains["drifting"])) >= GAIN,
        ),
        Bar("must", "harmonise: preserved pixels", "exactly the photo's", f"{exact} of {runs} runs", exact == runs),
    ]


def squares(data: Path, *, held_out: bool) -> list[np.ndarray]:
    """The middles of photographs of one side of the held-out line, ``(SIDE, SIDE, 3)`` float32, 0 to 1."""
    chosen = [
        each
        for each in items.photos(data)
        if (each.held_out if held_out else each.trainable) and min(each.width, each.height) >= SIDE
    ]
    middles = []
    for photo in read_photos(chosen[:PHOTOS], 4 * SIDE):
        side = min(photo.shape[:2])
        top, left = ((length - side) // 2 for length in photo.shape[:2])
        square = photo[top : top + side, left : left + side]
        middles.append(cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255)
    return middles


def planted(photos: list[np.ndarray], kind: str) -> Iterator[Planted]:
    """Each photograph with a shift of the kind, always the same ones."""
    random = np.random.default_rng(23)
    for truth in photos:
        mask = draw(SIDE, random)
        if kind == "soft":
            mask = softened(mask, random)
        if kind == "drifting":
            changed = locally_shifted(truth, mask, RELEASED_SHIFT, random)
        else:
            changed = tinted(truth, RELEASED_SHIFT, random)
        yield Planted(truth, truth + (changed - truth) * mask[..., None], mask)


def fit(each: Planted) -> np.ndarray:
    """What the fit across the border makes of it without any network."""
    made = matched(each.composite, each.truth, each.mask)
    return each.truth + (made - each.truth) * each.mask[..., None]


def gain(made: np.ndarray, each: Planted) -> float:
    """Gain in PSNR inside the mask, in dB, over the untouched composite; both at most 60, the rounding of 8 bits."""
    return _psnr(made, each) - _psnr(each.composite, each)


def _psnr(made: np.ndarray, each: Planted) -> float:
    inside = each.mask > 0
    return -10 * float(np.log10(max(float(np.square(made - each.truth)[inside].mean()), 1e-6)))
