"""What the engine says without being run: labels in the bins, outlines on the canvas."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from window_helpers import drop, stroke, widget_point, write_sound

from desktop_app.canvas.outline import contours
from desktop_app.client.describer import labels_of
from engine.files import write_photo
from engine.values import Op, Operation, Plan


def test_the_bins_tell_what_is_seen_and_heard(window, source, photo_file, sound_file, qtbot) -> None:
    drop(window.side.pictures, photo_file, sound_file)
    qtbot.waitUntil(lambda: len(source.described) == 2)
    qtbot.waitUntil(lambda: window.side.sounds.tiles[0].labels == ("bark", "thing"))
    assert "sees lake, thing" in window.side.pictures.tiles[0].accessibleName()
    assert "hears bark, thing" in window.side.sounds.detail.text()
    window.desk.rename(1, "tarn")
    assert window.side.pictures.tiles[0].labels == ("lake", "thing")
    assert len(source.described) == 2


def test_a_file_that_cannot_be_described_stays_usable(window, source, tmp_path, make_photo, qtbot) -> None:
    files = [tmp_path / "strange.png", tmp_path / "plain.png"]
    for number, path in enumerate(files):
        write_photo(make_photo(20 + number, 20), path)
    drop(window.side.pictures, *files)
    qtbot.waitUntil(lambda: len(source.described) == 2)
    qtbot.waitUntil(lambda: window.side.pictures.tiles[1].labels != ())
    assert window.side.pictures.tiles[0].labels == ()
    assert window.message_bar.text == ""


def test_references_wait_until_the_run_is_over(open_window, source, sound_file, qtbot) -> None:
    window = open_window
    source.gate.clear()
    window.side.instruction.setPlainText("make it bright")
    window.run()
    qtbot.waitUntil(lambda: bool(source.planned))
    with qtbot.waitSignal(window.session.added):
        drop(window.side.sounds, sound_file)
    assert source.described == []
    source.gate.set()
    qtbot.waitUntil(lambda: source.described == [sound_file])
    qtbot.waitUntil(lambda: window.side.sounds.tiles[0].labels != ())


def test_without_a_bundle_nothing_is_asked(source, make_window, sound_file, qtbot) -> None:
    source.absent = "The bundle starter is not there."
    window = make_window()
    with qtbot.waitSignal(window.session.added):
        drop(window.side.sounds, sound_file)
    assert source.loads == 0


def test_completion_finds_by_what_is_seen(open_window, source, tmp_path, qtbot) -> None:
    sound = tmp_path / "rec 0012.wav"
    write_sound(sound)
    drop(open_window.side.sounds, sound)
    qtbot.waitUntil(lambda: any(tile.labels for tile in open_window.side.sounds.tiles))
    open_window.activateWindow()
    box = open_window.side.instruction
    box.setFocus()
    QTest.keyClicks(box, "like @thin")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert box.text == "like [ref#1]"


def test_only_labels_near_the_best_are_shown() -> None:
    labels = [{"name": name, "score": score} for name, score in (("dog", 0.6), ("wolf", 0.2), ("cat", 0.1))]
    assert labels_of({"labels": labels}) == ("dog", "wolf")
    assert labels_of({}) == ()


# outlines


@pytest.fixture
def planned(open_window, source, qtbot):
    """A window with a plan of four operations on its card."""
    operations = (
        Operation(Op.remove, "boat"),
        Operation(Op.remove, "unicorn"),
        Operation(Op.mood, target="dusk"),
        Operation(Op.add, "kite"),
    )
    source.plan = Plan("Yes.", "a lake", operations=operations)
    open_window.activateWindow()
    open_window.side.instruction.setPlainText("do it")
    with qtbot.waitSignal(open_window.runs.planned):
        open_window.side.run_bar.plan_button.click()
    return open_window


def hover(window, row: int) -> None:
    """The pointer comes onto a chip."""
    window.side.plan_card.chips[row].pointed.emit(window.side.plan_card.chips[row].operation)


def note(window) -> str:
    return window.side.plan_card._note.text()


def test_a_chip_outlines_what_its_words_find(planned, source, qtbot) -> None:
    chip = planned.side.plan_card.chips[0]
    chip.setFocus()
    qtbot.waitUntil(planned.outline.isVisible)
    assert source.selected == ["boat"]
    [line] = planned.outline.contours
    assert line.min(axis=0) == pytest.approx([50, 100], abs=1)
    assert line.max(axis=0) == pytest.approx([150, 200], abs=1)
    assert "Outlined: boat" in note(planned)
    canvas = planned.stage.canvas
    edge = widget_point(planned, 50, 150)
    before = canvas.grab().toImage()
    planned.side.instruction.setFocus()
    assert not planned.outline.isVisible()
    after = canvas.grab().toImage()
    ratio = after.devicePixelRatio()
    places = [QPoint(round((edge.x() + dx) * ratio), round(edge.y() * ratio)) for dx in range(-2, 3)]
    assert any(before.pixel(place) != after.pixel(place) for place in places)
    hover(planned, 0)
    assert planned.outline.isVisible()  # known by now
    assert source.selected == ["boat"]


def test_what_is_not_found_is_said(planned, qtbot) -> None:
    hover(planned, 1)
    qtbot.waitUntil(lambda: "no unicorn" in note(planned))
    assert not planned.outline.isVisible()


def test_whole_photo_new_things_and_the_painted_mask(planned, source, qtbot) -> None:
    hover(planned, 2)
    assert planned.outline.contours[0].max(axis=0).tolist() == [400, 300]
    hover(planned, 3)
    assert not planned.outline.isVisible()
    planned.stage.canvas.set_brush(diameter=40)
    stroke(planned, (200, 150), (240, 150))
    hover(planned, 0)
    qtbot.waitUntil(planned.outline.isVisible)
    assert "painted mask" in note(planned)
    middle = np.concatenate(planned.outline.contours).mean(axis=0)
    assert middle == pytest.approx([220, 150], abs=6)
    assert source.selected == []


def test_passing_over_a_chip_asks_nothing(planned, source, qtbot) -> None:
    hover(planned, 0)
    planned.side.plan_card.chips[0].pointed.emit(None)
    qtbot.wait(350)
    assert source.selected == []


def test_contours_close_along_the_edge_and_keep_holes() -> None:
    mask = np.zeros((3000, 2000), np.uint8)
    mask[1000:2600, :1000] = 255
    mask[1500:2000, 300:700] = 0
    lines = contours(mask)
    assert len(lines) == 2
    outer = max(lines, key=lambda line: np.ptp(line[:, 1]))
    assert outer.min(axis=0) == pytest.approx([0, 1000], abs=4)
    assert outer.max(axis=0) == pytest.approx([1000, 2600], abs=4)
    assert contours(np.zeros((50, 50), np.float32)) == []
