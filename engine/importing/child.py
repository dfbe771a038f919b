"""The process that reads files from elsewhere: ``python -m engine.importing.child``.

A job comes as JSON on standard input, progress and the outcome go as JSON lines to standard output. It may take as
much memory as the files are large and a little more, writes into one folder only, and never reaches the network.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import BadInput, OvertoneError
from engine.importing.layouts import Layout, Misfitting, Target, files_of
from engine.importing.reading import Stored, is_safetensors, opened
from engine.importing.writing import Planned, planned, write

OWN_MEMORY = 3 << 30  # bytes of private memory that PyTorch and the model classes take without any weights
NETWORK = ("/diffusion_pytorch_model.safetensors", "/model.safetensors")  # ends of the weights of whole networks
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "DIFFUSERS_OFFLINE")
Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class Job:
    """What to read and where to write.

    Attributes
    ----------
    files
        Of one model.
    out
        An empty folder; what is written there has the bundle's own paths.
    kind
        The kind that the user says it is; empty to find out.
    config
        The folder's ``config.json``; for a file alone its name, as ``file``.
    held
        Path in the bundle to file, of what the bundle holds already.
    folder
        A folder that one of the libraries saved, instead of files.
    link
        Leave the weights where they are and write only their names, where the kind and the file allow it.
    look
        Tell of each of the files what it is, and write nothing.
    """

    files: tuple[str, ...]
    out: str
    kind: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    link: bool = False
    look: bool = False


def run(job: Job, tell: Tell) -> dict[str, Any]:
    """Do a job in this process.

    Returns
    -------
    dict
        ``kind``, ``part``, ``what``, ``licence``, ``notice``; ``files``: path in the bundle to size and SHA-256;
        ``memory``: bytes that the weights take; ``numbers``: path in the bundle to how many numbers are in it;
        ``folder``: names of files of the checkpoint's folder to take along;
        ``borrowed``: path in the bundle to the starter's file to put there; ``linked``: whether the weights stay in
        the user's file. A linked file of ``files`` has that one's path as ``link``, and its hash is left open.
        Of a job that only looks: ``found``, a record for each file.

    Raises
    ------
    BadInput
        When the files cannot be read, or hold something else than their kind does.
    """
    if job.look:
        return {"found": [_looked(Path(name), at / len(job.files), tell) for at, name in enumerate(job.files)]}
    if job.folder:
        return _folder(Path(job.folder), Path(job.out), tell)
    from engine.importing.kinds import checked, recognised

    paths = [Path(name) for name in job.files]
    with opened(paths) as stored:
        tell("reading the names", 0)
        kind, layout = recognised(stored.shapes, job.config, job.kind)
        checked(kind, layout, stored.shapes, paths[0].name)
        if kind.onto and kind.onto not in job.held:
            raise BadInput(f"{paths[0].name} ({kind.what}) goes into a bundle with a decoder.", "Name one with --name.")
        if kind.name == "diffrir":
            _check_copies(stored, job.config)
        files = kind.files(stored.shapes, job.config)
        link = job.link and kind.linkable and len(paths) == 1 and is_safetensors(paths[0])
        outcome = _linked(job, stored, layout) if link else _written(job, stored, layout, tell, kind.collected)
        outcome["files"] |= _small(job, files, kind.collected)
    return outcome | {
        "kind": kind.name, "part": kind.part, "what": kind.what, "licence": kind.licence, "notice": kind.notice,
        "folder": list(kind.folder), "borrowed": dict(kind.borrowed), "linked": link,
    }  # fmt: skip


def _looked(path: Path, share: float, tell: Tell) -> dict[str, Any]:
    """What a file is, or why it is not read."""
    from engine.importing.kinds import checked, recognised

    tell(f"looking at {path.name}", share)
    try:
        with opened([path]) as stored:
            kind, layout = recognised(stored.shapes, {"file": path.name})
            checked(kind, layout, stored.shapes, path.name)
    except BadInput as fault:
        return {"why": fault.message}
    linkable = kind.linkable and is_safetensors(path)
    whole = any(file.startswith("decoder/unet/") for file in files_of(layout))
    return {"kind": kind.name, "what": kind.what, "whole": whole, "linkable": linkable}


def _folder(path: Path, out: Path, tell: Tell) -> dict[str, Any]:
    from engine.importing import folders, needs

    found = list(folders.homes(path))
    files: dict[str, dict[str, Any]] = {}
    for at, (source, home) in enumerate(found):
        tell("writing", at / len(found))
        files |= folders.bring(source, home, out)
    first = found[0][1]
    return {
        "kind": first.kind, "part": first.part, "what": first.what, "licence": first.licence, "notice": "",
        "folder": [], "borrowed": {}, "linked": False, "files": files, "numbers": needs.counted(out, files),
        "memory": sum(each["size"] for each in files.values()),
    }  # fmt: skip


def _check_copies(stored: Stored, config: Mapping[str, Any]) -> None:
    """Weights of the restorer are stored twice, with tables that follow from its sizes: they must agree."""
    from engine.importing.understanding import restorer_scale, restorer_shape
    from engine.restore import published

    shape = restorer_shape(restorer_scale(stored.shapes, config), config)
    published.read({name: stored.tensor(name) for name in stored.held}, shape)


def _written(job: Job, stored: Stored, layout: Layout, tell: Tell, collected: bool) -> dict[str, Any]:
    out = planned(stored, layout)
    with contextlib.ExitStack() as stack:
        for path in out if collected else ():
            if path in job.held:
                before = stack.enter_context(opened([Path(job.held[path])]))
                kept = {
                    name: Planned(held.shape, held.dtype, lambda name=name, before=before: before.tensor(name))
                    for name, held in before.held.items()
                    if name not in out[path]
                }
                out[path] |= kept
        total = sum(each.bytes for tensors in out.values() for each in tensors.values())
        numbers = {path: _numbers(tensors) for path, tensors in out.items()}
        done, files = 0, {}

        def count(size: int) -> None:
            nonlocal done
            done += size
            tell("writing", done / max(total, 1))

        for path, tensors in sorted(out.items()):
            written = write(Path(job.out) / path, tensors, count)
            files[path] = {"size": written.size, "sha256": written.sha256}
    return {"files": files, "memory": total, "numbers": numbers}


def _numbers(tensors: Mapping[str, Planned]) -> int:
    return sum(math.prod(each.shape) for each in tensors.values())


def _linked(job: Job, stored: Stored, layout: Layout) -> dict[str, Any]:
    """Only the names; each file of weights in the bundle is the user's own."""
    from engine import linked

    named: dict[str, dict[str, tuple[str, Target]]] = {}
    for name, slot in layout.items():
        for target in slot.targets if name in stored.held else ():
            named.setdefault(target.file, {})[target.name] = (name, target)
    own = {"size": Path(job.files[0]).stat().st_size, "sha256": "", "link": job.files[0]}
    files, small = {}, {}
    for path, each in named.items():
        folder = path.rpartition("/")[0]
        if path.endswith(NETWORK):
            small[f"{folder}/{linked.NAMES}"] = linked.names_file(each)
            files[linked.place(folder)] = own
        else:
            assert all(name == published for name, (published, _) in each.items()), path
            files[path] = own
    weights = planned(stored, layout)
    memory = sum(each.bytes for tensors in weights.values() for each in tensors.values())
    numbers = {path: _numbers(tensors) for path, tensors in weights.items()}
    return {"files": files | _small(job, small, False), "memory": memory, "numbers": numbers}


