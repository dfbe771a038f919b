"""The screen's colour profile is read where X11 keeps it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

SET_AND_TELL = """
import ctypes, ctypes.util
from PySide6.QtGui import QColorSpace
from PySide6.QtWidgets import QApplication
from desktop_app.canvas.screen_profile import screen_space
app = QApplication([])
print(screen_space(app.primaryScreen()).description())
icc = bytes(QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb).iccProfile().data())
x11 = ctypes.CDLL(ctypes.util.find_library("X11"))
x11.XOpenDisplay.restype = ctypes.c_void_p
display = ctypes.c_void_p(x11.XOpenDisplay(None))
x11.XDefaultRootWindow.restype = x11.XInternAtom.restype = ctypes.c_ulong
root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
atom = ctypes.c_ulong(x11.XInternAtom(display, b"_ICC_PROFILE", 0))
x11.XChangeProperty(display, root, atom, ctypes.c_ulong(6), 8, 0, icc, len(icc))
x11.XSync(display, 0)
print(screen_space(app.primaryScreen()).description())
x11.XChangeProperty(display, root, atom, ctypes.c_ulong(6), 8, 0, b"no profile", 10)
x11.XSync(display, 0)
print(screen_space(app.primaryScreen()).description())
"""


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="needs xvfb-run, of the apt package xvfb")
def test_the_root_windows_profile_is_used_and_a_broken_one_is_not() -> None:
    command = ["xvfb-run", "-a", sys.executable, "-c", SET_AND_TELL]
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split("\n")[:3] == ["sRGB", "Adobe RGB", "sRGB"]
