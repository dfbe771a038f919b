"""MusiCNN's two taggers from the TensorFlow checkpoints in their wheel, read without TensorFlow."""

from __future__ import annotations

import ast
import json
import zipfile

import numpy as np

from engine.bundle.convert import Converted
from engine.bundle.convert._protobuf import fields, varint

_FOOTER = 48  # bytes: two block handles, padding, 8-byte magic (LevelDB table format)
_FLOAT = 1  # DT_FLOAT
# BundleEntryProto: dtype, shape, offset, size; TensorShapeProto.dim, Dim.size
_DTYPE, _SHAPE, _OFFSET, _SIZE = 1, 2, 4, 5
_DIM = 2
# Our names in the order in which the original builds its convolutions and batch norms.
_CONVOLUTIONS = ("timbral_low", "timbral_high", "tempo_long", "tempo_mid", "tempo_short", "mid_1", "mid_2", "mid_3")
_NORMS = ("norm_in", *(f"{name}_norm" for name in _CONVOLUTIONS), "norm_pool", "norm_hidden")
_DENSE = ("hidden", "tags")


def convert(wheel: zipfile.ZipFile) -> Converted:
    """Take both taggers (MagnaTagATune and Million Song Dataset) and their 50 tags each.

    Parameters
    ----------
    wheel
        The open ``musicnn`` wheel.

    Returns
    -------
    Converted
        Tensors ``mtt.…`` and ``msd.…``, each a state dict of :class:`engine.encode.musicnn.MusiCnn`, and
        ``classes.json`` with the lists ``mtt`` and ``msd``.

    Raises
    ------
    ValueError
        When a checkpoint is not the expected one.
    """
    tensors: dict[str, np.ndarray] = {}
    for kind in ("mtt", "msd"):
        folder = f"musicnn/{kind.upper()}_musicnn/"
        entries = read_index(wheel.read(folder + ".index"))
        data = wheel.read(folder + ".data-00000-of-00001")
        for name, array in _rename(entries, data).items():
            tensors[f"{kind}.{name}"] = array
    tags = _tags(wheel.read("musicnn/configuration.py").decode())
    return Converted(tensors=tensors, files={"classes.json": json.dumps(tags, indent=0).encode()})


def read_index(table: bytes) -> dict[str, tuple[tuple[int, ...], int, int]]:
    """Variables of a TensorFlow ``.index`` file: name to (shape, offset, size in bytes); optimizer slots left out.

    The file is one uncompressed LevelDB table whose keys share prefixes and whose values are BundleEntryProto.
    """
    footer = table[-_FOOTER:]
    _, at = varint(footer, 0)
    _, at = varint(footer, at)
    start, at = varint(footer, at)
    length, at = varint(footer, at)
    entries: dict[str, tuple[tuple[int, ...], int, int]] = {}
    for _, handle in _block(table[start : start + length]):
        offset, place = varint(handle, 0)
        size, _ = varint(handle, place)
        for key, value in _block(table[offset : offset + size]):
            name = key.decode()
            if not name or "Adam" in name or name.startswith("beta"):
                continue
            entries[name] = _entry(value)
    return entries


def _block(block: bytes) -> list[tuple[bytes, bytes]]:
    """Key and value pairs of one LevelDB block."""
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 * (restarts + 1)
    at, key, out = 0, b"", []
    while at < end:
        shared, at = varint(block, at)
        fresh, at = varint(block, at)
        size, at = varint(block, at)
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        out.append((key, block[at : at + size]))
        at += size
    return out


def _entry(message: bytes) -> tuple[tuple[int, ...], int, int]:
    """Shape, offset and size of a BundleEntryProto; empty shape when it is no float32 tensor."""
    shape: tuple[int, ...] = ()
    kind = offset = size = 0
    for number, value in fields(message):
        if number == _DTYPE and isinstance(value, int):
            kind = value
        elif number == _OFFSET and isinstance(value, int):
            offset = value
        elif number == _SIZE and isinstance(value, int):
            size = value
        elif number == _SHAPE and isinstance(value, bytes):
            dims = [item for key, item in fields(value) if key == _DIM and isinstance(item, bytes)]
            shape = tuple(next((n for key, n in fields(dim) if key == 1 and isinstance(n, int)), 0) for dim in dims)
    return (shape if kind == _FLOAT else ()), offset, size


def _rename(entries: dict[str, tuple[tuple[int, ...], int, int]], data: bytes) -> dict[str, np.ndarray]:
    """Our names and torch's axis order for the variables of one tagger."""

    def array(name: str) -> np.ndarray:
        if name not in entries:
            raise ValueError(f"the checkpoint lacks {name}")
        shape, offset, size = entries[name]
        return np.frombuffer(data[offset : offset + size], dtype="<f4").reshape(shape).copy()

    def numbered(base: str, index: int) -> str:
        return base if index == 0 else f"{base}_{index}"

    out: dict[str, np.ndarray] = {}
    for index, name in enumerate(_CONVOLUTIONS):
        source = numbered("conv2d", index)
        # TensorFlow keeps (time, frequency, in, out); torch wants (out, in, time, frequency).
        out[f"{name}.weight"] = np.ascontiguousarray(array(f"{source}/kernel").transpose(3, 2, 0, 1))
        out[f"{name}.bias"] = array(f"{source}/bias")
    for index, name in enumerate(_NORMS):
        source = numbered("batch_normalization", index)
        for theirs, ours in (
            ("gamma", "weight"),
            ("beta", "bias"),
            ("moving_mean", "running_mean"),
            ("moving_variance", "running_var"),
        ):
            out[f"{name}.{ours}"] = array(f"{source}/{theirs}")
    for index, name in enumerate(_DENSE):
        source = numbered("dense", index)
        out[f"{name}.weight"] = np.ascontiguousarray(array(f"{source}/kernel").T)
        out[f"{name}.bias"] = array(f"{source}/bias")
    return out


def _tags(source: str) -> dict[str, list[str]]:
    """The two tag lists of the configuration file, read as literals and not run."""
    found: dict[str, list[str]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in ("MTT_LABELS", "MSD_LABELS"):
                found[name[:3].lower()] = list(ast.literal_eval(node.value))
    if sorted(found) != ["msd", "mtt"]:
        raise ValueError("the configuration file lacks the tag lists")
    return found
