"""Pictures in and out: what is kept, what is refused and how."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import pyvips

from engine.errors import BadInput, MachineError
from engine.files import Original, next_free_path, read_photo, read_reference, tags, write_photo
from engine.files.disk import Disk


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("bands", [3, 4])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_lossless_round_trip_is_bit_equal(make_photo, tmp_path, bits, bands, suffix):
    photo = make_photo(bits=bits, bands=bands)
    write_photo(photo, tmp_path / f"a{suffix}")
    again = read_photo(tmp_path / f"a{suffix}")
    assert again.pixels.dtype == photo.pixels.dtype
    assert np.array_equal(again.pixels, photo.pixels)


def test_webp_is_lossless(make_photo, tmp_path):
    photo = make_photo()
    write_photo(photo, tmp_path / "a.webp")
    assert np.array_equal(read_photo(tmp_path / "a.webp").pixels, photo.pixels)


def test_orientation_is_applied_once_and_exif_kept(make_photo, tmp_path):
    image = pyvips.Image.new_from_memory(make_photo(40, 60).pixels.tobytes(), 60, 40, 3, "uchar").copy(
        interpretation="srgb"
    )
    image.set_type(pyvips.GValue.gint_type, "orientation", 6)
    image.set_type(pyvips.GValue.gstr_type, "exif-ifd0-Artist", "Ada (Ada, ASCII, 4 components, 4 bytes)")
    image.jpegsave(str(tmp_path / "turned.jpg"))
    photo = read_photo(tmp_path / "turned.jpg")
    assert (photo.width, photo.height) == (40, 60)
    write_photo(photo, tmp_path / "again.jpg")
    again = pyvips.Image.new_from_file(str(tmp_path / "again.jpg"))
    assert again.get("orientation") == 1
    assert again.get("exif-ifd0-Artist").startswith("Ada")
    assert read_photo(tmp_path / "again.jpg").width == 40


def test_profile_travels(make_photo, tmp_path):
    profile = pyvips.Operation.call("profile_load", "p3")
    photo = type(make_photo())(make_photo().pixels.copy(), profile)
    write_photo(photo, tmp_path / "p3.png")
    assert read_photo(tmp_path / "p3.png").icc == profile
    converted = read_reference(tmp_path / "p3.png")
    assert converted.icc is None
    assert not np.array_equal(converted.pixels, photo.pixels)


def test_cmyk_is_converted_and_said(tmp_path):
    black = pyvips.Image.black(32, 32, bands=4)
    cmyk = black.linear(1, [0, 255, 255, 0]).cast("uchar").copy(interpretation="cmyk")
    cmyk.jpegsave(str(tmp_path / "print.jpg"))
    photo = read_photo(tmp_path / "print.jpg")
    assert photo.pixels.shape == (32, 32, 3)
    assert photo.pixels[..., 0].mean() > photo.pixels[..., 1].mean() + 60
    assert "CMYK" in photo.notes[0]


def test_palette_and_grey_become_rgb(make_photo, tmp_path):
    image = pyvips.Image.new_from_array(make_photo().pixels)
    image.pngsave(str(tmp_path / "palette.png"), palette=True)
    image.colourspace("b-w").pngsave(str(tmp_path / "grey.png"))
    assert read_photo(tmp_path / "palette.png").pixels.shape[2] in (3, 4)
    grey = read_photo(tmp_path / "grey.png").pixels
    assert np.array_equal(grey[..., 0], grey[..., 2])


def test_animation_gives_its_first_frame_and_says_so(make_photo, tmp_path):
    from PIL import Image

    frames = [Image.fromarray(make_photo(seed=seed).pixels) for seed in range(3)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    photo = read_photo(tmp_path / "moving.gif")
    assert (photo.height, photo.width) == (96, 128)
    assert "3 frames" in photo.notes[0]


def _truncated(path: Path, make_photo) -> None:
    write_photo(make_photo(200, 200), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def test_a_cut_file_is_refused(make_photo, tmp_path):
    for suffix in (".png", ".jpg", ".tif", ".webp"):
        _truncated(tmp_path / f"cut{suffix}", make_photo)
        with pytest.raises(BadInput, match=f"cut{suffix} is"):
            read_photo(tmp_path / f"cut{suffix}")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.jpg", b"", "is empty"),
        ("text.jpg", b"hello, I am not a picture at all", "not a picture"),
        ("tune.jpg", b"RIFF\x00\x00\x00\x00WAVEfmt ", "not a picture"),
        ("head.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "damaged"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=says):
        read_photo(tmp_path / name)


def test_missing_and_folder_are_refused(tmp_path):
    with pytest.raises(BadInput, match="no file"):
        read_photo(tmp_path / "absent.jpg")
    with pytest.raises(BadInput, match="folder"):
        read_photo(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(BadInput, match=r"pipe\.jpg is not a plain file"):
        read_photo(tmp_path / "pipe.jpg")


def test_too_small_and_too_large_are_refused(tmp_path):
    pyvips.Image.black(1, 1).pngsave(str(tmp_path / "dot.png"))
    with pytest.raises(BadInput, match="only 1 × 1"):
        read_photo(tmp_path / "dot.png")
    pyvips.Image.black(25_000, 20_000).pngsave(str(tmp_path / "huge.png"), compression=1)
    with pytest.raises(BadInput, match="200 megapixels"):
        read_photo(tmp_path / "huge.png")


def test_a_picture_that_unpacks_without_end_is_refused(tmp_path):
    pyvips.Image.black(12_000, 10_000, bands=3).copy(interpretation="srgb").webpsave(
        str(tmp_path / "bomb.webp"), lossless=True, effort=0
    )
    with pytest.raises(BadInput, match=r"bomb\.webp would unpack from \d+ KB to 360 MB"):
        read_photo(tmp_path / "bomb.webp")


def test_wrong_name_is_read_by_content(make_photo, tmp_path):
    write_photo(make_photo(), tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert np.array_equal(read_photo(tmp_path / "a.jpg").pixels, make_photo().pixels)


def test_full_disk_leaves_nothing_and_keeps_the_old_file(make_photo, tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def full(_disk: Disk, _handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Disk, "sync", full)
    with pytest.raises(MachineError, match="No space left"):
        write_photo(make_photo(), path)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


def test_unwritable_folder_is_said(make_photo, tmp_path):
    with pytest.raises(BadInput, match="cannot be written"):
        write_photo(make_photo(), tmp_path / "absent" / "a.png")


def test_next_free_path_never_names_an_existing_file(tmp_path):
    source = tmp_path / "p.jpg"
    (tmp_path / "p-edit-1.jpg").touch()
    assert next_free_path(source) == tmp_path / "p-edit-2.jpg"


def test_a_file_that_has_changed_is_read_anew(make_photo, tmp_path):
    for seed in (0, 1):
        write_photo(make_photo(seed=seed), tmp_path / "a.png")
        assert np.array_equal(read_photo(tmp_path / "a.png").pixels, make_photo(seed=seed).pixels)


def test_an_original_that_is_no_jpeg_any_more_does_not_stop_saving(make_photo, tmp_path):
    write_photo(make_photo(), tmp_path / "a.jpg")
    photo = read_photo(tmp_path / "a.jpg")
    data = (tmp_path / "a.jpg").read_bytes()
    for broken in (data[:4], data[:2] + b"\0" * 100, b"\xff\xd8\xff\xd9" + data[4:]):
        (tmp_path / "broken.jpg").write_bytes(broken)
        write_photo(photo, tmp_path / "b.jpg", Original.at(tmp_path / "broken.jpg"))
        assert read_photo(tmp_path / "b.jpg").width == photo.width


def test_heic_without_a_picture_is_refused(tmp_path):
    (tmp_path / "none.heic").write_bytes(
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
        + b"\0\0\0\x2dmeta\0\0\0\0"
        + b"\0\0\0\x21hdlr"
        + bytes(8)
        + b"pict"
        + bytes(13)
    )
    with pytest.raises(BadInput, match=r"none\.heic is damaged"):
        read_photo(tmp_path / "none.heic")


def test_a_directory_beyond_all_files_is_refused(tmp_path):
    (tmp_path / "far.tif").write_bytes(b"II+\0\x08\0\0\0" + b"\xff" * 8 + bytes(40))
    with pytest.raises(BadInput, match=r"far\.tif is damaged"):
        read_photo(tmp_path / "far.tif")


def test_values_that_share_their_bytes_do_not_unfold_without_end():
    entries = b"".join(struct.pack("<HHII", 40_000 + number, 7, 900_000, 8) for number in range(4_000))
    data = b"II*\0" + struct.pack("<I", 1_000_000) + bytes(999_992) + struct.pack("<H", 4_000) + entries + bytes(4)
    with pytest.raises(tags.BadTags):
        tags.directory(data, tags.Layout.of(data), 1_000_000)


def test_channels_that_are_no_colours_are_refused(tmp_path):
    pyvips.Image.black(20, 20, bands=6).copy(interpretation="multiband").tiffsave(str(tmp_path / "six.tif"))
    with pytest.raises(BadInput, match=r"six\.tif has 6 channels"):
        read_photo(tmp_path / "six.tif")
