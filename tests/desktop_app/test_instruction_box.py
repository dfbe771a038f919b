"""Writing an instruction: chips for references, completion, recent instructions, beginnings."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_helpers import drop

from desktop_app.references.drops import reference_data
from desktop_app.talk.chips import HOLDER
from desktop_app.talk.presets import BLANK, presets
from desktop_app.talk.recent import MOST, Recent
from engine.files import write_photo

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def box(open_window, photo_file, sound_file, make_photo, tmp_path, qtbot):
    """The instruction's box of a window with two pictures and a sound in its bins."""
    dog = tmp_path / "dog.png"
    write_photo(make_photo(60, 50), dog)
    with qtbot.waitSignal(open_window.session.added):
        drop(open_window.side.pictures, dog, photo_file, sound_file)
    open_window.activateWindow()
    result = open_window.side.instruction
    result.setFocus()
    return result


def shown_list(box):
    """The completing list, which must be open."""
    assert box._completing
    return box._completion


def raw(box) -> str:
    return box.document().toRawText()


def test_a_typed_marker_becomes_a_chip_and_stays_in_the_text(box) -> None:
    QTest.keyClicks(box, "replace the boat with [ref#1] now")
    assert box.text == "replace the boat with [ref#1] now"
    assert raw(box) == f"replace the boat with {HOLDER} now"
    assert box.accessibleDescription() == "replace the boat with #1 dog now"


def test_a_chip_is_drawn_with_its_picture_and_an_unknown_one_as_a_mistake(box) -> None:
    box.setPlainText("[ref#1]")
    theme = box._look.theme
    place = box.cursorRect()

    def colours() -> set[str]:
        image: QImage = box.viewport().grab().toImage()
        return {
            image.pixelColor(x, y).name()
            for x in range(0, min(image.width(), 200), 2)
            for y in range(place.top(), place.bottom(), 2)
        }

    assert theme["chip"] in colours()
    box.setPlainText("[ref#9]")
    assert theme["error"] in colours()
    assert theme["chip"] not in colours()
    assert box.chips.title(9) == "#9 is not there"


def test_a_chip_is_one_step_for_arrows_and_deletion_and_undo(box) -> None:
    QTest.keyClicks(box, "add [ref#2]!")
    for _ in range(2):
        QTest.keyClick(box, Qt.Key.Key_Left)
    QTest.keyClicks(box, "a ")
    assert box.text == "add a [ref#2]!"
    QTest.keyClick(box, Qt.Key.Key_Delete)
    assert box.text == "add a !"
    QTest.keyClick(box, Qt.Key.Key_Z, CTRL)
    assert box.text == "add a [ref#2]!"


