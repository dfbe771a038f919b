"""Where the first stage begins: fresh projectors, the input one fitted to nouns before anything else learns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, optim
from torch.nn import functional

from engine.encode.text import DIMENSIONS
from engine.plan.projectors import Projector
from engine.plan.tokens import Vocabulary
from engine.plan.writing import SOFT_PER_REFERENCE
from training.planner.network import LanguageModel, PlannerNetwork
from training.planner.nouns import Bank

ENTER_HIDDEN, LEAVE_HIDDEN = 1024, 768
_BATCH = 256
_RATES = 1.5e-3, 1e-5  # at the first step and at the last


def fresh(weights: Mapping[str, Tensor], config: Mapping[str, Any], rank: int, seed: int) -> PlannerNetwork:
    """The published language model with projectors that have learnt nothing.

    Parameters
    ----------
    weights, config
        Named as LlamaForCausalLM names them, and its ``config.json``.
    rank
        Of the low-rank additions; 0 for none.
    seed
        Of the drawing.
    """
    generator = torch.Generator().manual_seed(seed)
    language = LanguageModel(weights, config, rank, generator)
    width = language.shape.width
    enter = Projector.new(DIMENSIONS, ENTER_HIDDEN, SOFT_PER_REFERENCE * width, generator)
    return PlannerNetwork(language, enter, Projector.new(width, LEAVE_HIDDEN, DIMENSIONS, generator))


def fit_projector(network: PlannerNetwork, bank: Bank, vocabulary: Vocabulary, steps: int, seed: int) -> None:
    """Fit the input projector, so that soft tokens are the embeddings of the noun's own tokens, on noisy views."""
    if not steps:
        return
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        targets = network.language.embed(torch.from_numpy(bank.tokens(vocabulary))).float().flatten(1)
    parameters = list(network.enter.parameters())
    optimizer = optim.AdamW(parameters, lr=_RATES[0], weight_decay=1e-4)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = _RATES[0] * (1 - step / steps) + _RATES[1]
        picked = rng.integers(len(bank.names), size=_BATCH)
        views = np.stack([bank.view(rng, bank.names[place], "picture") for place in picked])
        loss = functional.mse_loss(network.enter(torch.from_numpy(views)), targets[picked]) / targets.var()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()  # nothing may be left for the first step of the training
