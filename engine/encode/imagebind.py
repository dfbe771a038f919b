"""ImageBind as the encoder's towers: its preparation of pictures, texts and sounds around its network.

Its weights may not be used commercially.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch

from engine.encode.imagebind_network import SENSES, USED, ImageBind, ImageBindShape
from engine.encode.studio import SETTINGS, Files, unit
from engine.errors import BundleError
from engine.networks import Held, Networks, Spot
from engine.pretrained import CURE, processor

WEIGHTS = "encoder/imagebind.safetensors"
TOKENIZER = "encoder/tokenizer"
PARTS = ("modality_preprocessors", "modality_trunks", "modality_heads", "modality_postprocessors")  # by sense
MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)  # of CLIP's pictures
SPREAD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
RATE = 16_000  # Hz
WINDOW = 2 * RATE  # samples of a clip
SOUND_MEAN, SOUND_SPREAD = -4.268, 9.138  # of log mel energies
FRAME, STEP, TRANSFORM = 400, 160, 512  # samples: 25 ms every 10 ms
LOWEST = 20.0  # Hz of the first mel filter
FLOOR = float(np.finfo(np.float32).eps)  # of mel energies
EMPHASIS = 0.97


@dataclass(eq=False)
class ImageBindTowers:
    """The network and CLIP's tokenizer.

    Attributes
    ----------
    held
        The network, with the senses that are used.
    shape
        Its sizes.
    tokenizer
        Transformers' ``CLIPTokenizer``.
    """

    held: Held
    shape: ImageBindShape
    tokenizer: Any

    @classmethod
    def load(cls, bundle: Files, settings: Mapping[str, Any], networks: Networks | None = None) -> ImageBindTowers:
        """From a bundle; the network comes when first used.

        Parameters
        ----------
        bundle
            Where it lies.
        settings
            Its sizes, where they are not the published ones.
        networks
            Says where it computes.

        Raises
        ------
        BundleError
            When its sizes or its tokenizer are damaged.
        """
        from transformers import CLIPTokenizer

        try:
            shape = ImageBindShape.of(settings.get("shape", {})).only(*USED)
            with torch.device("meta"):
                empty = ImageBind(shape)
        except (TypeError, ValueError, KeyError) as fault:
            raise BundleError(f"{SETTINGS} is damaged ({fault}).", CURE) from fault
        held = (networks or Networks()).hold("imagebind", partial(_filled, empty, bundle))
        return cls(held, shape, processor(CLIPTokenizer, bundle, TOKENIZER))

    @property
    def side(self) -> int:
        """Pixels across the pictures that are looked at."""
        return self.shape.side

    @property
    def rate(self) -> int:
        """Samples a second that are listened to."""
        return RATE

    @property
    def window(self) -> int:
        """Samples that are heard at once."""
        return WINDOW

    @property
    def sharpness(self) -> float:
        """The learned scale of texts."""
        return float(self.held.here().modality_postprocessors["text"][1].log_logit_scale.exp())

    def texts(self, texts: Sequence[str]) -> np.ndarray:
        """``(n, D)`` of texts, of which as much is read as the network has room for."""
        words = self.shape.words
        begin, end = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id
        rows = np.zeros((len(texts), words), np.int64)  # filled up with zeros, not with CLIP's end marks
        for row, text in zip(rows, texts, strict=True):
            ids = [*[begin, *self.tokenizer(text, add_special_tokens=False).input_ids][: words - 1], end]
            row[: len(ids)] = ids
        return self._ask("text", torch.from_numpy(rows))

    def pictures(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """``(n, D)`` of the middle squares of pictures ``(h, w, 3)`` uint8."""
        planes = [prepared(picture, self.side) for picture in pictures]
        return self._ask("vision", torch.from_numpy(np.stack(planes)))

    def sounds(self, windows: Sequence[np.ndarray], names: Sequence[str]) -> np.ndarray:
        """``(n, D)`` of windows of sound, which needs no names."""
        bins, frames = self.shape.bins, self.shape.frames
        spectra = [spectrum(window, bins, frames, self._filters) for window in windows]
        return self._ask("audio", torch.from_numpy(np.stack(spectra))[:, None])

    def heard(self, windows: Sequence[np.ndarray], names: Sequence[str]) -> np.ndarray:
        """``(n, names)`` likeness of windows to names, as logits."""
        return self.sharpness * self.sounds(windows, names) @ self._known(tuple(names)).T

    def _known(self, names: tuple[str, ...]) -> np.ndarray:
        if self._names[0] != names:
            parts = [self.texts(names[at : at + 32]) for at in range(0, len(names), 32)]
            self._names = names, np.concatenate(parts)
        return self._names[1]

    @cached_property
    def _names(self) -> tuple[tuple[str, ...], np.ndarray]:
        return (), np.zeros((0, self.shape.out), np.float32)

    @cached_property
    def _filters(self) -> np.ndarray:
        return mel_filters(self.shape.bins)

    @torch.inference_mode()
    def _ask(self, sense: Any, given: torch.Tensor) -> np.ndarray:
        network = self.held.here()
        first = next(network.parameters())
        given = given.to(first.device) if sense == "text" else given.to(first.device, first.dtype)
        return unit(network(sense, given).float().cpu().numpy())


def _filled(empty: ImageBind, bundle: Files, spot: Spot) -> ImageBind:
    """The network with its weights.

    Raises
    ------
    BundleError
        When they are not the network's: they are named.
    """
    network = copy.deepcopy(empty)
    heads = tuple(f"{part}.{sense}." for part in PARTS for sense in set(SENSES) - set(USED))  # not used here
    tensors = {name: value for name, value in bundle.tensors(WEIGHTS).items() if not name.startswith(heads)}
    try:
        network.load_state_dict(tensors, assign=True)
    except RuntimeError as fault:
        raise BundleError(f"{WEIGHTS} cannot be loaded ({' '.join(str(fault).split())[:200]}).", CURE) from fault
    return network.to(spot.device, spot.dtype).eval().requires_grad_(False)


def prepared(picture: np.ndarray, side: int) -> np.ndarray:
    """``(3, side, side)`` float32: short side to ``side`` (bicubic), the middle square, in CLIP's units."""
    from PIL import Image

    height, width = picture.shape[:2]
    short = min(height, width)
    size = (max(side, int(side * width / short)), max(side, int(side * height / short)))
    small = np.asarray(Image.fromarray(np.ascontiguousarray(picture)).resize(size, Image.Resampling.BICUBIC))
    top, left = round((small.shape[0] - side) / 2), round((small.shape[1] - side) / 2)
    square = small[top : top + side, left : left + side].astype(np.float32) / 255
    return np.ascontiguousarray(((square - MEAN) / SPREAD).transpose(2, 0, 1))


