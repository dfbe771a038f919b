"""The window's words are ready for Qt Linguist, and a translation that is there is used."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow

from desktop_app import translations
from desktop_app.look.wording import phrase
from desktop_app.translations import available, collect, folder, install, release, texts
from desktop_app.window.actions import Actions
from engine.values import Op, Operation

PLACE = re.compile(r"\{\d(?::[^}]*)?\}")
FILES = sorted(folder().glob("overtone_*.ts"))


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Path:
    """Every text of the window, as Qt's tool finds it now."""
    path = tmp_path_factory.mktemp("words") / "overtone_eo.ts"
    collect(path, "eo")
    return path


def test_every_text_of_the_window_stands_in_the_files(collected) -> None:
    assert {path.stem for path in FILES} >= {"overtone_en", "overtone_de"}
    wanted = texts(collected).keys()
    for text in ("Drop a photo here", "replace {0} → {1}", "&Open a Photo…", "Save the photo", "Painting"):
        assert text in {source for _, source in wanted}
    for path in FILES:
        hint = "run: python -m desktop_app.translations"
        assert texts(path).keys() == wanted, f"{path.name} is not up to date; {hint}"


def test_every_text_has_a_context_of_its_class_or_module(collected) -> None:
    assert not [context for context, _ in texts(collected) if not context.isidentifier()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_translations_keep_the_places_of_what_is_filled_in(path) -> None:
    for (_, source), text in texts(path).items():
        if text:
            assert Counter(PLACE.findall(text)) == Counter(PLACE.findall(source)), source


def test_a_complete_translation_is_offered_and_used(collected, tmp_path, monkeypatch, qapp) -> None:
    path = tmp_path / "overtone_eo.ts"
    words = collected.read_text("utf-8")
    done = re.sub(
        r'<source>(.*?)</source>\s*<translation type="unfinished"></translation>',
        r"<source>\1</source><translation>¿\1?</translation>",
        words,
        flags=re.DOTALL,
    )
    path.write_text(done, "utf-8")
    assert all(texts(path).values())
    release(path)
    shutil.copy(folder() / "overtone_en.ts", tmp_path / "overtone_tlh.ts")  # not complete: not offered
    monkeypatch.setattr(translations, "folder", lambda: tmp_path)
    assert list(available()) == ["en", "eo"]
    used = install(qapp, "eo")
    try:
        assert QApplication.translate("Welcome", "Drop a photo here") == "¿Drop a photo here?"
        assert phrase(Operation(Op.remove, "boat")) == "¿remove boat?"
    finally:
        for translator in used:
            qapp.removeTranslator(translator)
    assert install(qapp, "en") == install(qapp, "tlh") == ()


@pytest.fixture
def german(qapp):
    """The window's words in German, for one test."""
    used = install(qapp, "de")
    yield used
    for translator in used:
        qapp.removeTranslator(translator)


def test_german_is_offered_and_its_compiled_file_says_what_its_texts_say(german) -> None:
    assert available()["de"] == "Deutsch"
    assert len(german) == 2
    said = {key: text for key, text in texts(folder() / "overtone_de.ts").items() if text}
    assert len(said) > 600
    stale = [key for key, text in said.items() if QApplication.translate(*key) != text]
    assert not stale, "run: python -m desktop_app.translations"


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_two_entries_of_a_menu_have_the_same_letter(language, qapp, qtbot) -> None:
    used = install(qapp, language)
    window = QMainWindow()
    qtbot.addWidget(window)
    try:
        Actions(window).fill(window.menuBar())
    finally:
        for translator in used:
            qapp.removeTranslator(translator)
    menus = [action.menu() for action in window.menuBar().actions()]
    for entries in ([menu.title() for menu in menus], *([each.text() for each in menu.actions()] for menu in menus)):
        letters = [match[1].lower() for text in entries if (match := re.search(r"&(\w)", text))]
        assert len(letters) == len(set(letters)), entries
