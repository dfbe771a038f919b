"""What was imported, put into a bundle: a component for each import, the manifest written last."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import linked, quantized
from engine.bundle import Bundle
from engine.bundle.bundle import stamp_file
from engine.bundle.lock import locked
from engine.bundle.manifest import NAME, STARTER, Component, Entry, Manifest, Origin, sha256_of
from engine.bundle.stamps import Stamps
from engine.errors import BadInput, BundleError
from engine.files.writing import write_bytes
from engine.importing.needs import networks_of, without
from engine.importing.reading import SAFETENSORS
from engine.memory import needs

NAMES = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
VERSION = "imported"
UNET = "decoder/unet"
WHOLE = "model.safetensors"  # weights in one file, which may have been in several


def check_name(name: str) -> None:
    """Refuse a name that no imported bundle may have.

    Raises
    ------
    BadInput
        Naming it.
    """
    if not NAMES.fullmatch(name) or name.endswith((".", ".old")) or name == STARTER:
        raise BadInput(
            f"A bundle cannot be named {name!r}.", "Take small letters, digits, dots and dashes, and not starter."
        )


def held(home: Path, name: str) -> dict[str, Path]:
    """Path in the bundle to file, of what a bundle of that name holds itself; nothing when there is none.

    Links are left out: they may be broken, which importing again mends.

    Raises
    ------
    BundleError
        When its manifest is damaged, or a file of it is missing or of another size.
    """
    root = home / name
    if not (root / NAME).is_file():
        return {}
    entries = Manifest.read(root / NAME).entries
    places = {path: root / path for path, entry in entries.items() if not entry.link}
    for path, place in places.items():
        if not place.is_file() or place.stat().st_size != entries[path].size:
            raise BundleError(f"The bundle {name!r} is damaged ({path}).", f"Run: overtone models remove {name}")
    return places


def of_others(home: Path, file: Path) -> set[str]:
    """Names of the bundles that ``file`` does not go into unless the user says so.

    Those that were not made by importing, and those whose decoder is linked to another file, if that is still there.
    """
    out = set()
    for path in home.glob(f"*/{NAME}"):
        try:
            manifest = Manifest.read(path)
        except BundleError:
            out.add(path.parent.name)
            continue
        entry = manifest.entries.get(linked.place(UNET))
        other = entry is not None and Path(entry.link) != file.absolute() and Path(entry.link).is_file()
        if manifest.version != VERSION or other:
            out.add(path.parent.name)
    return out


def add(home: Path, name: str, staged: Path, outcome: Mapping[str, Any], origin: Origin) -> Bundle:
    """Move what lies under ``staged`` into the bundle and name it in the manifest.

    Parameters
    ----------
    home, name
        Where bundles lie, and which; a new one extends the starter.
    staged
        Folder of files with the bundle's own paths, on the same disk.
    outcome
        Of :func:`engine.importing.child.run`, the hashes of linked files filled in.
    origin
        Where it comes from.
    """
    root = home / name
    with locked(home / f"{name}.lock"):
        before = Manifest.read(root / NAME) if (root / NAME).is_file() else Manifest(name, VERSION, (), STARTER)
        entries = tuple(Entry(path, **sizes) for path, sizes in sorted(outcome["files"].items()))
        for entry in (each for each in entries if not each.link):
            place = root / entry.path
            place.parent.mkdir(parents=True, exist_ok=True)
            (staged / entry.path).replace(place)
        new = {entry.path for entry in entries}
        going = new | _superseded(new, before)
        origins = (origin,)
        networks = networks_of(outcome.get("numbers", {}), needs(before))
        named = {network.name for network in networks}
        components = []
        for component in before.components:
            kept = tuple(entry for entry in component.files if entry.path not in going)
            if component.name == outcome["part"]:
                origins = (*(each for each in component.origins if each != origin), origin)
                entries += kept
                networks += without(component, named).networks
            else:
                components += [without(replace(component, files=kept), named)] if kept else []
        entries = tuple(sorted(entries, key=lambda entry: entry.path))
        memory = sum({str(entry.place(root)): entry.size for entry in entries}.values())  # one file may be several
        components.append(without(Component(outcome["part"], "", memory, origins, entries, networks)))
        manifest = replace(before, components=tuple(components))
        write_bytes(root / NAME, manifest.to_bytes())
        for path in {*(going - new), *(entry.path for entry in entries if entry.link)}:
            (root / path).unlink(missing_ok=True)
    return Bundle(root, manifest, Stamps(stamp_file(home, name), root))


def _superseded(new: Collection[str], before: Manifest) -> set[str]:
    """What was true of a network's folder before and is no more.

    Its own weights where it is linked now, the link or parts before, and copies in fewer bits of what it held.
    """
    going = set()
    for path in new:
        folder, _, name = path.rpartition("/")
        copies = {quantized.folder_of(folder, bits) for bits in quantized.BITS}
        going |= {old for old in before.entries if old.rpartition("/")[0] in copies}
        if name == linked.NAMES:
            going |= {old for old in before.entries if old.rpartition("/")[0] == folder and old.endswith(SAFETENSORS)}
        elif name.endswith(SAFETENSORS) and not path.startswith("linked/"):
            going |= {old for old in (f"{folder}/{linked.NAMES}", linked.place(folder)) if old in before.entries}
        if name == WHOLE:
            going |= {old for old in before.entries if old.startswith((f"{folder}/model-", f"{path}.index"))}
    return going


def alongside(staged: Path, folder: Path, names: tuple[str, ...], into: str) -> dict[str, dict[str, Any]]:
    """Copy the small files ``names`` of a checkpoint's folder to ``into`` below ``staged``; gives sizes and hashes.

    What the folder itself lacks is taken from ``tokenizer`` in it, where InstructAny2Pix keeps it.
    """
    out = {}
    for name in names:
        source = next((place for place in (folder / name, folder / "tokenizer" / name) if place.is_file()), None)
        if source is not None:
            place = staged / into / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
            out[f"{into}/{name}"] = {"size": place.stat().st_size, "sha256": sha256_of(place)}
    return out


def borrow(staged: Path, home: Path, wanted: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Copy tokenizers of the starter that a checkpoint needs beside it; gives sizes and hashes.

    At which length texts are cut and filled up there is the starter's own affair and is left out.

    Parameters
    ----------
    staged
        As in :func:`add`.
    home
        Where bundles lie.
    wanted
        Path in the new bundle to the starter's.

    Raises
    ------
    BundleError
        When something is wanted and the starter is missing or damaged.
    """
    if not wanted:
        return {}
    starter, out = Bundle.open(STARTER, home), {}
    for path, there in wanted.items():
        content = json.dumps({**starter.json(there), "truncation": None, "padding": None}, ensure_ascii=False).encode()
        (staged / path).parent.mkdir(parents=True, exist_ok=True)
        (staged / path).write_bytes(content)
        out[path] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return out


def hash_links(home: Path, name: str, files: Mapping[str, dict[str, Any]]) -> None:
    """Fill in the hash of every linked file, each read once and remembered for the bundle's first use."""
    stamps = Stamps(stamp_file(home, name), home / name)
    for each in files.values():
        if each.get("link"):
            each["sha256"] = stamps.sha256(Path(each["link"]))
    stamps.save()
