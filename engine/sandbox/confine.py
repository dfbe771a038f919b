"""How the reading process gives up what it does not need, as far as the system knows how.

Linux: memory, files, no new rights, no network, no program started, no file written or removed. Other systems: what
POSIX has of that. What held is told, so that ``overtone doctor`` can say it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import signal
import struct
import sys
from pathlib import Path
from typing import NamedTuple

OPEN_FILES = 256
OWN_OUTPUT = 1 << 20  # bytes of a file it may write: its own error stream, opened before
SET_PDEATHSIG, SET_NO_NEW_PRIVS = 1, 38  # prctl
SET_MODE_FILTER, FOR_ALL_THREADS = 1, 1  # seccomp
LOAD, EQUAL, AT_LEAST, ANY_BIT, GIVE = 0x20, 0x15, 0x35, 0x45, 0x06  # instructions of the filter
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16  # bytes in what the filter sees of a call
FOREIGN_CALLS = 0x40000000  # x86-64: from here on, calls of the x32 kind
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Calls(NamedTuple):
    """The kernel's numbers on one kind of machine: its own, of ``seccomp``, and of the calls that are refused.

    ``opening`` are those that open a file, with the index of the argument that says how.
    """

    architecture: int
    seccomp: int
    network: tuple[int, ...]  # socket, connect, socketpair, and io_uring_setup, which can do all of it
    programs: tuple[int, ...]  # fork, exec, kill, ptrace, reading and writing other processes
    names: tuple[int, ...]  # truncate, rename, make, remove, link, chmod, chown, utime, and openat2
    opening: tuple[tuple[int, int], ...]


MACHINES = {
    "x86_64": Calls(
        0xC000003E,
        317,
        (41, 42, 53, 425),
        (57, 58, 59, 322, 62, 101, 310, 311, 424),
        (
            *(76, 82, 83, 84, 85, 86, 87, 88, 90, 92, 94, 132, 133, 235),
            *(258, 259, 260, 261, 263, 264, 265, 266, 268, 280, 316, 452, 437),
        ),
        ((2, 1), (257, 2)),
    ),
    "aarch64": Calls(
        0xC00000B7,
        277,
        (198, 203, 199, 425),
        (221, 281, 129, 117, 270, 271, 424),
        (45, 33, 34, 35, 36, 37, 38, 53, 54, 88, 276, 452, 437),
        ((56, 2),),
    ),
}


def confine(parent: int, memory: int, writing: bool = False) -> list[str]:
    """Give up everything; tells, in words, what is out of reach now.

    Parameters
    ----------
    parent
        Process that started this one; when it ends, so does this one.
    memory
        Bytes of address space.
    writing
        Whether files may be written.
    """
    held = []
    if _limit(memory, memory if writing else OWN_OUTPUT):
        held.append("more memory than a file may take")
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) == 0:
            held.append("outliving the program")
        if os.getppid() != parent:  # it ended before
            sys.exit(0)
        _first_to_go()
        if libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 and _filter(libc, writing):
            held += ["the network", "starting programs", *([] if writing else ["writing files"])]
    return held


def _limit(memory: int, file: int) -> bool:
    if sys.platform == "win32":
        return False
    import resource

    for kind, wanted in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, file),
        (resource.RLIMIT_AS, memory),
    ):
        _, hard = resource.getrlimit(kind)
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):  # macOS refuses some
            return False
    return sys.platform != "darwin"  # which takes the limit and does not keep it


def _first_to_go() -> None:
    """When the machine runs out of memory, this process ends rather than the one with the user's work."""
    try:
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    except OSError:
        return


def _filter(libc: ctypes.CDLL, writing: bool) -> bool:
    """Have the kernel refuse calls that reading a picture never makes; false where there is no such filter."""
    if platform.machine() not in MACHINES or struct.calcsize("P") != 8:
        return False
    calls = MACHINES[platform.machine()]
    refused = (*calls.network, *calls.programs, *(() if writing else calls.names))
    opening = () if writing else calls.opening
    program = b"".join(
        [
            _step(LOAD, ARCHITECTURE_AT),
            _step(EQUAL, calls.architecture, yes=1),
            _step(GIVE, KILL),
            _step(LOAD, NUMBER_AT),
            _step(AT_LEAST, FOREIGN_CALLS, no=1),
            _step(GIVE, KILL),
            *(step for number in refused for step in (_step(EQUAL, number, no=1), _step(GIVE, REFUSE))),
            *(
                step
                for number, flags in opening
                for step in (
                    _step(EQUAL, number, no=4),
                    _step(LOAD, ARGUMENTS_AT + 8 * flags),
                    _step(ANY_BIT, WRITING, no=1),
                    _step(GIVE, REFUSE),
                    _step(GIVE, ALLOW),
                )
            ),
            _step(GIVE, ALLOW),
        ]
    )
    code = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    return libc.syscall(calls.seccomp, SET_MODE_FILTER, FOR_ALL_THREADS, described) == 0


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; a comparison skips ``yes`` or ``no`` of those that follow."""
    return struct.pack("HBBI", code, yes, no, value)
