"""Types with ways of their own: RAW as the options say, HEIC, JPEG XL with its colours, grey with its profile."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import pyvips

from engine.cli import run
from engine.colour import D65, SRGB_PRIMARIES, PhotoColour, linear_profile
from engine.errors import BadInput
from engine.files import Original, RawOptions, SaveOptions, encode, jxl, read_photo, write_photo
from engine.files.containers import jxl_codestream
from engine.files.inspecting import inspect
from engine.files.sniffing import Kind
from engine.sandbox import Sandbox
from training.fuzz.seeds import HEIC, raw_picture


@pytest.fixture
def raw(make_photo, tmp_path) -> Path:
    """A small DNG; its white balance as shot is not neutral."""
    path = tmp_path / "shot.dng"
    path.write_bytes(raw_picture(make_photo(64, 80).pixels))
    return path


def test_raw_is_developed_to_sixteen_bits(raw):
    photo = read_photo(raw)
    assert photo.pixels.dtype == np.uint16
    assert photo.icc is None
    assert inspect(raw).kind is Kind.raw


def test_exposure_and_white_balance_are_followed(raw):
    plain = read_photo(raw).floats().mean(axis=(0, 1))
    darker = read_photo(raw, RawOptions(exposure=-1)).floats().mean(axis=(0, 1))
    assert (darker < 0.85 * plain).all()
    other = read_photo(raw, RawOptions("auto")).floats().mean(axis=(0, 1))
    assert np.abs(other / other.mean() - plain / plain.mean()).max() > 0.01


def test_the_reading_process_develops_as_asked(raw):
    with Sandbox() as sandbox:
        darker = sandbox.photo(raw, RawOptions(exposure=-1))
    assert np.array_equal(darker.pixels, read_photo(raw, RawOptions(exposure=-1)).pixels)


def test_a_raw_that_cannot_be_developed_is_refused(raw):
    raw.write_bytes(raw.read_bytes()[:400])
    with pytest.raises(BadInput):
        read_photo(raw)


def test_heic_is_read(tmp_path):
    path = tmp_path / "a.heic"
    path.write_bytes(HEIC.read_bytes())
    photo = read_photo(path)
    assert photo.pixels.shape[2] == 3
    assert min(photo.width, photo.height) >= 8


def test_jpeg_xl_keeps_colours_that_it_names(make_photo, tmp_path):
    photo = make_photo(bits=16)
    path = tmp_path / "a.jxl"
    write_photo(photo, path)
    linear = "0" + "0" + "00" + "10" + "10" + "0" + "01" + "0110" + "10"  # RGB, D65, sRGB primaries, linear, relative
    stream = jxl.recoloured(jxl_codestream(path.read_bytes()), linear)
    said = jxl.header(stream)
    assert (said.width, said.height, said.bits, said.curve) == (photo.width, photo.height, 16, jxl.LINEAR)
    path.write_bytes(stream)
    wide = read_photo(path)
    assert np.array_equal(wide.pixels, photo.pixels)
    assert not PhotoColour(wide.icc).same
    wait_for_the_next_second()
    encoded = encode(wide, ".jxl", "a.jxl", Original.at(path))
    assert not any("converted" in note for note in encoded.notes)
    data = encoded.data
    assert jxl.header(jxl_codestream(data)).colours == said.colours
    assert np.array_equal(imagecodecs.jpegxl_decode(data), photo.pixels)


def wait_for_the_next_second():
    """Profiles may hold the second at which they were made."""
    start = time.gmtime()
    while time.gmtime() == start:
        time.sleep(0.02)


def test_jpeg_xl_in_other_colours_becomes_srgb_and_says_so(make_photo):
    photo = dataclasses.replace(make_photo(), icc=linear_profile())
    assert "converted" in encode(photo, ".jxl", "a.jxl").notes[0]


@pytest.mark.parametrize("noise", [b"\xff\x0a", b"\xff\x0a" + b"\xff" * 40, b"\xff\x0a" + bytes(range(200))])
def test_headers_of_noise_are_refused(tmp_path, noise):
    (tmp_path / "a.jxl").write_bytes(noise)
    with pytest.raises(BadInput):
        read_photo(tmp_path / "a.jxl")


def test_grey_with_a_profile_looks_as_it_should(make_photo, tmp_path):
    grey = make_photo(bits=16).pixels[..., 0]
    image = pyvips.Image.new_from_array(grey).copy(interpretation="grey16")
    curve = (np.linspace(0, 1, 1024) ** 1.8).astype(np.float32)
    icc = imagecodecs.cms_profile("gray", whitepoint=D65, transferfunction=curve)
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", icc)
    image.tiffsave(str(tmp_path / "a.tif"))
    photo = read_photo(tmp_path / "a.tif")
    assert np.array_equal(photo.pixels[..., 1], grey)
    working = PhotoColour(photo.icc, 65535).to_working(photo.floats()[:1])
    truth = PhotoColour(
        imagecodecs.cms_profile("rgb", whitepoint=D65, primaries=SRGB_PRIMARIES, gamma=1.8), 65535
    ).to_working(photo.floats()[:1])
    assert np.abs(working - truth).max() < 0.01


def test_the_command_line_refuses_impossible_developments(raw, capsys):
    assert run(["edit", str(raw), "warmer", "--exposure", "9"]) == 2
    assert "exposure" in capsys.readouterr().err


def test_options_that_a_file_has_no_use_for_are_told(make_photo, tmp_path, capsys):
    write_photo(make_photo(), tmp_path / "a.png")
    with pytest.raises(BadInput, match="not a camera RAW file"):
        read_photo(tmp_path / "a.png", RawOptions(exposure=1))
    assert run(["crop", str(tmp_path / "a.png"), "--aspect", "1:1", "--exposure", "1"]) == 2
    assert "develop" in capsys.readouterr().err
    notes = encode(make_photo(), ".png", "a.png", options=SaveOptions(quality=10)).notes
    assert any("quality was not used" in note for note in notes)
