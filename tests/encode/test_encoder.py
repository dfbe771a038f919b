"""The encoder over the assembled starter: one space, unit norms, names, whole sounds."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.encode import Encoder
from engine.encode.encoder import Heard
from engine.encode.listen import evened
from engine.encode.mood import RATE
from engine.encode.yamnet import PATCH
from engine.errors import BadInput


@pytest.fixture(scope="module")
def encoder(bundle):
    return Encoder.load(bundle)


def disc(side: int = 120, colour=(0.9, 0.5, 0.1)) -> tuple[np.ndarray, np.ndarray]:
    """An orange ball as a cut-out."""
    rows, columns = np.mgrid[:side, :side] - side / 2
    radius = np.hypot(rows, columns)
    light = np.clip(1.2 - np.hypot(rows + side / 6, columns + side / 6) / side, 0, 1)[..., None]
    rgb = (np.array(colour, np.float32) * light).astype(np.float32)
    return rgb, (radius < side * 0.45).astype(np.float32)


def bell(seconds: float, rate: int = RATE) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    partials = ((1, 1.0), (2, 0.7), (2.4, 0.5), (3, 0.4), (4.5, 0.3), (5.9, 0.2))
    rings = [level * np.sin(2 * np.pi * 523 * part * time) * np.exp(-part * time) for part, level in partials]
    return (0.3 * np.sum(rings, axis=0)).astype(np.float32)


def test_text_is_unit_and_means_something(encoder):
    vectors = encoder.text(["a dog", "a puppy", "a motor car", ""])
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_text_alone_and_in_a_batch(encoder):
    texts = ["sky", "a very long description of a quiet harbour at dusk with many small boats", "cat"]
    together = encoder.text(texts)
    for text, vector in zip(texts, together, strict=True):
        assert encoder.text([text])[0] == pytest.approx(vector, abs=2e-3)
    assert encoder.text(texts[::-1])[::-1] == pytest.approx(together, abs=1e-5)
    assert encoder.text([]).shape == (0, 384)


def test_pictures_alone_in_a_batch_and_in_any_order(encoder):
    random = np.random.default_rng(3)
    photo = cv2.GaussianBlur(random.random((90, 140, 3), dtype=np.float32), (0, 0), 4)
    pictures = [disc(), (photo, None), disc(colour=(0.1, 0.2, 0.9))]
    together = encoder.pictures(pictures)
    assert together.shape == (3, 384)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert encoder.pictures(pictures[::-1])[::-1] == pytest.approx(together, abs=1e-4)
    assert encoder.pictures(pictures[1:2])[0] == pytest.approx(together[1], abs=1e-4)
    assert encoder.pictures([]).shape == (0, 384)


def test_transparent_pixels_do_not_count(encoder):
    rgb, shown = disc()
    random = np.random.default_rng(0).random(rgb.shape, dtype=np.float32)
    other = np.where(shown[..., None] > 0, rgb, random)
    assert encoder.pictures([(other, shown)])[0] == pytest.approx(encoder.pictures([(rgb, shown)])[0], abs=1e-5)
    assert encoder.pictures([(other, None)])[0] @ encoder.pictures([(rgb, shown)])[0] < 0.98


def test_a_real_photo_is_named(encoder, samples):
    from engine.files import read_reference

    found = (
        sorted(samples.rglob("*dog*.png")) + sorted(samples.rglob("*dog*.jpg")) + sorted(samples.rglob("*dog*.webp"))
    )
    rgb, shown = disc()
    seen = encoder.describe_picture(rgb, shown)
    assert seen.vector == pytest.approx(encoder.pictures([(rgb, shown)])[0], abs=1e-4)
    assert {name for name, _ in seen.labels} & {
        "orange",
        "ball",
        "lemon",
        "balloon",
        "fruit",
        "egg",
        "lamp",
        "ping-pong ball",
    }
    for path in found:
        picture = read_reference(path)
        assert encoder.describe_picture(picture.floats(), picture.transparency).labels[0][0] == "dog"


def test_names_are_clean_nouns(encoder):
    dog, rain = encoder.text(["dog", "rain"])
    assert encoder.name(np.stack([dog, rain]))[0][0][0] == "dog"
    assert encoder.name(rain, "sound", count=1) == [(("rain", pytest.approx(1.0, abs=1e-4)),)]
    assert encoder.name(encoder.text(["slow music"])[0], "music")[0][0][0] == "slow"


def test_class_chances_sum_to_one(encoder):
    chances = encoder.class_chances([disc(), disc(40)])
    assert chances.shape == (2, 1000)
    assert chances.sum(axis=1) == pytest.approx(np.ones(2), abs=1e-4)


def test_a_sound_at_any_rate_and_width(encoder):
    mono = encoder.sound(bell(3), RATE)
    assert mono.kind in {"sound", "music"}
    assert np.linalg.norm(mono.vector) == pytest.approx(1, abs=1e-5)
    fast = bell(3, 44_100)
    stereo = encoder.sound(np.stack([fast, 0.5 * fast], axis=1), 44_100)
    assert stereo.vector @ mono.vector > 0.95
    opposite = encoder.sound(np.stack([bell(3), -bell(3)], axis=1), RATE)
    assert opposite.vector @ mono.vector > 0.99


def test_the_whole_length_counts(encoder):
    time = np.arange(6 * RATE) / RATE
    engine_like = (0.2 * np.sign(np.sin(2 * np.pi * 55 * time)) * (1 + np.sin(2 * np.pi * 12 * time)) / 2).astype(
        np.float32
    )
    ring = np.tile(bell(1.5), 4)
    alone = [encoder.sound(part, RATE).vector for part in (engine_like, ring)]
    first = encoder.sound(np.concatenate([engine_like, ring]), RATE)
    last = encoder.sound(np.concatenate([ring, engine_like]), RATE)
    assert first.seconds == 12
    assert first.vector @ last.vector > 0.97
    apart = alone[0] @ alone[1]
    assert min(first.vector @ alone[0], first.vector @ alone[1]) > apart + 0.05


@pytest.mark.parametrize(
    "samples",
    [np.zeros(0, np.float32), np.zeros(RATE, np.float32), np.full(RATE, np.nan, np.float32), np.zeros((0, 2))],
)
def test_sounds_that_hold_nothing_are_refused(encoder, samples):
    with pytest.raises(BadInput):
        encoder.sound(samples, RATE)


def test_a_click_is_padded(encoder):
    heard = encoder.sound(bell(0.05), RATE)
    assert np.isfinite(heard.vector).all()
    assert heard.seconds == pytest.approx(0.05)


def test_loudness_and_silence_behind_change_no_name(encoder):
    ring = bell(0.4)
    names = [encoder.sound(each, RATE).name for each in (ring, 0.05 * ring, np.pad(ring, (0, 200)))]
    assert len(set(names)) == 1
    assert names[0]


def test_a_sound_is_heard_at_one_loudness_over_its_whole_patch():
    short = np.sin(np.arange(4_000) / 9).astype(np.float32) * 0.3
    heard = evened(short)
    assert len(heard) >= 1.5 * PATCH
    assert np.sqrt(np.square(heard).mean()) == pytest.approx(0.05, rel=0.02)
    assert np.square(heard[-4_000:]).mean() == pytest.approx(np.square(heard[:4_000]).mean(), rel=0.02)
    assert evened(0.01 * short) == pytest.approx(heard, abs=1e-6)
    assert len(evened(np.tile(short, 20))) == 80_000


def test_white_noise_is_no_music(encoder):
    heard = encoder.sound(np.random.default_rng(0).normal(0, 0.2, 6 * RATE).astype(np.float32), RATE)
    assert heard.kind == "sound"
    assert heard.mood["confidence"] < 0.1
    assert abs(heard.mood["valence"] - 0.5) < 0.05
    assert heard.labels == ()
    assert heard.name == ""


@pytest.mark.parametrize(
    ("kind", "sources", "energy", "told"),
    [
        ("music", (("piano", 0.6),), 0.2, "melancholy piano"),
        ("music", (("piano", 0.1),), 0.2, "melancholy"),  # no sure instrument
        ("music", (("piano", 0.6),), 0.5, "sad piano"),
        ("sound", (("dog", 0.6),), 0.2, "dog"),
    ],
)
def test_music_is_told_by_its_mood_and_instrument(kind, sources, energy, told):
    heard = Heard(np.zeros(384), kind, sources, {"energy": energy, "valence": 0.1}, 5.0, sources)
    assert heard.told == told
