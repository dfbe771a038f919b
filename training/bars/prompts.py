"""Prompts of any length: late words count, and short prompts are plain CLIP."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch

from engine.decode import DecodeRequest
from engine.decode.attempt import Attempt
from engine.decode.components import Components
from engine.decode.faults import LADDER
from engine.decode.prompts import CHUNK, FRAME
from engine.values import ignore_event, never_cancel
from training.bars import Bar, Ground
from training.bars.agreement import tiny_parts

SHORT = ("", "a boat", "a red boat on a calm lake, soft evening light, wide angle", "x" * CHUNK)
FILLER = "w" * (3 * CHUNK + 10)  # tokens are single letters here
LATE = tuple(f"{FILLER} {word}" for word in ("dog", "cat"))  # differ in their fourth chunk


def measure(_ground: Ground) -> list[Bar]:
    """For SD 1.5's one tower and SDXL's two."""
    with tempfile.TemporaryDirectory() as folder:
        families = [tiny_parts(Path(folder) / family, family) for family in ("sd15", "sdxl")]
        return [_late(families), _plain(families)]


def _late(families: list[Components]) -> Bar:
    """One other word in the fourth chunk, in the text states and in finished latents."""
    changes, moved = [], []
    for parts in families:
        one, two = (parts.text.encode(text).states for text in LATE)
        before, fourth = slice(0, 3 * FRAME), slice(3 * FRAME, 4 * FRAME)
        same = torch.equal(one[:, before], two[:, before])
        changes.append(
            float((one[:, fourth] - two[:, fourth]).abs().max()) if same and one.shape[1] == 4 * FRAME else 0
        )
        first, again, other = (_latents(parts, text) for text in (LATE[0], *LATE))
        moved.append(float((first - other).abs().max()) if torch.equal(first, again) else 0)
    figure = (
        f"largest change of a state {min(changes):.2f}, none in the first three chunks; of a latent {min(moved):.1e}, "
        "none without the word"
    )
    ok = min(changes) > 1e-3 and min(moved) > 1e-4
    return Bar("must", "prompts: a word in chunk 4", "changes the text states and the finished latents", figure, ok)


def _latents(parts: Components, prompt: str) -> torch.Tensor:
    asked = DecodeRequest(128, 128, prompt, steps=4)
    return Attempt(parts, asked, LADDER[0], ignore_event, never_cancel).latents()


@torch.inference_mode()
def _plain(families: list[Components]) -> Bar:
    equal, total = 0, 0
    for parts in families:
        penultimate = len(parts.text.towers) > 1  # SDXL
        for text in SHORT:
            mine = parts.text.encode(text).states
            theirs = []
            for tower in parts.text.towers:
                ids = tower.tokenizer(text, padding="max_length", max_length=FRAME, return_tensors="pt").input_ids
                out = tower.model(ids, output_hidden_states=True)
                theirs.append(out.hidden_states[-2] if penultimate else out.last_hidden_state)
            equal += torch.equal(mine, torch.cat(theirs, dim=-1))
            total += 1
    return Bar(
        "must", f"prompts: up to {CHUNK} tokens", "plain CLIP bit for bit", f"{equal} of {total} equal", equal == total
    )
