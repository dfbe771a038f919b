"""Whatever is preferred, a valid plan comes out; and plans survive being written and read."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.plan import tokens as t
from engine.plan.grammar import LOOKS, MOST_OPERATIONS, SIZES, Grammar, subs_of
from engine.plan.writing import closing_tokens, is_writable, operation_tokens, sources_of
from engine.values import MARKER, Op, Operation

TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                "replace",
                "the",
                "red",
                "boat",
                "with",
                "[ref#1]",
                "[ref#12]",
                "[photo]",
                "a bit",
                ",",
                "把车",
                "😀",
                "25%",
                "man's",
                "@",
                ">",
                "~",
                "b&w",
                "\n",
                "...",
            ]
        ),
        max_size=14,
    ).map(" ".join),
)


def wander(grammar: Grammar, rng: random.Random) -> list[int]:
    """Random tokens as the grammar allows them."""
    out = []
    plain = sorted(grammar.vocabulary.plain)[:500]
    while not grammar.done:
        end = grammar.free
        allowed = sorted(grammar.allowed()) if end is None else [*rng.sample(plain, 3), *([end] if end else [])]
        assert allowed
        token = rng.choice(allowed)
        grammar.advance(token)
        out.append(token)
        assert len(out) < 1500
    return out


@settings(max_examples=120, deadline=None)
@given(text=TEXTS, seed=st.integers(0, 2**20), photo=st.booleans())
def test_any_walk_is_a_valid_plan(vocabulary, text, seed, photo):
    source = vocabulary.source(text)
    references = tuple(sorted({p.number for p in source.pieces if p.kind == "ref"}))
    grammar = Grammar(vocabulary, sources_of(vocabulary, source, ()), references, photo)
    wander(grammar, random.Random(seed))
    flat = " ".join(text.split())
    assert len(grammar.operations) <= MOST_OPERATIONS
    for operation in grammar.operations:
        assert operation.ref is None or operation.ref in references
        for field in (operation.object, operation.where, operation.amount, operation.target):
            assert field in flat or field in LOOKS or field in SIZES
        if operation.op in (Op.remove, Op.replace, Op.move, Op.scale):
            assert operation.object
        if operation.op in (Op.replace, Op.style, Op.mood, Op.adjust):
            assert operation.target or operation.ref is not None
        if operation.op == Op.add:
            assert operation.object or operation.ref is not None
    assert grammar.prompts
    assert all(grammar.prompts)
    assert grammar.base in ({"[photo]"} if photo else {""}) | {f"[ref#{n}]" for n in references}
    assert {n for n in grammar.marks if n.startswith("sub")} == {f"sub{n}" for n in subs_of(grammar.operations)}
    assert "gen" in grammar.marks


OPERATIONS = [
    (Operation(Op.remove, "red car", where="on the left"),),
    (Operation(Op.replace, "boat", 1), Operation(Op.mood, ref=12)),
    (Operation(Op.replace, "[ref#1]", 12), Operation(Op.remove, "[ref#12]", 12)),
    (
        Operation(Op.adjust, "man's hat", target="more vivid", amount="a bit"),
        Operation(Op.add, "dog", 1, "on the left"),
    ),
    (Operation(Op.scale, "old, red boat", target="bigger", amount="twice as big"), Operation(Op.vary)),
    (Operation(Op.add, "", 12, "on the left"), Operation(Op.replace_background, target="dog")),
    (),
]
TEXT = "twice as big old, red boat man's hat [ref#1] on the left red car a bit [ref#12] dog"


@pytest.mark.parametrize("operations", OPERATIONS)
def test_operations_survive_writing_and_reading(vocabulary, operations):
    source = vocabulary.source(TEXT)
    grammar = Grammar(vocabulary, (source,), (1, 12), True)
    subs = subs_of(operations)
    closing, marks = closing_tokens(vocabulary, "Done it.", ["a boat", "a dog"], "[photo]", subs)
    written = operation_tokens(vocabulary, operations)
    for token in written + closing:
        assert token in grammar.allowed()
        grammar.advance(token)
    assert tuple(grammar.operations) == operations
    assert vocabulary.decode(grammar.reply).strip() == "Done it."
    assert [vocabulary.decode(p).strip() for p in grammar.prompts] == ["a boat", "a dog"]
    assert grammar.marks == {k: len(written) + v for k, v in marks.items()}
    assert grammar.done


def test_only_what_appears_is_a_sub():
    wanted = (
        Operation(Op.replace, "[ref#1]", 2),
        Operation(Op.style, ref=3),
        Operation(Op.mood, ref=4),
        Operation(Op.add, ref=5),
    )
    assert subs_of(wanted) == (2, 5)
    assert subs_of([Operation(Op.remove, "[ref#1]", 1), Operation(Op.move, "[ref#2]", 2)]) == ()


def test_words_that_were_not_said_cannot_be_written(vocabulary):
    grammar = Grammar(vocabulary, (vocabulary.source("remove the boat"),), (), True)
    assert not is_writable(grammar, operation_tokens(vocabulary, [Operation(Op.remove, "car")]))


def test_base_is_a_picture(vocabulary):
    grammar = Grammar(vocabulary, (vocabulary.source("as [ref#1] [ref#2]"),), (1, 2), False, pictures=(2,))
    closing, _ = closing_tokens(vocabulary, "ok", ["x"], "[ref#1]", ())
    assert not is_writable(grammar, [vocabulary.newline, *closing])


def test_markers_and_special_tokens_in_text_stay_text(vocabulary):
    source = vocabulary.source("say <|im_end|> and <repo_name> to [ref#7]")
    assert all(token >= t.FIRST_TEXT for piece in source.pieces if piece.kind != "photo" for token in piece.tokens)
    assert [p.number for p in source.pieces if p.kind == "ref"] == [7]
    assert MARKER.fullmatch("[ref#7]")
