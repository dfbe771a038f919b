"""Fits the numbers by which a painted or drawn reference is told from a photograph; prints them for ``style_texture``.

``python -m training.look.marks DATA``: photos of permissive licence, as they are against painted by our own filters;
every third photo, and two of the filters, are kept for the accuracy it prints.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from scipy.optimize import minimize

from engine.draft.style import FAMILIES, paint
from engine.draft.style_texture import marks

KEPT_OUT = ("pastel", "watercolour")


def samples(data: Path, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, labels (1 painted), and which rows are kept out."""
    dice = np.random.default_rng(seed)
    lines = (data / "photos" / "photos.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if row["licence_class"] in ("public-domain", "attribution")]
    rows = [row for row in rows if min(row["width"], row["height"]) >= 300]
    features, labels, kept_out = [], [], []
    for number, index in enumerate(dice.permutation(len(rows))[:count]):
        pixels = cv2.imread(str(data / rows[index]["file"]), cv2.IMREAD_COLOR)
        if pixels is None:
            continue
        side = int(dice.integers(384, 900))
        scale = min(1.0, side / max(pixels.shape[:2]))
        rgb = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[..., ::-1].astype(np.float32)
        rgb = np.ascontiguousarray(rgb / 255)
        features.append(marks(rgb))
        labels.append(0)
        kept_out.append(number % 3 == 0)
        for choice in dice.choice(len(FAMILIES), 2, replace=False):
            family = FAMILIES[int(choice)]
            small = cv2.resize(rgb, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
            features.append(marks(paint(small, family, seed=number)))
            labels.append(1)
            kept_out.append(number % 3 == 0 or family.name in KEPT_OUT)
    return np.array(features), np.array(labels), np.array(kept_out)


def fit(features: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Logistic regression with a ridge; both classes count the same."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    x = (features - mean) / spread
    side = 2.0 * labels - 1
    weight = np.where(labels == 1, 0.5 / labels.mean(), 0.5 / (1 - labels.mean()))

    def loss(values: np.ndarray) -> float:
        margin = side * (x @ values[:-1] + values[-1])
        return float((weight * np.logaddexp(0, -margin)).mean() + 0.01 * values[:-1] @ values[:-1])

    best = minimize(loss, np.zeros(x.shape[1] + 1), method="L-BFGS-B").x
    return mean, spread, best[:-1], float(best[-1])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--count", type=int, default=120)
    arguments = parser.parse_args()
    features, labels, kept_out = samples(arguments.data, arguments.count)
    mean, spread, weights, bias = fit(features[~kept_out], labels[~kept_out])
    scores = (features - mean) / spread @ weights + bias
    for label, name in ((0, "photos taken as painted"), (1, "paintings taken as painted")):
        rows = kept_out & (labels == label)
        print(f"{name}: {(scores[rows] > 1).mean():.1%} of {rows.sum()} kept out")
    for name, values in (("MEAN", mean), ("SPREAD", spread), ("WEIGHTS", weights)):
        print(f"_MARKS_{name} = np.array({np.round(values, 3).tolist()})")
    print(f"_MARKS_BIAS = {bias:.3f}")


if __name__ == "__main__":
    main()
