"""Bar: checkpoints that lie, break or carry a program are refused, named, and cost neither memory nor a file."""

from __future__ import annotations

import json
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from engine.errors import OvertoneError
from engine.importing.child import Job
from engine.importing.importer import import_path
from training.bars import Bar, Ground

LIE = 10_000_000_000  # bytes that are claimed
ALLOWED = 64 << 20  # bytes of memory that a lie may cost beside an honest small file
WIDTH = 64  # of the language model that the small honest file belongs to
# The process tells its own peak: what the system counts for a child begins with what its parent had at the fork.
MEASURED = """
import runpy, sys
try:
    runpy.run_module("engine.importing.child", run_name="__main__", alter_sys=True)
finally:
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            sys.__stderr__.write(line.split()[1])
"""
NAMES = tuple(f"model.mm_projector.{part}" for part in ("0.weight", "0.bias", "2.weight", "2.bias"))


class Payload:
    """An object whose unpickling makes a file."""

    def __init__(self, canary: Path) -> None:
        self._canary = canary

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.system, (f"touch {self._canary}",)


def projector() -> dict[str, torch.Tensor]:
    """A small honest checkpoint: LLMGA's projector for a narrow language model."""
    shapes = ((WIDTH, 1024), (WIDTH,), (WIDTH, WIDTH), (WIDTH,))
    generator = torch.Generator().manual_seed(0)
    return {name: torch.randn(shape, generator=generator) for name, shape in zip(NAMES, shapes, strict=True)}


def payload_files(folder: Path, canary: Path) -> list[Path]:
    """Pickles that would make ``canary``: bare, in a zip, and hidden among honest weights."""
    bare, zipped, hidden = folder / "bare.pth", folder / "zipped.pth", folder / "hidden.bin"
    bare.write_bytes(pickle.dumps({"state_dict": Payload(canary)}))
    torch.save(Payload(canary), zipped)
    torch.save({**projector(), "optimizer": {"state": Payload(canary)}}, hidden)
    return [bare, zipped, hidden]


