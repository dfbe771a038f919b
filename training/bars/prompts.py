"""Prompts of any length: late words count, and short prompts are plain CLIP."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch

from engine.decode.components import Components
from engine.decode.prompts import CHUNK, FRAME
from training.bars import Bar, Ground
from training.bars.agreement import tiny_parts

SHORT = ("", "a boat", "a red boat on a calm lake, soft evening light, wide angle", "x" * CHUNK)


def measure(_ground: Ground) -> list[Bar]:
    """For SD 1.5's one tower and SDXL's two."""
    with tempfile.TemporaryDirectory() as folder:
        families = [tiny_parts(Path(folder) / family, family) for family in ("sd15", "sdxl")]
        return [_late(families), _plain(families)]


def _late(families: list[Components]) -> Bar:
    """One other word in the fourth chunk; tokens are single letters here."""
    filler = "w" * (3 * CHUNK + 10)
    changes = []
    for parts in families:
        one, two = (parts.text.encode(f"{filler} {word}").states for word in ("dog", "cat"))
        before, fourth = slice(0, 3 * FRAME), slice(3 * FRAME, 4 * FRAME)
        same = torch.equal(one[:, before], two[:, before])
        changes.append(
            float((one[:, fourth] - two[:, fourth]).abs().max()) if same and one.shape[1] == 4 * FRAME else 0
        )
    figure = f"largest change of a state {min(changes):.2f}, none in the first three chunks"
    return Bar("must", "prompts: a word in chunk 4", "changes the text states", figure, min(changes) > 1e-3)


@torch.inference_mode()
def _plain(families: list[Components]) -> Bar:
    equal, total = 0, 0
    for parts in families:
        for text in SHORT:
            mine = parts.text.encode(text).states
            theirs = []
            for tower in parts.text.towers:
                ids = tower.tokenizer(text, padding="max_length", max_length=FRAME, return_tensors="pt").input_ids
                out = tower.model(ids, output_hidden_states=True)
                theirs.append(out.hidden_states[-2] if parts.text.pools else out.last_hidden_state)
            equal += torch.equal(mine, torch.cat(theirs, dim=-1))
            total += 1
    return Bar(
        "must", f"prompts: up to {CHUNK} tokens", "plain CLIP bit for bit", f"{equal} of {total} equal", equal == total
    )
