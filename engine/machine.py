"""What this machine has and lacks for Overtone: the findings that ``overtone doctor`` prints."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from engine import system_libraries
from engine.errors import BundleError, MachineError

GIB = 1 << 30
MEMORY = 2 * GIB  # free memory that an edit of a large photo takes
DISK = GIB  # free disk for results and for assembling the bundle
CUDA_INDEX = "https://download.pytorch.org/whl/cu130"


@dataclass(frozen=True)
class Finding:
    """One thing examined.

    Attributes
    ----------
    what, found
        What was looked at and what is there.
    ok
        Whether it is as it should be.
    fix
        What to do about it; empty when it is.
    needed
        Whether editing is impossible without it.
    """

    what: str
    found: str
    ok: bool = True
    fix: str = ""
    needed: bool = True


def examine() -> list[Finding]:
    """Everything in the order in which it is printed. Imports torch; takes some seconds."""
    return [
        _python(),
        *_torch(),
        _memory(),
        _disk(),
        _bundle(),
        *(_library(module, package) for module, package in LIBRARIES.items()),
        _reader(),
        _qt(),
        _display(),
        _sound(),
    ]


LIBRARIES = {"pyvips": "libvips", "soundfile": "libsndfile", "cv2": "OpenCV", "transformers": "transformers"}


def _python() -> Finding:
    version = platform.python_version()
    ok = sys.version_info >= (3, 11)
    fix = "" if ok else "Install Python 3.11 or newer and run: python3 run.py"
    return Finding("Python", f"{version} on {platform.platform(terse=True)}, {os.cpu_count()} cores", ok, fix)


def _torch() -> list[Finding]:
    try:
        import torch
    except (ImportError, OSError) as fault:
        return [Finding("PyTorch", f"cannot be loaded ({fault})", ok=False, fix="Run: python3 run.py")]
    version = torch.__version__
    found = [Finding("PyTorch", f"{version}, {torch.get_num_threads()} threads")]
    if torch.cuda.is_available():
        card = torch.cuda.get_device_properties(0)
        device = f"CUDA, {card.name}, {card.total_memory / GIB:.0f} GiB"
        return [*found, Finding("device", device)]
    if torch.backends.mps.is_available():
        return [*found, Finding("device", "Apple GPU (MPS)")]
    if not nvidia_card():
        return [*found, Finding("device", "CPU")]
    if torch.version.cuda is None:
        fix = f"Run: {cuda_command(version.split('+')[0])}"
        text = "CPU, although there is an NVIDIA card: this is a CPU build of PyTorch"
    else:
        fix = "Update the NVIDIA driver, then run: overtone doctor"
        text = f"CPU: the NVIDIA driver does not work with PyTorch's CUDA {torch.version.cuda}"
    return [*found, Finding("device", text, ok=False, fix=fix, needed=False)]


def cuda_command(version: str) -> str:
    """The command that puts a CUDA build of PyTorch in the place of a CPU build."""
    pip = f"{sys.executable} -m pip"
    index = f" --index-url {CUDA_INDEX}" if sys.platform == "win32" else ""  # for Linux the package index has it
    return f"{pip} uninstall -y torch && {pip} install{index} torch=={version}"


def nvidia_card() -> bool:
    """Whether there is an NVIDIA card with its driver."""
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def free_memory() -> int | None:
    """Bytes of memory that programs can still have, where the system tells."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(fields["MemAvailable"].split()[0]) * 1024 if "MemAvailable" in fields else None


def _memory() -> Finding:
    free = free_memory()
    if free is None:
        return Finding("memory", "not told by this system")
    ok = free >= MEMORY
    return Finding("memory", f"{free / GIB:.1f} GiB free", ok, "" if ok else "Close other programs.", needed=False)


def _disk() -> Finding:
    from engine.bundle import default_home

    home = default_home()
    place = next((folder for folder in (home, *home.parents) if folder.is_dir()), Path.cwd())
    free = shutil.disk_usage(place).free
    ok = free >= DISK
    fix = "" if ok else "Free some space, or name a folder on another disk with OVERTONE_HOME."
    return Finding("disk", f"{free / GIB:.1f} GiB free for {home}", ok, fix, needed=False)


