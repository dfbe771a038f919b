"""A framing in the stack: done anew to what is below it, hidden, deleted, undone and stored without pixels."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from project_helpers import accept, inverted, paint, propose

from engine.errors import BadInput
from engine.files import read_photo, write_photo
from engine.framing import Framing, framed, framed_pixels, largest_box
from engine.project import edits as stack
from engine.project import manifest, project_file
from engine.project.document import Document
from engine.project.journal import Journal, snapshot
from engine.project.recovery import resume
from engine.values import Box, Margins

KEPT = Box(20, 10, 110, 80)
UPPER, LOWER = Box(30, 20, 60, 40), Box(70, 50, 100, 70)


@pytest.fixture(params=[(8, 3), (16, 4)], ids=["8 bits", "16 bits and transparency"])
def document(request, make_photo) -> Document:
    bits, bands = request.param
    return Document(make_photo(96, 128, bits, bands), Path("lake.png"))


def cut(document: Document, turn: int = 0, degrees: float = 0.0, box: Box | None = None) -> Framing:
    """Frame the document's picture."""
    width, height = document.photo.width, document.photo.height
    size = (height, width) if turn % 180 else (width, height)
    framing = Framing(width, height, turn, degrees, box or largest_box(*size, degrees))
    document.frame(framing, document.framed(framing, "crop"))
    return framing


def recomposed(document: Document) -> np.ndarray:
    return Document(document.original, document.path, store=document.store, edits=document.edits).photo.pixels


def run_again(document: Document, key: str, box: Box) -> np.ndarray:
    """Run an edit anew on the picture below it; returns what came of that."""
    base = document.picture(stack.below(document.edits, key))
    after = inverted(base, box)
    propose(document, after, base=base)
    assert document.pending is not None
    document.pending = replace(document.pending, replaces=key)
    document.accept()
    return after.pixels


def show(document: Document, key: str, visible: bool) -> None:
    document.set_edits("show edit" if visible else "hide edit", stack.with_visible(document.edits, key, visible))


@pytest.mark.parametrize(("turn", "degrees"), [(0, 0.0), (90, 0.0), (180, 0.0), (0, 4.0), (270, -9.0)])
def test_a_framing_is_one_step_and_comes_back(document, turn, degrees):
    first = accept(document, inverted(document.photo, UPPER))
    before = document.photo
    framing = cut(document, turn, degrees, KEPT if (turn, degrees) == (0, 0.0) else None)
    assert np.array_equal(document.photo.pixels, framed(before, framing).pixels)
    assert np.array_equal(recomposed(document), document.photo.pixels)
    assert not document.strangers
    after = document.photo.pixels
    document.undo()
    assert np.array_equal(document.photo.pixels, before.pixels)
    document.redo()
    assert np.array_equal(document.photo.pixels, after)
    show(document, first, False)  # a framing is done anew
    assert np.array_equal(document.photo.pixels, framed(document.original, framing).pixels)
    assert not document.strangers


def test_the_mask_is_framed_along_and_undone_with_the_picture(document):
    paint(document, 50, 40)
    mask = document.mask.values.copy()
    framing = cut(document, box=KEPT)
    assert np.array_equal(document.mask.values, mask[KEPT.slices])
    document.undo()
    assert np.array_equal(document.mask.values, mask)
    document.redo()
    assert np.array_equal(document.mask.values, mask[KEPT.slices])
    cut(document, 180)  # the size stays
    assert np.array_equal(document.mask.values, mask[KEPT.slices][::-1, ::-1])
    document.undo()
    document.undo()
    assert np.array_equal(document.mask.values, mask)
    assert framing.box == KEPT


def test_later_edits_keep_their_place_when_a_crop_is_hidden_or_deleted(document):
    cut(document, box=KEPT)
    key = document.edits[0].key
    accept(document, inverted(document.photo, LOWER.moved(-20, -10)))
    assert np.array_equal(recomposed(document), document.photo.pixels)
    show(document, key, False)
    assert np.array_equal(document.photo.pixels, inverted(document.original, LOWER).pixels)
    show(document, key, True)
    document.set_edits("delete edit", stack.without(document.edits, key))
    assert np.array_equal(document.photo.pixels, inverted(document.original, LOWER).pixels)


