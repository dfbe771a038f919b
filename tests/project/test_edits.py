"""The stack of edits: exact with all of it shown, honest when some of it is not."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.picture import Photo
from engine.project import edits as stack
from engine.project.accepting import Pending
from engine.project.document import Document
from engine.values import Box, EditRequest, EditResult, Instruction, Margins, Plan, Settings

UPPER, LOWER = Box(10, 10, 60, 40), Box(20, 60, 90, 90)


def inverted(photo: Photo, box: Box) -> Photo:
    pixels = photo.pixels.copy()
    pixels[box.slices] = photo.white - pixels[box.slices]
    return photo.with_pixels(pixels)


def propose(document: Document, after: Photo, text: str = "invert it", base: Photo | None = None, **more) -> None:
    instruction, plan = Instruction(text), Plan("", text)
    request = EditRequest(instruction, base or document.photo, settings=Settings(seed=3), **more)
    document.pending = Pending(instruction, EditResult((after,), plan, None, 3, {}), after, request)


def accept(document: Document, after: Photo, text: str = "invert it", **more) -> str:
    """Accept a result; returns the edit's key. Its patch is looked at, as it is once it is written."""
    propose(document, after, text, **more)
    document.accept()
    key = document.edits[-1].key
    document.written_patches({key: document.store.open(f"patches/{key}.patch").box})
    return key


@pytest.fixture(params=[(8, 3), (16, 3), (8, 4)], ids=["8 bits", "16 bits", "transparency"])
def document(request, make_photo) -> Document:
    bits, bands = request.param
    return Document(make_photo(96, 128, bits, bands), Path("lake.png"))


def recomposed(document: Document) -> np.ndarray:
    """The picture made anew from the original and the stored patches."""
    return Document(document.original, document.path, store=document.store, edits=document.edits).photo.pixels


def test_the_stack_gives_what_was_accepted_bit_for_bit(document):
    for index, box in enumerate((UPPER, Box(30, 20, 100, 70), LOWER)):
        accept(document, inverted(document.photo, box), str(index))
        assert np.array_equal(recomposed(document), document.photo.pixels)
    assert not document.strangers


def test_hiding_an_edit_leaves_the_others_where_they_do_not_overlap(document):
    first = accept(document, inverted(document.photo, UPPER))
    accept(document, inverted(document.photo, LOWER))
    document.set_edits("hide edit", stack.with_visible(document.edits, first, False))
    assert np.array_equal(document.photo.pixels, inverted(document.original, LOWER).pixels)
    assert not document.strangers
    document.undo()
    assert np.array_equal(document.photo.pixels[UPPER.slices], inverted(document.original, UPPER).pixels[UPPER.slices])


def test_an_edit_over_a_hidden_one_is_named_a_stranger_until_it_is_shown_again(document):
    first = accept(document, inverted(document.photo, UPPER))
    second = accept(document, inverted(document.photo, Box(40, 20, 90, 60)))
    document.set_edits("hide edit", stack.with_visible(document.edits, first, False))
    assert document.strangers == {second}
    document.set_edits("show edit", stack.with_visible(document.edits, first, True))
    assert not document.strangers
    document.set_edits("opacity", stack.with_opacity(document.edits, first, 0.5))
    assert document.strangers == {second}


def test_a_deleted_edit_is_kept_in_mind_only_where_it_overlapped(document):
    first = accept(document, inverted(document.photo, UPPER))
    over = accept(document, inverted(document.photo, Box(40, 20, 90, 50)))
    accept(document, inverted(document.photo, LOWER))
    document.set_edits("delete edit", stack.without(document.edits, first))
    assert document.strangers == {over}
    assert np.array_equal(document.photo.pixels[LOWER.slices], inverted(document.original, LOWER).pixels[LOWER.slices])
    document.undo()
    assert len(document.edits) == 3
    assert not document.strangers


def test_opacity_mixes_with_what_is_below_and_touches_nothing_else(document):
    key = accept(document, inverted(document.photo, UPPER))
    accepted = document.photo.pixels
    document.set_edits("opacity", stack.with_opacity(document.edits, key, 0.25))
    mixed, before = document.photo.pixels, document.original.pixels
    wanted = before.astype(float) + 0.25 * (accepted.astype(float) - before)
    if before.shape[2] == 3:
        assert np.abs(mixed - wanted).max() <= 0.5 + 1e-3 * document.original.white / 255
    outside = np.ones(before.shape[:2], bool)
    outside[UPPER.slices] = False
    assert np.array_equal(mixed[outside], before[outside])
    document.set_edits("opacity", stack.with_opacity(document.edits, key, 1.0))
    assert np.array_equal(document.photo.pixels, accepted)


def test_one_move_of_the_opacity_slider_is_one_step_of_undo(document):
    key = accept(document, inverted(document.photo, UPPER))
    for opacity in (0.9, 0.6, 0.3):
        document.set_edits("opacity", stack.with_opacity(document.edits, key, opacity))
    document.undo()
    assert document.edits[0].opacity == 1.0
    document.redo()
    assert document.edits[0].opacity == 0.3


