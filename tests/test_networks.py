"""Which network is where at which moment of a run: a card that only counts stands for a real one."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook

import engine.device
import engine.networks
import engine.plan.talking
from engine import quantized
from engine.bundle import Bundle, default_home
from engine.bundle.manifest import NAME, Manifest, Network
from engine.bundle.quantizing import quantize
from engine.errors import BundleError
from engine.files import write_photo
from engine.instruction import make
from engine.memory import RESERVE, MemoryPlan, Placement, Room
from engine.networks import Networks
from engine.parts import Parts
from engine.pipeline import Engine
from engine.plan import load as load_planner
from engine.values import EditRequest, Op, Operation, Plan, Settings
from training import tiny, tiny_understanding

CPU = torch.device("cpu")
KINDS = {
    "LlavaForConditionalGeneration": "planner",
    "CLIPModel": "clip",
    "ClapModel": "clap",
    "SamModel": "segmenter",
    "UNet2DConditionModel": "unet",
    "AutoencoderKL": "vae",
    "CLIPTextModel": "text",
}
PAINT = {"unet", "vae", "text"}
NETWORKS = {  # component to networks; together 14.1 GB, the two groups 8.6 and 5.5
    "language": (Network("planner", "plan", 2_400_000_000, 0),),
    "encoder": (
        Network("clip", "encode", 1_000_000_000, 0),
        Network("clap", "encode", 200_000_000, 0, exact=True),
    ),
    "grounding": (
        Network("detector", "ground", 200_000_000, 0, exact=True),
        Network("segmenter", "ground", 100_000_000, 0),
    ),
    "decoder": (
        Network("unet", "decode", 2_500_000_000, 0),
        Network("vae", "decode", 100_000_000, 0),
        Network("text", "decode", 100_000_000, 0),
    ),
}
CARDS = {0: 14.2, 1: 8.7, 3: 5.3}  # rung to free GB beside the reserve


class Card:
    """Keeps account of the networks that were sent to it, and of all that were there whenever one worked."""

    def __init__(self) -> None:
        self.on: weakref.WeakKeyDictionary[nn.Module, str] = weakref.WeakKeyDictionary()
        self.moments: list[tuple[str, frozenset[str]]] = []
        self.made: set[int] = set()
        self._owners: weakref.WeakKeyDictionary[nn.Module, str] = weakref.WeakKeyDictionary()

    def sent(self, module: nn.Module, device: torch.device) -> None:
        name = KINDS.get(type(module).__name__)
        if name is None:
            return
        self.made.add(id(module))
        self._owners.update(dict.fromkeys(module.modules(), name))
        if device.type == "cuda":
            self.on[module] = name
        else:
            self.on.pop(module, None)

    def works(self, module: nn.Module, _inputs: Any) -> None:
        if name := self._owners.get(module):
            self.moments.append((name, frozenset(self.on.values())))

    @property
    def order(self) -> list[str]:
        """Who worked, one after the other."""
        names = [name for name, _ in self.moments]
        return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


def _device_of(arguments: tuple[Any, ...], named: dict[str, Any]) -> torch.device | None:
    given = named.get("device") or next((each for each in arguments if isinstance(each, torch.device | str)), None)
    return None if given is None else torch.device(given)


@contextmanager
def card(monkeypatch: pytest.MonkeyPatch, free: float, main: int = 64 << 30) -> Iterator[Card]:
    """A card with ``free`` GB that networks are sent to; what is sent there stays where it can compute."""
    counted, module_to, tensor_to = Card(), nn.Module.to, torch.Tensor.to

    def stays(arguments: tuple[Any, ...], named: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        kept = [CPU if isinstance(each, torch.device) and each.type == "cuda" else each for each in arguments]
        return kept, named | ({"device": CPU} if named.get("device") else {})

    def to(self: nn.Module, *arguments: Any, **named: Any) -> nn.Module:
        if (device := _device_of(arguments, named)) is not None:
            counted.sent(self, device)
        kept, more = stays(arguments, named)
        return module_to(self, *kept, **more)

    def moved(self: torch.Tensor, *arguments: Any, **named: Any) -> torch.Tensor:
        kept, more = stays(arguments, named)
        return tensor_to(self, *kept, **more)

    with monkeypatch.context() as patch:
        patch.setattr(nn.Module, "to", to)
        patch.setattr(torch.Tensor, "to", moved)
        for module in (engine.device, engine.networks):
            patch.setattr(module, "best_device", lambda: torch.device("cuda"))
            patch.setattr(module, "fast_dtype", lambda _device: torch.float32)
        patch.setattr(engine.device, "room", lambda: Room(int(free * 1e9) + RESERVE, main))
        patch.setattr(engine.plan.talking, "REPLY_TOKENS", 6)
        patch.setattr(engine.plan.talking, "PROMPT_TOKENS", 6)
        hook = register_module_forward_pre_hook(counted.works)
        try:
            yield counted
        finally:
            hook.remove()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a tiny full-size bundle whose manifest says what real ones would need."""
    home: Path = tmp_path_factory.mktemp("card")
    (home / "starter").symlink_to(default_home() / "starter")
    root = home / "full"
    tiny_understanding.write_llava(root / "language")
    (root / "language" / "language.json").write_text('{"class": "llava"}')
    tiny_understanding.write_clip(root / "encoder" / "clip")
    tiny_understanding.write_clap(root / "encoder" / "clap")
    (root / "encoder" / "encoder.json").write_text('{"class": "clip-clap"}')
    tiny_understanding.write_detector(root / "grounding" / "detector")
    tiny_understanding.write_segmenter(root / "grounding" / "segmenter")
    (root / "grounding" / "grounding.json").write_text("{}")
    tiny.write_decoder(root, "sd15")
    tiny.write_manifest(root, "starter")
    manifest = Manifest.read(root / NAME)
    components = tuple(replace(each, networks=NETWORKS[each.name]) for each in manifest.components)
    (root / NAME).write_bytes(replace(manifest, components=components).to_bytes())
    return home


