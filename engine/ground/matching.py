"""How well a candidate region fits a phrase: a few measured agreements and one learnt line through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch

from engine.ground.network import STUFF
from engine.ground.phrases import Asked

_SHARP = 18.0  # how fast a class's say falls with the distance of its name from the phrase
_KNOWN_FLOOR = 0.6  # cosine of a name that surely means the class; where none comes near, no class has a full say
_LEAST_KNOWN = 0.4  # names further from every class than any that the line was chosen on
_KIND_SHARP = 18.0
_KIND_PROMPTS = {
    "sky": "the sky",
    "clouds": "a cloud",
    "water": "water, a sea, lake or river",
    "grass": "grass, a lawn or field",
    "trees": "a tree, bush or leaf",
    "mountain": "a mountain or hill",
    "rock": "a rock or stone",
    "sand": "sand or soil",
    "snow": "snow or ice",
    "road": "a road or path",
    "building": "a building, house or tower",
    "flower": "a flower or blossom",
    "person": "a person, man, woman or child",
    "animal": "an animal, mammal, bird, fish or insect",
    "thing": "a thing, tool, vehicle, toy, food or instrument",
    "backdrop": "a plain background",
}
FEATURES = ("classes", "cosine", "known", "kind", "objectness", "firmness", "area", "rim", "lead")


class GroundEncoder(Protocol):
    """What grounding needs of the shared-space encoder.

    ``text`` gives ``(n, 384)`` unit vectors; ``class_chances`` ``(n, 1000)`` ImageNet probabilities of pictures with
    optional transparency; ``stages`` the image tower's feature maps of a batch ``(n, 3, h, w)`` (display-encoded RGB,
    0 to 1), fine to coarse.
    """

    def text(self, texts: Sequence[str], /) -> np.ndarray:
        """Vectors of texts."""
        ...

    def class_chances(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]], /) -> np.ndarray:
        """Class probabilities of pictures."""
        ...

    def stages(self, batch: torch.Tensor, /) -> Sequence[torch.Tensor]:
        """Feature maps of a batch."""
        ...


@dataclass(frozen=True, eq=False)
class Seen:
    """What is known of one candidate.

    Attributes
    ----------
    chances
        ``(1000,)`` ImageNet probabilities of its pixels alone.
    kinds
        ``(len(STUFF),)`` mean class probabilities inside.
    objectness, firmness
        Of its proposal.
    area
        Its share of the picture.
    rim
        The share of its outline that lies on the picture's border.
    """

    chances: np.ndarray
    kinds: np.ndarray
    objectness: float
    firmness: float
    area: float
    rim: float


class Matcher:
    """Compares candidates with phrases.

    Parameters
    ----------
    classes
        ``(1000, 384)`` vectors of the image tower's classes in the shared space.
    encoder
        For the vectors of the kinds.
    """

    def __init__(self, classes: np.ndarray, encoder: GroundEncoder) -> None:
        self._classes = classes / np.maximum(np.linalg.norm(classes, axis=1, keepdims=True), 1e-9)
        self._kinds = encoder.text([_KIND_PROMPTS[name] for name in STUFF])

    def kind_chances(self, asked: Asked, vector: np.ndarray) -> np.ndarray:
        """``(len(STUFF),)`` which kind of thing the phrase means."""
        if asked.kind:
            return np.eye(len(STUFF), dtype=np.float32)[STUFF.index(asked.kind)]
        if asked.stuff:
            out = np.zeros(len(STUFF), np.float32)
            out[[STUFF.index(name) for name in asked.stuff]] = 1 / len(asked.stuff)
            return out
        near = np.exp(_KIND_SHARP * (self._kinds @ vector))
        return near / near.sum()

    def features(self, seen: Sequence[Seen], asked: Asked, vector: np.ndarray) -> np.ndarray:
        """``(n, len(FEATURES))`` float32 agreements of each candidate with the phrase (unit ``vector``)."""
        near = self._classes @ vector
        say = np.exp(_SHARP * (near - max(float(near.max()), _KNOWN_FLOOR)))
        kinds = self.kind_chances(asked, vector)
        rows = []
        for each in seen:
            mean = each.chances @ self._classes
            rows.append(
                (
                    np.log(each.chances @ say + 1e-3),
                    float(mean @ vector / max(np.linalg.norm(mean), 1e-9)),
                    max(float(near.max()), _LEAST_KNOWN),
                    np.log(float(kinds @ each.kinds) + 0.02),
                    np.log(each.objectness + 1e-3),
                    each.firmness,
                    np.log(each.area + 1e-4),
                    each.rim,
                    0.0,
                )
            )
        out = np.array(rows, np.float32).reshape(-1, len(FEATURES))
        if len(out) > 1:
            # How far ahead of the best other candidate this one is.
            fit = out[:, 0] + 6 * out[:, 1]
            order = np.argsort(-fit)
            others = np.where(np.arange(len(fit)) == order[0], fit[order[1]], fit[order[0]])
            out[:, FEATURES.index("lead")] = np.clip(fit - others, -3, 3)
        elif len(out):
            out[:, FEATURES.index("lead")] = 1.0
        return out
