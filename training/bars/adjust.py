"""Adjust by words: the change goes the way the word says, and edges stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from training.bars import Bar, Ground
from training.look.heldout import PARAPHRASES

Edit = Callable[[np.ndarray, str], np.ndarray]
"""From a picture ``(H, W, 3)`` float32, display-encoded, and the words to the edited picture."""

WORDS: tuple[tuple[str, str, int], ...] = (
    ("brighter", "lightness", 1),
    ("darker", "lightness", -1),
    ("warmer", "warmth", 1),
    ("cooler", "warmth", -1),
    ("more contrast", "contrast", 1),
    ("less contrast", "contrast", -1),
    ("more saturated", "chroma", 1),
    ("less saturated", "chroma", -1),
    ("bluer", "blue", 1),
    ("greener", "green", 1),
    ("redder", "red", 1),
    ("yellower", "yellow", 1),
)
PHOTOS = (
    "scikit_astronaut",
    "palapeli_castle_maintenon",
    "palapeli_cincinnati_bridge",
    "palapeli_citrus_fruits",
    "puzzle_cat_animal_cat_portrait_mackerel",
    "puzzle_pexels_photo_302304",
    "libjxl_flower",
    "tuxpaint_lighthouse",
    "gcompris_neuschwansteincastle",
    "forensics_img_20200608_111614",
)
"""Held-out photos: skin, stone, night, fruit, fur, snow, flowers, sky, wood, grass."""

LEAST = {
    "lightness": 1.0,
    "warmth": 1.0,
    "contrast": 0.3,
    "chroma": 0.5,
    "blue": 1.0,
    "green": 1.0,
    "red": 1.0,
    "yellow": 1.0,
}
"""A change smaller than this counts as none: units of CIE Lab."""


def quantities(rgb: np.ndarray) -> dict[str, float]:
    """What the words speak of, in CIE Lab: mean lightness, its spread, mean chroma, and the way of the mean colour."""
    lab = cv2.cvtColor(np.ascontiguousarray(rgb, np.float32), cv2.COLOR_RGB2LAB).reshape(-1, 3)
    lightness, a, b = (float(value) for value in lab.mean(axis=0))
    return {
        "lightness": lightness,
        "contrast": float(lab[:, 0].std()),
        "chroma": float(np.hypot(lab[:, 1], lab[:, 2]).mean()),
        "warmth": b,
        "blue": -b,
        "yellow": b,
        "red": a,
        "green": -a,
    }


def edge_correlation(before: np.ndarray, after: np.ndarray) -> float:
    """Pearson correlation of the signed brightness gradients, both directions taken together."""

    def gradients(rgb: np.ndarray) -> np.ndarray:
        luma = rgb @ np.array([0.299, 0.587, 0.114], np.float32)
        return np.concatenate([np.diff(luma, axis=0).ravel(), np.diff(luma, axis=1).ravel()])

    return float(np.corrcoef(gradients(before), gradients(after))[0, 1])


def right_way(before: np.ndarray, after: np.ndarray, quantity: str, sign: int) -> bool:
    """Whether the quantity moved the wanted way by more than what counts as none."""
    return sign * (quantities(after)[quantity] - quantities(before)[quantity]) > LEAST[quantity]


def photo(data: Path, stem: str, long_side: int = 768) -> np.ndarray:
    """A photo of the data folder as ``(H, W, 3)`` float32, its long side at most that."""
    rows = [json.loads(line) for line in (data / "photos" / "photos.jsonl").read_text().splitlines()]
    file = next(row["file"] for row in rows if Path(row["file"]).stem == stem)
    pixels = cv2.imread(str(data / file), cv2.IMREAD_COLOR)
    if pixels is None:
        raise FileNotFoundError(file)
    scale = min(1.0, long_side / max(pixels.shape[:2]))
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)[..., ::-1].astype(np.float32) / 255


def words_to_look() -> Edit:
    """The path words, embedding, look, picture, without planner and files."""
    from engine.bundle import Bundle
    from engine.draft import look
    from engine.draft.look_predict import Predictor
    from engine.encode import Encoder

    bundle = Bundle.open("starter")
    encoder, predictor = Encoder.load(bundle), Predictor.load(bundle)

    def edit(rgb: np.ndarray, words: str) -> np.ndarray:
        return look.apply(rgb, predictor.from_words(encoder.text([words])[0], words))

    return edit


def measure(ground: Ground, edit: Edit | None = None) -> list[Bar]:
    """Twelve words on ten held-out photos, then wordings that were kept out of training on two of them."""
    edit = edit or words_to_look()
    photos = [photo(ground.data, stem) for stem in PHOTOS]
    right, edges, wrong = 0, [], []
    for words, quantity, sign in WORDS:
        for stem, rgb in zip(PHOTOS, photos, strict=True):
            after = edit(rgb, words)
            good = right_way(rgb, after, quantity, sign)
            right += good
            edges.append(edge_correlation(rgb, after))
            if not good:
                wrong.append(f"{words} on {stem}")
    count = len(edges)
    kept = sum(edge >= 0.95 for edge in edges)
    unseen = [
        right_way(rgb, edit(rgb, words), quantity, sign) for words, quantity, sign in PARAPHRASES for rgb in photos[:2]
    ]
    share = sum(unseen) / len(unseen)
    missed = "; ".join(wrong[:4]) or "none missed"
    return [
        Bar(
            "must",
            "adjust: direction",
            "right in ≥ 95 % of 12 words × 10 photos",
            f"{right}/{count} ({missed})",
            right >= 0.95 * count,
        ),
        Bar(
            "must",
            "adjust: edges",
            "gradient correlation ≥ 0.95",
            f"lowest {min(edges):.3f}, {kept}/{count} reach it",
            kept == count,
        ),
        Bar(
            "aim",
            "adjust: unseen wording",
            f"right in ≥ 80 % of {len(PARAPHRASES)} held-out wordings × 2 photos",
            f"{share:.1%}",
            share >= 0.8,
        ),
    ]
