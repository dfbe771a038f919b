"""The commands ``describe`` and ``embed``."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
import typer
from typer.testing import CliRunner

from engine.bundle import default_home
from engine.commands.describe import describe, embed
from engine.commands.select import select
from engine.errors import BadInput, BundleError
from engine.files import read_photo, write_photo
from engine.ground.studio import Detector, Found
from training import tiny, tiny_understanding


@pytest.fixture(scope="module")
def app():
    made = typer.Typer()
    made.command()(describe)
    made.command()(embed)
    made.command()(select)
    return made


def run(app, *arguments):
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return json.loads(result.stdout)


def test_embed_words(app, bundle):
    told = run(app, "embed", "a red boat")
    assert told["kind"] == "text"
    assert told["norm"] == pytest.approx(1, abs=1e-3)
    assert len(told["vector"]) == 384


def test_describe_a_sound(app, bundle, tmp_path):
    noise = np.random.default_rng(0).normal(0, 0.1, (32_000, 2))
    soundfile.write(tmp_path / "noise.wav", noise, 16_000)
    told = run(app, "describe", str(tmp_path / "noise.wav"))
    assert told["kind"] == "sound"
    assert told["seconds"] == 2
    assert told["mood"]["confidence"] == 0
    assert all(0 <= label["score"] <= 1 for label in told["labels"])


def test_a_missing_file_is_not_taken_for_words(app, bundle):
    with pytest.raises(BadInput, match="no file"):
        run(app, "embed", "nowhere.png")
    with pytest.raises(BadInput):
        run(app, "embed", "  ")


@pytest.fixture
def engines(tmp_path, monkeypatch):
    """A home with the starter, an engine of full-size classes on it, and one that stands on nothing."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "starter").symlink_to(default_home() / "starter")
    root = home / "wide"
    tiny_understanding.write_clip(root / "encoder" / "clip")
    tiny_understanding.write_clap(root / "encoder" / "clap")
    (root / "encoder" / "encoder.json").write_text('{"class": "clip-clap"}')
    tiny_understanding.write_detector(root / "grounding" / "detector")
    tiny_understanding.write_segmenter(root / "grounding" / "segmenter")
    (root / "grounding" / "grounding.json").write_text("{}")
    tiny.write_manifest(root, "starter")
    (home / "bare" / "notes").mkdir(parents=True)
    (home / "bare" / "notes" / "a.json").write_text("{}")
    tiny.write_manifest(home / "bare")
    monkeypatch.setenv("OVERTONE_HOME", str(home))


def test_the_engine_that_is_named_sees_and_selects(app, engines, make_photo, tmp_path, monkeypatch):
    write_photo(make_photo(60, 80), tmp_path / "p.png")
    words = run(app, "embed", "a red boat", "--engine", "wide")
    assert len(words["vector"]) == tiny_understanding.WIDTH
    assert words["norm"] == pytest.approx(1, abs=1e-3)
    assert len(run(app, "embed", str(tmp_path / "p.png"), "--engine", "wide")["vector"]) == tiny_understanding.WIDTH
    one, two = (run(app, "describe", str(tmp_path / "p.png"), "--engine", name) for name in ("wide", "starter"))
    assert one["kind"] == two["kind"] == "picture"
    assert one["labels"] != two["labels"]
    asked = []

    def boxes(_self, _picture, names):
        asked.append(names)
        return [[Found((10, 10, 50, 40), 0.9)] for _ in names]

    monkeypatch.setattr(Detector, "boxes", boxes)
    photo, mask = str(tmp_path / "p.png"), str(tmp_path / "m.png")
    told = run(app, "select", photo, "boat", "--out", mask, "--engine", "wide", "--json")
    assert (asked, told["score"]) == ([["boat"]], 0.9)
    assert read_photo(tmp_path / "m.png").pixels.shape[:2] == (60, 80)


def test_an_engine_that_lacks_the_part_says_so_in_one_line(app, engines, make_photo, tmp_path):
    write_photo(make_photo(60, 80), tmp_path / "p.png")
    photo, mask = str(tmp_path / "p.png"), str(tmp_path / "m.png")
    for arguments in (("embed", "a boat"), ("embed", photo), ("describe", photo)):
        with pytest.raises(BundleError, match="The bare engine has no encoder"):
            run(app, *arguments, "--engine", "bare")
    with pytest.raises(BundleError, match="The bare engine has no network that finds things by words"):
        run(app, "select", photo, "the boat", "--out", mask, "--engine", "bare")
    assert not (tmp_path / "m.png").exists()
    with pytest.raises(BundleError, match="'nowhere' is not here"):
        run(app, "embed", "a boat", "--engine", "nowhere")