def _bundle() -> Finding:
    from engine.bundle import Bundle

    try:
        bundle = Bundle.open()
        bundle.verify()
    except BundleError as error:
        return Finding("starter bundle", error.message, ok=False, fix=error.hint)
    size = sum(component.size for component in bundle.manifest.components)
    return Finding("starter bundle", f"{bundle.manifest.version}, {size / 1e6:.0f} MB, verified, in {bundle.root}")


def _library(module: str, what: str) -> Finding:
    result = _try(
        f"import {module}" + ("; print('.'.join(str(pyvips.version(k)) for k in range(3)))" * (what == "libvips"))
    )
    if result.returncode == 0:
        version = result.stdout.strip() or importlib.metadata.version(_distribution(module))
        return Finding(what, version)
    lines = result.stderr.strip().splitlines() or ["no reason given"]
    return Finding(what, f"cannot be loaded ({lines[-1]})", ok=False, fix="Run: python3 run.py")


def _reader() -> Finding:
    """The process that decodes files, and what this system keeps from it."""
    from engine.sandbox import Sandbox

    try:
        with Sandbox() as sandbox:
            held = sandbox.held()
    except MachineError as error:
        return Finding("reading files", error.message, ok=False, fix="Run: python3 run.py")
    return Finding("reading files", f"in a process of its own; kept from it: {', '.join(held) or 'nothing here'}")


def _distribution(module: str) -> str:
    return {"cv2": "opencv-python-headless"}.get(module, module)


def _try(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def _qt() -> Finding:
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.origin:
        return Finding("Qt", "PySide6 is not installed", ok=False, fix="Run: python3 run.py", needed=False)
    version = importlib.metadata.version("PySide6-Essentials")
    if sys.platform.startswith("linux"):
        libraries = system_libraries.missing(Path(spec.origin).parent / "Qt", display_platform() or "xcb")
        if libraries:
            text = f"{version}, lacking {', '.join(libraries)}"
            return Finding("Qt", text, ok=False, fix=f"Run: {system_libraries.command(libraries)}", needed=False)
    result = _try("from PySide6.QtWidgets import QApplication; QApplication([])", QT_QPA_PLATFORM="offscreen")
    if result.returncode:
        lines = result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
        return Finding("Qt", f"{version} cannot start ({lines[-1]})", ok=False, fix="Run: python3 run.py", needed=False)
    return Finding("Qt", version)


def _sound() -> Finding:
    """Whether the editor can play and record; everything else works without."""
    result = _try("import sounddevice; print(len(sounddevice.query_devices()))")
    if result.returncode:
        linux = sys.platform.startswith("linux")
        fix = f"Run: {system_libraries.command(['libportaudio.so.2'])}" if linux else "Run: python3 run.py"
        return Finding("sound", "PortAudio is not installed", ok=False, fix=fix, needed=False)
    count = int(result.stdout.strip() or 0)
    if not count:
        fix = "Plug in a loudspeaker or a microphone to play and record sounds."
        return Finding("sound", "no device", ok=False, fix=fix, needed=False)
    return Finding("sound", f"{count} device{'' if count == 1 else 's'}")


def display_platform() -> str:
    """Qt's name for the display that Linux has: ``xcb``, ``wayland``, or empty without one."""
    if os.environ.get("DISPLAY"):
        return "xcb"
    return "wayland" if os.environ.get("WAYLAND_DISPLAY") else ""


def _display() -> Finding:
    if not sys.platform.startswith("linux"):
        return Finding("display", "there")
    kind = display_platform()
    if not kind:
        text = "none (neither DISPLAY nor WAYLAND_DISPLAY is set)"
        fix = "Start the editor from a desktop session; the commands work without one."
        return Finding("display", text, ok=False, fix=fix, needed=False)
    result = _try("from PySide6.QtWidgets import QApplication; QApplication([])", QT_QPA_PLATFORM=kind)
    if result.returncode:
        fix = "Start Overtone from a desktop session."
        return Finding("display", f"{kind} cannot be opened", ok=False, fix=fix, needed=False)
    return Finding("display", kind)
