"""What a run needs of memory, worked out before it begins, and how to make it fit: a pure function of the manifest.

Two groups of networks take turns: those that understand (encode, plan, refine, ground) and those that paint (decode,
restore). The plan takes the first of its means that fits, the cheapest in time first: all loaded; the planner's group
leaves before the decoder's comes; the autoencoder in tiles, and of the networks that paint the one in use alone; fewer
bits for the planner; one network at a time; fewer bits for what paints; last the processor. Fewer bits come first where
they were measured to cost little time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.bundle.manifest import Manifest, Network

Form = Literal["half", "int8", "int4"]
Forms = Mapping[str, Form]
"""Network to form; those that are not named are in half precision."""
BYTES: dict[Form, float] = {"half": 2.0, "int8": 1.02, "int4": 0.56}  # a number, with its share of the scales
RESERVE = 500_000_000  # bytes of a card for its driver and for gaps between blocks
SHARE = 0.8  # of the free main memory that a run may take
FULL = 2  # times half precision: what processors without half precision compute in takes
PAINTING = ("draft", "decode", "restore")
PAINTERS = ("unet", "inpaint", "refiner")  # one of them works at a time
ADAPTER, CONTROL = "adapter", "controlnet-"  # plugged into what paints, and loaded with it; of ControlNets the largest
UNITS = 1e9  # bytes of a GB, as shown


@dataclass(frozen=True)
class Room:
    """The memory there is.

    Attributes
    ----------
    card
        Free bytes of the graphics card; 0 without one.
    main
        Free bytes of main memory.
    """

    card: int
    main: int


@dataclass(frozen=True)
class Placement:
    """Where one network works.

    Attributes
    ----------
    network, folder
        Its name, and its folder in the bundle.
    on_card
        Whether on the card; else on the processor.
    form
        Its weights: in half precision, or in fewer bits.
    stays
        Whether it stays when it has served: those that paint until one that understands is asked for again.
    step
        The step of the pipeline that it serves.
    """

    network: str
    folder: str
    on_card: bool
    form: Form
    stays: bool
    step: str = "decode"

    @property
    def paints(self) -> bool:
        """Whether it is of the group that paints."""
        return self.step in PAINTING


@dataclass(frozen=True)
class MemoryPlan:
    """How a run keeps within the memory there is.

    Attributes
    ----------
    placements
        Of every network, in the order in which they serve.
    rung
        Where the decoder's ladder begins: 0 with all loaded, 1 after the other steps have left, 2 with the
        autoencoder in tiles, 3 with one network at a time.
    peak, free
        Bytes that the run takes at most where it paints, and bytes that are free there.
    needs
        Bytes that it would take with everything loaded.
    fits
        Whether the peak is within what is free.
    """

    placements: tuple[Placement, ...] = ()
    rung: int = 0
    peak: int = 0
    free: int = 0
    needs: int = 0
    fits: bool = True

    @property
    def one_at_a_time(self) -> bool:
        """Whether networks leave as soon as they have served."""
        return self.rung >= 3

    def form(self, folder: str) -> Form:
        """In which form the network of a folder is loaded."""
        forms: list[Form] = [each.form for each in self.placements if each.folder == folder]
        return forms[0] if forms else "half"

    def placement(self, network: str) -> Placement | None:
        """Where a network works; nothing for one that was not planned."""
        return next((each for each in self.placements if each.network == network), None)

    def on_card(self, network: str) -> bool:
        """Whether a network works on the card."""
        return any(each.on_card for each in self.placements if each.network == network)

    def apart(self, network: str) -> frozenset[str]:
        """The networks that have left by the time that one works: the other group, on its device.

        With one network at a time those of its own group too, of those that understand; what paints knows best what
        it needs at once.
        """
        one = self.placement(network)
        beside = one is not None and not one.on_card and any(each.on_card for each in self.placements)
        if one is None or self.rung == 0 or beside:  # what a card leaves to the processor fits there together
            return frozenset()
        alone = self.one_at_a_time and not one.paints
        others = [each for each in self.placements if each.on_card == one.on_card and each is not one]
        return frozenset(each.network for each in others if alone or each.paints != one.paints)

    def sentence(self) -> str:
        """The plan in a sentence; empty when there is nothing to plan."""
        if not self.placements:
            return ""
        where = "" if any(each.on_card for each in self.placements) else " of main memory"
        text = f"Needs about {self.needs / UNITS:.1f} GB{where}, {self.free / UNITS:.1f} GB free"
        if not self.fits:
            return f"{text}: even at its most sparing it takes {self.peak / UNITS:.1f} GB and may not fit."
        means = list(self._means())
        return f"{text}: will {', '.join(means)} (about {self.peak / UNITS:.1f} GB)." if means else f"{text}."

    def _means(self) -> Iterator[str]:
        away = [each.network for each in self.placements if not each.on_card]
        if 0 < len(away) < len(self.placements):
            yield f"run {_listed(away)} on the processor"
        if self.rung >= 1 and any(each.network == "planner" for each in self.placements):
            yield "offload the planner"
        if self.rung == 2:
            yield "decode in tiles"
        if self.rung >= 3:
            yield "decode in tiles, load one network at a time"
        for form in ("int8", "int4"):
            if some := [each.network for each in self.placements if each.form == form]:
                yield f"use {_listed(some)} in {form[3:]} bits"


def plan(
    networks: Iterable[Network], room: Room, fast: Mapping[str, tuple[Form, ...]] | None = None, half: bool = True
) -> MemoryPlan:
    """The cheapest way in which a run fits.

    Parameters
    ----------
    networks
        What the bundle's networks need; see :func:`needs`.
    room
        The memory there is.
    fast
        Folder to the forms measured to cost little time.
    half
        Whether the processor computes in half precision; else everything on it takes twice as much.
    """
    known = tuple(networks)
    if not known:
        return MemoryPlan()
    fast = fast or {}
    if room.card:
        budget = max(room.card - RESERVE, 0)
        everything = _peak(known, {}, 0)
        for forms, rung in _ways(known, fast):
            peak = _peak(known, forms, rung)
            if peak <= budget:
                return _made(known, forms, rung, peak, room.card, everything, known)
        painters = tuple(each for each in known if each.step in PAINTING)
        others = sum(taken(each, "half", half) for each in known if each.step not in PAINTING)
        for forms, rung in _ways(painters, fast):  # the planner on the processor
            peak = _peak(painters, forms, rung)
            if painters and peak <= budget and others <= SHARE * room.main:
                return _made(known, forms, max(rung, 1), peak, room.card, everything, painters)
    budget = int(SHARE * room.main)
    everything = _peak(known, {}, 0, half)
    for rung in range(4):
        peak = _peak(known, {}, rung, half)
        if peak <= budget:
            return _made(known, {}, rung, peak, room.main, everything, ())
    peak = _peak(known, {}, 3, half)
    return _made(known, {}, 3, peak, room.main, everything, (), fits=False)


def needs(manifest: Manifest) -> tuple[Network, ...]:
    """The networks of a bundle, in the order of the steps; quantized copies and files that are no networks left out."""
    order = ("encode", "plan", "refine", "ground", "draft", "decode", "restore")
    found = [network for component in manifest.components for network in component.networks]
    return tuple(sorted(found, key=lambda network: order.index(network.step)))


def _ways(known: tuple[Network, ...], fast: Mapping[str, tuple[Form, ...]]) -> Iterator[tuple[Forms, int]]:
    """Forms by network and rung, the cheapest in time first."""
    large = [each for each in known if each.folder]
    quick: Forms = {each.name: fast[each.folder][0] for each in large if fast.get(each.folder)}
    planner = [each.name for each in large if each.step not in PAINTING]
    painters = [each.name for each in large if each.step in PAINTING]
    yield {}, 0
    yield {}, 1
    if quick:
        yield quick, 0
        yield quick, 1
    eight: Forms = dict.fromkeys(planner, "int8")
    four: Forms = dict.fromkeys(planner, "int4")
    yield {}, 2
    for forms in (eight, four) if planner else ():
        yield forms, 1
        yield forms, 2
    none: Forms = {}
    for forms in (none, eight, four):
        yield forms, 3
    for form in ("int8", "int4"):
        fewer: Forms = dict.fromkeys(painters, form)
        for rung in (2, 3):
            yield {**four, **fewer}, rung


def taken(each: Network, form: Form = "half", half: bool = True) -> int:
    """Bytes of a network's loaded weights, where the device computes in half precision or does not."""
    return round(BYTES[form] * each.weights * (FULL if each.exact or not half else 1))


