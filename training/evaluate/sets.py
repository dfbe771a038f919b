"""Figures over a whole set of results, of features, class chances, scores or people's ratings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RATINGS = (0.0, 0.5, 1.0)  # what a rater may give


def frechet(features: np.ndarray, wanted: np.ndarray) -> float:
    """Fréchet distance of the Gaussians that two sets of features have; FID where Inception gives the features.

    ``|m - m'|² + tr(C + C' - 2 (C C')^½)`` with means m and covariances C. (Heusel et al. 2017, equation 6.) It is
    biased upwards for few samples: compare only values of one n.

    Parameters
    ----------
    features, wanted
        ``(n, D)`` and ``(m, D)``; n and m may be smaller than D.

    Raises
    ------
    ValueError
        When a set has fewer than two samples, which have no covariance.
    """
    if min(len(features), len(wanted)) < 2:
        raise ValueError("a Fréchet distance needs two samples of each set or more")
    (mean, root), (other_mean, other_root) = _gaussian(features), _gaussian(wanted)
    # With C = RᵀR, the eigenvalues of C C' are the squared singular values of R R'ᵀ: no root of a singular matrix.
    shared = float(np.linalg.norm(root @ other_root.T, "nuc"))
    spread = float(np.square(root).sum() + np.square(other_root).sum())
    return max(float(np.square(mean - other_mean).sum()) + spread - 2 * shared, 0.0)


def _gaussian(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean ``(D,)`` and R ``(min(n, D), D)``, of which RᵀR is the unbiased covariance."""
    values = np.asarray(samples, np.float64)
    mean = values.mean(axis=0)
    return mean, np.asarray(np.linalg.qr((values - mean) / np.sqrt(len(values) - 1), mode="r"))


def inception_score(chances: np.ndarray) -> float:
    """How sure and how varied the classes of results are.

    exp of the mean KL divergence of each one's class chances from their mean. (Salimans et al. 2016, section 4.) From
    1, where all look alike or like nothing, to the smaller of n and C: biased downwards for few samples, and taken over
    all of them at once, without the paper's ten splits.

    Parameters
    ----------
    chances
        ``(n, C)``, each row adding up to 1.
    """
    values = np.asarray(chances, np.float64)
    ratios = np.divide(values, values.mean(axis=0), out=np.ones_like(values), where=values > 0)
    return float(np.exp((values * np.log(ratios)).sum(axis=1).mean()))


@dataclass(frozen=True)
class Wins:
    """Shares of pairs that one side wins, ties and loses; they add up to 1."""

    won: float
    tied: float
    lost: float


def win_rate(scores: np.ndarray, others: np.ndarray, within: float = 0.0) -> Wins:
    """How often one method beats another on the same tasks.

    The win rate that people's comparisons give in InstructAny2Pix (Li et al. 2023, table 1). The paper does not say
    what becomes of ties; here they count for neither side.

    Parameters
    ----------
    scores, others
        ``(n,)`` of both methods, higher is better, n ≥ 1.
    within
        Difference up to which a pair is a tie.
    """
    ahead = np.asarray(scores, np.float64) - np.asarray(others, np.float64)
    won, lost = float((ahead > within).mean()), float((ahead < -within).mean())
    return Wins(won, float((np.abs(ahead) <= within).mean()), lost)


@dataclass(frozen=True)
class HumanScore:
    """People's ratings, 0 to 1: mean of O = √(SC·PQ), and the share of ratings with SC = 1."""

    overall: float
    accuracy: float


def human_score(consistency: np.ndarray, quality: np.ndarray) -> HumanScore:
    """Semantic consistency and perceptual quality in one.

    The score of Instruct-Imagen (Hu et al. 2024, table 2), which is ImagenHub's (Ku et al. 2024). SC of a rating is
    that of its worst-satisfied condition, so that nothing makes up for a condition ignored; O is taken of each rating
    before the mean.

    Parameters
    ----------
    consistency
        ``(..., conditions)`` of 0, 0.5 or 1: how far each condition is satisfied, for instance by sample and rater.
    quality
        ``(...)`` of 0, 0.5 or 1.

    Raises
    ------
    ValueError
        When the shapes do not go together, or a rating is none of the three.
    """
    if consistency.shape[:-1] != quality.shape or not consistency.size:
        raise ValueError(f"ratings of shapes {consistency.shape} and {quality.shape} do not go together")
    if not (np.isin(consistency, RATINGS).all() and np.isin(quality, RATINGS).all()):
        raise ValueError("a rating is 0, 0.5 or 1")
    worst = consistency.min(axis=-1)
    return HumanScore(float(np.sqrt(worst * quality).mean()), float((worst == 1).mean()))
