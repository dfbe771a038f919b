"""What can go wrong between the hub and a bundle, against a server on loopback: nothing unproven ever loads."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.bundle import Bundle, licences
from engine.bundle.hub import Hub
from engine.bundle.patience import Patience
from engine.bundle.progress import Status
from engine.bundle.pull import Order, pull
from engine.errors import BundleError, MachineError
from training.bars import Bar, Ground
from training.bars.loopback import LoopbackHub

NAME, REPOSITORY, LARGE, SMALL = "small", "some/model", "unet/model.safetensors", "unet/config.json"
SIZE = 4_000_000  # bytes of the large file
WEIGHTS = random.Random(0).randbytes(SIZE)
FILES = {LARGE: WEIGHTS, SMALL: b'{"tiny": true}\n'}
OFFER = {
    "schema": 1,
    "name": NAME,
    "version": "1",
    "what": "a bundle on loopback",
    "extends": "",
    "tried": False,
    "settings": {},
    "parts": [
        {
            "name": "unet",
            "what": "random bytes",
            "repository": REPOSITORY,
            "revision": "main",
            "licence": "mit",
            "folder": "decoder/unet",
            "files": [{"path": LARGE, "to": "model.safetensors"}, {"path": SMALL, "to": "config.json"}],
        }
    ],
}
IN_BUNDLE = "decoder/unet/model.safetensors"
STALL = 0.5  # seconds
CHILD = """
import resource, signal, sys
from pathlib import Path
from engine.bundle.hub import Hub
from engine.bundle.pull import Order, pull
from engine.errors import OvertoneError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), resource.RLIM_INFINITY))
try:
    pull(Order(sys.argv[1], offers=Path(sys.argv[2])), Path(sys.argv[3]), hub=Hub(sys.argv[5]))
except OvertoneError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


class Scene:
    """A served hub and an empty home.

    Parameters
    ----------
    folder
        Where the home is.
    """

    def __init__(self, folder: Path) -> None:
        self.home, self.offers = folder / "home", folder / "offers"
        self.offers.mkdir(parents=True)
        (self.offers / f"{NAME}.bundle.json").write_text(json.dumps(OFFER))
        self.hub = LoopbackHub()
        self.first = self.hub.commit(REPOSITORY, FILES)

    def pull(self, update: bool = False, stop_at: int = 1 << 60, stall: float = 5.0) -> Bundle:
        """Pull with little patience, and with a user who stops it as soon as ``stop_at`` bytes are there."""

        def watch(status: Status) -> None:
            if status.done >= stop_at:
                raise KeyboardInterrupt

        asker = Hub(self.hub.endpoint, Patience(stall, 2, 0.0))
        return pull(Order(NAME, update=update, offers=self.offers), self.home, watch, asker)

    def stops(self, at: int) -> bool:
        """Whether a pull stopped at so many bytes leaves nothing that loads."""
        with suppress(KeyboardInterrupt):
            self.pull(stop_at=at)
            return False
        return not self.loads()

    def fails(self, kind: type[Exception], stall: float = 5.0) -> str:
        """The message of a pull that fails with one line and leaves nothing that loads; empty when it does not."""
        try:
            self.pull(stall=stall)
        except kind as error:
            return "" if self.loads() else str(error)
        return ""

    def loads(self) -> bool:
        """Whether the bundle can be opened."""
        with suppress(BundleError):
            Bundle.open(NAME, self.home)
            return True
        return False

    def whole(self) -> bool:
        """Whether the bundle loads and holds the published bytes."""
        return self.loads() and Bundle.open(NAME, self.home).path(IN_BUNDLE).read_bytes() == WEIGHTS

    @property
    def sent(self) -> int:
        """Bytes of the large file that were sent."""
        return self.hub.sent(LARGE)


def measure(_ground: Ground) -> list[Bar]:
    """Every fault, each in a scene of its own."""
    cases: dict[str, tuple[str, Callable[[Scene], tuple[bool, str]]]] = {
        "cut at every 10 %": ("the pull goes on by itself; no byte is sent twice", _cut),
        "stopped at every 10 %, then run again": (
            "what is there is gone on with, nothing loads before the end",
            _stopped,
        ),
        "wrong bytes": ("refused, deleted, named; nothing loads", _wrong),
        "altered after the pull": ("does not load; a pull mends it", _altered),
        "404": ("one line; nothing loads; what was fetched stays", _missing),
        "416, and a server without ranges": ("goes on; the part is not cut", _ranges),
        "a connection that stands still": (
            f"given up after {STALL} s each time and gone on with; for ever: one line",
            _slow,
        ),
        "full disk": ("one line, before fetching where it is seen; what was fetched stays", _full),
        "changed revision": (
            "the pinned commit is kept; once it is gone one line; --update keeps equal files",
            _changed,
        ),
    }
    bars = []
    for what, (goal, case) in cases.items():
        with tempfile.TemporaryDirectory() as folder:
            scene = Scene(Path(folder))
            licences.accept(licences.table().values(), scene.home)
            with scene.hub.serving():
                began = time.perf_counter()
                ok, figure = case(scene)
        bars.append(Bar("must", f"hub: {what}", goal, f"{figure} ({time.perf_counter() - began:.1f} s)", ok))
    return bars


