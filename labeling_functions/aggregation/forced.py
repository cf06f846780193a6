"""Scores of answers that were forced: where votes leave a row undecided, a lot is drawn for it.

The lot is never drawn: each label a row is tied between gets its share of the row, which is the
score's expectation and needs no seed.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from curation.statistics import Z95
from curation.types import Probabilities, Score
from labeling_functions.aggregation.ballots import Floats, Ints

SKEWED = 4.0
"""Two labels skewed beyond this are judged by F1 of the rarer one, not by accuracy."""


def lots(probabilities: Probabilities, otherwise: int | None = None) -> Floats:
    """Return each row as shares of the labels it is tied between, shape (n, k).

    Parameters
    ----------
    probabilities : float array, shape (n, k)
    otherwise : int, optional
        The label that answers undecided rows instead of a lot.

    Examples
    --------
    >>> lots(np.array([[0.2, 0.8], [0.5, 0.5]])).tolist()
    [[0.0, 1.0], [0.5, 0.5]]
    >>> lots(np.array([[0.2, 0.8], [0.5, 0.5]]), otherwise=0).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    best = probabilities >= probabilities.max(axis=1, keepdims=True, initial=0.0) - 1e-9
    shares: Floats = best / best.sum(axis=1, keepdims=True)
    if otherwise is not None:
        shares[undecided(shares)] = np.arange(shares.shape[1]) == otherwise
    return shares


def undecided(shares: Floats) -> NDArray[np.bool_]:
    """Return which rows are tied between labels; those without votes are, between all."""
    unsure: NDArray[np.bool_] = shares.max(axis=1, initial=0.0) < 1
    return unsure


def rare_label(truth: Ints, labels: int) -> int | None:
    """Return the rarer of two labels skewed beyond `SKEWED`; None: accuracy is the score.

    Examples
    --------
    >>> rare_label(np.array([0] * 9 + [1]), 2), rare_label(np.array([0, 1, 1]), 2)
    (1, None)
    """
    found = np.bincount(truth, minlength=labels)
    skewed = labels == 2 and found.max() > SKEWED * found.min() > 0
    return int(found.argmin()) if skewed else None


def influence(shares: Floats, truth: Ints, positive: int | None) -> tuple[float, Floats]:
    """Return the accuracy, or F1 of `positive`, and how far each row moves it, shape (n,).

    Both scores are ratios of sums, whose error is that of the mean of these influences.
    """
    right = shares[np.arange(len(truth)), truth]
    part, whole = right, np.ones(len(truth))
    if positive is not None:
        said, true = shares[:, positive], (truth == positive).astype(np.float64)
        part, whole = 2 * said * true, said + true
    total = float(whole.sum())
    if not total:
        return 0.0, np.zeros(len(truth))
    ratio = float(part.sum()) / total
    return ratio, (part - ratio * whole) * (len(truth) / total)


def scored(metric: str, value: float, moved: Floats, *, lowest: float = 0.0) -> Score:
    """Return a ratio of sums with its 95 % interval, by the delta method."""
    if not len(moved):
        return Score(metric=metric, value=None, n=0, undefined="no rows")
    half = Z95 * float(moved.std()) / sqrt(len(moved))
    low, high = max(lowest, value - half), min(1.0, value + half)
    return Score(metric=metric, value=value, low=low, high=high, n=len(moved))
