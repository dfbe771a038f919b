from __future__ import annotations

import json
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.bundle import default_home
from engine.cli import run
from engine.errors import BadInput
from engine.files import RawOptions, read_photo, write_photo
from engine.picture import Photo
from engine.pipeline import Engine
from engine.values import ControlSetting, EditRequest, EditResult, Plan, Settings
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


@pytest.fixture
def placed(tmp_path, make_photo) -> Path:
    """A JPEG that says where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 12.0, 0.0)})
    path = tmp_path / "placed.jpg"
    Image.fromarray(make_photo(48, 64).pixels).save(path, exif=exif, quality=95)
    return path


@pytest.mark.parametrize("command", [["expand", "PHOTO", "--left", "8"], ["restore", "PHOTO"]], ids=lambda c: c[0])
def test_the_place_is_left_out_and_the_quality_taken(engine, placed, tmp_path, monkeypatch, command):
    monkeypatch.setattr(Engine, "load", classmethod(lambda *_: engine))
    made = {}
    for name, options in {"like it": [], "bare": ["--metadata", "no-place"], "small": ["--quality", "10"]}.items():
        made[name] = tmp_path / f"{name}.jpg"
        arguments = [str(placed) if each == "PHOTO" else each for each in command]
        assert run([*arguments, *options, "--out", str(made[name])]) == 0
    assert Image.open(made["like it"]).getexif().get_ifd(0x8825)
    assert not Image.open(made["bare"]).getexif().get_ifd(0x8825)
    assert made["small"].stat().st_size < made["like it"].stat().st_size


@pytest.mark.parametrize("command", ["edit", "expand", "restore"])
def test_how_a_raw_file_is_developed_is_said_where_a_photo_is_read(photo, monkeypatch, command):
    told: list[RawOptions] = []

    def read(_path: Path, options: RawOptions) -> Photo:
        told.append(options)
        raise BadInput("Read.")

    monkeypatch.setattr(import_module(f"engine.commands.{command}"), "read_photo", read)
    more = {"edit": ["make it warmer"], "expand": ["--left", "9"], "restore": []}[command]
    assert run([command, str(photo), *more, "--white-balance", "auto", "--exposure", "1.5"]) == 2
    assert told == [RawOptions("auto", 1.5)]


def test_the_quality_of_a_picture_made_from_words_is_followed(home, tmp_path, monkeypatch):
    monkeypatch.setenv("OVERTONE_HOME", str(home))
    sizes = []
    for quality in ("5", "95"):
        out = tmp_path / f"{quality}.jpg"
        asked = ["--engine", "tiny", "--size", "96x64", "--steps", "1", "--quality", quality, "--out", str(out)]
        assert run(["generate", "a lighthouse", *asked]) == 0
        sizes.append(out.stat().st_size)
    assert sizes[0] < sizes[1]


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
        (["restore", "PHOTO", "--scale", "2"], 3, "restores at ×1, not at ×2"),
        (["restore", "none.jpg"], 2, "none.jpg"),
        (["edit", "PHOTO", "make it warmer", "--control", "edge:x"], 2, "edge:x"),
        (["expand", "PHOTO", "--left", "9", "--control", ":0.5"], 2, ":0.5"),
        (["generate", "a boat", "--control", "edge="], 2, "names no file"),
        (["generate", "a boat", "--control", "edge=none.png"], 2, "none.png"),
        (["edit", "PHOTO", "make it warmer", "--prior-weights", "1,2"], 2, "1,2"),
        (["edit", "PHOTO", "make it warmer", "--prior-weights", "1,2,-3"], 2, "1,2,-3"),
        (["edit", "PHOTO", "make it warmer", "--prior-weights", "1,2,3,4"], 2, "1,2,3,4"),
        (["generate", "a boat", "--score", "11"], 2, "--score"),
        (["generate", "a boat", "--subject-strength", "2"], 2, "--subject-strength"),
        (["expand", "PHOTO", "--left", "9", "--rescale", "2"], 2, "--rescale"),
        (["expand", "PHOTO", "--left", "9", "--refine", "2"], 2, "--refine"),
        (["expand", "PHOTO", "a lake", "--left", "9", "--ref", "PHOTO"], 2, "not in the instruction"),
        (["edit", "PHOTO", "make it warmer", "--routes", "smoke"], 2, "smoke"),
        (["edit", "PHOTO", "make it warmer", "--start", "smoke"], 2, "smoke"),
        (["edit", "PHOTO", "make it warmer", "--sampler", "smoke"], 2, "Take one of ddim, dpm++, few-step."),
        (["edit", "none.jpg", "make it warmer", "--sampler", "smoke"], 2, "no sampler 'smoke'"),
        (["expand", "PHOTO", "--left", "9", "--control", "smoke:0.5"], 2, "Take one of edge, depth, mask, sketch."),
        (["edit", "PHOTO", "make it warmer", "--chain", "smoke"], 2, "no step 'smoke'"),
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


@pytest.fixture
def asked(monkeypatch) -> list[EditRequest]:
    """The requests that reach an engine which makes nothing."""
    requests: list[EditRequest] = []

    class Listener:
        def edit(self, request: EditRequest, *_: object) -> EditResult:
            requests.append(request)
            return EditResult((), Plan("", ""), None, 0, {})

    monkeypatch.setattr(Engine, "load", classmethod(lambda *_: Listener()))
    return requests


def test_without_options_the_settings_are_the_defaults(asked, photo):
    for arguments in (["edit", str(photo), "make it warmer"], ["generate", "a boat"]):
        assert run(arguments) == 0
        assert asked[-1].settings == Settings()
    assert run(["expand", str(photo), "--left", "9"]) == 0
    assert asked[-1].settings == Settings(strength=0.8)


def test_every_setting_has_an_option(asked, photo):
    shared = "--engine tiny --seed 7 --steps 9 --guidance 3 --rescale 0.7 --subject-strength 0.2 --variations 3"
    shared += " --negative fog --sampler ddim --routes prompt --refine 0.3"
    wish = "--score 8 --prior-weights 0.1,0.2,0.3"
    settings = Settings("tiny", 7, 9, guidance=3, rescale=0.7, subject_strength=0.2, variations=3, negative="fog")
    common = {"sampler": "ddim", "routes": "prompt", "refine": 0.3}
    wished = {"score": 8, "prior_weights": (0.1, 0.2, 0.3)}
    started = ["--keep", "0.4", "--start", "draft", "--strength", "0.1"]
    cases = [
        (["edit", str(photo), "a lake", *wish.split(), *started],
         common | wished | {"keep": 0.4, "start": "draft", "strength": 0.1}),
        (["generate", "a lake", *wish.split(), "--size", "96x64"], common | wished | {"size": (96, 64)}),
        (["expand", str(photo), "--left", "9", "--strength", "0.1"], common | {"strength": 0.1}),
    ]  # fmt: skip
    for arguments, changes in cases:
        assert run([*arguments, *shared.split()]) == 0
        assert asked[-1].settings == replace(settings, **changes)


def test_a_control_has_a_kind_a_scale_and_a_picture(asked, photo, tmp_path):
    named = tmp_path / "a=b.png"
    photo.rename(named)
    given = ["--control", "edge", "--control", "mask:0.5", "--control", f"sketch:0.7={named}"]
    assert run(["generate", "a lake", *given]) == 0
    plain, scaled, drawn = asked[-1].settings.controls
    assert (plain, scaled) == (ControlSetting("edge"), ControlSetting("mask", 0.5))
    assert (drawn.kind, drawn.scale) == ("sketch", 0.7)
    assert drawn.picture is not None
    assert np.array_equal(drawn.picture.pixels, read_photo(named).pixels)


def test_expand_gives_its_references_to_the_decoder(asked, photo):
    assert run(["expand", str(photo), "a meadow with [ref#1]", "--left", "9", "--ref", str(photo)]) == 0
    request = asked[-1]
    assert request.plan is not None
    assert request.plan.subs == (1,)
    assert [reference.file for reference in request.instruction.references] == [photo]


def test_the_decoder_follows_the_picture_of_a_control(home, photo, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OVERTONE_HOME", str(home))
    plan, other = tmp_path / "plan.json", tmp_path / "other.png"
    plan.write_text(json.dumps({"reply": "", "prompt": "a lake", "operations": [{"op": "vary"}]}))
    bars = np.tile(np.repeat([0, 255], 5).astype(np.uint8), 12)
    write_photo(Photo(np.tile(bars[:, None], (80, 1, 3))), other)
    told = ["--engine", "tiny", "--plan", str(plan), "--start", "noise", "--steps", "2", "--json"]
    made = []
    for control in ([], ["--control", f"edge:0={other}"], ["--control", "edge:50"], ["--control", f"edge:50={other}"]):
        assert run(["edit", str(photo), "vary it", *told, *control]) == 0
        written = capsys.readouterr().out
        assert len(written) < 4_000  # characters: no control's pixels are in it
        made.append(read_photo(Path(json.loads(written)["outputs"][0])).pixels)
    plain, off, own, given = made
    assert np.array_equal(plain, off)
    for picture in (plain, own):
        assert not np.array_equal(picture, given)
