"""The planner's three stages: what trains, what from, how they follow each other, and what the engine loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from engine.bundle import storage
from engine.errors import BadInput
from engine.plan import Planner
from engine.plan import tokens as t
from engine.plan.tokens import Vocabulary
from engine.plan.writing import SOFT_PER_REFERENCE, read_tokens
from tests.plan.conftest import CONFIG, random_weights
from tests.training import tiny_planner
from tests.training.tiny_planner import BUILDERS, OWN, RECIPE, embed
from training.core import loop
from training.core.checkpoints import listed
from training.core.cost import trained_otherwise
from training.core.draws import Draws
from training.data import items
from training.export import export
from training.planner import real
from training.planner.examples import Generating, Instructing, captioned, pairs
from training.planner.generate import samples
from training.planner.nouns import PHOTO, SOUND, Bank, name_tokens, read_real
from training.planner.real import EMBEDDINGS
from training.planner.rows import GOALS, Example, filled, packed
from training.planner.stages import ALIGNMENT, GENERATION, INSTRUCTION, PlannerStage

PROGRAM = Path(tiny_planner.__file__)
PROJECTORS = ["enter.*", "leave.*"]
LANGUAGE = ["language.rows", "language.layers.*.a", "language.layers.*.b"]
Build = Callable[..., PlannerStage]


@pytest.fixture(autouse=True)
def _tiny() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with tiny_planner.tiny_starter():
        yield
    torch.set_num_threads(before)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Makes a stage, with other settings or data where asked."""

    def made(name: str, data: Path = tmp_path, seed: int = 0, **own: object) -> PlannerStage:
        return BUILDERS[name](data, {**OWN, **own}, seed)

    return made


@pytest.fixture(scope="module")
def vocabulary(bundle) -> Vocabulary:
    return Vocabulary.load(bundle.path("planner/tokenizer.json"))


@pytest.fixture(scope="module")
def bank() -> Bank:
    return Bank.make(embed)


def curve(out: Path, name: str) -> list[float]:
    rows = [json.loads(line) for line in (out / "curve.jsonl").read_text().splitlines()]
    return [row[name] for row in rows if name in row]


def test_each_stage_trains_what_the_paper_says_and_no_other(build):
    assert trained_otherwise(build(ALIGNMENT), RECIPE, ["enter.*"]) == ([], [])
    assert trained_otherwise(build(GENERATION), RECIPE, PROJECTORS) == ([], [])
    assert trained_otherwise(build(INSTRUCTION), RECIPE, PROJECTORS + LANGUAGE) == ([], [])
    learnt = {name for name, each in build(INSTRUCTION).module.named_parameters() if "layers" in name}
    assert {name.rpartition(".")[2] for name in learnt} == {"weight", "a", "b", "norm1", "norm2"}


