"""Predicts a look: from words, or from a reference picture's tone and colour.

Sentence embeddings place "brighter" and "darker" close together, so the regressor reads the words too, as hashed word
and letter n-grams beside the embedding. It is factored: one branch says which look is asked for, the other how strongly
("a bit", "much"), and their product is the look.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from engine.amounts import amount_number
from engine.draft.look import RANGES, Look
from engine.draft.look_colour import to_light, to_oklab

HASHED = 2048
VECTOR = 384
WEIGHTS = "own/look.safetensors"

# Lightness and chroma statistics of an ordinary photograph (median over the public-domain training photos).
_TYPICAL = {"middle": 0.56, "spread": 0.17, "chroma": 0.058, "a": -0.004, "b": 0.012}


class _Bundle(Protocol):
    def tensors(self, name: str, /) -> Mapping[str, Any]: ...


def hashed_words(phrase: str) -> np.ndarray:
    """``(2048,)`` float32, unit norm: signed counts of a phrase's words, word pairs and letter groups of 3 to 5."""
    words = re.findall(r"[^\W_]+(?:['’&-][^\W_]+)*", phrase.lower())
    if not words:
        return np.zeros(HASHED, np.float32)
    keys = [f"w:{word}" for word in words] * 2
    keys += [f"p:{left} {right}" for left, right in zip(["^", *words], [*words, "$"], strict=True)]
    for word in words:
        framed = f"<{word}>"
        keys += [f"c:{framed[i : i + n]}" for n in (3, 4, 5) for i in range(len(framed) - n + 1)]
    out = np.zeros(HASHED, np.float32)
    for key in keys:
        code = zlib.crc32(key.encode())
        out[code % HASHED] += 1.0 if code & 0x80000000 else -1.0
    norm = float(np.linalg.norm(out))
    return out / norm if norm else out


@dataclass(frozen=True, eq=False)
class Predictor:
    """The trained regressor; pure numpy, a fraction of a millisecond per phrase.

    Attributes
    ----------
    weights
        ``look_in (384 + 2048, n)``, ``look_bias (n,)``, ``look_out (n, 19)``, ``look_out_bias (19,)``; ``sign_…`` the
        same for the scalar branch; ``amount (2048,)``, ``amount_bias (1,)``; float32.
    """

    weights: Mapping[str, np.ndarray]

    @staticmethod
    def load(bundle: _Bundle) -> Predictor:
        """Read the weights from the bundle's ``own/look.safetensors``."""
        return Predictor.of(bundle.tensors(WEIGHTS))

    @staticmethod
    def of(tensors: Mapping[str, Any]) -> Predictor:
        """Take tensors or arrays of any float type."""
        return Predictor(
            {
                name: np.asarray(value.float().numpy() if hasattr(value, "numpy") else value, np.float32)
                for name, value in tensors.items()
            }
        )

    def from_words(self, vector: np.ndarray, phrase: str, amount: str = "") -> Look:
        """The look that words ask for.

        Parameters
        ----------
        vector
            ``(384,)`` embedding of ``phrase``.
        phrase
            What the photo should become: "brighter", "less contrast", "a cold winter morning".
        amount
            How much: "a bit", "much", "20%"; empty is the ordinary strength.
        """
        if not phrase.strip():
            return Look()
        named, sign = self._run(np.concatenate([_unit(vector), hashed_words(phrase)]))
        return Look.from_vector(named * sign).scaled(self.strength(amount))

    def from_vector(self, vector: np.ndarray) -> Look:
        """The look that an embedding alone suggests (of a picture or a sound's label), without words."""
        named, _sign = self._run(np.concatenate([_unit(vector), np.zeros(HASHED, np.float32)]))
        return Look.from_vector(named)

    def from_picture(self, vector: np.ndarray, rgb: np.ndarray) -> Look:
        """The look of a reference picture: its tone and colour against an ordinary photo's, and what it shows.

        Parameters
        ----------
        vector
            ``(384,)`` embedding of the picture.
        rgb
            ``(H, W, 3)`` float32, display-encoded.
        """
        return _statistics_look(rgb).plus(self.from_vector(vector).scaled(0.3))

    def strength(self, amount: str) -> float:
        """The factor of an amount in words or numbers, 0.1 to 3; 1 when nothing is said."""
        amount = amount.strip().lower()
        if not amount:
            return 1.0
        number = amount_number(amount)
        if number is None:
            number = float(np.exp(hashed_words(amount) @ self.weights["amount"] + self.weights["amount_bias"][0]))
        return float(np.clip(number, 0.1, 3.0))

    def _run(self, features: np.ndarray) -> tuple[np.ndarray, float]:
        w = self.weights
        named = _silu(features @ w["look_in"] + w["look_bias"]) @ w["look_out"] + w["look_out_bias"]
        sign = _silu(features @ w["sign_in"] + w["sign_bias"]) @ w["sign_out"] + w["sign_out_bias"]
        return named * w["spread"], float(sign[0])


def _unit(vector: np.ndarray) -> np.ndarray:
    vector = np.asarray(vector, np.float32).reshape(-1)
    return vector / max(float(np.linalg.norm(vector)), 1e-6)


def _silu(values: np.ndarray) -> np.ndarray:
    return values / (1 + np.exp(-values))


def _statistics_look(rgb: np.ndarray) -> Look:
    step = max(1, round(np.sqrt(rgb.shape[0] * rgb.shape[1] / 60_000)))
    lab = to_oklab(to_light(rgb[::step, ::step])).reshape(-1, 3)
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    low, middle, high = np.quantile(lightness, [0.02, 0.5, 0.98])
    dark, bright = lab[lightness <= middle], lab[lightness >= middle]
    ends = {
        name: float(np.clip(0.55 * (part[:, axis].mean() - _TYPICAL[key]), -0.06, 0.06))
        for name, part, axis, key in (
            ("shadow_a", dark, 1, "a"),
            ("shadow_b", dark, 2, "b"),
            ("highlight_a", bright, 1, "a"),
            ("highlight_b", bright, 2, "b"),
        )
    }
    return Look(
        exposure=float(np.clip(4.0 * (middle - _TYPICAL["middle"]), -1.5, 1.0)),
        contrast=float(np.clip(1.2 * np.log2(max(lightness.std(), 0.02) / _TYPICAL["spread"]), -0.5, 0.5)),
        saturation=float(np.clip(0.35 * np.log2(max(chroma.mean(), 0.004) / _TYPICAL["chroma"]), -1, 0.35)),
        fade=float(np.clip((low - 0.2) * 2.0, 0, 0.6)),
        whites=float(np.clip((high - 0.93) * 2.5, -0.6, 0)),
        **ends,
    )


CONTROLS = tuple(RANGES)
