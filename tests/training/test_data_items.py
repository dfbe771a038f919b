from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadInput
from training.data import items
from training.data.licences import classify, read_readme


def photo_row(**changes: Any) -> dict[str, Any]:
    row = {
        "file": "photos/gcompris_dog.jpg",
        "width": 640,
        "height": 480,
        "source_package": "gcompris-qt-data",
        "licence": "CC0-1.0",
        "licence_class": "public-domain",
        "caption": "a dog",
        "author": "someone",
        "source_url": "",
        "source_path": "x/dog.webp",
    }
    return {**row, **changes}


def written(folder: Path, *rows: dict[str, Any]) -> Path:
    (folder / "photos").mkdir()
    (folder / "photos/photos.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("objects/tuxpaint_frog_2.png", "frog"),
        ("sounds/hyperrogue_frog.flac", "frog"),
        ("objects/gcompris_21_frog.png", "21_frog"),
        ("photos/gcompris_fish28.jpg", "fish"),
        ("photos/lomiri_1234.jpg", "1234"),
        ("photos/Lomiri_Sunset_By_Night.JPG", "sunset_by_night"),
    ],
)
def test_the_name_that_decides_the_side(file: str, name: str) -> None:
    assert items.held_out_name(file) == name


@given(st.from_regex(r"[a-z]{1,12}(_[a-z]{1,8})?", fullmatch=True), st.integers(0, 99))
def test_a_thing_is_on_one_side_whatever_its_number_kind_or_package(name: str, number: int) -> None:
    sides = {
        items.is_held_out(f"objects/tuxpaint_{name}.png", "tuxpaint-stamps-default"),
        items.is_held_out(f"objects/gcompris_{name}_{number}.png", "gcompris-qt-data"),
        items.is_held_out(f"sounds/sonic_{name}{number}.flac", "sonic-pi-samples"),
    }
    assert sides == {hashlib.sha1(name.encode()).hexdigest()[0] in "012"}


@pytest.mark.parametrize("package", sorted(items.HELD_OUT_PACKAGES))
def test_whole_packages_are_held_out(package: str) -> None:
    assert items.is_held_out("photos/any_dog.jpg", package)
    assert items.is_held_out("photos/any_cat.jpg", package)


def test_photos_are_read_with_their_licence_and_side(tmp_path: Path) -> None:
    written(
        tmp_path,
        photo_row(),
        photo_row(file="photos/mate_dune.jpg", source_package="mate-backgrounds", licence_class="copyleft"),
        photo_row(file="photos/scikit_coffee.jpg", source_package="pypi:scikit-image"),
    )
    dog, dune, coffee = items.photos(tmp_path)
    assert (dog.width, dog.height, dog.caption, dog.path) == (640, 480, "a dog", tmp_path / "photos/gcompris_dog.jpg")
    assert dog.shippable
    assert dog.trainable == (not dog.held_out)
    assert not dune.shippable
    assert not dune.trainable
    assert coffee.shippable
    assert coffee.held_out
    assert not coffee.trainable


def test_the_folder_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(items.DATA_VARIABLE, str(written(tmp_path, photo_row())))
    assert len(list(items.photos())) == 1
    monkeypatch.delenv(items.DATA_VARIABLE)
    with pytest.raises(BadInput, match="No data folder"):
        list(items.photos())


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"sounds\.jsonl is missing"):
        list(items.sounds(tmp_path))
    with pytest.raises(BadInput, match="does not exist"):
        list(items.music(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("CC0-1.0", "public-domain"),
        ("CC-BY-3.0 and CC0-1.0", "public-domain"),
        ("CC-BY-4.0", "attribution"),
        ("Artistic-1.0", "attribution"),
        ("CC-BY-SA-4.0", "share-alike"),
        ("CC-BY-SA-2.0 / CC-BY-3.0", "share-alike"),
        ("GPL-2+", "copyleft"),
        ("CC-Sampling+-1.0", "copyleft"),
        ("see copyright", "copyleft"),
    ],
)
def test_an_unknown_licence_never_counts_as_permissive(licence: str, expected: str) -> None:
    assert classify(licence).value == expected


def test_a_readme_credits_each_file_it_lists() -> None:
    credits = read_readme(
        "Files: a.webp, b.webp\nCopyright: Ann\nSource: https://a\nLicense: CC0\n\nFiles: c.webp\nCopyright: Bob\n"
    )
    assert set(credits) == {"a.webp", "b.webp"}
    assert (credits["b.webp"].author, credits["b.webp"].licence, credits["b.webp"].url) == ("Ann", "CC0", "https://a")
