"""A tiny decoder with everything plugged in, a request for all of it, and methods that fail on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.bundle import Bundle
from engine.decode import SETTINGS, ContextPicture, Control, DecodeRequest, Subject
from engine.decode.components import Components
from engine.decode.decoder import LatentDecoder
from engine.decode.faults import LADDER
from engine.networks import Networks
from engine.restore.shape import RestorerShape
from training import tiny

SIDE, EMBEDDING = 96, 24
SPARING = next(rung for rung, means in enumerate(LADDER) if means.offload)
SHAPE = RestorerShape(1, 8, (2, 1, 1, 1), 1, (1, 2, 4, 8), 2.0, 4, 2, sees_mask=True)


def request(side: int = SIDE, embedding: int = EMBEDDING) -> DecodeRequest:
    """Everything that can be asked for at once, of a random draft."""
    numbers = np.random.default_rng(1)
    draft, shown = numbers.random((2, side, side, 3), dtype=np.float32)
    vectors = numbers.standard_normal((2, embedding)).astype(np.float32)
    return DecodeRequest(
        side,
        side,
        "a boat",
        source_prompt="a ship",
        draft=draft,
        way="draft",
        gen=vectors[0],
        subjects=(Subject(vectors[1]),),
        context=(ContextPicture("[ref#1] subject", shown),),
        controls=(Control("edge"),),
        steps=4,
        seed=5,
    )


def written(root: Path, side: int, family: tiny.Family = "sd15", **networks: Any) -> Path:
    """``root``, with a tiny decoder in half precision for squares of ``side`` pixels, everything plugged in."""
    networks = {"embedding": EMBEDDING, "controls": ("edge",), "context": True, "precision": "bfloat16"} | networks
    tiny.write_decoder(root, family, **networks)
    settings = json.loads((root / SETTINGS).read_text())
    (root / SETTINGS).write_text(json.dumps(settings | {"side": side}))
    tiny.write_manifest(root)
    return root


def fresh(root: Path) -> LatentDecoder:
    """A decoder with nothing loaded."""
    return LatentDecoder(Components(Bundle.open(root.name, root.parent), Networks(device=torch.device("cpu"))))


@contextmanager
def patched(place: type, method: str, instead: Callable[..., Any]) -> Iterator[None]:
    """``method`` of every ``place`` is ``instead``, which gets the real one as its first argument."""
    whole = getattr(place, method)
    setattr(place, method, lambda self, *arguments, **named: instead(whole, self, *arguments, **named))
    try:
        yield
    finally:
        setattr(place, method, whole)


def failing(place: type, method: str, error: Exception, times: int | None = None) -> AbstractContextManager[None]:
    """``method`` of every ``place`` raises ``error`` the first ``times`` times it is called, or always."""
    calls = iter(range(10**9))

    def broken(whole: Callable[..., Any], self: Any, *arguments: Any, **named: Any) -> Any:
        if times is None or next(calls) < times:
            raise error
        return whole(self, *arguments, **named)

    return patched(place, method, broken)
