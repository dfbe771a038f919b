"""``overtone inspect`` tells what a file holds, in lines and as JSON."""

from __future__ import annotations

import json

from engine.cli import run
from engine.files import write_photo
from engine.picture import HistoryStep


def test_a_file_tells_how_it_came_about(make_photo, tmp_path, capsys):
    path = tmp_path / "a.png"
    step = HistoryStep("remove the boat", "starter", 7, "2026-11-27T12:00:00+00:00")
    write_photo(make_photo(90, 120, bits=16).with_step(step), path)
    assert run(["inspect", str(path)]) == 0
    text = capsys.readouterr().out
    for said in ("PNG, 120 × 90 pixels, 16 bits", "compositeWithTrainedAlgorithmicMedia", "remove the boat", "seed 7"):
        assert said in text
    assert run(["inspect", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["width"], told["height"], told["depth"]) == ("PNG", 120, 90, 16)
    assert told["provenance"]["history"][0]["instruction"] == "remove the boat"
    assert told["metadata"]["xmp"] > 100


def test_what_is_no_picture_is_refused(tmp_path, capsys):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"no picture at all, just words")
    assert run(["inspect", str(path)]) == 2
    assert "not a picture" in capsys.readouterr().err
