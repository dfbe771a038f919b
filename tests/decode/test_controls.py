from __future__ import annotations

import numpy as np
import pytest

from engine.decode import Control
from engine.decode.controls import control_picture, edges, sketch
from engine.errors import BadInput


@pytest.fixture
def square():
    rgb = np.full((80, 100, 3), 0.2, np.float32)
    rgb[20:60, 30:70] = 0.8
    return rgb


def test_edges_and_sketch_lie_on_the_outline(square):
    outline = np.zeros((80, 100), bool)
    outline[16:64, 26:74] = True
    outline[24:56, 34:66] = False
    for lines in (edges(square), sketch(square)):
        assert lines[outline].max() == 1
        assert lines[~outline].max() < 0.3
    assert set(np.unique(edges(square))) == {0, 1}


def test_a_flat_picture_has_no_edges():
    assert edges(np.full((40, 40, 3), 0.5, np.float32)).max() == 0


def test_masks_are_white_where_to_paint(square):
    mask = np.zeros((80, 100), np.float32)
    mask[:10] = 0.9
    picture = control_picture(Control("mask"), square, mask, (100, 80))
    assert picture.shape == (80, 100, 3)
    assert (picture[:10] == 1).all()
    assert (picture[10:] == 0).all()


def test_own_pictures_are_scaled_to_the_result(square):
    assert control_picture(Control("depth", square), None, None, (50, 40)).shape == (40, 50, 3)
    assert control_picture(Control("depth", square[..., 0]), None, None, (200, 160)).shape == (160, 200, 3)
    with pytest.raises(BadInput, match="100 × 80, the result 80 × 80"):
        control_picture(Control("depth", square), None, None, (80, 80))


@pytest.mark.parametrize("control", [Control("depth"), Control("mask"), Control("edge")])
def test_what_cannot_be_extracted_is_said(control):
    with pytest.raises(BadInput):
        control_picture(control, None, None, (10, 10))


def test_networks_extract_depth_and_edges(tmp_path, square):
    import torch
    from safetensors.torch import save_file

    from engine.bundle import Bundle
    from engine.decode import extractors
    from training import tiny, tiny_understanding

    tiny_understanding.write_depth(tmp_path / "nets" / "controls" / "depth")
    torch.manual_seed(0)
    save_file(extractors.Hed((4, 4, 6, 6, 8)).state_dict(), tmp_path / "nets" / extractors.EDGES)
    tiny.write_manifest(tmp_path / "nets")
    found = extractors.load(Bundle.open("nets", tmp_path))
    assert set(found) == {"depth", "edge"}
    maps = {kind: control_picture(Control(kind), square, None, (100, 80), found) for kind in found}
    for kind, each in maps.items():
        assert each.shape == (80, 100, 3)
        assert (each[..., 0] == found[kind](square)).all()
        assert 0 <= each.min() <= each.max() <= 1
    assert (maps["depth"].min(), maps["depth"].max()) == pytest.approx((0, 1), abs=1e-5)
    assert not (maps["edge"][..., 0] == edges(square)).all()


def test_the_edge_network_is_published_under_our_names():
    from engine.decode.extractors import Hed

    names = {name: tuple(value.shape) for name, value in Hed().state_dict().items()}
    assert names["norm"] == (1, 3, 1, 1)
    assert names["block5.convs.2.weight"] == (512, 512, 3, 3)
    assert names["block3.projection.weight"] == (1, 256, 1, 1)
    assert len(names) == 1 + 2 * (13 + 5)
