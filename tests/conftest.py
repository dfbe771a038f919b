"""Fixtures for every test: a quiet Qt, pictures made from numbers, the assembled starter."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.picture import Photo

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the programs set it: spinning threads starve busy machines


@pytest.fixture(scope="session")
def bundle():
    """The assembled starter bundle; `run.py test` assembles it first."""
    from engine.bundle import Bundle

    return Bundle.open("starter")


@pytest.fixture(scope="session")
def engine():
    """The starter engine, loaded once."""
    from engine.pipeline import Engine

    return Engine.load("starter")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of shipped samples."""
    return Path(__file__).parent.parent / "resources" / "samples"


def smooth_noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A colourful smooth picture with some grain, (H, W, 3) float32 in 0..1."""
    import cv2

    generator = np.random.default_rng(seed)
    coarse = generator.random((max(height // 32, 2), max(width // 32, 2), 3), dtype=np.float32)
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(picture + generator.normal(0, 0.01, picture.shape).astype(np.float32), 0, 1)


@pytest.fixture
def make_photo() -> Callable[..., Photo]:
    """Make a photo: size, bits a channel, bands, seed."""

    def make(height: int = 96, width: int = 128, bits: int = 8, bands: int = 3, seed: int = 0) -> Photo:
        white = 2**bits - 1
        pixels = np.rint(smooth_noise(height, width, seed) * white)
        if bands == 4:
            pixels = np.concatenate([pixels, np.full((height, width, 1), white)], axis=2)
        return Photo(pixels.astype(np.uint8 if bits == 8 else np.uint16))

    return make
