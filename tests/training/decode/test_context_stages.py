"""The stages of context attention: what trains, what is told, that context is learnt, and that the engine loads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import UNet2DConditionModel

from engine.bundle import Bundle
from engine.decode.briefing import context_tokens
from engine.decode.components import Components, load_adapter
from engine.decode.decoder import LatentDecoder
from engine.decode.faults import Precision
from engine.decode.latents import Frame
from engine.decode.patches import CHANNELS, PatchTransform
from engine.decode.prompts import NoWords
from engine.decode.request import ContextPicture, DecodeRequest
from engine.errors import BadInput
from engine.networks import Networks
from training import tiny
from training.core import loop
from training.core.cost import trained_otherwise
from training.core.draws import Draws
from training.core.recipe import Recipe
from training.core.stage import SCORE
from training.data.clusters import Looks
from training.decode import context_stages as stages
from training.decode.base import STARTER_SCHEDULE, Base
from training.decode.context import Contextual, Pair, Retrieval, explained
from training.decode.context_stages import Opened, Photographs, build_instruction, build_retrieval
from training.decode.mixture import Drops, Instruction, Mixture
from training.decode.tasks import Shown
from training.scenes import Stock

SIDE, WIDTH = 64, 24
RECIPE = Recipe(steps=3, batch=4, rate=1e-3, validate_every=3, save_every=0)
ALL = ["unet.*", "context.*"]


def embed(texts: Sequence[str]) -> np.ndarray:
    """Letters as vectors."""
    counts = np.array([[text.count(chr(97 + letter)) for letter in range(WIDTH)] for text in texts], np.float32)
    return (counts + 0.1) / np.linalg.norm(counts + 0.1, axis=1, keepdims=True)


def wordless() -> Base:
    """The starter's kind of decoder, tiny."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=8,
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        block_out_channels=(32, 64),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D"),
        cross_attention_dim=32,
        attention_head_dim=8,
        norm_num_groups=8,
    )
    load_adapter(unet, tiny.adapter(unet, WIDTH))
    return Base(unet, PatchTransform(), NoWords(32), STARTER_SCHEDULE, SIDE, WIDTH).with_context(0)


def worded(home: Path, family: tiny.Family = "sd15") -> Base:
    """A bundle's decoder with words and an adapter."""
    tiny.write_decoder(home / "own", family, embedding=WIDTH, context=True)
    tiny.write_manifest(home / "own")
    return Base.of(Bundle.open("own", home)).without_adapter()


def coloured(count: int, side: int = SIDE) -> tuple[torch.Tensor, list[list[Pair]]]:
    """Clusters of five pictures of one colour each, and their pictures."""
    random = np.random.default_rng(0)
    album, clusters = [], []
    for _ in range(count):
        colour, pairs = random.uniform(0, 255, 3), []
        for _ in range(5):
            rgb = np.clip(colour + random.normal(0, 4, (side, side, 3)), 0, 255).astype(np.uint8)
            pairs.append(Pair("a thing", len(album), len(album)))
            album.append(torch.from_numpy(rgb).permute(2, 0, 1))
        clusters.append(pairs)
    return torch.stack(album), clusters


def stage_of(base: Base, drops: Drops | None = None, count: int = 8) -> Contextual:
    album, clusters = coloured(count, base.side)
    judged = {"retrieval": [explained(cluster) for cluster in clusters]}
    return Contextual("test", base, album, Retrieval(clusters), judged, drops or Drops(), embed, 0)


def test_the_whole_network_trains_and_nothing_else(tmp_path: Path):
    assert trained_otherwise(stage_of(wordless(), Drops(0, 0)), RECIPE, ALL) == ([], [])
    made = stage_of(worded(tmp_path), Drops(0, 0), count=2)
    assert {name.split(".")[0] for name, _ in made.module.named_parameters()} == {"unet", "context", "vae", "text0"}
    assert trained_otherwise(made, replace(RECIPE, batch=2), ALL) == ([], [])
    assert not [name for name, _ in made.module.named_parameters() if "processor" in name]


