"""Networks of transformers' classes, loaded from a folder of a bundle: offline, without pickles, never in part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import torch

from engine.device import best_device, fast_dtype, out_of_memory
from engine.errors import BundleError

LOADING = (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError)  # what damaged folders raise
CURE = "Pull or import the bundle again."
FEW = 3  # names shown


class Folders(Protocol):
    """What a network is loaded from."""

    def folder(self, folder: str, /) -> Path:
        """The place of a folder on disk, after every file of it was checked."""
        ...


def computing() -> tuple[torch.device, torch.dtype]:
    """Where understanding computes: on a card in its fast type, else in float32."""
    device = best_device()
    return device, torch.float32 if device.type == "cpu" else fast_dtype(device)


def network(kind: Any, files: Folders, folder: str, dtype: torch.dtype, device: torch.device | None = None) -> Any:
    """A network of a folder, ready to answer.

    Parameters
    ----------
    kind
        Class with transformers' ``from_pretrained``.
    files, folder
        The bundle, and the folder in it.
    dtype, device
        What it computes in, and where; the CPU when absent.

    Raises
    ------
    BundleError
        When weights are missing, unknown to the class or of another shape: they are named.
    """
    try:
        with quiet():
            model, told = kind.from_pretrained(
                files.folder(folder), dtype=dtype, use_safetensors=True, local_files_only=True,
                output_loading_info=True, ignore_mismatched_sizes=True,
            )  # fmt: skip
    except LOADING as fault:
        if out_of_memory(fault):
            raise
        raise BundleError(f"{folder} cannot be loaded ({' '.join(str(fault).split())[:200]}).", CURE) from fault
    odd = sorted(name for name, *_ in told["mismatched_keys"])
    wrong = {"lacks": sorted(told["missing_keys"]), "has of another shape": odd}
    said = [
        f"{what} {', '.join(names[:FEW])}" + (f" and {len(names) - FEW} more" if len(names) > FEW else "")
        for what, names in wrong.items()
        if names
    ]
    if said:
        raise BundleError(f"{folder} {' and '.join(said)}.", CURE)
    return model.to(device or torch.device("cpu")).eval().requires_grad_(False)


def processor(kind: Any, files: Folders, folder: str) -> Any:
    """A tokenizer or what prepares pictures or sounds, of a folder.

    Raises
    ------
    BundleError
        When it is missing or damaged.
    """
    try:
        with quiet():
            return kind.from_pretrained(files.folder(folder), local_files_only=True)
    except LOADING as fault:
        raise BundleError(f"{folder} cannot be loaded ({' '.join(str(fault).split())[:200]}).", CURE) from fault


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' progress bars and advice out of the user's sight."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
