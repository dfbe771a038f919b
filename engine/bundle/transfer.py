"""One file from the network: resumed where it stopped, hashed as it streams, whole or not taken.

The bytes go to a ``.part`` file that is only ever appended to. What it holds is hashed once when a transfer begins,
so that the hash is known with the last byte. Its name is taken away only when every byte is there and the hash is
the wanted one.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub.errors import OfflineModeIsEnabled

from engine.bundle.disk import AGAIN
from engine.bundle.hub import OFFLINE, Hub, Remote, gated
from engine.bundle.manifest import BLOCK
from engine.errors import BundleError

SLOWEST = 1024  # bytes a second below which a connection counts as stalled
UPDATE = "Take the newest one: overtone models pull NAME --update"
OnBytes = Callable[[int], None]
"""Called with how many bytes of the file are there."""


class Digest:
    """The hashes of a file as it grows.

    Parameters
    ----------
    size
        Bytes that the whole file has; git's hash covers it too.
    """

    def __init__(self, size: int) -> None:
        self._sha256 = hashlib.sha256()
        self._blob = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
        self.done = 0

    def update(self, data: bytes) -> None:
        """Add what comes next."""
        self._sha256.update(data)
        self._blob.update(data)
        self.done += len(data)

    @property
    def sha256(self) -> str:
        """SHA-256 so far, in hex."""
        return self._sha256.hexdigest()

    def is_of(self, wanted: Remote) -> bool:
        """Whether this is the wanted file: by SHA-256, else by git's hash, and never by size alone."""
        if self.done != wanted.size:
            return False
        if wanted.sha256 is not None:
            return self.sha256 == wanted.sha256
        return wanted.blob is not None and self._blob.hexdigest() == wanted.blob


@dataclass(frozen=True)
class Wish:
    """A file to get: where from, where to, and what it must be.

    Attributes
    ----------
    name
        For messages.
    url
        Its address; it is not shown, since addresses may be signed.
    target
        Where it goes once it is proven.
    wanted
        What the hub says of it.
    repository
        Where it is published.
    """

    name: str
    url: str
    target: Path
    wanted: Remote
    repository: str

    @property
    def part(self) -> Path:
        """The file that grows."""
        known = (self.wanted.sha256 or self.wanted.blob or "")[:12]  # another revision's bytes are never added to
        return self.target.with_name(f"{self.target.name}.{known}.part")

    @property
    def there(self) -> int:
        """Bytes that are there already, proven or not."""
        for path in (self.target, self.part):
            if path.is_file():
                return min(path.stat().st_size, self.wanted.size)
        return 0


def fetch_file(wish: Wish, hub: Hub, on_bytes: OnBytes = lambda _done: None) -> str:
    """Get a file, or what of it is missing.

    Parameters
    ----------
    wish
        The file.
    hub
        Where from.
    on_bytes
        Told how much is there.

    Returns
    -------
    str
        SHA-256 in hex of the proven file at ``wish.target``.

    Raises
    ------
    BundleError
        It cannot be had, or what comes is not the wanted file twice over; the target is then not there.
    OSError
        The disk refuses it.
    """
    wish.target.parent.mkdir(parents=True, exist_ok=True)
    digest = _continue(wish, hub, on_bytes)
    if not digest.is_of(wish.wanted):  # damaged on the way, or on the disk
        wish.part.unlink()
        digest = _continue(wish, hub, on_bytes)
    if not digest.is_of(wish.wanted):
        wish.part.unlink()
        raise BundleError(
            f"{wish.name} of {wish.repository} is not what the hub says (sha256 {digest.sha256[:9]}…) and was deleted.",
            "Try again later, or another mirror with HF_ENDPOINT.",
        )
    wish.part.replace(wish.target)
    return digest.sha256


def proven(path: Path, wanted: Remote) -> str | None:
    """SHA-256 in hex of a file that is the wanted one, nothing of any other."""
    if not path.is_file() or path.stat().st_size != wanted.size:
        return None
    digest = Digest(wanted.size)
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.sha256 if digest.is_of(wanted) else None


