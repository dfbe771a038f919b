"""Thin parts that a region has left out are found before a calm ground, and nothing else is."""

from __future__ import annotations

import cv2
import numpy as np

from engine.ground.strays import strays


def scene(noise: float = 0.004) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A dark body with two legs on a calm ground, the body's region, and where the legs stick out of it."""
    rng = np.random.default_rng(3)
    rows = np.linspace(0.55, 0.7, 400, dtype=np.float32)[:, None, None]
    rgb = np.broadcast_to(rows, (400, 500, 3)) * np.array([1, 0.95, 0.85], np.float32)
    body, legs = np.zeros((400, 500), np.uint8), np.zeros((400, 500), np.uint8)
    cv2.ellipse(body, (250, 180), (90, 60), 0, 0, 360, 1, -1)
    for foot in ((200, 290), (300, 275)):
        cv2.line(legs, ((250 + foot[0]) // 2, 190), foot, 1, 5)
    rgb = np.where((body | legs)[..., None] > 0, np.float32(0.12), rgb)
    rgb = np.clip(cv2.GaussianBlur(rgb, (0, 0), 0.8) + rng.normal(0, noise, rgb.shape), 0, 1).astype(np.float32)
    region = cv2.dilate(body, np.ones((9, 9), np.uint8)) > 0
    return rgb, region, (legs > 0) & ~region


def test_legs_are_found():
    rgb, region, legs = scene()
    found = strays(rgb, region)
    assert not (found & region).any()
    assert (found & legs).sum() > 0.95 * legs.sum()
    assert found.sum() < 4 * legs.sum()


def test_another_object_beside_it_stays():
    rgb, region, legs = scene()
    pole = np.zeros(region.shape, bool)
    pole[:, 350:362] = True  # touches the region, and goes on beyond
    rgb[pole] = (0.8, 0.1, 0.1)
    stone = (np.hypot(*np.ogrid[-330:70, -80:420]) < 8).astype(bool)  # small, but apart from the region
    rgb[stone] = 0.2
    found = strays(rgb, region)
    assert not (found & cv2.erode(pole.astype(np.uint8), np.ones((3, 3))).astype(bool)).any()
    assert not (found & stone).any()
    assert (found & legs).sum() > 0.8 * legs.sum()


def test_nothing_is_told_of_a_busy_ground():
    rgb, region, _ = scene(noise=0.15)
    assert not strays(rgb, region).any()
