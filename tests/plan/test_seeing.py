"""Photos as models of LLaVA's class are given them: padded or squeezed to a square, pixel by pixel."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from PIL import Image

from engine.bundle import Bundle
from engine.importing import bundles
from engine.importing.child import Job
from engine.importing.child import run as read
from engine.plan import load
from engine.plan.seeing import padded, squaring, squeezed
from training import tiny, tiny_understanding

MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(("height", "width", "corner"), [(40, 61, (10, 0)), (61, 40, (0, 10)), (30, 30, (0, 0))])
def test_llava_pads_to_a_square_of_the_mean_colour(height, width, corner):
    picture = noise(height, width)
    square = padded(picture, MEAN)
    side = max(height, width)
    assert square.shape == (side, side, 3)
    top, left = corner
    assert np.array_equal(square[top : top + height, left : left + width], picture)
    outside = np.ones((side, side), bool)
    outside[top : top + height, left : left + width] = False
    assert (square[outside] == (122, 116, 104)).all()


def test_llmga_squeezes_a_whole_picture_into_its_square():
    picture = np.zeros((256, 1024, 3), np.uint8)
    picture[:, :512] = (250, 10, 90)
    square = squeezed(picture)
    assert square.shape == (512, 512, 3)
    assert (square[:, :250] == (250, 10, 90)).all()
    assert (square[:, 262:] == 0).all()


def test_the_way_follows_the_template():
    assert squaring({"class": "llava", "template": "llmga"}) == "squeeze"
    assert squaring({"class": "llava"}) == "pad"


def normed(square: np.ndarray, side: int) -> torch.Tensor:
    """CLIP's preparation by hand: bicubic to its side, then its mean and deviation."""
    scaled = np.asarray(Image.fromarray(square).resize((side, side), Image.Resampling.BICUBIC), np.float32) / 255
    return torch.from_numpy(((scaled - np.float32(MEAN)) / np.float32(DEVIATION)).transpose(2, 0, 1))[None]


def test_an_imported_llmga_sees_and_plans(tmp_path):
    source = tmp_path / "source"
    tiny_understanding.write_llmga(source)
    config = json.loads((source / "config.json").read_text())
    done = read(Job((str(source / "pytorch_model.bin"),), str(tmp_path / "any"), config=config), lambda _w, _s: None)
    assert done["kind"] == "llmga-llm"
    assert json.loads((tmp_path / "any" / "language" / "preprocessor_config.json").read_text())["size"] == {
        "shortest_edge": 28
    }
    bundles.alongside(tmp_path / "any", source, tuple(done["folder"]), "language")
    tiny.write_manifest(tmp_path / "any")
    planner = load(Bundle.open("any", tmp_path))
    picture = noise(50, 90)
    assert torch.allclose(planner.pixel_values(picture), normed(squeezed(picture), 28), atol=1e-5)
    plan = planner.plan("remove the boat", {}, picture=picture.astype(np.float32) / 255)
    assert plan.operations


def test_a_llava_is_given_the_padded_picture(tmp_path):
    tiny_understanding.write_llava(tmp_path / "any" / "language")
    (tmp_path / "any" / "language" / "language.json").write_text('{"class": "llava"}')
    tiny.write_manifest(tmp_path / "any")
    planner = load(Bundle.open("any", tmp_path))
    picture = noise(50, 90)
    assert torch.allclose(planner.pixel_values(picture), normed(padded(picture, MEAN), 28), atol=1e-5)