def test_conditions_are_dropped_in_the_batches_at_the_stated_rates():
    made = stage_of(wordless())
    counts, texts = [], []
    for start in range(0, 1200, 100):
        _, text, pictures, words, count, noise, chance = made.batch(Draws(3, range(start, start + 100)))
        assert pictures.shape[:2] == words.shape == (100, 3)
        assert noise.shape == (100, CHANNELS, SIDE // 8, SIDE // 8)
        assert chance.min() >= 0
        counts.append(count)
        texts.append(text)
    gone, wordless_ones = torch.cat(counts) == 0, torch.cat(texts) == -1
    assert abs(float(gone.float().mean()) - 0.2) < 0.04
    assert abs(float(wordless_ones.float().mean()) - 0.1) < 0.03
    assert bool(gone[wordless_ones].all())
    assert set(torch.cat(counts).tolist()) == {0, 3}


def test_a_batch_depends_on_its_draws_alone():
    made = stage_of(wordless())
    whole, part = made.batch(Draws(1, range(8))), made.batch(Draws(1, range(3, 6)))
    for one, other in zip(whole, part, strict=True):
        assert torch.equal(one[3:6], other)
    again = made.batch(Draws(1, range(8)))
    assert all(torch.equal(one, other) for one, other in zip(whole, again, strict=True))


def test_a_cluster_explains_one_of_its_own_by_three_others():
    _, clusters = coloured(3)
    drawn = list(Retrieval(clusters).drawn(Draws(0, range(60))))
    for each in drawn:
        rows = [row for _, row in each.context]
        assert each.target not in rows
        assert len({each.target, *rows}) == 4
        assert len({row // 5 for row in (each.target, *rows)}) == 1
        assert [words for words, _ in each.context] == [f"[ref#{k}] a thing" for k in (1, 2, 3)]
    assert len({each.target for each in drawn}) == 15
    assert {words for each in drawn for words in each.texts} <= set(Retrieval(clusters).texts)


def test_the_gradient_flows_through_the_context_encoder():
    made = stage_of(wordless())
    tokens = made.tokens(torch.zeros(2, 3, dtype=torch.long), made.album[torch.tensor([[0, 1, 2], [5, 6, 7]])])
    assert tokens.shape == (2, 3 * 16, 64)
    tokens.square().sum().backward()
    reached = {name for name, each in made.base.unet.named_parameters() if each.grad is not None and each.grad.any()}
    assert {"conv_in.weight", "down_blocks.0.resnets.0.conv1.weight", "down_blocks.1.resnets.0.conv1.weight"} <= reached
    assert not [name for name in reached if name.startswith(("mid_block", "up_blocks"))]


def test_every_parameter_has_a_gradient_though_all_context_was_dropped():
    made = stage_of(wordless(), Drops(0.5, 0.5))
    made.loss(made.batch(Draws(0, range(4))))["total"].backward()
    assert all(each.grad is not None for each in made.context.parameters())


@torch.no_grad()
def test_samples_with_few_references_are_as_if_they_were_alone():
    made = stage_of(wordless())
    tiny.awake(made.module)
    album = made.album
    one, two = (
        Instruction("a thing", (("[ref#1] a thing", 1),), 0),
        explained([Pair("a thing", k, k) for k in (5, 6, 7, 8)]),
    )
    batch = (*made.told([one, two, replace(one, context=())], [True, True, False]), torch.randn(3, CHANNELS, 8, 8))
    chance = torch.tensor([0.2, 0.5, 0.8])
    together = made.apart((*batch, chance))
    for row, (each, keeps) in enumerate(((one, True), (two, True), (replace(one, context=()), False))):
        alone = made.apart((*made.told([each], [keeps]), batch[-1][row : row + 1], chance[row : row + 1]))
        assert float(alone) == pytest.approx(float(together[row]), rel=1e-4)
    assert album.dtype == torch.uint8


@torch.inference_mode()
@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_references_are_read_as_the_engine_reads_them(tmp_path: Path, family: tiny.Family):
    made = stage_of(worded(tmp_path, family), count=1)
    engine = Components(Bundle.open("own", tmp_path), Networks(device=torch.device("cpu")))
    network = engine.base
    frame = Frame.fit(128, 128, 128)
    shown = made.album[:2].float() / 255
    said = tuple(engine.text.encode(f"[ref#{k}] a thing") for k in (1, 2))
    latents = [made.base.latents(each[None]) for each in shown]
    wanted = context_tokens(network, said, latents, frame, Precision())
    words = torch.tensor([[made.rows[f"[ref#{k}] a thing"] for k in (1, 2)]])
    found = made.tokens(words, made.album[None, :2])
    assert wanted is not None
    assert torch.allclose(found, wanted, atol=1e-4)


def test_context_is_learnt_and_true_context_beats_another_ones():
    made = stage_of(replace(wordless(), side=16), Drops(0, 0), count=32)
    recipe = Recipe(steps=100, batch=8, rate=4e-3, warm_up=0.0, weight_decay=0.0, validate_every=0)
    with torch.no_grad():
        before = made.validate()
    training = loop.Training.ready(made, recipe)
    feed = training.batches(0, recipe.steps)
    losses = [training.step(number, feed)["total"] for number in range(recipe.steps)]
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:10])
    with torch.no_grad():
        figures = made.validate()
    assert figures[SCORE] < before[SCORE]
    assert figures[SCORE] < 0.8 * figures["shuffled"]
    assert figures["retrieval"] == pytest.approx(figures[SCORE] / figures["shuffled"])
    assert before["shuffled"] == pytest.approx(before["without"]) == pytest.approx(before[SCORE])  # the gates were shut


def test_what_is_written_is_what_the_engine_loads(tmp_path: Path):
    made = stage_of(wordless(), count=2)
    loop.train(made, RECIPE, tmp_path / "own")
    tiny.awake(made.module)
    made.export(tmp_path / "own")
    for leftover in ("checkpoints", "tensorboard"):
        for path in sorted((tmp_path / "own" / leftover).glob("*")):
            path.unlink()
    tiny.write_manifest(tmp_path / "own")
    decoder = LatentDecoder(Components(Bundle.open("own", tmp_path), Networks(device=torch.device("cpu"))))
    assert decoder.has_context
    gen = embed(["a thing"])[0]

    def shown(row: int) -> np.ndarray:
        picture = made.album[row].permute(1, 2, 0).numpy().astype(np.float32) / 255
        context = (ContextPicture("[ref#1] a thing", picture),)
        return decoder.decode(DecodeRequest(SIDE, SIDE, gen=gen, context=context, steps=2, guidance=1))

    assert shown(0).shape == (SIDE, SIDE, 3)
    assert np.abs(shown(0) - shown(5)).max() > 1e-4


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Ten photographs of a domain and a tiny decoder in place of the real ones."""
    random = np.random.default_rng(0)
    rgb = [random.integers(0, 255, (80, 96, 3), dtype=np.uint8) for _ in range(10)]
    angle = np.arange(10) * 0.15
    looks = Looks(
        name=np.arange(10).astype(str),
        source=np.arange(10).astype(str),
        domain=np.zeros(10, int),
        score=np.full(10, 6.0),
        embedding=np.stack([np.cos(angle), np.sin(angle)], axis=1),
        thumbnail=np.eye(10),
    )
    photos = Photographs(tmp_path, (), [0, 1, 3, 4, 6, 7, 9], [2, 5, 8])
    monkeypatch.setattr(Photographs, "of", lambda _data, _side: photos)
    monkeypatch.setattr(Photographs, "shown", lambda _self, rows, _side: [Shown(rgb[k], f"photo {k}") for k in rows])
    monkeypatch.setattr(Looks, "of", lambda *_: looks)
    monkeypatch.setattr(stages, "_opened", lambda _name, _begin, _seed: Opened(wordless(), embed, None))
    monkeypatch.setattr(stages, "_stocks", lambda _photos, side: (Stock(side, (), ()), Stock(side, (), ())))
    return {"first": str(tmp_path / "first")}


def test_the_second_stage_begins_with_what_the_first_found(small: dict[str, str], tmp_path: Path, capsys):
    with pytest.raises(BadInput, match="is not there"):
        build_instruction(None, small, 0)
    first = build_retrieval(None, {}, 0)
    assert "5 photographs" in capsys.readouterr().err
    loop.train(first, RECIPE, Path(small["first"]))
    second = build_instruction(None, {**small, "each": 6}, 1)
    assert "no data for art, depth, mask, subject, faces, faces-hq" in capsys.readouterr().err
    for name, value in second.module.named_parameters():
        assert torch.equal(value, first.module.get_parameter(name)), name
    assert isinstance(second.source, Mixture)
    learnt = {row for set_ in second.source.sets.values() for each in set_ for row in (each.target,)}
    judged = {each.target for set_ in second.judged.values() for each in set_}
    assert not learnt & judged
    with torch.no_grad():
        figures = second.validate()
    assert {"score", "shuffled", "without", "edge", "sketch", "style", "transfer"} == set(figures)


def test_clusters_to_judge_by_are_of_photographs_aside(small: dict[str, str]):
    made = build_retrieval(None, {"drops": {"both": 0.0, "context": 0.0}}, 0)
    assert isinstance(made.source, Retrieval)
    learnt = {pair.caption for cluster in made.source.clusters for pair in cluster}
    assert learnt <= {f"photo {k}" for k in (0, 1, 3, 4, 6, 7, 9)}
    assert {each.text for each in made.judged["retrieval"]} <= {f"photo {k}" for k in (2, 5, 8)}


def test_bad_settings_and_bases_are_refused(small: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    with pytest.raises(BadInput, match="drops"):
        build_retrieval(None, {"drops": {"both": 2.0}}, 0)
    with pytest.raises(BadInput, match="speed"):
        build_instruction(None, {"speed": 1}, 0)
    monkeypatch.setattr(Photographs, "of", lambda _data, _side: Photographs(tmp_path, (), range(3), range(7, 8)))
    with pytest.raises(BadInput, match="0 clusters"):
        build_retrieval(None, {}, 0)
    with pytest.raises(BadInput, match="24 values"):
        Contextual("test", wordless(), *coloured(1)[:1], Retrieval([]), {}, Drops(), lambda t: np.zeros((len(t), 3)), 0)
