"""Changes to bytes: blind ones, and ones that keep a container whole around broken content."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from training.fuzz import containers

MOST = 200_000  # bytes of an input
HEAD = 256  # bytes where most formats keep their sizes
NUMBERS = (0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WIDE = (1 << 33, (1 << 63) - 1, (1 << 64) - 1)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 255, 2**31, 2**63, -(2**63), 10**40, 0.0, -0.5, 1e308, 1e-320),
    *(
        "",
        "..",
        "../../../outside",
        "/etc/passwd",
        "C:\\outside",
        "[ref#1]",
        "[ref#0]",
        "[ref#99999999999]",
        "\0",
        "é" * 9,
    ),
    *("a" * 5000, [], {}, [[]], [None], {"": None}, {"op": "remove"}, [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]),
)

Numbers = np.random.Generator


def mutated(numbers: Numbers, seed: bytes, others: Sequence[bytes]) -> bytes:
    """One to four changes to ``seed``; ``others`` are inputs of the same kind whose parts may be taken."""
    data = seed
    for _ in range(int(numbers.integers(1, 5))):
        split = containers.splitter(data)
        aware = split is not None and numbers.random() < 0.5
        data = _whole(numbers, data, others, split) if aware and split else _blind(numbers, data, others)
    return data[:MOST]


def mutated_json(numbers: Numbers, seed: bytes, others: Sequence[bytes]) -> bytes:
    """As :func:`mutated` for JSON: values, names and nesting change; now and then the text itself."""
    if numbers.random() < 0.3:
        return mutated(numbers, seed, others)
    tree = json.loads(seed)
    for _ in range(int(numbers.integers(1, 4))):
        tree = changed_tree(numbers, tree, json.loads(others[int(numbers.integers(len(others)))]))
    text = json.dumps(tree, ensure_ascii=bool(numbers.integers(2)))
    match int(numbers.integers(12)):
        case 0:
            text = "[" * int(numbers.integers(20, 5000)) + text
        case 1:
            text = text.replace("1", "NaN", 1)
        case 2:
            text = text.replace("{", '{"text": 1, "text": 2,', 1)
        case 3:
            text = text.replace('"', '"\\ud800', 1)
    return text.encode("utf-8", "surrogatepass")[:MOST]


def changed_tree(numbers: Numbers, tree: Any, other: Any) -> Any:
    """JSON with one value, name or place changed; parts may come out of ``other``."""
    if isinstance(tree, dict | list) and tree and numbers.random() < 0.8:
        copy: Any = dict(tree) if isinstance(tree, dict) else list(tree)
        keys = list(copy) if isinstance(copy, dict) else list(range(len(copy)))
        key = keys[int(numbers.integers(len(keys)))]
        action = numbers.random()
        if action < 0.08:
            del copy[key]
        elif action < 0.16 and isinstance(copy, dict):
            copy[str(_any(numbers, VALUES))] = copy.pop(key)
        elif action < 0.24 and isinstance(copy, list):
            copy += [copy[key]] * int(numbers.integers(1, 50))
        else:
            copy[key] = changed_tree(numbers, copy[key], other)
        return copy
    return _any(numbers, VALUES) if numbers.random() < 0.8 else other


def _any(numbers: Numbers, choices: Sequence[Any]) -> Any:
    return choices[int(numbers.integers(len(choices)))]


def _place(numbers: Numbers, data: bytes) -> int:
    """Somewhere in the data, in its head as often as elsewhere."""
    return int(numbers.integers(min(len(data), HEAD) if numbers.random() < 0.5 else len(data)))


def _blind(numbers: Numbers, data: bytes, others: Sequence[bytes]) -> bytes:
    if len(data) < 8:
        return data + numbers.bytes(8)
    changed = bytearray(data)
    at = _place(numbers, data)
    span = int(numbers.integers(1, 64))
    match int(numbers.integers(9)):
        case 0:
            for _ in range(int(numbers.integers(1, 9))):
                changed[_place(numbers, data)] ^= 1 << int(numbers.integers(8))
        case 1:
            changed[at : at + span] = numbers.bytes(span)
        case 2:
            form = _any(numbers, ("<H", ">H", "<I", ">I", "<Q", ">Q"))
            size = struct.calcsize(form)
            number = _any(numbers, (*NUMBERS, *WIDE)) & ((1 << 8 * size) - 1)
            changed[at : at + size] = struct.pack(form, number)
        case 3:
            del changed[at:]
        case 4:
            del changed[at : at + span]
        case 5:
            changed[at:at] = changed[at : at + span] * int(numbers.integers(1, 40))
        case 6:
            changed[at:at] = numbers.bytes(span)
        case 7:
            changed[at : at + span] = bytes([int(_any(numbers, (0, 255, 0x7F)))]) * span
        case _:
            other = _any(numbers, others)
            changed[at:] = other[min(at, len(other)) :]
    return bytes(changed)


def _whole(
    numbers: Numbers, data: bytes, others: Sequence[bytes], split: Callable[[bytes], containers.Container]
) -> bytes:
    """Change the parts of a container and put it together again with right lengths and check sums."""
    container = split(data)
    parts = list(container.parts)
    if not parts:
        return _blind(numbers, data, others)
    one, two = (int(numbers.integers(len(parts))) for _ in range(2))
    match int(numbers.integers(7 if container.names else 6)) if len(parts) > 3 else 5:
        case 6:
            parts[one] = _any(numbers, container.names), parts[one][1]
        case 0:
            parts[one], parts[two] = parts[two], parts[one]
        case 1:
            parts.insert(one, parts[two])
        case 2:
            del parts[one]
        case 3:
            parts[one] = parts[one][0], parts[two][1]
        case _:
            name, content = parts[one]
            parts[one] = name, _content(numbers, content, [part for _, part in parts])
    return container.join(parts)


def _content(numbers: Numbers, content: bytes, others: Sequence[bytes]) -> bytes:
    """Change one part: by its values where it is JSON."""
    if content.startswith(b"{") and numbers.random() < 0.8:
        try:
            tree = json.loads(content)
            return json.dumps(changed_tree(numbers, tree, tree)).encode()
        except ValueError:  # changed before
            pass
    return _blind(numbers, content, others)