def test_copy_and_paste_keep_markers(box) -> None:
    box.setPlainText("blend [photo] with [ref#2] and \N{DOG FACE} [ref#3]")
    QTest.keyClick(box, Qt.Key.Key_A, CTRL)
    QTest.keyClick(box, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "blend [photo] with [ref#2] and \N{DOG FACE} [ref#3]"
    QTest.keyClick(box, Qt.Key.Key_X, CTRL)
    assert box.text == ""
    QTest.keyClick(box, Qt.Key.Key_V, CTRL)
    assert box.text == "blend [photo] with [ref#2] and \N{DOG FACE} [ref#3]"
    assert raw(box).count(HOLDER) == 3


@pytest.mark.parametrize("sign", ["@", "["])
def test_completion_by_name(box, sign) -> None:
    QTest.keyClicks(box, f"put {sign}")
    completion = shown_list(box)
    assert [completion.item(row).data(Qt.ItemDataRole.UserRole) for row in range(completion.count())] == [1, 2, 3, 0]
    QTest.keyClicks(box, "bar")
    assert completion.count() == 1
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert not box._completing
    assert box.text == "put [ref#3]"
    QTest.keyClicks(box, " on it")
    assert box.text == "put [ref#3] on it"


def test_completion_by_arrows_mouse_and_the_photo_itself(box) -> None:
    QTest.keyClicks(box, "like @")
    QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(box, Qt.Key.Key_Tab)
    assert box.text == "like [ref#2]"
    assert box.hasFocus()
    QTest.keyClicks(box, " @")
    completion = shown_list(box)
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert completion.currentRow() == 3
    place = completion.visualItemRect(completion.item(3)).center()
    QTest.mouseClick(completion.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert box.text == "like [ref#2] [photo]"


def test_the_list_stays_inside_the_window_and_goes_with_esc_and_focus(box, open_window) -> None:
    QTest.keyClicks(box, "@")
    completion = shown_list(box)
    assert open_window.rect().contains(completion.geometry())
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert not box._completing
    assert box.text == "@"
    QTest.keyClicks(box, "d")
    assert box._completing
    open_window.stage.canvas.setFocus()
    assert not box._completing


@pytest.mark.parametrize("text", ["me@home", "a price of 5@", "nothing here", "@zebra"])
def test_no_list_where_none_belongs(box, text) -> None:
    QTest.keyClicks(box, text)
    assert not box._completing
    assert box.text == text


def test_dragging_a_tile_into_the_text_inserts_where_it_falls(box) -> None:
    box.setPlainText("put on the left")
    cursor = box.textCursor()
    cursor.setPosition(3)
    place = box.cursorRect(cursor).center()
    data = reference_data(1)
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    viewport = box.viewport()
    QApplication.sendEvent(viewport, QDragEnterEvent(place, Qt.DropAction.CopyAction, data, left, none))
    QApplication.sendEvent(viewport, QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, left, none))
    assert box.text == "put [ref#1] on the left"


def test_a_renamed_reference_changes_its_chip(box, open_window) -> None:
    box.setPlainText("add [ref#1]")
    open_window.desk.rename(1, "Rex")
    assert box.accessibleDescription() == "add #1 Rex"
    assert box.text == "add [ref#1]"
    assert box._about(1).startswith("[ref#1] Rex\ndog.png")


def test_an_empty_instruction_begins_with_what_the_reference_is_for(box, open_window) -> None:
    open_window.desk.set_role(1, "style")
    open_window.desk.set_role(3, "mood")
    QTest.mouseClick(open_window.side.pictures.tiles[0], Qt.MouseButton.LeftButton)
    assert box.text == "make it in the style of [ref#1]"
    QTest.mouseClick(open_window.side.sounds.tiles[0], Qt.MouseButton.LeftButton)
    assert box.text == "make it in the style of [ref#1] [ref#3]"


def test_hovering_a_chip_names_it(box) -> None:
    box.setPlainText("add [ref#1]")
    cursor = box.textCursor()
    cursor.setPosition(4)
    start = box.cursorRect(cursor)
    assert box._chip_under(start.center() + QPoint(20, 0)) == 1
    assert box._chip_under(QPoint(start.left() - 12, start.center().y())) is None


# recent instructions and beginnings


def test_up_recalls_what_was_run_and_survives_the_window(box, open_window, qtbot, tmp_path) -> None:
    for text in ("make it bright", "add [ref#1]"):
        box.setPlainText(text)
        with qtbot.waitSignal(open_window.runs.result):
            QTest.keyClick(box, Qt.Key.Key_Return, CTRL)
        open_window.session.discard()
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert box.text == "add [ref#1]"
    box.setPlainText("")
    for key, text in (
        (Qt.Key.Key_Up, "add [ref#1]"),
        (Qt.Key.Key_Up, "make it bright"),
        (Qt.Key.Key_Up, "make it bright"),
        (Qt.Key.Key_Down, "add [ref#1]"),
        (Qt.Key.Key_Down, ""),
    ):
        QTest.keyClick(box, key)
        assert box.text == text
    QTest.keyClick(box, Qt.Key.Key_Up)
    QTest.keyClicks(box, " here")
    QTest.keyClick(box, Qt.Key.Key_Up)  # changed: the arrow moves the cursor again
    assert box.text == "add [ref#1] here"
    saved = json.loads((tmp_path / "state" / "recent-instructions.json").read_text())
    assert saved == ["add [ref#1]", "make it bright"]
    assert Recent().texts == ("add [ref#1]", "make it bright")


def test_recent_instructions_are_bounded_and_bad_files_count_as_empty(tmp_path) -> None:
    path = tmp_path / "recent.json"
    recent = Recent(path)
    for number in range(MOST + 5):
        recent.add(f"edit {number}")
    recent.add("edit 20")
    assert recent.texts[:2] == ("edit 20", f"edit {MOST + 4}")
    assert len(set(recent.texts)) == MOST
    for bad in ("not json", '{"a": 1}', "[1, null]"):
        path.write_text(bad)
        assert Recent(path).texts == ()
    blocked = tmp_path / "file"
    blocked.write_text("")
    recent = Recent(blocked / "recent.json")
    recent.add("still works")
    assert recent.texts == ("still works",)


def test_the_menus_write_and_the_cursor_stands_in_the_blank(box, open_window) -> None:
    head = open_window.side.head
    menu = head.presets_menu()
    next(action for action in menu.actions() if action.text() == "Replace").trigger()
    assert box.text == "replace the  with "
    QTest.keyClicks(box, "boat")
    assert box.text == "replace the boat with "
    QTest.keyClick(box, Qt.Key.Key_Z, CTRL)
    QTest.keyClick(box, Qt.Key.Key_Z, CTRL)
    assert box.text == ""
    box.recent.add("sharpen & brighten [ref#1]")
    recent = head.recent_menu()
    assert recent.actions()[0].text() == "sharpen && brighten ‹#1 dog›"
    recent.actions()[0].trigger()
    assert box.text == "sharpen & brighten [ref#1]"
    next(action for action in recent.actions() if action.text() == "Forget These").trigger()
    assert box.recent.texts == ()
    assert not head.recent_menu().actions()[0].isEnabled()


def test_every_beginning_has_one_blank() -> None:
    assert all(text.count(BLANK) == 1 for text in presets().values())


def test_the_box_takes_long_and_strange_text(box) -> None:
    text = "\N{DOG FACE}" * 300 + " [ref#1] " + "word " * 300
    box.setPlainText(text)
    assert box.text == text
    box.insert_marker(2)
    assert box.text.endswith("[ref#2]")


def test_shift_control_enter_plans_only(box, open_window, source, qtbot) -> None:
    box.setPlainText("make it bright")
    with qtbot.waitSignal(open_window.runs.planned):
        QTest.keyClick(box, Qt.Key.Key_Return, CTRL | SHIFT)
    assert source.edited == []