@pytest.fixture
def opened(home: Path, engine: Engine) -> Callable[[], Parts]:
    """Opens the bundle, with the starter's encoder as it is loaded already."""

    def fresh() -> Parts:
        parts = Parts(Bundle.open("full", home))
        parts.__dict__["encoder"] = engine._parts.encoder
        return parts

    return fresh


@pytest.fixture
def job(make_photo: Callable[..., Any], tmp_path: Path) -> Callable[[Parts], tuple[Any, ...]]:
    """Plans with a reference, selects, paints, and plans again; gives what came of it."""
    photo, mask = make_photo(96, 128), np.zeros((96, 128), np.uint8)
    mask[30:60, 40:80] = 255
    write_photo(make_photo(64, 64, seed=4), tmp_path / "ref.png")
    asked = make("replace the boat with [ref#1]", [tmp_path / "ref.png"])

    def run(parts: Parts) -> tuple[Any, ...]:
        full = Engine(parts, "full")
        first = full.plan(EditRequest(asked, photo, settings=Settings("full")))
        region = full.select_at(photo, (60, 50))
        plan = Plan("", "a lake", operations=(Operation(Op.remove),))
        settings = Settings("full", steps=1)
        painted = full.edit(EditRequest(make("go on"), photo, mask, plan, settings=settings))
        return first, region.mask, painted.images[0].pixels, full.plan(EditRequest(asked, photo, settings=settings))

    return run


@pytest.fixture(scope="module")
def everything_loaded() -> dict[str, tuple[Any, ...]]:
    """What comes of the job with all networks loaded, from the first test that asks on."""
    return {}


@pytest.mark.parametrize(("rung", "main"), [(0, 1 << 40), (1, 1 << 40), (3, 1 << 40), (1, 0)])
def test_networks_leave_for_each_other_as_planned_and_come_back(
    opened, job, everything_loaded, monkeypatch, rung, main
):
    if not everything_loaded:
        with card(monkeypatch, CARDS[0]):
            everything_loaded["job"] = job(opened())
    monkeypatch.setattr(engine.networks, "free_main", lambda: main)
    parts = opened()
    with card(monkeypatch, CARDS[rung]) as counted:
        assert parts.memory.rung == rung
        came = job(parts)
    assert counted.order[0] == "clip"
    assert [name for name in counted.order if name in ("planner", "segmenter", "unet")] == [
        "planner", "segmenter", "unet", "planner",
    ]  # fmt: skip
    assert {"text", "vae"} <= set(counted.order)
    for works, there in counted.moments:
        assert works in there  # never on the processor
        if rung > 0:
            assert (there <= PAINT) if works in PAINT else not there & PAINT
        if rung == 3:
            assert there == {works}
    last = set(counted.on.values())
    assert last == {0: {"planner", "clip", "segmenter", *PAINT}, 1: {"planner"}, 3: {"planner"}}[rung]
    assert set(parts.networks.there) == last
    planners = sum(type(each).__name__ == "LlavaForConditionalGeneration" for each in counted.on)
    assert planners == 1
    expected = everything_loaded["job"]
    assert (came[0], came[3]) == (expected[0], expected[3])
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(came[1:3], expected[1:3], strict=True))


