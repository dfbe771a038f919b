"""A reading process whose photo reader does what the file's text says, run by the tests in place of the real one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from engine.errors import BadInput
from engine.files.options import RawOptions
from engine.picture import Photo
from engine.sandbox import tasks, worker
from engine.sandbox.wire import send


def act(path: Path, raw: RawOptions) -> Photo:
    words = path.read_text().split()
    match words[1]:
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV) if len(words) > 2 else os.abort()
        case "raise":
            raise RuntimeError("an unforeseen fault")
        case "hang":
            time.sleep(60)
        case "spin":
            while True:
                pass
        case "eat":
            np.ones(int(words[2]), np.uint8)
        case "babble":
            os.write(3, b"\x80\x04" * 5000)
        case "shout":
            sys.stdout.write("noise" * 1000)
            sys.stdout.flush()
            os.write(1, b"noise" * 1000)
        case "lie":
            send(os.fdopen(3, "wb", buffering=0, closefd=False), {"value": {"pixels": 7}, "parts": []})
        case "point":
            value = {"pixels": [0, "|u1", [10, 10, 3]], "icc": None, "metadata": {}, "notes": [], "history": []}
            send(os.fdopen(3, "wb", buffering=0, closefd=False), {"value": value, "parts": [[4096, 300]]})
            time.sleep(60)
        case "reach":
            raise BadInput(" ".join(reached(Path(words[2]))))
    return Photo(np.full((10, 12, 3), len(words), np.uint8), icc=b"profile", notes=("ä",))


def reached(folder: Path) -> list[str]:
    """What of the forbidden could be done."""
    tries = {
        "socket": socket.socket,
        "unix": lambda: socket.socket(socket.AF_UNIX),
        "pair": socket.socketpair,
        "write": lambda: (folder / "written").write_text("x"),
        "append": lambda: (folder / "there").open("a"),
        "remove": (folder / "there").unlink,
        "rename": lambda: (folder / "there").rename(folder / "here"),
        "mkdir": (folder / "made").mkdir,
        "link": lambda: (folder / "linked").symlink_to("/etc/passwd"),
        "chmod": lambda: (folder / "there").chmod(0o777),
        "run": lambda: subprocess.run(["/bin/true"], check=False),
        "kill": lambda: os.kill(os.getppid(), 0),
    }
    done = ["reached"]
    for name, attempt in tries.items():
        try:
            attempt()
        except OSError:
            continue
        done.append(name)
    return done


tasks.TASKS["photo"] = tasks.Task(act, {"path": Path, "raw": RawOptions})
tasks.TASKS["patch"] = tasks.Task(os.abort, {})
if __name__ == "__main__":
    worker.main(sys.argv[1:])
