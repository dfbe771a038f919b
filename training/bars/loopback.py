"""A hub on loopback: answers the questions that the hub library asks, serves files by range, and fails on command."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

LARGE = 4096  # bytes from which a file is kept as a large one, with its SHA-256
LIST = re.compile(r"/api/models/(?P<repository>[^/]+/[^/]+)(?:/revision/(?P<revision>[^/?]+))?$")
FILE = re.compile(r"/(?P<repository>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)$")
STORE = re.compile(r"/store/(?P<repository>[^/]+/[^/]+)/(?P<revision>[^/]+)/(?P<path>.+)$")


@dataclass
class Faults:
    """What goes wrong, set by a test.

    Attributes
    ----------
    cut_after
        Bytes of a file's answer after which the connection is cut, for each of the coming answers in turn.
    statuses
        Statuses that the coming requests for files are answered with instead.
    no_ranges
        Ranges are ignored: the whole file comes.
    refuse_ranges
        Ranges are answered with 416.
    spoil
        Path to what its bytes become on the way.
    hang_after
        The same, after which nothing more comes for ``hang`` seconds.
    hang
        Seconds.
    gone
        Commits that are no longer there.
    """

    cut_after: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    no_ranges: bool = False
    refuse_ranges: bool = False
    spoil: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    hang_after: list[int] = field(default_factory=list)
    hang: float = 0.0
    gone: set[str] = field(default_factory=set)


@dataclass
class Request:
    """A request for a file's bytes: its path, the first byte asked for, the bytes sent, and its headers."""

    path: str
    first: int
    sent: int
    headers: Mapping[str, str]


class LoopbackHub:
    """Repositories in memory behind a server on 127.0.0.1.

    Attributes
    ----------
    faults
        What goes wrong.
    requests
        Requests for files so far, oldest first.
    """

    def __init__(self) -> None:
        self.faults = Faults()
        self.requests: list[Request] = []
        self._commits: dict[str, dict[str, dict[str, bytes]]] = {}
        self._heads: dict[str, str] = {}
        self._server = _Server(("127.0.0.1", 0), self._handler())

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def commit(self, repository: str, files: Mapping[str, bytes]) -> str:
        """Put ``files`` at the head of a repository; the commit's hash."""
        digest = hashlib.sha1(usedforsecurity=False)
        for path, content in sorted(files.items()):
            digest.update(f"{path}\0".encode() + content)
        commit = digest.hexdigest()
        self._commits.setdefault(repository, {})[commit] = dict(files)
        self._heads[repository] = commit
        return commit

    def sent(self, path: str) -> int:
        """Bytes of a file that were sent in all."""
        return sum(request.sent for request in self.requests if request.path == path)

    @contextmanager
    def serving(self) -> Iterator[LoopbackHub]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def files(self, repository: str, revision: str | None) -> tuple[str, dict[str, bytes]] | None:
        """Commit and files of a branch or commit, nothing where there is none."""
        commit = self._heads.get(repository, "") if revision in (None, "main") else str(revision)
        known = self._commits.get(repository, {})
        return (commit, known[commit]) if commit in known and commit not in self.faults.gone else None

    def knows(self, repository: str) -> bool:
        """Whether there is such a repository."""
        return repository in self._commits

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hub = self

        class Handler(_Handler):
            def do_GET(self) -> None:
                self.answer(hub)

        return Handler


class _Server(ThreadingHTTPServer):
    """Quiet about clients that hang up, which is what some measurements are about."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Show what is not such a client."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *_arguments: Any) -> None:
        """Say nothing."""

    def answer(self, hub: LoopbackHub) -> None:
        """Answer a GET."""
        path = unquote(urlsplit(self.path).path)
        if found := LIST.fullmatch(path):
            self._list(hub, found["repository"], found["revision"])
        elif found := FILE.fullmatch(path):
            self._redirect(hub, **found.groupdict())
        elif found := STORE.fullmatch(path):
            self._file(hub, **found.groupdict())
        else:
            self._say(404)

    def _list(self, hub: LoopbackHub, repository: str, revision: str | None) -> None:
        if not hub.knows(repository):
            self._say(401, "RepoNotFound")
            return
        there = hub.files(repository, revision)
        if there is None:
            self._say(404, "RevisionNotFound")
            return
        commit, files = there
        siblings = []
        for path, content in files.items():
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
            entry: dict[str, Any] = {"rfilename": path, "size": len(content), "blobId": blob}
            if len(content) >= LARGE:
                sha256 = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 134}
            siblings.append(entry)
        body = {"_id": "1", "id": repository, "modelId": repository, "sha": commit, "siblings": siblings}
        self._say(200, body=json.dumps(body).encode(), kind="application/json")

    def _redirect(self, hub: LoopbackHub, repository: str, revision: str, path: str) -> None:
        """The hub sends those who ask for a file to its store, another host."""
        if hub.faults.statuses:
            self._say(hub.faults.statuses.pop(0))
            return
        there = hub.files(repository, revision)
        if there is None or path not in there[1]:
            self._say(404, "RevisionNotFound" if there is None else "EntryNotFound")
            return
        self.send_response(302)
        port = hub.endpoint.rpartition(":")[2]
        self.send_header("Location", f"http://localhost:{port}/store/{repository}/{there[0]}/{path}?signature=secret")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _file(self, hub: LoopbackHub, repository: str, revision: str, path: str) -> None:
        there = hub.files(repository, revision)
        assert there is not None
        content = hub.faults.spoil.get(path, bytes)(there[1][path])
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        first = int(asked[1]) if asked and not hub.faults.no_ranges else 0
        request = Request(path, first, 0, dict(self.headers))
        hub.requests.append(request)
        if asked and (hub.faults.refuse_ranges or first >= len(content)):
            self._say(416)
            return
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        faults, hangs = hub.faults, bool(hub.faults.hang_after)
        limits = faults.hang_after if hangs else faults.cut_after
        end = min(len(content), first + limits.pop(0)) if limits else len(content)
        for at in range(first, end, 1 << 16):
            piece = content[at : min(at + (1 << 16), end)]
            self.wfile.write(piece)
            request.sent += len(piece)
        self.close_connection = end < len(content)
        if hangs and self.close_connection:
            self.wfile.flush()
            time.sleep(faults.hang)

    def _say(self, status: int, code: str = "", body: bytes = b"", kind: str = "text/plain") -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