def test_edits_on_a_turned_picture_wait_while_the_turn_is_hidden(document):
    cut(document, 90)
    key = document.edits[0].key
    later = accept(document, inverted(document.photo, Box(10, 10, 30, 30)))
    show(document, key, False)
    assert document.photo is document.original
    assert document.strangers == {later}
    accept(document, inverted(document.photo, UPPER))
    assert np.array_equal(document.photo.pixels, inverted(document.original, UPPER).pixels)
    assert np.array_equal(recomposed(document), document.photo.pixels)
    assert [edit.key for edit in document.edits[1:]] == [key, later]  # the new one is under the turn
    show(document, key, True)
    turned = document.original.with_pixels(np.rot90(inverted(document.original, UPPER).pixels, -1).copy())
    assert np.array_equal(document.photo.pixels, inverted(turned, Box(10, 10, 30, 30)).pixels)


def test_an_edit_made_while_an_earlier_crop_is_hidden_keeps_its_place(document):
    cut(document, box=KEPT)
    key = document.edits[0].key
    show(document, key, False)
    accept(document, inverted(document.photo, LOWER))
    assert np.array_equal(recomposed(document), inverted(document.original, LOWER).pixels)
    show(document, key, True)
    assert np.array_equal(document.photo.pixels, inverted(document.original, LOWER).pixels[KEPT.slices])


def test_a_result_from_before_a_crop_goes_under_it(document):
    before = document.photo
    cut(document, box=KEPT)
    crop = document.edits[0].key
    propose(document, inverted(before, UPPER), base=before)
    key = document.accept()
    document.written_patches({key: UPPER})
    assert [edit.key for edit in document.edits] == [key, crop]
    assert np.array_equal(document.photo.pixels, inverted(before, UPPER).pixels[KEPT.slices])
    assert np.array_equal(recomposed(document), document.photo.pixels)
    show(document, crop, False)
    assert np.array_equal(document.photo.pixels, inverted(before, UPPER).pixels)
    assert not document.strangers


def test_an_expanded_result_from_before_a_crop_moves_the_crop_along(document):
    before, margins = document.photo, Margins(left=12, top=8)
    cut(document, box=KEPT)
    wide = before.with_pixels(np.pad(before.pixels, ((8, 0), (12, 0), (0, 0)), constant_values=7))
    propose(document, wide, base=before, margins=margins)
    document.accept()
    assert np.array_equal(document.photo.pixels, before.pixels[KEPT.slices])
    show(document, document.edits[-1].key, False)
    assert np.array_equal(document.photo.pixels, wide.pixels)


def test_a_result_from_before_an_expand_lies_where_it_was_made(document):
    before, margins = document.photo, Margins(left=12, top=8)
    wide = before.with_pixels(np.pad(before.pixels, ((8, 0), (12, 0), (0, 0)), constant_values=7))
    accept(document, wide, margins=margins)
    accept(document, inverted(before, LOWER), base=before)
    assert np.array_equal(document.photo.pixels, inverted(wide, LOWER.moved(12, 8)).pixels)


@pytest.mark.parametrize("turn", [0, 180])
def test_a_result_of_a_framing_that_has_gone_is_refused(document, turn):
    cut(document, turn, box=KEPT if not turn else None)
    framed_photo = document.photo
    document.undo()
    propose(document, inverted(framed_photo, Box(5, 5, 20, 20)), base=framed_photo)
    pending = document.pending
    with pytest.raises(BadInput, match="cropped, turned or expanded"):
        document.accept()
    assert document.pending is pending
    assert document.photo is document.original
    document.pending = None
    assert not document.store._fresh  # nothing is left of what was looked at
    document.redo()
    document.pending = pending
    document.accept()
    assert np.array_equal(document.photo.pixels, inverted(framed_photo, Box(5, 5, 20, 20)).pixels)


def test_an_edit_run_again_above_a_hidden_crop_lies_where_it_was_made(document):
    cut(document, box=KEPT)
    crop = document.edits[0].key
    later = accept(document, inverted(document.photo, UPPER))
    show(document, crop, False)
    after = run_again(document, later, LOWER)
    assert np.array_equal(document.photo.pixels, after)
    assert np.array_equal(recomposed(document), after)
    show(document, crop, True)
    assert np.array_equal(document.photo.pixels, after[KEPT.slices])


