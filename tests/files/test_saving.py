"""Saving follows the original: type, depth, quality, metadata, and the blocks of a JPEG that nobody touched."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image

from engine.errors import BadInput
from engine.files import (
    Original,
    RawOptions,
    SaveOptions,
    encode,
    jpeg,
    jpeg_blocks,
    next_free_path,
    read_photo,
    tags,
    write_photo,
    xmp,
)
from engine.files.sniffing import Kind, kind_of
from engine.picture import HistoryStep, Photo

STEP = HistoryStep("remove the boat", "starter", 7, "2026-11-27T12:00:00+00:00")


def exif(orientation: int = 1) -> bytes:
    """EXIF with a camera, an orientation, sizes, a place, maker's notes and a thumbnail."""
    stream = io.BytesIO()
    main = Image.Exif()
    main[0x010F], main[0x0112] = "Fuji", orientation
    main.get_ifd(0x8769).update({0xA002: 64, 0xA003: 48, 0x9003: "2026:05:04 03:02:01", 0x927C: b"NOTES" * 9})
    main.get_ifd(0x8825).update({1: "N", 2: (48.0, 12.0, 0.0)})
    stream.write(main.tobytes().removeprefix(b"Exif\0\0"))
    return stream.getvalue()


def jpeg_file(path: Path, photo: Photo, orientation: int = 1, **options: object) -> Path:
    Image.fromarray(photo.pixels).save(path, "JPEG", exif=b"Exif\0\0" + exif(orientation), **options)
    return path


def decoded(data: bytes) -> np.ndarray:
    return pyvips.Image.new_from_buffer(data, "").numpy()


@pytest.fixture
def edited(make_photo, tmp_path):
    """Make a JPEG, read it, change a patch; gives the path, the edited photo, and where it changed."""

    def make(**options: object) -> tuple[Path, Photo, np.ndarray]:
        path = jpeg_file(tmp_path / "a.jpg", make_photo(150, 203), **options)
        photo = read_photo(path)
        pixels = photo.pixels.copy()
        pixels[40:60, 70:95] = (200, 30, 90)
        return path, photo.with_pixels(pixels), (pixels != photo.pixels).any(axis=2)

    return make


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("progressive", [False, True])
def test_untouched_blocks_of_a_jpeg_keep_their_pixels(edited, subsampling, progressive):
    path, photo, changed = edited(quality=90, subsampling=subsampling, progressive=progressive)
    before = path.read_bytes()
    encoded = encode(photo, ".jpg", "a.jpg", Original.at(path))
    assert encoded.notes == ()
    header = jpeg.header(encoded.data)
    assert header.frame.subsampling == subsampling
    assert all(np.array_equal(header.quantization[n], jpeg.header(before).quantization[n]) for n in header.quantization)
    new, old = decoded(encoded.data), decoded(before)
    outside = ~jpeg_blocks.reach(changed, header.frame.factors)
    assert outside.mean() > 0.8
    assert np.array_equal(new[outside], old[outside])
    inside = np.zeros_like(changed)
    inside[44:56, 76:90] = True
    assert np.abs(new[inside].astype(int) - (200, 30, 90)).max() <= 12
    assert 0.9 < len(encoded.data) / len(before) < 1.1


def test_a_jpeg_with_no_change_keeps_its_coded_picture_byte_for_byte(edited):
    path, _, _ = edited(quality=85)
    same = read_photo(path)
    data = encode(same.with_step(STEP), ".jpg", "b.jpg", Original.at(path)).data
    scan = path.read_bytes().index(b"\xff\xda")
    assert data.endswith(path.read_bytes()[scan:])
    assert xmp.provenance(read_of(data, path).metadata["xmp"]).steps == (STEP,)


