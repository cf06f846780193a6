"""Tests for pairs: the same rows answered twice, by their hits or by any score of their sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from curation.statistics import Z95
from evaluation.intervals import (
    FEWEST_DOCUMENTS,
    Array,
    bootstrap,
    mid_p_mcnemar,
    paired_difference,
    percentile,
)

Z80 = 0.8416212335729143
"""The 80 % point of the standard normal: a difference is found four times in five."""
SHUFFLES = 10_000
MCNEMAR = "mid-p McNemar, Bonett-Price interval"
SHUFFLED = "approximate randomization, paired bootstrap interval"

Value = Callable[[Array], Array]
"""From totals, shape (b, k), to one score each, shape (b,)."""


@dataclass(frozen=True)
class Paired:
    """A difference between two answers to the same rows, first less second.

    Attributes
    ----------
    value : float
    low, high : float or None
        The 95 % interval; None where too few rows say anything.
    p_value : float or None
        Of no difference, two-sided.
    detectable : float or None
        The difference that would be found four times in five; None where nothing varies.
    method : str
    only_first, only_second : int or None
        Rows only one of the two gets right, where rows are right or wrong.
    """

    value: float
    low: float | None
    high: float | None
    p_value: float | None
    detectable: float | None
    method: str
    only_first: int | None = None
    only_second: int | None = None


def compare_hits(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Paired:
    """Return how often the first is right less how often the second is, on independent rows.

    Mid-p McNemar keeps its level and, unlike the unpaired test, sees small differences (Fagerland
    et al. 2013, BMC MRM 13:91).

    Parameters
    ----------
    first, second : bool array, shape (n,), n > 0
    """
    n = len(first)
    a, b = int((first & ~second).sum()), int((second & ~first).sum())
    low, high = paired_difference(a, b, n)
    return Paired(
        value=(a - b) / n,
        low=low,
        high=high,
        p_value=mid_p_mcnemar(a, b),
        detectable=(Z95 + Z80) * sqrt(a + b) / n if a + b else None,
        method=MCNEMAR,
        only_first=a,
        only_second=b,
    )


def compare_totals(
    first: Array, second: Array, value: Value, groups: Sequence[str] | None = None, seed: int = 13
) -> Paired:
    """Return a score of the first's sums less that of the second's.

    Parameters
    ----------
    first, second : float array, shape (n, k)
        What each row adds to the totals of either.
    value : callable
    groups : sequence of str, length n, optional
        Rows of one group are not independent: they are drawn, and swapped, together.
    """
    if groups is not None:
        first, second = pooled(first, groups), pooled(second, groups)
    both, width = np.hstack([first, second]), first.shape[1]

    def gain(totals: Array) -> Array:
        return np.asarray(value(totals[:, :width]) - value(totals[:, width:]))

    observed = float(gain(both.sum(axis=0, keepdims=True))[0])
    if len(both) < FEWEST_DOCUMENTS:
        return Paired(observed, None, None, None, None, SHUFFLED)
    drawn = bootstrap(both, gain, replicates=2_000, seed=seed)
    drawn = drawn[np.isfinite(drawn)]
    spread = float(np.std(drawn)) if len(drawn) else 0.0
    low, high = percentile(drawn, observed) if spread else (observed, observed)
    return Paired(
        value=observed,
        low=low,
        high=high,
        p_value=randomization(first, second, value, seed=seed),
        detectable=(Z95 + Z80) * spread if spread else None,
        method=SHUFFLED,
    )


def pooled(rows: Array, groups: Sequence[str]) -> Array:
    """Return the sums of each group's rows, shape (groups, k)."""
    names, place = np.unique(np.asarray(groups, dtype=object), return_inverse=True)
    sums = np.zeros((len(names), rows.shape[1]))
    np.add.at(sums, place, rows)
    return sums


def randomization(
    first: Array, second: Array, value: Value, *, shuffles: int = SHUFFLES, seed: int = 13
) -> float:
    """Return the two-sided p-value of approximate randomization (Noreen 1989).

    Where there is no difference, whose answer is whose does not matter: each row's two answers
    are swapped with probability 1/2. Rows that are alike are swapped with one binomial draw.

    Parameters
    ----------
    first, second : float array, shape (n, k)
    value : callable

    Examples
    --------
    >>> ones, zeros = np.ones((12, 1)), np.zeros((12, 1))
    >>> mean = lambda totals: totals[:, 0] / 12
    >>> randomization(ones, zeros, mean) < 0.01, randomization(ones, ones, mean)
    (True, 1.0)
    """
    distinct, counts = np.unique(np.hstack([first, second]), axis=0, return_counts=True)
    width = first.shape[1]
    one, other = distinct[:, :width], distinct[:, width:]
    total = (distinct * counts[:, None]).sum(axis=0)
    observed = abs(value(total[None, :width]) - value(total[None, width:]))[0]
    generator, beyond = np.random.default_rng(seed), 0
    size = max(1, 2_000_000 // len(distinct))
    for start in range(0, shuffles, size):
        kept = generator.binomial(counts, 0.5, size=(min(size, shuffles - start), len(counts)))
        mine = kept @ one + (counts - kept) @ other
        theirs = total[:width] + total[width:] - mine
        # Rounding must not tell a shuffle from what was observed.
        beyond += int((np.abs(value(mine) - value(theirs)) >= observed - 1e-12).sum())
    return (1 + beyond) / (1 + shuffles)


def rows_needed(difference: float, discordance: float) -> int:
    """Return how many rows find a difference four times in five at the 5 % level.

    Parameters
    ----------
    difference : float
        In accuracy, more than 0.
    discordance : float
        The share of rows that exactly one of the two gets right.

    References
    ----------
    Connor (1987), Sample size for testing differences in proportions for the paired-sample design.

    Examples
    --------
    >>> rows_needed(0.05, 0.1), rows_needed(0.05, 0.2), rows_needed(0.1, 0.2)
    (312, 626, 155)
    """
    spread = max(discordance, difference)
    wide = Z95 * sqrt(spread) + Z80 * sqrt(max(0.0, spread - difference**2))
    return ceil((wide / difference) ** 2)
