"""The editor from opening to reopening on a machine without any network; run by test_offline in a process of its own.

A socket to anything but this machine's own programs is refused in Python, and where the system can, it ends whatever
process asks for it: this one, the engine's, or the reader's.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind")


def cut_off() -> None:
    """Take the network away from this process and all that it starts."""

    def watch(event: str, arguments: tuple) -> None:
        own = event == "socket.__new__" and arguments[1] == getattr(socket, "AF_UNIX", None)
        if event in NETWORK or (event == "socket.__new__" and not own):
            raise AssertionError(f"the network was asked for: {event} {arguments}")

    sys.addaudithook(watch)
    if sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64"):
        from engine.sandbox import confine

        number = {"x86_64": 41, "aarch64": 198}[platform.machine()]
        program = b"".join(
            [
                confine._step(confine.LOAD, confine.NUMBER_AT),
                confine._step(confine.EQUAL, number, no=3),
                confine._step(confine.LOAD, confine.ARGUMENTS_AT),
                confine._step(confine.EQUAL, socket.AF_UNIX, yes=1),
                confine._step(confine.GIVE, confine.KILL),
                confine._step(confine.GIVE, confine.ALLOW),
            ]
        )
        code = ctypes.create_string_buffer(program, len(program))
        described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.prctl(confine.SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        assert libc.syscall(confine.MACHINES[platform.machine()][1], confine.SET_MODE_FILTER, 1, described) == 0
        assert asked_by_a_child() != 0


def asked_by_a_child() -> int:
    """How a process ends that asks for the network past Python: the proof that it is cut off."""
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).socket(socket.AF_INET, socket.SOCK_STREAM, 0)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def main(folder: Path) -> None:
    """Open, edit by words with the real engine, accept, save, and open what was saved."""
    cut_off()
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from desktop_app.client.engine_remote import RemoteEngineClient
    from desktop_app.look.theme import Look
    from desktop_app.window.dialogs import QtDialogs
    from desktop_app.window.main_window import MainWindow
    from engine.entry import entered

    def until(what: str, holds: Callable[[], object], seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"no {what}: {window.message_bar.text}"
            QTest.qWait(20)

    class Answers(QtDialogs):
        def save_as(self, _suggested: Path) -> Path:
            return folder / "saved.png"

    with entered():
        app = QApplication([])
        window = MainWindow(Look(app, "dark"), RemoteEngineClient())
        window._dialogs = window.safekeeping._dialogs = Answers(window)
        window.show()
        window.open(folder / "photo.png")
        until("photo", lambda: window.document is not None)
        window.side.instruction.setPlainText("make it brighter")
        window.side.run_bar.run_button.click()
        until("result", lambda: window.document.pending is not None)
        window.session.accept()
        window.commands.save.trigger()
        until("file", lambda: window.document.saved_to == folder / "saved.png")
        window.open(folder / "saved.png")
        until("saved photo", lambda: window.document.path == folder / "saved.png")
        window.close()
        until("end", lambda: not window.isVisible())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
