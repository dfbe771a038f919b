from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.bundle import default_home
from engine.cli import run
from engine.files import read_photo, write_photo
from training import tiny


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "starter").symlink_to(default_home() / "starter")
    tiny.write_decoder(home / "tiny", "sd15", embedding=384, controls=("edge",))
    tiny.write_manifest(home / "tiny", "starter")
    return home


@pytest.fixture
def photo(tmp_path, make_photo) -> Path:
    path = tmp_path / "photo.png"
    write_photo(make_photo(80, 120), path)
    return path


def test_generate_writes_the_asked_size(home, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OVERTONE_HOME", str(home))
    out = tmp_path / "made.png"
    asked = ["--engine", "tiny", "--size", "96x64", "--steps", "2", "--out", str(out), "--json"]
    assert run(["generate", "a lighthouse on a cliff at dusk", *asked]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["outputs"] == [str(out)]
    assert told["steps"]["decode"]["status"] == "done"
    assert "lighthouse" in told["plan"]["prompt"]
    picture = read_photo(out)
    assert (picture.width, picture.height) == (96, 64)


def test_expand_keeps_the_photo_and_writes_beside_it(photo, capsys):
    before = read_photo(photo)
    assert run(["expand", str(photo), "--left", "30", "--bottom", "10"]) == 0
    written = Path(capsys.readouterr().out.strip().removeprefix("Wrote "))
    after = read_photo(written)
    assert written.parent == photo.parent
    assert written != photo
    assert (after.width, after.height) == (150, 90)
    assert np.array_equal(after.pixels[:80, 30:], before.pixels)


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["generate", "a boat"], 3, "needs a decoder"),
        (["generate", "a boat", "--size", "12"], 2, "12"),
        (["generate", "a boat", "--size", "9x9"], 2, "9x9"),
        (["generate", ""], 2, "empty"),
        (["generate", "a boat", "--out", "boat.txt"], 2, "boat.txt"),
        (["expand", "PHOTO"], 2, "--left"),
        (["expand", "none.jpg", "--left", "9"], 2, "none.jpg"),
        (["restore", "PHOTO"], 3, "restorer"),
        (["restore", "none.jpg"], 2, "none.jpg"),
        (["edit", "PHOTO", "make it warmer", "--control", "edge:x"], 2, "edge:x"),
        (["edit", "PHOTO", "make it warmer", "--routes", "smoke"], 2, "smoke"),
        (["edit", "PHOTO", "make it warmer", "--start", "smoke"], 2, "smoke"),
        (["generate", "a boat", "--engine", "none"], 3, "none"),
    ],
)
def test_bad_input_gets_one_line_and_nothing_is_written(photo, capsys, arguments, code, named):
    arguments = [str(photo) if each == "PHOTO" else each for each in arguments]
    before = sorted(photo.parent.iterdir())
    assert run(arguments) == code
    error = capsys.readouterr().err
    assert named in error
    assert len(error.strip().splitlines()) == 1
    assert sorted(photo.parent.iterdir()) == before
