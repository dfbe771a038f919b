"""Styles: the reference's colours and marks arrive, the photo's forms stay."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.draft import style
from engine.draft.style_colour import difference
from engine.errors import BadInput


def scene(seed: int, tint: tuple[float, float, float] = (1, 1, 1), noise: float = 0.02) -> np.ndarray:
    """Shapes of light and colour, (120, 160, 3) float32."""
    generator = np.random.default_rng(seed)
    rgb = cv2.resize(generator.random((5, 6, 3), dtype=np.float32), (160, 120), interpolation=cv2.INTER_CUBIC)
    rgb = 0.25 + 0.5 * np.clip(rgb, 0, 1)
    for _ in range(6):
        centre = (int(generator.integers(20, 140)), int(generator.integers(20, 100)))
        colour = tuple(float(value) for value in generator.uniform(0.1, 0.9, 3))
        cv2.circle(rgb, centre, int(generator.integers(8, 26)), colour, -1, cv2.LINE_AA)
    rgb += generator.normal(0, noise, rgb.shape).astype(np.float32)
    return np.clip(rgb * np.array(tint, np.float32), 0, 1).astype(np.float32)


def edges(before: np.ndarray, after: np.ndarray) -> float:
    """Correlation of the gradients, after a blur that leaves forms and takes marks away."""

    def gradients(rgb: np.ndarray) -> np.ndarray:
        luma = cv2.GaussianBlur(rgb.mean(axis=-1), (0, 0), 1.5)
        return np.concatenate([np.diff(luma, axis=0).ravel(), np.diff(luma, axis=1).ravel()])

    return float(np.corrcoef(gradients(before), gradients(after))[0, 1])


def fine(rgb: np.ndarray) -> float:
    luma = rgb.mean(axis=-1)
    return float((luma - cv2.GaussianBlur(luma, (0, 0), 1.5)).std())


def test_no_strength_is_bit_exact() -> None:
    rgb = scene(1)
    assert np.array_equal(style.transfer(rgb, scene(2), strength=0), rgb)
    assert np.array_equal(style.paint(rgb, style.FAMILIES[0], strength=0), rgb)


@pytest.mark.parametrize("tint", [(1.0, 0.75, 0.5), (0.5, 0.7, 1.0), (0.35, 0.35, 0.4)])
def test_colours_come_from_the_reference_and_forms_stay(tint: tuple[float, float, float]) -> None:
    rgb, reference = scene(1), scene(2, tint)
    out = style.transfer(rgb, reference, texture=0)
    assert difference(out, reference) < 0.55 * difference(rgb, reference)
    assert edges(rgb, out) > 0.9
    assert out.min() >= 0
    assert out.max() <= 1


def test_a_reference_like_the_photo_changes_little() -> None:
    rgb = scene(1)
    assert np.abs(style.transfer(rgb, rgb, texture=0) - rgb).mean() < 0.02


def test_a_colourless_reference_takes_the_colour() -> None:
    grey = scene(2).mean(axis=-1, keepdims=True).repeat(3, axis=-1)
    out = style.transfer(scene(1), grey, texture=0)
    assert np.ptp(out, axis=-1).mean() < 0.25 * np.ptp(scene(1), axis=-1).mean()


def test_colour_is_a_smooth_function() -> None:
    """A fine gradient stays without steps: no banding."""
    ramp = np.linspace(0.1, 0.9, 512, dtype=np.float32)
    rgb = np.stack([ramp, 0.8 * ramp + 0.1, 0.6 * ramp + 0.2], axis=-1)[None].repeat(64, axis=0)
    out = style.transfer(rgb, scene(5, (1, 0.8, 0.6)), texture=0)
    assert np.abs(np.diff(out[32], axis=0)).max() < 0.012


def test_texture_lays_marks_along_forms() -> None:
    rgb = scene(1, noise=0.0)
    rough = scene(3, noise=0.12)
    plain, marked = style.transfer(rgb, rough, texture=0), style.transfer(rgb, rough, texture=1)
    assert fine(marked) > 1.5 * fine(plain)
    assert edges(plain, marked) > 0.75


def test_same_seed_same_pixels() -> None:
    rgb, reference = scene(1), scene(3, noise=0.1)
    assert np.array_equal(
        style.transfer(rgb, reference, seed=7, texture=1), style.transfer(rgb, reference, seed=7, texture=1)
    )


@pytest.mark.parametrize("family", style.FAMILIES, ids=lambda family: family.name)
def test_paint_keeps_forms_and_repeats(family: style.Family) -> None:
    rgb = scene(4)
    out = style.paint(rgb, family, seed=2)
    assert out.shape == rgb.shape
    assert np.isfinite(out).all()
    assert out.min() >= 0
    assert out.max() <= 1
    assert np.abs(out - rgb).mean() > 0.015
    assert edges(rgb, out) > 0.35
    assert np.array_equal(out, style.paint(rgb, family, seed=2))


@pytest.mark.parametrize("size", [(1, 1), (3, 50), (40, 2)])
def test_tiny_pictures(size: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).random((*size, 3), dtype=np.float32)
    for family in style.FAMILIES:
        assert style.paint(rgb, family).shape == rgb.shape
    assert style.transfer(rgb, scene(1)).shape == rgb.shape
    assert style.transfer(scene(1), rgb).shape == scene(1).shape


@pytest.fixture(scope="module")
def embed(bundle):
    from engine.encode import Encoder

    return Encoder.load(bundle).text


class TestChoice:
    @pytest.mark.parametrize(
        ("words", "name"),
        [
            ("a watercolour painting", "watercolour"),
            ("oil paint on canvas", "oil painting"),
            ("drawn with a pencil", "pencil sketch"),
            ("in the style of a comic strip", "comic"),
            ("charcoal sketch", "charcoal"),
            ("pop art", "poster"),
            ("old 8 bit video game", "pixel art"),
        ],
    )
    def test_words_choose_their_style(self, embed, words: str, name: str) -> None:
        assert style.choose(words, embed).name == name

    @pytest.mark.parametrize("words", ["a washing machine", "two dogs on the beach", "tax return", "the year 1850"])
    def test_other_words_are_refused_with_what_can_be_made(self, embed, words: str) -> None:
        with pytest.raises(BadInput, match="watercolour"):
            style.choose(words, embed)
