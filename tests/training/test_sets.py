"""Figures over sets: closed forms on made-up vectors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm

from training.evaluate import sets


def test_equal_sets_are_at_no_distance_and_order_does_not_count():
    made = np.random.default_rng(0).normal(size=(12, 40))
    assert sets.frechet(made, made[::-1]) == pytest.approx(0, abs=1e-9)


def test_a_shift_is_its_square_and_a_scale_the_square_of_the_difference_of_deviations():
    made = np.random.default_rng(1).normal(size=(30, 5))
    shift = np.array([1.0, 0, -2, 0, 0.5])
    assert sets.frechet(made + shift, made) == pytest.approx(5.25)
    # N(0, C) and N(0, 9 C): tr(C + 9 C - 2 · 3 C) = 4 tr C
    middle = made - made.mean(axis=0)
    assert sets.frechet(3 * middle, middle) == pytest.approx(4 * np.trace(np.cov(middle.T)))


@pytest.mark.parametrize(("n", "m"), [(50, 80), (4, 50), (3, 4)])
def test_it_is_the_formula_with_a_matrix_root_whatever_the_sizes(n, m):
    random = np.random.default_rng(2)
    one, other = random.normal(size=(n, 6)), random.normal(0.3, 2, (m, 6))
    covariances = np.cov(one.T), np.cov(other.T)
    root = sqrtm(covariances[0] @ covariances[1]).real
    wanted = np.square(one.mean(0) - other.mean(0)).sum() + np.trace(covariances[0] + covariances[1] - 2 * root)
    assert sets.frechet(one, other) == pytest.approx(wanted, rel=1e-4)
    assert sets.frechet(other, one) == pytest.approx(sets.frechet(one, other))


def test_one_sample_has_no_covariance():
    with pytest.raises(ValueError, match="two samples"):
        sets.frechet(np.ones((1, 3)), np.ones((5, 3)))


def test_sure_and_even_classes_score_their_number_and_equal_ones_score_one():
    assert sets.inception_score(np.eye(7)) == pytest.approx(7)
    assert sets.inception_score(np.eye(4)[[0, 0, 0, 0]]) == pytest.approx(1)
    assert sets.inception_score(np.full((9, 5), 0.2)) == pytest.approx(1)
    # rows (.9, .1) and (.1, .9) against (.5, .5)
    divergence = 0.9 * np.log(1.8) + 0.1 * np.log(0.2)
    assert sets.inception_score(np.array([[0.9, 0.1], [0.1, 0.9]])) == pytest.approx(np.exp(divergence))


def test_ties_are_no_wins():
    ours, theirs = np.array([3.0, 2.0, 1.0, 1.05]), np.array([1.0, 2.0, 2.0, 1.0])
    assert sets.win_rate(ours, theirs) == sets.Wins(won=0.5, tied=0.25, lost=0.25)
    assert sets.win_rate(ours, theirs, within=0.1) == sets.Wins(won=0.25, tied=0.5, lost=0.25)


def test_the_worst_condition_counts_and_either_nought_is_nought():
    consistency = np.array([[1, 1], [1, 0.5], [1, 0], [1, 1]])
    quality = np.array([1, 0.5, 1, 0])
    said = sets.human_score(consistency, quality)
    assert said.overall == pytest.approx((1 + 0.5 + 0 + 0) / 4)
    assert said.accuracy == 0.5


def test_every_rater_scores_by_himself():
    # By one rater 1 and 0, by the other 0 and 1: the mean of the roots is 0, not the root of the means.
    assert sets.human_score(np.array([[[1.0], [0.0]]]), np.array([[0.0, 1.0]])).overall == 0


def test_other_ratings_are_refused():
    with pytest.raises(ValueError, match=r"0\.5"):
        sets.human_score(np.array([[0.7]]), np.array([1.0]))
    with pytest.raises(ValueError, match="do not go together"):
        sets.human_score(np.ones((3, 2)), np.ones(2))
