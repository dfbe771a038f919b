"""A planner with a tiny random network and the real tokenizer."""

from __future__ import annotations

import pytest
import torch

from engine.plan import tokens as t
from engine.plan.model import Model
from engine.plan.planner import Planner
from engine.plan.projectors import Projector
from engine.plan.tokens import Vocabulary
from engine.plan.writing import SOFT_PER_REFERENCE

CONFIG = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "intermediate_size": 48, "vocab_size": 49152, "rms_norm_eps": 1e-5, "rope_theta": 100_000.0,
    "tie_word_embeddings": True, "max_position_embeddings": 4096,
}  # fmt: skip


def random_weights(config: dict, seed: int = 0) -> dict[str, torch.Tensor]:
    """Tensors named as LlamaForCausalLM names them."""
    g = torch.Generator().manual_seed(seed)
    width, inner = config["hidden_size"], config["intermediate_size"]
    keys = width // config["num_attention_heads"] * config["num_key_value_heads"]
    shapes = {
        "self_attn.q_proj": (width, width), "self_attn.k_proj": (keys, width), "self_attn.v_proj": (keys, width),
        "self_attn.o_proj": (width, width), "mlp.gate_proj": (inner, width), "mlp.up_proj": (inner, width),
        "mlp.down_proj": (width, inner),
    }  # fmt: skip
    out = {"model.embed_tokens.weight": torch.randn(config["vocab_size"], width, generator=g) * 0.5}
    out["model.norm.weight"] = 1 + 0.1 * torch.randn(width, generator=g)
    for i in range(config["num_hidden_layers"]):
        for name, shape in shapes.items():
            out[f"model.layers.{i}.{name}.weight"] = torch.randn(shape, generator=g) * 0.3
        for name in ("input_layernorm", "post_attention_layernorm"):
            out[f"model.layers.{i}.{name}.weight"] = 1 + 0.1 * torch.randn(width, generator=g)
    return out


@pytest.fixture(scope="session")
def vocabulary(bundle) -> Vocabulary:
    """SmolLM2's tokens."""
    return Vocabulary.load(bundle.path("planner/tokenizer.json"))


@pytest.fixture(scope="session")
def tiny(bundle) -> Planner:
    """A planner that writes at random but whose code is all real."""
    g = torch.Generator().manual_seed(1)
    adapter = {"rows": torch.randn(len(t.TRAINED_ROWS), 32, generator=g)}
    adapter |= Projector.new(384, 16, SOFT_PER_REFERENCE * 32, g).tensors("enter")
    adapter |= Projector.new(32, 16, 384, g).tensors("leave")
    return Planner.assemble(random_weights(CONFIG), CONFIG, adapter, bundle.path("planner/tokenizer.json"))


@pytest.fixture(scope="session")
def make_model():
    """A tiny random network and its weights, in float32."""

    def make(low_rank: dict[str, torch.Tensor] | None = None) -> tuple[Model, dict[str, torch.Tensor], dict]:
        config = CONFIG | {"vocab_size": 300}
        weights = random_weights(config, 3)
        return Model.build(weights, config, low_rank, dtype=torch.float32), weights, config

    return make


@pytest.fixture(scope="session")
def planner(bundle) -> Planner:
    """The planner as it ships."""
    return Planner.load(bundle)
