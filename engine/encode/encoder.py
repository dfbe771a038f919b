"""The encoder: towers, binding and names behind one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import torch
from tokenizers import Tokenizer

from engine.encode.binding import SHARPNESS, Binding
from engine.encode.efficientnet import CLASSES, FEATURES, INPUT_SIZE, EfficientNetLite
from engine.encode.listen import Listener
from engine.encode.mood import word_of
from engine.encode.shares import Labels, Shares
from engine.encode.text import TextTower
from engine.encode.views import square_views

Kind = Literal["picture", "sound", "music"]
_BATCH = 8  # views through the network at once
_LABELS = 5
_SOFTENING = 0.8  # exponent of class chances for names: the network is surer than it is right
_LIKELY = 0.05  # probability from which a name is worth telling
_INSTRUMENT = 0.3  # strength of an instrument that is music's own


class Files(Protocol):
    """What the encoder needs of a bundle."""

    def path(self, name: str, /) -> Path:
        """The verified file."""
        ...

    def tensors(self, name: str, /) -> Mapping[str, torch.Tensor]:
        """The tensors of a safetensors file."""
        ...

    def json(self, name: str, /) -> Any:
        """The content of a JSON file."""
        ...


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture as the encoder sees it.

    Attributes
    ----------
    vector
        ``(384,)`` float32, unit norm.
    labels
        Names with scores, best first.
    """

    vector: np.ndarray
    labels: Labels

    @property
    def name(self) -> str:
        """What the picture shows, in a noun."""
        return self.labels[0][0]


@dataclass(frozen=True, eq=False)
class Heard:
    """A sound as the encoder hears it, over its whole length.

    Attributes
    ----------
    vector
        ``(384,)`` float32, unit norm.
    kind
        Whether it is music or another sound.
    labels
        Names with scores, best first; none for bare noise. Music is told by its tags.
    sources
        What makes the sound, with scores, best first; none for bare noise. Of music the instruments.
    mood
        Quantities 0 to 1, 0.5 being neutral: ``energy``, ``valence``, ``brightness``, ``calm``, ``tempo``, ``major``
        and ``confidence`` (0 for noise, where the others are 0.5).
    seconds
        Length of the sound.
    """

    vector: np.ndarray
    kind: Literal["sound", "music"]
    labels: Labels
    mood: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    sources: Labels = ()

    @property
    def name(self) -> str:
        """What makes the sound, in a noun; empty for noise and for music of no sure instrument."""
        sure = self.sources and (self.kind == "sound" or self.sources[0][1] >= _INSTRUMENT)
        return self.sources[0][0] if sure else ""

    @property
    def told(self) -> str:
        """What the sound is called where it is spoken of: its name, that of music after its mood ("sad piano")."""
        mood = word_of(self.mood) if self.kind == "music" else ""
        return f"{mood} {self.name}".strip()


