"""Pulls a bundle from the hub on the user's explicit command.

What the hub says of a repository at the first pull (commit, and each file's size and hash) is pinned beside the
bundles; later pulls and repairs get exactly those bytes, until the user asks for newer ones. Files lie in
``NAME.partial`` until all of them are proven; then the folder takes the bundle's name in one rename.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.bundle import licences
from engine.bundle.bundle import Bundle, default_home, stamp_file
from engine.bundle.catalogue import Offer, OfferedPart, offer
from engine.bundle.copies import derived
from engine.bundle.disk import link, need_space, recover, remove, speaking_of, swap, sync_folder, write
from engine.bundle.hub import Hub, Remote
from engine.bundle.lock import locked
from engine.bundle.manifest import NAME, Component, Entry, Manifest, Origin, sha256_of
from engine.bundle.pins import Pins
from engine.bundle.progress import Status
from engine.bundle.stamps import Stamps
from engine.bundle.transfer import Wish, fetch_file, proven
from engine.errors import BundleError
from engine.memory import taken

OnStatus = Callable[[Status], None]


@dataclass(frozen=True)
class Order:
    """What to pull, and how.

    Attributes
    ----------
    name
        The bundle.
    wanted, unwanted
        Optional parts to add, and parts to leave out.
    update
        Take the newest revisions instead of the pinned ones.
    offers
        Folder of descriptions; by default the shipped ones.
    """

    name: str
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    update: bool = False
    offers: Path | None = None


def pull(
    order: Order, home: Path | None = None, on_status: OnStatus = lambda _status: None, hub: Hub | None = None
) -> Bundle:
    """Get a bundle, or what of it is missing, altered or, with ``update``, newer.

    Parameters
    ----------
    order
        What to pull.
    home
        Folder that holds the bundles; default :func:`engine.bundle.default_home`.
    on_status
        Told how far it has come.
    hub
        Where from.

    Returns
    -------
    Bundle
        The pulled bundle; every file of it was proven against the pinned hashes.

    Raises
    ------
    BadInput
        A licence is not accepted.
    BundleError
        Something cannot be had, or is not what the hub says.
    MachineError
        The disk is full or cannot be written.
    """
    home, hub = home or default_home(), hub or Hub()
    offered = offer(order.name, order.offers)
    parts = offered.chosen(order.wanted, order.unwanted)
    licences.require({part.licence for part in parts}, home)
    if offered.extends:
        Bundle.open(offered.extends, home)  # rather than after hours of fetching
    with speaking_of(home):
        home.mkdir(parents=True, exist_ok=True)
        with locked(home / f"{order.name}.lock"):
            _pull(offered, parts, home, on_status, hub, order.update)
    return Bundle.open(order.name, home)


def _pull(
    offered: Offer, parts: tuple[OfferedPart, ...], home: Path, on_status: OnStatus, hub: Hub, update: bool
) -> None:
    target, work = home / offered.name, home / f"{offered.name}.partial"
    recover(target)
    pins = Pins(home / f"{offered.name}.pins.json", hub, update)
    wishes = {part.name: _wishes(part, work, pins, hub) for part in parts}
    _reuse([wish for some in wishes.values() for wish in some], target, work, offered.name, home)
    everything = [wish for some in wishes.values() for wish in some]
    total, there = (sum(counts) for counts in ([w.wanted.size for w in everything], [w.there for w in everything]))
    need_space(home, total - there, f"Pulling {offered.name}")
    stamps = Stamps(work / "stamps.json", work)
    components, fresh = [], 0
    for part in parts:
        entries = []
        for wish in wishes[part.name]:
            rest = sum(w.there for w in everything if w is not wish)
            held = wish.there

            def told(done: int, wish: Wish = wish, rest: int = rest, base: int = fresh - held) -> None:
                on_status(Status(wish.name, rest + done, total, max(base + done, 0)))

            sha256 = _known(wish.target, wish.wanted, stamps) or fetch_file(wish, hub, told)
            fresh += wish.wanted.size - held
            stamps.sha256(wish.target)
            stamps.save()
            entries.append(Entry(wish.name, sha256, wish.wanted.size))
        components.append(_component(part, tuple(entries), pins.commit(part.repository)))
    bundle = work / "bundle"
    components += _settings(offered, parts, bundle)
    components += _copies(target, tuple(components), bundle)
    _finish(Manifest(offered.name, offered.version, tuple(components), offered.extends), bundle, target, work)


def _wishes(part: OfferedPart, work: Path, pins: Pins, hub: Hub) -> list[Wish]:
    """Every file of a part with what it must be."""
    known = pins.files(part.repository, part.revision)
    wishes = []
    for file in part.files:
        found = known.get(file.path)
        if found is None and not file.needed:
            continue
        if found is None:
            raise BundleError(
                f"{part.repository} no longer holds {file.path}.", "Update Overtone, or leave the part out."
            )
        if (file.sha256 or found.sha256, file.size or found.size) != (found.sha256, found.size):
            raise BundleError(f"{file.path} of {part.repository} has changed on the hub.", "Update Overtone.")
        name = f"{part.folder}/{file.to}" if part.folder else file.to
        url = hub.url(part.repository, file.path, pins.commit(part.repository))
        wishes.append(Wish(name, url, work / "bundle" / name, found, part.repository))
    return wishes


def _reuse(wishes: list[Wish], target: Path, work: Path, name: str, home: Path) -> None:
    """Bring over what the bundle that is there already has, and clear away what no longer belongs."""
    wanted = {wish.name: wish for wish in wishes}
    places = {place for wish in wishes for place in (wish.target, wish.part)}
    for path in sorted((work / "bundle").rglob("*"), reverse=True) if work.is_dir() else ():
        if path.is_file() and path not in places:
            remove(path)
    try:
        entries = Manifest.read(target / NAME).entries
    except BundleError:
        return
    stamps = Stamps(stamp_file(home, name), target)
    for path, entry in entries.items():
        wish, file = wanted.get(path), target / path
        if wish is None or wish.target.is_file() or not file.is_file() or file.stat().st_size != entry.size:
            continue
        if _known(file, wish.wanted, stamps):
            link(file, wish.target)
    stamps.save()


def _known(file: Path, wanted: Remote, stamps: Stamps) -> str | None:
    """The hash of a file that is there already, if it is the wanted one; a large one is hashed once."""
    if not file.is_file():
        return None
    if wanted.sha256 is None:  # git's hash alone is known: a small file
        return proven(file, wanted)
    sha256 = stamps.sha256(file)
    return sha256 if sha256 == wanted.sha256 else None


def _component(part: OfferedPart, entries: tuple[Entry, ...], commit: str) -> Component:
    origin = Origin(part.what, part.licence, f"https://huggingface.co/{part.repository}", part.repository, commit)
    memory = sum(map(taken, part.networks))
    stamp = hashlib.sha256(json.dumps([asdict(entry) for entry in entries]).encode()).hexdigest()
    return Component(part.name, stamp, memory, (origin,), entries, part.networks)


def _copies(target: Path, components: tuple[Component, ...], bundle: Path) -> list[Component]:
    """Bring over the copies in fewer bits that the earlier bundle has of what has not changed."""
    try:
        before = Manifest.read(target / NAME)
    except BundleError:
        return []
    kept = []
    for component in derived(before, components):
        if all((target / entry.path).is_file() for entry in component.files):
            for entry in component.files:
                link(target / entry.path, bundle / entry.path)
            kept.append(component)
    return kept


def _settings(offered: Offer, parts: tuple[OfferedPart, ...], bundle: Path) -> list[Component]:
    """Our own small files, as a component where there are any."""
    entries, files = [], dict(offered.settings)
    for part in parts:
        files |= part.settings
    for path, content in sorted(files.items()):
        write(bundle / path, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())
        entries.append(Entry(path, sha256_of(bundle / path), (bundle / path).stat().st_size))
    origin = Origin("Overtone's own settings", "Apache-2.0", "resources/bundles")
    return [Component("settings", offered.version, 0, (origin,), tuple(entries))] if entries else []


def _finish(manifest: Manifest, bundle: Path, target: Path, work: Path) -> None:
    """Give the proven folder the bundle's name."""
    write(bundle / NAME, manifest.to_bytes())
    sync_folder(bundle)
    swap(bundle, target)
    shutil.rmtree(work)
    fresh = Stamps(stamp_file(target.parent, manifest.name), target)
    for path in manifest.entries:
        fresh.sha256(target / path)
    fresh.save()
