"""Large text: what belongs together stays to be seen together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel, QToolButton

from desktop_app.look.theme import Look
from desktop_app.window.main_window import MainWindow
from engine.values import Op, Operation, Plan


@pytest.fixture(params=[150, 200])
def large(open_window: MainWindow, look: Look, request) -> Iterator[MainWindow]:
    """A window of 1280 x 800 whose text is that many percent of its usual size."""
    look.set_text_size(request.param)
    open_window.resize(1280, 800)
    yield open_window
    look.set_text_size(100)


def test_the_plan_ends_in_sight_and_its_chips_are_no_wider_than_it(large, source, qtbot) -> None:
    operations = (
        Operation(Op.replace, "the old wooden boat", target="a very large white swan"),
        Operation(Op.remove, "the orange buoy", where="left of the pier"),
        *(Operation(Op.adjust, f"the {part} of the lake brighter and warmer") for part in ("left", "middle", "right")),
    )
    source.plan = Plan("I will do that.", "a lake at dawn with a swan", operations=operations)
    large.side.instruction.setPlainText("replace the boat with a swan and remove the buoy")
    with qtbot.waitSignal(large.runs.result):
        large.run()
    card, view = large.side.plan_card, large.side._scroll.viewport()
    qtbot.waitUntil(lambda: view.rect().contains(card.mapTo(view, card.rect().bottomRight())))
    assert len(card.chips) == 5
    for chip in card.chips:
        for part in (chip, *chip.findChildren(QToolButton)):
            assert card.rect().contains(part.mapTo(card, part.rect().bottomRight()))


def test_the_brushs_sliders_keep_their_names_and_numbers(large, qtbot) -> None:
    options = large.stage.options
    words = [each for each in options.brush.findChildren(QLabel) if each.isVisible()]
    assert [each.text() for each in words] == ["Size", options.size_label.text(), "Hardness", "80 %"]

    def whole(each: QLabel) -> bool:
        right = each.mapTo(options, each.rect().topRight()).x()
        return each.width() >= each.sizeHint().width() and right < options.width()

    qtbot.waitUntil(lambda: all(whole(each) for each in words))
