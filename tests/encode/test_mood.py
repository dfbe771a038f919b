"""Mood measured on tones made here, so that rhythm and key are known."""

from __future__ import annotations

import numpy as np
import pytest

from engine.encode.mood import NAMES, RATE, Traits, mood_of, traits, word_of

MAJOR, MINOR = (0, 4, 7, 12, 7, 4, 5, 9, 7, 11, 12, 0), (0, 3, 7, 12, 7, 3, 5, 8, 7, 10, 12, 0)


def tune(steps, seconds_each: float, key: int = 60) -> np.ndarray:
    """Plucked notes with four overtones."""
    time = np.arange(round(seconds_each * RATE)) / RATE
    notes = []
    for step in steps:
        pitch = 440.0 * 2 ** ((key + step - 69) / 12)
        tone = sum(np.sin(2 * np.pi * pitch * part * time) / part**1.5 for part in range(1, 6))
        notes.append(tone * np.exp(-3 * time) * np.minimum(time / 0.01, 1))
    return np.concatenate(notes).astype(np.float32) * 0.3


@pytest.mark.parametrize("key", [55, 60, 62, 66])
def test_major_and_minor_lie_on_opposite_sides(key):
    assert traits(tune(MAJOR, 0.4, key)).mode > 0.05
    assert traits(tune(MINOR, 0.4, key)).mode < -0.05


@pytest.mark.parametrize(("each", "expected"), [(0.25, 4.0), (0.5, 2.0), (1.0, 1.0)])
def test_onsets_are_counted(each, expected):
    assert traits(tune(MAJOR, each)).onsets == pytest.approx(expected, rel=0.15)


def test_loudness_and_repetition_change_nothing():
    once, twice = traits(tune(MAJOR, 0.5)), traits(np.tile(tune(MAJOR, 0.5), 4) * 0.05)
    assert twice.onsets == pytest.approx(once.onsets, rel=0.1)
    assert twice.centroid == pytest.approx(once.centroid, rel=0.05)
    assert twice.mode == pytest.approx(once.mode, abs=0.06)


def test_fast_major_and_slow_minor_are_opposite_moods():
    happy = mood_of(traits(tune(MAJOR, 0.2)), {}, 1.0)
    sad = mood_of(traits(tune(MINOR, 0.9)), {}, 1.0)
    for name in ("energy", "valence", "tempo", "major"):
        assert happy[name] > 0.6, name
        assert sad[name] < 0.4, name
    assert happy["calm"] < 0.4
    assert sad["calm"] > 0.6


def test_tags_pull_the_mood():
    plain = Traits(1.6, 1100.0, 0.0, 0.0)
    happy, sad = mood_of(plain, {"happy": 0.2}, 1.0), mood_of(plain, {"sad": 0.2}, 1.0)
    assert happy["valence"] > 0.6
    assert sad["valence"] < 0.4


def test_noise_has_no_mood():
    noise = np.random.default_rng(0).normal(0, 0.2, 4 * RATE).astype(np.float32)
    mood = mood_of(traits(noise), {"happy": 0.5}, 0.05)
    assert set(mood) == set(NAMES)
    assert mood["confidence"] == 0
    assert all(mood[name] == 0.5 for name in NAMES if name != "confidence")


@pytest.mark.parametrize(
    ("energy", "valence", "word"),
    [(0.2, 0.1, "melancholy"), (0.2, 0.5, "calm"), (0.9, 0.9, "joyful"), (0.9, 0.1, "tense"), (0.5, 0.6, "")],
)
def test_a_mood_has_a_word(energy, valence, word):
    assert word_of({"energy": energy, "valence": valence}) == word


def test_noise_has_no_mood_in_words():
    assert word_of({}) == ""
