"""Low-rank additions (Hu et al. 2021, section 4.1) to named layers, through peft; merged, they leave no trace."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.lora import LoraLayer
from torch import nn

from training.core.stage import matching

TRAINED = ("*.lora_A.*", "*.lora_B.*")  # what a stage with additions trains


def add(module: nn.Module, patterns: Iterable[str], rank: int, seed: int = 0) -> list[str]:
    """Give layers an addition ``B A`` that is zero at first.

    Parameters
    ----------
    module
        Changed in place; its own weights are frozen.
    patterns
        Of the names of linear, embedding or convolution layers.
    rank
        Of the additions.
    seed
        Of the drawing of A.

    Returns
    -------
    list of str
        The names of the layers.

    Raises
    ------
    BadInput
        When a pattern fits no layer.
    """
    takes = (nn.Linear, nn.Embedding, nn.Conv2d)
    names = matching((name for name, part in module.named_modules() if isinstance(part, takes)), patterns)
    config = LoraConfig(r=rank, lora_alpha=rank, target_modules=names)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        inject_adapter_in_model(config, module)
    return names


def merge(module: nn.Module) -> None:
    """Add the additions to their layers' weights and take them away; names are as before :func:`add`."""
    for name, part in list(module.named_modules()):
        if isinstance(part, LoraLayer):
            part.merge()  # type: ignore[operator]
            module.set_submodule(name, part.get_base_layer())
