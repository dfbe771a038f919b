"""Whether a bundle carries the weights of a step whose network is optional."""

from __future__ import annotations

from typing import Protocol

from engine.errors import BundleError


class Files(Protocol):
    """The part of a bundle that is asked which files it holds."""

    def has(self, name: str, /) -> bool:
        """Whether the bundle holds the file ``name``."""
        ...


def refuse_unknown(bundle: Files, name: str) -> None:
    """Say so when a bundle holds weights that this version has no network for.

    Raises
    ------
    BundleError
        When ``bundle`` holds ``name``.
    """
    if bundle.has(name):
        raise BundleError(f"{name} is from a newer Overtone.", "Update Overtone, or assemble the bundle again.")
