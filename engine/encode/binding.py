"""The binding: from what the image and sound towers say to vectors of the words' space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

SHARPNESS = 0.7  # softmax temperature of the class scores
FEATURE_SHARE = 0.8  # weight of the feature map beside the class mixture
_HEARD = 10  # sound classes that make a sound's vector
_TAGS = 12  # music tags that make a piece's vector


def unit(values: np.ndarray) -> np.ndarray:
    """Rows scaled to norm 1; float32."""
    return (values / np.maximum(np.linalg.norm(values, axis=-1, keepdims=True), 1e-12)).astype(np.float32)


def strongest(weights: np.ndarray, count: int) -> np.ndarray:
    """``weights`` with all but the ``count`` largest of each row set to 0."""
    least = np.sort(weights, axis=-1)[..., -count][..., None]
    return np.where(weights >= least, weights, 0.0)


@dataclass(frozen=True, eq=False)
class Binding:
    """Learnt tables.

    Attributes
    ----------
    picture_classes
        ``(1000, 384)`` unit vectors of what each ImageNet class shows. The mixture of these by class probability is the
        convex combination of semantic embeddings (Norouzi et al. 2014).
    feature_map, feature_mean
        ``(1280, 384)`` and ``(1280,)``: a linear map from centred pooled features, fitted on pictures with names.
    sound_classes
        ``(521, 384)`` vectors of what makes each AudioSet class's sound; rows of classes that say little are short.
    music_tags
        ``(100, 384)`` unit vectors of the music tags.
    """

    picture_classes: np.ndarray
    feature_map: np.ndarray
    feature_mean: np.ndarray
    sound_classes: np.ndarray
    music_tags: np.ndarray

    @staticmethod
    def load(tensors: Mapping[str, torch.Tensor]) -> Binding:
        """From the tensors of ``own/binding.safetensors``.

        Raises
        ------
        KeyError
            When one is missing.
        """
        names = ("picture.classes", "picture.map", "picture.mean", "sound.classes", "music.tags")
        return Binding(*(tensors[name].float().numpy() for name in names))

    def picture(self, chances: np.ndarray, features: np.ndarray) -> np.ndarray:
        """``(n, 384)`` unit vectors of pictures.

        Parameters
        ----------
        chances
            ``(n, 1000)`` class probabilities at :data:`SHARPNESS`, the mean over views.
        features
            ``(n, 1280)`` pooled features, the mean over views.
        """
        mixture = unit(chances @ self.picture_classes)
        return unit(mixture + FEATURE_SHARE * unit((features - self.feature_mean) @ self.feature_map))

    def sound(self, chances: np.ndarray) -> np.ndarray:
        """``(384,)`` unit vector of a sound with class chances ``(521,)``."""
        return unit(strongest(chances, _HEARD) @ self.sound_classes)

    def music(self, chances: np.ndarray, tags: np.ndarray) -> np.ndarray:
        """``(384,)`` unit vector of music with class chances ``(521,)`` and tags ``(100,)``."""
        return unit(unit(strongest(tags, _TAGS) @ self.music_tags) + 0.5 * self.sound(chances))
