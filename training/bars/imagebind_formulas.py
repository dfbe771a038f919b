"""ImageBind's formulas written once more, in numpy and float64, without any of the engine's or PyTorch's layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image
from scipy.special import erf

from engine.encode.imagebind_network import ImageBindShape, Sense

Array = np.ndarray
INNER, STEM = 1e-6, 1e-5  # added to variances in trunks and heads, and behind stems
RATE, FRAME, STEP, POINTS = 16_000, 400, 160, 512


class Formulas:
    """Embeddings from published weights.

    Parameters
    ----------
    weights
        Published name to float64 array.
    shape
        Sizes.
    """

    def __init__(self, weights: Mapping[str, Array], shape: ImageBindShape) -> None:
        self.w, self.shape = weights, shape

    def picture(self, pixels: Array) -> Array:
        """``(D,)`` of ``(h, w, 3)`` uint8: an image is a film of two equal frames."""
        plane = _square(pixels, self.shape.side)
        kernel = self.w["modality_preprocessors.vision.rgbt_stem.proj.1.weight"].sum(axis=2)
        tokens = _patches(plane, kernel, self.shape.patch)
        return self._answer("vision", self._placed("vision", tokens))

    def sound(self, window: Array) -> Array:
        """``(D,)`` of one window at 16 kHz."""
        spectrum = log_mel(window, self.shape.bins, self.shape.frames)[None]
        head = "modality_preprocessors.audio.rgbt_stem."
        tokens = _patches(spectrum, self.w[f"{head}proj.weight"], self.shape.sound_stride)
        tokens = self._norm(tokens, f"{head}norm_layer", STEM)
        return self._answer("audio", self._placed("audio", tokens))

    def text(self, ids: Sequence[int]) -> Array:
        """``(D,)`` of token ids."""
        head = "modality_preprocessors.text."
        tokens = self.w[f"{head}token_embedding.weight"][list(ids)] + self.w[f"{head}pos_embed"][0]
        states = self._trunk("text", tokens, causal=True)
        last = self._norm(states[int(np.argmax(ids))], "modality_heads.text.proj.0", INNER)
        return _unit(last @ self.w["modality_heads.text.proj.1.weight"].T)

    def _placed(self, sense: Sense, tokens: Array) -> Array:
        head = f"modality_preprocessors.{sense}."
        return (
            np.concatenate([self.w[f"{head}cls_token"][0], tokens]) + self.w[f"{head}pos_embedding_helper.pos_embed"][0]
        )

    def _answer(self, sense: Sense, tokens: Array) -> Array:
        if sense == "vision":
            tokens = self._norm(tokens, "modality_trunks.vision.pre_transformer_layer.0", INNER)
        states = self._trunk(sense, tokens, causal=False)
        first = self._norm(states[0], f"modality_heads.{sense}.0", INNER)
        return _unit(first @ self.w[f"modality_heads.{sense}.2.weight"].T)

    def _trunk(self, sense: Sense, x: Array, causal: bool) -> Array:
        tower = self.shape.towers[sense]
        for block in range(tower.blocks):
            head = f"modality_trunks.{sense}.blocks.{block}."
            x = x + self._attention(self._norm(x, f"{head}norm_1", INNER), head, tower.heads, causal)
            inner = self._linear(self._norm(x, f"{head}norm_2", INNER), f"{head}mlp.fc1")
            x = x + self._linear(inner * 0.5 * (1 + erf(inner / np.sqrt(2))), f"{head}mlp.fc2")
        return x

    def _attention(self, x: Array, head: str, heads: int, causal: bool) -> Array:
        count, width = x.shape
        joined = x @ self.w[f"{head}attn.in_proj_weight"].T + self.w[f"{head}attn.in_proj_bias"]
        query, key, value = np.split(joined, 3, axis=1)
        if f"{head}attn.bias_k" in self.w:
            key = np.concatenate([key, self.w[f"{head}attn.bias_k"][0]])
            value = np.concatenate([value, self.w[f"{head}attn.bias_v"][0]])
        out = np.empty_like(x)
        for each in range(heads):
            part = slice(each * width // heads, (each + 1) * width // heads)
            logits = query[:, part] @ key[:, part].T / np.sqrt(width // heads)
            if causal:
                logits = np.where(np.tri(count, dtype=bool), logits, -np.inf)
            shares = np.exp(logits - logits.max(axis=1, keepdims=True))
            out[:, part] = shares / shares.sum(axis=1, keepdims=True) @ value[:, part]
        return self._linear(out, f"{head}attn.out_proj")

    def _linear(self, x: Array, name: str) -> Array:
        return x @ self.w[f"{name}.weight"].T + self.w[f"{name}.bias"]

    def _norm(self, x: Array, name: str, epsilon: float) -> Array:
        spread = np.sqrt(x.var(axis=-1, keepdims=True) + epsilon)
        return (x - x.mean(axis=-1, keepdims=True)) / spread * self.w[f"{name}.weight"] + self.w[f"{name}.bias"]


def log_mel(window: Array, bins: int, frames: int) -> Array:
    """``(bins, frames)`` log mel energies, as Kaldi's ``compute-fbank-feats`` defines them, in ImageBind's units."""
    signal = window.astype(np.float64) - np.float64(np.mean(window))
    count = 1 + (len(signal) - FRAME) // STEP
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / (FRAME - 1))

    def mel(hertz: Array | float) -> Array:
        return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)

    low, high = mel(20.0), mel(RATE / 2)
    step = (high - low) / (bins + 1)
    places = mel(np.arange(POINTS // 2 + 1) * RATE / POINTS)
    out = np.zeros((bins, frames))
    for frame in range(min(count, frames)):
        piece = signal[frame * STEP : frame * STEP + FRAME]
        piece = piece - piece.mean()
        piece = piece - 0.97 * np.concatenate([piece[:1], piece[:-1]])
        power = np.abs(np.fft.rfft(piece * taper, POINTS)) ** 2
        for each in range(bins):
            left = low + each * step
            rising, falling = (places - left) / step, (left + 2 * step - places) / step
            weight = np.maximum(0.0, np.minimum(rising, falling))
            out[each, frame] = np.log(max(float(power @ weight), float(np.finfo(np.float32).eps)))
    return (out + 4.268) / 9.138


def _square(pixels: Array, side: int) -> Array:
    """``(3, side, side)``: short side to ``side``, bicubic, the middle, less CLIP's mean, over its spread."""
    height, width = pixels.shape[:2]
    scale = side / min(height, width)
    small = np.asarray(
        Image.fromarray(pixels).resize((int(width * scale), int(height * scale)), Image.Resampling.BICUBIC)
    )
    top, left = (small.shape[0] - side + 1) // 2, (small.shape[1] - side + 1) // 2
    middle = small[top : top + side, left : left + side].astype(np.float64) / 255
    mean = np.array([0.48145466, 0.4578275, 0.40821073])
    return ((middle - mean) / np.array([0.26862954, 0.26130258, 0.27577711])).transpose(2, 0, 1)


def _patches(plane: Array, kernel: Array, stride: int) -> Array:
    """A convolution without bias: ``(c, h, w)`` and ``(n, c, k, k)`` to ``(places, n)``, row by row."""
    size = kernel.shape[-1]
    flat = kernel.reshape(len(kernel), -1)
    return np.stack(
        [
            flat @ plane[:, top : top + size, left : left + size].ravel()
            for top in range(0, plane.shape[1] - size + 1, stride)
            for left in range(0, plane.shape[2] - size + 1, stride)
        ]
    )


def _unit(vector: Array) -> Array:
    return vector / np.linalg.norm(vector)
