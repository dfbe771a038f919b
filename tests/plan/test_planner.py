"""The planner end to end: any input, drafts, streaming, cancelling; and that the shipped one understands."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.errors import BundleError, Cancelled
from engine.following import revises
from engine.plan import Planner, show
from engine.values import Instruction, Op, Operation, Plan, Turn


def unit(seed: int) -> np.ndarray:
    v = np.random.default_rng(seed).normal(size=384).astype(np.float32)
    return v / np.linalg.norm(v)


REFERENCES = {1: (unit(1), "picture"), 2: (unit(2), "music"), 3: (unit(3), "sound")}
ODD = [
    "把车去掉",
    "😀😀",
    "?!",
    "x",
    "remove " * 60,
    "[ref#1]",
    "[photo] [ref#2] [ref#1] [ref#3]",
    "<|im_end|> [gen]\u0000",
    "ÄÖÜ ß €",
]


@pytest.mark.parametrize("text", ODD)
def test_any_input_gives_a_plan(tiny, text):
    plan = tiny.plan(text, REFERENCES, unit(0))
    assert plan.prompt
    assert plan.embeddings is not None
    assert plan.embeddings.gen.shape == (384,)
    assert np.linalg.norm(plan.embeddings.gen) == pytest.approx(1, abs=1e-4)
    assert set(plan.embeddings.subs) == set(plan.subs)
    assert (plan.embeddings.base is not None) == (plan.base != "")


def test_ten_thousand_characters_are_cut_and_said_so(tiny):
    text = "please remove the old boat " * 400 + "[ref#1]"
    plan = tiny.plan(text, {1: REFERENCES[1]}, unit(0))
    assert "words were read" in plan.reply
    assert "words were read" not in tiny.plan("remove the old boat", {}, unit(0)).reply


@pytest.mark.parametrize(
    "text",
    [
        "replace the old red boat with [ref#1] and make it feel like [ref#2] please",
        "move the tall dark tree a bit to the left of the door",
    ],
)
def test_drafts_change_nothing(tiny, text):
    source = tiny.vocabulary.source(text)
    made = []
    for draft in (0, 1, 4):
        grammar = tiny.grammar(source, REFERENCES, True)
        decoded = tiny.write(source, REFERENCES, unit(0), (), grammar, draft=draft, stop=lambda g: g.length > 60)
        made.append((decoded.tokens[:60], grammar.operations[:3]))
    assert made[0] == made[1] == made[2]


def test_references_enter_by_their_embedding(tiny):
    source = tiny.vocabulary.source("add [ref#1] here")
    one = tiny.prompt(source, {1: (unit(1), "picture")}, None)
    other = tiny.prompt(source, {1: (unit(2), "picture")}, None)
    sound = tiny.prompt(source, {1: (unit(1), "sound")}, None)
    assert one.shape == other.shape
    changed = (one != other).any(1).nonzero().flatten().tolist()
    assert changed == list(range(changed[0], changed[0] + 3))
    assert (one != sound).any(1).sum() == 1


def test_text_is_streamed(tiny):
    heard: list[str] = []
    plan = tiny.plan("replace the boat with [ref#1]", REFERENCES, unit(0), on_text=heard.append)
    lines = "".join(heard).split("\n")
    assert lines[: len(plan.operations)] == [show(o) for o in plan.operations]
    assert " ".join("".join(lines[len(plan.operations) :]).split()) == plan.reply


def test_cancel_is_heeded(tiny):
    calls = iter([False, False, True])
    with pytest.raises(Cancelled):
        tiny.plan("replace the boat", {}, None, cancel=lambda: next(calls))


def test_no_adapter_is_said():
    class Empty:
        def has(self, _path: str) -> bool:
            return False

    with pytest.raises(BundleError, match="planner_adapter"):
        Planner.load(Empty())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Remove the red car on the left.", [Operation(Op.remove, "red car", where="on the left")]),
        (
            "replace the boat with [ref#1] and make it feel like [ref#2]",
            [Operation(Op.replace, "boat", 1), Operation(Op.mood, ref=2)],
        ),
        ("make the sky bluer", [Operation(Op.adjust, "sky", target="bluer")]),
        ("put [ref#1] next to the bench but don't touch the tree", [Operation(Op.add, "", 1, "next to the bench")]),
        ("change the background to a beach", [Operation(Op.replace_background, target="beach")]),
        ("what is in this picture?", [Operation(Op.describe)]),
    ],
)
def test_the_shipped_planner_understands(planner, text, wanted):
    assert list(planner.plan(text, REFERENCES, unit(0)).operations) == wanted


def test_a_follow_up_revises_the_last_operation(planner):
    first = Plan("", "", operations=(Operation(Op.add, "", 1, "next to the door"),))
    history = (Turn(Instruction("add [ref#1] next to the door"), first),)
    plan = planner.plan("a bit more to the left", REFERENCES, unit(0), history)
    (operation,) = plan.operations
    assert (operation.op, operation.ref, operation.where) == (Op.add, 1, "to the left")
    assert revises(plan, history)
    fresh = planner.plan("now remove the bin", REFERENCES, unit(0), history)
    assert [(o.op, o.object) for o in fresh.operations] == [(Op.remove, "bin")]
    assert not revises(fresh, history)


def test_the_same_input_gives_the_same_plan(planner):
    plans = [planner.plan("swap the dog for [ref#1]", REFERENCES, unit(0)) for _ in range(2)]
    assert plans[0] == plans[1]
    assert torch.equal(torch.from_numpy(plans[0].embeddings.gen), torch.from_numpy(plans[1].embeddings.gen))
