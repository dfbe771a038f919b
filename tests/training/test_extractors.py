"""Networks that judge: what each of the table is good for, and the independent one's features."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from typer import Typer
from typer.testing import CliRunner

from engine.bundle import Bundle, default_home
from engine.encode.efficientnet import EfficientNetLite
from engine.errors import BadInput
from training import tiny, tiny_understanding
from training.evaluate.commands import register
from training.evaluate.extractors import EXTRACTORS, Classifier, own
from training.evaluate.lite0 import Lite0


@pytest.fixture(scope="module")
def judge() -> Lite0:
    """Of random weights that let pictures through."""
    torch.manual_seed(0)
    network = EfficientNetLite(0)
    for part in network.modules():
        if isinstance(part, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(part.weight)
    return Lite0(EfficientNetLite.load(network.state_dict(), 0))


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).random((60, 80, 3)).astype(np.float32)


def test_features_have_unit_norm_and_chances_add_up(judge, picture):
    given = [(picture, None), (picture**3, None)]
    features, chances = judge.pictures(given), judge.class_chances(given)
    assert features.shape == (2, 1280)
    assert chances.shape == (2, 1000)
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-5)
    assert np.abs(features[0] - features[1]).max() > 1e-3


def test_what_a_cut_out_hides_does_not_count(judge, picture):
    cover = np.zeros((60, 80), np.float32)
    cover[10:50, 20:60] = 1
    painted = np.where(cover[..., None] > 0, picture, np.float32(0.9))
    one, other = judge.pictures([(picture, cover), (painted, cover)])
    np.testing.assert_array_equal(one, other)
    assert np.abs(one - judge.pictures([(picture, None)])[0]).max() > 1e-3


def test_the_bundle_s_own_reads_words_and_knows_classes(bundle, picture):
    reader = own(bundle)
    assert reader.text(["a dog"]).shape == reader.pictures([(picture, None)]).shape
    assert isinstance(reader, Classifier)
    assert set(EXTRACTORS) == {"own", "lite0"}


def test_a_bundle_s_full_size_encoder_is_its_own_and_tells_no_classes(tmp_path, picture):
    (tmp_path / "starter").symlink_to(default_home() / "starter")
    encoder = tmp_path / "wide" / "encoder"
    tiny_understanding.write_clip(encoder / "clip")
    tiny_understanding.write_clap(encoder / "clap")
    (encoder / "encoder.json").write_text('{"class": "clip-clap"}')
    tiny.write_manifest(tmp_path / "wide", "starter")
    reader = own(Bundle.open("wide", tmp_path))
    assert reader.text(["a dog"]).shape == reader.pictures([(picture, None)]).shape == (1, 32)
    assert not isinstance(reader, Classifier)


def test_another_judge_is_refused_before_anything_is_made(tmp_path):
    app = Typer()
    register(app)
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["--out", str(out), "--data", str(tmp_path), "--judge", "dino"])
    assert isinstance(done.exception, BadInput)
    assert "own, lite0" in str(done.exception.hint)
    assert not out.exists()
