"""The command line as a user meets it: what it writes, what it refuses, with which exit code."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.bundle import Bundle
from engine.cli import run
from engine.errors import BundleError
from engine.files import read_photo, write_photo
from engine.files.disk import Disk
from engine.picture import Photo
from engine.pipeline import Engine
from training.bars.start import HELP, heavy_imports


@pytest.fixture
def overtone(engine, monkeypatch, capsys):
    """Run a command line with the loaded engine; gives exit code, standard output and standard error."""
    monkeypatch.setattr(Engine, "load", classmethod(lambda _cls, *_args: engine))

    def call(*arguments: object) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def photo(make_photo, tmp_path) -> Path:
    write_photo(make_photo(320, 400), tmp_path / "photo.png")
    return tmp_path / "photo.png"


@pytest.fixture
def mask(tmp_path) -> Path:
    pixels = np.zeros((320, 400, 3), np.uint8)
    pixels[120:200, 150:240] = 255
    write_photo(Photo(pixels), tmp_path / "mask.png")
    return tmp_path / "mask.png"


def plan_file(folder: Path, *operations: dict) -> Path:
    path = folder / "plan.json"
    path.write_text(json.dumps({"reply": "Done.", "prompt": "a photo", "operations": list(operations)}))
    return path


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_remove_writes_beside_the_photo_and_never_over(overtone, photo, mask, tmp_path):
    plan = plan_file(tmp_path, {"op": "remove"})
    for number in (1, 2):
        code, out, _ = overtone("edit", photo, "remove this", "--mask", mask, "--plan", plan, "--json")
        assert code == 0
        assert json.loads(out)["outputs"] == [str(tmp_path / f"photo-edit-{number}.png")]
    before, after = read_photo(photo).pixels, read_photo(tmp_path / "photo-edit-1.png").pixels
    report = json.loads(out)
    box = report["changed_box"]
    assert box["left"] <= 150
    assert box["right"] >= 240
    outside = np.ones(before.shape[:2], bool)
    outside[box["top"] : box["bottom"], box["left"] : box["right"]] = False
    assert np.array_equal(after[outside], before[outside])
    assert not np.array_equal(after[120:200, 150:240], before[120:200, 150:240])
    assert report["steps"]["decode"]["status"] == "skipped: no weights"
    assert report["steps"]["draft"]["status"] == "done"
    assert report["peak_memory"] > 10**8
    assert np.array_equal(after, read_photo(tmp_path / "photo-edit-2.png").pixels)


def test_a_whole_instruction_is_planned_and_run(overtone, photo, tmp_path):
    code, out, err = overtone("edit", photo, "make it brighter", "--out", tmp_path / "bright.png", "--json")
    assert (code, err) == (0, "")
    plan = json.loads(out)["plan"]
    assert [operation["op"] for operation in plan["operations"]] == ["adjust"]
    assert read_photo(tmp_path / "bright.png").pixels.mean() > read_photo(photo).pixels.mean() + 5


def test_talk_writes_nothing_and_says_so(overtone, photo, tmp_path):
    before = files(tmp_path)
    code, out, _ = overtone("edit", photo, "tell me a joke")
    assert code == 0
    assert "No picture was written, for the plan holds no change" in out
    code, out, _ = overtone("edit", photo, "tell me a joke", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["outputs"] == []
    assert [note for note in told["notes"] if note.startswith("No picture was written")]
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (["remove [ref#1]"], r"[ref#1] stands"),
        (["  "], "empty"),
        (["x " * 6_000], "characters"),
        (["add it", "--ref", "PHOTO"], "[ref#1] is not in the instruction"),
        (["add [ref#1]", "--ref", "absent.png"], "no file"),
        (["add [ref#1]", "--ref", "EMPTY"], "is empty"),
        (["add [ref#1]", "--ref", "SILENT"], "silent"),
        (["remove it", "--mask", "SMALL"], "the photo 400 × 320"),
        (["remove it", "--mask", "BLACK"], "empty"),
        (["remove it", "--plan", "PHOTO"], "not JSON"),
        (["remove it", "--history", "PLAN"], "not a list"),
        (["remove it", "--out", "absent/a.png"], "no folder"),
        (["remove it", "--out", "a.xyz"], "picture file"),
        (["remove it", "--seed", "-1"], "seed"),
        (["remove it", "--steps", "0"], "steps"),
        (["remove it", "--keep", "1.5"], "keep"),
        (["remove it", "--variations", "9"], "variations"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(overtone, photo, tmp_path, change, says):
    (tmp_path / "empty.wav").touch()
    soundfile.write(tmp_path / "silent.wav", np.zeros(16_000), 16_000)
    write_photo(Photo(np.full((10, 10, 3), 255, np.uint8)), tmp_path / "small.png")
    write_photo(Photo(np.zeros((320, 400, 3), np.uint8)), tmp_path / "black.png")
    named = {
        "PHOTO": photo,
        "EMPTY": tmp_path / "empty.wav",
        "SILENT": tmp_path / "silent.wav",
        "SMALL": tmp_path / "small.png",
        "BLACK": tmp_path / "black.png",
        "PLAN": plan_file(tmp_path, {"op": "remove"}),
        "absent/a.png": tmp_path / "absent" / "a.png",
    }
    before = files(tmp_path)
    code, out, err = overtone("edit", photo, *(named.get(word, word) for word in change))
    assert code == 2
    assert says in err
    assert err.count("\n") == 1
    assert out == ""
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    "change",
    [
        {"operations": [{"op": "add", "object": "[ref#2]", "ref": 2}]},
        {"operations": [{"op": "remove", "object": "[ref#2]"}]},
        {"operations": [{"op": "style", "target": "like [ref#2]"}]},
        {"operations": [{"op": "adjust", "target": "warmer"}], "base": "[ref#2]"},
        {"operations": [{"op": "remove"}], "region": "[ref#2]"},
        {"operations": [{"op": "adjust", "target": "warmer"}], "subs": [1, 2]},
    ],
)
def test_a_plan_that_needs_an_absent_reference_is_refused(overtone, photo, tmp_path, change):
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"reply": "", "prompt": ""} | change))
    before = files(tmp_path)
    code, _, err = overtone("edit", photo, "like [ref#1]", "--ref", photo, "--plan", plan)
    assert code == 2
    assert "[ref#2]" in err
    assert err.count("\n") == 1
    assert files(tmp_path) == before


def test_a_plan_with_another_kind_of_base_is_refused(overtone, photo, tmp_path):
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"reply": "", "prompt": "", "base": "the lake"}))
    code, _, err = overtone("edit", photo, "make it brighter", "--plan", plan)
    assert code == 2
    assert "the lake" in err


@pytest.mark.parametrize("others", [["vary", "generate"], ["generate", "remove"]])
def test_a_new_picture_and_an_edit_in_one_plan_are_refused(overtone, photo, tmp_path, others):
    plan = plan_file(tmp_path, *({"op": op} for op in others))
    code, _, err = overtone("edit", photo, "do it", "--plan", plan)
    assert code == 2
    assert "new picture" in err
    assert err.count("\n") == 1


def test_several_results_take_free_numbers_of_out(overtone, photo, mask, tmp_path):
    plan = plan_file(tmp_path, {"op": "remove"})
    taken = tmp_path / "k-1.png"
    taken.write_bytes(b"mine")
    asked = ("--mask", mask, "--plan", plan, "--variations", 2, "--out", tmp_path / "k.png", "--json")
    code, out, _ = overtone("edit", photo, "remove this", *asked)
    assert code == 0
    assert json.loads(out)["outputs"] == [str(tmp_path / "k-2.png"), str(tmp_path / "k-3.png")]
    assert taken.read_bytes() == b"mine"
    assert read_photo(tmp_path / "k-3.png").width == 400


def test_when_a_later_write_fails_the_earlier_results_go_again(overtone, photo, mask, tmp_path, monkeypatch):
    plan = plan_file(tmp_path, {"op": "remove"})
    before = files(tmp_path)
    synced = []

    def soon_full(_disk: Disk, handle: int) -> None:
        synced.append(handle)
        if len(synced) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Disk, "sync", soon_full)
    code, _, err = overtone("edit", photo, "remove this", "--mask", mask, "--plan", plan, "--variations", 2)
    assert (code, len(synced)) == (4, 2)
    assert "No space left" in err
    assert files(tmp_path) == before


def test_what_needs_the_decoder_says_so(overtone, photo, tmp_path):
    for op, lacking in (("generate", "decoder"), ("vary", "decoder")):
        code, _, err = overtone("edit", photo, "do it", "--plan", plan_file(tmp_path, {"op": op}))
        assert code == 3
        assert lacking in err


def test_words_that_name_nothing_exit_with_5(overtone, samples, tmp_path):
    scene = next(iter(sorted(samples.glob("*.jpg"))))
    code, _, err = overtone("select", scene, "the giraffe", "--out", tmp_path / "m.png")
    assert code == 5
    assert "giraffe" in err
    assert not files(tmp_path)


def test_a_missing_bundle_exits_with_3(photo, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OVERTONE_HOME", str(tmp_path / "home"))
    assert run(["edit", str(photo), "make it brighter"]) == 3
    assert "models assemble" in capsys.readouterr().err


def test_a_full_disk_exits_with_4(overtone, photo, mask, tmp_path, monkeypatch):
    plan = plan_file(tmp_path, {"op": "remove"})
    before = files(tmp_path)

    def full(_disk: Disk, _handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Disk, "sync", full)
    code, _, err = overtone("edit", photo, "remove this", "--mask", mask, "--plan", plan)
    assert code == 4
    assert "No space left" in err
    assert files(tmp_path) == before


def test_help_names_the_commands_and_imports_no_torch(capsys):
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    for name in ("edit", "plan", "describe", "embed", "select", "library", "demo", "doctor", "models"):
        assert name in text
    assert heavy_imports(HELP) == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("edit", 'e.g. "replace the boat with [ref#1]".'),
        ("edit", "the k-th one is [ref#k] in the instruction"),
        ("train", "by the pictures that [gen] is for"),
    ],
)
def test_help_keeps_what_stands_in_brackets(capsys, monkeypatch, command, words):
    monkeypatch.setenv("COLUMNS", "400")
    assert run([command, "--help"]) == 0
    assert words in " ".join(capsys.readouterr().out.split())


def test_help_is_the_words_for_users_and_whole(capsys):
    assert run(["doctor", "--help"]) == 0
    text = capsys.readouterr().out
    assert "each lack with its fix." in text
    assert "Raises" not in text
    assert "---" not in text
    assert run(["--help"]) == 0
    listed = " ".join(capsys.readouterr().out.split())
    assert "Restore a photo: with a mask, make that part match the rest; with a scale, enlarge it." in listed
    assert "Say what this machine has and lacks, each lack with its fix." in listed
    assert "List, fetch, verify and remove the bundles of weights." in listed


def test_a_group_without_a_command_shows_its_help(capsys):
    assert run(["models"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("Usage: ")
    assert any(line.strip().startswith("verify ") for line in lines)


def test_unknown_commands_and_engines_are_refused(overtone, photo, capsys):
    assert run(["explode"]) == 2
    assert "No such command" in capsys.readouterr().err
    with pytest.raises(BundleError, match="nowhere"):
        Bundle.open("nowhere")
