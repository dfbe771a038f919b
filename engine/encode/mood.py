"""Mood of a sound as named quantities, 0 to 1 with 0.5 neutral: from rhythm, key, colour and music tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

RATE = 16_000  # Hz
NAMES = ("energy", "valence", "brightness", "calm", "tempo", "major", "confidence")

_BLOCK = 60 * RATE  # samples analysed at once, so that memory does not grow with length
_FLUX_FFT, _FLUX_HOP = 1024, 256  # samples: 64 ms and 16 ms
_KEY_FFT, _KEY_HOP = 8192, 4096  # samples: bins of 2 Hz, fine enough for semitones from 65 Hz up
_KEY_LOW, _KEY_HIGH = 65.0, 1600.0  # Hz; above, overtones outweigh notes
_OVERTONE_FALL = 400.0  # Hz; a partial's weight falls as 1 / (1 + f / this), since high ones are mostly overtones
_GATHER = 8  # frames (128 ms) within which two rises of the spectrum are one onset
# Tonal hierarchies of listeners, from the tonic up in semitones (Krumhansl & Kessler 1982).
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
# Points where each quantity is neutral and how fast it leaves it.
_ONSETS, _ONSETS_SLOPE = 1.6, 1.5  # onsets a second (96 beats a minute), on a logarithmic scale
_CENTROID, _CENTROID_SLOPE = 1100.0, 1.5  # Hz, on a logarithmic scale
_MODE_SLOPE = 9.0  # of the difference of the key correlations
_TAG_SLOPE = 0.6  # of the logarithm of a ratio of tags
# Medians of these logarithms over twenty-one varied pieces: the taggers say "slow" and "sad" more readily.
_USUAL = {("fast", "slow"): -1.4, ("loud", "quiet"): -0.3, ("happy", "sad"): -0.3}
# Words by energy and valence (Russell 1980, "A circumplex model of affect"); -1 is low, 0 neutral, 1 high.
_WORDS = {
    (-1, -1): "melancholy", (-1, 0): "calm", (-1, 1): "peaceful",
    (0, -1): "sad", (0, 1): "happy",
    (1, -1): "tense", (1, 0): "energetic", (1, 1): "joyful",
}  # fmt: skip
_CLEAR = 0.15  # from 0.5 where a quantity is no longer neutral
_MUSICAL = 0.15, 0.45  # chances of "music" from which confidence rises and is full
_FLAT = 0.25, 0.5  # spectral flatness from which confidence falls and is gone (white noise: 0.56)


@dataclass(frozen=True)
class Traits:
    """Measured properties of a sound.

    Attributes
    ----------
    onsets
        Beginnings of notes or events a second.
    centroid
        Mean frequency in Hz, weighted by magnitude.
    mode
        Best correlation with a major key minus best with a minor key, about -0.3 to 0.3.
    flatness
        Geometric over arithmetic mean of the power spectrum, 0 (tones) to about 0.56 (white noise).
    """

    onsets: float
    centroid: float
    mode: float
    flatness: float


def _frames(heard: np.ndarray, size: int, hop: int) -> Iterator[np.ndarray]:
    """Magnitude spectra ``(frames, size // 2 + 1)`` of consecutive blocks; the last is padded with silence."""
    window = np.hanning(size).astype(np.float32)
    step = max(_BLOCK // hop, 1) * hop
    for start in range(0, max(len(heard) - hop, 1), step):
        part = heard[start : start + step + size - hop]
        if len(part) < size:
            part = np.pad(part, (0, size - len(part)))
        views = np.lib.stride_tricks.sliding_window_view(part, size)[::hop]
        yield np.abs(np.fft.rfft(views * window, axis=1)).astype(np.float32)


def _rhythm_and_colour(heard: np.ndarray) -> tuple[float, float, float]:
    """Onsets a second, centroid in Hz, and flatness."""
    hertz = np.fft.rfftfreq(_FLUX_FFT, 1 / RATE)
    flux: list[np.ndarray] = []
    weight = centroid = flat = 0.0
    previous: np.ndarray | None = None
    for spectrum in _frames(heard, _FLUX_FFT, _FLUX_HOP):
        level = np.log1p(100.0 * spectrum)
        first = level[:1] if previous is None else previous
        flux.append(np.maximum(np.diff(level, axis=0, prepend=first), 0.0).mean(axis=1))
        previous = level[-1:]
        loud = spectrum.sum(axis=1)
        centroid += float((spectrum @ hertz).sum())
        power = np.square(spectrum[:, 1:]) + 1e-10
        flat += float((np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1) * loud).sum())
        weight += float(loud.sum())
    rise = np.concatenate(flux)
    return _peaks(rise) / (len(rise) * _FLUX_HOP / RATE), centroid / max(weight, 1e-9), flat / max(weight, 1e-9)


def _peaks(rise: np.ndarray) -> int:
    """How many onsets: local maxima that stand out from their second and from the whole."""
    if len(rise) <= 2 * _GATHER:
        return int(rise.max() > 0)
    near = np.lib.stride_tricks.sliding_window_view(np.pad(rise, _GATHER // 2, mode="edge"), _GATHER + 1).max(axis=1)
    second = round(RATE / _FLUX_HOP)
    ground = np.convolve(np.pad(rise, second // 2, mode="edge"), np.ones(second) / second, mode="same")
    ground = ground[second // 2 : second // 2 + len(rise)]
    bar = np.maximum(1.5 * ground, 0.25 * np.quantile(rise, 0.99))
    return int(((rise >= near) & (rise > bar)).sum())


def _mode(heard: np.ndarray) -> float:
    """Major against minor, from the pitch classes of the whole sound (Krumhansl & Schmuckler's key finding)."""
    hertz = np.fft.rfftfreq(_KEY_FFT, 1 / RATE)
    used = (hertz >= _KEY_LOW) & (hertz <= _KEY_HIGH)
    pitch = 69.0 + 12.0 * np.log2(hertz[used] / 440.0)
    nearest = np.round(pitch)
    share = np.clip(1.0 - 2.0 * np.abs(pitch - nearest), 0.0, 1.0) / (1.0 + hertz[used] / _OVERTONE_FALL)
    fold = np.zeros((used.sum(), 12), dtype=np.float32)
    fold[np.arange(len(nearest)), nearest.astype(int) % 12] = share
    total = np.zeros(12)
    for spectrum in _frames(heard, _KEY_FFT, _KEY_HOP):
        inner = spectrum[:, used]
        # Partials only: what does not rise above its neighbours is noise or a window's skirt.
        peak = np.zeros_like(inner)
        peak[:, 1:-1] = np.where(
            (inner[:, 1:-1] >= inner[:, :-2]) & (inner[:, 1:-1] > inner[:, 2:]), inner[:, 1:-1], 0.0
        )
        chroma = np.sqrt(peak) @ fold
        total += chroma.sum(axis=0)
    if total.std() < 1e-9:
        return 0.0
    best = [max(np.corrcoef(np.roll(profile, key), total)[0, 1] for key in range(12)) for profile in (_MAJOR, _MINOR)]
    return float(best[0] - best[1])


def traits(heard: np.ndarray) -> Traits:
    """Measure a mono sound ``(n,)`` at 16 kHz, over its whole length."""
    peak = float(np.abs(heard).max())
    level = heard / peak if peak > 0 else heard
    onsets, centroid, flatness = _rhythm_and_colour(level)
    return Traits(onsets, centroid, _mode(level), flatness)


def _logistic(value: float) -> float:
    return float(1.0 / (1.0 + np.exp(-np.clip(value, -30.0, 30.0))))


def mood_of(found: Traits, tags: Mapping[str, float], musical: float) -> dict[str, float]:
    """Mood quantities.

    Parameters
    ----------
    found
        Measured traits.
    tags
        Music tags with chances 0 to 1; may be empty.
    musical
        Chance 0 to 1 that the sound is music.

    Returns
    -------
    dict
        ``energy``, ``valence``, ``brightness``, ``calm``, ``tempo``, ``major`` and ``confidence``, each 0 to 1. Without
        confidence (noise) all others are 0.5.
    """
    low, high = _MUSICAL
    sure = float(np.clip((musical - low) / (high - low), 0.0, 1.0))
    low, high = _FLAT
    sure *= float(np.clip((high - found.flatness) / (high - low), 0.0, 1.0))

    def ratio(up: str, down: str) -> float:
        small = 0.01  # below it a tag is no sign of anything
        if not tags:
            return 0.0
        told = np.log((tags.get(up, 0.0) + small) / (tags.get(down, 0.0) + small))
        return float(told) - _USUAL[(up, down)]

    pace = _ONSETS_SLOPE * np.log2(max(found.onsets, 0.1) / _ONSETS)
    mode = _MODE_SLOPE * found.mode
    tempo = _logistic(0.7 * pace + 0.5 * _TAG_SLOPE * ratio("fast", "slow"))
    major = _logistic(mode)
    bright = _logistic(_CENTROID_SLOPE * np.log2(max(found.centroid, 50.0) / _CENTROID))
    energy = _logistic(0.6 * pace + 0.3 * _TAG_SLOPE * (ratio("fast", "slow") + ratio("loud", "quiet")))
    valence = _logistic(0.7 * mode + 0.35 * pace + 0.4 * _TAG_SLOPE * ratio("happy", "sad"))
    plain = {
        "energy": energy,
        "valence": valence,
        "brightness": bright,
        "calm": 1.0 - energy,
        "tempo": tempo,
        "major": major,
    }
    return {name: 0.5 + sure * (value - 0.5) for name, value in plain.items()} | {"confidence": sure}


def word_of(mood: Mapping[str, float]) -> str:
    """A mood in one adjective, e.g. "melancholy"; empty where its energy and valence are neutral."""

    def side(name: str) -> int:
        value = mood.get(name, 0.5) - 0.5
        return 0 if abs(value) < _CLEAR else 1 if value > 0 else -1

    return _WORDS.get((side("energy"), side("valence")), "")
