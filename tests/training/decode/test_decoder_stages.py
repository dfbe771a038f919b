"""Realignment, text-to-image and masked edits: what they draw, what they train, and that they learn."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from toy import RECIPE, SIDE, base, opened, scenes, views

from engine.bundle import Bundle
from engine.decode.components import Components
from engine.errors import BadInput
from engine.networks import Networks
from training import tiny
from training.bars.stages import UNET
from training.core.cost import trained_otherwise
from training.core.draws import Draws
from training.core.loop import Training
from training.data.shards import Sample, write_shards
from training.decode.base import Base
from training.decode.composed import Packed, subject_of
from training.decode.masked_edit import MaskedEdit
from training.decode.masked_edit import Settings as EditSettings
from training.decode.material import Kept
from training.decode.realignment import Realignment
from training.decode.realignment import Settings as AlignSettings
from training.decode.rehearsal import Way
from training.decode.stage import Denoising
from training.decode.telling import Dropping
from training.decode.text_to_image import Settings as TextSettings
from training.decode.text_to_image import TextToImage
from training.scenes import pack

JUDGED = Way(trials=2, steps=2)


def realignment(made: Base | None = None, **settings: object) -> Realignment:
    chosen = AlignSettings(judged=JUDGED, drafts=2, **settings)  # pyright: ignore[reportArgumentType]
    return Realignment(opened(made or base()), chosen, views(), scenes(), scenes(2), 0)


def masked_edit(made: Base | None = None, **settings: object) -> MaskedEdit:
    chosen = EditSettings(judged=JUDGED, **settings)  # pyright: ignore[reportArgumentType]
    return MaskedEdit(opened(made or base(paints=True)), chosen, scenes(), scenes(2))


def text_to_image(made: Base | None = None, **settings: object) -> TextToImage:
    chosen = TextSettings(judged=JUDGED, **settings)  # pyright: ignore[reportArgumentType]
    return TextToImage(opened(made or base()), chosen, views(), replace(views(), each=1), 0)


def worded(folder: Path, *, paints: bool = False) -> Base:
    """A tiny decoder with words, an adapter and a context layer."""
    tiny.write_decoder(folder / "own", "sd15", embedding=384, context=True)
    tiny.write_manifest(folder / "own")
    return replace(Base.of(Bundle.open("own", folder), paints=paints), side=SIDE)


@pytest.mark.parametrize("chance", [0.2, 0.5])
def test_words_whole_and_part_are_left_out_each_by_itself(chance: float):
    dropping = Dropping(text=chance, whole=chance, subject=chance)
    batch = realignment(dropping=dropping, repainted=0.0).batch(Draws(0, range(600)))
    there = batch["regions"][:, 1].flatten(1).any(1)  # where something only goes there is no part
    gone = [
        torch.tensor([not text for text in batch["text"]])[there],
        (batch["images"][there, 0] == 0).all(1),
        (batch["images"][there, 1] == 0).all(1),
    ]
    rates = [float(each.float().mean()) for each in gone]
    assert rates == pytest.approx([chance] * 3, abs=0.06)
    assert float((gone[1] & gone[2]).float().mean()) == pytest.approx(chance**2, abs=0.05)


def test_parts_are_things_and_boxes_alike():
    batch = realignment(repainted=0.0, drafted=1.0).batch(Draws(0, range(400)))
    drafted = (batch["start"] != batch["truth"]).flatten(1).any(1)
    assert float(drafted.float().mean()) == pytest.approx(0.5, abs=0.07)
    assert float(batch["time"][drafted].max()) < JUDGED.strength
    assert batch["regions"][:, 0].min() == 1  # [gen] works everywhere
    part = batch["regions"][~drafted, 1]
    for plane in part[:20].numpy():
        rows, columns = np.flatnonzero(plane.any(1)), np.flatnonzero(plane.any(0))
        assert plane[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()  # boxes


def test_what_is_told_is_what_the_engine_tells():
    stage = realignment(dropping=Dropping(0, 0, 0, noise=0), things=1.0)
    batch = stage.batch(Draws(0, range(8)))
    trial = stage.trials[0]  # a thing comes
    assert trial.gen is not None
    (subject,) = trial.subjects
    mixed = (1 - subject.strength) * trial.gen + subject.strength * subject.vector
    found = [pair for pair in batch["images"].numpy() if np.allclose(pair[0], trial.gen, atol=1e-5)]
    assert found
    assert np.allclose(found[0][1], mixed, atol=1e-5)


def test_part_and_whole_do_not_agree_where_the_part_is_made_anew():
    stage = realignment(things=0.0, repainted=1.0, dropping=Dropping(0, 0, 0, noise=0))
    sample = stage.sample(0, np.random.default_rng(0))
    draft = stage.drafts[0] if np.array_equal(stage.drafts[0].mask, sample["regions"][..., 1] > 0) else stage.drafts[1]
    assert np.abs(sample["truth"] - draft.view.rgb)[draft.mask].mean() > 1e-3
    assert np.allclose(sample["images"][0], stage.seen.picture(draft.view.key, draft.view.rgb), atol=1e-6)


@pytest.mark.parametrize(
    ("make", "wanted"), [(realignment, ("unet.*",)), (text_to_image, UNET), (masked_edit, ("unet.*",))]
)
def test_each_trains_what_the_paper_trains(make: Callable[..., Denoising], wanted: tuple[str, ...]):
    assert trained_otherwise(make(), replace(RECIPE, steps=3), wanted) == ([], [])


@pytest.mark.parametrize(("make", "paints"), [(realignment, False), (masked_edit, True)])
def test_encoders_stay_as_they_are(make: Callable[..., Denoising], paints: bool, tmp_path: Path):
    stage = make(worded(tmp_path, paints=paints))
    assert {"vae", "text0", "context"} <= dict(stage.module.named_children()).keys()
    assert trained_otherwise(stage, replace(RECIPE, steps=3), ("unet.*",)) == ([], [])


@pytest.mark.parametrize("make", [realignment, text_to_image, masked_edit])
def test_each_learns_and_is_judged_and_written(make: Callable[..., Denoising], tmp_path: Path):
    stage = make()
    training = Training.ready(stage, RECIPE)
    with closing(training.batches(0, 25)) as feed:
        losses = [training.step(number, feed)["total"] for number in range(25)]
    assert np.mean(losses[-6:]) < 0.85 * np.mean(losses[:6])
    figures = training.validate()
    assert np.isfinite(list(figures.values())).all()
    if isinstance(stage, MaskedEdit):
        assert figures["outside"] >= 0
        assert {"inside", "outside"} <= training.step(25, training.batches(25, 26)).keys()
    shown = stage.pictures()
    assert all(picture.shape[2] == 3 for picture in shown.values())
    run = tmp_path / "run"
    Base.fresh(1).export(run)
    stage.export(run)
    tiny.write_manifest(run)
    parts = Components(Bundle.open("run", tmp_path), Networks(device=torch.device("cpu")))
    network = parts.inpaint if stage.paints else parts.base
    assert network is not None
    stored = network.unet.float().state_dict()
    assert all(torch.allclose(stored[name], each, atol=2e-2) for name, each in stage.base.unet.state_dict().items())


def test_captions_tell_a_network_without_words_by_their_embeddings():
    stage = text_to_image(empty=0.25)
    batch = stage.batch(Draws(0, range(200)))
    empty = [not text for text in batch["text"]]
    assert np.mean(empty) == pytest.approx(0.25, abs=0.1)
    assert (batch["images"] == 0).all(2)[:, 0].tolist() == empty
    with_words = batch["text"].index("a red sea below a high sky")
    assert np.array_equal(batch["images"][with_words, 0], stage.seen.text("a red sea below a high sky"))


def test_packed_scenes_are_read_back_and_of_one_size(tmp_path: Path):
    made = scenes()
    write_shards(tmp_path, (Sample(*pack(each)) for each in made))
    held = Packed(tmp_path, SIDE)
    assert len(held) == len(made)
    assert all(np.array_equal(one.draft, other.draft) for one, other in zip(held, made, strict=True))
    with pytest.raises(BadInput, match="of 64 pixels, not 128"):
        Packed(tmp_path, 128)
    seen = opened(base()).seen
    assert [subject_of(each, seen) is None for each in made] == [each.kind == "remove" for each in made]


def test_what_is_kept_is_made_once():
    made: list[int] = []
    kept = Kept(lambda number: made.append(number) or number, 3)
    assert [*kept, *kept[1:]] == [0, 1, 2, 1, 2]
    assert made == [0, 1, 2]
