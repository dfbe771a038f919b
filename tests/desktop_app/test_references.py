"""References as a user brings them in: drops from anywhere, pastes, names, roles, and what cannot be taken."""

from __future__ import annotations

import shutil
from base64 import b64encode

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, qRgb
from PySide6.QtTest import QTest
from window_helpers import drop, drop_data, write_sound

from desktop_app.drops import incoming
from engine.files import read_photo, write_photo

CTRL = Qt.KeyboardModifier.ControlModifier


def image_data(colour: int = qRgb(10, 200, 30), url: str = "") -> QMimeData:
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(colour)
    data = QMimeData()
    data.setImageData(image)
    if url:
        data.setUrls([QUrl(url)])
    return data


def paths(window) -> list[str]:
    return [reference.path.name for reference in window.session.references]


def test_a_picture_dragged_from_a_browser_is_kept_losslessly(window, qtbot) -> None:
    with qtbot.waitSignal(window.session.added):
        assert drop_data(window.side.pictures, image_data(url="https://example.org/pets/rex.jpg?size=2"))
    [reference] = window.session.references
    assert reference.path.name == "rex.png"
    assert (read_photo(reference.path).pixels == [10, 200, 30]).all()
    private = window.desk.private.path
    assert reference.path.parent == private
    window.close()
    assert not private.exists()


@pytest.mark.parametrize("place", ["pictures", "sounds", "welcome", "instruction"])
def test_an_address_is_refused_politely(window, place) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/pets/rex.jpg")])
    widget = window.stage.welcome if place == "welcome" else getattr(window.side, place)
    if place == "instruction":
        widget.insertFromMimeData(data)
    else:
        assert drop_data(widget, data)
    assert "nothing was fetched from example.org" in window.message_bar.text
    assert window.message_bar.kind == "warning"
    assert window.session.references == ()
    assert window.side.instruction.text == ""


def test_a_picture_inside_an_address_is_read(window, tmp_path, qtbot) -> None:
    image = QImage(18, 16, QImage.Format.Format_RGB32)
    image.fill(qRgb(1, 2, 3))
    image.save(str(tmp_path / "small.png"))
    data = QMimeData()
    data.setText("data:image/png;base64," + b64encode((tmp_path / "small.png").read_bytes()).decode())
    with qtbot.waitSignal(window.session.added):
        assert drop_data(window.side.pictures, data)
    assert (read_photo(window.session.references[0].path).pixels == [1, 2, 3]).all()


def test_text_that_only_mentions_an_address_stays_text(window) -> None:
    data = QMimeData()
    data.setText("see https://example.org for more")
    assert not incoming(data)
    window.side.instruction.insertFromMimeData(data)
    assert window.side.instruction.text == "see https://example.org for more"
    data.setText("data:image/png;base64,***")
    assert incoming(data).image is None


def test_pasting_into_the_window_and_into_the_instruction(open_window, sound_file, qtbot) -> None:
    window, clipboard = open_window, QGuiApplication.clipboard()
    clipboard.setMimeData(image_data())
    window.stage.canvas.setFocus()
    with qtbot.waitSignal(window.session.added):
        QTest.keyClick(window.stage.canvas, Qt.Key.Key_V, CTRL)
    assert paths(window) == ["pasted.png"]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(sound_file))])
    clipboard.setMimeData(data)
    window.side.instruction.setFocus()
    QTest.keyClicks(window.side.instruction, "make it feel like ")
    with qtbot.waitSignal(window.session.added):
        QTest.keyClick(window.side.instruction, Qt.Key.Key_V, CTRL)
    assert window.side.instruction.text == "make it feel like [ref#2]"
    clipboard.setText("only words")
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_V, CTRL)
    assert "holds no picture" in window.message_bar.text
    assert len(window.session.references) == 2