def test_stages_follow_each_other(build, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    loop.train(build(ALIGNMENT), RECIPE, one)
    loop.train(build(GENERATION, before=str(one)), RECIPE, two)
    first, second = load_file(one / "best.safetensors"), load_file(two / "best.safetensors")
    assert set(first) == {f"enter.{part}" for part in ("w1", "b1", "w2", "b2")}
    begun = dict(build(GENERATION, before=str(one), seed=7).module.named_parameters())
    assert all(torch.equal(begun[name], each) for name, each in first.items())
    last = dict(build(INSTRUCTION, before=str(two), seed=9).module.named_parameters())
    assert all(torch.equal(last[name], each) for name, each in second.items())
    # What neither of them trains is the same whatever the seed.
    for name, each in begun.items():
        assert torch.equal(each, last[name]) or name in second, name


def test_only_the_caption_is_learnt_from(build, vocabulary):
    batch = build(ALIGNMENT).batch(Draws(0, range(8)))
    captions = {pair.caption for pair in pairs(build(ALIGNMENT).ready.bank)}
    kinds = set()
    for row in range(8):
        for number in range(int(batch["document"][row].max()) + 1):
            here = batch["document"][row] == number
            tokens, weights = batch["tokens"][row][here], batch["weights"][row][here]
            turn = int((tokens == t.END).nonzero()[0]) + 1
            assert weights.tolist() == [0.0] * turn + [1.0] * (len(tokens) - turn)
            asked, answer = vocabulary.decode(tokens[:turn].tolist()), vocabulary.decode(tokens[turn:].tolist())
            assert asked.split()[:2] == ["describe", "the"]
            assert answer.strip() in captions
            assert tokens[-1] == t.END
            kind = next(int(token) for token in tokens if int(token) in t.KINDS.values())
            assert asked.split()[2].startswith("picture" if kind == t.PICTURE else "sound")
            kinds.add(kind)
    assert kinds == {t.PICTURE, t.SOUND, t.MUSIC}


def test_cross_entropy_of_captions_falls(build, tmp_path):
    loop.train(build(ALIGNMENT), replace(RECIPE, steps=60, batch=4, rate=1e-2, validate_every=0), tmp_path / "out")
    losses = curve(tmp_path / "out", "total")
    assert np.mean(losses[-8:]) < 0.75 * np.mean(losses[:3])


def test_squared_error_of_gen_falls(build, tmp_path):
    loop.train(build(GENERATION), replace(RECIPE, steps=60, batch=4, rate=1e-2, validate_every=0), tmp_path / "out")
    losses = curve(tmp_path / "out", "total")
    assert np.mean(losses[-8:]) < 0.75 * np.mean(losses[:3])


def test_gen_comes_right_after_the_users_turn(build, vocabulary):
    batch = build(GENERATION).batch(Draws(0, range(4)))
    assert not batch["weights"].any()
    assert set(batch["goal_kind"].tolist()) == {GOALS.index("gen")}
    sounds = 0
    for row, place in batch["goal_at"].tolist():
        tokens, document = batch["tokens"][row], batch["document"][row]
        mine = tokens[document == document[place]].tolist()
        assert [tokens[place].item(), tokens[place - 1].item()] == [t.GEN, t.END]
        assert mine.index(t.END) == len(mine) - 2  # nothing else follows the turn
        assert vocabulary.decode(mine).strip().startswith("generate")
        sounds += t.SOUND in mine
    assert len(batch["soft"]) == sounds
    assert 0 < sounds < len(batch["goal_at"])


def test_real_embeddings_are_what_generation_aims_at(tmp_path, build, vocabulary):
    known = {"boat": embed(["real boat"]), SOUND + "dog": embed(["real dog"]), PHOTO + "a quay": embed(["real quay"])}
    np.savez(tmp_path / EMBEDDINGS, **known)  # pyright: ignore[reportArgumentType]
    bank = build(GENERATION, data=tmp_path).ready.bank
    rng = np.random.default_rng(0)
    for pair in pairs(bank):
        if (pair.kind, pair.name) in (("picture", "boat"), ("photo", "a quay")):
            wanted = known["boat" if pair.name == "boat" else PHOTO + "a quay"][0]
            goal = Generating(vocabulary, bank, [pair], [])(rng).goals[0]
            assert np.array_equal(goal[2], wanted)
    views = np.stack([bank.view(rng, "dog", kind) for kind in ("sound", "picture") for _ in range(60)])
    alike = views @ known[SOUND + "dog"][0]
    assert (alike[:60] > 0.9).mean() > 0.4
    assert (alike[60:] > 0.9).sum() == 0


def test_real_media_are_embedded_under_their_names(tmp_path, monkeypatch):
    def item(name: str, trainable: bool = True) -> SimpleNamespace:
        return SimpleNamespace(path=tmp_path / "grey.png", name=name, caption=name, trainable=trainable)

    cv2.imwrite(str(tmp_path / "grey.png"), np.full((40, 60, 3), 128, np.uint8))
    encoder = SimpleNamespace(
        pictures=lambda pictures: np.stack([embed([str(rgb.shape)])[0] for rgb, _ in pictures]),
        sound=lambda _samples, _rate: SimpleNamespace(vector=embed(["heard"])[0]),
    )
    monkeypatch.setattr(real, "Bundle", SimpleNamespace(open=lambda _name: None))
    monkeypatch.setattr(real, "Encoder", SimpleNamespace(load=lambda _bundle: encoder))
    monkeypatch.setattr(real, "read_sound", lambda _path: SimpleNamespace(samples=np.zeros(9), rate=9))
    things = [item("red boat_2"), item("boat"), item("held out", trainable=False), item("a name of four words")]
    monkeypatch.setattr(items, "objects", lambda _data: things)
    monkeypatch.setattr(items, "photos", lambda _data: [item("a quay at night, with boats and gulls")])
    monkeypatch.setattr(items, "sounds", lambda _data: [item("dog")])
    real.main(["--data", str(tmp_path)])
    quay = PHOTO + "a quay at night, with boats and gulls"
    assert {name: len(each) for name, each in read_real(tmp_path / EMBEDDINGS).items()} == {"boat": 2, quay: 1}
    (tmp_path / "sounds").mkdir()
    (tmp_path / "sounds" / "sounds.jsonl").touch()
    real.main(["--data", str(tmp_path)])
    assert np.array_equal(read_real(tmp_path / EMBEDDINGS)[SOUND + "dog"], embed(["heard"]))


def test_the_losses_are_named_apart_in_the_curve_and_add_up(build, tmp_path):
    loop.train(build(INSTRUCTION), replace(RECIPE, batch=6), tmp_path / "out")
    losses = {name: curve(tmp_path / "out", name) for name in ("words", *GOALS, "total")}
    assert [len(each) for each in losses.values()] == [3] * 5
    assert all(sum(losses[name]) > 0 for name in losses)
    far = np.sum([losses[name] for name in GOALS], axis=0)
    assert losses["total"] == pytest.approx(losses["words"] + 0.15 * far, rel=1e-4)


def test_losses_are_means_over_rows(build):
    for name in BUILDERS:
        stage = build(name)
        with torch.no_grad():
            whole, *halves = (
                stage.loss(stage.batch(Draws(0, each))) for each in (range(4), range(2), range(2, 4))
            )  # fmt: skip
        for part, loss in whole.items():
            apart = sum(half[part].item() for half in halves) / 2
            assert loss.item() == pytest.approx(apart, rel=2e-3), (name, part)


def test_rows_belong_to_their_place(build):
    for name in BUILDERS:
        stage = build(name)
        whole, half = stage.batch(Draws(7, range(4))), stage.batch(Draws(7, range(2, 4)))
        for part in ("tokens", "weights", "positions", "document", "candidates"):
            assert torch.equal(whole[part][2:], half[part]), (name, part)
        for part in ("soft", "goal"):
            assert torch.equal(whole[part][whole[f"{part}_at"][:, 0] >= 2], half[part]), (name, part)
        assert not torch.equal(whole["tokens"][0], whole["tokens"][1])


def test_media_become_their_captions_at_the_papers_rate():
    rng = np.random.default_rng(0)
    seen, told = Counter(), Counter()
    for drawn in islice(samples(3, full_share=1.0), 3000):
        made, names = captioned(rng, drawn, 0.2)
        seen["references"] += len(drawn.references)
        told["references"] += len(names)
        if drawn.photo is not None:
            seen["photos"] += 1
            told["photos"] += made.photo is None
        if made.photo != drawn.photo:
            assert made.base != "[photo]"
            assert made.instruction == f"a photo of {drawn.photo}: {drawn.instruction}"
        assert made.operations == drawn.operations
    for medium in ("photos", "references"):
        assert told[medium] / seen[medium] == pytest.approx(0.2, abs=0.02)


def test_the_name_of_a_captioned_reference_stands_in_its_place(bank, vocabulary):
    drawn = next(each for each in samples(5, full_share=1.0) if each.photo and len(each.references) == 1 and each.subs)
    maker, ((number, (_, noun)),) = Instructing(vocabulary, bank, (), embed, 1.0, 0.0, 128), drawn.references.items()
    seen, told = (maker.written(drawn, names, np.random.default_rng(0)) for names in (frozenset(), frozenset([number])))
    assert seen is not None
    assert told is not None
    entered = next(place for place, _ in seen.soft if place not in [each for each, _ in told.soft])
    here = slice(entered, entered + SOFT_PER_REFERENCE)
    assert list(seen.tokens[here]) == [t.SOFT] * SOFT_PER_REFERENCE
    assert list(told.tokens[here]) == name_tokens(vocabulary, noun)
    assert [*told.tokens[: here.start], *told.tokens[here.stop :]] == [
        *seen.tokens[: here.start],
        *seen.tokens[here.stop :],
    ]
    goal = next(vector for _, kind, vector in told.goals if kind == "sub")
    assert np.array_equal(goal, bank.word(noun))


def test_a_run_that_was_cut_short_ends_in_the_same_bits(build, tmp_path):
    recipe = replace(RECIPE, steps=4, validate_every=3, save_every=2)
    loop.train(build(INSTRUCTION), recipe, tmp_path / "whole")
    cut = build(INSTRUCTION)
    make = cut.batch

    def stopping(draws: Draws) -> dict[str, torch.Tensor]:
        if draws.positions[0] >= 3 * recipe.batch:
            raise KeyboardInterrupt
        return make(draws)

    cut.batch = stopping
    with pytest.raises(KeyboardInterrupt):
        loop.train(cut, recipe, tmp_path / "cut")
    loop.train(build(INSTRUCTION), recipe, tmp_path / "cut", resume=True)
    files = ("best.safetensors", "planner_adapter.safetensors", "checkpoints/step-000000004.safetensors")
    assert [path.name for path in listed(tmp_path / "cut" / "checkpoints")][-1] == "step-000000004.safetensors"
    for file in files:
        one, other = load_file(tmp_path / "whole" / file), load_file(tmp_path / "cut" / file)
        assert one.keys() == other.keys()
        assert all(torch.equal(each, other[name]) for name, each in one.items()), file


def test_the_engine_loads_what_is_written_and_computes_the_same(build, tmp_path, bundle, vocabulary, bank):
    stage = build(INSTRUCTION)
    runs, own = tmp_path / "runs", tmp_path / "own"
    own.mkdir()
    loop.train(stage, RECIPE, runs / INSTRUCTION)
    written = runs / INSTRUCTION / "planner_adapter.safetensors"
    export(runs, own, None)
    assert (own / written.name).read_bytes() == written.read_bytes()

    tokenizer = bundle.path("planner/tokenizer.json")
    planner = Planner.assemble(random_weights(CONFIG), CONFIG, storage.read(own / written.name), tokenizer)
    plan = planner.plan("replace the boat with [ref#1]", {1: (bank.word("swan"), "picture")}, bank.word("lake"))
    assert plan.prompt
    assert plan.embeddings is not None
    exact = Planner.assemble(random_weights(CONFIG), CONFIG, planner_tensors(stage, written), tokenizer)
    view = bank.word("lake")
    prompt = exact.prompt(vocabulary.source("remove the boat"), {}, view)
    states = exact.model.forward(prompt, exact.model.cache(200)).float()
    ids, soft = read_tokens(vocabulary, vocabulary.source("remove the boat"), {}, photo=True)
    other = filled(Generating(vocabulary, bank, pairs(bank), []), np.random.default_rng(0), 40)
    mine = Example(ids, [0.0] * len(ids), [(soft[0][0], view)])
    with torch.no_grad():
        packed_states = stage.network.states(packed([[*other, mine]], 96))[0].float()
    start = sum(len(example.tokens) for example in other)
    found = packed_states[start : start + len(ids)]
    assert torch.nn.functional.cosine_similarity(found, states, dim=1).min() > 0.999


def planner_tensors(stage: PlannerStage, written: Path) -> dict[str, torch.Tensor]:
    """The adapter before it was packed, with the recalled nouns of the file."""
    recalled = {name: each for name, each in storage.read(written).items() if name.startswith("recall.")}
    return stage.network.adapter() | recalled


def test_no_decoder_is_loaded():
    path = os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])
    own = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"}
    ran = subprocess.run(
        [sys.executable, str(PROGRAM), INSTRUCTION], env=own, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    imported = ran.stdout.split()
    assert "training" in imported
    assert "diffusers" not in imported


def test_absent_runs_wrong_runs_and_settings_are_named(build, tmp_path):
    with pytest.raises(BadInput, match="Run language-alignment first"):
        build(GENERATION, before=str(tmp_path))
    with pytest.raises(BadInput, match="first stage"):
        build(ALIGNMENT, before=str(tmp_path))
    with pytest.raises(BadInput, match="strength"):
        build(ALIGNMENT, strength=1)
    loop.train(build(INSTRUCTION), replace(RECIPE, steps=1, validate_every=1), tmp_path / "last")
    with pytest.raises(BadInput, match=r"has the unknown language\.layers"):
        build(GENERATION, before=str(tmp_path / "last"))
    (tmp_path / EMBEDDINGS).write_bytes(b"no zip")
    with pytest.raises(BadInput, match="holds no embeddings by name"):
        build(ALIGNMENT)
