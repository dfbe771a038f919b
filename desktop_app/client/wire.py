"""Values on their way between the window and the engine's process: one JSON head, and raw bytes for every array.

Nothing that arrives can run code: only plain values, arrays and the engine's own dataclasses and enums are rebuilt.
"""

from __future__ import annotations

import enum
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from engine.picture import Photo

TAG = "$"  # the key that tells a tagged value from a plain object
PACKAGE = "engine."  # whose dataclasses and enums may travel
KEPT = 2  # photos that each end remembers, so that a plan and its edit send one photo once
LARGE = 1 << 20  # bytes from which a photo is worth remembering


class Sender:
    """Writes values to a stream; one thread at a time."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._known: list[tuple[int, Photo]] = []
        self._count = 0

    def send(self, value: Any) -> None:
        """Send one value; returns when all of it is written.

        Raises
        ------
        TypeError
            For a value of a kind that cannot travel.
        OSError
            When the other end is gone.
        """
        buffers: list[memoryview] = []
        head = json.dumps(self._pack(value, buffers), separators=(",", ":")).encode()
        sizes = [len(head), *(buffer.nbytes for buffer in buffers)]
        self._stream.write(struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes) + head)
        for buffer in buffers:
            self._stream.write(buffer)
        self._stream.flush()

    def _pack(self, value: Any, buffers: list[memoryview]) -> Any:
        match value:
            case enum.Enum():
                return {TAG: "enum", "type": _name(type(value)), "value": value.value}
            case None | bool() | str() | int() | float():
                return value
            case np.generic():
                return value.item()
            case np.ndarray():
                array = np.ascontiguousarray(value)
                buffers.append(array.reshape(-1).view(np.uint8).data)
                return {TAG: "array", "at": len(buffers) - 1, "dtype": array.dtype.str, "shape": list(value.shape)}
            case bytes():
                buffers.append(memoryview(value))
                return {TAG: "bytes", "at": len(buffers) - 1}
            case Path():
                return {TAG: "path", "path": str(value)}
            case tuple():
                return {TAG: "tuple", "items": [self._pack(item, buffers) for item in value]}
            case list():
                return [self._pack(item, buffers) for item in value]
            case Mapping():
                items = [[self._pack(key, buffers), self._pack(item, buffers)] for key, item in value.items()]
                return {TAG: "dict", "items": items}
            case Photo() if value.pixels.nbytes >= LARGE:
                return self._pack_photo(value, buffers)
        if is_dataclass(value) and not isinstance(value, type):
            return self._pack_fields(value, buffers)
        raise TypeError(f"{type(value).__name__} cannot travel to the engine")

    def _pack_fields(self, value: Any, buffers: list[memoryview]) -> dict[str, Any]:
        packed = {each.name: self._pack(getattr(value, each.name), buffers) for each in fields(value) if each.init}
        return {TAG: "data", "type": _name(type(value)), "fields": packed}

    def _pack_photo(self, photo: Photo, buffers: list[memoryview]) -> dict[str, Any]:
        """A photo, or only its number when the other end still has it."""
        for number, known in self._known:
            if known is photo:
                return {TAG: "known", "number": number}
        self._count += 1
        self._known = [*self._known, (self._count, photo)][-KEPT:]
        return {TAG: "photo", "number": self._count, "photo": self._pack_fields(photo, buffers)}


class Receiver:
    """Reads what a :class:`Sender` at the other end writes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._known: dict[int, Photo] = {}

    def receive(self) -> Any:
        """The next value; waits for it.

        Raises
        ------
        EOFError, OSError
            When the other end is gone.
        ValueError
            When it names a type that may not travel.
        """
        (count,) = struct.unpack("<I", self._read(4))
        head, *buffers = [self._read(size) for size in struct.unpack(f"<{count}Q", self._read(8 * count))]
        return self._unpack(json.loads(head), buffers)

    def _read(self, size: int) -> bytearray:
        """Exactly ``size`` bytes, written where they stay: a large photo is held once."""
        data = bytearray(size)
        view, got = memoryview(data), 0
        while got < size:
            more = self._stream.readinto(view[got:])  # pyright: ignore[reportAttributeAccessIssue]
            if not more:
                raise EOFError
            got += more
        return data

    def _unpack(self, value: Any, buffers: Sequence[bytearray]) -> Any:
        if isinstance(value, list):
            return [self._unpack(item, buffers) for item in value]
        if not isinstance(value, dict):
            return value

        def inner(item: Any) -> Any:
            return self._unpack(item, buffers)

        match value[TAG]:
            case "array":
                return np.frombuffer(buffers[value["at"]], value["dtype"]).reshape(value["shape"])
            case "bytes":
                return bytes(buffers[value["at"]])
            case "path":
                return Path(value["path"])
            case "tuple":
                return tuple(inner(item) for item in value["items"])
            case "dict":
                return {inner(key): inner(item) for key, item in value["items"]}
            case "enum":
                return _type(value["type"])(value["value"])
            case "data":
                return _built(value, inner)
            case "known":
                return self._known[value["number"]]
            case "photo":
                photo = _built(value["photo"], inner)
                self._known[value["number"]] = photo
                while len(self._known) > KEPT:
                    del self._known[min(self._known)]
                return photo
            case other:
                raise ValueError(f"unknown kind of value {other!r}")


def _built(value: dict[str, Any], inner: Callable[[Any], Any]) -> Any:
    return _type(value["type"])(**{name: inner(item) for name, item in value["fields"].items()})


def _name(kind: type) -> str:
    if not kind.__module__.startswith(PACKAGE):
        raise TypeError(f"{kind.__name__} cannot travel to the engine")
    return f"{kind.__module__}:{kind.__qualname__}"


@cache
def _type(name: str) -> type:
    module, _, qualname = name.partition(":")
    if not module.startswith(PACKAGE):
        raise ValueError(f"{name} may not travel")
    kind = getattr(import_module(module), qualname)
    if not (isinstance(kind, type) and (is_dataclass(kind) or issubclass(kind, enum.Enum))):
        raise ValueError(f"{name} may not travel")
    return kind