class Encoder:
    """Text, pictures and sounds to one space.

    Parameters
    ----------
    bundle
        Where weights and tables come from; networks are loaded when first used.
    """

    def __init__(self, bundle: Files) -> None:
        self._bundle = bundle

    @staticmethod
    def load(bundle: Files) -> Encoder:
        """An encoder over a verified bundle."""
        return Encoder(bundle)

    @cached_property
    def _text(self) -> TextTower:
        tokenizer = Tokenizer.from_file(str(self._bundle.path("text/tokenizer.json")))
        return TextTower.load(
            self._bundle.tensors("text/model.safetensors"), self._bundle.json("text/config.json"), tokenizer
        )

    @cached_property
    def _image(self) -> EfficientNetLite:
        return EfficientNetLite.load(self._bundle.tensors("image/model.safetensors"), 2)

    @cached_property
    def _listener(self) -> Listener:
        return Listener.load(self._bundle)

    @cached_property
    def _binding(self) -> Binding:
        return Binding.load(self._bundle.tensors("own/binding.safetensors"))

    @cached_property
    def _nouns(self) -> dict[str, Any]:
        return self._bundle.json("own/nouns.json")

    @cached_property
    def _seen_nouns(self) -> Shares:
        return Shares.of(self._nouns["pictures"])

    @cached_property
    def _heard_nouns(self) -> Shares:
        return Shares.of(self._nouns["sounds"])

    @cached_property
    def _vocabulary(self) -> np.ndarray:
        return self.text(self._nouns["all"])

    def knows(self, word: str) -> bool:
        """Whether a word in lower case is a common English one."""
        return self._text.knows(word)

    def text(self, texts: Sequence[str]) -> np.ndarray:
        """``(n, 384)`` float32 unit vectors of ``texts``."""
        return self._text(list(texts))

    def pictures(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> np.ndarray:
        """Vectors of pictures, of what shows in them only.

        Parameters
        ----------
        pictures
            Pairs of ``(H, W, 3)`` float32 display-encoded RGB, 0 to 1, and ``(H, W)`` transparency or ``None``.

        Returns
        -------
        numpy.ndarray
            ``(n, 384)`` float32, unit norm.
        """
        return self._binding.picture(*self.look(pictures))

    def look(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> tuple[np.ndarray, np.ndarray]:
        """What the image tower says of pictures: class probabilities ``(n, 1000)`` and features ``(n, 1280)``.

        Cut-outs are seen on three grounds; both are means over the views.
        """
        return self._seen(pictures, thorough=True, sharpness=SHARPNESS)

    def class_chances(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> np.ndarray:
        """``(n, 1000)`` ImageNet class probabilities from a quick look: a cut-out is seen on one ground."""
        return self._seen(pictures, thorough=False, sharpness=1.0)[0]

    def stages(self, batch: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The image tower's feature maps of ``(n, 3, h, w)`` display-encoded RGB, 0 to 1, fine to coarse."""
        with torch.inference_mode():
            return self._image(batch).stages

    def _seen(
        self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]], *, thorough: bool, sharpness: float
    ) -> tuple[np.ndarray, np.ndarray]:
        views: list[np.ndarray] = []
        owner: list[int] = []
        for index, (rgb, transparency) in enumerate(pictures):
            for view in square_views(rgb, transparency, INPUT_SIZE[2], thorough):
                views.append(view)
                owner.append(index)
        chances = np.zeros((len(pictures), CLASSES), dtype=np.float32)
        features = np.zeros((len(pictures), FEATURES), dtype=np.float32)
        count = np.bincount(owner, minlength=len(pictures)).astype(np.float32)[:, None]
        for start in range(0, len(views), _BATCH):
            batch = torch.from_numpy(np.stack(views[start : start + _BATCH])).permute(0, 3, 1, 2)
            with torch.inference_mode():
                said = self._image(batch)
                chance = (said.logits / sharpness).softmax(dim=1).numpy()
            np.add.at(chances, owner[start : start + _BATCH], chance)
            np.add.at(features, owner[start : start + _BATCH], said.pooled.numpy())
        return chances / count, features / count

    def describe_picture(self, rgb: np.ndarray, transparency: np.ndarray | None = None) -> Seen:
        """Vector and names of one picture.

        A name's score is the probability that the picture shows the thing: of each class the share of such pictures
        that do, so that breeds in doubt still make a sure dog. Where none is likely, the nearest nouns of the
        vocabulary follow with their cosine.
        """
        chances, features = self.look([(rgb, transparency)])
        vector = self._binding.picture(chances, features)[0]
        softer = chances[0] ** _SOFTENING
        said = self._seen_nouns.summed(softer / softer.sum())
        labels = [pair for pair in said[:_LABELS] if pair[1] >= _LIKELY]
        if not labels:
            labels = list(self.name(vector)[0])
        return Seen(vector, tuple(labels))

    def sound(self, samples: np.ndarray, rate: int) -> Heard:
        """Hear a sound, over its whole length.

        Parameters
        ----------
        samples
            ``(n,)`` or ``(n, channels)`` float, -1 to 1.
        rate
            Samples a second, in Hz.

        Raises
        ------
        BadInput
            When it is empty, silent or not finite.
        """
        notes = self._listener.listen(samples, rate)
        binding = self._binding
        vector = binding.music(notes.chances, notes.tags) if notes.kind == "music" else binding.sound(notes.chances)
        # Bare noise has no labels.
        sources = tuple(self._heard_nouns.strongest(notes.chances)[:_LABELS]) if notes.labels else ()
        labels = sources if notes.kind == "sound" else notes.labels
        return Heard(vector, notes.kind, labels, notes.mood, notes.seconds, sources)

    def name(self, vectors: np.ndarray, kind: Kind = "picture", count: int = _LABELS) -> list[Labels]:
        """The nearest names of each vector.

        Parameters
        ----------
        vectors
            ``(n, 384)`` or ``(384,)`` unit vectors.
        kind
            What the vectors came from: pictures and sounds are named by common nouns, music by its tags.
        count
            How many names for each.

        Returns
        -------
        list of tuples
            For each vector, (name, cosine) pairs, best first.
        """
        names = self._listener.names("music") if kind == "music" else self._nouns["all"]
        table = self._binding.music_tags if kind == "music" else self._vocabulary
        scores = np.atleast_2d(vectors) @ table.T
        return [tuple((names[i], float(row[i])) for i in np.argsort(-row)[:count]) for row in scores]