def test_an_edit_run_again_above_a_hidden_expand_lies_where_it_was_made(document):
    grown = document.photo.with_pixels(np.pad(document.photo.pixels, ((8, 0), (12, 0), (0, 0))))
    expand = accept(document, grown, margins=Margins(left=12, top=8))
    later = accept(document, inverted(document.photo, UPPER))
    top = accept(document, inverted(document.photo, LOWER))
    show(document, expand, False)
    run_again(document, later, UPPER)
    wanted = inverted(inverted(document.original, UPPER), LOWER.moved(-12, -8)).pixels
    assert np.array_equal(recomposed(document), wanted)
    show(document, expand, True)
    assert np.array_equal(document.photo.pixels[8:, 12:], wanted)
    assert document.edits[-1].key == top


@pytest.mark.parametrize(("turn", "degrees"), [(90, 0.0), (180, 0.0), (0, 5.0)])
def test_an_edit_run_again_above_a_hidden_turn_shows_and_is_turned_along(document, turn, degrees):
    framing = cut(document, turn, degrees)
    key = document.edits[0].key
    later = accept(document, inverted(document.photo, Box(10, 10, 30, 30)))
    top = accept(document, inverted(document.photo, Box(0, 0, 9, 9)))
    show(document, key, False)
    after = run_again(document, later, LOWER)
    assert np.array_equal(document.photo.pixels, after)
    assert np.array_equal(recomposed(document), after)
    assert [edit.key for edit in document.edits[1:]] == [key, top]
    show(document, key, True)
    wanted = framed(document.original.with_pixels(after), framing)
    assert np.array_equal(document.photo.pixels, inverted(wanted, Box(0, 0, 9, 9)).pixels)


def test_what_a_hidden_expand_gave_to_a_crop_stays_empty(document):
    margins = Margins(left=12, top=8)
    grown = document.photo.with_pixels(np.pad(document.photo.pixels, ((8, 0), (12, 0), (0, 0)), constant_values=7))
    expand = accept(document, grown, margins=margins)
    cut(document, box=Box(4, 8, 104, 104))
    later = accept(document, inverted(document.photo, Box(30, 30, 50, 50)))
    show(document, expand, False)
    wanted = np.zeros_like(document.photo.pixels)
    wanted[:, 8:] = document.original.pixels[:, :92]
    wanted = inverted(document.photo.with_pixels(wanted), Box(30, 30, 50, 50)).pixels
    assert np.array_equal(document.photo.pixels, wanted)
    assert document.edits[1].key in document.strangers
    assert later in document.strangers
    document.undo()
    document.set_edits("delete edit", stack.without(document.edits, expand))
    assert np.array_equal(document.photo.pixels, wanted)


def test_edits_on_both_sides_of_a_crop_overlap_where_they_are_seen(document):
    first = accept(document, inverted(document.photo, LOWER))
    cut(document, box=KEPT)
    over = accept(document, inverted(document.photo, LOWER.moved(-20, -10).grow(4)))
    accept(document, inverted(document.photo, Box(2, 2, 20, 20)))
    show(document, first, False)
    assert document.strangers == {over}


def test_an_edit_deleted_below_a_crop_is_kept_in_mind_only_where_it_was_seen_through(document):
    first = accept(document, inverted(document.photo, UPPER))
    cut(document, box=KEPT)
    over = accept(document, inverted(document.photo, UPPER.moved(-KEPT.left, -KEPT.top)))
    accept(document, inverted(document.photo, LOWER))
    document.set_edits("delete edit", stack.without(document.edits, first))
    assert document.strangers == {over}


def test_a_project_and_a_journal_bring_it_back(make_photo, tmp_path):
    path = tmp_path / "lake.png"
    write_photo(make_photo(70, 90, bits=16), path)
    journal = Journal.fresh(tmp_path / "journals")
    document = Document(read_photo(path), path, store=journal.store)
    accept(document, inverted(document.photo, UPPER))
    framing = Framing(90, 70, 90, 3.0, largest_box(70, 90, 3.0, 1.0))
    document.frame(framing, document.framed(framing, "crop"))
    accept(document, inverted(document.photo, Box(5, 5, 20, 20)))
    paint(document, 30, 20)
    shown, mask = document.photo.pixels, document.mask.values.copy()
    project = tmp_path / "work.overtone"
    project_file.save(journal, snapshot(document), project)
    names = {each.stem for each in (journal.folder / "patches").iterdir()}
    assert names == {edit.key for edit in document.edits if edit.framing is None}
    journal.release()
    for again in (project_file.open_project(project, tmp_path / "others").document, resume(journal.folder).document):
        assert np.array_equal(again.photo.pixels, shown)
        assert np.array_equal(again.mask.values, mask)
        assert [edit.framing for edit in again.edits] == [None, framing, None]
    assert project_file.summary(project)["edits"][1]["size"] == 0