def test_what_a_small_card_leaves_to_the_processor_stays_there(opened, job, monkeypatch):
    parts = opened()
    known = [network for some in NETWORKS.values() for network in some]
    larger = tuple(replace(each, weights=9_000_000_000) if each.name == "planner" else each for each in known)
    monkeypatch.setattr("engine.memory.needs", lambda _manifest: larger)
    with card(monkeypatch, CARDS[3]) as counted:
        assert parts.memory.placement("planner").stays
        assert not parts.memory.on_card("planner")
        job(parts)
    assert all(there <= PAINT for _, there in counted.moments)
    assert {works for works, there in counted.moments if works not in there} == {"clip", "planner", "segmenter"}
    assert {"planner", "clip", "segmenter"} <= set(parts.networks.there)


def test_without_a_card_what_has_served_is_forgotten_and_comes_back(opened, monkeypatch):
    monkeypatch.setattr(engine.device, "best_device", lambda: CPU)
    monkeypatch.setattr(engine.device, "room", lambda: Room(0, int(11e9)))
    parts = opened()
    assert (parts.memory.rung, parts.memory.on_card("unet")) == (1, False)
    networks = parts.networks
    before = networks.hold("planner", lambda _spot: nn.Linear(2, 2))
    one = before.here()
    assert before.here() is one
    networks.come("unet", lambda: None)
    assert networks.there == ("unet",)
    two = before.here()
    assert two is not one
    assert networks.there == ("planner",)


def test_a_planner_comes_in_fewer_bits_from_its_copy_or_made_so(tmp_path, monkeypatch):
    root = tmp_path / "small"
    tiny_understanding.write_llava(root / "language")
    (root / "language" / "language.json").write_text('{"class": "llava"}')
    tiny.write_manifest(root)

    def scores(form: Any) -> tuple[Any, torch.Tensor]:
        plan = MemoryPlan((Placement("planner", "language", False, form, True, "plan"),))
        planner: Any = load_planner(Bundle.open("small", tmp_path), Networks(plan, CPU))
        read = planner.prompt([("user", "a boat")], None)
        states = planner.speaker.forward(read, planner.speaker.cache())
        return planner.speaker.model, planner.speaker.logits(states[-1:])

    whole, expected = scores("half")
    made, coarse = scores("int8")
    assert not quantized.is_quantized(whole)
    assert quantized.is_quantized(made)
    assert not quantized.is_quantized(made.model.multi_modal_projector)
    assert 0 < (coarse - expected).abs().mean() < 0.2 * expected.abs().mean()
    quantize("small", "language", 8, tmp_path)
    monkeypatch.setattr("engine.pretrained._whole", None)  # the copy is read, not the original
    copied, again = scores("int8")
    assert quantized.is_quantized(copied)
    assert torch.allclose(again, coarse, atol=1e-2)


def test_a_network_is_named_when_it_is_damaged_and_others_are_as_before():
    networks = Networks(device=CPU)
    good = networks.hold("clip", lambda _spot: nn.Linear(2, 2))
    first = good.here()

    def damaged(_spot: object) -> nn.Module:
        raise BundleError("encoder/clap lacks a.")

    with pytest.raises(BundleError, match="lacks a"):
        networks.hold("clap", damaged).here()
    assert good.here() is first


@pytest.mark.parametrize("insists", [True, False])
def test_where_memory_runs_out_the_others_leave_unless_a_ladder_sees_to_it(insists):
    networks = Networks(device=CPU)
    gone = []
    networks.hold("unet", lambda _spot: nn.Linear(2, 2), left=lambda: gone.append("unet")).here()
    tries = []

    def crowded(_spot: object) -> nn.Module:
        tries.append(len(networks.there))
        if len(networks.there) > 1:
            raise MemoryError
        return nn.Linear(2, 2)

    planner = networks.hold("planner", crowded, insists=insists)
    if not insists:
        with pytest.raises(MemoryError):
            planner.here()
        return
    assert planner.here() is planner.here()
    assert (gone, tries, networks.there) == (["unet"], [2, 1], ("planner",))
