"""The self-test of a bundle: scores, ranges and the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.bundle import default_home
from engine.commands.selftesting import selftest
from engine.errors import BundleError
from engine.selftest import Case, Expected, Outcome, cases, run
from engine.selftest_page import page, summary
from training import tiny


def test_every_shipped_case_names_shipped_samples_and_a_range(samples):
    known = cases()
    assert len({case.id for case in known}) == len(known) >= 10
    for case in known:
        for name in ([case.file] if case.file else []) + list(case.refs):
            assert (samples / name).is_file()
        for expected in case.expected.values():
            assert expected.low < expected.high
        assert not case.range("studio-sdxl").measured  # nobody has run it with its real weights


def test_the_starter_is_as_it_was_measured(engine):
    wanted = tuple(case for case in cases() if case.id in {"see-dog", "hear-cow", "select-bee", "make-boat"})
    outcomes = {outcome.case.id: outcome for outcome in run("starter", wanted=wanted)}
    assert all(outcome.ok for outcome in outcomes.values())
    assert outcomes["make-boat"].skipped
    assert all(outcomes[name].expected.measured for name in ("see-dog", "hear-cow", "select-bee"))
    assert all(outcomes[name].score is not None for name in ("see-dog", "hear-cow", "select-bee"))


def test_random_weights_are_told_from_real_ones(tmp_path):
    (tmp_path / "starter").symlink_to(default_home() / "starter")
    tiny.write_decoder(tmp_path / "tiny", "sd15")
    tiny.write_manifest(tmp_path / "tiny", "starter")
    wanted = tuple(case for case in cases() if case.id == "make-boat")
    [outcome] = run("tiny", tmp_path, wanted)
    assert outcome.score is not None
    assert not outcome.ok
    assert len(outcome.pictures) == 1


def outcome(score: float | None, said: str = "") -> Outcome:
    case = Case("a<b", "what", "see", "a dog & a cat", {"any": Expected(0.2, 0.4, False)})
    return Outcome(case, case.range("x"), score, 1.0, said, (np.zeros((4, 6, 3), np.uint8),))


def test_the_page_holds_its_pictures_and_tells_what_is_off():
    rows = [outcome(0.3), outcome(0.5), outcome(None, "skipped: no weights"), outcome(None, "failed: no such thing")]
    text = page("x", "1", "cpu", "Needs about 7.1 GB.", rows)
    assert text.count("data:image/jpeg;base64,") == 4
    assert "<b" not in text.replace("<body", "").replace("<br", "")
    assert "a&lt;b" in text
    assert "Needs about 7.1 GB." in text
    assert "reasoned" in text
    assert [row.ok for row in rows] == [True, False, True, False]
    assert summary(rows) == "1 of 3 checks are as expected; 1 not run for want of weights."


def test_a_score_out_of_range_is_an_error_that_names_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("engine.selftest.run", lambda _name: iter([outcome(0.3), outcome(0.9)]))
    place: Path = tmp_path / "page.html"
    with pytest.raises(BundleError, match=r"Not as expected: a<b\."):
        selftest("starter", place)
    assert place.read_text().startswith("<!doctype html>")
    assert "OFF a<b: 0.9 (expected 0.2 to 0.4, reasoned)" in capsys.readouterr().out
