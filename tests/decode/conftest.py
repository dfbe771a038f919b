"""Tiny decoders of both families, written once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine.bundle import Bundle
from engine.decode.components import Components
from engine.decode.decoder import LatentDecoder
from engine.networks import Networks
from training import tiny

EMBEDDING = 24


@pytest.fixture(scope="session")
def tiny_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundles ``sd15`` and ``sdxl``, everything plugged in, and ``plain``, with nothing."""
    home = tmp_path_factory.mktemp("tiny")
    for family in ("sd15", "sdxl"):
        tiny.write_decoder(
            home / family,
            family,
            embedding=EMBEDDING,
            inpaint=family == "sd15",
            refiner=family == "sdxl",
            controls=("edge", "mask"),
            context=True,
        )
    tiny.write_decoder(home / "plain", "sd15")
    for name in ("sd15", "sdxl", "plain"):
        tiny.write_manifest(home / name)
    return home


@pytest.fixture(scope="session")
def decoder(tiny_home: Path) -> Callable[[str], LatentDecoder]:
    """The decoder of a bundle, loaded once."""
    made: dict[str, LatentDecoder] = {}

    def get(name: str) -> LatentDecoder:
        if name not in made:
            made[name] = LatentDecoder(Components(Bundle.open(name, tiny_home), Networks(device=torch.device("cpu"))))
        return made[name]

    return get
