"""Masks follow the photo's edges, colours agree with their names, proposals are one for each object."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.ground.colours import agreement
from engine.ground.edges import refine
from engine.ground.network import LOCATION_TERMS, MASK_DIMS, STAGES, STUFF, GroundNetwork, masks
from engine.ground.proposals import overlap, propose, working
from engine.ground.saliency import background, saliency
from engine.values import Region


def disc(height: int = 240, width: int = 320, radius: int = 60) -> np.ndarray:
    """A filled circle in the middle, (H, W) bool."""
    rows, columns = np.mgrid[:height, :width]
    return (rows - height / 2) ** 2 + (columns - width / 2) ** 2 < radius**2


def painted(mask: np.ndarray, inside: tuple[float, float, float], outside: tuple[float, float, float]) -> np.ndarray:
    """Two flat colours."""
    return np.where(mask[..., None], np.float32(inside), np.float32(outside)).astype(np.float32)


def test_a_shifted_mask_moves_to_the_edge() -> None:
    truth = disc()
    rgb = painted(truth, (0.8, 0.2, 0.1), (0.2, 0.4, 0.7))
    coarse = np.roll(truth, 2, axis=1).astype(np.float32)[::4, ::4]
    before = overlap(np.kron(coarse, np.ones((4, 4), np.float32)), truth.astype(np.float32))
    soft = refine(rgb, coarse)
    assert soft.shape == truth.shape
    assert soft.dtype == np.float32
    assert 0 <= soft.min() <= soft.max() <= 1
    assert overlap(soft, truth.astype(np.float32)) > max(before + 0.03, 0.95)


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (2000, 3), (37, 41)])
def test_any_size_is_refined(size: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).random((*size, 3), dtype=np.float32)
    soft = refine(rgb, np.ones((8, 8), np.float32))
    assert soft.shape == size
    assert np.isfinite(soft).all()
    assert soft.mean() > 0.95


@pytest.mark.parametrize(
    ("colour", "rgb"),
    [
        ("red", (0.8, 0.1, 0.1)),
        ("green", (0.2, 0.55, 0.2)),
        ("blue", (0.15, 0.3, 0.8)),
        ("yellow", (0.95, 0.85, 0.15)),
        ("white", (0.97, 0.97, 0.96)),
        ("black", (0.04, 0.04, 0.05)),
        ("pink", (0.95, 0.6, 0.7)),
        ("brown", (0.42, 0.27, 0.15)),
        ("purple", (0.5, 0.2, 0.6)),
        ("orange", (0.95, 0.5, 0.1)),
        ("grey", (0.5, 0.5, 0.5)),
    ],
)
def test_a_colour_agrees_with_its_name_best(colour: str, rgb: tuple[float, float, float]) -> None:
    mask = disc().astype(np.float32)
    picture = painted(mask > 0.5, rgb, (0.3, 0.6, 0.6))
    others = {"red", "green", "blue", "yellow", "white", "black", "purple"} - {colour}
    assert agreement(picture, mask, colour) > 0.5
    assert all(agreement(picture, mask, other) < 0.2 for other in others)


def test_agreement_of_an_empty_mask_is_none() -> None:
    assert agreement(np.ones((4, 4, 3), np.float32), np.zeros((4, 4), np.float32), "red") == 0


def test_the_working_size_suits_the_tower() -> None:
    for shape in ((600, 900), (900, 600), (40, 4000), (64, 64), (1, 1)):
        out = working(np.zeros((*shape, 3), np.float32))
        assert out.shape[0] % 32 == 0
        assert out.shape[1] % 32 == 0
        assert max(out.shape[:2]) == 512


def test_location_terms_place_a_mask() -> None:
    kernels = torch.zeros(1, MASK_DIMS + LOCATION_TERMS)
    kernels[0, MASK_DIMS] = 1.0  # one
    kernels[0, MASK_DIMS + 3] = kernels[0, MASK_DIMS + 4] = -16.0  # y squared, x squared: a disc of 2 cells
    found = masks(kernels, torch.tensor([[10.0, 4.0]]), torch.zeros(MASK_DIMS, 96, 128))[0] > 0
    rows, columns = np.nonzero(found.numpy())
    assert abs(rows.mean() - (10 * 4 + 1.5)) < 1
    assert abs(columns.mean() - (4 * 4 + 1.5)) < 1
    assert abs(len(rows) - np.pi * 8**2) < 30


def test_untrained_network_has_the_promised_shapes() -> None:
    torch.manual_seed(0)
    sizes = ((24, 32), (12, 16), (6, 8), (3, 4))
    stages = [torch.randn(1, channels, *size) for channels, size in zip(STAGES, sizes, strict=True)]
    with torch.inference_mode():
        said = GroundNetwork().eval()(stages)
    assert said.objectness.shape == (1, 6, 8)
    assert said.kernels.shape == (1, MASK_DIMS + LOCATION_TERMS, 6, 8)
    assert said.pixels.shape == (1, MASK_DIMS, 24, 32)
    assert said.stuff.shape == (1, len(STUFF), 12, 16)
    found = propose(said, 5)
    assert len(found) <= 5
    for index, each in enumerate(found):
        assert all(overlap(each.mask, other.mask) < 0.95 for other in found[:index])


def test_background_is_the_inverse() -> None:
    mask = disc().astype(np.float32)
    assert np.array_equal(background(Region(mask, "words")).mask, 1 - mask)


def test_saliency_by_colour_stands_out() -> None:
    mask = disc()
    heat = saliency(painted(mask, (0.9, 0.2, 0.1), (0.4, 0.5, 0.6)))
    assert heat[mask].mean() > 0.8
    assert heat[~mask].mean() < 0.2
