"""The soak in small: it runs through, and what it reports is what was used."""

from __future__ import annotations

import mmap
import sys

import pytest

from training.bars.soak import Use, soak

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measured on Linux")


def test_handles_stay_and_memory_is_noted_after_every_edit(tmp_path):
    use = soak(tmp_path, 12, (320, 240), reopen=3)
    assert len(use.memory) == len(use.handles) == 12
    assert min(use.memory) > 5 * 10**7
    assert len(set(use.handles[1:])) == 1
    assert not list((tmp_path / "journals").rglob("*.patch"))


def test_growth_is_from_the_warm_beginning_to_the_end():
    assert Use([0] * 5 + [100] * 50 + [400] * 50, []).growth(5) == 300
    assert Use([500] * 5 + [100] * 100, []).growth(5) == 0


def test_a_handle_left_open_and_memory_kept_are_seen(tmp_path):
    use = Use()
    use.note()
    files = [(tmp_path / f"{number}").open("w") for number in range(3)]
    kept = mmap.mmap(-1, 50_000_000)  # never out of memory that the process has already
    kept.write(b"x" * len(kept))
    use.note()
    for file in files:
        file.close()
    assert use.handles[1] - use.handles[0] == 3
    assert use.memory[1] - use.memory[0] > 45_000_000
    kept.close()
