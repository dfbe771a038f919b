"""Weights read without trust: sizes are checked against the file before anything is allocated, and nothing is run.

Safetensors have a header that the library checks. Of PyTorch's zip files the pickle is first read with tensors that
have no memory (``FakeTensorMode``), through PyTorch's own reader of plain weights; only when every tensor lies within
its stored bytes is the file mapped.
"""

from __future__ import annotations

import json
import pickle
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import BadInput
from engine.files.archives import ArchiveLimits, open_archive
from engine.importing.layouts import Shape

if TYPE_CHECKING:
    from torch import Tensor

SAFETENSORS = ".safetensors"
PICKLES = (".bin", ".pth", ".pt", ".ckpt")
LONGEST_HEADER = 100_000_000  # bytes, as the safetensors library has it
LARGEST_PICKLE = 64 << 20  # bytes of the names and shapes; the largest published one has 1 MB
LOCAL_HEADER = 30  # bytes before a zip entry's name
WRAPPERS = ("params_ema", "params", "state_dict", "model")  # of a training checkpoint, the averaged weights first
AGAIN = "Get the file again, or as safetensors."


@dataclass(frozen=True)
class Held:
    """One tensor of a file: its shape and PyTorch's name of its type."""

    shape: Shape
    dtype: str


class Stored:
    """The tensors of one or several checked files.

    Attributes
    ----------
    held
        Name to shape and type.
    """

    def __init__(self, sources: Mapping[str, Any], held: Mapping[str, Held]) -> None:
        self._sources, self.held = sources, held

    @property
    def shapes(self) -> dict[str, Shape]:
        """Name to shape."""
        return {name: each.shape for name, each in self.held.items()}

    def tensor(self, name: str) -> Tensor:
        """One of them, mapped from its file."""
        source = self._sources[name]
        return source[name] if isinstance(source, Mapping) else source.get_tensor(name)


@contextmanager
def opened(paths: list[Path]) -> Iterator[Stored]:
    """The tensors of all ``paths``, checked.

    Raises
    ------
    BadInput
        When a file is neither safetensors nor a PyTorch zip, is cut off, holds anything but weights, claims more than
        it has, or a name is in two of them.
    """
    sources: dict[str, Any] = {}
    held: dict[str, Held] = {}
    with ExitStack() as stack:
        for path in paths:
            source, here = stack.enter_context(_safetensors(path)) if is_safetensors(path) else _pickled(path)
            twice = sorted(held.keys() & here.keys())
            if twice:
                raise BadInput(f"{twice[0]} is in two of the files.", "Name the files of one model only.")
            held |= here
            sources |= dict.fromkeys(here, source)
        yield Stored(sources, held)


def is_safetensors(path: Path) -> bool:
    """Whether the content is safetensors' rather than a zip; the file's name does not decide.

    Raises
    ------
    BadInput
        When it is neither.
    """
    try:
        with path.open("rb") as file:
            start = file.read(9)
            size = file.seek(0, 2)
    except OSError as fault:
        raise BadInput(f"{path.name} cannot be read ({fault.strerror or 'damaged'}).", AGAIN) from fault
    if start[:4] == b"PK\x03\x04":
        return False
    if len(start) == 9 and start[8:] == b"{":
        (length,) = struct.unpack("<Q", start[:8])
        if length > min(LONGEST_HEADER, size - 8):
            raise BadInput(f"{path.name} claims a header of {_amount(length)} and has {_amount(size)} in all.", AGAIN)
        return True
    if start[:1] == b"\x80":
        raise BadInput(
            f"{path.name} is a bare pickle, which can run anything, and was not read.", "Get it as safetensors."
        )
    raise BadInput(f"{path.name} is neither a safetensors nor a PyTorch file.", AGAIN)


@contextmanager
def _safetensors(path: Path) -> Iterator[tuple[Any, dict[str, Held]]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
            held = {name: Held(tuple(part.get_shape()), TYPES[part.get_dtype()]) for name, part in slices.items()}
            yield file, held
    except KeyError as fault:
        raise BadInput(f"{path.name} stores numbers as {fault}, which is not read.", AGAIN) from fault
    except SafetensorError as fault:
        raise BadInput(f"{path.name} is damaged ({fault}).", AGAIN) from fault


TYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
    "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool",
}  # fmt: skip
CODES = {name: code for code, name in TYPES.items()}


