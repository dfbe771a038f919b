"""A reader for the few protobuf wire types that ONNX graphs and TensorFlow indices use (protobuf encoding guide)."""

from __future__ import annotations

from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a base-128 number at ``at``; returns it with the place after it."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (field number, value) of one message: int for varints, bytes for everything else.

    Raises
    ------
    ValueError
        When a wire type is unknown or the message is cut short.
    """
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = varint(data, at)
            yield number, value
            continue
        if wire == _FIXED64:
            size = 8
        elif wire == _FIXED32:
            size = 4
        elif wire == _BYTES:
            size, at = varint(data, at)
        else:
            raise ValueError(f"unknown protobuf wire type {wire}")
        if at + size > len(data):
            raise ValueError("protobuf message is cut short")
        yield number, data[at : at + size]
        at += size
