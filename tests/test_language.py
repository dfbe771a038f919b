"""The language check lets English through, typos and all, and names the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.instruction import make
from engine.language import foreign_language, unread
from engine.values import MARKER, EditRequest

HERE = Path(__file__).parent
HAND_WRITTEN = HERE / "plan" / "instructions.jsonl"
FILES = (HAND_WRITTEN, HERE.parent / "training" / "planner" / "dev.jsonl")
TONES = ("adjust", "mood", "style")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_hand_written_english_instruction_passes(engine, file):
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    assert len(lines) >= 90
    assert [line["instruction"] for line in lines if foreign_language(line["instruction"])] == []
    targets = [
        (MARKER.sub(" ", line["instruction"]), each.get("target", ""))
        for line in lines
        for each in line["operations"]
        if each["op"] in TONES
    ]
    assert len(targets) >= 30
    assert [text for text, target in targets if unread(text, target, knows(engine))] == []


def knows(engine):
    return engine._parts.encoder.knows


@pytest.mark.parametrize(
    "text",
    [
        *("warmer", "boat -> [ref#1]", "remove da guy on de left pls", "café sign out", "no people", "die cut effect"),
        *("make it like Van Gogh", "a bokeh", "add a café", "sepia bokeh", "El Greco style", "Los Angeles sunset"),
        *(
            "las Vegas neon",
            "lo-fi look",
            "un-blur the sky",
            "Y2K look",
            "plus size",
            "op art",
            "van Eyck",
            "Le Corbusier",
        ),
        *("sans serif text", "ukiyo-e", "mor vivd", "hygge", "ten jars per shelf", "del Sol colours", "UN logo blue"),
    ],
)
def test_terse_and_odd_english_passes(engine, text):
    assert foreign_language(text) is None
    assert not unread(text, text, knows(engine))


@pytest.mark.parametrize(
    "text",
    [
        "Entferne das Boot im Hintergrund",
        "Ersetze den Hund durch eine Katze",
        "enlève le bateau et ajoute un chien",
        "quita el barco del fondo",
        "rimuovi il cane e metti un gatto",
        "verwijder de boot op het water",
        "把船换成一只狗",
        "убери лодку",
        "ボートを消して",
        "أزل القارب",
        "fais un ciel bleu",
        "hazlo más cálido",
        "oscurece el cielo",
        "rendilo più caldo",
        "maak warmer",
        "gör himlen blå",
    ],
)
def test_other_languages_are_named(text):
    assert foreign_language(text)


@pytest.mark.parametrize(
    ("text", "target"), [("plus chaud", "chaud"), ("ciel plus bleu", "bleu"), ("koud en donker", "donker")]
)
def test_a_look_in_words_that_are_no_english_is_not_read(engine, text, target):
    assert foreign_language(text) is None
    assert unread(text, target, knows(engine))


@pytest.mark.parametrize("text", ["fais un ciel bleu", "hazlo más cálido", "ciel plus bleu"])
def test_the_starter_refuses_what_it_cannot_read(engine, make_photo, text):
    with pytest.raises(BadInput, match="understands English"):
        engine.edit(EditRequest(make(text), make_photo(64, 96)))
