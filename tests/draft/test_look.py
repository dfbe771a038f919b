"""Looks: each control goes its way, colours stay in the gamut with their hue, gradients stay whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.draft.look import RANGES, Look, apply
from engine.draft.look_colour import fit_gamut, from_oklab, to_display, to_light, to_oklab, white_balance


def scene(height: int = 96, width: int = 128, seed: int = 3) -> np.ndarray:
    """Colours of middle strength over a ramp of light, (H, W, 3) float32."""
    generator = np.random.default_rng(seed)
    coarse = generator.random((4, 5, 3), dtype=np.float32)
    colour = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    light = np.linspace(0.1, 0.9, width, dtype=np.float32)[None, :, None]
    return np.clip(0.35 * colour + 0.65 * light, 0, 1)


def lab_of(rgb: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(np.ascontiguousarray(rgb, np.float32), cv2.COLOR_RGB2LAB)


def lightness(rgb: np.ndarray) -> float:
    return float(lab_of(rgb)[..., 0].mean())


def spread(rgb: np.ndarray) -> float:
    return float(lab_of(rgb)[..., 0].std())


def chroma(rgb: np.ndarray) -> float:
    lab = lab_of(rgb)
    return float(np.hypot(lab[..., 1], lab[..., 2]).mean())


def redness(rgb: np.ndarray) -> float:
    return float(lab_of(rgb)[..., 1].mean())


def warmth(rgb: np.ndarray) -> float:
    return float(lab_of(rgb)[..., 2].mean())


def dark_tone(rgb: np.ndarray) -> float:
    return float(np.quantile(lab_of(rgb)[..., 0], 0.05))


def bright_tone(rgb: np.ndarray) -> float:
    return float(np.quantile(lab_of(rgb)[..., 0], 0.95))


def corners(rgb: np.ndarray) -> float:
    return -float(lab_of(rgb)[[0, 0, -1, -1], [0, -1, 0, -1], 0].mean())


def fine_detail(rgb: np.ndarray) -> float:
    tone = lab_of(rgb)[..., 0]
    return float((tone - cv2.GaussianBlur(tone, (0, 0), 2)).std())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_identity_is_bit_exact(dtype: type) -> None:
    rgb = np.random.default_rng(0).random((40, 50, 3)).astype(np.float32)
    out = apply(rgb.astype(dtype), Look())
    assert out.dtype == np.float32
    assert np.array_equal(out, rgb)
    assert out is not rgb
    assert Look(exposure=1, grain=0.5).scaled(0).is_identity


@pytest.mark.parametrize(
    ("control", "amount", "measure", "least"),
    [
        ("exposure", 1.0, lightness, 8.0),
        ("contrast", 0.6, spread, 1.5),
        ("shadows", 0.8, dark_tone, 2.0),
        ("highlights", 0.8, bright_tone, 1.0),
        ("whites", 0.8, bright_tone, 2.0),
        ("blacks", 0.8, dark_tone, 3.0),
        ("temperature", 60.0, warmth, 6.0),
        ("tint", 0.8, redness, 3.0),
        ("saturation", 0.5, chroma, 2.0),
        ("vibrance", 0.8, chroma, 1.0),
        ("shadow_a", 0.06, redness, 3.0),
        ("highlight_a", 0.06, redness, 3.0),
        ("shadow_b", 0.06, warmth, 3.0),
        ("highlight_b", 0.06, warmth, 3.0),
        ("vignette", 0.8, corners, 4.0),
    ],
)
def test_each_control_goes_both_ways(control: str, amount: float, measure, least: float) -> None:
    rgb = scene()
    before = measure(rgb)
    assert measure(apply(rgb, Look(**{control: amount}))) - before > least
    assert before - measure(apply(rgb, Look(**{control: -amount}))) > 0.6 * least


def test_clarity_and_grain_and_fade_and_haze() -> None:
    rgb = np.clip(scene() + np.random.default_rng(1).normal(0, 0.02, (96, 128, 1)).astype(np.float32), 0, 1)
    assert fine_detail(apply(rgb, Look(clarity=0.8))) > 1.2 * fine_detail(rgb)
    assert fine_detail(apply(rgb, Look(clarity=-0.8))) < 0.8 * fine_detail(rgb)
    assert fine_detail(apply(rgb, Look(grain=0.8))) > 1.3 * fine_detail(rgb)
    assert dark_tone(apply(rgb, Look(fade=0.8))) > dark_tone(rgb) + 3
    fog = apply(rgb, Look(haze=0.7))
    assert spread(fog) < 0.8 * spread(rgb)
    cleared = apply(fog, Look(haze=-0.7))
    assert spread(cleared) > 1.15 * spread(fog)


def test_grain_is_seeded() -> None:
    rgb, look = scene(), Look(grain=0.7)
    assert np.array_equal(apply(rgb, look, seed=4), apply(rgb, look, seed=4))
    assert not np.array_equal(apply(rgb, look, seed=4), apply(rgb, look, seed=5))


def test_weight_bounds_the_change() -> None:
    rgb = scene()
    weight = np.zeros(rgb.shape[:2], np.float32)
    weight[30:60, 40:90] = 1
    weight[60:70, 40:90] = 0.5
    out = apply(rgb, Look(exposure=-1, temperature=60, grain=0.4), weight)
    assert np.array_equal(out[weight == 0], rgb[weight == 0])
    assert np.abs(out[weight == 1] - rgb[weight == 1]).mean() > 0.05
    half, whole = np.abs(out - rgb)[weight == 0.5].mean(), np.abs(out - rgb)[weight == 1].mean()
    assert 0.2 * whole < half < 0.8 * whole


controls = st.fixed_dictionaries({name: st.floats(low, high) for name, (low, high) in RANGES.items()})


@settings(max_examples=25, deadline=None)
@given(controls, st.integers(0, 99), st.integers(1, 40), st.integers(1, 40))
def test_any_look_stays_in_the_gamut(values: dict[str, float], seed: int, height: int, width: int) -> None:
    rgb = np.random.default_rng(seed).random((height, width, 3), dtype=np.float32)
    out = apply(rgb, Look(**values))
    assert out.shape == rgb.shape
    assert np.isfinite(out).all()
    assert out.min() >= 0
    assert out.max() <= 1


@pytest.mark.parametrize(
    "look",
    [
        Look(exposure=1.5),
        Look(exposure=-1.5, temperature=-60),
        Look(contrast=0.8),
        Look(contrast=-0.8, fade=0.6),
        Look(temperature=70, saturation=0.4),
        Look(shadow_a=-0.03, shadow_b=-0.05, highlight_a=0.02, highlight_b=0.05, contrast=0.3),
    ],
)
def test_a_ramp_of_grey_stays_a_ramp(look: Look) -> None:
    """No tone turns round or stands still: posterisation and clipping would show as steps of zero."""
    ramp = np.repeat(np.linspace(0.02, 0.98, 1024, dtype=np.float32)[None, :, None], 3, axis=-1).repeat(8, axis=0)
    steps = np.diff(to_oklab(to_light(apply(ramp, look)))[4, :, 0])
    assert steps.min() > 0
    assert steps.max() < 12 * np.median(steps)


def test_skin_keeps_its_hue_when_brightened() -> None:
    skin = np.full((8, 8, 3), (0.85, 0.62, 0.52), np.float32)
    hues = []
    for stops in (-1.0, 0.0, 1.0, 1.5):
        lab = to_oklab(to_light(apply(skin, Look(exposure=stops)) if stops else skin))[0, 0]
        hues.append(np.degrees(np.arctan2(lab[2], lab[1])))
    assert np.ptp(hues) < 4


def test_fit_gamut_keeps_hue_and_order() -> None:
    chromas = np.linspace(0, 0.4, 64, dtype=np.float32)
    lab = np.stack([np.full(64, 0.6), chromas * np.cos(0.7), chromas * np.sin(0.7)], axis=-1).astype(np.float32)[None]
    light = fit_gamut(lab)
    assert light.min() >= 0
    assert light.max() <= 1
    fitted = to_oklab(light)[0]
    assert (np.diff(np.hypot(fitted[:, 1], fitted[:, 2])) > -1e-5).all()
    hue = np.degrees(np.arctan2(fitted[1:, 2], fitted[1:, 1]))
    assert np.abs(hue - np.degrees(0.7)).max() < 5
    inside = np.hypot(lab[0, :, 1], lab[0, :, 2]) < 0.08
    assert np.allclose(fitted[inside], lab[0, inside], atol=1e-4)


def test_colour_spaces_and_white_balance_are_undone_by_their_inverse() -> None:
    rgb = np.random.default_rng(2).random((20, 20, 3), dtype=np.float32)
    assert np.allclose(to_display(to_light(rgb)), rgb, atol=2e-6)
    assert np.allclose(from_oklab(to_oklab(to_light(rgb))), to_light(rgb), atol=1e-5)
    assert np.allclose(white_balance(60, 0) @ white_balance(-60, 0), np.eye(3), atol=1e-9)
    luminance = np.array([0.2126390, 0.7151687, 0.0721923])
    assert luminance @ (white_balance(80, 0.5) @ np.ones(3)) == pytest.approx(1, abs=0.01)


def test_arithmetic_of_looks() -> None:
    one = Look(exposure=0.5, temperature=40)
    assert one.plus(one.scaled(-1)).is_identity
    assert one.scaled(2) == Look(exposure=1.0, temperature=80)
    assert Look(exposure=9).exposure == 3
    assert np.allclose(Look.from_vector(one.vector()).vector(), one.vector())
    with pytest.raises(ValueError, match="finite"):
        Look(tint=float("nan"))