def read_of(data: bytes, beside: Path) -> Photo:
    path = beside.with_name("again" + beside.suffix)
    path.write_bytes(data)
    return read_photo(path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_jpeg_stays_turned_and_right(make_photo, tmp_path, orientation):
    path = jpeg_file(tmp_path / "a.jpg", make_photo(96, 136), orientation, quality=92, subsampling="4:4:4")
    photo = read_photo(path)
    pixels = photo.pixels.copy()
    pixels[:20, :30] = 255
    write_photo(photo.with_pixels(pixels), tmp_path / "b.jpg", Original.at(path))
    again = read_photo(tmp_path / "b.jpg")
    assert again.pixels.shape == pixels.shape
    assert again.pixels[2:14, 2:22].min() > 245
    assert np.array_equal(again.pixels[32:, 48:], photo.pixels[32:, 48:])


def test_where_blocks_cannot_be_kept_it_is_said(make_photo, tmp_path):
    path = jpeg_file(tmp_path / "a.jpg", make_photo(), quality=90)
    larger = read_photo(path).with_pixels(np.pad(read_photo(path).pixels, ((8, 0), (0, 0), (0, 0))))
    notes = write_photo(larger, tmp_path / "b.jpg", Original.at(path))
    assert "its size has changed" in notes[0]
    header = jpeg.header((tmp_path / "b.jpg").read_bytes())
    assert header.quality == 90
    assert header.frame.subsampling == jpeg.header(path.read_bytes()).frame.subsampling


def test_an_original_that_is_gone_does_not_stop_saving(make_photo, tmp_path):
    (note,) = write_photo(make_photo(), tmp_path / "b.jpg", Original.at(tmp_path / "absent.jpg"))
    assert "the original is gone" in note
    assert write_photo(make_photo(), tmp_path / "c.jpg", Original.at(tmp_path / "overtone.png")) == ()
    assert read_photo(tmp_path / "b.jpg").width == 128


def test_a_copy_that_has_not_changed_is_preferred(make_photo, tmp_path):
    path = jpeg_file(tmp_path / "a.jpg", make_photo(), quality=90)
    photo, copy = read_photo(path), tmp_path / "copy.jpg"
    copy.write_bytes(path.read_bytes())
    path.write_bytes(b"something else")
    data = encode(photo, ".jpg", "a.jpg", Original.at(path, copy)).data
    assert data.endswith(copy.read_bytes()[copy.read_bytes().index(b"\xff\xda") :])


def test_a_grey_jpeg_stays_grey_unless_the_edit_is_coloured(make_photo, tmp_path):
    Image.fromarray(make_photo().pixels).convert("L").save(tmp_path / "g.jpg", quality=90)
    photo = read_photo(tmp_path / "g.jpg")
    pixels = photo.pixels.copy()
    pixels[:16, :16] = 200
    original = Original.at(tmp_path / "g.jpg")
    grey = encode(photo.with_pixels(pixels), ".jpg", "x.jpg", original)
    assert len(jpeg.header(grey.data).frame.factors) == 1
    assert np.array_equal(decoded(grey.data)[16:, 16:], decoded((tmp_path / "g.jpg").read_bytes())[16:, 16:])
    pixels = pixels.copy()
    pixels[:16, :16] = (200, 0, 0)
    assert "grey" in encode(photo.with_pixels(pixels), ".jpg", "x.jpg", original).notes[0]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_metadata_travels_and_the_thumbnail_goes(make_photo, tmp_path, suffix):
    path = jpeg_file(tmp_path / "a.jpg", make_photo(), 1, quality=90)
    write_photo(read_photo(path).with_step(STEP), tmp_path / f"b{suffix}", Original.at(path))
    again = read_photo(tmp_path / f"b{suffix}")
    found = tags.read(again.metadata["exif"])
    assert found.main[0x010F][2].startswith(b"Fuji")
    assert found.exif[0x927C][2] == b"NOTES" * 9
    assert found.gps
    assert xmp.provenance(again.metadata["xmp"]).source == xmp.EDITED


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".avif"])
def test_the_place_goes_by_choice_and_everything_by_another(make_photo, tmp_path, suffix):
    path = jpeg_file(tmp_path / "a.jpg", make_photo(), 1, quality=90)
    photo = read_photo(path)
    without_place = encode(photo, suffix, "b", Original.at(path), SaveOptions(metadata="no-place")).data
    assert not tags.read(read_of(without_place, tmp_path / f"x{suffix}").metadata["exif"]).gps
    bare = encode(photo, suffix, "b", Original.at(path), SaveOptions(metadata="none", provenance=False)).data
    assert b"Fuji" in path.read_bytes()
    assert b"Fuji" not in bare


def test_what_a_type_cannot_hold_is_said(make_photo, tmp_path):
    deep = make_photo(bits=16, bands=4)
    pixels = deep.pixels.copy()
    pixels[:9, :9, 3] = 0
    notes = write_photo(deep.with_pixels(pixels), tmp_path / "a.jpg")
    assert any("8 bits" in note for note in notes)
    assert any("transparency" in note for note in notes)
    assert read_photo(tmp_path / "a.jpg").pixels[2, 2].min() > 245


