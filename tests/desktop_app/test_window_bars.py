"""The window's bars measure what they say: small runs of their parts, and faults that they must see."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton
from window_helpers import drop

from desktop_app.bars import accessibility, cancels, responsive, start
from desktop_app.bars import window as window_bar
from desktop_app.bars.driving import pause
from desktop_app.look.theme import Theme, load
from engine.errors import MachineError
from training.bars import Ground


def test_every_control_is_named_and_reached(open_window, photo_file, sound_file, qtbot) -> None:
    main = open_window
    with qtbot.waitSignal(main.session.added):
        drop(main.side.pictures, photo_file, sound_file)
    main.side.expert.head.setChecked(True)
    main.side.run_bar.variations.setValue(2)
    main.side.instruction.setPlainText("make it bright")
    with qtbot.waitSignal(main.runs.result):
        main.run()
    qtbot.waitUntil(lambda: not main.runs.busy)
    assert len(list(accessibility.controls(main))) > 60
    assert accessibility.unnamed(main) == []
    assert accessibility.unreached(main) == []


def test_a_control_without_a_name_or_a_way_to_it_is_found(window) -> None:
    button = QPushButton(window.centralWidget())
    button.setFocusPolicy(button.focusPolicy().ClickFocus)
    button.show()
    assert len(accessibility.unnamed(window)) == 1
    assert "QPushButton" in accessibility.unreached(window)[0]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_contrasts_hold_and_a_pale_word_is_found(name) -> None:
    theme = load(name)
    assert accessibility.low_contrasts(theme) == []
    pale = Theme(name, {**theme.colours, "secondary": theme["window"]})
    assert any("secondary on window" in pair for pair in accessibility.low_contrasts(pale))


def test_the_metronome_notices_a_window_that_hangs(qapp) -> None:
    metronome = responsive.Metronome()
    metronome.start()
    pause(60)
    calm = max(metronome.late)
    QTimer.singleShot(20, lambda: time.sleep(0.15))
    pause(250)
    metronome.stop()
    assert max(metronome.late) > 120
    assert calm < 120


@pytest.mark.parametrize(("most", "good"), [(20.0, True), (300.0, False)])
def test_one_late_tick_fails_the_bar(monkeypatch, tmp_path, most, good) -> None:
    monkeypatch.setattr(responsive, "told", lambda *_arguments: {"milliseconds": [1.0] * 500 + [most]})
    assert [bar.ok for bar in responsive.measure(Ground(tmp_path, tmp_path))] == [good]


def test_a_heavy_or_slow_start_fails_its_bar(monkeypatch, tmp_path) -> None:
    answers = iter([{"seconds": 0.9, "heavy": []}] * 5 + [{"seconds": 2.0, "heavy": ["torch"]}] * 5)
    monkeypatch.setattr(start, "told", lambda *_arguments, **_variables: next(answers))
    ground = Ground(tmp_path, tmp_path)
    assert [bar.ok for bar in start.measure(ground)] == [True, True]
    assert [bar.ok for bar in start.measure(ground)] == [False, False]


@pytest.mark.parametrize(
    ("found", "good"),
    [
        ({"milliseconds": [3.0], "consistent": 50, "killed": 1, "same": True}, [True, True]),
        ({"milliseconds": [120.0], "consistent": 49, "killed": 0, "same": True}, [False, False]),
        ({"milliseconds": [3.0], "consistent": 50, "killed": 0, "same": False}, [True, False]),
    ],
)
def test_cancels_are_judged(monkeypatch, tmp_path, found, good) -> None:
    monkeypatch.setattr(cancels, "told", lambda *_arguments: found)
    assert [bar.ok for bar in cancels.measure(Ground(tmp_path, tmp_path))] == good


def test_without_a_virtual_screen_the_package_is_named(monkeypatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(MachineError, match="xvfb"), window_bar.display():
        pass


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_the_window_opens_on_a_virtual_screen() -> None:
    code = "from PySide6.QtWidgets import QApplication, QLabel; app = QApplication([]); print(app.platformName())"
    with window_bar.display() as name:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "DISPLAY": name, "QT_QPA_PLATFORM": "xcb"},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    assert done.stdout.strip() == "xcb"
