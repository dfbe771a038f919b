"""Imports checkpoints: the program's side of the reading process."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import engine
from engine.bundle import default_home
from engine.bundle.disk import speaking_of
from engine.bundle.manifest import Origin, sha256_of
from engine.errors import BadInput, BundleError, MachineError, OvertoneError
from engine.importing import bundles, folders, webui
from engine.importing.child import Job
from engine.importing.layouts import Misfit, Misfitting
from engine.importing.reading import index_files, is_safetensors
from engine.importing.webui import Found

DEFAULT = "studio"
SPARE = 256 << 20  # bytes left free on the disk
LAST_WORDS = 2000  # characters of the process's own errors that are logged
FAMILIES: dict[str, type[OvertoneError]] = {
    "BadInput": BadInput, "BundleError": BundleError, "MachineError": MachineError, "Misfitting": BadInput,
}  # fmt: skip
OnProgress = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class Imported:
    """What became of a file or folder.

    Attributes
    ----------
    source
        Its name.
    kind, what
        The kind that it was found to be, by name and in words.
    bundle
        Name of the bundle that it is in now.
    files
        Path in the bundle to bytes.
    licence, notice
        What the user has to know.
    linked
        Whether its weights stay in the user's own file.
    """

    source: str
    kind: str
    what: str
    bundle: str
    files: Mapping[str, int]
    licence: str
    notice: str
    linked: bool = False


def import_path(
    path: Path,
    name: str = DEFAULT,
    kind: str = "",
    home: Path | None = None,
    progress: OnProgress = lambda _what, _share: None,
    link: bool = False,
) -> Imported:
    """Read a checkpoint and put it into the bundle ``name``.

    Parameters
    ----------
    path
        A file, or a folder with the files of one model.
    name
        Of the bundle; made when there is none, and then extending the starter.
    kind
        What it is, see :data:`engine.importing.kinds.KINDS`; found from its names when empty.
    home
        Folder that holds the bundles; default :func:`engine.bundle.default_home`.
    progress
        Told what is being done, and its share 0 to 1.
    link
        Leave the weights in the user's file where that can be (a single file of safetensors for the decoder); else
        they are copied.

    Raises
    ------
    BadInput
        When it cannot be read or is not what it should be; the bundle is then as before.
    MachineError
        When the disk is too small or cannot be written.
    """
    bundles.check_name(name)
    home = default_home() if home is None else home
    if not path.exists():
        raise BadInput(f"{path} is not there.", "Name a file or folder.")
    if not (path.is_file() or path.is_dir()):  # a pipe would be waited for without end
        raise BadInput(f"{path} is not a plain file.", "Name a file or folder.")
    saved = path.is_dir() and folders.is_folder(path)
    files = _inside(path) if saved else index_files(path) if path.is_dir() else [path]
    config = {} if saved else _config(path) if path.is_dir() else {"file": path.name}
    size = sum(file.stat().st_size for file in files)
    with speaking_of(home):
        home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(home).free
    size = 0 if link and len(files) == 1 and is_safetensors(files[0]) else size
    if free < size + SPARE:
        raise MachineError(
            f"{path.name} needs {size / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free.", "Free some disk space."
        )
    with speaking_of(home), _staged(home, name) as staged:
        before = bundles.held(home, name)
        named = () if saved else tuple(str(file.absolute()) for file in files)
        job = Job(named, str(staged), kind, config, _strings(before), str(path.absolute()) if saved else "", link)
        outcome = _asked(job, progress)
        if not saved and path.is_dir() and outcome["folder"]:
            outcome["files"] |= bundles.alongside(staged, path, tuple(outcome["folder"]), outcome["part"])
        outcome["files"] |= bundles.borrow(staged, home, outcome["borrowed"])
        progress("remembering where it came from", 0)
        bundles.hash_links(home, name, outcome["files"])
        sha256 = next((each["sha256"] for each in outcome["files"].values() if each.get("link")), "")
        origin = Origin(outcome["what"], outcome["licence"], path.name, sha256=sha256 or sha256_of(files[0]))
        bundles.add(home, name, staged, outcome, origin)
    sizes = {file: each["size"] for file, each in outcome["files"].items() if not each.get("link")}
    kind, what, licence, notice = (outcome[each] for each in ("kind", "what", "licence", "notice"))
    return Imported(path.name, kind, what, name, sizes, licence, notice, outcome["linked"])


def look(folder: Path, progress: OnProgress = lambda _what, _share: None) -> tuple[Found, ...]:
    """What lies in the model folder of AUTOMATIC1111 or ComfyUI.

    Raises
    ------
    BadInput
        When there are no weights.
    """
    files = webui.files(folder)
    if not files:
        raise BadInput(f"{folder.name} holds no weights.", "Name a folder with .safetensors or .ckpt files.")
    job = Job(tuple(str(file.absolute()) for file in files), "", look=True)
    told = _asked(job, progress)["found"]
    return tuple(Found(file, file.stat().st_size, **each) for file, each in zip(files, told, strict=True))


def _strings(paths: Mapping[str, Path]) -> dict[str, str]:
    return {name: str(path) for name, path in paths.items()}


def _inside(folder: Path) -> list[Path]:
    """Every file of a folder that a library saved.

    Raises
    ------
    BadInput
        When there is none.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not files:
        raise BadInput(f"{folder.name} is empty.", "Name a folder with a model in it.")
    return files


def _config(folder: Path) -> dict[str, Any]:
    return folders.read_json(folder / folders.CONFIG) if (folder / folders.CONFIG).is_file() else {}


@contextmanager
def _staged(home: Path, name: str) -> Iterator[Path]:
    """A folder on the bundles' disk for what is being written; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=home))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _asked(job: Job, progress: OnProgress) -> dict[str, Any]:
    """The outcome of a job, done in a process of its own.

    Raises
    ------
    OvertoneError
        The one that the process tells, or one that says that it ended.
    """
    root = str(Path(engine.__file__).parents[1])
    surroundings = {
        "PYTHONPATH": os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])]),
        "OMP_NUM_THREADS": "1",
        "TRANSFORMERS_VERBOSITY": "error",
    }
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "engine.importing.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **surroundings},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        outcome: dict[str, Any] = {}
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(asdict(job)).encode())
            process.stdin.close()
            for line in process.stdout:
                record = json.loads(line)
                if "share" in record:
                    progress(str(record["what"]), float(record["share"]))
                else:
                    outcome = record
            process.wait()
        finally:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        errors.seek(0)
        words = errors.read().decode("utf-8", "replace")[-LAST_WORDS:]
    if "done" in outcome:
        return outcome["done"]
    if not outcome:
        logging.getLogger(__name__).warning("the reader ended (%s) %s", process.returncode, words)
        raise BadInput(
            f"{Path(job.folder or job.files[0]).name} made its reader end and was not read.", "Get the file again."
        )
    message, hint = str(outcome["message"]), str(outcome["hint"])
    if outcome.get("misfit"):
        given = outcome["misfit"]
        shapes = {name: (tuple(there), tuple(wanted)) for name, (there, wanted) in given["misshapen"].items()}
        raise Misfitting(message, hint, Misfit(tuple(given["missing"]), tuple(given["unexpected"]), shapes))
    raise FAMILIES.get(outcome["error"], BadInput)(message, hint)
