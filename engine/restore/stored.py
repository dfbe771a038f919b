"""How a bundle stores restorers: one file of weights for all scales, one of their sizes."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import torch
from pydantic import TypeAdapter, ValidationError
from torch import Tensor

from engine.errors import BundleError
from engine.restore.network import DiffRIR
from engine.restore.shape import RestorerShape

WEIGHTS = "own/restorer.safetensors"
CONFIG = "own/restorer.json"
CURE = "Update Overtone, or assemble the bundle again."
_NAMED = 3  # keys named in a message


def describe(shapes: Iterable[RestorerShape]) -> list[dict[str, Any]]:
    """The sizes as the JSON list that :func:`read_shapes` reads."""
    return [asdict(shape) for shape in shapes]


def read_shapes(described: Any) -> tuple[RestorerShape, ...]:
    """The sizes in ``own/restorer.json``, one shape for each scale.

    Raises
    ------
    BundleError
        When a field is unknown or cannot be, or a scale is there twice.
    """
    try:
        shapes = TypeAdapter(tuple[RestorerShape, ...]).validate_python(described)
    except ValidationError as fault:
        first = fault.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BundleError(f"{CONFIG}: {place}: {first['msg'].lower()}.", CURE) from fault
    scales = [shape.scale for shape in shapes]
    if not scales or len(set(scales)) != len(scales):
        raise BundleError(f"{CONFIG} has the scales {scales}: it must have each once.", CURE)
    return shapes


def tensors_of(networks: Mapping[int, DiffRIR]) -> dict[str, Tensor]:
    """Every weight once, its name headed by ``x1.``, ``x2.`` or ``x4.``; the schedule follows from the sizes."""
    return {name: value.detach() for name, value in _named(networks)}


def _named(networks: Mapping[int, DiffRIR]) -> Iterator[tuple[str, Tensor]]:
    for scale, network in sorted(networks.items()):
        for name, value in network.named_parameters():
            yield f"x{scale}.{name}", value


def assemble(shapes: Iterable[RestorerShape], tensors: Mapping[str, Tensor]) -> dict[int, DiffRIR]:
    """The networks of those sizes with these weights, in float32.

    Raises
    ------
    BundleError
        Naming weights that are missing, unknown or of another shape.
    """
    networks = {shape.scale: DiffRIR(shape).eval().requires_grad_(False) for shape in shapes}
    wanted = dict(_named(networks))
    wrong = {
        "lacks": [name for name in wanted if name not in tensors],
        "has the unknown": [name for name in tensors if name not in wanted],
        "has of another shape": [
            name for name in wanted if name in tensors and tensors[name].shape != wanted[name].shape
        ],
    }
    faults = [f"{fault} {listed(names)}" for fault, names in wrong.items() if names]
    if faults:
        raise BundleError(f"{WEIGHTS} {' and '.join(faults)}.", CURE)
    with torch.no_grad():
        for name, value in wanted.items():
            value.copy_(tensors[name])
    return networks


def listed(names: list[str]) -> str:
    """The first few of ``names`` and how many more there are."""
    rest = len(names) - _NAMED
    return ", ".join(sorted(names)[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def placed(network: DiffRIR, device: torch.device, dtype: torch.dtype) -> DiffRIR:
    """The network on ``device`` with convolutions in ``dtype``: a copy, or itself where it is that already.

    The IPR, a few vectors, stays in float32.
    """
    weight = network.G.patch_embed.proj.weight
    if (weight.device, weight.dtype) == (device, dtype):
        return network
    twin = copy.deepcopy(network)
    twin.G.to(dtype)
    twin.condition.E.to(dtype)
    return twin.to(device)
