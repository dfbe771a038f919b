"""The tone fitted across the border of the mask."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.restore.matching import matched

SIDE = 96


def landscape(seed: int) -> np.ndarray:
    """A picture with the spectrum of photographs, ``(SIDE, SIDE, 3)``, 0.2 to 0.8."""
    random = np.random.default_rng(seed)
    reach = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.fftfreq(SIDE)[None, :])
    noise = np.fft.fft2(random.normal(size=(SIDE, SIDE, 3)), axes=(0, 1)) / (reach + 0.02)[..., None] ** 1.6
    picture = cv2.GaussianBlur(np.fft.ifft2(noise, axes=(0, 1)).real, (0, 0), 1)
    picture -= picture.min()
    return (0.2 + 0.6 * picture / picture.max()).astype(np.float32)


def disc(soft: float = 0.0) -> np.ndarray:
    mask = cv2.circle(np.zeros((SIDE, SIDE), np.float32), (50, 45), 28, 1, -1)
    return cv2.GaussianBlur(mask, (0, 0), soft) if soft else mask


def psnr(made: np.ndarray, truth: np.ndarray, inside: np.ndarray) -> float:
    return -10 * float(np.log10(np.square(made - truth)[inside].mean()))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("soft", "better"), [(0.0, 6), (1.0, 2)])  # decibels
def test_a_planted_gain_bias_and_tint_is_taken_back(seed, soft, better):
    truth, mask = landscape(seed), disc(soft)
    gain, bias = np.array([1.08, 0.95, 1.02], np.float32), np.array([0.03, -0.02, 0.04], np.float32)
    decoded = truth + (truth * gain + bias - truth) * mask[..., None]
    inside = mask > 0.98
    assert psnr(matched(decoded, truth, mask), truth, inside) > psnr(decoded, truth, inside) + better


def test_a_bias_that_drifts_over_the_picture_is_taken_back():
    truth, mask = landscape(5), disc()
    drift = np.linspace(-0.04, 0.04, SIDE, dtype=np.float32)[:, None, None]
    decoded = np.where(mask[..., None] > 0, truth + drift, truth)
    inside = mask > 0
    assert psnr(matched(decoded, truth, mask), truth, inside) > psnr(decoded, truth, inside) + 3


def test_what_already_fits_stays_nearly_as_it_is():
    truth, mask = landscape(6), disc()
    assert np.abs(matched(truth, truth, mask) - truth).mean() < 0.008


def test_a_thing_of_its_own_is_changed_little():
    """Steps at its border are far larger than any change of tone that is expected."""
    random = np.random.default_rng(1)
    photo, mask = landscape(7), disc()
    thing = cv2.resize(random.random((12, 12, 3), np.float32), (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    decoded = np.where(mask[..., None] > 0, thing, photo)
    assert np.abs(matched(decoded, photo, mask) - decoded)[mask > 0].mean() < 0.08


@pytest.mark.parametrize("value", [0.0, 1.0, 0.5])
def test_without_a_border_the_picture_stays(value):
    decoded, photo = landscape(8), landscape(9)
    assert matched(decoded, photo, np.full((SIDE, SIDE), value, np.float32)) is decoded