def test_running_an_edit_again_puts_the_new_result_under_the_later_ones(document):
    first = accept(document, inverted(document.photo, UPPER))
    later = accept(document, inverted(document.photo, LOWER))
    base = document.picture(stack.below(document.edits, first))
    other = Box(0, 0, 30, 20)
    after = inverted(base, other)
    propose(document, after, base=base)
    assert document.pending is not None
    document.pending = replace(document.pending, replaces=first)
    document.accept()
    assert [edit.key == later for edit in document.edits] == [False, True]
    assert np.array_equal(document.photo.pixels, inverted(after, LOWER).pixels)
    assert np.array_equal(recomposed(document), document.photo.pixels)
    document.undo()
    assert document.edits[0].key == first


def test_two_results_of_one_picture_can_both_be_accepted(document):
    base = document.photo
    accept(document, inverted(base, UPPER))
    accept(document, inverted(base, LOWER), base=base)
    assert np.array_equal(document.photo.pixels, inverted(inverted(base, UPPER), LOWER).pixels)


def grown(photo: Photo, margins: Margins) -> Photo:
    sides = ((margins.top, margins.bottom), (margins.left, margins.right), (0, 0))
    return photo.with_pixels(np.pad(photo.pixels, sides, constant_values=7))


def test_an_expanded_picture_moves_the_later_edits_when_it_is_hidden(document):
    margins = Margins(left=12, top=8, right=4)
    expand = accept(document, grown(document.photo, margins), margins=margins)
    later = accept(document, inverted(document.photo, LOWER.moved(12, 8)))
    assert (document.photo.width, document.photo.height) == (144, 104)
    assert np.array_equal(recomposed(document), document.photo.pixels)
    document.set_edits("hide edit", stack.with_visible(document.edits, expand, False))
    assert np.array_equal(document.photo.pixels, inverted(document.original, LOWER).pixels)
    assert document.mask.values.shape == (96, 128)
    document.undo()
    document.set_edits("delete edit", stack.without(document.edits, expand))
    assert np.array_equal(document.photo.pixels, inverted(document.original, LOWER).pixels)
    assert document.edits[0].key == later
    assert stack.with_opacity(document.edits, later, 0.5)[0].opacity == 0.5


@pytest.mark.parametrize("delete", [False, True], ids=["hidden", "deleted"])
def test_overlaps_are_looked_for_where_an_expanded_picture_shows_an_edit(document, delete):
    first = accept(document, inverted(document.photo, UPPER))
    accept(document, grown(document.photo, Margins(left=60)), margins=Margins(left=60))
    over = accept(document, inverted(document.photo, Box(75, 15, 90, 30)))
    accept(document, inverted(document.photo, Box(15, 15, 30, 30)))
    edits = stack.without(document.edits, first) if delete else stack.with_visible(document.edits, first, False)
    document.set_edits("change", edits)
    assert document.strangers == {over}


def test_another_picture_in_the_photos_place_takes_what_was_made_on_it_along(document, make_photo):
    whole = accept(document, Photo(np.full((50, 60, 3), 99, np.uint8), icc=b"profile"))
    later = accept(document, inverted(document.photo, Box(5, 5, 20, 20)))
    again = Document(document.original, document.path, store=document.store, edits=document.edits).photo
    assert np.array_equal(again.pixels, document.photo.pixels)
    assert again.icc == b"profile"
    document.set_edits("hide edit", stack.with_visible(document.edits, whole, False))
    assert document.photo is document.original
    assert document.strangers == {later}
    assert stack.with_opacity(document.edits, whole, 0.5) == document.edits


def test_old_strokes_are_packed_and_still_undone(make_photo, monkeypatch):
    from engine.project import changes

    monkeypatch.setattr(changes, "LOOSE", 1000)
    document = Document(make_photo(96, 128), Path("lake.png"))
    masks = []
    for row in range(5):
        masks.append(document.mask.values.copy())
        document.mask.begin()
        document.mask.line((20, 10 + 15 * row), (100, 12 + 15 * row), 8, erase=False)
        document.painted(document.mask.end())
    for mask in reversed(masks):
        document.undo()
        assert np.array_equal(document.mask.values, mask)
    document.redo()
    assert np.array_equal(document.mask.values, masks[1])


def test_a_closed_document_lets_its_pictures_go_at_once(make_photo):
    document = Document(make_photo(96, 128), Path("lake.png"))
    propose(document, inverted(document.photo, Box(0, 0, 20, 20)))
    document.accept()
    held = [weakref.ref(each) for each in (document.photo, document.original)]
    gc.disable()  # circles would keep hundreds of megabytes until it runs
    try:
        del document
        assert [each() for each in held] == [None, None]
    finally:
        gc.enable()
