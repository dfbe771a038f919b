"""Pulling bundles from a hub on loopback."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.bundle import Bundle, licences, transfer
from engine.bundle.hub import Hub, Remote
from engine.bundle.patience import Patience
from engine.bundle.progress import Status
from engine.bundle.pull import Order, pull
from engine.errors import BadInput, BundleError, MachineError
from training.bars.loopback import LoopbackHub

WEIGHTS = bytes(range(256)) * 4000  # a large file: about 1 MB
CONFIG = b'{"tiny": true}\n'
OFFER = {
    "schema": 1,
    "name": "small",
    "version": "1",
    "what": "a bundle for tests",
    "extends": "",
    "tried": False,
    "settings": {"decoder/decoder.json": {"side": 64}},
    "parts": [
        {
            "name": "unet",
            "what": "a network",
            "repository": "some/model",
            "revision": "main",
            "licence": "creativeml-openrail-m",
            "folder": "decoder/unet",
            "files": [{"path": "unet/w.safetensors", "to": "w.safetensors"}, {"path": "unet/c.json", "to": "c.json"}],
        },
        {
            "name": "extra",
            "what": "more",
            "repository": "other/model",
            "revision": "main",
            "licence": "mit",
            "folder": "extra",
            "files": [{"path": "e.bin", "to": "e.bin"}],
            "optional": True,
        },
    ],
}


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    served = LoopbackHub()
    served.commit("some/model", {"unet/w.safetensors": WEIGHTS, "unet/c.json": CONFIG, "unasked.bin": WEIGHTS})
    served.commit("other/model", {"e.bin": WEIGHTS[:9000]})
    with served.serving():
        yield served


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    licences.accept(licences.table().values(), folder)
    (tmp_path / "offers").mkdir()
    (tmp_path / "offers" / "small.bundle.json").write_text(json.dumps(OFFER))
    return folder


def order(home: Path, **changes) -> Order:
    return Order("small", offers=home.parent / "offers", **changes)


def asker(hub: LoopbackHub, **changes) -> Hub:
    return Hub(hub.endpoint, Patience(**({"stall": 5.0, "pause": 0.0, "attempts": 3} | changes)))


def test_a_pull_proves_and_pins_every_file(hub, home):
    seen: list[Status] = []
    bundle = pull(order(home), home, seen.append, asker(hub))
    assert bundle.names() == ("decoder/decoder.json", "decoder/unet/c.json", "decoder/unet/w.safetensors")
    assert bundle.path("decoder/unet/w.safetensors").read_bytes() == WEIGHTS
    assert bundle.json("decoder/decoder.json") == {"side": 64}
    entry = bundle.manifest.entries["decoder/unet/w.safetensors"]
    assert (entry.sha256, entry.size) == (hashlib.sha256(WEIGHTS).hexdigest(), len(WEIGHTS))
    assert bundle.manifest.component("unet").origins[0].licence == "creativeml-openrail-m"
    assert seen[-1].done == seen[-1].total == len(WEIGHTS) + len(CONFIG)
    assert not (home / "small.partial").exists()
    assert hub.sent("unasked.bin") == 0
    before = len(hub.requests)
    pull(order(home), home, hub=asker(hub))
    assert len(hub.requests) == before  # nothing is fetched twice


def test_a_later_pull_keeps_to_the_pinned_commit_until_asked_to_update(hub, home):
    first = pull(order(home), home, hub=asker(hub)).manifest.component("unet").origins[0].version
    second = hub.commit("some/model", {"unet/w.safetensors": WEIGHTS, "unet/c.json": b"{}"})
    (home / "small" / "decoder/unet/c.json").write_text("spoiled")
    with pytest.raises(BundleError, match=r"models pull small"):
        Bundle.open("small", home)
    again = pull(order(home), home, hub=asker(hub))
    assert again.manifest.component("unet").origins[0].version == first
    sent = hub.sent("unet/w.safetensors")
    newer = pull(order(home, update=True), home, hub=asker(hub))
    assert newer.manifest.component("unet").origins[0].version == second
    assert newer.json("decoder/unet/c.json") == {}
    assert hub.sent("unet/w.safetensors") == sent == len(WEIGHTS)


def test_an_optional_part_comes_when_asked_for(hub, home):
    assert pull(order(home, wanted=("extra",)), home, hub=asker(hub)).has("extra/e.bin")
    assert not pull(order(home), home, hub=asker(hub)).has("extra/e.bin")
    with pytest.raises(BundleError, match="no part 'vae'"):
        pull(order(home, wanted=("vae",)), home, hub=asker(hub))


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_passing_fault_is_waited_out(hub, home, status):
    hub.faults.statuses = [status, status]
    assert pull(order(home), home, hub=asker(hub)).has("decoder/unet/c.json")


@pytest.mark.parametrize(
    ("statuses", "said"),
    [([404], "no longer has"), ([403], "accept its terms"), ([503] * 9, "does not come"), ([418], "answers 418")],
)
def test_a_lasting_fault_is_one_line_and_installs_nothing(hub, home, statuses, said):
    hub.faults.statuses = statuses
    with pytest.raises(BundleError, match=said):
        pull(order(home), home, hub=asker(hub))
    with pytest.raises(BundleError, match="is not here"):
        Bundle.open("small", home)


def test_a_repository_that_is_not_there_is_named(hub, home):
    hub.faults.gone.add(hub.commit("some/model", {"unet/w.safetensors": WEIGHTS, "unet/c.json": CONFIG}))
    with pytest.raises(BundleError, match=r"no longer has some/model"):
        pull(order(home), home, hub=asker(hub))
    with pytest.raises(BundleError, match="cannot be reached"):
        pull(order(home), home, hub=Hub("http://127.0.0.1:9", Patience(stall=1, pause=0, attempts=2)))


def test_a_licence_has_to_be_accepted_once(hub, tmp_path, home):
    other = tmp_path / "other"
    with pytest.raises(BadInput, match="CreativeML OpenRAIL-M"):
        pull(order(home), other, hub=asker(hub))
    assert not hub.requests
    licences.accept(licences.unaccepted(["creativeml-openrail-m", "mit"], other), other)
    assert not licences.unaccepted(["creativeml-openrail-m"], other)
    assert pull(order(home), other, hub=asker(hub))


def test_the_disk_is_checked_before_anything_is_fetched(hub, home, monkeypatch):
    monkeypatch.setattr("engine.bundle.disk.shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1 << 20}))
    with pytest.raises(MachineError, match=r"Pulling small needs 68 MB"):
        pull(order(home), home, hub=asker(hub))
    assert not hub.requests


def test_a_token_goes_to_the_hub_alone_and_is_never_shown(hub, home, monkeypatch, capfd):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    hub.faults.statuses = [503]
    pull(order(home), home, hub=asker(hub))
    store = [request.headers for request in hub.requests]
    assert all("authorization" not in {name.lower() for name in headers} for headers in store)
    shown = capfd.readouterr()
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert "hf_secret" not in shown.out + shown.err
    assert b"hf_secret" not in kept
    assert b"signature" not in kept


def test_offline_means_offline(hub, home):
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_ENDPOINT": hub.endpoint, "OVERTONE_HOME": str(home)}
    code = (
        "from pathlib import Path; from engine.bundle.pull import Order, pull; "
        f"pull(Order('small', offers=Path({str(home.parent / 'offers')!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "The hub is switched off." in done.stderr
    assert not hub.requests


def test_a_file_that_is_not_the_bundles_is_not_loaded(hub, home):
    bundle = pull(order(home), home, hub=asker(hub))
    assert bundle.folder("decoder/unet") == home / "small/decoder/unet"
    (home / "small/decoder/unet/model.safetensors.index.json").write_text("{}")
    with pytest.raises(BundleError, match="is not a file of the bundle"):
        bundle.folder("decoder/unet")


def test_the_part_of_an_interrupted_pull_is_gone_on_with(hub, home, monkeypatch):
    class StoppedError(Exception):
        pass

    def stop(status: Status) -> None:
        if status.done > 400_000:
            raise StoppedError

    with pytest.raises(StoppedError):
        pull(order(home), home, stop, asker(hub))
    [part] = (home / "small.partial").rglob("*.part")
    there = part.stat().st_size
    assert 400_000 < there < len(WEIGHTS)
    pull(order(home), home, hub=asker(hub))
    assert hub.requests[-2].first == there


def test_a_trickle_is_given_up_and_what_it_brought_is_kept(tmp_path, monkeypatch):
    now = iter(range(0, 1000, 2))
    monkeypatch.setattr(transfer.time, "monotonic", lambda: next(now))
    wish = transfer.Wish("w", "", tmp_path / "w", Remote(100, "00"), "some/model")
    digest, written = transfer.Digest(100), bytearray()
    answer = SimpleNamespace(iter_raw=lambda: iter([b"x"] * 100))
    with pytest.raises(transfer._StalledError):
        transfer._take(answer, wish, digest, 0, written.extend, lambda _done: None, 5.0)
    assert digest.done == len(written) == 2  # the third byte came with the verdict; it is asked for again
