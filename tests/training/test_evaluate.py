"""Figures on pictures, and the record that they lead to."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.chain import Chain
from engine.values import Op
from training.evaluate import measures
from training.evaluate.page import as_json, as_page
from training.evaluate.report import CHAINS, Comparison, record


def checked(size: int = 40) -> np.ndarray:
    return np.repeat((np.indices((size, size)).sum(axis=0) % 2)[..., None], 3, axis=2).astype(np.float32)


def box(size: int = 40) -> np.ndarray:
    mask = np.zeros((size, size), bool)
    mask[10:30, 12:32] = True
    return mask


def test_a_step_at_the_border_is_seam_and_nothing_else():
    mask = box()
    stepped = np.where(mask[..., None], np.float32(0.7), np.float32(0.5)).repeat(3, axis=2)
    assert measures.seam_energy(stepped, mask) == pytest.approx(0.04, abs=1e-6)
    assert measures.gradient_energy(stepped, mask) == 0
    assert measures.seam_energy(np.full((40, 40, 3), 0.5), mask) == 0


def test_texture_inside_is_gradient_and_the_border_does_not_count():
    mask = box()
    textured = np.where(mask[..., None], checked(), np.float32(0.5))
    assert measures.gradient_energy(textured, mask) == pytest.approx(1)
    assert measures.gradient_energy(np.where(mask[..., None], np.float32(0.5), checked()), mask) == 0


def test_errors_are_told_apart_by_where_they_are():
    mask, before = box(), np.full((40, 40, 3), 0.5, np.float32)
    inside, outside = before.copy(), before.copy()
    inside[15, 15] += 0.2
    outside[0, 0] += 0.1
    assert measures.outside_error(inside, before, mask) == 0
    assert measures.outside_error(outside, before, mask) == pytest.approx(0.1)
    assert measures.l1(inside, before, mask) == pytest.approx(0.2 / mask.sum())
    assert measures.l2(inside, before, mask) == pytest.approx(0.04 / mask.sum())
    assert measures.outside_error(outside, before, np.ones((40, 40))) == 0


def test_the_direction_of_change_is_that_of_the_captions():
    one, other, third = np.eye(3)
    assert measures.direction(one, other, one, other) == pytest.approx(1)
    assert measures.direction(one, other, other, one) == pytest.approx(-1)
    assert measures.direction(one, one, one, other) == 0
    assert measures.direction(one, other, one, third) == pytest.approx(0.5)


def test_recall_counts_who_finds_his_own():
    wanted = np.eye(4)
    found = np.eye(4)[[0, 1, 3, 2]] + 0.1
    assert measures.recall(found, wanted) == 0.5
    assert measures.recall(found, wanted, among=4) == 1


def comparison(op: Op, plain: list[float], restored: list[float]) -> Comparison:
    figures = {CHAINS[0]: {"perceptual": plain}, CHAINS[1]: {"perceptual": restored}}
    return Comparison(op, figures, [np.zeros((8, 32, 3), np.float32)])


def test_the_record_names_what_gains_in_the_mean_and_mostly():
    made = [
        comparison(Op.add, [0.2, 0.2, 0.2], [0.1, 0.1, 0.25]),
        comparison(Op.remove, [0.2, 0.2, 0.2], [0.21, 0.21, 0.01]),  # better in the mean alone
        comparison(Op.fill, [0.2, 0.2, 0.2], [0.19, 0.19, 0.5]),  # better mostly, not in the mean
    ]
    kept = record(made)
    assert kept == {"restore": ["add"]}

    class Files:
        def has(self, _name: str) -> bool:
            return True

        def json(self, _name: str) -> dict[str, list[str]]:
            return json.loads(json.dumps(kept))

    chain = Chain.load(Files())
    assert chain.steps(Op.add) == {"decode", "restore"}
    assert chain.steps(Op.move) == {"decode"}


def test_json_and_page_hold_every_operation():
    made = [comparison(Op.add, [0.2], [0.1]), comparison(Op.expand, [0.3], [0.4])]
    said = as_json(made)
    assert said["add"] == {
        "trials": 1,
        "better": "draft+restore",
        "draft": {"perceptual": 0.2},
        "draft+restore": {"perceptual": 0.1},
    }
    assert said["expand"]["better"] == "draft"
    page = as_page(made, "A <title>", "about")
    assert "A &lt;title&gt;" in page
    assert page.count("data:image/jpeg;base64,") == 2
