"""Networks whose weights stay in the user's own file: nothing is copied, names are changed while they load.

In a bundle a network's folder then holds ``linked.json`` instead of weights: every tensor's name with the one it has in
the user's file, and how it is cut out of that one. The file itself is an entry ``linked/FOLDER.safetensors`` of the
manifest that leads outside, with size and hash like any other. What is used of it is read into memory: the file may
change or go while a network is at work.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine import strict_json
from engine.errors import BundleError
from engine.folders import Folders
from engine.importing.layouts import Target

if TYPE_CHECKING:
    import torch

NAMES = "linked.json"
SCHEMA = 1
CURE = "Import the model again."


def place(folder: str) -> str:
    """Path in the bundle that stands for the user's file with the weights of a folder."""
    return f"linked/{folder}.safetensors"


def names_file(published: Mapping[str, tuple[str, Target]]) -> bytes:
    """What ``linked.json`` holds.

    Parameters
    ----------
    published
        Name of a tensor to its name in the user's file, and how it comes out of it.
    """
    tensors = {}
    for name, (source, target) in published.items():
        tensors[name] = {"from": source}
        if target.rows is not None:
            tensors[name] |= {"rows": list(target.rows)}
        if target.shape is not None:
            tensors[name] |= {"shape": list(target.shape)}
        if target.turned:
            tensors[name] |= {"turned": True}
    return (json.dumps({"schema": SCHEMA, "tensors": tensors}, sort_keys=True) + "\n").encode()


def tensors(files: Folders, folder: str, dtype: torch.dtype | None = None) -> dict[str, torch.Tensor]:
    """The tensors of a linked network, in memory of their own.

    Parameters
    ----------
    files, folder
        The bundle, and the network's folder in it.
    dtype
        Type of the floats; as in the file when absent.

    Raises
    ------
    BundleError
        The file has moved or changed, or is not the one that was linked.
    """
    from safetensors import SafetensorError, safe_open

    from engine.device import out_of_memory

    try:
        record = strict_json.loads(files.path(f"{folder}/{NAMES}").read_bytes())
        if record["schema"] != SCHEMA:
            raise ValueError(f"schema {record['schema']}")
        with safe_open(files.path(place(folder)), framework="pt") as file:
            return {
                name: _owned(_target(name, how).of(file.get_tensor(how["from"])), dtype)
                for name, how in record["tensors"].items()
            }
    except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as fault:
        if out_of_memory(fault):
            raise
        raise BundleError(f"The linked {folder} is damaged ({' '.join(str(fault).split())[:120]}).", CURE) from fault


def _owned(mapped: torch.Tensor, dtype: torch.dtype | None) -> torch.Tensor:
    return mapped.to(dtype=dtype if mapped.is_floating_point() else None, copy=True)


def _target(name: str, how: Mapping[str, Any]) -> Target:
    first, last = how.get("rows", (0, 0))
    shape = tuple(how["shape"]) if "shape" in how else None
    return Target("", name, (first, last) if "rows" in how else None, shape, bool(how.get("turned")))


def from_pretrained(kind: Any, files: Folders, folder: str, **options: Any) -> Any:
    """A network of diffusers or transformers from its folder, or from the user's file where it is linked.

    Parameters
    ----------
    kind
        The class.
    files, folder
        The bundle, and the network's folder in it.
    **options
        Of the library's ``from_pretrained``; of a linked one only the type counts.

    Raises
    ------
    BundleError
        A linked file has moved or changed.
    """
    here = files.folder(folder)
    if not files.has(f"{folder}/{NAMES}"):
        return kind.from_pretrained(here, **options)
    if hasattr(kind, "config_class") and kind.config_class is not None:  # transformers
        config, dtype = kind.config_class.from_pretrained(here, local_files_only=True), options.get("dtype")
        return kind.from_pretrained(None, config=config, state_dict=tensors(files, folder, dtype), dtype=dtype)
    import torch
    from accelerate import init_empty_weights

    with init_empty_weights():
        network = kind.from_config(kind.load_config(here))
    dtype = options.get("torch_dtype")
    network.load_state_dict(tensors(files, folder, dtype), assign=True)
    return torch.nn.Module.to(network, dtype)  # buffers too; past diffusers' own, which warns