def _pickled(path: Path) -> tuple[Mapping[str, Tensor], dict[str, Held]]:
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    places = _records(path)
    try:
        with FakeTensorMode():
            _fits(path, _flat(torch.load(path, map_location="cpu", weights_only=True)), places)
        tensors = _flat(torch.load(path, map_location="cpu", weights_only=True, mmap=True))
    except pickle.UnpicklingError as fault:
        raise BadInput(
            f"{path.name} holds something else than weights and was not read ({_named(fault)}).",
            "Get it as safetensors.",
        ) from fault
    except (RuntimeError, EOFError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as fault:
        raise BadInput(f"{path.name} is damaged ({' '.join(str(fault).split())[:120]}).", AGAIN) from fault
    held = {name: Held(tuple(each.shape), str(each.dtype).removeprefix("torch.")) for name, each in tensors.items()}
    odd = next((each.dtype for each in held.values() if each.dtype not in CODES), None)
    if odd is not None:
        raise BadInput(f"{path.name} stores numbers as {odd}, which is not read.", AGAIN)
    return tensors, held


def _named(fault: pickle.UnpicklingError) -> str:
    """What PyTorch would not read, out of its advice."""
    found = re.search(r"(?:unsupported (?:GLOBAL|global:? GLOBAL)|Unsupported \w+:?)\s+(\S+)", str(fault))
    return found[1] if found else "objects of a program"


def _records(path: Path) -> dict[int, int]:
    """Where the bytes of each stored block begin, and how many there are.

    Raises
    ------
    BadInput
        When the archive is damaged or packed, or its pickle is larger than any list of names.
    """
    size = path.stat().st_size
    limits = ArchiveLimits(members=1_000_000, directory=256 << 20, member=size, total=size, free=0, ratio=1)
    with open_archive(path, limits) as archive:
        pickles = [name for name in archive.names if name.endswith("data.pkl")]
        if len(pickles) != 1:
            raise BadInput(f"{path.name} is a zip archive, but not PyTorch's.", AGAIN)
        if archive.size(pickles[0]) > LARGEST_PICKLE:
            raise BadInput(f"{path.name} has a list of {_amount(archive.size(pickles[0]))}.", AGAIN)
    with zipfile.ZipFile(path) as file, path.open("rb") as raw:
        places = {}
        for info in file.infolist():
            if info.compress_type != zipfile.ZIP_STORED:
                raise BadInput(f"{path.name} is packed as PyTorch never packs.", AGAIN)
            raw.seek(info.header_offset)
            header = raw.read(LOCAL_HEADER)
            if len(header) < LOCAL_HEADER:
                raise BadInput(f"{path.name} is damaged or cut off.", AGAIN)
            name, more = struct.unpack_from("<HH", header, 26)
            places[info.header_offset + LOCAL_HEADER + name + more] = info.file_size
    return places


def _fits(path: Path, tensors: Mapping[str, Tensor], places: Mapping[int, int]) -> None:
    """Refuse tensors that claim more than their block of the file has."""
    for name, tensor in tensors.items():
        storage = tensor.untyped_storage()
        there = places.get(getattr(storage, "_checkpoint_offset", -1), 0)
        claimed = max(storage.nbytes(), tensor.numel() * tensor.element_size())
        if claimed > there:
            raise BadInput(f"{name} in {path.name} claims {_amount(claimed)} and has {_amount(there)}.", AGAIN)


def _flat(value: Any) -> dict[str, Tensor]:
    """Name to tensor, whatever dictionaries they are wrapped in; what is no tensor is left out."""
    import torch

    if isinstance(value, Mapping):
        inner = next((value[name] for name in WRAPPERS if isinstance(value.get(name), Mapping)), value)
        out: dict[str, Tensor] = {}
        for name, item in inner.items():
            if isinstance(item, torch.Tensor):
                out[str(name).removeprefix("module.")] = item
            elif isinstance(item, Mapping):
                out |= {f"{name}.{rest}": each for rest, each in _flat(item).items()}
        return out
    raise ValueError("it holds no names")


def _amount(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size:,} bytes"


def index_files(folder: Path) -> list[Path]:
    """The weight files of a folder: those that its index names, or the only one.

    Raises
    ------
    BadInput
        When a file that the index names is missing, points outside, or there are none.
    """
    for index in sorted(folder.glob("*.index.json")):
        try:
            named = {str(name) for name in json.loads(index.read_bytes())["weight_map"].values()}
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise BadInput(f"{index.name} is damaged.", AGAIN) from fault
        files = [folder / name for name in sorted(named)]
        outside = [path for path in files if path.parent != folder]
        absent = [path.name for path in files if not path.is_file()]
        if outside or absent:
            raise BadInput(f"{index.name} names {(absent or ['files elsewhere'])[0]}, which is not there.", AGAIN)
        return files
    for ending in (SAFETENSORS, *PICKLES):
        found = sorted(path for path in folder.glob(f"*{ending}") if path.name != "training_args.bin")
        if found:
            return found
    raise BadInput(f"{folder.name} holds no weights.", "Name a folder with .safetensors or .bin files.")
