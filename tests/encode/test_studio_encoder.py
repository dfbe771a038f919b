"""Full-size encoders of tiny sizes: their vectors, names, and how sounds are heard over their whole length."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.bundle import Bundle, default_home
from engine.encode import studio
from engine.encode.imagebind import prepared
from engine.encode.imagebind_network import ImageBind, ImageBindShape
from engine.errors import BadInput, BundleError
from training import tiny, tiny_understanding
from training.bars import studio as bar


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home: Path = tmp_path_factory.mktemp("encoders")
    (home / "starter").symlink_to(default_home() / "starter")
    root = home / "wide"
    tiny_understanding.write_clip(root / "encoder" / "clip")
    tiny_understanding.write_clap(root / "encoder" / "clap")
    (root / "encoder" / "encoder.json").write_text('{"class": "clip-clap"}')
    tiny.write_manifest(root, "starter")
    return home


@pytest.fixture(scope="module")
def wide(home):
    from engine.parts import Parts

    parts = Parts(Bundle.open("wide", home))
    encoder = parts.wide
    assert encoder is not None
    assert parts.encoder_of(32) is encoder
    assert parts.encoder_of(384) is parts.encoder
    return studio.StudioEncoder(encoder.towers, encoder.starter, encoder.nouns[:12])


@pytest.mark.parametrize("what", ["CLIP", "CLAP", "ImageBind against its formulas in float64"])
def test_tiny_encoders_answer_as_the_library_does(what, tmp_path):
    measured = bar.bar(what, bar.COMPARED[what](tmp_path))
    assert measured.ok, measured.figure


def test_pictures_are_named_and_cut_outs_seen_without_their_ground(wide):
    rgb = bar.picture().astype(np.float32) / 255
    seen = wide.describe_picture(rgb)
    assert seen.vector.shape == (wide.width,)
    assert np.linalg.norm(seen.vector) == pytest.approx(1, abs=1e-5)
    assert len({name for name, _ in seen.labels}) == studio.LABELS
    assert [score for _, score in seen.labels] == sorted((score for _, score in seen.labels), reverse=True)
    shown = np.zeros(rgb.shape[:2], np.float32)
    shown[10:40, 20:50] = 1
    other = rgb.copy()
    other[shown == 0] = 0.9
    one, two = wide.pictures([(rgb, shown), (other, shown)])
    assert np.allclose(one, two, atol=1e-5)
    assert not np.allclose(one, seen.vector, atol=1e-3)
    names = wide.name(np.stack([one, two]), count=3)
    assert [len(each) for each in names] == [3, 3]


def test_the_whole_of_a_sound_is_heard(wide):
    rate = 16_000
    start = bar.sound(12, rate)
    rest = np.random.default_rng(5).standard_normal(13 * rate).astype(np.float32) * 0.3
    short, whole = wide.sound(start, rate), wide.sound(np.concatenate([start, rest]), rate)
    assert short.vector.shape == whole.vector.shape == (wide.width,)
    assert not np.allclose(short.vector, whole.vector, atol=1e-4)
    assert whole.seconds == pytest.approx(25, abs=0.1)
    stereo = np.stack([start, start], axis=1)
    assert np.allclose(wide.sound(stereo, rate).vector, short.vector, atol=1e-5)
    with pytest.raises(BadInput, match="silent"):
        wide.sound(np.zeros(rate, np.float32), rate)


@pytest.mark.parametrize(("seconds", "count"), [(0.5, 1), (2, 1), (2.1, 2), (9, 5), (1000, studio.MOST_WINDOWS)])
def test_windows_cover_a_sound(seconds, count):
    rate = 1000
    samples = np.arange(1, int(seconds * rate) + 1, dtype=np.float32) / (seconds * rate)
    windows = studio.windows_of(samples, rate, rate, 2 * rate)
    assert len(windows) == count
    assert windows[0][0] == samples[0]
    assert windows[-1][-1] == samples[-1]
    assert all(len(each) == min(len(samples), 2 * rate) for each in windows)


def test_imagebind_looks_at_the_middle_square():
    picture = np.zeros((30, 60, 3), np.uint8)
    picture[:, 15:45] = 255
    assert (prepared(picture, 30) > 1).all()
    assert prepared(picture.transpose(1, 0, 2), 10).shape == (3, 10, 10)


def test_senses_that_are_not_used_still_answer():
    shape = tiny_understanding.imagebind_shape()
    network = ImageBind(ImageBindShape.of(shape.record()))
    network.load_state_dict(tiny_understanding.imagebind())
    for sense, size in (("depth", (1, 28, 28)), ("thermal", (1, 28, 28)), ("imu", (6, 16))):
        assert (
            network(sense, torch.ones(2, *size)).norm(dim=1).allclose(torch.tensor({"thermal": 10.0}.get(sense, 5.0)))
        )


def test_a_damaged_encoder_is_named(home, tmp_path):
    for content, match in (('{"class": "ears"}', "ears"), ('{"class": "imagebind", "shape": {"feet": 2}}', "damaged")):
        root = tmp_path / "odd" / "encoder"
        root.mkdir(parents=True, exist_ok=True)
        (root / "encoder.json").write_text(content)
        tiny.write_manifest(root.parent)
        with pytest.raises(BundleError, match=match):
            studio.load(Bundle.open("odd", tmp_path), None)  # pyright: ignore[reportArgumentType]


def test_missing_weights_are_named(home, tmp_path):
    from safetensors.torch import load_file, save_file

    from engine.encode.clip_clap import ClipClap

    root = tmp_path / "torn"
    tiny_understanding.write_clip(root / "encoder" / "clip")
    path = root / "encoder" / "clip" / "model.safetensors"
    tensors = load_file(path)
    gone = tensors.pop("visual_projection.weight")
    save_file(tensors, path, {"format": "pt"})
    tiny_understanding.write_clap(root / "encoder" / "clap")
    tiny.write_manifest(root)
    assert gone.numel()
    towers = ClipClap.load(Bundle.open("torn", tmp_path))
    with pytest.raises(BundleError, match=r"encoder/clip lacks visual_projection\.weight"):
        towers.texts(["a dog"])
