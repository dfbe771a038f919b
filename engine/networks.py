"""The networks of a bundle: each on its device while it works, away when others need the room.

Every loader asks here where its network computes, in which form, and what has to leave before it comes; the memory
plan answers for all of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from engine.device import best_device, fast_dtype, free_main, out_of_memory, release
from engine.memory import SHARE, Form, MemoryPlan


@dataclass(frozen=True)
class Spot:
    """Where and how a network is loaded.

    Attributes
    ----------
    device
        Where it computes.
    dtype
        What it computes in.
    form
        Its weights: as they are, or in fewer bits.
    """

    device: torch.device
    dtype: torch.dtype
    form: Form = "half"


Load = Callable[[Spot], Any]
"""Loads a network to a spot, ready to answer."""


class Networks:
    """Where the networks of one bundle are.

    Parameters
    ----------
    plan
        How they keep within the memory there is; those that it does not know are loaded when first asked for, and stay.
    device
        The fastest there is; absent: :func:`engine.device.best_device`.
    """

    def __init__(self, plan: MemoryPlan | None = None, device: torch.device | None = None) -> None:
        self.plan = plan or MemoryPlan()
        self._device = device or best_device()
        self._there: dict[str, Callable[[], None]] = {}  # what is on its device, and how it leaves
        self._last = ""

    def device(self, name: str) -> torch.device:
        """Where a network computes. Without memory of its own the fastest device is as roomy as the processor."""
        placed = self.plan.placement(name)
        kept_off = placed is not None and not placed.on_card and self._device.type == "cuda"
        return torch.device("cpu") if kept_off else self._device

    def spot(self, name: str, exact: bool = False) -> Spot:
        """Where and how a network is loaded; ``exact`` for one that half precision would spoil.

        On the processor one that no plan knows computes in float32.
        """
        placed, device = self.plan.placement(name), self.device(name)
        half = not exact and (placed is not None or device.type != "cpu")
        return Spot(device, fast_dtype(device) if half else torch.float32, placed.form if placed else "half")

    def hold(
        self,
        name: str,
        load: Load,
        exact: bool = False,
        left: Callable[[], None] = lambda: None,
        insists: bool = True,
    ) -> Held:
        """A network that is loaded when first asked for, in the place of an earlier one of that name.

        Parameters
        ----------
        name
            As the manifest names it.
        load
            Loads it.
        exact
            Whether it computes in float32 everywhere.
        left
            Called whenever it leaves.
        insists
            Whether all others leave where memory runs out while it is loaded; what paints has a ladder of its own.
        """
        self.leave((name,))
        return Held(self, name, load, exact, left, insists)

    def come(self, name: str, leave: Callable[[], None]) -> None:
        """A network is about to work: those that the plan keeps apart from it leave.

        Parameters
        ----------
        name
            As the manifest names it.
        leave
            Takes it away when others come.
        """
        if name != self._last:
            self.leave(self.plan.apart(name))
            self._there[name] = leave
            self._last = name

    def leave(self, names: Iterable[str] | None = None) -> None:
        """Take networks away from their devices; all of them when no names are given."""
        wanted = set(self._there if names is None else names)
        going = [name for name in self._there if name in wanted]
        for name in going:
            self._there.pop(name)()
        if going:
            self._last = ""
            release()

    @property
    def there(self) -> tuple[str, ...]:
        """Names of those that are on their devices."""
        return tuple(self._there)


class Held:
    """A network that is on its device when it is asked for; see :meth:`Networks.hold`."""

    def __init__(
        self, networks: Networks, name: str, load: Load, exact: bool, left: Callable[[], None], insists: bool
    ) -> None:
        self._networks, self._name, self._load, self._exact, self._left = networks, name, load, exact, left
        self._insists = insists
        self._network: Any = None
        self._parked = False

    def here(self) -> Any:
        """The network, on its device; those that may not be beside it have left.

        Raises
        ------
        BundleError
            When it is missing or damaged.
        """
        self._networks.come(self._name, self.leave)
        try:
            return self._placed()
        except (MemoryError, RuntimeError, OSError) as error:  # torch's own memory error is a RuntimeError
            if not (self._insists and out_of_memory(error)):
                raise
        self._networks.leave()  # planned with more memory than there is now
        self._networks.come(self._name, self.leave)
        return self._placed()

    def _placed(self) -> Any:
        if self._network is None:
            self._network = self._load(self._networks.spot(self._name, self._exact))
        elif self._parked:
            nn.Module.to(self._network, self._networks.device(self._name))  # past the libraries' own, which warn
        self._parked = False
        return self._network

    def leave(self) -> None:
        """Free its device: from a card to main memory where there is room, else it is loaded again when asked for."""
        if self._network is None or self._parked:
            return
        self._left()
        self._parked = self._networks.device(self._name).type == "cuda" and size(self._network) <= SHARE * free_main()
        if self._parked:
            nn.Module.to(self._network, torch.device("cpu"))
        else:
            self._network = None


def size(network: nn.Module) -> int:
    """Bytes of a network's weights, quantized ones counted in their half precision."""
    held = itertools.chain(network.parameters(), network.buffers())
    return sum(each.numel() * each.element_size() for each in held)
