from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import BadInput
from training.data.shards import INDEX, LIMIT, Sample, Shards, write_shards


def samples(count: int, side: int = 20) -> list[Sample]:
    random = np.random.default_rng(count)
    return [
        Sample(
            {"source": random.integers(0, 256, (side, side, 3), np.uint8), "mask": np.full((side, side), n, np.uint8)},
            {"caption": f'"é" {n}', "n": n},
        )
        for n in range(count)
    ]


def same(one: Sample, two: Sample) -> bool:
    arrays = one.arrays.keys() == two.arrays.keys() and all(
        np.array_equal(one.arrays[name], two.arrays[name]) and one.arrays[name].dtype == two.arrays[name].dtype
        for name in one.arrays
    )
    return arrays and one.rest == two.rest


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(1, 30), limit=st.integers(6_000, 30_000))
def test_samples_come_back_by_index(tmp_path: Path, count: int, limit: int) -> None:
    written = samples(count)
    shards = write_shards(tmp_path, written, limit)
    held = Shards(tmp_path)
    assert len(held) == count == sum(shard.count for shard in shards)
    assert all(same(held[index], written[index]) for index in np.random.default_rng(0).permutation(count))
    assert same(held[-1], written[-1])
    assert all((tmp_path / shard.file).stat().st_size == shard.size <= limit for shard in shards)
    assert {path.name for path in tmp_path.iterdir()} == {INDEX, *(shard.file for shard in shards)}
    with pytest.raises(IndexError):
        held[count]


def test_shards_are_full_but_not_over_16_mib(tmp_path: Path) -> None:
    shards = write_shards(tmp_path, samples(20, 1000))
    assert len(shards) == 5
    assert all(shard.size <= LIMIT for shard in shards)
    assert shards[0].size > LIMIT - 5 * 2**20


def test_too_large_a_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"Sample 1 takes .* more than a shard"):
        write_shards(tmp_path, [samples(1)[0], samples(1, 60)[0]], limit=8_000)
    with pytest.raises(BadInput, match="no sample"):
        write_shards(tmp_path, [])
    with pytest.raises(BadInput, match="holds no shards"):
        Shards(tmp_path)


def test_a_cut_shard_is_named_not_half_read(tmp_path: Path) -> None:
    shards = write_shards(tmp_path, samples(9), limit=8_000)
    path = tmp_path / shards[1].file
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(BadInput, match=rf"{shards[1].file} is {len(content) // 2} bytes long instead of"):
        Shards(tmp_path)
    path.unlink()
    with pytest.raises(BadInput, match=rf"{shards[1].file} is missing"):
        Shards(tmp_path)


def test_an_altered_shard_is_named(tmp_path: Path) -> None:
    shards = write_shards(tmp_path, samples(9), limit=8_000)
    path = tmp_path / shards[1].file
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    held = Shards(tmp_path)
    assert same(held[0], samples(9)[0])
    with pytest.raises(BadInput, match=rf"{shards[1].file} was altered"):
        held[shards[0].count]


def test_a_damaged_index_is_told(tmp_path: Path) -> None:
    write_shards(tmp_path, samples(2))
    index = tmp_path / INDEX
    table = json.loads(index.read_text())
    for text, said in (("{", "damaged"), (json.dumps({**table, "version": 9}), "version 9"), ("[]", "damaged")):
        index.write_text(text)
        with pytest.raises(BadInput, match=said):
            Shards(tmp_path)


def test_writing_again_leaves_nothing_old(tmp_path: Path) -> None:
    write_shards(tmp_path, samples(9), limit=8_000)
    (shard,) = write_shards(tmp_path, samples(2))
    assert {path.name for path in tmp_path.iterdir()} == {INDEX, shard.file}


def test_a_writing_that_fails_leaves_no_index(tmp_path: Path) -> None:
    def broken():
        yield from samples(6)
        raise RuntimeError("the source broke")

    write_shards(tmp_path, samples(9), limit=8_000)
    with pytest.raises(RuntimeError, match="broke"):
        write_shards(tmp_path, broken(), limit=8_000)
    with pytest.raises(BadInput, match="holds no shards"):
        Shards(tmp_path)
