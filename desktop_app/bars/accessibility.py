"""Bars: every control is named and reached by keyboard; words and signs stand out in both themes (WCAG 2.2 AA)."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

from desktop_app.look.theme import Theme, contrast, load
from training.bars import Bar, Ground

CONTROLS = (
    QAbstractButton, QTextEdit, QPlainTextEdit, QLineEdit, QAbstractSlider, QAbstractSpinBox, QComboBox,
    QAbstractItemView, QTabBar,
)  # fmt: skip
BY_ITS_OWNER = "reached"  # property of a control for which its owner has a key, e.g. Delete
GROUNDS = ("window", "panel", "field", "raised", "hover", "pressed", "canvas")
WORDS = (  # WCAG 1.4.3
    *(("text", ground) for ground in GROUNDS),
    *(("secondary", ground) for ground in ("window", "panel", "field", "canvas")),
    ("on_accent", "accent"), ("on_accent", "accent_hover"), ("on_accent", "accent_pressed"),
    ("on_chip", "chip"), ("on_warning", "warning"), ("on_error", "error"),
    ("accent_text", "panel"), ("accent_text", "raised"), ("accent_text", "window"),
)  # fmt: skip
SIGNS = (  # WCAG 1.4.11: what is needed to tell controls, focus and state apart
    ("outline", "window"), ("accent_text", "window"), ("accent_text", "panel"), ("accent_text", "field"),
    ("secondary", "raised"), ("on_chip", "chip"),
)  # fmt: skip


def measure(_ground: Ground) -> list[Bar]:
    """Walk through every window of the editor with everything open, and compute the contrasts."""
    from desktop_app.bars.driving import told

    said = told(sys.modules[__name__])
    low = [f"{theme}: {pair}" for theme in ("light", "dark") for pair in low_contrasts(load(theme))]
    found = f"{said['controls']} controls in {said['windows']} windows"
    return [
        Bar("must", "accessibility: every control has a name", "none without", _listed(said["unnamed"], found),
            not said["unnamed"]),
        Bar("must", "accessibility: every control is reached by keyboard", "none missed",
            _listed(said["unreached"], found), not said["unreached"]),
        Bar("must", "accessibility: contrast, light and dark", "WCAG 2.2 AA: words 4.5, signs 3",
            _listed(low, f"{len(WORDS) + len(SIGNS)} pairs in each"), not low),
    ]  # fmt: skip


def _listed(faults: list[str], good: str) -> str:
    return "; ".join(faults[:8]) if faults else good


def low_contrasts(theme: Theme) -> list[str]:
    """Pairs of a theme's colours that stand out too little."""
    pairs = [(pair, 4.5) for pair in WORDS] + [(pair, 3.0) for pair in SIGNS]
    ratios = [(pair, contrast(theme[pair[0]], theme[pair[1]]), least) for pair, least in pairs]
    return [f"{' on '.join(pair)} {ratio:.2f}" for pair, ratio, least in ratios if ratio < least]


def controls(window: QWidget) -> Iterator[QWidget]:
    """The controls of a window that the user sees; those that only make up another control are left out."""
    for widget in window.findChildren(QWidget):
        inner = widget.parentWidget()
        part = isinstance(inner, QAbstractSpinBox | QComboBox | QLineEdit | QTabBar) or isinstance(widget, QScrollBar)
        if isinstance(widget, CONTROLS) and widget.isVisible() and not part and widget.window() is window:
            yield widget


def unnamed(window: QWidget) -> list[str]:
    """Controls that a screen reader could not name."""
    found = []
    for widget in controls(window):
        text = getattr(widget, "text", None)
        words = text() if isinstance(widget, QAbstractButton) and callable(text) else ""
        if not (widget.accessibleName() or words):
            found.append(_described(widget))
    return found


def unreached(window: QWidget) -> list[str]:
    """Enabled controls that the Tab key does not come to."""
    chain, place = {window}, window.nextInFocusChain()
    while place is not None and place not in chain:
        chain.add(place)
        place = place.nextInFocusChain()
    found = []
    for widget in controls(window):
        tabbed = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget in chain
        if widget.isEnabled() and not tabbed and not widget.property(BY_ITS_OWNER):
            found.append(_described(widget))
    return found


def _described(widget: QWidget) -> str:
    owner = type(widget.parentWidget()).__name__
    return f"{type(widget).__name__} {widget.accessibleName() or widget.objectName()!r} in {owner}"


def main() -> None:
    """Open everything that the editor has, and tell what is wrong with it."""
    from desktop_app.bars import fake
    from desktop_app.bars.driving import open_window, pause, wait
    from desktop_app.client.engine_host import ProcessHost
    from desktop_app.look.assets import resources
    from engine.files.options import RawOptions

    samples = resources() / "samples"
    said = {"controls": 0, "windows": 0, "unnamed": [], "unreached": []}
    with tempfile.TemporaryDirectory(), open_window(ProcessHost(f"{fake.__name__}:Source")) as window:

        def look(top: QWidget) -> None:
            said["windows"] += 1
            said["controls"] += len(list(controls(top)))
            said["unnamed"] += unnamed(top)
            said["unreached"] += unreached(top)

        look(window)  # the empty window
        wait(window.session.opened, lambda: window.open(samples / "castle.jpg"))
        files: list[Path] = [samples / "dog.png", samples / "cow.flac"]
        wait(window.session.added, lambda: window.session.add_files(files))
        window.side.expert.head.setChecked(True)
        for wish in ("make it bright", "make it dark"):
            window.side.run_bar.variations.setValue(3)
            window.side.instruction.write(wish)
            wait(window.runs.result, window.run)
            pause(300)
            window.session.accept()
            pause(300)
        window.side.instruction.write("make it warmer")
        wait(window.runs.result, window.run)
        pause(500)
        window.around.hints.begin()
        window.message_bar.say("A message", button="Press", details="Details")
        for tool in window.commands.tools():
            tool.trigger()
            pause(20)
            look(window)
        c = window.commands
        document = window.document
        assert document is not None
        document.raw = RawOptions()  # so that it can be asked how a RAW file is developed
        c.develop.setEnabled(True)
        for action in (c.preferences, c.export, c.develop, c.doctor, c.about, c.library, c.palette):
            action.trigger()
            pause(200)
        window.running.show_settings()
        pause(100)
        for top in QApplication.topLevelWidgets():
            if top.isVisible() and top is not window:
                look(top)
                top.close()
    for name in ("unnamed", "unreached"):
        said[name] = sorted(set(said[name]))
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