def test_a_mask_is_not_shown_on_a_picture_that_is_turned_otherwise(document):
    paint(document, 30, 20)
    mask = document.mask.values.copy()
    below = accept(document, inverted(document.photo, UPPER), mask=mask)
    cut(document, 180)
    turn = document.edits[1].key
    above = accept(document, inverted(document.photo, LOWER), mask=mask)
    shown = document.mask_of(above)
    assert document.mask_of(below) is None
    assert shown is not None
    assert np.array_equal(shown.values, mask)
    show(document, turn, False)
    shown = document.mask_of(below)
    assert document.mask_of(above) is None
    assert shown is not None
    assert np.array_equal(shown.values, mask)


@pytest.mark.parametrize("visible", [True, False])
def test_the_framings_of_a_turned_picture_go_with_its_turn(document, visible):
    cut(document, 90)
    turn = document.edits[0].key
    cut(document, box=Box(10, 10, 90, 100))
    later = accept(document, inverted(document.photo, Box(10, 10, 30, 30)))
    shown = document.photo.pixels
    show(document, turn, visible)
    document.set_edits("delete edit", stack.without(document.edits, turn))
    assert [edit.key for edit in document.edits] == [later]
    assert document.photo is document.original
    assert document.strangers == {later}
    run_again(document, later, UPPER)
    assert np.array_equal(recomposed(document), inverted(document.original, UPPER).pixels)
    for _ in range(3):
        document.undo()
    assert np.array_equal(document.photo.pixels, shown)


def test_a_saved_file_says_what_was_done_and_by_whom(document):
    cut(document, box=KEPT)
    propose(document, inverted(document.photo, Box(5, 5, 20, 20)), "invert it")
    document.accept()
    again = Document(document.original, document.path, store=document.store, edits=document.edits).photo
    assert [(step.instruction, step.engine, step.made) for step in again.history] == [
        ("crop", "", False),
        ("invert it", "starter", False),
    ]


def test_a_mask_is_straightened_like_the_picture(document):
    paint(document, 50, 40, 20)
    mask = document.mask.values.copy()
    framing = cut(document, 0, 5.0)
    assert np.array_equal(document.mask.values, framed_pixels(mask[..., None], framing)[..., 0])
    assert 0 < document.mask.values.max() <= 255


WIDE = {"left": 0, "top": 0, "right": 20, "bottom": 20}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"turn": 45}, "cannot be turned by 45"),
        ({"straighten": float("nan")}, "cannot be straightened"),
        ({"box": {**WIDE, "right": 900}}, "reaches beyond the photo"),
        ({"width": 0, "height": 0}, "reaches beyond the photo"),
        ({"width": 200_000, "height": 200_000, "box": WIDE}, "an edit's framing"),
        ({"width": 60_000, "height": 60_000, "box": WIDE}, "an edit's framing"),
    ],
)
def test_a_damaged_framing_is_refused_in_the_name_of_its_file(make_photo, tmp_path, change, says):
    values = framed_manifest(make_photo, tmp_path)
    values["edits"][0]["framing"] |= change
    with pytest.raises(BadInput, match=rf"^work\.overtone is damaged: .*{says}"):
        manifest.from_bytes(json.dumps(values).encode(), "work.overtone")


def test_margins_beyond_any_picture_are_refused(make_photo, tmp_path):
    values = framed_manifest(make_photo, tmp_path)
    values["edits"][0] |= {"framing": None, "margins": {"left": 10**9, "right": 0, "top": 10**9, "bottom": 0}}
    with pytest.raises(BadInput, match=r"^work\.overtone is damaged: an edit's margins"):
        manifest.from_bytes(json.dumps(values).encode(), "work.overtone")


def framed_manifest(make_photo, folder: Path) -> dict:
    """What a project with one crop says of itself; as it is, it is read."""
    path = folder / "lake.png"
    write_photo(make_photo(96, 128), path)
    journal = Journal.fresh(folder / "journals")
    document = Document(read_photo(path), path, store=journal.store)
    cut(document, box=KEPT)
    journal.keep(snapshot(document))
    data = (journal.folder / manifest.NAME).read_bytes()
    journal.release()
    assert manifest.from_bytes(data, "work.overtone").edits[0].framing is not None
    return json.loads(data)
