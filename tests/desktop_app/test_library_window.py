"""The library beside the editor: folders, searching by words, by picture and by sound, and using what is found."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_helpers import drop, drop_data

from desktop_app.references.drops import reference_data
from engine.files import write_photo
from engine.picture import Photo


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("desktop_app.references.library_desk.default_home", lambda: tmp_path / "home")


@pytest.fixture
def pictures(tmp_path, source):
    """A folder of the user's with three pictures, which the fake engine knows."""
    folder = tmp_path / "holiday"
    folder.mkdir()
    for number, name in enumerate(("red dog", "brown dog", "boat")):
        path = folder / f"{name}.png"
        write_photo(Photo(np.full((40, 60, 3), 50 * number, np.uint8)), path)
        source.library.append(path)
    return folder


@pytest.fixture
def library(open_window, qtbot):
    """The library's window, open and filled."""
    QTest.keyClick(
        open_window.stage.canvas, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    result = open_window.library.window
    assert result.isVisible()
    qtbot.waitUntil(lambda: result.results.count() > 20)
    yield result
    open_window.library.close()


def names(library) -> list[str]:
    return [library.results.item(row).text() for row in range(library.results.count())]


def test_it_opens_with_what_ships_and_never_blocks(library, open_window, source) -> None:
    assert "dog" in " ".join(names(library))
    assert not library.isModal()
    assert "Everything" in library.note.text()
    assert source.searched == []
    assert source.loads == 0


def test_small_pictures_come_one_after_the_other(library, qtbot) -> None:
    def shown() -> bool:
        image = library.results.item(0).icon().pixmap(40, 40).toImage()
        return len({image.pixel(x, 20) for x in range(image.width())}) > 8

    qtbot.waitUntil(shown)


def test_searching_by_words_by_name_first_then_by_meaning(library, source, pictures, qtbot) -> None:
    source.gate.clear()
    library.search.setFocus()
    QTest.keyClicks(library.search, "dog")
    QTest.keyClick(library.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Most like" in library.note.text())
    assert source.searched == [("dog", None)]
    assert names(library) == ["red dog", "brown dog"]
    source.gate.set()


def test_typing_searches_after_a_pause_and_only_once(library, source, qtbot) -> None:
    QTest.keyClicks(library.search, "boat", delay=5)
    qtbot.waitUntil(lambda: source.searched == [("boat", None)])


def test_without_the_engine_names_are_searched_and_the_reason_is_shown(source, make_window, qtbot) -> None:
    source.absent = "The bundle starter is not there."
    window = make_window()
    window.library.open()
    library = window.library.window
    assert not library.add_button.isEnabled()
    assert "not there" in library.add_button.toolTip()
    QTest.keyClicks(library.search, "dog")
    QTest.keyClick(library.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Named like" in library.note.text())
    assert names(library)
    assert all("dog" in name for name in names(library))
    library.search.setText("zzz")
    QTest.keyClick(library.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Nothing in the library" in library.note.text())
    assert source.searched == []


def test_alike_to_a_file_a_dropped_sound_and_a_reference(
    library, open_window, source, dialogs, pictures, sound_file, photo_file, qtbot
) -> None:
    dialogs.like_path = photo_file
    QTest.mouseClick(library.like_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: source.searched == [("", photo_file)])
    assert drop(library, sound_file)
    qtbot.waitUntil(lambda: source.searched[-1] == ("", sound_file))
    qtbot.waitUntil(lambda: "Most like bark.wav" in library.note.text())
    with qtbot.waitSignal(open_window.session.added):
        drop(open_window.side.pictures, photo_file)
    assert drop_data(library, reference_data(1))
    qtbot.waitUntil(lambda: len(source.searched) == 3)
    assert source.searched[-1] == ("", photo_file)


def test_folders_are_added_looked_through_again_and_forgotten(library, source, dialogs, pictures, qtbot) -> None:
    dialogs.folder_path = pictures
    source.gate.clear()
    library.add_button.click()
    assert "Looking through holiday" in library.work.text()
    assert library.stop_button.isVisible()
    source.gate.set()
    qtbot.waitUntil(lambda: library.folders.count() == 1)
    assert library.folders.item(0).text() == "holiday  ·  3"
    assert not library.work.isVisible()
    library.folders.setCurrentRow(0)
    (pictures / "boat.png").unlink()
    library.refresh_button.click()
    qtbot.waitUntil(lambda: library.folders.item(0) and library.folders.item(0).text() == "holiday  ·  2")
    library.folders.setCurrentRow(0)
    library.remove_button.click()
    qtbot.waitUntil(lambda: library.folders.count() == 0)
    assert pictures.exists()


def test_a_folder_without_pictures_and_stopping(library, source, dialogs, tmp_path, pictures, qtbot) -> None:
    dialogs.folder_path = tmp_path / "empty"
    dialogs.folder_path.mkdir()
    library.add_button.click()
    qtbot.waitUntil(lambda: "holds no pictures" in library.note.text())
    assert not library.work.isVisible()
    dialogs.folder_path = pictures
    source.gate.clear()
    library.add_button.click()
    library.stop_button.click()
    assert not library.work.isVisible()
    source.gate.set()
    library.add_button.click()
    qtbot.waitUntil(lambda: library.folders.count() == 1)


def test_double_click_enter_button_and_drag_use_a_picture(library, open_window, pictures, qtbot) -> None:
    QTest.keyClicks(library.search, "dog")
    QTest.keyClick(library.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(library) == ["red dog", "brown dog"])
    results = library.results
    place = results.visualItemRect(results.item(0)).center()
    assert not library.use_button.isEnabled()
    QTest.mouseClick(results.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(open_window.session.added):
        QTest.mouseDClick(results.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [item.path.name for item in open_window.session.references] == ["red dog.png"]
    assert "[ref#1]" in library.note.text()
    results.setCurrentRow(1)
    with qtbot.waitSignal(open_window.session.added):
        QTest.keyClick(results, Qt.Key.Key_Return)
    library.use_button.click()  # it is in the bin already
    qtbot.waitUntil(lambda: "[ref#2]" in library.note.text())
    data = results.mimeData([results.item(0)])
    assert data.urls()[0].toLocalFile() == str(pictures / "red dog.png")
    assert len(open_window.session.references) == 2


def test_every_control_has_a_name(library) -> None:
    from PySide6.QtWidgets import QAbstractButton, QLineEdit, QListWidget

    for kind in (QAbstractButton, QLineEdit, QListWidget):
        for widget in library.findChildren(kind):
            if widget.isVisible() and widget.focusPolicy() is not Qt.FocusPolicy.NoFocus:
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget


def test_closing_the_editor_closes_the_library(library, open_window) -> None:
    assert open_window.close()
    assert not library.isVisible()
