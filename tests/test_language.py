"""The language check lets English through, typos and all, and names the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.language import foreign_language

HAND_WRITTEN = Path(__file__).parent / "plan" / "instructions.jsonl"


def test_every_hand_written_english_instruction_passes():
    lines = [json.loads(line)["instruction"] for line in HAND_WRITTEN.read_text("utf-8").splitlines() if line.strip()]
    assert len(lines) >= 150
    assert [line for line in lines if foreign_language(line)] == []


@pytest.mark.parametrize(
    "text",
    ["warmer", "boat -> [ref#1]", "remove da guy on de left pls", "café sign out", "no people", "die cut effect"],
)
def test_terse_and_odd_english_passes(text):
    assert foreign_language(text) is None


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
    ],
)
def test_other_languages_are_named(text):
    assert foreign_language(text)
