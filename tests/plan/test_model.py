"""The lean forward pass is the reference network, however the tokens are cut into passes."""

from __future__ import annotations

import pytest
import torch

from engine.errors import BundleError
from engine.plan.model import Model


@pytest.fixture(scope="module")
def tokens():
    return torch.randint(0, 300, (23,), generator=torch.Generator().manual_seed(5))


def reference(weights, config, tokens):
    from transformers import LlamaConfig, LlamaForCausalLM

    network = LlamaForCausalLM(
        LlamaConfig(**{**config, "rope_parameters": {"rope_theta": config["rope_theta"], "rope_type": "default"}})
    ).eval()
    network.load_state_dict({**weights, "lm_head.weight": weights["model.embed_tokens.weight"]})
    with torch.no_grad():
        return network(tokens[None]).logits[0]


@pytest.mark.parametrize("cuts", [[23], [9, 1, 13], [1] * 23, [20, 3]])
def test_equals_transformers(make_model, tokens, cuts):
    model, weights, config = make_model()
    cache = model.cache(40)
    pieces = torch.split(tokens, cuts)
    ours = torch.cat([model.logits(model.forward(model.embedding[piece], cache)) for piece in pieces])
    torch.testing.assert_close(ours, reference(weights, config, tokens), atol=2e-5, rtol=1e-4)
    assert cache.length == 23


def test_half_precision_stays_close(tokens, make_model):
    _, weights, config = make_model()
    model = Model.build(weights, config)
    ours = model.logits(model.forward(model.embedding[tokens], model.cache(40))).float()
    exact = reference(weights, config, tokens)
    assert (ours - exact).norm() / exact.norm() < 0.05


def test_low_rank_products_are_merged(make_model, tokens):
    g = torch.Generator().manual_seed(2)
    low_rank = {"1.qkv.a": torch.randn(3, 32, generator=g), "1.qkv.b": torch.randn(64, 3, generator=g) * 0.1}
    model, weights, config = make_model(low_rank)
    product = low_rank["1.qkv.b"] @ low_rank["1.qkv.a"]
    changed = dict(weights)
    for name, rows in (("q", slice(0, 32)), ("k", slice(32, 48)), ("v", slice(48, 64))):
        changed[f"model.layers.1.self_attn.{name}_proj.weight"] = (
            weights[f"model.layers.1.self_attn.{name}_proj.weight"] + product[rows]
        )
    ours = model.logits(model.forward(model.embedding[tokens], model.cache(40)))
    torch.testing.assert_close(ours, reference(changed, config, tokens), atol=2e-5, rtol=1e-4)
    assert (ours - reference(weights, config, tokens)).abs().max() > 0.01


def test_rejected_drafts_leave_no_trace(make_model, tokens):
    model, _, _ = make_model()
    cache = model.cache(40)
    model.forward(model.embedding[tokens[:10]], cache)
    model.forward(model.embedding[tokens[15:20]], cache)
    cache.length = 10
    ours = model.logits(model.forward(model.embedding[tokens[10:]], cache))
    fresh = model.logits(model.forward(model.embedding[tokens], model.cache(40)))[10:]
    torch.testing.assert_close(ours, fresh, atol=2e-5, rtol=1e-4)


def test_missing_weight_is_named(make_model):
    _, weights, config = make_model()
    del weights["model.layers.1.mlp.up_proj.weight"]
    with pytest.raises(BundleError, match=r"layers\.1\.mlp\.up_proj"):
        Model.build(weights, config)