def mel_filters(bins: int) -> np.ndarray:
    """``(TRANSFORM / 2 + 1, bins)`` triangles of equal width in Kaldi's mel scale."""
    from transformers.audio_utils import mel_filter_bank

    return mel_filter_bank(
        num_frequency_bins=TRANSFORM // 2 + 1, num_mel_filters=bins, min_frequency=LOWEST, max_frequency=RATE / 2,
        sampling_rate=RATE, norm=None, mel_scale="kaldi", triangularize_in_mel_space=True,
    )  # fmt: skip


def spectrum(window: np.ndarray, bins: int, frames: int, filters: np.ndarray) -> np.ndarray:
    """``(bins, frames)`` float32 log mel energies as Kaldi computes them, in the network's units.

    What is missing to ``frames`` is zero before the units are changed, as in training.
    """
    from transformers.audio_utils import spectrogram, window_function

    quiet = (window - window.mean()).astype(np.float64)
    quiet = np.pad(quiet, (0, max(0, FRAME - len(quiet))))
    energies = spectrogram(
        quiet, window_function(FRAME, "hann", periodic=False), frame_length=FRAME, hop_length=STEP,
        fft_length=TRANSFORM, power=2.0, center=False, preemphasis=EMPHASIS, mel_filters=filters, log_mel="log",
        mel_floor=FLOOR, remove_dc_offset=True,
    )[:, :frames]  # fmt: skip
    whole = np.zeros((bins, frames), np.float32)
    whole[:, : energies.shape[1]] = energies
    return (whole - SOUND_MEAN) / SOUND_SPREAD
