"""The commands ``describe`` and ``embed``."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
import typer
from typer.testing import CliRunner

from engine.commands.describe import describe, embed
from engine.errors import BadInput


@pytest.fixture(scope="module")
def app():
    made = typer.Typer()
    made.command()(describe)
    made.command()(embed)
    return made


def run(app, *arguments):
    result = CliRunner().invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return json.loads(result.stdout)


def test_embed_words(app, bundle):
    told = run(app, "embed", "a red boat")
    assert told["kind"] == "text"
    assert told["norm"] == pytest.approx(1, abs=1e-3)
    assert len(told["vector"]) == 384


def test_describe_a_sound(app, bundle, tmp_path):
    noise = np.random.default_rng(0).normal(0, 0.1, (32_000, 2))
    soundfile.write(tmp_path / "noise.wav", noise, 16_000)
    told = run(app, "describe", str(tmp_path / "noise.wav"))
    assert told["kind"] == "sound"
    assert told["seconds"] == 2
    assert told["mood"]["confidence"] == 0
    assert all(0 <= label["score"] <= 1 for label in told["labels"])


def test_a_missing_file_is_not_taken_for_words(app, bundle):
    with pytest.raises(BadInput, match="no file"):
        run(app, "embed", "nowhere.png")
    with pytest.raises(BadInput):
        run(app, "embed", "  ")
