"""Safetensors files written tensor by tensor, so that a checkpoint never lies in memory whole."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.importing.layouts import Layout, Shape, Target
from engine.importing.reading import CODES, Stored

if TYPE_CHECKING:
    from torch import Tensor

SIZES = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}


@dataclass(frozen=True)
class Planned:
    """A tensor to be written: its shape and type, and how to get it."""

    shape: Shape
    dtype: str
    get: Callable[[], Tensor]

    @property
    def bytes(self) -> int:
        """On disk and in memory."""
        return math.prod(self.shape) * SIZES[CODES[self.dtype]]


@dataclass(frozen=True)
class Written:
    """A written file: bytes and SHA-256 in hex."""

    size: int
    sha256: str


def planned(stored: Stored, layout: Layout) -> dict[str, dict[str, Planned]]:
    """File to name to tensor, of everything that a layout keeps."""
    out: dict[str, dict[str, Planned]] = {}
    for name, slot in layout.items():
        if name not in stored.held:
            continue
        for target in slot.targets:
            held = stored.held[name]
            shape = _shape(target, held.shape)
            out.setdefault(target.file, {})[target.name] = Planned(
                shape, held.dtype, lambda name=name, target=target: target.of(stored.tensor(name))
            )
    return out


def _shape(target: Target, shape: Shape) -> Shape:
    if target.rows is not None:
        shape = (target.rows[1] - target.rows[0], *shape[1:])
    if target.turned:
        shape = shape[::-1]
    return shape if target.shape is None else target.shape


def write(path: Path, tensors: Mapping[str, Planned], on_bytes: Callable[[int], None] = lambda _count: None) -> Written:
    """Write a safetensors file.

    Parameters
    ----------
    path
        Where; its folder is made.
    tensors
        Name to tensor.
    on_bytes
        Told how many bytes each written tensor has.
    """
    order = sorted(tensors, key=lambda name: (-SIZES[CODES[tensors[name].dtype]], name))  # each begins aligned
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    place = 0
    for name in order:
        each = tensors[name]
        end = place + each.bytes
        header[name] = {"dtype": CODES[each.dtype], "shape": list(each.shape), "data_offsets": [place, end]}
        place = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    with path.open("wb") as file:
        for block in _blocks(text, order, tensors, on_bytes):
            digest.update(block)
            size += file.write(block)
    return Written(size, digest.hexdigest())


def _blocks(
    text: bytes, order: list[str], tensors: Mapping[str, Planned], on_bytes: Callable[[int], None]
) -> Iterator[memoryview]:
    import torch

    yield memoryview(len(text).to_bytes(8, "little") + text)
    for name in order:
        each = tensors[name]
        tensor = each.get().detach().contiguous()
        assert tuple(tensor.shape) == each.shape, name
        if tensor.numel():
            data = tensor.reshape(-1).view(torch.uint8).numpy().data
            yield data
            on_bytes(data.nbytes)
