"""The perceptual distance: zero, symmetry, order and masks."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from training.evaluate.perceptual import PerceptualDistance


@pytest.fixture(scope="module")
def distance(bundle):
    return PerceptualDistance.load(bundle)


@pytest.fixture(scope="module")
def picture():
    noise = np.random.default_rng(0).random((16, 16, 3)).astype(np.float32)
    return np.clip(cv2.resize(noise, (128, 128), interpolation=cv2.INTER_CUBIC), 0, 1)


def test_equal_pictures_have_no_distance_and_order_does_not_matter(distance, picture):
    blurred = cv2.GaussianBlur(picture, (0, 0), 4)
    assert distance(picture, picture) == 0
    assert distance(picture, blurred) == pytest.approx(distance(blurred, picture), rel=1e-4)


def test_more_blur_is_further(distance, picture):
    far = [distance(picture, cv2.GaussianBlur(picture, (0, 0), sigma)) for sigma in (1, 3, 9)]
    assert 0 < far[0] < far[1] < far[2]


def test_the_mask_says_where(distance, picture):
    changed = picture.copy()
    changed[:32, :32] = 1 - changed[:32, :32]
    near, far = np.zeros((128, 128)), np.zeros((128, 128))
    near[:32, :32], far[96:, 96:] = 1, 1
    assert distance(picture, changed, near) > 5 * distance(picture, changed, far)


def test_bad_pairs_are_refused(distance, picture):
    with pytest.raises(ValueError, match="one size"):
        distance(picture, picture[:64])
    with pytest.raises(ValueError, match="mask"):
        distance(picture, picture, np.zeros((128, 128)))
