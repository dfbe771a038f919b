"""The hand-written nouns."""

from __future__ import annotations

import numpy as np
import pytest

from engine.encode.shares import Shares
from training.encode.tables import (
    KIND_SHARE,
    common_names,
    lines_of,
    picture_shares,
    plain,
    sound_nouns,
    sound_shares,
)


def test_every_class_of_the_bundle_has_a_clean_noun(bundle):
    classes, nouns = bundle.json("image/classes.json"), bundle.json("own/nouns.json")
    assert len(nouns["pictures"]) == len(classes) == 1000
    assert len(nouns["sounds"]) == 521
    assert not any("(" in noun or "/" in noun or "," in noun for noun in nouns["all"])
    assert nouns["pictures"][151:269] == [{"dog": 1.0}] * 118
    assert nouns["sounds"][bundle.json("sound/classes.json").index("Moo")] == {"cow": 1.0}
    assert {"dog", "cat", "rain", "mountain", "flower", "windmill"} <= set(nouns["all"])
    assert picture_shares(classes) == nouns["pictures"]
    assert sound_shares(bundle.json("sound/classes.json")) == nouns["sounds"]


def test_shares_are_chances_and_kinds_stand_beside_their_members(bundle):
    classes = bundle.json("image/classes.json")
    kinds = {line.split(":")[0] for line in lines_of("kinds.txt")}
    rows = picture_shares(classes)
    assert all(0 < share <= 1 for row in rows for share in row.values())
    plain_sums = [sum(share for noun, share in row.items() if noun not in kinds) for row in rows]
    assert max(plain_sums) <= 1 + 1e-6
    goose = rows[classes.index("goose")]
    assert goose == {"goose": 1.0, "bird": KIND_SHARE}


def test_doubt_among_members_says_their_kind():
    shares = Shares.of([{"robin": 1.0, "bird": 0.7}, {"jay": 1.0, "bird": 0.7}, {"dog": 1.0}])
    assert shares.summed(np.array([0.9, 0.05, 0.05]))[0] == ("robin", pytest.approx(0.9))
    assert shares.summed(np.array([0.45, 0.45, 0.1]))[0] == ("bird", pytest.approx(0.63))


def test_the_particular_sound_wins_over_the_class_around_it():
    shares = Shares.of([{"chicken": 0.35}, {"duck": 1.0}, {"duck": 1.0}, {}])
    assert [noun for noun, _ in shares.strongest(np.array([0.99, 0.9, 0.5, 1.0]))] == ["duck", "chicken"]


def test_plain_and_silent_names():
    assert plain("kite (bird of prey)") == "kite"
    sounds = sound_nouns(["x"] * 521)
    assert sounds[514] == ""
    assert sounds[70] == "dog"


def test_lines_beyond_the_classes_are_refused():
    with pytest.raises(ValueError, match="beyond 100"):
        common_names("pictures.txt", 100)