def test_choices_are_followed(make_photo, tmp_path):
    photo = make_photo(200, 300)
    small = encode(photo, ".png", "a.png", options=SaveOptions(long_side=150, depth=16, profile="display-p3")).data
    again = read_of(small, tmp_path / "x.png")
    assert (again.width, again.height, again.pixels.dtype) == (150, 100, np.uint16)
    assert again.icc is not None
    sizes = [len(encode(photo, ".jpg", "a.jpg", options=SaveOptions(quality=q)).data) for q in (40, 95)]
    assert sizes[0] < sizes[1] / 2
    with pytest.raises(BadInput, match="not named like"):
        encode(photo, ".png", "a.png", options=SaveOptions(format="jpeg"))


@pytest.mark.parametrize(
    "choice",
    [{"quality": 0}, {"quality": 101}, {"depth": 12}, {"long_side": 3}, {"format": "bmp"}, {"metadata": "some"}],
)
def test_impossible_choices_are_refused(choice):
    with pytest.raises(BadInput):
        SaveOptions(**choice)


def test_impossible_developments_are_refused():
    with pytest.raises(BadInput, match="stops"):
        RawOptions(exposure=9)
    with pytest.raises(BadInput, match="white balance"):
        RawOptions("candle")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("name", "becomes"), [("a.nef", ".tif"), ("a.heic", ".avif"), ("a.JPG", ".JPG"), ("a.gif", ".png")]
)
def test_edits_of_types_that_cannot_be_written_get_another(tmp_path, name, becomes):
    assert next_free_path(tmp_path / name).name == f"a-edit-1{becomes}"


def test_jpeg_xl_is_lossless_at_both_depths(make_photo, tmp_path):
    for bits in (8, 16):
        photo = make_photo(bits=bits, bands=4).with_step(STEP)
        write_photo(photo, tmp_path / "a.jxl")
        again = read_photo(tmp_path / "a.jxl")
        assert again.icc is None
        assert np.array_equal(again.pixels, photo.pixels)
        assert xmp.provenance(again.metadata["xmp"]).steps == (STEP,)


def test_avif_keeps_twelve_bits(make_photo, tmp_path):
    photo = make_photo(bits=16)
    assert any("12 bits" in note for note in write_photo(photo, tmp_path / "a.avif"))
    again = read_photo(tmp_path / "a.avif")
    assert np.abs(again.pixels.astype(int) - photo.pixels).max() <= 16
    write_photo(again, tmp_path / "b.avif", Original.at(tmp_path / "a.avif"))
    assert np.array_equal(read_photo(tmp_path / "b.avif").pixels, again.pixels)


def test_metadata_that_jpeg_cannot_hold_is_said(make_photo, tmp_path):
    large = xmp.updated(None, [HistoryStep("a" * 70_000, "starter", 1)])
    assert large is not None
    photo = Photo(make_photo().pixels.copy(), metadata={"xmp": large})
    assert any("XMP" in note for note in encode(photo, ".jpg", "a.jpg").notes)
    assert encode(photo, ".png", "a.png").notes == ()


@pytest.mark.parametrize("compression", ["none", "deflate", "lzw"])
def test_a_tiff_stays_compressed_as_it_was(make_photo, tmp_path, compression):
    photo = make_photo(bits=16)
    image = pyvips.Image.new_from_array(photo.pixels).copy(interpretation="rgb16")
    image.tiffsave(str(tmp_path / "a.tif"), compression=compression, tile=True)
    write_photo(photo, tmp_path / "b.tif", Original.at(tmp_path / "a.tif"))
    assert tags.compression((tmp_path / "b.tif").read_bytes()) == compression
    assert np.array_equal(read_photo(tmp_path / "b.tif").pixels, photo.pixels)


def test_types_are_told_by_content():
    assert kind_of(b"\0\0\0\x18ftypcrx \0\0\0\0") is Kind.raw
    assert kind_of(b"\0\0\0\x18ftypheic\0\0\0\0") is Kind.heic
    assert kind_of(b"\xff\x0a\x20\x03" + bytes(12)) is Kind.jxl
    assert kind_of(b"FUJIFILMCCD-RAW ") is Kind.raw
    assert kind_of(b"\0\0\0\x18ftypM4A \0\0\0\0") is None
