"""The bundles of this machine and those that can be had, as plain values for the command line and the window."""

from __future__ import annotations

from typing import Any

from engine.bundle.bundle import Bundle, assembled, default_home
from engine.bundle.catalogue import offers
from engine.bundle.manifest import NAME, cure
from engine.errors import BundleError


def names() -> tuple[str, ...]:
    """Names of the bundles on this machine, and the starter's."""
    return assembled(default_home())


def listing() -> list[dict[str, Any]]:
    """Every bundle's name, folder and state: ``ready`` with version and bytes, else why not and the fix."""
    home, offered, rows = default_home(), offers(), []
    for name in sorted({*assembled(home), *offered}):
        row: dict[str, Any] = {"name": name, "folder": str(home / name)}
        try:
            manifest = Bundle.open(name).manifest
        except BundleError as error:
            missing = not (home / name / NAME).is_file()
            away = "not pulled" if name in offered else "not assembled"
            row |= {"state": away if missing else "damaged", "fix": cure(name) if missing else str(error)}
        else:
            size = sum(component.size for component in manifest.components)
            row |= {"state": "ready", "version": manifest.version, "bytes": size}
        rows.append(row)
    return rows
