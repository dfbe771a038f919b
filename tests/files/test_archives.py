"""Archives from elsewhere: what points outside, lies or unpacks without end is refused before it is unpacked."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.files.archives import ArchiveLimits, open_archive


def packed(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_members_are_read_by_name_and_copied_into_an_open_file(tmp_path):
    path = packed(tmp_path / "a.overtone", ("project.json", b"{}"), ("results/1.png", b"png" * 1000), ("results/", b""))
    with open_archive(path) as archive:
        assert archive.names == ("project.json", "results/1.png")
        assert archive.size("results/1.png") == 3000
        assert archive.read("project.json", 2) == b"{}"
        out = io.BytesIO()
        assert archive.copy("results/1.png", out) == 3000
        assert out.getvalue() == b"png" * 1000
        with pytest.raises(BadInput, match=r"a\.overtone lacks secrets"):
            archive.read("secrets", 10)
        with pytest.raises(BadInput, match="larger than the 10 bytes"):
            archive.read("results/1.png", 10)


@pytest.mark.parametrize(
    "name",
    [
        *("../outside", "a/../../outside", "/etc/passwd", "C:/autoexec.bat", "a\\..\\b", "a//b", "./a", "nul"),
        *("a/COM1.txt", "trailing. ", "trailing.", "new\nline", "x" * 300, "a:b", "~/a/../b"),
    ],
)
def test_a_name_that_points_outside_is_refused(tmp_path, name):
    path = packed(tmp_path / "a.zip", ("project.json", b"{}"), (name, b"evil"))
    with pytest.raises(BadInput, match="points outside"), open_archive(path):
        pass
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


def test_a_link_is_refused(tmp_path):
    link = zipfile.ZipInfo("original")
    link.external_attr = 0o120777 << 16
    path = packed(tmp_path / "a.zip", (link, b"/etc/passwd"))
    with pytest.raises(BadInput, match="points outside"), open_archive(path):
        pass


def test_a_name_told_twice_is_refused(tmp_path):
    path = packed(tmp_path / "a.zip", ("Plan.json", b"1"), ("plan.JSON", b"2"))
    with pytest.raises(BadInput, match="two entries of one name"), open_archive(path):
        pass


def test_what_unpacks_without_end_is_refused(tmp_path):
    path = packed(tmp_path / "a.zip", ("big", bytes(4 << 20)))
    for limits in (ArchiveLimits(free=1 << 20, ratio=100), ArchiveLimits(member=1 << 20), ArchiveLimits(total=1 << 20)):
        with pytest.raises(BadInput, match="far more than it should"), open_archive(path, limits):
            pass
    with open_archive(path) as archive:
        assert len(archive.read("big", 4 << 20)) == 4 << 20


def test_too_many_entries_are_refused_before_they_are_listed(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", *((f"{number}", b"") for number in range(30)))
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(BadInput, match="more than 20 entries"), open_archive(path, ArchiveLimits(members=20)):
        pass
    with pytest.raises(BadInput, match="more than"), open_archive(path, ArchiveLimits(directory=1000)):
        pass


def test_entries_that_share_bytes_are_refused(tmp_path):
    """A quine bomb lists the same packed bytes again and again."""
    content = bytearray(packed(tmp_path / "a.zip", ("aa", b"x" * 500), ("bb", b"y" * 500)).read_bytes())
    second = content.rfind(b"PK\x01\x02")
    content[second + 42 : second + 46] = struct.pack("<I", 0)  # the header of the first
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(BadInput, match="share their bytes"), open_archive(tmp_path / "a.zip"):
        pass


def test_a_size_that_lies_is_refused(tmp_path):
    content = bytearray(packed(tmp_path / "a.zip", ("aa", b"x" * 500)).read_bytes())
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 100)
    (tmp_path / "a.zip").write_bytes(content)
    with open_archive(tmp_path / "a.zip") as archive, pytest.raises(BadInput, match="damaged"):
        archive.read("aa", 1000)


def test_a_changed_byte_is_seen(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("aa", b"x" * 500)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with open_archive(path) as archive, pytest.raises(BadInput, match="damaged"):
        archive.copy("aa", io.BytesIO())


@pytest.mark.parametrize("cut", [0, 1, 3, 30, 80, 120, 145])
def test_what_is_no_archive_or_cut_off_is_refused(tmp_path, cut):
    path = packed(tmp_path / "a.zip", ("aa", b"x" * 500))
    path.write_bytes(path.read_bytes()[: min(cut, path.stat().st_size - 1)])
    with pytest.raises(BadInput, match=r"a\.zip is"), open_archive(path):
        pass


def test_locked_and_oddly_packed_archives_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("aa", b"x" * 500)
    with pytest.raises(BadInput, match="packed or locked"), open_archive(tmp_path / "a.zip"):
        pass


def test_reading_an_archive_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = packed(tmp_path / "a.zip", ("aa", b"x" * 500))
    with open_archive(path) as archive:
        archive.read("aa", 500)
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


def test_an_entry_before_the_beginning_is_refused(tmp_path):
    """As it comes about when the list of entries says that it lies further on than it does."""
    content = bytearray(packed(tmp_path / "a.zip", ("aa", b"x" * 500)).read_bytes())
    end = content.rfind(b"PK\x05\x06")
    content[end + 16 : end + 20] = struct.pack("<I", struct.unpack_from("<I", content, end + 16)[0] + 9)
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(BadInput, match="damaged"), open_archive(tmp_path / "a.zip"):
        pass
