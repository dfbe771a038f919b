"""Which copies in fewer bits belong to which originals."""

from __future__ import annotations

import hashlib
import json

from engine.bundle.manifest import Component, Manifest

BITS = (8, 4)


def derived_stamp(component: Component, bits: int) -> str:
    """The stamp of a copy: as long as the original's files stay, the copy is good."""
    files = [(entry.path, entry.sha256) for entry in component.files]
    return hashlib.sha256(json.dumps([files, bits]).encode()).hexdigest()


def derived(before: Manifest, components: tuple[Component, ...]) -> tuple[Component, ...]:
    """Copies in fewer bits of an earlier manifest whose originals are among ``components`` unchanged."""
    good = {derived_stamp(component, bits): component for component in components for bits in BITS}
    return tuple(each for each in before.components if each.stamp in good)