def _continue(wish: Wish, hub: Hub, on_bytes: OnBytes) -> Digest:
    """Add to the part until it is as long as it must be."""
    digest = Digest(wish.wanted.size)
    with wish.part.open("a+b") as part:
        if part.tell() > wish.wanted.size:  # left by another revision
            part.truncate(0)
        part.seek(0)
        while block := part.read(BLOCK):
            digest.update(block)
        on_bytes(digest.done)
        pauses, ranged = hub.patience.pauses(), True
        while digest.done < wish.wanted.size:
            before = digest.done
            problem, ranged = _attempt(wish, hub, digest, part.write, on_bytes, ranged)
            part.flush()
            if digest.done > before:
                pauses = hub.patience.pauses()
            elif (pause := next(pauses, None)) is not None:
                hub.patience.wait(pause)
            else:
                raise BundleError(f"{wish.name} of {wish.repository} does not come: {problem}.", AGAIN)
        os.fsync(part.fileno())
    return digest


def _attempt(
    wish: Wish, hub: Hub, digest: Digest, write: Callable[[bytes], object], on_bytes: OnBytes, ranged: bool
) -> tuple[str, bool]:
    """One connection; what went wrong with it, and whether to ask for a range the next time."""
    begin = digest.done if ranged else 0
    headers = hub.headers() | ({"range": f"bytes={begin}-"} if begin else {})
    timeout = httpx2.Timeout(hub.patience.stall)
    try:
        with hub.client().stream("GET", wish.url, headers=headers, timeout=timeout) as answer:
            status = answer.status_code
            if status == 416:  # a server without ranges here: read from the beginning, past what is there
                return "the server refuses to go on where it stopped (416)", False
            if status not in (200, 206):
                _refuse(wish, status, hub)
                return f"the server answers {status}", ranged
            first = _first_byte(wish, status, begin, answer.headers)
            _take(answer, wish, digest, digest.done - first, write, on_bytes, hub.patience.stall)
    except OfflineModeIsEnabled as fault:
        raise BundleError("The hub is switched off.", OFFLINE) from fault
    except (httpx2.TimeoutException, _StalledError):
        return f"next to nothing came for {hub.patience.stall:g} s", ranged
    except httpx2.HTTPError as fault:
        return f"the connection broke ({type(fault).__name__})", ranged
    return "the connection ended early", ranged


class _StalledError(Exception):
    """A connection that trickles."""


def _take(
    answer: httpx2.Response,
    wish: Wish,
    digest: Digest,
    skip: int,
    write: Callable[[bytes], object],
    on_bytes: OnBytes,
    stall: float,
) -> None:
    """Write what comes, past the first ``skip`` bytes, which are there already, and no further than the file's end."""
    since, fresh = time.monotonic(), 0
    for chunk in answer.iter_raw():  # as it comes: pieces of a set size would be lost half-filled
        fresh += len(chunk)
        if (now := time.monotonic()) - since > stall:
            if fresh < SLOWEST * stall:
                raise _StalledError
            since, fresh = now, 0
        data = chunk[skip:] if skip else chunk
        skip = max(skip - len(chunk), 0)
        data = data[: wish.wanted.size - digest.done]
        if data:
            write(data)
            digest.update(data)
            on_bytes(digest.done)
        if digest.done == wish.wanted.size:
            return


def _refuse(wish: Wish, status: int, hub: Hub) -> None:
    """Raise when asking again cannot help."""
    if status in (401, 403):
        raise gated(wish.repository)
    if status == 404:
        raise BundleError(f"The hub no longer has {wish.name} of {wish.repository}.", UPDATE)
    if not hub.patience.may_mend(status):
        raise BundleError(f"The hub answers {status} for {wish.name} of {wish.repository}.", AGAIN)


def _first_byte(wish: Wish, status: int, begin: int, headers: Mapping[str, str]) -> int:
    """Where in the file the answer starts.

    Raises
    ------
    BundleError
        The server has a file of another length.
    """
    span = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", headers.get("content-range", "")) if status == 206 else None
    first = int(span[1]) if span else 0
    whole = span[2] if span else headers.get("content-length", "*")
    if (whole != "*" and int(whole) != wish.wanted.size) or first > begin:
        raise BundleError(f"{wish.name} of {wish.repository} has changed on the hub.", UPDATE)
    return first
