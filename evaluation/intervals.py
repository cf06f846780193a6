"""How far a score could be from the truth: 95 % intervals, and tests for pairs."""

from __future__ import annotations

from collections.abc import Callable
from math import comb, exp, lgamma, log, sqrt

import numpy as np
from numpy.typing import NDArray

from curation.statistics import Z95

Array = NDArray[np.float64]
Interval = tuple[float, float]

FEWEST_DOCUMENTS = 10
"""Below this many rows resampling says nothing, so no interval is given."""

_BLOCK = 2_000_000


def bootstrap(
    statistics: Array,
    value: Callable[[Array], Array],
    *,
    replicates: int = 10_000,
    seed: int = 13,
) -> Array:
    """Return the values of resampled totals.

    Drawing n rows with replacement is one multinomial draw over the distinct rows, so for a
    classifier this resamples the confusion matrix itself, at a cost that does not grow with n.

    Parameters
    ----------
    statistics : array, shape (n, k)
        What each row adds to the totals.
    value : callable
        From totals, shape (b, k), to values, shape (b,) or (b, m).
    replicates, seed : int

    Returns
    -------
    array, shape (replicates,) or (replicates, m)
    """
    distinct, counts = np.unique(statistics, axis=0, return_counts=True)
    n, generator = len(statistics), np.random.default_rng(seed)
    size = max(1, _BLOCK // len(distinct))
    parts = []
    for start in range(0, replicates, size):
        draws = generator.multinomial(n, counts / n, size=min(size, replicates - start))
        parts.append(value(draws @ distinct))
    return np.concatenate(parts)


def percentile(replicates: Array, value: float) -> Interval:
    """Return the 95 % percentile interval, stretched to hold the value itself if it has to be."""
    low, high = np.quantile(replicates, (0.025, 0.975))
    return min(float(low), value), max(float(high), value)


def mid_p_mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided mid-p value of McNemar's test (Fagerland et al. 2013, BMC MRM 13:91).

    Examples
    --------
    >>> mid_p_mcnemar(0, 0)
    1.0
    >>> round(mid_p_mcnemar(1, 9), 4)
    0.0117
    """
    few, n = min(only_first, only_second), only_first + only_second
    if only_first == only_second:
        return 1.0
    below = sum(_binomial_half(k, n) for k in range(few))
    return float(min(1.0, 2 * below + _binomial_half(few, n)))


def paired_difference(only_first: int, only_second: int, n: int) -> Interval:
    """Return the 95 % interval of `(only_first - only_second) / n` (Bonett & Price 2012).

    Examples
    --------
    >>> low, high = paired_difference(30, 15, 300)
    >>> round(low, 3), round(high, 3)
    (0.006, 0.094)
    """
    first, second = (only_first + 1) / (n + 2), (only_second + 1) / (n + 2)
    half = Z95 * sqrt((first + second - (first - second) ** 2) / (n + 2))
    plain = (only_first - only_second) / n
    low, high = first - second - half, first - second + half
    return max(-1.0, min(low, plain)), min(1.0, max(high, plain))


def _binomial_half(k: int, n: int) -> float:
    if n <= 1000:
        return float(comb(n, k) / 2**n)
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * log(2))
