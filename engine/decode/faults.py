"""What to do when a network runs out of numbers or out of memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

from engine.device import out_of_memory, release
from engine.errors import MachineError, OvertoneError
from engine.quantized import is_quantized

T = TypeVar("T")


@dataclass(frozen=True)
class Means:
    """How sparingly to work.

    Attributes
    ----------
    what
        In words, for the log.
    tiled
        The autoencoder works in tiles, and of the networks that could paint only the one in use is loaded.
    offload
        Networks leave the device, or the memory on a CPU, as soon as they have served.
    scale
        Of the working size.
    """

    what: str
    tiled: bool = False
    offload: bool = False
    scale: float = 1.0


LADDER = (
    Means("with all networks loaded"),
    Means("after unloading the other steps"),
    Means("with the autoencoder in tiles", tiled=True),
    Means("with one network at a time", tiled=True, offload=True),
    Means("at three quarters of the working size", tiled=True, offload=True, scale=0.75),
    Means("at half the working size", tiled=True, offload=True, scale=0.5),
)


def with_less_memory(
    attempt: Callable[[Means], T], unload: Callable[[], None], log: Callable[[str], None], start: int = 0
) -> T:
    """Run ``attempt`` with more and more sparing means until it fits.

    Parameters
    ----------
    attempt
        The whole work, started anew with each rung.
    unload
        Frees what other steps hold; called before the second rung.
    log
        Told about each further rung.
    start
        The rung to begin with, where it is known beforehand that those before it do not fit.

    Raises
    ------
    MachineError
        When even the last rung does not fit.
    """
    for rung, means in list(enumerate(LADDER))[start:]:
        if rung == max(start, 1):
            unload()
        if rung > start:
            log(f"Memory ran out; trying again {means.what}.")
        try:
            return attempt(means)
        except (MemoryError, RuntimeError, OSError) as error:  # torch's own memory error is a RuntimeError
            if not out_of_memory(error):
                raise
        release()
    raise MachineError(
        f"There is not enough memory, even {LADDER[-1].what}.",
        "Close other programs, or edit a smaller region.",
    )


class Precision:
    """Raises networks to float32 where they run out of numbers; on leaving gives them back as they came."""

    def __init__(self) -> None:
        self._raised: list[tuple[nn.Module, torch.dtype]] = []

    def __enter__(self) -> Precision:
        return self

    def __exit__(self, *_error: object) -> None:
        for part, dtype in self._raised:
            nn.Module.to(part, dtype)  # past diffusers' own, which warns
        self._raised.clear()

    def finite(self, compute: Callable[[], Tensor], parts: Sequence[nn.Module], what: str) -> Tensor:
        """The result of ``compute``, computed again with ``parts`` in float32 when it is not finite.

        Raises
        ------
        OvertoneError
            When it is not finite in float32 either.
        """
        out = compute()
        if bool(torch.isfinite(out).all()):
            return out
        coarse = [part for part in parts if next(part.parameters()).dtype != torch.float32 and not is_quantized(part)]
        if coarse:
            for part in coarse:
                self._raised.append((part, next(part.parameters()).dtype))
                nn.Module.to(part, torch.float32)
            out = compute()
            if bool(torch.isfinite(out).all()):
                return out
        raise OvertoneError(f"{what} gave numbers that are not finite.", "Verify the bundle: overtone models verify.")
