"""The prior: its sizes, its norms, its score, what it refuses; and that it learns a planted quality."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

from engine import refine
from engine.errors import BadInput, BundleError
from engine.refine import NORM, Prior, PriorNetwork, PriorShape, mix
from engine.refine.network import waves
from engine.refine.prior import CONFIG, WEIGHTS
from training.core import loop
from training.core.recipe import Recipe
from training.refine.train import Pairs, Refinement, loss_of, write

SIZE = 32
TINY = PriorShape(width=48, layers=2, heads=4, embedding=SIZE, waves=64)
QUALITY = np.eye(SIZE, dtype=np.float32)[0]


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def worded(count: int, seed: int) -> np.ndarray:
    """Embeddings of wishes: any direction but that of quality."""
    out = np.random.default_rng(seed).normal(size=(count, SIZE)).astype(np.float32)
    out[:, 0] = 0
    return unit(out)


def fresh(seed: int = 0) -> PriorNetwork:
    return PriorNetwork(TINY).start(torch.Generator().manual_seed(seed))


def shaken(seed: int = 0) -> Prior:
    """An untrained prior whose answer depends on everything."""
    network = fresh(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.2 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(seed + 1)))
    return Prior(network)


class Folder:
    """A bundle of two files in memory."""

    def __init__(self, tensors: dict[str, torch.Tensor], config: object) -> None:
        self.held: dict[str, Any] = {WEIGHTS: tensors, CONFIG: config}

    def has(self, name: str) -> bool:
        return name in self.held

    def tensors(self, name: str) -> dict[str, torch.Tensor]:
        return self.held[name]

    def json(self, name: str) -> Any:
        return self.held[name]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Prior:
    """Trained on pictures that lie 0.15 further along one direction for each point of their score."""
    rng = np.random.default_rng(0)
    words = worded(4000, 1)
    scores = rng.uniform(1, 10, 4000).astype(np.float32)
    pictures = unit(words + 0.15 * scores[:, None] * QUALITY)
    kinds = torch.from_numpy(rng.integers(len(TINY.kinds), size=4000))
    pairs = Pairs(torch.from_numpy(words), torch.from_numpy(pictures), kinds, torch.from_numpy(scores))
    network = fresh()
    before = loss_of(network, pairs).item()
    recipe = Recipe(steps=400, batch=128, rate=6e-3, beta2=0.98, validate_every=0, save_every=0)
    loop.train(Refinement(network, pairs, pairs), recipe, tmp_path_factory.mktemp("prior"))
    assert loss_of(network, pairs).item() < 0.05 * before
    return Prior(network)


def test_paper_and_starter_sizes():
    # A GPT-2 block has 12 w^2 weights and 13 w biases and gains.
    for shape, blocks, whole in ((PriorShape.paper(), 302e6, 310e6), (PriorShape.starter(), 3.16e6, 4e6)):
        with torch.device("meta"):
            network = PriorNetwork(shape)
        count = sum(p.numel() for p in network.blocks.parameters())
        assert count == shape.layers * (12 * shape.width**2 + 13 * shape.width)
        assert count == pytest.approx(blocks, rel=0.005)
        assert sum(p.numel() for p in network.parameters()) < whole


def test_a_fresh_prior_passes_its_input():
    wish = worded(1, 3)[0]
    assert np.allclose(Prior(fresh()).answer(wish, 6.5), NORM * wish, atol=1e-5)


def test_the_answer_depends_on_score_and_kind_but_not_on_length():
    prior, wish = shaken(), worded(1, 3)[0]
    usual = prior.answer(wish, 6.5)
    assert np.linalg.norm(usual) == pytest.approx(NORM, rel=1e-5)
    assert np.allclose(prior.answer(100 * wish, 6.5), usual, atol=1e-4)
    assert np.abs(prior.answer(wish, 9) - usual).max() > 0.01
    assert np.abs(prior.answer(wish, 6.5, kind="text") - usual).max() > 0.01


def test_attention_looks_back_only():
    network = shaken().network
    x = torch.randn(1, 4, TINY.width, generator=torch.Generator().manual_seed(0))
    other = x.clone()
    other[:, 2:] += 1
    before, after = network.blocks[0](x), network.blocks[0](other)
    assert torch.allclose(before[:, :2], after[:, :2], atol=1e-6)
    assert (before[:, 3] - after[:, 3]).abs().max() > 1e-3


def test_scores_are_told_apart_by_their_waves():
    told = waves(torch.arange(1, 11).float(), 512)
    assert told.shape == (10, 512)
    assert torch.cdist(told, told).fill_diagonal_(9).min() > 0.5


@settings(deadline=None)
@given(st.floats(0, 30), st.floats(1, 10))
def test_guidance_is_plain_extrapolation(guidance, score):
    prior, wish = shaken(), worded(1, 4)[0]
    with torch.no_grad():
        told = torch.from_numpy(np.stack([NORM * wish] * 2))
        c, u = prior.network(told, torch.tensor([4, 4]), torch.tensor([score, 2.0])).numpy()
    wanted = unit(u + guidance * (c - u))
    assert np.allclose(unit(prior.answer(wish, score, guidance)), wanted, atol=1e-4)


def test_the_low_score_itself_leaves_nothing_to_guide():
    prior, wish = shaken(), worded(1, 5)[0]
    assert np.allclose(prior.answer(wish, 2.0, 10), prior.answer(wish, 2.0, 1), atol=1e-5)


def test_the_output_moves_along_quality_as_the_score_rises(learnt):
    for wish in worded(20, 9):
        answers = [unit(learnt.answer(wish, score, guidance=1)) for score in (1.5, 3, 5, 7, 9)]
        along = [float(a @ QUALITY) for a in answers]
        wanted = [0.15 * s / np.hypot(1, 0.15 * s) for s in (1.5, 3, 5, 7, 9)]
        assert np.diff(along).min() > 0.03
        assert np.allclose(along, wanted, atol=0.1)
        assert unit(answers[2] - along[2] * QUALITY) @ wish > 0.97  # the wish itself is kept


def test_guidance_takes_quality_further(learnt):
    wish = worded(1, 10)[0]
    along = [float(unit(learnt.answer(wish, 6.5, g)) @ QUALITY) for g in (0, 1, 2, 4)]
    assert np.diff(along).min() > 0.02


def test_refine_mixes_base_wish_and_answer(learnt):
    wish, start = worded(2, 11)
    answer = learnt.answer(wish, 6.5)
    made = learnt.refine(wish, start, 6.5, weights=(0.4, 0.6, 0.4))
    assert np.allclose(made, unit(0.4 * 20 * start + 0.6 * 20 * wish + 0.4 * answer), atol=1e-6)
    assert np.allclose(learnt.refine(wish, start, 6.5, weights=(0, 0, 2)), answer / NORM, atol=1e-6)
    assert np.allclose(learnt.refine(wish, None, 6.5, weights=(9, 1, 0)), wish, atol=1e-6)
    assert np.linalg.norm(learnt.refine(wish, start, 6.5, norm=20)) == pytest.approx(20, rel=1e-5)


vectors = st.integers(0, 10**6).map(lambda seed: np.random.default_rng(seed).normal(size=8))


@settings(deadline=None)
@given(vectors, vectors, vectors, st.tuples(*[st.floats(0.01, 3)] * 3), st.floats(0.1, 40))
def test_mixing_is_the_papers_formula(base, gen, refined, weights, norm):
    h0, h1, h2 = weights
    e = h0 * 20 * unit(base) + h1 * 20 * unit(gen) + h2 * 20 * unit(refined)
    assert np.allclose(mix(base, gen, refined, weights, norm), norm * e / np.linalg.norm(e), atol=1e-3 * norm)


@pytest.mark.parametrize("weights", [(0, 0, 0), (-1, 1, 1), (1, 1), (1, float("nan"), 1), (float("inf"), 0, 0)])
def test_unusable_weights_are_refused(weights):
    one, two, three = worded(3, 0)
    with pytest.raises(BadInput, match="prior weights"):
        mix(one, two, three, weights)


def test_weights_of_an_absent_base_alone_are_refused():
    wish, answer = worded(2, 0)
    with pytest.raises(BadInput, match="no picture to start from"):
        mix(None, wish, answer, (1, 0, 0))


def test_embeddings_that_cancel_or_have_no_length_are_refused():
    one, two = worded(2, 0)
    with pytest.raises(BadInput, match="cancel"):
        mix(one, -one, two, (1, 1, 0))
    with pytest.raises(BadInput, match="zero or not finite"):
        mix(one, 0 * two, two, (1, 1, 1))
    for norm in (0, -1, float("nan"), float("inf")):
        with pytest.raises(BadInput, match="norm"):
            mix(one, two, two, (1, 1, 1), norm)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"score": 0.9}, "score is 0.9"),
        ({"score": 10.1}, "score is 10.1"),
        ({"score": float("nan")}, "score is nan"),
        ({"guidance": -1}, "guidance scale is -1"),
        ({"guidance": float("inf")}, "guidance scale is inf"),
        ({"kind": "smell"}, "no 'smell' embeddings"),
        ({"gen": np.full(SIZE, np.nan, np.float32)}, "not finite"),
        ({"gen": np.ones(5, np.float32)}, "5 values; the prior takes 32"),
        ({"weights": (0, 0, 0)}, "leave nothing"),
        ({"norm": 0}, "norm is 0"),
    ],
)
def test_bad_input_is_refused_in_one_line(changed, said):
    given = {"gen": worded(1, 0)[0], "base": None, "score": 6.5} | changed
    with pytest.raises(BadInput, match=said) as caught:
        shaken().refine(**given)
    assert "\n" not in str(caught.value)


def test_what_is_saved_is_loaded_the_same(tmp_path, learnt):
    prior = replace(learnt, guidance=3.0)
    write(prior, tmp_path)
    stored = Folder(load_file(tmp_path / "prior.safetensors"), json.loads((tmp_path / "prior.json").read_text()))
    loaded = refine.load(stored)
    assert loaded is not None
    assert loaded.config() == prior.config()
    wish = worded(1, 12)[0]
    assert np.array_equal(loaded.refine(wish, None, 7), prior.refine(wish, None, 7))


def test_no_weights_give_no_prior():
    empty = Folder({}, {})
    empty.held.clear()
    assert refine.load(empty) is None


def test_weights_that_do_not_fit_are_named():
    whole = dict(fresh().state_dict())
    config = Prior(fresh()).config()
    lacking = {name: tensor for name, tensor in whole.items() if name != "leave.bias"}
    with pytest.raises(BundleError, match=r"lacks leave\.bias"):
        refine.load(Folder(lacking, config))
    with pytest.raises(BundleError, match=r"unknown transformer\.wte"):
        refine.load(Folder(whole | {"transformer.wte": torch.zeros(1)}, config))
    with pytest.raises(BundleError, match=r"leave\.bias is \(3,\), not \(32,\)"):
        refine.load(Folder(whole | {"leave.bias": torch.zeros(3)}, config))


@pytest.mark.parametrize(
    "config",
    [
        [],
        {},
        {"shape": {"width": 48}},
        {"shape": {**TINY.to_json(), "heads": 5}},
        {"shape": {**TINY.to_json(), "depth": 5}},
        {"shape": TINY.to_json(), "low_score": 0},
        {"shape": TINY.to_json(), "guidance": -2},
        {"shape": TINY.to_json(), "noise": 1},
    ],
)
def test_a_wrong_configuration_is_named(config):
    with pytest.raises(BundleError, match=r"prior\.json"):
        refine.load(Folder(dict(fresh().state_dict()), config))
