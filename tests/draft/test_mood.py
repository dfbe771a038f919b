"""Looks of sounds: opposite moods are opposite looks, and noise is none."""

from __future__ import annotations

import numpy as np
import pytest

from engine.draft.look import Look
from engine.draft.mood import from_mood, from_sound

HAPPY = {"energy": 0.8, "valence": 0.8, "brightness": 0.6, "calm": 0.3, "tempo": 0.8, "major": 0.8, "confidence": 1.0}
SAD = {"energy": 0.2, "valence": 0.2, "brightness": 0.4, "calm": 0.8, "tempo": 0.2, "major": 0.2, "confidence": 1.0}


def test_happy_and_sad_lie_on_opposite_sides() -> None:
    happy, sad = from_mood(HAPPY), from_mood(SAD)
    for control in ("exposure", "temperature", "saturation", "contrast"):
        assert getattr(happy, control) > 0 > getattr(sad, control), control


def test_neutral_and_unsure_change_nothing() -> None:
    assert from_mood({}).is_identity
    assert from_mood({**HAPPY, "confidence": 0.0}).is_identity
    weak, strong = from_mood({**HAPPY, "confidence": 0.3}), from_mood(HAPPY)
    assert 0 < weak.exposure < strong.exposure


def test_mood_is_continuous_and_monotone() -> None:
    values = np.linspace(0, 1, 41)
    warm = [from_mood({"valence": value, "confidence": 1.0}).temperature for value in values]
    assert (np.diff(warm) >= 0).all()
    assert np.diff(warm).max() < 6


@pytest.fixture(scope="module")
def look_of(bundle):
    from engine.draft.look_predict import Predictor
    from engine.encode import Encoder

    encoder, predictor = Encoder.load(bundle), Predictor.load(bundle)

    def look(*labels: str) -> Look:
        vector = encoder.text([f"the sound of {labels[0]}"])[0]
        return from_sound({"confidence": 0.0}, vector, [(label, 0.8) for label in labels], predictor)

    return look


class TestLabels:
    def test_fire_is_warm_and_rain_is_not(self, look_of) -> None:
        fire, rain = look_of("fire"), look_of("rain")
        assert fire.temperature > 15
        assert rain.temperature < 0
        assert rain.saturation < -0.05

    def test_noise_is_nothing(self, look_of) -> None:
        assert np.abs(look_of("waterfall", "white noise", "static").vector()).max() < 0.01

    def test_no_labels_no_look(self, look_of) -> None:
        assert from_sound({"confidence": 0.0}, np.zeros(384), []).is_identity
