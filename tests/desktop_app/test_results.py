"""Runs in a queue, variations on the film strip, and the expert's settings; real events, the fake engine."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_helpers import stroke

from desktop_app.canvas.scene import Compare
from desktop_app.look.wording import time_left
from desktop_app.runs import results as results_module
from desktop_app.runs.pace import Pace
from desktop_app.runs.run import State
from desktop_app.runs.settings_sheet import SettingsSheet
from engine.errors import RegionNotFound
from engine.values import Settings, StepReport

CTRL = Qt.KeyboardModifier.ControlModifier


def write(window, text: str) -> None:
    window.side.instruction.setPlainText(text)


def ask(window, text: str) -> None:
    """Type an instruction and press Ctrl+Enter."""
    write(window, text)
    QTest.keyClick(window.side.instruction, Qt.Key.Key_Return, CTRL)


def vary(window, qtbot, count: int) -> None:
    window.side.run_bar.variations.setValue(count)
    write(window, "make it bright")
    with qtbot.waitSignal(window.runs.result):
        QTest.mouseClick(window.side.run_bar.run_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.runs.busy)


# the queue


def test_a_second_run_waits_and_both_come(open_window, source, qtbot) -> None:
    window = open_window
    source.gate.clear()
    ask(window, "first")
    stroke(window, (100, 150), (200, 150))
    ask(window, "second")
    bar = window.side.run_bar
    assert [run.text for run in window.runs.waiting] == ["second"]
    assert bar.queue.isVisible()
    assert "second" in bar.queue.rows[0].accessibleName()
    assert bar.run_button.text() == "Run next"
    source.gate.set()
    qtbot.waitUntil(lambda: not window.runs.busy and not window.runs.waiting)
    assert [request.instruction.text for request in source.edited] == ["first", "second"]
    assert source.edited[0].mask is None  # each has the mask of its own moment
    assert source.edited[1].mask.any()
    assert not bar.queue.isVisible()
    assert len(window.results.items) == 2


def test_cancelling_one_that_waits_leaves_the_others_alone(open_window, source, qtbot) -> None:
    window = open_window
    source.gate.clear()
    for text in ("first", "second", "third"):
        ask(window, text)
    row = window.side.run_bar.queue.rows[0]
    QTest.mouseClick(row.findChildren(type(window.stage.film.pin_button))[0], Qt.MouseButton.LeftButton)
    assert [run.text for run in window.runs.waiting] == ["third"]
    assert window.runs.current.text == "first"
    QTest.keyClick(window.side.instruction, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.runs.busy)
    assert window.runs.current.text == "third"
    source.gate.set()
    with qtbot.waitSignal(window.runs.result):
        pass
    assert [request.instruction.text for request in source.edited] == ["third"]


def test_a_run_that_fails_does_not_stop_the_next(open_window, source, qtbot) -> None:
    window = open_window
    source.gate.clear()
    source.error = RegionNotFound("There is no unicorn.", "Paint it.")
    ask(window, "first")
    ask(window, "second")

    def once(_error) -> None:
        source.error = None

    window.runs.failed.connect(once)
    with qtbot.waitSignal(window.runs.result):
        source.gate.set()
    assert [request.instruction.text for request in source.edited] == ["second"]


def test_closing_with_runs_that_wait_stops_all(open_window, source) -> None:
    window = open_window
    source.gate.clear()
    ask(window, "first")
    ask(window, "second")
    window.close()
    assert window.runs.waiting == []
    assert window.runs.state is State.idle


# variations


def test_variations_have_their_own_seeds_and_are_looked_at_in_turn(open_window, source, qtbot) -> None:
    window = open_window
    vary(window, qtbot, 3)
    assert [request.settings.seed for request in source.edited] == [0, 1, 2]
    film, results = window.stage.film, window.results
    assert film.isVisible()
    assert [each.pending.result.seed for each in results.items] == [0, 1, 2]
    assert results.current is results.items[0]
    QTest.mouseClick(film.frames[2], Qt.MouseButton.LeftButton)
    assert window.document.pending is results.items[2].pending
    QTest.keyClick(film.frames[2], Qt.Key.Key_Left)
    assert results.current is results.items[1]
    assert film.frames[1].hasFocus()
    window.commands.next_result.trigger()
    window.commands.next_result.trigger()
    assert results.current is results.items[0]
    assert "seed 0" in film.frames[0].accessibleName()


def test_an_engine_that_gives_all_at_once_is_asked_once(open_window, source, qtbot) -> None:
    source.together = True
    vary(open_window, qtbot, 4)
    assert len(source.edited) == 1
    assert [each.pending.result.seed for each in open_window.results.items] == [0, 1, 2, 3]
    assert [each.pending.request.settings.variations for each in open_window.results.items] == [1] * 4


def test_the_one_looked_at_is_accepted_and_pinned_ones_stay(open_window, qtbot) -> None:
    window = open_window
    vary(window, qtbot, 3)
    film, results = window.stage.film, window.results
    QTest.mouseClick(film.pin_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(film.frames[1], Qt.MouseButton.LeftButton)
    wanted = window.document.pending.photo
    QTest.mouseClick(window.stage.result_bar.accept_button, Qt.MouseButton.LeftButton)
    assert np.array_equal(window.document.photo.pixels, wanted.pixels)
    assert [each.number for each in results.items] == [1]
    assert window.message_bar.text == ""  # they were there to choose from
    assert film.isVisible()
    QTest.mouseClick(film.frames[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.stage.result_bar.isVisible)
    QTest.mouseClick(film.pin_button, Qt.MouseButton.LeftButton)
    assert not film.isVisible()


def test_results_of_other_wishes_that_go_are_told_of(open_window, source, qtbot) -> None:
    window = open_window
    source.gate.clear()
    for text in ("first", "second", "third"):
        ask(window, text)
    source.gate.set()
    qtbot.waitUntil(lambda: len(window.results.items) == 3 and not window.runs.busy)
    QTest.mouseClick(window.stage.film.pin_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(window.stage.film.frames[1], Qt.MouseButton.LeftButton)
    QTest.mouseClick(window.stage.result_bar.accept_button, Qt.MouseButton.LeftButton)
    assert [each.pending.instruction.text for each in window.results.items] == ["third"]  # the pinned one
    assert window.message_bar.text == "1 other result was dropped. Pin the ones to keep."


def test_rejecting_goes_to_the_neighbour_and_at_last_to_the_photo(open_window, qtbot) -> None:
    window = open_window
    vary(window, qtbot, 3)
    results = window.results
    QTest.mouseClick(window.stage.film.reject_button, Qt.MouseButton.LeftButton)
    assert [each.number for each in results.items] == [2, 3]
    assert results.current.number == 2
    QTest.keyClick(window.stage.film.frames[1], Qt.Key.Key_Delete)
    assert [each.number for each in results.items] == [2]
    QTest.mouseClick(window.stage.result_bar.discard_button, Qt.MouseButton.LeftButton)
    assert window.document.pending is None
    assert results.items == ()


def test_results_are_compared_with_each_other(open_window, qtbot) -> None:
    window = open_window
    vary(window, qtbot, 2)
    film, canvas = window.stage.film, window.stage.canvas
    QTest.mouseClick(film.compare_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(film.frames[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: canvas.compare is Compare.split)
    assert window.results.against is window.results.items[0]
    assert "compared with" in film.frames[0].accessibleName()
    QTest.mouseClick(film.compare_button, Qt.MouseButton.LeftButton)
    assert window.results.against is None


def test_try_another_takes_a_fresh_seed_and_same_again_its_own(open_window, source, qtbot) -> None:
    window = open_window
    vary(window, qtbot, 2)
    with qtbot.waitSignal(window.runs.result):
        QTest.mouseClick(window.stage.result_bar.again_button, Qt.MouseButton.LeftButton)
    assert source.edited[-1].settings.seed == 2
    QTest.mouseClick(window.stage.film.frames[1], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(window.runs.result):
        QTest.mouseClick(window.stage.film.same_button, Qt.MouseButton.LeftButton)
    assert source.edited[-1].settings.seed == 1
    assert source.edited[-1].settings.variations == 1


def test_the_settings_of_a_result_are_shown_copied_and_taken_over(open_window, qtbot) -> None:
    window = open_window
    window.side.expert.guidance.setValue(7.5)
    vary(window, qtbot, 2)
    window.side.expert.reset()
    QTest.mouseClick(window.stage.film.frames[1], Qt.MouseButton.LeftButton)
    QTest.mouseClick(window.stage.film.settings_button, Qt.MouseButton.LeftButton)
    sheet = window.stage.findChild(SettingsSheet)
    assert "Seed: 1" in sheet.text
    assert "Guidance: 7.5" in sheet.text
    QTest.mouseClick(sheet.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == sheet.text
    QTest.mouseClick(sheet.take_button, Qt.MouseButton.LeftButton)
    assert window.side.expert.settings.guidance == 7.5


def test_old_results_make_room_but_pinned_and_fresh_ones_stay(open_window, qtbot, monkeypatch) -> None:
    window = open_window
    vary(window, qtbot, 3)
    window.results.pin(window.results.items[1], True)
    window.results.look(window.results.items[2])
    monkeypatch.setattr(results_module, "MEMORY", 400 * 300 * 3 * 2)
    with qtbot.waitSignal(window.results.crowded) as crowded:
        vary(window, qtbot, 1)
    assert crowded.args == [1]
    assert [each.number for each in window.results.items] == [2, 3, 4]
    assert "1 of the oldest" in window.message_bar.text


# the expert's settings


def test_settings_are_folded_away_and_say_what_the_engine_lacks(open_window, source) -> None:
    window, expert = open_window, open_window.side.expert
    assert not expert.body.isVisible()
    QTest.mouseClick(expert.head, Qt.MouseButton.LeftButton)
    assert expert.body.isVisible()
    for field in (expert.steps, expert.sampler, expert.score, expert.controls["edge"]):
        assert not field.isEnabled()
        assert "starter" in field.toolTip()
    assert expert.seed.isEnabled()
    assert "decoder" in expert.reason.text()
    source.able = frozenset({"decoder", "prior"})
    window.models.check()
    assert expert.steps.isEnabled()
    assert "1 to 1000" in expert.steps.toolTip()
    assert not expert.reason.isVisible()


def test_settings_reach_the_engine_and_reset_brings_the_defaults(open_window, source, qtbot) -> None:
    source.able = frozenset({"decoder", "prior"})
    window, expert = open_window, open_window.side.expert
    window.models.check()
    QTest.mouseClick(expert.head, Qt.MouseButton.LeftButton)
    expert.seed.setFocus()
    expert.seed.selectAll()
    QTest.keyClicks(expert.seed, "4294967295")
    QTest.keyClick(expert.seed, Qt.Key.Key_Return)
    expert.controls["edge"].setValue(0.7)
    expert.prior[2].setValue(1.5)
    expert.sampler.choose("ddim")
    expert.chain.choose("draft")
    vary(window, qtbot, 1)
    settings = source.edited[0].settings
    assert (settings.seed, settings.sampler, settings.chain) == (2**32 - 1, "ddim", "draft")
    assert [(control.kind, control.scale) for control in settings.controls] == [("edge", 0.7)]
    assert settings.prior_weights == (0.4, 0.6, 1.5)
    assert expert.seed.value() == 0  # it goes on from the largest to the first
    QTest.mouseClick(expert.reset_button, Qt.MouseButton.LeftButton)
    assert expert.settings == Settings()


def test_a_locked_seed_stays_and_the_dice_give_another(open_window, source, qtbot) -> None:
    window, expert = open_window, open_window.side.expert
    QTest.mouseClick(expert.head, Qt.MouseButton.LeftButton)
    QTest.mouseClick(expert.dice, Qt.MouseButton.LeftButton)
    seed = int(expert.seed.value())
    assert seed != 0
    QTest.mouseClick(expert.lock, Qt.MouseButton.LeftButton)
    vary(window, qtbot, 1)
    vary(window, qtbot, 1)
    assert [request.settings.seed for request in source.edited] == [seed, seed]


def test_the_wheel_changes_no_number_without_the_focus(open_window) -> None:
    field = open_window.side.run_bar.variations
    open_window.side.instruction.setFocus()
    place = QPointF(field.rect().center())
    event = QWheelEvent(
        place, QPointF(field.mapToGlobal(place)), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, event)
    assert field.value() == 1


# the pace


def test_progress_never_goes_back_and_the_time_left_is_learnt() -> None:
    pace = Pace()
    pace.begin(0.0, 2)
    shares = []
    for _ in range(2):
        for index in (1, 2):
            for step in ("ground", "draft", "composite"):
                shares.append(pace.stage(step, index, 2))
                shares.append(pace.step(1, 2))
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] <= 1
    assert pace.left(10.0) == pytest.approx(10 * (1 - shares[-1]) / shares[-1])
    pace.begin(20.0)
    pace.stage("encode", 1, 1)
    assert pace.left(21.0) is None
    for _ in range(8):
        pace.learn({"draft": StepReport("done", 50.0), "decode": StepReport("skipped: no weights", 0.0)}, 1)
    assert pace.stage("composite", 1, 1) > 0.85


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (7.4, "7 s"), (33, "35 s"), (200, "3 min")])
def test_time_left_is_rough(seconds, words) -> None:
    assert words in time_left(seconds)
