"""References as a user brings them in: drops from anywhere, pastes, names, roles, and what cannot be taken."""

from __future__ import annotations

import shutil
import struct
import zlib
from base64 import b64encode

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QImage, qRgb
from PySide6.QtTest import QTest
from window_helpers import drop, drop_data, stroke, widget_point, write_sound

from desktop_app.references.drops import incoming
from desktop_app.tools.selection_drag import cut_out
from engine.files import read_photo, read_reference, write_photo
from engine.picture import Photo
from engine.values import Box

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
    for broken in ("***", "%C3%A9", "%FF"):
        data.setText(f"data:image/png;base64,{broken}")
        assert not incoming(data)


def test_a_broken_picture_inside_an_address_is_refused(window, qtbot) -> None:
    data = QMimeData()
    data.setText("data:image/png;base64," + b64encode(b"no picture").decode())
    with qtbot.waitSignal(window.session.refused):
        assert drop_data(window.side.pictures, data)
    assert window.session.references == ()


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
    write_photo(Photo(np.full((8, 8, 3), value, np.uint8)), path)


def test_broken_and_enormous_pictures_are_refused_calmly(window, photo_file, tmp_path, qtbot) -> None:
    enormous, broken = tmp_path / "enormous.png", tmp_path / "broken.png"
    head = struct.pack(">IIBBBBB", 200_000, 200_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    packed = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    enormous.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(packed))
    broken.write_bytes(photo_file.read_bytes()[:300])
    with qtbot.waitSignal(window.session.refused):
        drop(window.side.pictures, enormous, photo_file, broken)
    assert paths(window) == ["lake.png"]
    assert "2 of 3" in window.message_bar.text
    assert "enormous.png" in window.message_bar.text


def test_a_folder_is_not_swallowed_without_a_word(window, tmp_path) -> None:
    assert drop(window.side.pictures, tmp_path)
    assert "is a folder" in window.message_bar.text


def test_a_drop_beside_the_bins_is_taken_too(window, photo_file, qtbot) -> None:
    with qtbot.waitSignal(window.session.added):
        assert drop(window.side, photo_file)
    assert paths(window) == ["lake.png"]


# the painted part of the photo


@pytest.fixture
def painted(open_window):
    """The window with a stroke in the middle of its photo."""
    open_window.stage.canvas.set_brush(diameter=40, hardness=1.0)
    stroke(open_window, (150, 150), (250, 150))
    return open_window


def check_cut_out(window) -> None:
    """The newest reference holds the photo's pixels under the mask, and nothing elsewhere."""
    cut = read_reference(window.session.references[-1].path)
    box = window.document.mask.bounds()
    mask = window.document.mask.values[box.slices]
    assert (cut.width, cut.height) == (box.width, box.height)
    assert np.array_equal(cut.pixels[..., 3], mask)
    seen = mask > 0
    assert np.array_equal(cut.pixels[..., :3][seen], window.document.photo.pixels[box.slices][seen])


def drag_off(window, start: tuple[float, float], monkeypatch) -> list[QMimeData]:
    """Press with Ctrl at a photo point and pull; gives what was dragged."""
    dragged: list[QMimeData] = []

    def exec_(drag: QDrag, *_how) -> Qt.DropAction:
        data = QMimeData()
        for kind in drag.mimeData().formats():
            data.setData(kind, drag.mimeData().data(kind))
        dragged.append(data)
        assert not drag.pixmap().isNull()
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", exec_)
    canvas, place = window.stage.canvas, widget_point(window, *start)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, CTRL, place)
    QTest.mouseMove(canvas, place + QPoint(30, 30))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, CTRL, place + QPoint(30, 30))
    return dragged


@pytest.mark.parametrize("target", ["pictures", "instruction"])
def test_the_painted_part_is_dragged_off_the_canvas(painted, monkeypatch, target, qtbot) -> None:
    strokes = painted.document.mask.values.copy()
    [data] = drag_off(painted, (200, 150), monkeypatch)
    assert np.array_equal(painted.document.mask.values, strokes)
    with qtbot.waitSignal(painted.session.added):
        if target == "pictures":
            assert drop_data(painted.side.pictures, data)
        else:
            painted.side.instruction.insertFromMimeData(data)
    check_cut_out(painted)
    assert paths(painted) == ["part of lake.png"]
    assert painted.side.instruction.text == ("" if target == "pictures" else "[ref#1]")


def test_outside_the_mask_nothing_is_dragged(painted, monkeypatch) -> None:
    assert drag_off(painted, (50, 50), monkeypatch) == []


def test_the_painted_part_by_its_command(painted, qtbot) -> None:
    with qtbot.waitSignal(painted.session.added):
        QTest.keyClick(painted.stage.canvas, Qt.Key.Key_J, CTRL)
    check_cut_out(painted)
    QTest.keyClick(painted.stage.canvas, Qt.Key.Key_D, CTRL)
    assert not painted.commands.cut_out.isEnabled()


def test_cutting_out_keeps_depth_and_transparency() -> None:
    pixels = np.full((10, 12, 4), 40_000, np.uint16)
    pixels[:, :6, 3] = 65_535
    box = Box(4, 2, 8, 6)
    cut = cut_out(Photo(pixels), np.full((4, 4), 255, np.uint8), box)
    assert cut.pixels.dtype == np.uint16
    assert cut.pixels[0, :, 3].tolist() == [65_535, 65_535, 40_000, 40_000]


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