def lying_files(folder: Path) -> list[Path]:
    """Files of a few kilobytes that claim ten gigabytes, each in another place."""
    header, beyond = folder / "header.safetensors", folder / "beyond.safetensors"
    told = b'{"w":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]}}' % (LIE // 4, LIE)
    header.write_bytes(struct.pack("<Q", LIE) + told)
    beyond.write_bytes(struct.pack("<Q", len(told)) + told + bytes(64))
    small, storage, wide, entry = (folder / f"{name}.pth" for name in ("small", "storage", "wide", "entry"))
    torch.save({"w": torch.zeros(2500)}, small)
    number = b"\x8a\x05" + (LIE // 4).to_bytes(5, "little")
    _repickled(small, storage, lambda pickled: pickled.replace(b"M" + struct.pack("<H", 2500), number))
    torch.save({"w": torch.zeros(1).expand(50_000, 50_000)}, wide)
    data = bytearray(small.read_bytes())
    place = data.rfind(b"PK\x01\x02")
    struct.pack_into("<II", data, place + 20, 0xFFFFFFF0, 0xFFFFFFF0)
    entry.write_bytes(data)
    small.unlink()
    return [header, beyond, storage, wide, entry]


def _repickled(source: Path, to: Path, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as after:
        for info in before.infolist():
            data = before.read(info)
            after.writestr(info.filename, change(data) if info.filename.endswith("data.pkl") else data)


def cut_files(folder: Path) -> list[Path]:
    """An honest file of each sort cut off at every tenth."""
    whole = {"safetensors": folder / "whole.safetensors", "pth": folder / "whole.pth"}
    save_file(projector(), whole["safetensors"])
    torch.save(projector(), whole["pth"])
    out = []
    for ending, path in whole.items():
        data = path.read_bytes()
        for tenth in range(10):
            out.append(folder / f"cut-{tenth}.{ending}")
            out[-1].write_bytes(data[: len(data) * tenth // 10])
        path.unlink()
    return out


def wrong_files(folder: Path) -> list[Path]:
    """Files that are no checkpoint, or one of nothing that is known."""
    text, picture, archive, other = (folder / name for name in ("a.bin", "b.ckpt", "c.pth", "d.safetensors"))
    text.write_text("weights, honestly\n" * 50)
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("photos/a.txt", "no weights")
    save_file({"layers.0.lora_up": torch.zeros(4, 4)}, other)
    return [text, picture, archive, other]


@dataclass(frozen=True)
class Ran:
    """What the reading process told last, and its largest resident memory in bytes."""

    record: dict[str, Any]
    peak: int


def ran(path: Path, out: Path) -> Ran:
    """Run the reading process on one file (on Linux, which tells a process's own peak)."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", MEASURED],
        input=json.dumps(asdict(Job((str(path),), str(out)))).encode(),
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"},
    )
    lines, peak = done.stdout.splitlines(), done.stderr.split()[-1:]
    return Ran(json.loads(lines[-1]) if lines else {}, int(peak[0]) * 1024)


def refused(path: Path, home: Path) -> str:
    """The line that an import of ``path`` is refused with; empty when it was taken or left something behind."""
    try:
        import_path(path, "tried", home=home)
    except OvertoneError as error:
        left = [each.name for each in home.iterdir()]
        return "" if left else str(error)
    return ""


def misfits() -> dict[str, tuple[dict[str, torch.Tensor], dict[str, list[str]]]]:
    """Checkpoints that are wrong in one way each, and the names that must be told."""
    honest = projector()
    lacking = {name: value for name, value in honest.items() if not name.endswith("bias")}
    more = {**honest, "model.mm_projector.4.weight": torch.zeros(3)}
    odd = {**honest, NAMES[0]: torch.zeros(WIDTH, 77)}
    return {
        "missing": (lacking, {"missing": [NAMES[1], NAMES[3]]}),
        "unexpected": (more, {"unexpected": ["model.mm_projector.4.weight"]}),
        "misshapen": (odd, {"misshapen": [NAMES[0]]}),
    }


def measure(_ground: Ground) -> list[Bar]:
    """Every sort of bad file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*_payloads(folder), *_lies(folder), *_broken(folder), *_named(folder)]


def _payloads(folder: Path) -> list[Bar]:
    canary, home = folder / "canary", folder / "home"
    home.mkdir()
    files = payload_files(folder, canary)
    lines = [refused(path, home) for path in files]
    ok = all(lines) and not canary.exists()
    figure = f"{sum(map(bool, lines))} of {len(files)} refused, program {'ran' if canary.exists() else 'never ran'}"
    return [Bar("must", "import safety: a pickle with a payload", "does nothing and is refused", figure, ok)]


def _lies(folder: Path) -> list[Bar]:
    honest = {".safetensors": folder / "honest.safetensors", ".pth": folder / "honest.pth"}
    save_file({"w": torch.zeros(2500)}, honest[".safetensors"])
    torch.save({"w": torch.zeros(2500)}, honest[".pth"])
    base = {ending: max(ran(path, folder / "out").peak for _ in range(2)) for ending, path in honest.items()}
    bars = []
    for path in lying_files(folder):
        done = ran(path, folder / "out")
        told = done.record.get("error") == "BadInput"
        more = (done.peak - base[path.suffix]) / 1e6
        ok = told and more <= ALLOWED / 1e6 and not (folder / "out").exists()
        beside = f"{more:+.0f} MB beside an honest 10 kB ({base[path.suffix] / 1e6:.0f} MB)"
        goal = f"refused, ≤ {ALLOWED >> 20} MiB more memory"
        figure = f"{'refused' if told else 'not refused'}, {beside}"
        bars.append(Bar("must", f"import safety: a 10-GB lie ({path.name})", goal, figure, ok))
    return bars


def _broken(folder: Path) -> list[Bar]:
    home = folder / "broken"
    home.mkdir()
    bars = []
    for what, files in (("cut off", cut_files(folder)), ("of a wrong kind", wrong_files(folder))):
        lines = [refused(path, home) for path in files]
        figure = f"{sum(map(bool, lines))} of {len(files)}"
        bars.append(Bar("must", f"import safety: files {what}", "refused in a line, nothing left", figure, all(lines)))
    return bars


def _named(folder: Path) -> list[Bar]:
    bars = []
    for what, (tensors, names) in misfits().items():
        path = folder / f"{what}.safetensors"
        save_file(tensors, path)
        told = ran(path, folder / "out").record.get("misfit") or {}
        found = {group: sorted(told.get(group, ())) for group in ("missing", "unexpected", "misshapen")}
        wanted = {"missing": [], "unexpected": [], "misshapen": []} | names
        count = sum(len(group) for group in names.values())
        figure = f"{count} wrong, told {sum(map(len, found.values()))}"
        bars.append(Bar("must", f"import: {what} names", "every one told, no other", figure, found == wanted))
    return bars
