"""What imported networks ask of memory: their numbers as converted, the rest as the studio bundles are described."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.bundle.catalogue import offer
from engine.bundle.manifest import Component, Network
from engine.memory import CONTROL

HEADS = {  # of the paths of its weights, to a network's name
    "decoder/unet/": "unet", "decoder/inpaint/": "inpaint", "decoder/refiner/": "refiner", "decoder/vae/": "vae",
    "decoder/text_encoder/": "text", "decoder/text_encoder_2/": "text_2", "decoder/adapter.safetensors": "adapter",
    "encoder/clip/": "clip", "encoder/clap/": "clap", "encoder/imagebind.safetensors": "imagebind",
    "language/model": "planner", "grounding/detector/": "detector", "grounding/segmenter/": "segmenter",
    "controls/depth/": "depth", "controls/edges.safetensors": "edges", "own/restorer.safetensors": "restorer",
}  # fmt: skip
CONTROLS = f"decoder/{CONTROL}"
LIKE = {"refiner": "unet", "edges": "depth"}  # which network of a description stands for one that it has not
OTHERS = {  # estimates for what no description has, as there
    "restorer": Network("restorer", "restore", 0, 600_000_000),
    CONTROL: Network(CONTROL, "decode", 0, 200_000_000),
}
WIDE = 1_500_000_000  # numbers in a U-Net from which it is of SDXL's family
WEIGHTS = ".safetensors"


def counted(out: Path, files: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Path in the bundle to numbers, of the weights among files that were written below ``out``."""
    from engine.importing.reading import opened

    counts = {}
    for path in files:
        if path.endswith(WEIGHTS) and not files[path].get("link"):
            with opened([out / path]) as stored:
                counts[path] = sum(math.prod(shape) for shape in stored.shapes.values())
    return counts


def networks_of(counts: Mapping[str, int], before: Iterable[Network]) -> tuple[Network, ...]:
    """The networks of imported weights.

    Parameters
    ----------
    counts
        Path in the bundle to numbers.
    before
        What the bundle holds already, from which it may follow at which size it works.

    Returns
    -------
    In the order of their names; nothing for a prior, which always works on the processor.
    """
    totals: dict[str, int] = {}
    for path, count in counts.items():
        if name := name_of(path):
            totals[name] = totals.get(name, 0) + count
    unet = totals.get("unet") or max((each.weights for each in before if each.name == "unet"), default=0)
    wide = unet >= WIDE or "text_2" in totals
    described = offer("studio-sdxl" if wide else "studio-sd15").parts
    known = {network.name: network for part in described for network in part.networks} | OTHERS
    return tuple(_network(name, count, known) for name, count in sorted(totals.items()))


def _network(name: str, count: int, known: Mapping[str, Network]) -> Network:
    told = known[CONTROL if name.startswith(CONTROL) else LIKE.get(name, name)]
    folder = f"decoder/{name}" if told.folder and name in LIKE else told.folder
    return replace(told, name=name, weights=count, folder=folder)


def name_of(path: str) -> str:
    """The network that a file of weights belongs to; nothing for other files."""
    if path.startswith(CONTROLS):
        return path.split("/")[1]
    return next((name for head, name in HEADS.items() if path.startswith(head)), "")


def without(component: Component, names: Collection[str] = ()) -> Component:
    """A component without the networks of ``names``, and without those of which it holds no file any more."""
    held = {name_of(entry.path) for entry in component.files} - set(names)
    return replace(component, networks=tuple(each for each in component.networks if each.name in held))
