"""Short questions to the engine: what is at a place, what is in a file, what the library has."""

from __future__ import annotations

import pytest

from engine.errors import BadInput, RegionNotFound
from engine.files import read_photo


def test_a_click_selects_the_thing_under_it(engine, samples) -> None:
    photo = read_photo(samples / "kingfisher.jpg")
    words = engine.select(photo, "the bird").mask > 0.5
    rows, columns = words.nonzero()
    clicked = engine.select_at(photo, (float(columns.mean()), float(rows.mean())))
    region = clicked.mask > 0.5
    assert clicked.mask.shape == (photo.height, photo.width)
    assert (region & words).sum() > 0.5 * (region | words).sum()


def test_a_click_on_nothing_says_so(engine, make_photo) -> None:
    photo = make_photo(64, 64)
    with pytest.raises(RegionNotFound):
        engine.select_at(photo.with_pixels(photo.pixels * 0 + 128), (1000.0, -5.0))


def test_the_library_is_searched_by_words_picture_and_sound(engine, samples) -> None:
    by_words = engine.search("a dog", count=3)
    assert by_words[0]["name"] == "dog"
    assert len(by_words) == 3
    assert by_words[0]["score"] >= by_words[1]["score"] >= by_words[2]["score"]
    assert engine.search(file=samples / "parrot.png")[0]["name"] == "parrot"
    assert "horse" in [each["name"] for each in engine.search(file=samples / "horse.flac", count=5)]
    with pytest.raises(BadInput):
        engine.search("  ")


def test_a_file_is_described(engine, samples) -> None:
    assert engine.describe(samples / "dog.png")["kind"] == "picture"
    assert "cow" in str(engine.describe(samples / "cow.flac")["labels"])
