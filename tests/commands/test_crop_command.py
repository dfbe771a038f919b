"""``overtone crop`` writes the framed photo with all that travels in its file, or one line and nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.cli import run
from engine.files import read_photo, tags, write_photo, xmp
from engine.files.inspecting import inspect
from engine.picture import Photo


@pytest.fixture
def photo(make_photo, tmp_path) -> Path:
    write_photo(make_photo(200, 300, bits=16, bands=4), tmp_path / "photo.png")
    return tmp_path / "photo.png"


def call(capsys, *arguments: object) -> tuple[int, str, str]:
    code = run(["crop", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_box_of_a_turned_photo_is_cut_out_bit_for_bit(photo, tmp_path, capsys):
    out = tmp_path / "out.png"
    code, said, _ = call(capsys, photo, "--turn", 90, "--box", "10,20,150,260", "--out", out)
    assert code == 0
    assert f"Wrote {out}" in said
    before, after = read_photo(photo).pixels, read_photo(out).pixels
    assert after.dtype == np.uint16
    assert np.array_equal(after, np.rot90(before, -1)[20:260, 10:150])


def test_an_aspect_of_a_straightened_photo_has_no_empty_corner(photo, tmp_path, capsys):
    pixels = np.full((200, 300, 3), 60000, np.uint16)
    write_photo(Photo(pixels), photo)
    out = tmp_path / "out.png"
    code, said, _ = call(capsys, photo, "--straighten=-4.5", "--aspect", "4:3", "--out", out, "--json")
    assert code == 0
    told = json.loads(said)
    assert told["outputs"] == [str(out)]
    after = read_photo(out)
    box = told["box"]
    assert (after.width, after.height) == (box["right"] - box["left"], box["bottom"] - box["top"])
    assert after.width / after.height == pytest.approx(4 / 3, abs=0.02)
    assert (after.pixels == 60000).all()


def test_a_sideways_jpeg_is_turned_once_and_keeps_its_metadata(make_photo, tmp_path, capsys):
    path, out = tmp_path / "photo.jpg", tmp_path / "out.jpg"
    upright = make_photo(160, 240)
    main = {tags.ORIENTATION: (tags.SHORT, 1, (6).to_bytes(2, "little")), 271: (2, 6, b"Maker\0")}
    exif = tags.write(tags.Tags("<", main, {}, {}, {}))
    write_photo(upright, path)
    path.write_bytes(_with_exif(path.read_bytes(), exif))
    sideways = read_photo(path)
    assert (sideways.width, sideways.height) == (160, 240)
    code, _, _ = call(capsys, path, "--box", "0,0,150,200", "--out", out)
    assert code == 0
    told = inspect(out)
    assert (told.width, told.height, told.orientation) == (150, 200, 1)
    assert b"Maker" in read_photo(out).metadata["exif"]
    near = np.abs(read_photo(out).pixels.astype(int) - sideways.pixels[:200, :150])
    assert near.mean() < 3


def _with_exif(data: bytes, exif: bytes) -> bytes:
    body = b"Exif\0\0" + exif
    return data[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + data[2:]


def test_a_crop_is_told_and_is_not_called_the_work_of_a_model(photo, tmp_path, capsys):
    out = tmp_path / "out.png"
    assert call(capsys, photo, "--aspect", "1:1", "--out", out)[0] == 0
    told = xmp.provenance(read_photo(out).metadata["xmp"])
    assert told.source == ""
    assert [(step.instruction, step.engine) for step in told.steps] == [("crop to 200 × 200", "")]
    assert run(["inspect", str(out)]) == 0
    assert "crop to 200 × 200 (" in capsys.readouterr().out


def test_metadata_can_be_left_out(photo, tmp_path, capsys):
    source = replace(read_photo(photo), metadata={"png": b""})
    write_photo(source, photo)
    out = tmp_path / "out.jpg"
    assert call(capsys, photo, "--turn", 180, "--metadata", "none", "--quality", 80, "--out", out)[0] == 0
    assert "exif" not in read_photo(out).metadata


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Nothing to do"),
        (("--turn", "0"), "Nothing to do"),
        (("--turn", "45"), "turned by 45"),
        (("--straighten", "46"), "straightened by 46"),
        (("--straighten", "nan"), "straightened by nan"),
        (("--straighten", "steep"), "--straighten"),
        (("--box", "0,0,301,200"), "Stay within 0,0,300,200"),
        (("--box", "0,0,300,200"), "kept as it is"),
        (("--box", "9,9,9,50"), "empty"),
        (("--box", "1,2,3"), "no box"),
        (("--box", "a,b,c,d"), "no box"),
        (("--straighten", "5", "--box", "0,0,300,200"), "largest of its shape that does not is"),
        (("--aspect", "3x2"), "no aspect ratio"),
        (("--aspect", "0:2"), "no aspect ratio"),
        (("--aspect", "1:1", "--box", "0,0,50,50"), "Give one of them"),
        (("--aspect", "999999:1"), "no aspect ratio"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(photo, tmp_path, capsys, arguments, words):
    code, said, err = call(capsys, photo, *arguments, "--out", tmp_path / "out.png")
    assert code == 2
    assert said == ""
    assert words in err
    assert len(err.strip().splitlines()) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"photo.png"}


def test_cropping_loads_no_model_library(photo, tmp_path):
    code = (
        "import sys; from engine.cli import run; "
        f"assert run(['crop', {str(photo)!r}, '--straighten', '2', '--out', {str(tmp_path / 'out.png')!r}]) == 0; "
        "assert not {'torch', 'transformers', 'diffusers'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
