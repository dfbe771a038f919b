"""Names of references: how they enter, and that what is written spells them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.plan.names import COMPLETE, FAVOUR, Names
from engine.values import Op


def test_a_nameless_reference_has_no_tokens(vocabulary):
    names = Names.of(vocabulary, {1: "dog", 2: " "})
    assert set(names.tokens) == {1}
    assert names.read(2, torch.zeros(10, 4)) is None


def test_a_name_enters_as_its_own_tokens(vocabulary, tiny):
    names = Names.of(vocabulary, {1: "dog"})
    source = vocabulary.source("add [ref#1] here")
    vector = np.eye(384, dtype=np.float32)[0]
    named = tiny.prompt(source, {1: (vector, "picture")}, None, (), names)
    other = tiny.prompt(source, {1: (np.eye(384, dtype=np.float32)[1], "picture")}, None, (), names)
    assert torch.equal(named, other)
    (place,) = (named == tiny.model.embedding[vocabulary.one(" dog")]).all(1).nonzero().flatten().tolist()
    read = names.read(1, tiny.model.embedding)
    assert read is not None
    assert torch.equal(named[place : place + 3], read)


def test_a_name_is_favoured_until_it_is_written_and_spelled_to_its_end(vocabulary):
    names = Names.of(vocabulary, {1: "didgeridoo"})
    name = names.tokens[1]
    lead = vocabulary.encode(" Adding a")
    assert len(name) > 2
    assert names.bonus(lead) == {name[0]: FAVOUR}
    assert names.bonus((*lead, name[0])) == {name[1]: FAVOUR}
    assert names.bonus((*lead, *name[:2])) == {name[2]: COMPLETE}
    assert names.bonus((*lead, *name)) == {}
    assert names.spelled((*lead, *name))
    assert not names.spelled((*lead, *name[:2]))


def test_letters_that_join_a_word(vocabulary):
    texts = {vocabulary.decode([token]) for token in vocabulary.joined}
    assert {"et", "down", "ing"} <= texts
    assert not texts & {"s", "es", ".", ","}
    assert not any(text.startswith(" ") for text in texts)


@pytest.mark.parametrize(
    ("wish", "name", "kind"),
    [
        ("set [ref#1] down on the floor", "wolf", "sound"),
        ("there should be [ref#1] by the window", "pig", "sound"),
        ("replace the cup with [ref#1]", "loudspeaker", "picture"),
        ("add [ref#1] next to the bench", "accordion", "music"),
    ],
)
def test_the_shipped_planner_writes_the_name(planner, wish, name, kind):
    vector = np.eye(384, dtype=np.float32)[0]
    plan = planner.plan(wish, {1: (vector, kind)}, np.eye(384, dtype=np.float32)[1], names={1: name})
    assert name in plan.prompt.replace(".", "").split()
    assert name in plan.reply.replace(".", "").split()


@pytest.mark.parametrize(
    ("wish", "operations"),
    [
        ("replace the boat with [ref#1] and make it feel like [ref#2]", [(Op.replace, 1), (Op.mood, 2)]),
        ("add [ref#1] and make it feel like [ref#2]", [(Op.add, 1), (Op.mood, 2)]),
        ("add [ref#1] and make the sky bluer", [(Op.add, 1), (Op.adjust, None)]),
    ],
)
def test_names_do_not_swallow_operations(planner, wish, operations):
    vectors = np.eye(384, dtype=np.float32)
    references = {1: (vectors[0], "picture"), 2: (vectors[2], "music")}
    plan = planner.plan(wish, references, vectors[1], names={1: "dog", 2: "piano"})
    assert [(each.op, each.ref) for each in plan.operations] == operations
    assert "dog" in plan.prompt
