"""JSON from a file that anybody may have written: bounded size and depth, no values that JSON does not have."""

from __future__ import annotations

import json
from typing import Any

LARGEST = 4_000_000  # bytes; a plan is a few kilobytes
DEEPEST = 32  # lists and objects inside each other; a project file has 8


def loads(data: bytes, largest: int = LARGEST, deepest: int = DEEPEST) -> Any:
    """Parse UTF-8 JSON.

    Parameters
    ----------
    data
        The text's bytes.
    largest
        Bytes that it may have.
    deepest
        How many lists and objects may stand inside each other.

    Raises
    ------
    ValueError
        When it is larger, deeper, no UTF-8 or no JSON; holds NaN or Infinity; or an object has a name twice.
    """
    if len(data) > largest:
        raise ValueError(f"over {largest / 1e6:g} MB")
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    level = [value]
    for _ in range(deepest + 1):
        level = [item for outer in level if isinstance(outer, dict | list) for item in _items(outer)]
        if not level:
            return value
    raise ValueError("nested too deeply")


def _items(outer: dict[str, Any] | list[Any]) -> list[Any]:
    return list(outer.values()) if isinstance(outer, dict) else outer


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return value
