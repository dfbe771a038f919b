"""What travels between the program and its reading process: a JSON header, then raw bytes. Nothing is ever unpickled.

The reading process is not trusted: :func:`unpacked` builds a value of the type asked for out of checked parts only.
"""

from __future__ import annotations

import ctypes
import dataclasses
import enum
import json
import math
import struct
import sys
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from engine import strict_json

HEADER = 1 << 20  # bytes of a header at most
PAYLOAD = 4 << 30  # bytes behind it at most: an hour of sound, or 200 megapixels of four 16-bit bands, and then some
PARTS = 1000  # arrays and byte strings of one value at most
KINDS = frozenset({"|u1", "<u2", "<f4"})  # numpy's names of the sample types that files give
BLOCK = 1 << 20  # bytes moved at a time: what a widened pipe holds

Parts = list[memoryview]


class Broken(Exception):
    """The other side said something that it never should, or nothing more."""


def packed(value: Any, parts: Parts) -> Any:
    """A value as JSON; arrays and byte strings are appended to ``parts`` and named by their index.

    Parameters
    ----------
    value
        Dataclasses, tuples, lists, mappings by str, enums, paths, numbers, texts, bytes and arrays, within each other.
    parts
        Gets the raw bytes.
    """
    if isinstance(value, np.ndarray):
        parts.append(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data)
        return [len(parts) - 1, value.dtype.str, list(value.shape)]
    if isinstance(value, bytes):
        parts.append(memoryview(value))
        return len(parts) - 1
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if dataclasses.is_dataclass(value):
        return {field.name: packed(getattr(value, field.name), parts) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): packed(item, parts) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [packed(item, parts) for item in value]
    return value


