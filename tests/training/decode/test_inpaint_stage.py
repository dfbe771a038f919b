"""The inpaint stage: what it draws, what it trains, that it learns, and that the engine loads what it writes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from toy import RECIPE, SIDE, base, opened, views

from engine.bundle import Bundle
from engine.decode.attempt import inpaint_extra
from engine.decode.components import Components
from engine.decode.conditions import Condition
from engine.errors import BadInput
from engine.networks import Networks
from training import tiny
from training.core import loop
from training.core.cost import trained_otherwise
from training.core.draws import Draws
from training.core.loop import Training
from training.decode.base import Base
from training.decode.inpaint import Inpaint, Settings
from training.decode.rehearsal import Way
from training.decode.stage import take_over

JUDGED = Way(trials=2, steps=2)


def stage(made: Base | None = None, **settings: object) -> Inpaint:
    chosen = Settings(judged=JUDGED, drafts=3, **settings)  # pyright: ignore[reportArgumentType]
    learnt = views()
    return Inpaint(opened(made or base(paints=True)), chosen, learnt, replace(learnt, each=1), 0)


def losses(one: Inpaint, steps: int) -> list[float]:
    training = Training.ready(one, RECIPE)
    with closing(training.batches(0, steps)) as feed:
        return [training.step(number, feed)["total"] for number in range(steps)]


def test_what_is_drawn_has_the_shares_of_the_paper():
    batch = stage(late=0.4).batch(Draws(0, range(900)))
    masks, gen = batch["mask"].flatten(1), batch["images"][:, 0]
    assert float((masks.mean(1) == 1).float().mean()) == pytest.approx(0.25, abs=0.04)
    assert float((gen == 0).all(1).float().mean()) == pytest.approx(0.05, abs=0.02)
    exact = (gen.norm(dim=1) - 1).abs() < 1e-4  # the caption's own embedding, without noise
    assert float(exact.float().mean()) == pytest.approx(0.05, abs=0.02)
    assert [text == "" for text in batch["text"]] == (gen == 0).all(1).tolist()
    assert {"a red sea", "a red sea below a high sky"} <= set(batch["text"])
    late = float((batch["time"] < JUDGED.strength).float().mean())
    assert late == pytest.approx(0.4 + 0.6 * JUDGED.strength, abs=0.04)
    assert torch.equal(batch["start"], batch["truth"])


def test_drafts_differ_in_their_masks_alone_and_come_late():
    batch = stage(drafted=1.0, whole=0.5).batch(Draws(0, range(40)))
    apart = (batch["start"] - batch["truth"]).abs().amax(1, keepdim=True) > 2 / 255
    drafted = apart.flatten(1).any(1)
    assert 10 < int(drafted.sum()) < 30
    assert not (apart & (batch["mask"] == 0)).any()
    assert float(batch["time"][drafted].max()) < JUDGED.strength
    again = stage(drafted=1.0, whole=0.5).batch(Draws(0, range(20, 40)))
    assert all(
        torch.equal(again[name], batch[name][20:]) for name in ("truth", "start", "mask", "images", "time", "noise")
    )


def test_from_a_draft_the_network_is_asked_for_the_photograph():
    made = base(paints=True)
    generator = torch.Generator().manual_seed(0)
    truth, draft = (torch.rand(2, 3, SIDE, SIDE, generator=generator) for _ in range(2))
    latents, start = made.latents(truth), made.latents(draft)
    noise, time = torch.randn(latents.shape, generator=generator), torch.tensor([0.2, 0.5])
    moved = made.noise_from(start, latents, noise, time)
    picture, grain = made.shares(time)
    assert torch.allclose(picture * latents + grain * moved, picture * start + grain * noise, atol=1e-4)
    mask = torch.ones(2, 1, SIDE, SIDE)
    mask[:, :, :24] = 0
    extra = inpaint_extra(truth, mask, made.latents)
    assert extra[:, 0].unique().tolist() == [0, 1]
    told = Condition(made.words(["", ""]).states, images=(torch.zeros(2, 1, 384),), extra=extra)
    assert torch.equal(made.predicted(latents, moved, time, told)[1], latents)


OWN = (  # of a U-Net, by hand: all but encoder_hid_proj and what the attention to words has in its processors
    "unet.conv_*",
    "unet.time_embedding.*",
    "unet.*.resnets.*",
    "unet.*samplers.*",
    *(f"unet.*.attentions.*.{each}" for each in ("norm.*", "proj_*", "norm[123].*", "to_[qkv].*", "to_out.*", "ff.*")),
)


def test_it_trains_the_network_but_not_its_adapter():
    assert trained_otherwise(stage(drafted=0.5), replace(RECIPE, steps=3), OWN) == ([], [])


def test_it_learns_and_the_engine_loads_it(tmp_path: Path):
    made = stage(drafted=0.5)
    first = losses(made, 25)
    assert np.mean(first[-5:]) < 0.8 * np.mean(first[:5])
    run = tmp_path / "run"
    short = replace(RECIPE, steps=1, validate_every=1)
    loop.train(made, short, run)
    assert made.rehearsal.shown["trial-0"].shape == (SIDE, 3 * SIDE, 3)
    Base.fresh(0).export(run)
    tiny.write_manifest(run)
    parts = Components(Bundle.open("run", tmp_path), Networks(device=torch.device("cpu")))
    assert parts.inpaint is not None
    stored = parts.inpaint.unet.float().state_dict()
    assert all(torch.allclose(stored[name], each, atol=1e-2) for name, each in made.base.unet.state_dict().items())


def test_it_begins_with_a_run_of_a_network_that_makes_whole_pictures(tmp_path: Path):
    whole, paints = base(), base(paints=True)
    tiny.awake(whole.unet)
    weights = {f"unet.{name}": each for name, each in whole.unet.state_dict().items()}
    loop.write_tensors(tmp_path / loop.BEST, weights, {})
    take_over(paints, tmp_path)
    latents, extra = torch.randn(1, 192, 8, 8), torch.randn(1, 193, 8, 8)
    told = Condition(whole.words([""]).states, images=(torch.randn(1, 1, 384),))
    plain = whole.network(latents, torch.tensor(400), told)
    assert torch.allclose(paints.network(latents, torch.tensor(400), replace(told, extra=extra)), plain, atol=1e-4)
    loop.write_tensors(tmp_path / loop.BEST, {"unet.other": torch.zeros(1)}, {})
    with pytest.raises(BadInput, match="unknown unet"):
        take_over(paints, tmp_path)
    with pytest.raises(BadInput, match="is not there"):
        take_over(paints, tmp_path / "nowhere")
