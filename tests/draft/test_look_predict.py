"""Looks from words and from pictures."""

from __future__ import annotations

import numpy as np
import pytest

from engine.draft.look import Look
from engine.draft.look_predict import HASHED, Predictor, hashed_words


@pytest.fixture(scope="module")
def predict(bundle):
    from engine.encode import Encoder

    encoder, predictor = Encoder.load(bundle), Predictor.load(bundle)

    def run(phrase: str, amount: str = "") -> Look:
        return predictor.from_words(encoder.text([phrase])[0], phrase, amount)

    return run


@pytest.fixture(scope="module")
def predictor(bundle) -> Predictor:
    return Predictor.load(bundle)


@pytest.mark.parametrize(
    ("phrase", "control", "sign"),
    [
        ("brighter", "exposure", 1),
        ("darker", "exposure", -1),
        ("too dark", "exposure", 1),
        ("not so bright", "exposure", -1),
        ("warmer", "temperature", 1),
        ("cooler", "temperature", -1),
        ("too cold", "temperature", 1),
        ("more contrast", "contrast", 1),
        ("less contrast", "contrast", -1),
        ("more vivid colours", "saturation", 1),
        ("less colourful", "saturation", -1),
        ("bluer", "highlight_b", -1),
        ("yellower", "highlight_b", 1),
        ("greener", "highlight_a", -1),
        ("redder", "highlight_a", 1),
        ("turn day into night", "exposure", -1),
        ("golden hour", "temperature", 1),
        ("a cold winter morning", "temperature", -1),
        ("remove the haze", "haze", -1),
        ("black and white", "saturation", -1),
        ("faded film", "fade", 1),
        ("cosy evening", "temperature", 1),
    ],
)
def test_words_move_their_control(predict, phrase: str, control: str, sign: int) -> None:
    look = predict(phrase)
    strongest = np.abs(look.vector()).max()
    assert sign * look.vector()[list(Look.__dataclass_fields__).index(control)] > 0.2 * strongest
    assert strongest > 0.05


def test_amounts_scale_the_look(predict) -> None:
    plain = predict("brighter").exposure
    assert predict("brighter", "a bit").exposure == pytest.approx(0.5 * plain, rel=0.25)
    assert predict("brighter", "much").exposure == pytest.approx(1.6 * plain, rel=0.25)
    assert predict("brighter", "20%").exposure == pytest.approx(0.4 * plain, rel=0.01)
    assert predict("brighter", "10 %").exposure < predict("brighter", "20 percent").exposure
    assert predict("brighter", "a teeny bit").exposure < plain


def test_words_without_a_tone_hardly_move_the_photo(predict) -> None:
    assert np.abs(predict("white noise").vector()).max() < 0.15
    assert predict("  ").is_identity


def test_picture_look_points_at_the_picture(predictor: Predictor) -> None:
    neutral = np.zeros(384, np.float32)
    generator = np.random.default_rng(0)
    grey = np.clip(generator.normal(0.45, 0.18, (60, 80, 1)), 0, 1).astype(np.float32).repeat(3, axis=-1)
    dark_blue = grey * np.array([0.3, 0.4, 0.65], np.float32)
    bright_warm = np.clip(grey * np.array([1.0, 0.8, 0.5], np.float32) + 0.25, 0, 1)
    night, day = predictor.from_picture(neutral, dark_blue), predictor.from_picture(neutral, bright_warm)
    assert night.exposure < -0.2 < 0.0 < day.exposure
    assert night.highlight_b < day.highlight_b


def test_hashed_words_tell_order_apart() -> None:
    assert hashed_words("not so dark").shape == (HASHED,)
    assert np.linalg.norm(hashed_words("warm")) == pytest.approx(1)
    assert not np.array_equal(hashed_words("more dark less light"), hashed_words("less dark more light"))
    assert not hashed_words("...").any()
