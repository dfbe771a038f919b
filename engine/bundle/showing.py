"""A bundle in words: what it holds, or what pulling it would bring, and under which terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from engine.bundle import licences
from engine.bundle.bundle import Bundle
from engine.bundle.catalogue import Offer
from engine.bundle.manifest import Network
from engine.memory import needs, plan, taken

HALF = 2  # bytes of a number in half precision
UNTRIED = "Not run by us with its real weights yet."


def described(name: str) -> list[str]:
    """An assembled or pulled bundle: components, sources, files, and the terms of its licences.

    Raises
    ------
    BundleError
        It is missing or damaged.
    """
    manifest = Bundle.open(name).manifest
    lines = [f"{manifest.name} {manifest.version}" + (f", on {manifest.extends}" if manifest.extends else "")]
    for component in manifest.components:
        size, memory = component.size / 1e6, component.memory / 1e6
        lines += ["", f"{component.name}: {size:.1f} MB on disk, {memory:.0f} MB in memory"]
        for origin in component.origins:
            package = f", {origin.package} {origin.version}" if origin.package else ""
            lines.append(f"  {origin.what}\n    {origin.licence}, {origin.origin}{package}")
        lines += [
            f"  {entry.path}  {entry.size:,} bytes  sha256 {entry.sha256[:16]}…"
            + (f"\n    linked: {entry.link}" if entry.link else "")
            for entry in component.files
        ]
    lines += _here(needs(manifest))
    return lines + _terms(origin.licence for component in manifest.components for origin in component.origins)


def offered(offer: Offer) -> list[str]:
    """A bundle that has not been pulled."""
    lines = [f"{offer.name} {offer.version}: {offer.what}", "Not pulled." + ("" if offer.tried else f" {UNTRIED}")]
    for part in offer.parts:
        size = f", {sum(map(taken, part.networks)) / 1e9:.2f} GB in memory" if part.networks else ""
        along = f", brings {', '.join(part.needs)}" if part.needs else ""
        optional = f" (optional: --with {part.name}{along})" if part.optional else ""
        lines += [
            f"{part.name}: {part.what}{size}{optional}",
            f"  {part.licence}, https://huggingface.co/{part.repository}, {len(part.files)} files",
        ]
    lines += _here(tuple(network for part in offer.chosen() for network in part.networks))
    lines.append("Sizes on disk, commits and hashes come from the hub at the first pull and are pinned then.")
    lines.append(f"Run: overtone models pull {offer.name}")
    return lines + _terms(part.licence for part in offer.parts)


def record(name: str, offer: Offer | None, here: bool) -> dict[str, Any]:
    """The same as a JSON object.

    Raises
    ------
    BundleError
        The bundle is missing or damaged.
    """
    if here or offer is None:
        shown = asdict(Bundle.open(name).manifest)
        ids = {origin["licence"] for component in shown["components"] for origin in component["origins"]}
    else:
        shown = asdict(offer)
        ids = {part.licence for part in offer.parts}
    known = licences.table()
    return shown | {
        "state": "ready" if here else "not pulled",
        "licences": [asdict(known[one]) for one in sorted(ids) if one in known],
    }


def _here(networks: tuple[Network, ...]) -> list[str]:
    """How the networks would keep within the memory that is free on this machine now."""
    if not networks:
        return []
    from engine.device import best_device, fast_dtype, room

    half = fast_dtype(best_device()).itemsize == HALF
    return ["", f"Memory: {plan(networks, room(), half=half).sentence()}"]


def _terms(ids: Iterable[str]) -> list[str]:
    """What the licences of the table allow and ask, each once."""
    known = licences.table()
    asked = sorted({one for one in ids if one in known})
    return ["", "Licences:", *(line for one in asked for line in known[one].lines())] if asked else []
