"""What the prior learns from: damaged copies with their scores, and pairs of them with captions and other views."""

from __future__ import annotations

import numpy as np
import pytest

from engine.refine.network import KINDS
from training.refine.aesthetic import BEST, WORST, Aesthetic, copies
from training.refine.pairs import Looked, pairs

D = 24


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def test_the_predictor_finds_a_planted_quality_on_pictures_it_never_saw():
    random = np.random.default_rng(0)
    quality = random.uniform(0, 1, 400)
    seen = unit(random.normal(size=(400, D)) + 4 * quality[:, None] * np.eye(D)[3])
    judge = Aesthetic.fit(seen[:300], 2 + 5 * quality[:300])
    said = judge.score(3 * seen[300:])  # any length
    assert np.corrcoef(said, quality[300:])[0, 1] > 0.6
    assert ((said >= 1) & (said <= 10)).all()
    spread = judge.spread(seen[:300])
    assert abs(spread.score(seen[:300]).mean() - 5.5) < 0.1
    assert abs(spread.score(seen[:300]).std() - 1.5) < 0.1
    assert np.corrcoef(spread.score(seen[300:]), said)[0, 1] > 0.98


def test_copies_are_worse_the_more_they_are_damaged():
    random = np.random.default_rng(1)
    photo = random.random((48, 64, 3), np.float32) * 0.8 + 0.1
    made = list(copies(photo, 40, random))
    assert made[0][1] == BEST
    assert np.array_equal(made[0][0], photo)
    far = np.array([np.abs(copy - photo).mean() for copy, _ in made[1:]])
    scores = np.array([score for _, score in made[1:]])
    assert (far > 0).all()
    assert ((scores >= WORST) & (scores < BEST)).all()
    assert far[scores < 3.5].mean() > far[scores > 5.5].mean()
    for copy, _ in made:
        assert copy.shape == photo.shape
        assert copy.dtype == np.float32
        assert copy.min() >= 0
        assert copy.max() <= 1


@pytest.fixture
def looked() -> Looked:
    """Two photographs, each with one copy and another view; one cut-out."""
    vectors = unit(np.random.default_rng(2).normal(size=(7, D)))
    planted = np.array([BEST, 4, np.nan, BEST, 3, np.nan, np.nan], np.float32)
    return Looked(np.array([0, 0, 0, 1, 1, 1, 2]), vectors, planted)


def test_captions_and_other_views_are_paired_with_every_copy(looked):
    captions = unit(np.random.default_rng(3).normal(size=(3, D)))
    judge = Aesthetic(np.arange(D, dtype=np.float32), 5.0)
    made = pairs(looked, captions, judge)
    targets = looked.embedding[[0, 1, 3, 4, 6]]
    text, predicted, picture = (made["kind"] == KINDS.index(name) for name in ("text", "predicted", "picture"))
    assert (text.sum(), predicted.sum(), picture.sum()) == (5, 5, 4)
    for kind in (text, predicted):
        assert np.array_equal(made["embedding"][kind], captions[[0, 0, 1, 1, 2]])
        assert np.array_equal(made["target"][kind], targets)
    assert np.array_equal(made["embedding"][picture], looked.embedding[[2, 2, 5, 5]])
    assert np.array_equal(made["target"][picture], targets[:4])
    assert np.array_equal(made["score"][text], judge.score(targets))
    assert made["group"].tolist() == [0, 0, 1, 1, 2, 0, 0, 1, 1, 2, 0, 0, 1, 1]
