"""What a run needs of memory, and the means by which it fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.bundle.catalogue import offer
from engine.bundle.manifest import Network
from engine.memory import RESERVE, Room, plan

MAIN = 32 << 30


def networks(name: str = "studio-sdxl", planner: bool = True) -> tuple[Network, ...]:
    parts = offer(name).chosen(("planner",))
    known = [network for part in parts for network in part.networks]
    planners = [network for network in known if network.step == "plan" and planner]
    return (*planners, *(network for network in known if network.step == "decode"))


def room(gigabytes: float) -> Room:
    return Room(int(gigabytes * 1e9), MAIN)


@pytest.mark.parametrize(
    ("gigabytes", "rung", "form"), [(6, 2, "int4"), (8, 3, "int4"), (12, 2, "int8"), (24, 1, "half")]
)
def test_the_cheapest_means_that_fit_are_taken(gigabytes, rung, form):
    made = plan(networks(), room(gigabytes))
    assert (made.rung, made.form("language"), made.fits) == (rung, form, True)
    assert made.peak <= gigabytes * 1e9 - RESERVE
    assert all(each.on_card for each in made.placements)
    planner = made.placements[0]
    assert (planner.network, planner.stays) == ("planner", False)  # it leaves before the decoder comes
    assert made.sentence().startswith(f"Needs about 29.2 GB, {gigabytes}.0 GB free: will offload the planner")


def test_what_goes_onto_a_card_fits_it_whatever_its_size():
    for tenths in range(20, 400):
        made = plan(networks(), room(tenths / 10))
        assert made.fits
        if any(each.on_card for each in made.placements):
            assert made.peak <= tenths * 1e8 - RESERVE
    assert made.rung == 0


def test_what_was_measured_fast_comes_before_dropping_networks():
    plain = plan(networks(planner=False), room(12))
    fast = plan(networks(planner=False), room(12), {"decoder/unet": ("int8",), "decoder/inpaint": ("int8",)})
    assert (plain.rung, plain.form("decoder/unet")) == (2, "half")
    assert (fast.rung, fast.form("decoder/unet"), fast.form("decoder/inpaint")) == (0, "int8", "int8")
    ample = plan(networks(planner=False), room(24), {"decoder/unet": ("int8",)})
    assert (ample.rung, ample.form("decoder/unet")) == (0, "half")


def test_a_card_too_small_leaves_the_planner_or_everything_to_the_processor():
    made = plan(networks(), Room(4_200_000_000, 64 << 30))
    assert made.on_card("unet")
    assert not made.on_card("planner")
    assert "run planner on the processor" in made.sentence()
    tiny = plan(networks(), Room(1_000_000_000, 64 << 30))
    assert not any(each.on_card for each in tiny.placements)
    assert "of main memory" in tiny.sentence()


def test_without_a_card_main_memory_decides_and_want_is_told():
    assert plan(networks(planner=False), Room(0, 64 << 30)).rung == 0
    assert (
        plan(networks(planner=False), Room(0, 64 << 30), half=False).peak
        == 2 * plan(networks(planner=False), Room(0, 64 << 30)).peak
    )
    lacking = plan(networks(), Room(0, 8 << 30))
    assert not lacking.fits
    assert "may not fit" in lacking.sentence()


def test_a_bundle_without_large_networks_needs_no_plan():
    made = plan((), room(8))
    assert (made.rung, made.sentence(), made.form("decoder/unet")) == (0, "", "half")


def test_who_leaves_for_whom_follows_from_the_rung():
    parts = offer("studio-sdxl").chosen(("planner", "adapter"))
    known = tuple(network for part in parts for network in part.networks)
    understand = {network.name for network in known if network.step in ("encode", "plan", "ground")}
    paint = {network.name for network in known} - understand
    for gigabytes, rung in ((40, 0), (24, 1), (8, 3)):
        made = plan(known, room(gigabytes))
        assert made.rung == rung
        apart = {network.name: made.apart(network.name) for network in known}
        assert apart["unet"] == (understand if rung else set())
        assert apart["planner"] == (set() if rung == 0 else paint if rung == 1 else {*understand, *paint} - {"planner"})
        assert made.apart("unknown") == frozenset()
    small = plan(known, Room(4_200_000_000, 64 << 30))
    assert not small.on_card("planner")
    assert small.apart("planner") == frozenset()
    assert small.apart("unet") == frozenset()
    assert small.placement("planner").stays


def test_what_needs_whole_numbers_counts_twice_and_of_controlnets_the_largest():
    half = Network("clip", "encode", 1_000_000_000, 0)
    assert plan((half,), room(8)).needs == 2_000_000_000
    assert plan((replace(half, exact=True),), room(8)).needs == 4_000_000_000
    assert plan((replace(half, exact=True),), Room(0, MAIN), half=False).needs == 4_000_000_000
    painters = (
        Network("unet", "decode", 1_500_000_000, 0),
        Network("adapter", "decode", 100_000_000, 0),
        Network("controlnet-depth", "decode", 500_000_000, 0),
        Network("controlnet-edge", "decode", 400_000_000, 0),
    )
    made = plan(painters, room(4.8))
    assert (made.rung, made.peak) == (3, 4_200_000_000)
