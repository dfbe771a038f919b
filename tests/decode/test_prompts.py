from __future__ import annotations

import torch

from engine.decode.prompts import CHUNK, FRAME
from training.bars import Ground, prompts


def test_the_bar_holds(tmp_path):
    assert all(bar.ok for bar in prompts.measure(Ground(tmp_path, tmp_path)))


def test_chunks_are_framed_and_counted(decoder):
    for name in ("sd15", "sdxl"):
        encoder = decoder(name)._parts.text
        for letters, chunks in ((0, 1), (1, 1), (CHUNK, 1), (CHUNK + 1, 2), (4 * CHUNK, 4), (10 * CHUNK, 10)):
            rows = encoder.towers[0].chunks("x" * letters)
            assert rows.shape == (chunks, FRAME)
            assert (rows[:, 0] == 512).all()
            assert (rows == 513).any(dim=1).all()
            assert encoder.encode("x" * letters).states.shape[1] == chunks * FRAME


def test_pooled_is_the_first_chunks(decoder):
    encoder = decoder("sdxl")._parts.text
    long = encoder.encode("x" * (CHUNK + 20))
    assert torch.equal(long.pooled, encoder.encode("x" * (CHUNK + 5)).pooled)
    assert long.pooled.shape == (1, 32)


def test_an_empty_negative_is_zero_where_the_family_wants_it(decoder):
    assert decoder("sd15")._parts.text.negative("").states.abs().max() > 0
    assert decoder("sdxl")._parts.text.negative("").states.abs().max() == 0
    assert decoder("sdxl")._parts.text.negative("fog").states.abs().max() > 0