def unpacked(kind: Any, tree: Any, parts: Sequence[memoryview]) -> Any:
    """A value of the type ``kind`` out of what :func:`packed` made of one.

    Raises
    ------
    Broken
        When ``tree`` is not of that type.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        if tree is None and type(None) in arguments:
            return None
        (kind,) = (each for each in arguments if each is not type(None))  # of unions, only those with None travel
        return unpacked(kind, tree, parts)
    if origin is tuple and isinstance(tree, list):
        if len(arguments) == 2 and arguments[1] is ...:
            return tuple(unpacked(arguments[0], item, parts) for item in tree)
        if len(arguments) == len(tree):
            return tuple(unpacked(each, item, parts) for each, item in zip(arguments, tree, strict=True))
    if origin in (dict, Mapping) and isinstance(tree, dict) and arguments[0] is str:
        return {key: unpacked(arguments[1], item, parts) for key, item in tree.items()}
    if origin is typing.Literal and tree in arguments:
        return tree
    if isinstance(kind, type):
        if dataclasses.is_dataclass(kind):
            return _instance(kind, tree, parts)
        if kind is np.ndarray:
            return _array(tree, parts)
        if kind is bytes and type(tree) is int and 0 <= tree < len(parts):
            return bytes(parts[tree])
        if issubclass(kind, enum.Enum) and tree in [member.value for member in kind]:
            return kind(tree)
        if kind is Path and isinstance(tree, str):
            return Path(tree)
        if kind is float and isinstance(tree, int | float) and not isinstance(tree, bool):
            return float(tree)
        if kind in (int, str, bool, float) and type(tree) is kind:
            return tree
    raise Broken(f"no {kind}")


def _instance(kind: type, tree: Any, parts: Sequence[memoryview]) -> Any:
    hints = typing.get_type_hints(kind)
    named = {field.name for field in dataclasses.fields(kind)}
    if not isinstance(tree, dict) or set(tree) != named:
        raise Broken(f"no {kind.__name__}")
    try:
        return kind(**{name: unpacked(hints[name], item, parts) for name, item in tree.items()})
    except (ValueError, TypeError) as error:  # its own checks
        raise Broken(f"no {kind.__name__}") from error


def _array(tree: Any, parts: Sequence[memoryview]) -> np.ndarray:
    match tree:
        case [int(index), str(dtype), [*shape]] if 0 <= index < len(parts) and dtype in KINDS and len(shape) <= 4:
            sized = all(type(side) is int and side >= 0 for side in shape)
            if sized and math.prod(shape) * np.dtype(dtype).itemsize == len(parts[index]):
                return np.frombuffer(parts[index], dtype).reshape(shape)
    raise Broken("no array")


def send(out: BinaryIO, header: dict[str, Any]) -> None:
    """Write a header to an unbuffered stream."""
    text = json.dumps(header).encode()
    _write(out, memoryview(struct.pack("<I", len(text)) + text))


def send_parts(out: BinaryIO, parts: Parts) -> None:
    """Write raw bytes to an unbuffered stream."""
    for part in parts:
        _write(out, part)


def places(parts: Parts) -> list[tuple[int, int]]:
    """Where in this process the bytes lie, and how many they are."""
    return [(np.frombuffer(part, np.uint8).ctypes.data if len(part) else 0, len(part)) for part in parts]


def receive(stream: BinaryIO) -> dict[str, Any]:
    """Read a header from an unbuffered stream.

    Raises
    ------
    Broken
        When the stream ends or holds something else.
    """
    (length,) = struct.unpack("<I", _exactly(stream, 4))
    if length > HEADER:
        raise Broken("a header without end")
    try:
        header = strict_json.loads(bytes(_exactly(stream, length)))
    except ValueError as error:
        raise Broken("no header") from error
    if not isinstance(header, dict):
        raise Broken("no header")
    return header


def checked_places(told: Any) -> list[tuple[int, int]]:
    """What the other side says of :func:`places`.

    Raises
    ------
    Broken
        When it is not that, or is more than any file gives.
    """
    if not isinstance(told, list) or len(told) > PARTS:
        raise Broken("no places")
    for each in told:
        if (
            not isinstance(each, list)
            or len(each) != 2
            or any(type(n) is not int or not 0 <= n < 1 << 63 for n in each)
        ):
            raise Broken("no place")
    if sum(size for _, size in told) > PAYLOAD:
        raise Broken("too many bytes")
    return [(at, size) for at, size in told]


def receive_parts(stream: BinaryIO, sizes: Sequence[int]) -> Parts:
    """Read raw bytes from an unbuffered stream. Raises as :func:`receive`."""
    return [_exactly(stream, size) for size in sizes]


def copied(process: int, there: Sequence[tuple[int, int]]) -> Parts | None:
    """Bytes straight out of another process, a fifth of what a pipe costs; nothing where the system does not allow it.

    Parameters
    ----------
    process
        Its number; a child of this one.
    there
        Places and sizes in it. It can only name memory of its own: a wrong place reads as a fault here.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "process_vm_readv"):
        return None
    one, none = ctypes.c_ulong(1), ctypes.c_ulong(0)
    parts: Parts = []
    for at, size in there:
        view = np.empty(size, np.uint8)
        done = 0
        while done < size:
            here, other = _Span(view.ctypes.data + done, size - done), _Span(at + done, size - done)
            got = libc.process_vm_readv(process, ctypes.byref(here), one, ctypes.byref(other), one, none)
            if got <= 0:
                return None
            done += got
        parts.append(view.data)
    return parts


class _Span(ctypes.Structure):
    """``struct iovec``."""

    _fields_ = (("at", ctypes.c_void_p), ("size", ctypes.c_size_t))


def _write(out: BinaryIO, part: memoryview) -> None:
    done = 0
    while done < len(part):
        done += out.write(part[done : done + BLOCK]) or 0


def _exactly(stream: BinaryIO, size: int) -> memoryview:
    view = np.empty(size, np.uint8).data  # not zeroed first, as a bytearray would be
    done = 0
    while done < size:
        got = stream.readinto(view[done : done + BLOCK])  # type: ignore[attr-defined]
        if not got:
            raise Broken("the stream ended")
        done += got
    return view
