"""System libraries that the window needs on Linux, found without loading any of them. Standard library only."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

SPECIAL = {  # Debian packages whose names do not follow from the library's
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def missing(qt: Path, platform: str) -> list[str]:
    """Names of the system libraries that Qt's window system plugin asks for and this machine lacks.

    Parameters
    ----------
    qt
        Qt's own folder, ``site-packages/PySide6/Qt``.
    platform
        ``xcb`` (X11), ``wayland`` or ``offscreen``.

    Returns
    -------
    list of str
        For example ``libxcb-cursor.so.0``; empty also where nothing can be found out.
    """
    ldd = shutil.which("ldd")
    files = [qt / "plugins" / "platforms" / f"libq{platform}.so", qt / "lib" / "libQt6Widgets.so.6"]
    found = [str(file) for file in files if file.is_file()]
    if ldd is None or not found:
        return []
    result = subprocess.run([ldd, *found], capture_output=True, text=True, check=False)
    return parse(result.stdout)


def parse(listing: str) -> list[str]:
    """Libraries that a listing of ldd says are not found, each once, in order of name."""
    return sorted(set(re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)))


def package(library: str) -> str:
    """The Debian package of a library: ``libxcb-icccm.so.4`` is in ``libxcb-icccm4``."""
    if library in SPECIAL:
        return SPECIAL[library]
    match = re.fullmatch(r"(.+)\.so(?:\.(\d+))?.*", library)
    return f"{match[1]}{match[2] or ''}".lower().replace("_", "-") if match else library.lower()


def command(libraries: list[str]) -> str:
    """The command that installs the libraries on this machine, or what to look for where it has another manager."""
    names = " ".join(sorted({package(library) for library in libraries}))
    if shutil.which("apt-get"):
        return f"sudo apt install {names}"
    if shutil.which("dnf"):
        return "sudo dnf install " + " ".join(f"'{library}()(64bit)'" for library in libraries)
    return f"install the packages that hold {', '.join(libraries)}"
