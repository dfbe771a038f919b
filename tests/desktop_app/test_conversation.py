"""The conversation and the plan: turns, their results, answers, stories, and which references must appear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_helpers import drop, stroke

from desktop_app.talk.conversation import MOST, Conversation, Exchange, Outcome
from engine.errors import RegionNotFound
from engine.values import Op, Operation, Plan

LEFT = Qt.MouseButton.LeftButton


def say(window, qtbot, text: str):
    """Run an instruction to its result; gives the newest turn's view."""
    window.side.instruction.setPlainText(text)
    with qtbot.waitSignal(window.runs.result):
        window.side.run_bar.run_button.click()
    return window.side.conversation.views[-1]


def outcomes(window) -> list[str]:
    return [exchange.outcome.value for exchange in window.talk.exchanges]


def test_a_turn_shows_words_reply_and_result(open_window, photo_file, qtbot) -> None:
    window = open_window
    assert not window.side.conversation.isVisible()
    with qtbot.waitSignal(window.session.added):
        drop(window.side.pictures, photo_file)
    view = say(window, qtbot, "replace the boat with [ref#1]")
    assert view.text.text() == "replace the boat with ‹#1 lake›"
    assert view.reply.text() == "I will do that."
    assert outcomes(window) == ["result"]
    qtbot.waitUntil(view.result_button.isVisible)
    assert window.side.plan_card.isVisible()
    window.desk.rename(1, "tarn")
    assert view.text.text() == "replace the boat with ‹#1 tarn›"
    window.session.accept()
    [row] = window.side.history.rows.values()
    assert row.accessibleName() == "replace the boat with ‹#1 tarn›"
    assert row.title.toolTip() == row.accessibleName()
    window.desk.rename(1, "loch")
    assert row.accessibleName() == "replace the boat with ‹#1 loch›"
    window.session.remove_reference(1)
    assert row.accessibleName() == view.text.text() == "replace the boat with ‹#1›"


def test_turns_follow_accept_undo_redo_and_discard(open_window, qtbot) -> None:
    window = open_window
    say(window, qtbot, "make it bright")
    window.session.accept()
    say(window, qtbot, "remove the pier")
    window.session.discard()
    assert outcomes(window) == ["accepted", "discarded"]
    window.commands.undo.trigger()
    assert outcomes(window) == ["undone", "discarded"]
    window.commands.redo.trigger()
    assert outcomes(window) == ["accepted", "discarded"]
    assert [view.state.text() for view in window.side.conversation.views] == ["Accepted", "Discarded"]


