"""Compact forms in which tensors lie on disk, and the way back to floats.

A stored file is a plain safetensors file. A tensor ``w`` of a compact form is kept as several parts (``w``,
``w#scale`` and so on); the header's single metadata entry says which form each such tensor has. Packing uses
element-wise arithmetic and maxima only, so the same input gives the same bytes on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from engine.errors import BundleError

if TYPE_CHECKING:
    import torch

Form = Literal["plain", "half", "int8", "nibbles", "vocabulary"]
CURE = "Run: overtone models assemble starter"
HEADER = "overtone"
SEPARATOR = "#"
SMALL = 4096  # values; below it a compact form saves nothing worth an error
GROUP = 32  # values that share a scale in the blocks of GGUF
TAIL_GROUP = 64  # values that share a scale and a minimum in the tail of a vocabulary
LEVELS = np.float32(31)  # largest 5-bit code


@dataclass(frozen=True, eq=False)
class Packed:
    """One tensor in its stored form.

    Attributes
    ----------
    form
        ``plain``: one part, any type. ``half``: one float16 part, read back as float32.
        ``int8``: symmetric, one float32 scale for each row (first axis).
        ``nibbles``: 4 bits with a float16 scale and a float16 minimum for each 32 values along a row.
        ``vocabulary``: a table whose first rows (the frequent tokens) have 8 bits and a float16 scale for each
        32 values, and the others 5 bits (a plane of nibbles and a plane of bits) with a float16 scale and a float16
        minimum for each 64 values.
    parts
        Part name (empty for the main one) to array.
    """

    form: Form
    parts: Mapping[str, np.ndarray]

    @property
    def memory(self) -> int:
        """Bytes that the tensor takes once read back."""
        main = self.parts[""]
        if self.form == "vocabulary":
            return 2 * (main.size + 2 * self.parts["tail"].size)
        return main.size * {"plain": main.itemsize, "half": 4, "int8": 4, "nibbles": 2 * 2}[self.form]

    @classmethod
    def pack(cls, values: np.ndarray, form: Form) -> Packed:
        """Store ``values`` in ``form``; small, one-dimensional and integer arrays stay as they are."""
        if values.dtype == np.float64:
            values = values.astype(np.float32)
        if form == "plain" or values.dtype not in (np.float32, np.float16) or values.ndim < 2 or values.size < SMALL:
            return cls("plain", {"": np.ascontiguousarray(values)})
        if form == "half":
            return cls("half", {"": np.ascontiguousarray(values.astype(np.float16))})
        if form == "int8":
            return cls("int8", _pack_int8(values.astype(np.float32)))
        raise ValueError(f"no way to pack into {form!r}")


def _pack_int8(values: np.ndarray) -> dict[str, np.ndarray]:
    rows = values.reshape(values.shape[0], -1)
    scale = np.abs(rows).max(axis=1) / np.float32(127)
    scale[scale == 0] = 1
    codes = np.clip(np.rint(rows / scale[:, None]), -127, 127).astype(np.int8)
    return {"": codes.reshape(values.shape), "scale": scale.astype(np.float32)}


def pack_vocabulary(codes: np.ndarray, scale: np.ndarray, tail: np.ndarray) -> Packed:
    """A vocabulary table in its own form.

    Parameters
    ----------
    codes, scale
        First rows: ``(n, D)`` int8 and ``(n, D / 32)`` float16.
    tail
        The other rows, ``(m, D)`` float32.
    """
    rows, columns = tail.shape
    if columns % TAIL_GROUP:
        raise ValueError(f"a vocabulary needs rows of a multiple of {TAIL_GROUP} values, not {columns}")
    groups = tail.reshape(rows, columns // TAIL_GROUP, TAIL_GROUP)
    low = groups.min(axis=2).astype(np.float16)
    step = ((groups.max(axis=2) - low.astype(np.float32)) / LEVELS).astype(np.float16)
    divisor = np.where(step == 0, np.float32(1), step.astype(np.float32))
    levels = np.rint((groups - low.astype(np.float32)[..., None]) / divisor[..., None])
    five = np.clip(levels, 0, LEVELS).astype(np.uint8).reshape(rows, columns)
    return Packed(
        "vocabulary",
        {
            "": codes,
            "scale": scale,
            "tail": (five[:, 0::2] & 15) | (five[:, 1::2] & 15) << 4,
            "tail_bit": np.packbits(five >> 4, axis=1, bitorder="little"),
            "tail_scale": step,
            "tail_min": low,
        },
    )


def write(tensors: Mapping[str, np.ndarray | Packed], form: Form) -> bytes:
    """The bytes of a safetensors file that holds ``tensors``, floats packed into ``form``."""
    parts: dict[str, np.ndarray] = {}
    forms: dict[str, str] = {}
    for name in sorted(tensors):
        value = tensors[name]
        packed = value if isinstance(value, Packed) else Packed.pack(value, form)
        if packed.form != "plain":
            forms[name] = packed.form
        for part, array in packed.parts.items():
            parts[f"{name}{SEPARATOR}{part}" if part else name] = np.ascontiguousarray(array)
    return save(parts, metadata={HEADER: json.dumps(forms, sort_keys=True)})  # one entry only: their order is random


def is_compact(path: Path) -> bool:
    """Whether :func:`write` made this safetensors file."""
    with safe_open(path, framework="np") as file:
        return HEADER in (file.metadata() or {})


def read(path: Path, dtype: torch.dtype | None = None) -> dict[str, torch.Tensor]:
    """Tensors of a safetensors file, back as floats.

    Parameters
    ----------
    path
        A file written by :func:`write`, or any safetensors file.
    dtype
        Type of the floats of compact forms. Default: bfloat16 for nibbles and vocabulary, float32 for the others.

    Raises
    ------
    BundleError
        The file is not a safetensors file or its parts do not belong together.
    """
    try:
        with safe_open(path, framework="pt") as file:
            forms: dict[str, Form] = json.loads((file.metadata() or {}).get(HEADER, "{}"))
            parts = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a mapping)
    except (SafetensorError, ValueError) as fault:
        raise BundleError(f"{path} is damaged ({fault}).", CURE) from fault
    out: dict[str, torch.Tensor] = {}
    for key, value in parts.items():
        name, _, part = key.partition(SEPARATOR)
        if part and name in forms:
            continue
        out[name] = _unpack(forms.get(name, "plain"), name, value, parts, dtype)
    return out


def _unpack(
    form: Form, name: str, main: torch.Tensor, parts: Mapping[str, torch.Tensor], dtype: torch.dtype | None
) -> torch.Tensor:
    import torch

    def part(of: str) -> torch.Tensor:
        try:
            return parts[f"{name}{SEPARATOR}{of}"]
        except KeyError:
            raise BundleError(f"{name} lacks its part {of!r}.", CURE) from None

    if form == "plain":
        return main
    if form == "half":
        return main.to(dtype or torch.float32)
    if form == "int8":
        scale = part("scale").reshape(-1, *[1] * (main.ndim - 1))
        return (main.to(torch.float32) * scale).to(dtype or torch.float32)
    dtype = dtype or torch.bfloat16
    rows = main.shape[0]
    if form == "nibbles":
        packed = main.view(rows, -1, GROUP // 2)
        codes = torch.empty(rows, packed.shape[1], GROUP, dtype=torch.float32)
        codes[..., : GROUP // 2] = packed & 15
        codes[..., GROUP // 2 :] = packed >> 4
        codes.mul_(part("scale").float()[..., None]).add_(part("min").float()[..., None])
        return codes.view(rows, -1).to(dtype)
    if form == "vocabulary":
        first = main.view(rows, -1, GROUP).float().mul_(part("scale").float()[..., None]).view(rows, -1).to(dtype)
        tail, bits = part("tail"), part("tail_bit")
        five = torch.empty(len(tail), tail.shape[1] * 2, dtype=torch.uint8)
        for place in range(8):  # value k of a row: nibble k, bit k
            nibble = tail[:, place // 2 :: 4] >> (4 * (place % 2)) & 15
            five[:, place::8] = nibble | (bits >> place & 1) << 4
        groups = five.view(len(tail), five.shape[1] // TAIL_GROUP, TAIL_GROUP).float()
        groups.mul_(part("tail_scale").float()[..., None]).add_(part("tail_min").float()[..., None])
        return torch.cat([first, groups.view(five.shape).to(dtype)])
    raise BundleError(f"{name} is stored in the unknown form {form!r}.", "Update Overtone.")
