"""Every kind of input: its seeds, how it is changed, its share of all, and the part of the program that takes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.files.archives import open_archive
from engine.sandbox import Sandbox
from training.fuzz import seeds
from training.fuzz.mutations import mutated, mutated_json
from training.fuzz.seeds import Seed


@dataclass(frozen=True)
class Place:
    """Where inputs are fed: the reader, and a folder for what the program unpacks."""

    sandbox: Sandbox
    home: Path


@dataclass(frozen=True)
class Kind:
    """One kind of input.

    Attributes
    ----------
    share
        Of all inputs, 0 to 1.
    seeds
        Makes whole inputs.
    feed
        Gives an input, a file, to the program; returns when it is taken, and raises OvertoneError when it is refused.
    change
        Makes a mutated input of a seed and its fellows.
    """

    share: float
    seeds: Callable[[], list[Seed]]
    feed: Callable[[Path, Place], None]
    change: Callable[[np.random.Generator, bytes, Sequence[bytes]], bytes] = mutated


def picture(path: Path, place: Place) -> None:
    """Inspect, read as the photo and as a reference, edit a corner, show it, save it with all that travels in it."""
    from engine.colour import PhotoColour
    from engine.files import Original, SaveOptions, encode
    from engine.files.inspecting import inspect
    from engine.picture import HistoryStep

    inspect(path)
    photo = place.sandbox.photo(path)
    place.sandbox.reference(path)
    pixels = photo.pixels.copy()
    pixels[:9, :9, :3] = photo.white - pixels[:9, :9, :3]
    PhotoColour(photo.icc, photo.white).to_working(pixels[:9, :9, :3].astype(np.float32) / photo.white)
    edited = replace(photo, pixels=pixels, history=(HistoryStep("invert a corner", "starter", 1),))
    for suffix in {path.suffix, ".jpg"} - {".heic", ".dng", ".gif"}:
        encode(edited, suffix, path.name, Original.at(path))
    encode(edited, ".png", path.name, options=SaveOptions(profile="srgb", metadata="no-place"))


def sound(path: Path, place: Place) -> None:
    """Read as a reference."""
    place.sandbox.sound(path)


def archive(path: Path, place: Place) -> None:
    """Open and unpack into memory and into a file."""
    with open_archive(path) as opened:
        for name in opened.names:
            opened.read(name, 1 << 24)
            with (place.home / "member").open("wb") as out:
                opened.copy(name, out)


def project(path: Path, place: Place) -> None:
    """Open as a document, and describe."""
    from engine.project.project_file import open_project, summary

    summary(path)
    opened = open_project(path, place.home / "journals")
    opened.journal.discard()


def patch(path: Path, place: Place) -> None:
    """Unpack every tile."""
    from engine.project.patches import Patch

    for _ in Patch(path).tiles():
        pass


def manifest(path: Path, place: Place) -> None:
    """Open the bundle that it describes."""
    from engine.bundle import Bundle

    for name in ("starter", "studio"):
        root = place.home / name
        (root / "text").mkdir(parents=True, exist_ok=True)
        (root / "text" / "tokenizer.json").write_bytes(seeds.TOKENIZER)
        (root / "bundle.json").write_bytes(path.read_bytes())
    Bundle.open("starter", place.home).verify()


def tensors(path: Path, place: Place) -> None:
    """Load as a bundle's tensors."""
    from engine.bundle import storage

    storage.read(path)


def weights(path: Path, place: Place) -> None:
    """Read as weights that are to be imported."""
    from engine.importing.reading import opened

    with opened([path]) as stored:
        for name in stored.held:
            stored.tensor(name).sum()


def instruction(path: Path, place: Place) -> None:
    """Read as an instruction or as a history of turns."""
    from engine.serial import history_from_json, history_to_json, instruction_from_json, instruction_to_json, read_json

    value = read_json(path)
    if isinstance(value, list):
        history_to_json(history_from_json(value))
    else:
        instruction_to_json(instruction_from_json(value))


def plan(path: Path, place: Place) -> None:
    """Read as an edited plan."""
    from engine.serial import plan_from_json, plan_to_json, read_json

    plan_to_json(plan_from_json(read_json(path)))


KINDS = {
    "pictures": Kind(0.45, seeds.pictures, picture),
    "sounds": Kind(0.12, seeds.sounds, sound),
    "projects": Kind(0.08, seeds.projects, project),
    "patches": Kind(0.06, seeds.patches, patch),
    "archives": Kind(0.06, seeds.archives, archive),
    "manifests": Kind(0.05, seeds.manifests, manifest, mutated_json),
    "tensors": Kind(0.05, seeds.tensors, tensors),
    "weights": Kind(0.03, seeds.weights, weights),
    "instructions": Kind(0.05, seeds.instructions, instruction, mutated_json),
    "plans": Kind(0.05, seeds.plans, plan, mutated_json),
}
