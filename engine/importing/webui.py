"""Model folders as AUTOMATIC1111 and ComfyUI keep them: where their weights lie. Nothing in them is ever written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from engine.bundle.manifest import STARTER
from engine.errors import BadInput
from engine.importing.reading import PICKLES, SAFETENSORS

EXTRA = "extra_model_paths.yaml"  # ComfyUI's list of folders elsewhere
CHECKPOINTS = ("stable-diffusion", "checkpoints")
USED = (*CHECKPOINTS, "vae", "controlnet", "ipadapter")
UNUSED = {
    "lora": "LoRAs", "loras": "LoRAs", "lycoris": "LoRAs", "embeddings": "textual inversions",
    "hypernetworks": "hypernetworks", "clip_vision": "vision towers", "upscale_models": "upscalers",
    "esrgan": "upscalers", "realesrgan": "upscalers", "swinir": "upscalers",
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A file of weights in such a folder.

    Attributes
    ----------
    path
        The file.
    size
        Bytes.
    kind, what
        As in :mod:`engine.importing.kinds`; empty when it is not read.
    whole
        Whether a bundle can be made of it alone.
    linkable
        Whether its weights can stay where they are.
    why
        Why it is not read.
    """

    path: Path
    size: int
    kind: str = ""
    what: str = ""
    whole: bool = False
    linkable: bool = False
    why: str = ""


def is_webui(path: Path) -> bool:
    """Whether a folder, or its ``models``, holds the checkpoints of one of the two programs."""
    return any(name in CHECKPOINTS for name, _ in _folders(path))


def files(path: Path) -> list[Path]:
    """Every file of weights in the folders that are used, in order.

    Raises
    ------
    BadInput
        When ComfyUI's list of further folders is damaged.
    """
    out: dict[Path, None] = {}
    for name, folder in _folders(path):
        if name in USED:
            out |= dict.fromkeys(_weights(folder))
    return list(out)


def unused(path: Path) -> dict[str, int]:
    """What kinds of file lie there that are not used, and how many of each."""
    out: dict[str, int] = {}
    for name, folder in _folders(path):
        count = len(list(_weights(folder))) if name in UNUSED else 0
        if count:
            out[UNUSED[name]] = out.get(UNUSED[name], 0) + count
    return out


def bundle_name(path: Path, taken: Iterable[str] = ()) -> str:
    """A name for the bundle of a file, from the file's own and none of those ``taken``."""
    base = re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._")[:50] or "model"
    base = f"{base}-model" if base == STARTER or base.endswith(".old") else base
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}-{count}"
    return name


def _folders(path: Path) -> Iterator[tuple[str, Path]]:
    """Name in small letters and place of every folder that either program gives a meaning."""
    seen = set()
    for root in (path, path / "models", path / "extensions" / "sd-webui-controlnet"):
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            name = folder.name.lower()
            name = "controlnet" if (root.name, name) == ("sd-webui-controlnet", "models") else name
            if folder.is_dir() and (name in USED or name in UNUSED):
                seen.add(folder.resolve())
                yield name, folder
    for name, folder in _further(path):
        if folder.is_dir() and folder.resolve() not in seen:
            seen.add(folder.resolve())
            yield name, folder


def _further(path: Path) -> Iterator[tuple[str, Path]]:
    """Folders elsewhere that ComfyUI is told of, with the names that it gives them.

    Raises
    ------
    BadInput
        When the list cannot be read.
    """
    place = next((folder / EXTRA for folder in (path, path.parent) if (folder / EXTRA).is_file()), None)
    if place is None:
        return
    try:
        told: Any = yaml.safe_load(place.read_bytes())
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as fault:  # dates and numbers that are none
        raise BadInput(f"{EXTRA} cannot be read ({' '.join(str(fault).split())[:120]}).", "Mend or move it.") from fault
    for section in told.values() if isinstance(told, dict) else ():
        if not isinstance(section, dict):
            continue
        base = place.parent / os.path.expandvars(_at_home(str(section.get("base_path") or ".")))
        for name, folders in section.items():
            if str(name).lower() in (*USED, *UNUSED):
                listed = folders if isinstance(folders, list) else str(folders or "").splitlines()
                yield from ((str(name).lower(), base / str(each).strip()) for each in listed if str(each).strip())


def _at_home(path: str) -> Path:
    """A path with the home that it begins with, as it is where there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _weights(folder: Path) -> Iterator[Path]:
    """Files of weights below a folder, links to folders followed once; links that lead nowhere are none."""
    seen = set()
    for root, names, found in os.walk(folder, followlinks=True):
        real = os.path.realpath(root)
        names[:] = sorted(name for name in names if not name.startswith("."))
        if real in seen:
            names.clear()
            continue
        seen.add(real)
        for name in sorted(found):
            wanted = name.lower().endswith((SAFETENSORS, *PICKLES)) and not name.startswith(".")
            place = Path(root) / name
            if wanted and os.path.isfile(place):  # noqa: PTH113 (Path's own fails at a link into a closed folder)
                yield place