def _peak(known: tuple[Network, ...], forms: Forms, rung: int, half: bool = True) -> int:
    """Bytes taken at most over the steps."""

    def weights(some: Iterable[Network]) -> int:
        return sum(taken(each, forms.get(each.name, "half"), half) for each in some)

    def working(each: Network) -> int:
        bytes_ = each.tiled if rung >= 2 and each.tiled else each.working
        return bytes_ if half else FULL * bytes_

    painters = [each for each in known if each.step in PAINTING]
    others = [each for each in known if each.step not in PAINTING]
    if rung == 0:
        return weights(known) + max(working(each) for each in known)
    return max(weights(_beside(each, group, rung)) + working(each) for group in (others, painters) for each in group)


def _beside(each: Network, group: list[Network], rung: int) -> list[Network]:
    """What of a group is loaded while ``each`` works; at the largest, where another network could paint instead."""
    if rung >= 3:
        return [each, *(_plugged(group) if each.name in PAINTERS else ())]
    if rung < 2:
        return group
    painters = [other for other in group if other.name in PAINTERS]
    at_work = each if each in painters else max(painters, key=lambda other: other.weights, default=None)
    return [other for other in group if other not in painters or other is at_work]


def _plugged(group: list[Network]) -> list[Network]:
    """What is loaded with a network that paints."""
    controls = [each for each in group if each.name.startswith(CONTROL)]
    largest = max(controls, key=lambda each: each.weights, default=None)
    return [each for each in group if each.name == ADAPTER or each is largest]


def _made(
    known: tuple[Network, ...],
    forms: Forms,
    rung: int,
    peak: int,
    free: int,
    everything: int,
    on_card: tuple[Network, ...],
    fits: bool = True,
) -> MemoryPlan:
    placements = tuple(
        Placement(
            each.name,
            each.folder,
            each in on_card,
            forms.get(each.name, "half"),
            rung == 0 or (rung < 3 and each.step in PAINTING) or (bool(on_card) and each not in on_card),
            each.step,
        )
        for each in known
    )
    return MemoryPlan(placements, rung, peak, free, everything, fits)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
