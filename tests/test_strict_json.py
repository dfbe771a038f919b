"""JSON from anybody's file: what is not plain, small and flat enough is refused."""

from __future__ import annotations

import json

import pytest

from engine import strict_json


def test_plain_json_is_read_as_ever():
    value = {"a": [1, 2.5, None, True, "ä"], "b": {"c": {}}}
    assert strict_json.loads(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a": NaN}', "NaN"),
        (b"[-Infinity]", "Infinity"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b"[" * 100_000, "deeply|Expecting"),
        (b"[" * 40 + b"]" * 40, "deeply"),
        (b"9" * 5_000, "digits"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "deeply"),
        (b"\xff\xfe{}", "decode"),
        (b" " * 101, "over"),
        (b"", "Expecting"),
    ],
)
def test_what_is_not_is_refused(data, says):
    with pytest.raises(ValueError, match=says):
        strict_json.loads(data, largest=100 if says == "over" else strict_json.LARGEST)