def _cut(scene: Scene) -> tuple[bool, str]:
    scene.hub.faults.cut_after = [SIZE // 10] * 9
    scene.pull()
    firsts = [request.first for request in scene.hub.requests if request.path == LARGE]
    return scene.whole() and scene.sent == SIZE and len(
        firsts
    ) == 10, f"{len(firsts)} answers, {scene.sent / SIZE:.3f} × sent"


def _stopped(scene: Scene) -> tuple[bool, str]:
    quiet = sum(scene.stops(tenth * SIZE // 10) for tenth in range(1, 10))
    firsts = [request.first for request in scene.hub.requests if request.path == LARGE]
    scene.pull()
    last = scene.hub.requests[-2].first
    shares = ", ".join(f"{first / SIZE:.0%}" for first in [*firsts, last])
    ok = scene.whole() and quiet == 9 and firsts == sorted(firsts) and last >= 0.9 * SIZE
    return (
        ok,
        f"{quiet} of 9 left nothing that loads; began at {shares}",
    )


def _wrong(scene: Scene) -> tuple[bool, str]:
    refused = 0
    for path in (LARGE, SMALL):
        scene.hub.faults.spoil = {path: lambda content: content[:-1] + bytes([content[-1] ^ 1])}
        refused += "is not what the hub says" in scene.fails(BundleError)
        refused += not any(scene.home.glob(f"{NAME}.partial/**/{Path(path).name}*"))
    scene.hub.faults.spoil = {}
    scene.pull()
    return refused == 4 and scene.whole(), f"{refused} of 4; then whole"


def _altered(scene: Scene) -> tuple[bool, str]:
    scene.pull()
    file = scene.home / NAME / IN_BUNDLE
    file.write_bytes(WEIGHTS[:-1] + bytes([WEIGHTS[-1] ^ 1]))
    try:
        Bundle.open(NAME, scene.home).path(IN_BUNDLE)
        return False, "an altered file was given out"
    except BundleError:
        pass
    before = len(scene.hub.requests)
    scene.pull()
    return scene.whole() and len(scene.hub.requests) == before + 1, "refused; mended by fetching that file alone"


def _missing(scene: Scene) -> tuple[bool, str]:
    scene.hub.faults.statuses = [404]
    first = scene.fails(BundleError)
    scene.hub.commit(REPOSITORY, {LARGE: WEIGHTS})
    scene.home.joinpath(f"{NAME}.pins.json").unlink()
    second = scene.fails(BundleError)
    scene.hub.commit(REPOSITORY, FILES)
    scene.home.joinpath(f"{NAME}.pins.json").unlink()
    scene.pull()
    ok = "no longer has" in first and SMALL in second and scene.whole() and scene.sent == SIZE
    return ok, f"{first!r}; {second!r}"


def _ranges(scene: Scene) -> tuple[bool, str]:
    kept = []
    for fault in ("refuse_ranges", "no_ranges"):
        with tempfile.TemporaryDirectory() as folder:
            inner = Scene(Path(folder))
            licences.accept(licences.table().values(), inner.home)
            with inner.hub.serving():
                setattr(inner.hub.faults, fault, True)
                inner.hub.faults.cut_after = [SIZE // 2]
                inner.pull()
                kept.append(inner.whole())
    return all(kept), f"{sum(kept)} of {len(kept)}"


def _slow(scene: Scene) -> tuple[bool, str]:
    scene.hub.faults.hang, scene.hub.faults.hang_after = 4 * STALL, [SIZE // 4] * 3
    began = time.perf_counter()
    scene.pull(stall=STALL)
    waited = time.perf_counter() - began
    firsts = [request.first for request in scene.hub.requests if request.path == LARGE]
    ok = scene.whole() and len(firsts) == 4 and scene.sent == SIZE and 3 * STALL <= waited < 9 * STALL
    mute = Scene(scene.home.parent / "mute")
    licences.accept(licences.table().values(), mute.home)
    mute.hub.faults.hang, mute.hub.faults.hang_after = 4 * STALL, [0] * 9
    with mute.hub.serving():
        said = mute.fails(BundleError, stall=STALL)
    return (
        ok and "does not come" in said,
        f"{len(firsts)} answers in {waited:.1f} s, {scene.sent / SIZE:.3f} × sent; {said!r}",
    )


def _full(scene: Scene) -> tuple[bool, str]:
    limit = SIZE // 2
    command = [sys.executable, "-c", CHILD, NAME, scene.offers, scene.home, str(limit), scene.hub.endpoint]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, env=environment)
    said = done.stderr.strip()
    kept = sum(part.stat().st_size for part in scene.home.glob(f"{NAME}.partial/**/*.part"))
    early = scene.loads()
    scene.pull()
    seen = _seen_beforehand()
    ok = said.startswith("MachineError") and "is full" in said and "\n" not in said and not early
    ok = ok and kept == limit and scene.whole() and seen
    begun = scene.hub.requests[-2].first
    return (
        ok and begun == kept,
        f"{said!r}; {kept} bytes kept and gone on with; too small a disk is {'' if seen else 'not '}seen beforehand",
    )


def _seen_beforehand() -> bool:
    """A bundle larger than the disk is refused before a byte is fetched."""
    from engine.bundle.disk import need_space

    with tempfile.TemporaryDirectory() as folder:
        try:
            need_space(Path(folder), 1 << 60, "Pulling it")
        except MachineError as error:
            return "needs" in error.message
    return False


def _changed(scene: Scene) -> tuple[bool, str]:
    stopped = scene.stops(SIZE // 2)
    second = scene.hub.commit(REPOSITORY, {LARGE: WEIGHTS, SMALL: b"{}"})
    scene.hub.faults.gone = {scene.first}
    gone = scene.fails(BundleError)
    kept = scene.pull(update=True)
    ok = stopped and "no longer has" in gone and "--update" in gone and scene.whole()
    version = kept.manifest.components[0].origins[0].version
    begun = max(request.first for request in scene.hub.requests if request.path == LARGE)
    return ok and version == second and begun >= SIZE // 2, f"{gone!r}; then gone on with at {begun / SIZE:.0%}"
