"""Values through the wire: whole ones arrive, crooked ones never become anything."""

from __future__ import annotations

import io
import pickle
import struct
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytest

from engine.files.sounds import Sound
from engine.picture import Photo
from engine.sandbox.wire import Broken, Parts, checked_places, packed, places, receive, send, unpacked
from engine.values import Media


@dataclass(frozen=True)
class Sample:
    media: Media
    size: tuple[int, float]
    way: Literal["a", "b"]
    inner: Sound | None = None


def through(value: object, kind: type) -> object:
    parts: Parts = []
    out = io.BytesIO()
    send(out, {"value": packed(value, parts)})
    return unpacked(kind, receive(io.BytesIO(out.getvalue()))["value"], parts)


def test_whole_values_arrive():
    sound = Sound(np.arange(6, dtype=np.float32).reshape(3, 2), 16_000, 1.5, ("a",))
    sample = through(Sample(Media.sound, (3, 2.5), "b", sound), Sample)
    assert isinstance(sample, Sample)
    assert (sample.media, sample.size, sample.way) == (Media.sound, (3, 2.5), "b")
    assert sample.inner is not None
    assert np.array_equal(sample.inner.samples, sound.samples)
    assert through(Sample(Media.image, (3, 2.5), "a"), Sample) == Sample(Media.image, (3, 2.5), "a")
    empty = through(Sound(np.zeros((0, 1), np.float32), 16_000, 0.0), Sound)
    assert isinstance(empty, Sound)
    assert empty.samples.shape == (0, 1)


PHOTO = {"pixels": [0, "|u1", [2, 2, 3]], "icc": None, "metadata": {}, "notes": [], "history": []}


@pytest.mark.parametrize(
    "change",
    [
        {"pixels": [0, "|u1", [2, 2, 4]]},
        {"pixels": [0, "|O8", [2, 2, 3]]},
        {"pixels": [0, "|u1", [2, 2, -3]]},
        {"pixels": [0, "|u1", [12]]},
        {"pixels": [1, "|u1", [2, 2, 3]]},
        {"pixels": [0, "<f4", [1, 1, 3]]},
        {"pixels": [0, "|u1", [2, 2, 3.0]]},
        {"pixels": None},
        {"icc": 4},
        {"icc": "text"},
        {"icc": -1},
        {"icc": True},
        {"metadata": {"exif": [1]}},
        {"metadata": []},
        {"notes": "text"},
        {"notes": [1]},
        {"extra": 1},
    ],
)
def test_crooked_values_become_nothing(change):
    parts = [memoryview(bytes(12))]
    assert unpacked(Photo, PHOTO, parts).width == 2
    with pytest.raises(Broken):
        unpacked(Photo, PHOTO | change, parts)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x05",
        struct.pack("<I", 10) + b"{}",
        struct.pack("<I", 1 << 31) + b"{}",
        struct.pack("<I", 4) + b"[{}]",
        struct.pack("<I", 3) + b"\xff{}",
        pickle.dumps({"value": 1}),
    ],
)
def test_crooked_headers_are_refused(data):
    with pytest.raises(Broken):
        receive(io.BytesIO(data))


@pytest.mark.parametrize(
    "told", [None, {}, [[1]], [[1, -1]], [[1, 1 << 63]], [[1, True]], [[0, 5 << 30]], [[0, 1]] * 2000]
)
def test_crooked_places_are_refused(told):
    with pytest.raises(Broken):
        checked_places(told)


def test_places_name_the_bytes():
    parts: Parts = []
    packed(b"abc", parts)
    packed(np.zeros((2, 3), np.uint16), parts)
    assert [size for _, size in checked_places([list(each) for each in places(parts)])] == [3, 12]
