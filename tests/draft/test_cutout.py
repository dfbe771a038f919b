"""Cut-outs: from transparency and from saliency, with clean edges; drawings are told from photographs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.draft.cutout import cut_out
from engine.draft.drawing import is_drawing
from engine.draft.matting import decontaminate, soften
from engine.errors import BadInput


def scene(height: int = 160, width: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """A grainy brown disc with a soft edge on a grainy green ground, and its true cover."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    cover = np.clip((48 - np.hypot(rows - 80, columns - 100)) / 3 + 0.5, 0, 1)[..., None]
    random = np.random.default_rng(0)
    disc = np.float32([0.55, 0.3, 0.15]) + random.normal(0, 0.03, (height, width, 1))
    ground = np.float32([0.2, 0.6, 0.25]) + random.normal(0, 0.03, (height, width, 1))
    return np.clip(disc * cover + ground * (1 - cover), 0, 1).astype(np.float32), cover[..., 0]


def test_transparency_is_used_as_it_is_and_cropped():
    rgb, cover = scene()
    cut = cut_out(rgb, cover)
    assert cut.rgba.shape == (99, 99, 4)
    assert cut.rgba[49, 49, 3] == 1
    assert np.isclose(cut.rgba[..., 3].sum(), cover[cover >= 0.02].sum(), rtol=0.01)


@pytest.mark.parametrize("with_map", [True, False])
def test_a_subject_is_cut_along_its_edge(with_map):
    rgb, cover = scene()
    guess = cv2.GaussianBlur((cover > 0.5).astype(np.float32), (0, 0), 14) if with_map else None
    cut = cut_out(rgb, None, guess)
    assert abs(cut.cover.sum() - cover.sum()) < 0.06 * cover.sum()
    assert abs(cut.rgba.shape[0] - 99) <= 8


def test_edges_carry_none_of_the_old_ground():
    rgb, cover = scene()
    matte = soften(rgb, cover > 0.5)
    clean = decontaminate(rgb, matte)
    edge = (matte > 0.2) & (matte < 0.8)
    assert edge.sum() > 100
    green_before = (rgb[edge][:, 1] - rgb[edge][:, 0]).mean()
    green_after = (clean[edge][:, 1] - clean[edge][:, 0]).mean()
    assert green_before > -0.12
    assert green_after < -0.2


def test_a_matte_is_soft_at_the_edge_only():
    rgb, cover = scene()
    matte = soften(rgb, cover > 0.5)
    rows, columns = np.mgrid[0:160, 0:200]
    distance = np.hypot(rows - 80, columns - 100)
    assert matte[distance < 40].min() == 1
    assert matte[distance > 57].max() == 0
    assert np.abs(matte - cover).mean() < 0.01


def test_nothing_to_cut_is_refused():
    with pytest.raises(BadInput, match="stands out"):
        cut_out(np.full((80, 80, 3), 0.5, np.float32))
    with pytest.raises(BadInput, match="transparent"):
        cut_out(np.full((80, 80, 3), 0.5, np.float32), np.zeros((80, 80), np.float32))


def test_a_flat_drawing_and_a_grainy_photograph_are_told_apart():
    rgb, cover = scene()
    photo = np.dstack(
        [rgb + 0.12 * cv2.GaussianBlur(np.random.default_rng(1).random(rgb.shape[:2]), (0, 0), 3)[..., None], cover]
    )
    drawing = np.dstack([np.where(cover[..., None] > 0.9, np.float32([1, 0.8, 0]), 0.0) * np.ones_like(rgb), cover])
    cv2.circle(drawing, (100, 80), 20, (1, 0, 0, 1), -1)
    assert not is_drawing(photo.astype(np.float32))
    assert is_drawing(drawing.astype(np.float32))
