"""The document: references, results, one linear history."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from desktop_app.work.document import Document, Pending
from engine.picture import Photo
from engine.values import EditResult, Instruction, Media, Plan


def pending(document: Document, photo: Photo) -> Pending:
    instruction = Instruction("brighten it")
    return Pending(instruction, EditResult((photo,), Plan("", ""), None, 0, {}), photo)


def paint(document: Document, x: float = 10, y: float = 10) -> None:
    document.mask.begin()
    document.mask.line((x, y), (x, y), 4, erase=False)
    document.painted(document.mask.end())


@pytest.fixture
def document(small_photo) -> Document:
    return Document(small_photo, Path("lake.png"))


def test_pictures_and_sounds_share_one_numbering(document) -> None:
    first = document.add_references({Path("a.png"): Media.image, Path("b.wav"): Media.sound})
    second = document.add_references({Path("c.png"): Media.image, Path("a.png"): Media.image})
    assert [(item.number, item.media) for item in (*first, *second)] == [
        (1, Media.image),
        (2, Media.sound),
        (3, Media.image),
    ]


def test_removing_a_reference_renames_no_other(document) -> None:
    document.add_references({Path(name): Media.image for name in ("a.png", "b.png", "c.png")})
    document.remove_reference(2)
    assert [item.marker for item in document.references] == ["[ref#1]", "[ref#3]"]
    document.undo()
    assert len(document.references) == 3
    document.redo()
    assert document.reference(2) is None


def test_instruction_carries_only_what_it_names(document) -> None:
    document.add_references({Path("a.png"): Media.image, Path("b.wav"): Media.sound})
    instruction = document.instruction("  add [ref#2] and [ref#7] ")
    assert instruction.text == "add [ref#2] and [ref#7]"
    assert [(item.number, item.media, item.file) for item in instruction.references] == [
        (2, Media.sound, Path("b.wav"))
    ]


def test_accept_is_one_step_that_clears_the_mask(document, small_photo) -> None:
    paint(document)
    result = small_photo.with_pixels(255 - small_photo.pixels)
    document.pending = pending(document, result)
    assert document.photo is small_photo
    document.accept()
    assert document.photo is result
    assert document.mask.empty
    assert document.modified
    document.undo()
    assert document.photo is small_photo
    assert document.mask.values[10, 10] == 255
    assert not document.modified
    document.redo()
    assert document.photo is result
    assert document.mask.empty


def test_history_is_linear(document) -> None:
    paint(document)
    paint(document, 20, 20)
    document.undo()
    paint(document, 30, 10)
    assert document.next_change is None
    assert document.mask.values[20, 20] == 0
    document.undo()
    document.undo()
    assert document.mask.empty
    assert document.last_change is None
    assert document.undo().mask is None


def test_a_result_of_another_size_has_a_mask_of_that_size(document, small_photo) -> None:
    paint(document)
    painted = document.mask.values.copy()
    wide = Photo(np.zeros((30, 60, 3), np.uint8))
    document.pending = pending(document, wide)
    document.accept()
    assert document.mask.values.shape == (30, 60)
    document.undo()
    assert np.array_equal(document.mask.values, painted)
    document.redo()
    assert document.mask.values.shape == (30, 60)
    assert document.mask.empty


def test_saving_settles_what_is_modified(document, small_photo) -> None:
    document.pending = pending(document, small_photo.with_pixels(255 - small_photo.pixels))
    document.accept()
    document.saved(document.photo, Path("lake-edit-1.png"))
    assert not document.modified
    document.undo()
    assert document.modified
    assert document.original is small_photo
