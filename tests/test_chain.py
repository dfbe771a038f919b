"""Which steps follow a draft: a bundle's record of what helps, and the user's wish."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine.bundle import Bundle
from engine.chain import RECORD, Chain
from engine.errors import BadInput, BundleError
from engine.parts import Parts
from engine.restore import WEIGHTS, Restorer
from engine.values import EditRequest, Instruction, Op, Operation, Plan, Settings
from tests.restore import tiny
from training.tiny import write_manifest


class Files:
    """A bundle with the record, or with none."""

    def __init__(self, record: Any = None) -> None:
        self.record = record

    def has(self, name: str) -> bool:
        return self.record is not None and name == RECORD

    def json(self, _name: str) -> Any:
        return self.record


@pytest.mark.parametrize(
    ("record", "op", "wished", "steps"),
    [
        (None, Op.add, "auto", {"decode", "restore"}),
        ({"restore": ["remove", "fill"]}, Op.remove, "auto", {"decode", "restore"}),
        ({"restore": ["remove", "fill"]}, Op.add, "auto", {"decode"}),
        ({"restore": [], "decode": []}, Op.expand, "auto", set()),
        ({"restore": []}, Op.add, "restore", {"restore"}),
        ({"restore": ["add"]}, Op.add, "draft", set()),
        (None, Op.add, "decode+restore", {"decode", "restore"}),
    ],
)
def test_the_record_decides_and_the_user_overrules_it(record, op, wished, steps):
    assert Chain.load(Files(record)).steps(op, wished) == steps


@pytest.mark.parametrize("record", [[], {"restore": ["juggle"]}, {"paint": ["add"]}, {"restore": 3}])
def test_a_record_that_makes_no_sense_is_named(record):
    with pytest.raises(BundleError, match=RECORD):
        Chain.load(Files(record))


def test_a_record_of_the_starters_restorer_says_nothing_of_another(tmp_path):
    for name, files in (("starter", (RECORD, WEIGHTS)), ("mine", (WEIGHTS,)), ("plain", ("own/other.json",))):
        for file in files:
            (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / file).write_text('{"restore": ["remove"], "decode": ["add"]}')
        write_manifest(tmp_path / name, "" if name == "starter" else "starter")

    def steps(name, op):
        return Parts(Bundle.open(name, tmp_path)).chain.steps(op)

    assert steps("starter", Op.add) == steps("plain", Op.add) == {"decode"}
    assert steps("mine", Op.add) == {"decode", "restore"}
    assert steps("mine", Op.fill) == {"restore"}


def test_an_unknown_chain_is_refused_before_any_work(engine, make_photo):
    with pytest.raises(BadInput, match="'polish'"):
        engine.edit(removal(make_photo, "polish"))


@pytest.mark.parametrize(
    ("record", "wished", "status"),
    [
        ({"restore": ["remove"]}, "auto", "done"),
        ({"restore": ["expand"]}, "auto", "skipped: not in the chain"),
        ({"restore": ["expand"]}, "restore", "done"),
        ({"restore": ["remove"]}, "draft", "skipped: not in the chain"),
    ],
)
def test_an_edit_restores_where_that_helps(engine, make_photo, monkeypatch, record, wished, status):
    parts = engine._parts
    monkeypatch.setitem(parts.__dict__, "restorer", Restorer({1: tiny.network(1)}, dtype=torch.float32))
    monkeypatch.setitem(parts.__dict__, "chain", Chain.load(Files(record)))
    result, plain = (engine.edit(removal(make_photo, each)) for each in (wished, "draft"))
    assert result.steps["restore"].status == status
    same = np.array_equal(result.images[0].pixels, plain.images[0].pixels)
    assert same == (status != "done")


def removal(make_photo, chain: str) -> EditRequest:
    mask = np.zeros((90, 120), np.uint8)
    mask[30:60, 40:80] = 255
    plan = Plan("", "", operations=(Operation(Op.remove),))
    return EditRequest(Instruction("remove it"), make_photo(90, 120), mask, plan, settings=Settings(chain=chain))