def test_duplicates_are_taken_once_and_named(window, photo_file, tmp_path, qtbot) -> None:
    twin = tmp_path / "same bytes.png"
    shutil.copy(photo_file, twin)
    with qtbot.waitSignal(window.session.added):
        drop(window.side.pictures, photo_file)
    for again in (photo_file, twin):
        window.message_bar.dismiss()
        with qtbot.waitSignal(window.session.known):
            drop(window.side.pictures, again)
        assert "lake ([ref#1]) is in the bin already" in window.message_bar.text
    assert paths(window) == ["lake.png"]


def test_too_many_files_at_once(window, tmp_path, qtbot) -> None:
    files = []
    for number in range(30):
        files.append(tmp_path / f"{number}.png")
        write_photo_of(files[-1], number)
    with qtbot.waitSignal(window.session.refused):
        drop(window.side.pictures, *files)
    assert len(window.session.references) == 24
    assert "Only the first 24 of 30" in window.message_bar.text


def write_photo_of(path, value: int) -> None:
    from engine.picture import Photo

    write_photo(Photo(np.full((8, 8, 3), value, np.uint8)), path)


def test_a_folder_is_not_swallowed_without_a_word(window, tmp_path) -> None:
    assert drop(window.side.pictures, tmp_path)
    assert "is a folder" in window.message_bar.text


def test_renaming_by_key_and_undo(open_window, photo_file, qtbot) -> None:
    window = open_window
    with qtbot.waitSignal(window.session.added):
        drop(window.side.pictures, photo_file)
    tile = window.side.pictures.tiles[0]
    tile.setFocus()
    QTest.keyClick(tile, Qt.Key.Key_F2)
    edit = window.side.pictures.name_edit
    assert edit.isVisible()
    assert edit.text() == "lake"
    QTest.keyClicks(edit, "evening at the lake")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert not edit.isVisible()
    assert window.session.references[0].title == "evening at the lake"
    assert "evening at the lake" in window.side.pictures.tiles[0].accessibleName()
    assert window.side.pictures.tiles[0].hasFocus()
    QTest.keyClick(window.side.pictures.tiles[0], Qt.Key.Key_F2)
    QTest.keyClicks(edit, "no")
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert window.session.references[0].title == "evening at the lake"
    assert "Renamed" in window.commands.undo.text()
    window.commands.undo.trigger()
    assert window.session.references[0].title == "lake"


def test_a_role_reaches_the_engine(open_window, source, photo_file, qtbot) -> None:
    window = open_window
    with qtbot.waitSignal(window.session.added):
        drop(window.side.pictures, photo_file)
    menu = window.side.pictures.tiles[0].menu()
    roles = next(action.menu() for action in menu.actions() if action.menu() is not None)
    next(action for action in roles.actions() if action.text() == "Style").trigger()
    menu.deleteLater()
    assert "Style" in window.side.pictures.tiles[0].accessibleName()
    window.side.instruction.setPlainText("paint it like [ref#1]")
    with qtbot.waitSignal(window.runs.result):
        window.run()
    assert source.planned[0].instruction.references[0].text == "style"


def test_after_a_removal_the_keyboard_goes_on(open_window, sound_file, tmp_path, qtbot) -> None:
    window = open_window
    others = [sound_file, tmp_path / "b.wav", tmp_path / "c.wav"]
    for number, path in enumerate(others[1:], 2):
        write_sound(path, 0.2 * number)
    with qtbot.waitSignal(window.session.added):
        drop(window.side.sounds, *others)
    window.activateWindow()
    window.side.sounds.tiles[1].setFocus()
    QTest.keyClick(window.side.sounds.tiles[1], Qt.Key.Key_Delete)
    assert [tile.reference.number for tile in window.side.sounds.tiles] == [1, 3]
    assert window.side.sounds.tiles[1].hasFocus()
    window.commands.undo.trigger()
    assert [tile.reference.number for tile in window.side.sounds.tiles] == [1, 2, 3]
