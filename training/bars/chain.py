"""The chosen chain against the draft alone on held-out composed scenes, and what a region costs."""

from __future__ import annotations

import json
import time

import cv2
import numpy as np

from engine.bundle import Bundle
from engine.chain import Chain
from engine.restore import Restorer
from engine.values import Op
from training.bars import Bar, Ground
from training.data.items import LicenceClass
from training.evaluate.page import as_json, as_page, sheet
from training.evaluate.perceptual import PerceptualDistance
from training.evaluate.report import CHAINS, Comparison, Judges, compare
from training.evaluate.trials import OPS

TRIALS = 16
SEAM, GRADIENT = 0.75, 0.15  # of the draft's seam energy; around the truth's gradient energy
SEAMS = (Op.add, Op.replace, Op.expand)
REGION, SECONDS = 512, 8.0  # pixels along a side; seconds on 2 cores
WEIGHTS = 40e6  # bytes of own weights


def measure(ground: Ground) -> list[Bar]:
    """Figures and pictures go to ``chain.json``, ``chain.html`` and a sheet for each operation."""
    bundle = Bundle.open("starter")
    restorer, chain = Restorer.load(bundle), Chain.load(bundle)
    judges = Judges(PerceptualDistance.load(bundle))
    made = [
        compare(ground.data, op, TRIALS, restorer, judges, part="held-out", licences=list(LicenceClass)) for op in OPS
    ]
    (ground.out / "chain.json").write_text(json.dumps(as_json(made), indent=1) + "\n", encoding="utf-8")
    for each in made:
        cv2.imwrite(str(ground.out / f"chain-{each.op.value}.jpg"), sheet(each)[..., ::-1])
    about = f"{TRIALS} held-out scenes of each operation: before, draft, restored, truth."
    (ground.out / "chain.html").write_text(as_page(made, "The chain of the starter", about), encoding="utf-8")
    # A request to restore is served by the restorer itself, whatever the record says of drafts.
    chosen = {each.op: CHAINS["restore" in chain.steps(each.op) or each.op is Op.restore] for each in made}
    seams = [_seams(each, chosen[each.op]) for each in made if each.op in SEAMS]
    return [*(_closer(each, chosen[each.op]) for each in made), *seams, *_decoded(), *_cost(bundle, restorer)]


def _closer(each: Comparison, chain: str) -> Bar:
    own, plain = each.mean(chain, "perceptual"), each.mean(CHAINS[0], "perceptual")
    what = f"full ≥ draft: {each.op.value}, chain {chain}, {TRIALS} held-out scenes"
    figure = f"{own:.4f} against {plain:.4f} for the draft alone"
    return Bar("must", what, "perceptual distance to the true target no more than the draft's", figure, own <= plain)


def _seams(each: Comparison, chain: str) -> Bar:
    draft = max(each.mean(CHAINS[0], "seam"), 1e-12)
    seam, target = each.mean(chain, "seam") / draft, each.mean(chain, "seam_truth") / draft
    gradient = each.mean(chain, "gradient") / max(each.mean(chain, "gradient_truth"), 1e-12)
    return Bar(
        "must",
        f"full ≥ draft: {each.op.value}, seam and gradient energy, chain {chain}",
        f"seam ≤ {SEAM} × the draft's, gradient within ±{GRADIENT:.0%} of the target's",
        f"seam {seam:.2f} × (the target's own {target:.2f} ×), gradient {gradient:.2f} ×",
        seam <= SEAM and abs(gradient - 1) <= GRADIENT,
    )


def _decoded() -> list[Bar]:
    """What only a decoder of the starter's own could reach."""
    none = "not measured: the starter ships no decoder"
    return [
        Bar("aim", "inpaint, outpaint with the decoder", "perceptual distance ≤ 0.95 × exemplar fill", none, False),
        Bar("aim", "text-to-image: 24 random captions", "right class ≥ 5 × chance", none, False),
    ]


def _cost(bundle: Bundle, restorer: Restorer | None) -> list[Bar]:
    weights = sum(entry.size for path, entry in bundle.manifest.entries.items() if path.startswith("own/"))
    size = Bar("must", "cost: own weights", "≤ 40 MB", f"{weights / 1e6:.1f} MB", weights <= WEIGHTS)
    if restorer is None:
        return [size]
    picture = np.random.default_rng(0).random((REGION, REGION, 3), np.float32)
    mask = np.zeros((REGION, REGION), np.float32)
    mask[128:384, 128:384] = 1
    taken = []
    for seed in range(3):
        start = time.perf_counter()
        restorer.restore(picture, picture, mask, seed)
        taken.append(time.perf_counter() - start)
    seconds = float(np.median(taken))
    figure = f"{seconds:.1f} s to restore, no decoder is shipped"
    return [
        Bar("must", f"cost: decode and restore, {REGION} px region", "≤ 8 s on 2 cores", figure, seconds <= SECONDS),
        size,
    ]
