"""Generated instructions mean what they say: every field is in the words, every plan can be written."""

from __future__ import annotations

import random

from engine.plan.grammar import LOOKS, SIZES, Grammar
from engine.plan.writing import is_writable, operation_tokens, sources_of
from engine.values import MARKER, Op, Operation
from training.planner.generate import samples
from training.planner.score import plain, right
from training.planner.spans import collect, expand, gerund, mark, renumber


def test_samples_are_true_to_their_words(vocabulary):
    stream = samples(11, full_share=0.3)
    written, seen = 0, set()
    for _ in range(600):
        sample = next(stream)
        source = vocabulary.source(sample.instruction)
        said = " ".join(sample.instruction.split())
        earlier = [f for o in sample.earlier for f in (o.object, o.where, o.amount, o.target)]
        for operation in sample.operations:
            seen.add(operation.op)
            for field in (operation.object, operation.where, operation.amount, operation.target):
                assert field in said or field in earlier or field in LOOKS or field in SIZES or MARKER.fullmatch(field)
        numbers = {p.number for p in source.pieces if p.kind == "ref"} | {o.ref for o in sample.earlier if o.ref}
        grammar = Grammar(vocabulary, sources_of(vocabulary, source, sample.earlier), tuple(sorted(numbers)), True)
        written += is_writable(grammar, operation_tokens(vocabulary, sample.operations))
    assert written >= 585
    assert seen == set(Op)


def test_marks_and_choices():
    text = f"move {mark('0o', 'red car')} {mark('0w', 'left')}"
    plain_text, found = collect(renumber(text, 2))
    assert plain_text == "move red car left"
    assert found == {"2o": "red car", "2w": "left"}
    assert expand(random.Random(0), "(a|a) {x}(|)", x="(b)") == "a (b)"
    assert [gerund(p) for p in ("remove it", "put a", "add")] == ["removing it", "putting a", "adding"]


def test_scoring_is_strict_on_operation_and_reference_only():
    want = [("replace", frozenset({"boat", "old boat"}), 1), ("adjust", frozenset({""}), None)]
    assert right([Operation(Op.adjust, target="x"), Operation(Op.replace, "The old Boat", 1)], want)
    assert not right([Operation(Op.adjust, target="x"), Operation(Op.replace, "boat", 2)], want)
    assert not right([Operation(Op.adjust, target="x")], want)
    assert not right([Operation(Op.mood, target="x"), Operation(Op.replace, "boat", 1)], want)
    assert not right([Operation(Op.adjust), Operation(Op.replace, "boat", 1), Operation(Op.vary)], want)
    assert plain("The two Old-men's hats!") == "old-men's hats"