def _small(job: Job, files: Mapping[str, bytes], collected: bool) -> dict[str, dict[str, Any]]:
    out = {}
    for path, content in files.items():
        place = Path(job.out) / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if collected and path in job.held:
            content = _joined(Path(job.held[path]).read_bytes(), content)  # noqa: PLW2901
        place.write_bytes(content)
        out[path] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return out


def _joined(before: bytes, after: bytes) -> bytes:
    """Two lists of restorers' sizes; of one scale the later counts."""
    shapes = {each["scale"]: each for each in (*json.loads(before), *json.loads(after))}
    return json.dumps([shapes[scale] for scale in sorted(shapes)], indent=1, sort_keys=True).encode()


def limit(size: int) -> None:
    """Let this process take no more private memory than ``size`` bytes and its own, where the system can."""
    if sys.platform != "linux":
        return
    import resource

    most = size + OWN_MEMORY
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def main() -> int:
    """Entry point."""
    job = Job(**json.loads(sys.stdin.buffer.read()))
    with contextlib.suppress(OSError):
        inside = [str(path) for path in Path(job.folder).rglob("*") if path.is_file()] if job.folder else []
        limit(sum(Path(name).stat().st_size for name in (*job.files, *job.held.values(), *inside)))
    os.environ.update(dict.fromkeys(OFFLINE, "1"))
    out = sys.stdout
    sys.stdout = sys.stderr  # libraries may print

    def say(**record: Any) -> None:
        out.write(json.dumps(record) + "\n")
        out.flush()

    last = ("", -1.0)

    def tell(what: str, share: float) -> None:
        nonlocal last
        if what != last[0] or share >= 1 or share - last[1] >= 0.01:
            last = (what, share)
            say(what=what, share=share)

    try:
        say(done=run(job, tell))
    except OvertoneError as error:
        misfit = error.misfit.record() if isinstance(error, Misfitting) else None
        say(error=type(error).__name__, message=error.message, hint=error.hint, misfit=misfit)
    except MemoryError:
        say(error="BadInput", message="The file asks for far more memory than it is large.", hint="", misfit=None)
    except OSError as error:
        say(
            error="MachineError",
            message=f"Writing failed ({error.strerror}).",
            hint="Free some disk space.",
            misfit=None,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
