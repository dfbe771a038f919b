"""Reads the released second-stage networks of DiffRIR at ×1, ×2 and ×4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from engine.errors import BadInput
from engine.restore.network import DiffRIR
from engine.restore.shape import SCALES, RestorerShape
from engine.restore.stored import listed

_WRAPPERS = ("params_ema", "params")  # of a training checkpoint, the averaged weights first
_PARALLEL = "module."  # head of every name saved from several devices at once
_FIRST = "G.patch_embed.proj.weight"
_TWICE = {"diffusion.condition.": "condition.", "diffusion.model.": "denoise."}
_SAME = 1e-5  # of the noise schedule's values, which span 1e-20 to 1
HINT = "Name a second-stage DiffRIR file (×1, ×2 or ×4)."


def read(file: Mapping[str, Any], shape: RestorerShape | None = None) -> DiffRIR:
    """The network in a released state dict, in float32.

    Parameters
    ----------
    file
        The state dict, or a mapping that holds it as ``params_ema`` or ``params``; every name may be headed by
        ``module.``.
    shape
        Its sizes; the released ones at the scale that its first convolution tells when absent.

    Raises
    ------
    BadInput
        Naming what is missing, unexpected or of another shape, or when the two copies of a weight, or the noise
        schedule, are not the same.
    """
    state: Mapping[str, Tensor] = next((file[name] for name in _WRAPPERS if name in file), file)
    state = {name.removeprefix(_PARALLEL): value for name, value in state.items()}
    shape = _shape(state) if shape is None else shape
    with torch.device("meta"):
        wanted = {name: value.shape for name, value in DiffRIR(shape).state_dict().items()}
    wrong = {
        "lacks": [name for name in wanted if name not in state],
        "has the unexpected": [name for name in state if name not in wanted],
        "has of another shape": [name for name in wanted if name in state and state[name].shape != wanted[name]],
    }
    faults = [f"{fault} {listed(names)}" for fault, names in wrong.items() if names]
    if faults:
        raise BadInput(f"The restorer {' and '.join(faults)}.", HINT)
    network = DiffRIR(shape)
    _check_copies(state, network)
    network.load_state_dict(state)
    return network.eval()


def _shape(state: Mapping[str, Tensor]) -> RestorerShape:
    """The published sizes at the scale that the width of the first convolution tells."""
    first = state.get(_FIRST)
    for scale in SCALES:
        shape = RestorerShape(scale)
        if first is not None and first.ndim == 4 and first.shape[1] == shape.packed_channels:
            return shape
    raise BadInput(f"{_FIRST} is missing or has a width that no released restorer has.", HINT)


def _check_copies(state: Mapping[str, Tensor], network: DiffRIR) -> None:
    """Every weight is stored twice or with tables that follow from others: they must agree."""
    for copy, original in _TWICE.items():
        for name in (each for each in state if each.startswith(copy)):
            if not torch.equal(state[name], state[original + name.removeprefix(copy)]):
                raise BadInput(f"{name} is not what {original}… holds.", "Download the file again.")
    for name, table in network.diffusion.named_buffers(recurse=False):
        if not torch.allclose(state[f"diffusion.{name}"], table, rtol=_SAME, atol=_SAME):
            raise BadInput(f"The restorer was trained with another noise schedule (diffusion.{name}).", HINT)
