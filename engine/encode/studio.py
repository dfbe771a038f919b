"""A full-size encoder behind the starter's interface: vectors of its own space, names by comparison with words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from engine.encode.encoder import Encoder, Heard, Kind, Seen
from engine.encode.shares import Labels
from engine.encode.views import square_views
from engine.errors import BundleError
from engine.folders import Folders
from engine.networks import Networks

SETTINGS = "encoder/encoder.json"  # in a bundle: that there is a full-size encoder, and of which class
LABELS = 5
BATCH = 8  # pictures, sounds or texts through a network at once
MOST_WINDOWS = 90  # of a sound, spread evenly over a longer one
SEEN_AS, HEARD_AS = "a photo of a {}", "the sound of a {}"


class Files(Folders, Protocol):
    """What a full-size encoder needs of a bundle."""

    def json(self, path: str, /) -> Any:
        """The content of a JSON file."""
        ...

    def tensors(self, path: str, /) -> Mapping[str, Any]:
        """The tensors of a safetensors file."""
        ...


class Towers(Protocol):
    """Networks that answer in one space of D dimensions; every vector they give has unit norm."""

    @property
    def side(self) -> int:
        """Pixels across the pictures that are looked at."""
        ...

    @property
    def sharpness(self) -> float:
        """What a cosine is multiplied by to make it the logit of a name."""
        ...

    @property
    def rate(self) -> int:
        """Samples a second that are listened to."""
        ...

    @property
    def window(self) -> int:
        """Samples that are heard at once."""
        ...

    def texts(self, texts: Sequence[str]) -> np.ndarray:
        """``(n, D)`` of texts."""
        ...

    def pictures(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """``(n, D)`` of pictures ``(h, w, 3)`` uint8."""
        ...

    def sounds(self, windows: Sequence[np.ndarray], names: Sequence[str]) -> np.ndarray:
        """``(n, D)`` of windows of sound, float32; ``names`` are words by which another space may be reached."""
        ...

    def heard(self, windows: Sequence[np.ndarray], names: Sequence[str]) -> np.ndarray:
        """``(n, names)`` likeness of windows to names, as logits."""
        ...


@dataclass(frozen=True, eq=False)
class StudioEncoder:
    """Full-size towers with the starter's ear for what kind of sound and what mood it is.

    Attributes
    ----------
    towers
        The networks.
    starter
        Tells sounds from music, and moods.
    nouns
        Everyday things that pictures and sounds are named by.
    """

    towers: Towers
    starter: Encoder
    nouns: tuple[str, ...]

    @cached_property
    def width(self) -> int:
        """D of its space."""
        return self.text(["a photo"]).shape[1]

    @cached_property
    def _seen_nouns(self) -> np.ndarray:
        return self.text([SEEN_AS.format(noun) for noun in self.nouns])

    @cached_property
    def _heard_nouns(self) -> tuple[str, ...]:
        return tuple(HEARD_AS.format(noun) for noun in self.nouns)

    def text(self, texts: Sequence[str]) -> np.ndarray:
        """``(n, D)`` float32 unit vectors of ``texts``."""
        parts = [self.towers.texts(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
        return np.concatenate(parts)

    def pictures(self, pictures: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> np.ndarray:
        """``(n, D)`` unit vectors of pictures, of what shows in them only; as the starter's encoder takes them."""
        return np.stack([self._picture(*each) for each in pictures])

    def _picture(self, rgb: np.ndarray, transparency: np.ndarray | None) -> np.ndarray:
        """An opaque picture as the network was trained to look, a cut-out on several grounds."""
        shows_all = transparency is None or float(transparency.min()) >= 1
        views = [rgb] if shows_all else square_views(rgb, transparency, self.towers.side)
        return unit(self.towers.pictures([bytes_of(view) for view in views]).mean(axis=0))

    def describe_picture(self, rgb: np.ndarray, transparency: np.ndarray | None = None) -> Seen:
        """Vector and names of one picture; a name's score is its share among all of the vocabulary."""
        vector = self._picture(rgb, transparency)
        return Seen(vector, self._shares(self.towers.sharpness * (self._seen_nouns @ vector)))

    def sound(self, samples: np.ndarray, rate: int) -> Heard:
        """Hear a sound over its whole length, in windows that are pooled; as the starter's encoder takes it.

        Raises
        ------
        BadInput
            When it is empty, silent or not finite.
        """
        known = self.starter.sound(samples, rate)
        windows = windows_of(samples, rate, self.towers.rate, self.towers.window)
        batches = [windows[at : at + BATCH] for at in range(0, len(windows), BATCH)]
        vectors = np.concatenate([self.towers.sounds(batch, self._heard_nouns) for batch in batches])
        vector = unit(vectors.mean(axis=0))
        if known.kind == "music" or not known.labels:
            return replace(known, vector=vector)
        logits = np.concatenate([self.towers.heard(batch, self._heard_nouns) for batch in batches]).mean(axis=0)
        labels = self._shares(logits)
        return replace(known, vector=vector, labels=labels, sources=labels)

    def name(self, vectors: np.ndarray, kind: Kind = "picture", count: int = LABELS) -> list[Labels]:
        """The nearest names of each vector with their cosines; as the starter's encoder."""
        table = self._seen_nouns if kind == "picture" else self.text(self._heard_nouns)
        scores = np.atleast_2d(vectors) @ table.T
        return [tuple((self.nouns[i], float(row[i])) for i in np.argsort(-row)[:count]) for row in scores]

    def _shares(self, logits: np.ndarray) -> Labels:
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        return tuple((self.nouns[i], float(shares[i])) for i in np.argsort(-shares)[:LABELS])


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows at norm 1, float32."""
    return (vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)).astype(np.float32)


def bytes_of(rgb: np.ndarray) -> np.ndarray:
    """Floats 0 to 1 as uint8."""
    return np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)


def windows_of(samples: np.ndarray, rate: int, wanted: int, length: int) -> list[np.ndarray]:
    """Mono windows of ``length`` samples at ``wanted`` Hz that together cover the sound; a short one is one window.

    Beyond :data:`MOST_WINDOWS` they are spread evenly.
    """
    from engine.encode.listen import mono

    heard = mono(samples, rate, wanted)
    if len(heard) <= length:
        return [heard]
    count = min(-(-len(heard) // length), MOST_WINDOWS)
    starts = np.linspace(0, len(heard) - length, count).round().astype(int)
    return [heard[start : start + length] for start in starts]


def load(bundle: Files, starter: Encoder, networks: Networks | None = None) -> StudioEncoder | None:
    """The bundle's full-size encoder, or nothing when it has none; its networks come when first used.

    Parameters
    ----------
    bundle
        Where they lie.
    starter
        Tells sounds from music, and moods.
    networks
        Says where they compute.

    Raises
    ------
    BundleError
        When it is of an unknown class or damaged.
    """
    if not bundle.has(SETTINGS):
        return None
    settings = bundle.json(SETTINGS)
    named = settings.get("class") if isinstance(settings, dict) else None
    if named == "imagebind":
        from engine.encode.imagebind import ImageBindTowers

        towers: Towers = ImageBindTowers.load(bundle, settings, networks)
    elif named == "clip-clap":
        from engine.encode.clip_clap import ClipClap

        towers = ClipClap.load(bundle, networks)
    else:
        raise BundleError(f"{SETTINGS} names the encoder {named!r}, which there is not.", "Update Overtone.")
    return StudioEncoder(towers, starter, tuple(bundle.json("own/nouns.json")["all"]))
