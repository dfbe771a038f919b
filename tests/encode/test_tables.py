"""The hand-written nouns."""

from __future__ import annotations

import pytest

from training.encode.tables import common_names, picture_nouns, plain, sound_nouns


def test_every_class_of_the_bundle_has_a_clean_noun(bundle):
    classes, nouns = bundle.json("image/classes.json"), bundle.json("own/nouns.json")
    assert len(nouns["pictures"]) == len(classes) == 1000
    assert len(nouns["sounds"]) == 521
    assert not any("(" in noun or "/" in noun or "," in noun for noun in nouns["all"])
    assert nouns["pictures"][151:269] == ["dog"] * 118
    assert nouns["sounds"][bundle.json("sound/classes.json").index("Moo")] == "cow"
    assert {"dog", "cat", "rain", "mountain"} <= set(nouns["all"])
    assert [noun.split("/")[0] for noun in picture_nouns(classes)] == nouns["pictures"]


def test_plain_and_silent_names():
    assert plain("kite (bird of prey)") == "kite"
    sounds = sound_nouns(["x"] * 521)
    assert sounds[514] == ""
    assert sounds[70] == "dog"


def test_lines_beyond_the_classes_are_refused():
    with pytest.raises(ValueError, match="beyond 100"):
        common_names("pictures.txt", 100)
