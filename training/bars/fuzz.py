"""Bar: mutated inputs of every kind that is read neither crash, hang, swell nor leave their place.

``OVERTONE_FUZZ=100000`` asks for more inputs than the usual 20,000; those of a smaller run are among them.
"""

from __future__ import annotations

import hashlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from training.bars import Bar, Ground
from training.fuzz.feed import made
from training.fuzz.kinds import KINDS

COUNT, VARIABLE = 20_000, "OVERTONE_FUZZ"
FEED = "training.fuzz.feed"
BATCH = 250  # inputs of one process
AT_ONCE = 2
HANG, STUCK = 5.0, 30.0  # seconds that an input may take; after which the process is ended
START = 300.0  # seconds for loading libraries on a busy machine
MEMORY = 10**9  # bytes


@dataclass
class Found:
    """What became of the inputs."""

    outcomes: dict[tuple[str, int], str] = field(default_factory=dict)
    crashes: list[tuple[str, int]] = field(default_factory=list)
    hangs: list[tuple[str, int]] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    slowest: float = 0.0
    memory: int = 0

    def digest(self) -> str:
        """The same for the same outcomes."""
        text = "\n".join(f"{kind} {number} {what}" for (kind, number), what in sorted(self.outcomes.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def measure(ground: Ground) -> list[Bar]:
    """Feed every kind its share; inputs that broke something are kept in the folder for details."""
    count = int(os.environ.get(VARIABLE, COUNT))
    found = Found()
    batches: queue.SimpleQueue[tuple[str, int, int]] = queue.SimpleQueue()
    for kind, each in KINDS.items():
        most = round(count * each.share)
        for first in range(0, most, BATCH):
            batches.put((kind, first, min(first + BATCH, most)))
    threads = [threading.Thread(target=_work, args=(batches, found)) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _keep(ground.out / "fuzz", found)
    outcomes = list(found.outcomes.values())
    tally = ", ".join(f"{outcomes.count(what)} {what}" for what in ("taken", "refused", "ended"))
    figure = f"{len(outcomes)} inputs of {len(KINDS)} kinds ({tally} their reader; {found.digest()})"
    whole = len(outcomes) >= min(count, COUNT) * 0.99
    return [
        Bar(
            "must",
            "fuzz: crashes",
            f"none in ≥ {COUNT:,} inputs",
            f"{len(found.crashes)} in {figure}",
            whole and not found.crashes,
        ),
        Bar(
            "must",
            "fuzz: hangs",
            f"none over {HANG:.0f} s",
            f"{len(found.hangs)}; slowest {found.slowest:.1f} s",
            not found.hangs,
        ),
        Bar(
            "must",
            "fuzz: memory",
            "no process over 1 GB",
            f"{found.memory / 1e6:.0f} MB at most",
            found.memory < MEMORY,
        ),
        Bar(
            "must", "fuzz: files outside", "none", f"{len(found.outside)} {found.outside[:3] or ''}", not found.outside
        ),
        Bar(
            "aim",
            "fuzz: inputs",
            "100,000",
            f"{len(outcomes)}; {VARIABLE}=100000 asks for more",
            len(outcomes) >= 99_000,
        ),
    ]


def _work(batches: queue.SimpleQueue[tuple[str, int, int]], found: Found) -> None:
    """Take batches until there are none."""
    with tempfile.TemporaryDirectory(prefix="overtone-fuzz-") as name:
        root = Path(name) / "some" / "where" / "deep"  # what climbs out of it is still seen
        root.mkdir(parents=True)
        while True:
            try:
                kind, first, end = batches.get_nowait()
            except queue.Empty:
                break
            while first < end:
                first = _run(root, kind, first, end, found)
        found.outside += _strangers(Path(name), root)


def _run(root: Path, kind: str, first: int, end: int, found: Found) -> int:
    """One process over the inputs from ``first``; returns the number to go on from."""
    told = root / "told"
    told.unlink(missing_ok=True)
    places = {
        "TMPDIR": root / "tmp",
        "HOME": root / "user",
        "XDG_STATE_HOME": root / "user",
        "XDG_DATA_HOME": root / "user",
    }
    places["TORCHINDUCTOR_CACHE_DIR"] = root / "torch"  # made by PyTorch as soon as it is loaded
    for place in places.values():
        place.mkdir(exist_ok=True)
    command = [sys.executable, "-m", FEED, str(root), kind, str(first), str(end)]
    errors = root / "errors"
    with errors.open("wb") as out:
        surroundings = {**os.environ, **{name: str(place) for name, place in places.items()}}
        process = subprocess.Popen(command, stdout=out, stderr=out, env=surroundings)
        size, since = -1, time.monotonic()
        while process.poll() is None:
            time.sleep(0.05)
            now = told.stat().st_size if told.exists() else 0
            if now != size:
                size, since = now, time.monotonic()
            elif time.monotonic() - since > (STUCK if size else START):
                process.kill()
        stuck = process.returncode == -9
    lines = told.read_text().splitlines() if told.exists() else []
    for line in lines:
        words = line.split()
        if words[0] == "memory":
            found.memory = max(found.memory, *map(int, words[1:]))
        elif len(words) == 3:
            number, seconds = int(words[0]), float(words[2])
            found.outcomes[kind, number] = words[1]
            found.slowest = max(found.slowest, seconds)
            if seconds > HANG:
                found.hangs.append((kind, number))
    if process.returncode == 0:
        return end
    last = lines[-1].split() if lines else []
    broken = int(last[0]) if len(last) == 1 else first + len(lines)
    (found.hangs if stuck else found.crashes).append((kind, broken))
    found.outcomes[kind, broken] = "hung" if stuck else "crashed"
    print(f"{kind} {broken}: {errors.read_text(errors='replace').strip()[-600:]}", flush=True)
    return broken + 1


def _strangers(top: Path, root: Path) -> list[str]:
    """Files that lie where none should: anything but the inputs, and what the program unpacks in its own folders."""
    own = {root, *root.parents, *(root / name for name in ("told", "errors", "inside", "home", "tmp", "user", "torch"))}
    own |= set((root / "inside").glob("input.*"))
    free = [root / "home" / name for name in ("starter", "studio", "journals", "member")]
    strangers = [path for path in sorted(top.rglob("*")) if path not in own]
    strangers = [path for path in strangers if not any(path == each or each in path.parents for each in free)]
    elsewhere = [path for path in (Path("/tmp/overtone-outside"), Path("/outside")) if path.exists()]
    return [str(path.relative_to(top)) for path in strangers] + [str(path) for path in elsewhere]


def _keep(folder: Path, found: Found) -> None:
    """The inputs that broke something, for looking at them."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, number in {*found.crashes, *found.hangs}:
        seed = made(kind, number, KINDS[kind].seeds())
        (folder / f"{kind}-{number}{seed.suffix}").write_bytes(seed.data)
