"""The reference library: what ships, the user's folders, and their index."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.bundle.resources import resource
from engine.draft.library import Catalogue, Library
from engine.errors import BadInput
from engine.files import write_photo
from engine.picture import Photo


class Colours:
    """An encoder whose space is the mean colour; words are colours too."""

    def __init__(self) -> None:
        self.seen = 0

    def text(self, texts):
        basis = {"red": 0, "green": 1, "blue": 2}
        out = np.zeros((len(texts), 384), np.float32)
        for row, text in enumerate(texts):
            out[row, next((place for word, place in basis.items() if word in text), 3)] = 1
        return out

    def pictures(self, pictures):
        self.seen += len(pictures)
        out = np.zeros((len(pictures), 384), np.float32)
        for row, (pixels, _) in enumerate(pictures):
            out[row, int(pixels.mean(axis=(0, 1)).argmax())] = 1
        return out


@pytest.fixture
def folder(tmp_path):
    result = tmp_path / "mine"
    result.mkdir()
    for number, name in enumerate(("Red door", "green door", "blue sea")):
        pixels = np.zeros((20, 30, 3), np.uint8)
        pixels[..., number] = 200
        write_photo(Photo(pixels), result / f"{name}.png")
    (result / "notes.txt").write_text("no picture")
    return result


def test_pictures_are_found_by_meaning_and_by_name(folder, tmp_path) -> None:
    encoder = Colours()
    library = Library(resource("library"), tmp_path / "home", encoder)
    assert library.add(folder) == 3
    best, score = library.nearest(encoder.text(["blue"])[0], 2)[0]
    assert best.path == folder / "blue sea.png"
    assert score == pytest.approx(1)
    catalogue = Catalogue(resource("library"), tmp_path / "home")
    assert [entry.name for entry in catalogue.named("door")][:2] == ["Red door", "green door"]
    assert [entry.name for entry in catalogue.named("door red")] == ["Red door"]
    assert catalogue.named("no such thing") == []
    assert catalogue.folders() == library.folders() == {folder.resolve(): 3}


def test_looking_again_reads_only_what_is_new(folder, tmp_path) -> None:
    encoder = Colours()
    library = Library(resource("library"), tmp_path / "home", encoder)
    library.add(folder)
    (folder / "green door.png").unlink()
    write_photo(Photo(np.full((20, 30, 3), 90, np.uint8)), folder / "grey.png")
    assert library.add(folder) == 3
    assert encoder.seen == 4
    (folder / "grey.png").unlink()  # gone since it was indexed
    assert "grey" not in [entry.name for entry in Catalogue(resource("library"), tmp_path / "home").own()]
    library.remove(folder)
    assert library.folders() == {}
    with pytest.raises(BadInput, match="not in the library"):
        library.remove(folder)


def test_what_ships_is_there_without_a_home(tmp_path) -> None:
    catalogue = Catalogue(resource("library"), tmp_path / "nowhere")
    table = json.loads((resource("library") / "library.json").read_text("utf-8"))
    assert len(catalogue.named("")) == len(table)
    assert all(entry.shipped and entry.path.is_file() for entry in catalogue.shipped())
    assert catalogue.folders() == {}
