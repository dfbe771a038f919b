"""Where the engine comes from: is its bundle ready, load it, put it together. The only door to the model libraries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from engine.bundle import Bundle
from engine.bundle.listing import listing, names
from engine.errors import BundleError, Cancelled
from engine.machine import Finding, examine
from engine.picture import Photo
from engine.values import CancelCheck, EditRequest, EditResult, OnEvent, Plan, Region

ABILITIES = {  # what tells that a bundle has it
    "decoder": "decoder/decoder.json",
    "prior": "own/prior.safetensors",
    "restorer": "own/restorer.safetensors",
}


class Engine(Protocol):
    """What the editor uses of :class:`engine.pipeline.Engine`."""

    def plan(self, request: EditRequest, on_event: OnEvent = ..., cancel: CancelCheck = ...) -> Plan:
        """Understand the instruction."""
        ...

    def edit(self, request: EditRequest, on_event: OnEvent = ..., cancel: CancelCheck = ...) -> EditResult:
        """Carry it out."""
        ...

    def describe(self, file: Path) -> dict[str, Any]:
        """What is seen or heard in a file."""
        ...

    def select(self, photo: Photo, phrase: str) -> Region:
        """The region that words name."""
        ...

    def select_at(self, photo: Photo, point: tuple[float, float]) -> Region:
        """The region of the thing at a point."""
        ...

    def search(self, words: str, file: Path | None, count: int) -> list[dict[str, Any]]:
        """Pictures of the library like words or a file, best first."""
        ...

    def index(self, folder: Path | None, keep: bool) -> dict[Path, int]:
        """Add a folder to the user's library or forget it; all folders and how many pictures each holds."""
        ...


class Source(Protocol):
    """A place that engines come from."""

    def missing(self, name: str) -> str:
        """Why the bundle cannot be used, in one sentence; empty when it is complete. Called in the window's thread."""
        ...

    def engines(self) -> tuple[str, ...]:
        """Names of the bundles on this machine, the starter's always. Called in the window's thread, as the next."""
        ...

    def abilities(self, name: str) -> frozenset[str]:
        """What a bundle has beyond the least: ``decoder``, ``prior``, ``restorer``."""
        ...

    def bundles(self) -> list[dict[str, Any]]:
        """See :func:`engine.bundle.listing.listing`. Called in the window's thread."""
        ...

    def examine(self) -> list[Finding]:
        """What this machine has and lacks; slow, imports the model libraries. Called where the engine runs."""
        ...

    def load(self, name: str) -> Engine:
        """Load the engine; slow, imports the model libraries. Called in the engine's thread."""
        ...

    def assemble(self, name: str, on_progress: Callable[[str, float], None], cancel: CancelCheck) -> None:
        """Put the bundle together. Called in the engine's thread."""
        ...


class Installed:
    """The engine of this installation."""

    def missing(self, name: str) -> str:
        """See :meth:`Source.missing`; looks at the manifest and the files' sizes."""
        try:
            Bundle.open(name)
        except BundleError as error:
            return error.message
        return ""

    def engines(self) -> tuple[str, ...]:
        """See :meth:`Source.engines`."""
        return names()

    def abilities(self, name: str) -> frozenset[str]:
        """See :meth:`Source.abilities`; looks at the manifest only."""
        try:
            bundle = Bundle.open(name)
        except BundleError:
            return frozenset()
        return frozenset(ability for ability, path in ABILITIES.items() if bundle.has(path))

    def bundles(self) -> list[dict[str, Any]]:
        """See :meth:`Source.bundles`."""
        return listing()

    def examine(self) -> list[Finding]:
        """See :meth:`Source.examine`."""
        return examine()

    def load(self, name: str) -> Engine:
        """See :meth:`Source.load`."""
        from engine.pipeline import Engine as Pipeline

        return Pipeline.load(name)

    def assemble(self, name: str, on_progress: Callable[[str, float], None], cancel: CancelCheck) -> None:
        """See :meth:`Source.assemble`; what is done stays done when it is stopped.

        Raises
        ------
        BundleError, MachineError
            As :func:`engine.bundle.assemble.assemble`.
        Cancelled
            When ``cancel`` says so between two steps.
        """
        from engine.bundle.assemble import assemble

        def progress(text: str, share: float) -> None:
            if cancel():
                raise Cancelled
            on_progress(text, share)

        assemble(name, progress=progress)
