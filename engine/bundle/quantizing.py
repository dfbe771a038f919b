"""Makes, times and keeps copies of a bundle's networks in fewer bits."""

from __future__ import annotations

import copy
import datetime
import importlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from engine import linked, quantized
from engine.bundle.bundle import Bundle, default_home
from engine.bundle.copies import derived_stamp
from engine.bundle.disk import remove, speaking_of, sync_folder, write
from engine.bundle.fetch import OnProgress, ignore_progress
from engine.bundle.lock import locked
from engine.bundle.manifest import NAME, Component, Entry, sha256_of
from engine.device import best_device, fast_dtype, release
from engine.errors import BadInput, BundleError, MachineError

WORDS = 64  # tokens that a language model is timed on


def quantize(
    name: str, folder: str, bits: quantized.Bits, home: Path | None = None, progress: OnProgress = ignore_progress
) -> quantized.Measured:
    """Make a copy of a network in 8 or 4 bits, time both in turns, and keep the copy in the bundle.

    Parameters
    ----------
    name
        The bundle.
    folder
        The network's folder, e.g. ``decoder/unet``.
    bits
        8 or 4.
    home
        Folder that holds the bundles; default :func:`engine.bundle.default_home`.
    progress
        Told what is being done.

    Returns
    -------
    Measured
        Speed and error of the copy beside the original.

    Raises
    ------
    BadInput
        The bundle has no such network, or it is not one that can be timed.
    BundleError
        The bundle is missing or damaged.
    """
    home = home or default_home()
    bundle = Bundle.open(name, home)
    manifest = bundle.manifest
    source = next((each for each in manifest.components if _holds(each, folder)), None)
    if source is None:
        there = sorted({entry.path.rpartition("/")[0] for entry in manifest.entries.values() if _config(entry)})
        raise BadInput(f"{name} has no network {folder!r} of its own.", f"It has: {', '.join(there) or 'none'}.")
    device = best_device()
    dtype = fast_dtype(device)
    progress(f"Loading {folder}", 0.0)
    network = _loaded(bundle, folder, dtype)
    place = quantized.folder_of(folder, bits)
    making = home / f"{name}.partial-{place.replace('/', '-')}"
    with speaking_of(home), locked(home / f"{name}.lock"):
        remove(making)
        try:
            progress(f"Timing {folder} in {bits} bits on {device.type}", 0.3)
            measured = _timed(network, bits, device, making)
            write(making / quantized.MEASURED, measured.to_bytes())
            _keep(bundle, source, place, bits, making)
        finally:
            remove(making)
            release()
    return measured


def _holds(component: Component, folder: str) -> bool:
    return any(entry.path == f"{folder}/config.json" for entry in component.files)


def _config(entry: Entry) -> bool:
    return entry.path.endswith("/config.json")


def _loaded(bundle: Bundle, folder: str, dtype: torch.dtype) -> torch.nn.Module:
    """The network of a folder in diffusers' or transformers' layout."""
    config = bundle.json(f"{folder}/config.json")
    named = config.get("_class_name") or next(iter(config.get("architectures") or ()), "")
    library = "diffusers" if "_class_name" in config else "transformers"
    kind: Any = getattr(importlib.import_module(library), named, None) if named else None
    if kind is None or not hasattr(kind, "from_pretrained"):
        raise BadInput(f"{folder} is no network of {library} ({named or 'no class named'}).", "Choose another.")
    try:
        option = {"torch_dtype" if library == "diffusers" else "dtype": dtype}
        return linked.from_pretrained(kind, bundle, folder, use_safetensors=True, **option).eval()
    except (OSError, ValueError, KeyError, RuntimeError) as fault:
        raise BundleError(f"{folder} cannot be loaded ({' '.join(str(fault).split())}).") from fault


def _timed(network: torch.nn.Module, bits: quantized.Bits, device: torch.device, making: Path) -> quantized.Measured:
    """Both versions timed with the same input; the quantized one is written to ``making`` on the way."""
    call = _caller(network, device)
    coarse = copy.deepcopy(network)
    quantized.quantize(coarse, bits)
    quantized.save(coarse, making)
    try:
        whole, coarse = network.to(device), coarse.to(device)
        return quantized.measure(lambda: call(whole), lambda: call(coarse), device, str(datetime.date.today()))
    except torch.OutOfMemoryError as fault:
        raise MachineError(
            "The card has no room for both versions at once.", "Close other programs that use the card."
        ) from fault


def _caller(network: Any, device: torch.device) -> Callable[[Any], torch.Tensor]:
    """A call with fixed input of the right kind.

    Raises
    ------
    BadInput
        It is neither a denoising network nor one that reads words.
    """
    generator, dtype = torch.Generator().manual_seed(0), network.dtype

    def noise(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator).to(device, dtype)

    config = network.config
    if "cross_attention_dim" in config and "sample_size" in config:
        side = config["sample_size"]
        latents, states = noise(2, config["in_channels"], side, side), noise(2, 77, config["cross_attention_dim"])
        added = {}
        if config.get("addition_embed_type") == "text_time":
            ids = 6 * config["addition_time_embed_dim"]
            width = config["projection_class_embeddings_input_dim"] - ids
            added = {"text_embeds": noise(2, width), "time_ids": torch.ones(2, 6, device=device, dtype=dtype)}
        time = torch.tensor(500, device=device)
        return lambda net: net(
            latents, time, encoder_hidden_states=states, added_cond_kwargs=added or None, return_dict=False
        )[0]
    text = getattr(config, "text_config", config)
    if not hasattr(text, "vocab_size"):
        raise BadInput("Only networks that denoise or read words can be timed.", "Choose the U-Net or the planner.")
    longest = min(WORDS, getattr(text, "max_position_embeddings", WORDS))
    words = torch.randint(0, min(text.vocab_size, 1000), (1, longest), generator=generator).to(device)
    return lambda net: net(input_ids=words, return_dict=False)[0]


def _keep(bundle: Bundle, source: Component, place: str, bits: int, making: Path) -> None:
    """Move the copy into the bundle and name it in the manifest, in this order: a broken run leaves what was there."""
    target = bundle.root / place
    remove(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    sync_folder(making)
    making.rename(target)
    entries = tuple(
        Entry(f"{place}/{file.name}", sha256_of(file), file.stat().st_size) for file in sorted(target.iterdir())
    )
    origins = tuple(replace(origin, what=f"{origin.what}, in {bits} bits") for origin in source.origins)
    name, stamp = f"{source.name}-int{bits}", derived_stamp(source, bits)
    earlier = bundle.manifest.component(name)
    if earlier is not None and earlier.stamp == stamp:  # copies of its other networks
        entries += tuple(entry for entry in earlier.files if not entry.path.startswith(f"{place}/"))
    size = sum(entry.size for entry in entries)
    made = Component(name, stamp, size, origins, entries)
    others = tuple(each for each in bundle.manifest.components if each.name != name)
    write(bundle.root / NAME, replace(bundle.manifest, components=(*others, made)).to_bytes())
