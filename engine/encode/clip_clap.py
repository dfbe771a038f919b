"""CLIP for pictures and texts, CLAP for sounds: two spaces, joined through words.

What CLAP hears is likened to the names of everyday sounds in its own space; the same names in CLIP's space, each as
strong as it was heard, make the sound's vector there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.encode.studio import Files, unit
from engine.networks import Held, Networks
from engine.pretrained import network, processor

CLIP, CLAP = "encoder/clip", "encoder/clap"
STRONGEST = 12  # names that a sound is put together from


@dataclass(eq=False)
class ClipClap:
    """Both networks with what prepares their inputs.

    Attributes
    ----------
    clip, clap
        Transformers' ``CLIPModel`` and ``ClapModel``.
    look, read, listen, read_sounds
        CLIP's picture preparation and tokenizer, CLAP's sound preparation and tokenizer.
    """

    clip: Held
    clap: Held
    look: Any
    read: Any
    listen: Any
    read_sounds: Any
    _names: dict[tuple[str, ...], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, bundle: Files, networks: Networks | None = None) -> ClipClap:
        """From the folders ``encoder/clip`` and ``encoder/clap``; the networks come when first used.

        Parameters
        ----------
        bundle
            Where they lie.
        networks
            Says where they compute.

        Raises
        ------
        BundleError
            When what prepares their inputs is missing or damaged.
        """
        from transformers import AutoFeatureExtractor, AutoImageProcessor, AutoTokenizer, ClapModel, CLIPModel

        networks = networks or Networks()
        return cls(
            networks.hold("clip", partial(network, CLIPModel, bundle, CLIP)),
            # its window attention overflows in half precision
            networks.hold("clap", partial(network, ClapModel, bundle, CLAP), exact=True),
            processor(AutoImageProcessor, bundle, CLIP),
            processor(AutoTokenizer, bundle, CLIP),
            processor(AutoFeatureExtractor, bundle, CLAP),
            processor(AutoTokenizer, bundle, CLAP),
        )

    @property
    def side(self) -> int:
        """Pixels across the pictures that are looked at."""
        return self.clip.here().config.vision_config.image_size

    @property
    def sharpness(self) -> float:
        """CLIP's learned scale of cosines."""
        return float(self.clip.here().logit_scale.exp())

    @property
    def rate(self) -> int:
        """Samples a second that CLAP listens to."""
        return self.listen.sampling_rate

    @property
    def window(self) -> int:
        """Samples that CLAP hears at once."""
        return self.listen.nb_max_samples

    @torch.inference_mode()
    def texts(self, texts: Sequence[str]) -> np.ndarray:
        """``(n, D)`` of texts in CLIP's space."""
        clip = self.clip.here()
        told = self.read(list(texts), padding=True, truncation=True, return_tensors="pt")
        return _unit(clip.get_text_features(**told.to(clip.device)).pooler_output)

    @torch.inference_mode()
    def pictures(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """``(n, D)`` of pictures ``(h, w, 3)`` uint8, resized and cropped as CLIP's preparation says."""
        clip, rows = self.clip.here(), []
        for picture in pictures:
            seen = self.look(images=[picture], return_tensors="pt")["pixel_values"]
            rows.append(_unit(clip.get_image_features(seen.to(clip.device, clip.dtype)).pooler_output))
        return np.concatenate(rows)

    def sounds(self, windows: Sequence[np.ndarray], names: Sequence[str]) -> np.ndarray:
        """``(n, D)`` of windows in CLIP's space, through the strongest of the names."""
        likeness = self.heard(windows, names)
        kept = np.sort(likeness, axis=1)[:, -min(STRONGEST, len(names)), None]
        shares = np.where(likeness >= kept, np.exp(likeness - likeness.max(axis=1, keepdims=True)), 0.0)
        return unit(shares @ self._known(names)[0])

    @torch.inference_mode()
    def heard(self, windows: Sequence[np.ndarray], names: Sequence[str]) -> np.ndarray:
        """``(n, names)`` logits of names in CLAP's own space."""
        scale = float(self.clap.here().logit_scale_a.exp())
        return scale * self.listened(windows) @ self._known(names)[1].T

    @torch.inference_mode()
    def listened(self, windows: Sequence[np.ndarray]) -> np.ndarray:
        """``(n, E)`` of windows in CLAP's own space."""
        clap = self.clap.here()
        given = self.listen(list(windows), sampling_rate=self.rate, return_tensors="pt")
        given = {key: value.to(clap.device) for key, value in given.items()}
        return _unit(clap.get_audio_features(**given).pooler_output)

    def _known(self, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Names in both spaces, kept for the next sound."""
        key = tuple(names)
        if key not in self._names:
            pieces = [key[at : at + 32] for at in range(0, len(key), 32)]
            clip = np.concatenate([self.texts(piece) for piece in pieces])
            self._names[key] = clip, np.concatenate([self._sound_texts(piece) for piece in pieces])
        return self._names[key]

    @torch.inference_mode()
    def _sound_texts(self, texts: Sequence[str]) -> np.ndarray:
        clap = self.clap.here()
        told = self.read_sounds(list(texts), padding=True, truncation=True, return_tensors="pt")
        return _unit(clap.get_text_features(**told.to(clap.device)).pooler_output)


def _unit(states: Tensor) -> np.ndarray:
    return unit(states.float().cpu().numpy())
