"""Networks of transformers' classes, loaded from a folder of a bundle: offline, without pickles, never in part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from engine import quantized
from engine.device import out_of_memory
from engine.errors import BundleError
from engine.folders import Folders
from engine.networks import Spot

LOADING = (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError)  # what damaged folders raise
CURE = "Pull or import the bundle again."
FEW = 3  # names shown


def network(kind: Any, files: Folders, folder: str, spot: Spot) -> Any:
    """A network of a folder, ready to answer.

    Parameters
    ----------
    kind
        Class with transformers' ``from_pretrained``.
    files, folder
        The bundle, and the folder in it.
    spot
        Where it computes, in what, and in which form its weights are.

    Raises
    ------
    BundleError
        When weights are missing, unknown to the class or of another shape: they are named.
    """
    if spot.form == "half":
        return _whole(kind, files, folder, spot.dtype).to(spot.device)
    return quantized.obtain(
        files, folder, spot.form, lambda: _empty(kind, files.folder(folder)),
        lambda: _whole(kind, files, folder, spot.dtype), spot,
    ).requires_grad_(False)  # fmt: skip


def _empty(kind: Any, folder: Path) -> Any:
    """A network from its configuration alone."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    return kind.from_config(config) if hasattr(kind, "from_config") else kind(config)


def _whole(kind: Any, files: Folders, folder: str, dtype: torch.dtype) -> Any:
    """A network of a folder in main memory."""
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
    return model.eval().requires_grad_(False)


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
