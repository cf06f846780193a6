"""Shares with their 95 % intervals, or the reason why there is none."""

from __future__ import annotations

from math import sqrt

from curation.types import Score

Z = 1.959964
"""The normal quantile of a 95 % interval."""


def wilson(right: float, n: float) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a proportion.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> low, high = wilson(9, 10)
    >>> round(low, 3), round(high, 3)
    (0.596, 0.982)
    """
    share, weight = right / n, Z * Z / n
    middle = (share + weight / 2) / (1 + weight)
    half = Z * sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)


def proportion(metric: str, right: int, n: int, undefined: str) -> Score:
    """Return `right / n` with its Wilson interval, or why there is none."""
    if n == 0:
        return Score(metric=metric, value=None, n=0, undefined=undefined)
    low, high = wilson(right, n)
    return Score(metric=metric, value=right / n, low=low, high=high, n=n)