@pytest.mark.parametrize("second", ["make it dark", "make it bright"])
def test_results_wait_until_each_is_accepted_or_let_go(open_window, qtbot, second) -> None:
    window = open_window
    say(window, qtbot, "make it bright")
    say(window, qtbot, second)
    assert outcomes(window) == ["result", "result"]
    QTest.mouseClick(window.stage.film.pin_button, LEFT)  # the second one
    QTest.keyClick(window.stage.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    QTest.mouseClick(window.stage.result_bar.accept_button, LEFT)
    assert [edit.instruction.text for edit in window.document.edits] == ["make it bright"]
    assert outcomes(window) == ["accepted", "result"]
    window.commands.undo.trigger()
    assert outcomes(window) == ["undone", "result"]
    QTest.keyClick(window.stage.film.frames[0], Qt.Key.Key_Delete)
    assert outcomes(window) == ["undone", "discarded"]


def test_a_waiting_result_is_looked_at_from_the_conversation(open_window, qtbot) -> None:
    window = open_window
    first = say(window, qtbot, "make it bright")
    qtbot.waitUntil(first.result_button.isVisible)
    say(window, qtbot, "make it dark")
    assert first.state.text() == "Waits for you to accept it"
    QTest.mouseClick(first.result_button, LEFT)
    assert window.document.pending.instruction.text == "make it bright"
    assert window.stage.film.frames[0].isChecked()
    QTest.mouseClick(window.stage.result_bar.accept_button, LEFT)
    assert outcomes(window) == ["accepted", "discarded"]  # the other one was not pinned


def test_an_earlier_result_is_looked_back_at_and_now_comes_back(open_window, qtbot) -> None:
    window = open_window
    first = say(window, qtbot, "make it bright")
    qtbot.waitUntil(first.result_button.isVisible)
    window.session.accept()
    after_first = window.document.photo
    say(window, qtbot, "make it dark")
    window.session.accept()
    now = window.document.photo
    assert not np.array_equal(after_first.pixels, now.pixels)
    QTest.mouseClick(first.result_button, LEFT)
    qtbot.waitUntil(lambda: "make it bright" in window.message_bar.text)

    def seen() -> np.ndarray:
        return window.stage.canvas._scene.after.levels[0]

    assert np.array_equal(seen(), after_first.pixels)
    assert window.document.photo is now
    window.message_bar._button.click()
    assert np.array_equal(seen(), now.pixels)


def test_a_discarded_result_is_made_again_with_its_seed_and_plan(open_window, source, qtbot) -> None:
    window = open_window
    view = say(window, qtbot, "make it bright")
    qtbot.waitUntil(view.result_button.isVisible)
    with qtbot.waitSignal(window.runs.result):
        window.stage.result_bar.again_button.click()  # another seed
    assert outcomes(window) == ["result"]
    wanted = window.document.pending.photo.pixels
    window.session.discard()
    qtbot.waitUntil(view.result_button.isVisible)
    planned = len(source.planned)
    with qtbot.waitSignal(window.runs.result):
        QTest.mouseClick(view.result_button, LEFT)
    assert len(source.planned) == planned
    assert source.edited[-1].settings.seed == 1
    assert np.array_equal(window.document.pending.photo.pixels, wanted)
    assert outcomes(window) == ["discarded", "result"]


def test_words_are_written_again(open_window, qtbot) -> None:
    window = open_window
    view = say(window, qtbot, "make it bright")
    window.side.instruction.setPlainText("")
    view.again_button.click()
    assert window.side.instruction.text == "make it bright"
    assert window.side.instruction.hasFocus() or not window.isActiveWindow()


def test_a_plan_that_is_carried_out_later_stays_one_turn(open_window, qtbot) -> None:
    window = open_window
    window.side.instruction.setPlainText("replace the boat")
    with qtbot.waitSignal(window.runs.planned):
        window.side.run_bar.plan_button.click()
    assert outcomes(window) == ["planned"]
    with qtbot.waitSignal(window.runs.result):
        window.side.plan_card._run.click()
    assert outcomes(window) == ["result"]


def test_a_plan_runs_under_the_words_it_was_made_for(open_window, source, qtbot) -> None:
    window = open_window
    window.side.instruction.setPlainText("make the sky bluer")
    with qtbot.waitSignal(window.runs.planned):
        window.side.run_bar.plan_button.click()
    window.side.instruction.setPlainText("add a giraffe")
    with qtbot.waitSignal(window.runs.result):
        window.side.plan_card._run.click()
    window.session.accept()
    assert [edit.instruction.text for edit in window.document.edits] == ["make the sky bluer"]
    assert outcomes(window) == ["accepted"]
    assert window.side.instruction.text == "add a giraffe"  # not run, and still there


def test_a_question_about_the_photo_is_answered_in_the_list(open_window, source, qtbot) -> None:
    window = open_window
    source.plan = Plan("Let me look.", "", operations=(Operation(Op.describe),))
    window.side.instruction.setPlainText("what is in this photo?")
    with qtbot.waitSignal(window.runs.answered):
        window.run()
    view = window.side.conversation.views[-1]
    assert view.reply.text() == "A lake."
    assert outcomes(window) == ["answered"]
    assert not view.result_button.isVisible()
    assert not window.side.plan_card.isVisible()
    assert window.document.pending is None


def test_failures_and_cancels_end_their_turn(open_window, source, qtbot) -> None:
    window = open_window
    source.error = RegionNotFound("There is no unicorn in the photo.", "Paint a mask where it should be.")
    window.side.instruction.setPlainText("remove the unicorn")
    with qtbot.waitSignal(window.runs.failed):
        window.run()
    assert outcomes(window) == ["failed"]
    assert "no unicorn" in window.side.conversation.views[-1].reply.text()
    source.error = None
    source.gate.clear()
    window.run()
    qtbot.waitUntil(lambda: len(source.planned) == 2)
    with qtbot.waitSignal(window.runs.cancelled):
        window.runs.cancel()
    assert outcomes(window) == ["failed", "cancelled"]
    source.gate.set()
    window.side.instruction.setPlainText("...")
    window.run()  # refused before it began: no turn
    assert outcomes(window) == ["failed", "cancelled"]


def test_another_photo_begins_another_conversation(open_window, photo_file, qtbot, dialogs) -> None:
    window = open_window
    say(window, qtbot, "make it bright")
    dialogs.answer = "discard"
    with qtbot.waitSignal(window.session.opened):
        window.open(photo_file)
    assert window.talk.exchanges == []
    assert not window.side.conversation.isVisible()


def test_a_long_conversation_shows_its_newest_turns(qtbot, look) -> None:
    conversation = Conversation(look)
    qtbot.addWidget(conversation)
    exchanges = [Exchange(number, f"edit {number}", outcome=Outcome.accepted) for number in range(MOST + 10)]
    conversation.show_exchanges(exchanges)
    assert len(conversation.views) == MOST
    assert conversation.views[-1].text.text() == f"edit {MOST + 9}"


def test_edits_of_an_opened_project_are_turns_that_can_be_looked_back_at(open_window, qtbot, dialogs, tmp_path) -> None:
    window = open_window
    for text in ("make it bright", "make it dark"):
        say(window, qtbot, text)
        window.session.accept()
    dialogs.project_path = tmp_path / "lake.overtone"
    with qtbot.waitSignal(window.session.saved):
        window.commands.save_project.trigger()
    with qtbot.waitSignal(window.session.resumed):
        window.open(dialogs.project_path)
    views = window.side.conversation.views
    assert [view.text.text() for view in views] == ["make it bright", "make it dark"]
    assert outcomes(window) == ["accepted", "accepted"]
    QTest.mouseClick(views[0].result_button, LEFT)
    qtbot.waitUntil(lambda: "This is the photo after “make it bright”" in window.message_bar.text)


# the plan


def planned(window, qtbot, source, plan: Plan):
    source.plan = plan
    window.side.instruction.setPlainText("do it with [ref#1]")
    with qtbot.waitSignal(window.runs.planned):
        window.side.run_bar.plan_button.click()
    return window.side.plan_card


@pytest.fixture
def with_picture(open_window, photo_file, qtbot):
    with qtbot.waitSignal(open_window.session.added):
        drop(open_window.side.pictures, photo_file)
    return open_window


def test_a_reference_that_only_sets_the_mood_cannot_appear(with_picture, source, qtbot) -> None:
    operations = (Operation(Op.replace, "boat", 1), Operation(Op.mood, ref=1))
    card = planned(with_picture, qtbot, source, Plan("Yes.", "dusk", operations=operations[1:]))
    assert card.toggles == ()
    assert card.chips[0].accessibleName() == "mood of whole photo → #1 lake"
    card = planned(with_picture, qtbot, source, Plan("Yes.", "dusk", operations=operations, subs=(1,)))
    assert [toggle.text() for toggle in card.toggles] == ["#1 lake"]


def test_which_references_must_appear_is_toggled(with_picture, source, qtbot) -> None:
    plan = Plan("Yes.", "a boat", operations=(Operation(Op.replace, "boat", 1),), subs=(1,))
    card = planned(with_picture, qtbot, source, plan)
    [toggle] = card.toggles
    assert toggle.text() == "#1 lake"
    assert card.chips[0]._words.text() == "replace boat → #1 lake"
    with_picture.desk.rename(1, "tarn")
    assert card.chips[0]._words.text() == "replace boat → #1 tarn"
    [toggle] = card.toggles
    assert toggle.text() == "#1 tarn"
    assert toggle.isChecked()
    QTest.mouseClick(toggle, LEFT)
    assert card.plan.subs == ()
    with qtbot.waitSignal(with_picture.runs.result):
        card._run.click()
    assert source.edited[0].plan.subs == ()


def test_a_story_has_a_field_for_each_picture(with_picture, source, qtbot) -> None:
    story = Plan("A story.", "dawn", prompts=("dawn", "noon", "dusk"), operations=(Operation(Op.generate, "lake"),))
    card = planned(with_picture, qtbot, source, story)
    assert [field.toPlainText() for field in card.prompts] == ["dawn", "noon", "dusk"]
    assert card.prompts[1].name.text() == "Picture 2 of 3"
    card.prompts[1].setFocus()
    QTest.keyClick(card.prompts[1], Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(card.prompts[1], "midday")
    assert card.plan.prompts == ("dawn", "midday", "dusk")
    card._reset.click()
    assert card.plan.prompts == ("dawn", "noon", "dusk")
    card = planned(with_picture, qtbot, source, Plan("One.", "night", operations=(Operation(Op.adjust),)))
    assert [field.toPlainText() for field in card.prompts] == ["night"]
    assert card.plan.prompts == ()


def test_a_question_of_the_engine_can_be_answered(with_picture, source, qtbot) -> None:
    card = planned(with_picture, qtbot, source, Plan("Which boat do you mean?", ""))
    with_picture.activateWindow()
    assert card._answer.isVisible()
    assert not card._run.isEnabled()
    QTest.mouseClick(card._answer, LEFT)
    assert with_picture.side.instruction.hasFocus()
    card = planned(with_picture, qtbot, source, Plan("Done.", "", operations=(Operation(Op.remove, "boat"),)))
    assert not card._answer.isVisible()


def test_tab_goes_through_the_panel_from_top_to_bottom(with_picture, source, sound_file, qtbot) -> None:
    window = with_picture
    with qtbot.waitSignal(window.session.added):
        drop(window.side.sounds, sound_file)
    card = planned(window, qtbot, source, Plan("Yes.", "x", operations=(Operation(Op.replace, "boat", 1),), subs=(1,)))
    window.activateWindow()
    qtbot.wait(50)
    side = window.side
    stops = [
        side.pictures.add_button, side.pictures.tiles[0], window.sound_desk.record_button, side.sounds.add_button,
        side.sounds.tiles[0], side.conversation.views[0].again_button, card.chips[0], card.toggles[0], card.prompt,
        card._run, side.head.presets_button, side.instruction, side.run_bar.run_button,
    ]  # fmt: skip
    stops[0].setFocus()
    reached = [window.focusWidget()]
    for _ in range(40):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        reached.append(window.focusWidget())
    places = [reached.index(stop) for stop in stops]
    assert places == sorted(places)


def test_everything_grows_with_the_text(with_picture, source, qtbot, look) -> None:
    window = with_picture
    card = planned(window, qtbot, source, Plan("Yes.", "x", operations=(Operation(Op.remove, "boat"),)))
    tile, box = window.side.pictures.tiles[0], window.side.instruction
    qtbot.wait(20)

    def chip_width() -> int:
        first, second = box.textCursor(), box.textCursor()
        first.setPosition(len("do it with "))
        second.setPosition(len("do it with ") + 1)
        return box.cursorRect(second).left() - box.cursorRect(first).left()

    def sizes() -> tuple[int, ...]:
        return tile.height(), card.chips[0].width(), card.prompt.height(), box.height(), chip_width()

    before = sizes()
    look.set_text_size(200)
    qtbot.wait(50)
    after = sizes()
    look.set_text_size(100)
    assert all(large > small for large, small in zip(after, before, strict=True)), (before, after)
    assert after[1] > 1.6 * before[1]
    assert after[4] > 1.6 * before[4]
    qtbot.wait(50)
    assert sizes() == before


# follow-ups on accepted edits


def accept(window, qtbot, text: str) -> None:
    say(window, qtbot, text)
    window.session.accept()


def test_a_follow_up_runs_from_the_picture_below_and_takes_the_edits_place(open_window, source, qtbot) -> None:
    window = open_window
    original = window.document.photo
    accept(window, qtbot, "make it bright")
    below = window.document.photo
    window.stage.canvas.set_brush(diameter=40)
    stroke(window, (100, 150), (200, 150))
    mask = window.document.mask.values.copy()
    accept(window, qtbot, "add a boat")
    assert window.document.mask.empty
    say(window, qtbot, "a bit more to the left")
    assert [turn.instruction.text for turn in source.planned[2].history] == ["make it bright", "add a boat"]
    assert np.array_equal(source.edited[2].photo.pixels, below.pixels)
    assert np.array_equal(source.edited[2].mask, mask)  # the accepted edit's own
    assert "Accepting this replaces “add a boat”" in window.message_bar.text
    window.session.accept()
    assert [edit.instruction.text for edit in window.document.edits] == ["make it bright", "a bit more to the left"]
    assert outcomes(window) == ["accepted", "undone", "accepted"]
    for _ in range(4):
        window.commands.undo.trigger()
    assert np.array_equal(window.document.photo.pixels, original.pixels)


def test_both_are_kept_when_the_user_says_so(open_window, source, qtbot) -> None:
    window = open_window
    accept(window, qtbot, "add a boat")
    now = window.document.photo
    say(window, qtbot, "a bit more to the left")
    with qtbot.waitSignal(window.runs.result):
        window.message_bar._button.click()
    assert np.array_equal(source.edited[-1].photo.pixels, now.pixels)
    window.session.accept()
    assert [edit.instruction.text for edit in window.document.edits] == ["add a boat", "a bit more to the left"]


@pytest.mark.parametrize("leave", ["accept_button", "discard_button", "undo"])
def test_the_offer_to_keep_both_goes_with_its_result(open_window, source, qtbot, leave) -> None:
    window = open_window
    accept(window, qtbot, "add a boat")
    say(window, qtbot, "a bit more to the left")
    assert "replaces" in window.message_bar.text
    if leave == "undo":
        window.commands.undo.trigger()
    else:
        QTest.mouseClick(getattr(window.stage.result_bar, leave), LEFT)
    assert window.message_bar.text == ""


def test_a_later_message_stays_when_a_result_is_accepted(open_window, qtbot) -> None:
    window = open_window
    accept(window, qtbot, "add a boat")
    say(window, qtbot, "a bit more to the left")
    window.message_bar.say("The disk is full.")
    QTest.mouseClick(window.stage.result_bar.accept_button, LEFT)
    assert window.message_bar.text == "The disk is full."


def test_a_new_wish_after_accepting_goes_on_top(open_window, source, qtbot) -> None:
    window = open_window
    accept(window, qtbot, "make it bright")
    now = window.document.photo
    accept(window, qtbot, "remove the pier")
    assert np.array_equal(source.edited[1].photo.pixels, now.pixels)
    assert len(window.document.edits) == 2
    assert window.message_bar.text == ""


def test_turns_whose_references_are_gone_are_left_out(with_picture, source, photo_file, qtbot, tmp_path) -> None:
    accept(with_picture, qtbot, "replace the boat with [ref#1]")
    accept(with_picture, qtbot, "make it bright")
    photo_file.rename(tmp_path / "elsewhere.png")
    say(with_picture, qtbot, "make it dark")
    assert [turn.instruction.text for turn in source.planned[2].history] == ["make it bright"]


def accept_planned(window, source, qtbot, text: str, *operations: Operation) -> None:
    """Accept what an instruction gives that is planned as these operations."""
    source.plan = Plan("Yes.", "", operations=operations)
    accept(window, qtbot, text)


def words_of_edits(window) -> list[str]:
    return [edit.instruction.text for edit in window.document.edits]


def test_another_wish_for_the_whole_photo_leaves_the_accepted_one(open_window, source, qtbot) -> None:
    window = open_window
    accept_planned(window, source, qtbot, "make it warmer", Operation(Op.adjust, target="warmer"))
    warm = window.document.photo
    accept_planned(window, source, qtbot, "make it brighter", Operation(Op.adjust, target="brighter"))
    assert np.array_equal(source.edited[1].photo.pixels, warm.pixels)
    assert words_of_edits(window) == ["make it warmer", "make it brighter"]
    assert window.message_bar.text == ""
    accept_planned(window, source, qtbot, "a bit less", Operation(Op.adjust, target="brighter", amount="a bit less"))
    assert np.array_equal(source.edited[2].photo.pixels, warm.pixels)
    assert words_of_edits(window) == ["make it warmer", "a bit less"]
    accept_planned(window, source, qtbot, "no, darker", Operation(Op.adjust, target="darker"))
    assert np.array_equal(source.edited[3].photo.pixels, warm.pixels)
    assert words_of_edits(window) == ["make it warmer", "no, darker"]


def test_the_same_words_at_a_place_painted_anew_come_on_top(with_picture, source, qtbot) -> None:
    window = with_picture
    window.stage.canvas.set_brush(diameter=40)
    here = Operation(Op.add, ref=1)
    stroke(window, (50, 150), (100, 150))
    accept_planned(window, source, qtbot, "add [ref#1] here", here)
    left = window.document.photo
    stroke(window, (300, 150), (350, 150))
    mask = window.document.mask.values.copy()
    accept_planned(window, source, qtbot, "add [ref#1] here", here)
    assert np.array_equal(source.edited[1].photo.pixels, left.pixels)
    assert np.array_equal(source.edited[1].mask, mask)
    stroke(window, (300, 50), (350, 50))
    accept_planned(window, source, qtbot, "a bit smaller", Operation(Op.add, ref=1, amount="a bit smaller"))
    assert words_of_edits(window) == ["add [ref#1] here", "add [ref#1] here", "a bit smaller"]


def test_it_is_the_thing_of_the_accepted_edit_where_that_was_painted(open_window, source, qtbot) -> None:
    window = open_window
    stroke(window, (50, 150), (100, 150))
    mask = window.document.mask.values.copy()
    accept_planned(window, source, qtbot, "make the river bluer", Operation(Op.adjust, "river", target="bluer"))
    bluer = window.document.photo
    accept_planned(window, source, qtbot, "make it darker", Operation(Op.adjust, "river", target="darker"))
    assert np.array_equal(source.edited[1].photo.pixels, bluer.pixels)
    assert np.array_equal(source.edited[1].mask, mask)
    assert [edit.masked for edit in window.document.edits] == [True, True]
    accept_planned(window, source, qtbot, "make the river calm", Operation(Op.adjust, "river", target="calm"))
    assert source.edited[2].mask is None


def test_what_the_accepted_edit_has_done_is_not_done_again_on_top(open_window, source, qtbot) -> None:
    window = open_window
    swan, warmer, brighter = (
        Operation(Op.replace, "boat", target="swan"),
        Operation(Op.adjust, "swan", target="warmer"),
        Operation(Op.adjust, "swan", target="brighter"),
    )
    accept_planned(window, source, qtbot, "replace the boat with a swan and make it warmer", swan, warmer)
    accept_planned(window, source, qtbot, "make it brighter", swan, brighter)
    assert source.edited[1].plan.operations == (brighter,)


def test_keeping_both_does_only_what_is_new(open_window, source, qtbot) -> None:
    window = open_window
    swan, warmer = Operation(Op.replace, "boat", target="swan"), Operation(Op.adjust, "swan", target="warmer")
    accept_planned(window, source, qtbot, "replace the boat with a swan and make it warmer", swan, warmer)
    less = Operation(Op.adjust, "swan", target="warmer", amount="a bit less")
    source.plan = Plan("Yes.", "", operations=(swan, less))
    say(window, qtbot, "a bit less")
    less = replace(less, amount="0.7x")  # of what was accepted
    assert source.edited[1].plan.operations == (swan, less)
    with qtbot.waitSignal(window.runs.result):
        window.message_bar._button.click()
    assert source.edited[2].plan.operations == (less,)


def test_a_plan_that_is_looked_at_is_carried_out_as_it_stands(open_window, source, qtbot) -> None:
    window = open_window
    accept_planned(window, source, qtbot, "make it warmer", Operation(Op.adjust, target="warmer"))
    source.plan = Plan("Yes.", "", operations=(Operation(Op.adjust, target="warmer", amount="a bit less"),))
    QTest.keyClicks(window.side.instruction, "a bit less")
    with qtbot.waitSignal(window.runs.planned) as planned:
        window.run(plan_only=True)
    (told,) = planned.args[0].operations
    assert told.amount == "0.7x"
    with qtbot.waitSignal(window.runs.result):
        window.carry_out(replace(planned.args[0], operations=(replace(told, amount="30%"),)), "a bit less")
    assert source.edited[-1].plan.operations[0].amount == "30%"
    assert window.document.pending.replaces == window.document.edits[-1].key
