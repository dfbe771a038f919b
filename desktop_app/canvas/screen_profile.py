"""The colour profile of a screen, as the system knows it; sRGB where it knows none."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Callable

from PySide6.QtGui import QColorSpace, QGuiApplication, QScreen

LARGEST = 16 * 2**20  # bytes of a profile


def screen_space(screen: QScreen) -> QColorSpace:
    """The colour space of a screen."""
    readers: dict[str, Callable[[QScreen], bytes]] = {"win32": _windows, "darwin": _mac}
    reader = readers.get(sys.platform, _x11)
    icc = reader(screen)
    space = QColorSpace.fromIccProfile(icc) if icc else QColorSpace()
    return space if space.isValid() else QColorSpace(QColorSpace.NamedColorSpace.SRgb)


def _windows(_screen: QScreen) -> bytes:
    """What Windows has set for the first screen."""
    from PIL import ImageCms

    profile = ImageCms.get_display_profile()
    return profile.tobytes() if profile is not None else b""


def _mac(_screen: QScreen) -> bytes:
    """Nothing: the system converts a window's sRGB pixels for every screen by itself."""
    return b""


def _x11(screen: QScreen) -> bytes:
    """The root window's ``_ICC_PROFILE`` property, numbered from the second screen on (ICC Profiles in X, 0.4)."""
    if QGuiApplication.platformName() != "xcb":
        return b""
    path = ctypes.util.find_library("X11")
    if path is None:
        return b""
    x11 = ctypes.CDLL(path)
    pointer, ulong = ctypes.c_void_p, ctypes.c_ulong
    for name, result, arguments in (
        ("XOpenDisplay", pointer, [ctypes.c_char_p]),
        ("XDefaultRootWindow", ulong, [pointer]),
        ("XInternAtom", ulong, [pointer, ctypes.c_char_p, ctypes.c_int]),
        ("XFree", ctypes.c_int, [pointer]),
        ("XCloseDisplay", ctypes.c_int, [pointer]),
    ):
        function = getattr(x11, name)
        function.restype, function.argtypes = result, arguments
    display = x11.XOpenDisplay(None)
    if not display:
        return b""
    number = QGuiApplication.screens().index(screen)
    name = b"_ICC_PROFILE" + (f"_{number}".encode() if number else b"")
    atom = x11.XInternAtom(display, name, 1)
    kind, bits = ulong(), ctypes.c_int()
    count, left, data = ulong(), ulong(), pointer()
    x11.XGetWindowProperty.argtypes = [pointer, ulong, ulong, ctypes.c_long, ctypes.c_long, ctypes.c_int, ulong] + [
        pointer
    ] * 5
    answers = [ctypes.byref(each) for each in (kind, bits, count, left, data)]
    found = b""
    if atom and not x11.XGetWindowProperty(
        display, x11.XDefaultRootWindow(display), atom, 0, LARGEST // 4, 0, 0, *answers
    ):
        if data.value and bits.value == 8:
            found = ctypes.string_at(data.value, count.value)
        if data.value:
            x11.XFree(data)
    x11.XCloseDisplay(display)
    return found
