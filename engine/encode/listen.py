"""Hearing: a sound of any length and rate to class chances, music tags and mood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import soxr
import torch
from torch import Tensor

from engine.encode import musicnn, yamnet
from engine.encode.mood import mood_of, traits
from engine.encode.musicnn import MusiCnn
from engine.encode.yamnet import YamNet
from engine.errors import BadInput

RATE = yamnet.RATE
_SILENT = 1e-4  # peak below -80 dB of full scale
_LEVEL = 0.05  # root mean square of the louder half that the sound network hears best
_FRAME = 400  # samples: 25 ms
_CHUNK = 60 * RATE  # samples heard at once, so that memory does not grow with length
_MUSIC_CHANCE = 0.3  # mean chance of AudioSet's "Music" above which a sound counts as music
_MUSIC_SECONDS = 3.0
_MOST_PATCHES = 60  # of 3 s that the music taggers hear, spread evenly over a longer piece
_PATCH_BATCH = 8
_HISS = 0.35  # spectral flatness of bare noise; rain and applause stay below 0.2
_NOISES, _NOISE_CHANCE = ("White noise", "Pink noise", "Static"), 0.3


class Files(Protocol):
    """What the listener needs of a bundle."""

    def tensors(self, name: str, /) -> Mapping[str, Tensor]:
        """The tensors of a safetensors file."""
        ...

    def json(self, name: str, /) -> Any:
        """The content of a JSON file."""
        ...


@dataclass(frozen=True, eq=False)
class Notes:
    """What was heard, before binding.

    Attributes
    ----------
    chances
        ``(521,)`` AudioSet class chances, pooled over the whole length.
    tags
        ``(100,)`` music tags (50 MagnaTagATune, 50 Million Song); zeros for other sounds.
    """

    chances: np.ndarray
    tags: np.ndarray
    kind: Literal["sound", "music"]
    labels: tuple[tuple[str, float], ...]
    mood: Mapping[str, float]
    seconds: float


def mono_16k(samples: np.ndarray, rate: int) -> np.ndarray:
    """As :func:`mono`, at 16 kHz."""
    return mono(samples, rate, RATE)


def mono(samples: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """``(n,)`` float32 at ``wanted`` Hz, the mean of the channels.

    Raises
    ------
    BadInput
        When the sound is empty, silent or holds values that are not numbers.
    """
    values = np.asarray(samples, dtype=np.float32)
    if values.ndim == 2:
        # Channels in opposite phase would cancel in a plain mean; the louder one stands for both then.
        mean = values.mean(axis=1)
        loudest = values[:, int(np.argmax(np.square(values, dtype=np.float64).sum(axis=0)))] if values.size else mean
        values = (
            mean
            if np.square(mean, dtype=np.float64).sum() > 0.05 * np.square(loudest, dtype=np.float64).sum()
            else loudest
        )
    if values.ndim != 1 or values.size == 0 or rate <= 0:
        raise BadInput("The sound holds no samples.", "Give a file with sound in it.")
    if not np.isfinite(values).all():
        raise BadInput("The sound holds values that are not numbers.", "Save it again from its source.")
    peak = float(np.abs(values).max())
    if peak < _SILENT:
        raise BadInput("The sound is silent.", "Give a file with sound in it.")
    if rate != wanted:
        values = soxr.resample(values, rate, wanted).astype(np.float32)
    return values


def evened(heard: np.ndarray) -> np.ndarray:
    """The sound as the sound network hears it best: at one loudness, and a short one over and over.

    Parameters
    ----------
    heard
        ``(n,)`` mono at 16 kHz.

    Returns
    -------
    numpy.ndarray
        At least one and a half patches long. Silence behind a short sound would be most of what is heard.
    """
    frames = np.pad(heard, (0, -len(heard) % _FRAME)).reshape(-1, _FRAME)
    power = np.sort(np.square(frames, dtype=np.float64).mean(axis=1))
    level = np.sqrt(power[len(power) // 2 :].mean())
    scaled = np.clip(heard * (_LEVEL / level), -1.0, 1.0).astype(np.float32)
    if len(heard) >= 3 * yamnet.PATCH:
        return scaled
    return np.resize(scaled, max(len(heard) + yamnet.PATCH // 2, yamnet.PATCH * 3 // 2))


class Listener:
    """YAMNet for every sound, MusiCNN's two taggers for music."""

    def __init__(self, sound: YamNet, taggers: tuple[MusiCnn, MusiCnn], classes: list[str], tags: list[str]) -> None:
        self._sound, self._taggers = sound, taggers
        self._classes, self._tags = classes, tags

    @staticmethod
    def load(bundle: Files) -> Listener:
        """The listener with its weights."""
        music = bundle.tensors("music/model.safetensors")

        def tagger(kind: str) -> MusiCnn:
            own = {name.removeprefix(f"{kind}."): value for name, value in music.items() if name.startswith(f"{kind}.")}
            return MusiCnn.load(own)

        tags = bundle.json("music/classes.json")
        return Listener(
            YamNet.load(bundle.tensors("sound/model.safetensors")),
            (tagger("mtt"), tagger("msd")),
            bundle.json("sound/classes.json"),
            [*tags["mtt"], *tags["msd"]],
        )

    def names(self, kind: Literal["sound", "music"]) -> list[str]:
        """AudioSet's class names, or the 100 music tags."""
        return self._classes if kind == "sound" else self._tags

    def listen(self, samples: np.ndarray, rate: int) -> Notes:
        """Hear the whole of a sound; see :class:`Notes`."""
        heard = mono_16k(samples, rate)
        chances = self._chances(heard)
        seconds = len(heard) / RATE
        musical = float(chances[self._classes.index("Music")])
        kind: Literal["sound", "music"] = "music" if musical >= _MUSIC_CHANCE and seconds >= _MUSIC_SECONDS else "sound"
        tags = self._music(heard) if seconds >= _MUSIC_SECONDS else np.zeros(len(self._tags), dtype=np.float32)
        names, scores = (self._tags, tags) if kind == "music" else (self._classes, chances)
        best = np.argsort(-scores)[:8]
        labels = tuple((names[i].lower(), float(scores[i])) for i in best)
        found = traits(heard)
        if found.flatness > _HISS and max(chances[self._classes.index(name)] for name in _NOISES) > _NOISE_CHANCE:
            labels = ()  # a bare hiss: whatever it resembles, nothing was heard
        told = dict(zip(self._tags, tags.tolist(), strict=True)) if tags.any() else {}
        mood = mood_of(found, told, musical)
        return Notes(chances, tags, kind, labels, mood, seconds)

    def _chances(self, heard: np.ndarray) -> np.ndarray:
        """``(521,)``: the mean over all patches, mixed with their strongest."""
        padded = evened(heard)
        total = np.zeros(yamnet.CLASSES)
        strongest = np.zeros(yamnet.CLASSES)
        count = 0
        step = _CHUNK // yamnet.STRIDE * yamnet.STRIDE
        for start in range(0, len(padded) - yamnet.PATCH + 1, step):
            part = torch.from_numpy(padded[start : start + step + yamnet.PATCH - yamnet.STRIDE])
            with torch.inference_mode():
                chance = self._sound(self._sound.patches(part))[0].numpy()
            total += chance.sum(axis=0)
            strongest = np.maximum(strongest, chance.max(axis=0))
            count += len(chance)
        return (0.5 * total / count + 0.5 * strongest).astype(np.float32)

    def _music(self, heard: np.ndarray) -> np.ndarray:
        """``(100,)`` tags, the mean over 3 s patches spread over the whole length."""
        width = (musicnn.FRAMES - 1) * musicnn.HOP
        count = min(max(len(heard) // width, 1), _MOST_PATCHES)
        starts = np.linspace(0, max(len(heard) - width, 0), count).astype(int)
        means = []
        for tagger in self._taggers:
            total = np.zeros(musicnn.TAGS)
            for begin in range(0, count, _PATCH_BATCH):
                some = starts[begin : begin + _PATCH_BATCH]
                with torch.inference_mode():
                    parts = [tagger.spectrum(torch.from_numpy(heard[at : at + width]))[: musicnn.FRAMES] for at in some]
                    total += tagger(torch.stack(parts))[0].sum(dim=0).numpy()
            means.append(total / count)
        return np.concatenate(means).astype(np.float32)
