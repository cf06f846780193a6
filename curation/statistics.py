"""Shares with their 95 % intervals, how many answers narrow them, and p-values of several tests."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt

from curation.types import Score

Z95 = 1.959963984540054
"""The 97.5 % point of the standard normal."""


def wilson(right: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a proportion (Wilson 1927, JASA 22:209).

    Parameters
    ----------
    right, n : float
        Weighted counts need not be whole.

    Raises
    ------
    ValueError
        When `n` is not positive or `right` does not lie in 0..n.

    Examples
    --------
    >>> low, high = wilson(5, 100)
    >>> round(low, 4), round(high, 4)
    (0.0215, 0.1118)
    """
    if not 0 <= right <= n or n == 0:
        raise ValueError(f"{right} out of {n} is no proportion.")
    share, spread = right / n, Z95**2 / n
    centre = (share + spread / 2) / (1 + spread)
    half = Z95 / (1 + spread) * sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def proportion(metric: str, right: int, n: int, undefined: str) -> Score:
    """Return `right / n` with its Wilson interval, or why there is none."""
    if n == 0:
        return Score(metric=metric, value=None, n=0, undefined=undefined)
    low, high = wilson(right, n)
    return Score(metric=metric, value=right / n, low=low, high=high, n=n)


def none_seen(n: float) -> float:
    """Return the 95 % upper bound of a rate when none of `n` items showed the event.

    Solves ``(1 - p) ** n = 0.05``: the exact form of the rule of three.

    Examples
    --------
    >>> [round(none_seen(n), 3) for n in (60, 100, 300)]
    [0.049, 0.03, 0.01]
    """
    return float(1 - 0.05 ** (1 / n))


def half_width(share: float, n: float, population: float = float("inf")) -> float:
    """Return half the width of Wilson's 95 % interval of a proportion.

    From a finite population, `n` counts as ``n (N - 1) / (N - n)``: the finite population
    correction (Cochran 1977, Sampling Techniques, 2.6). Nothing is left open when all were asked.

    Parameters
    ----------
    share : float
        What was observed, 0 to 1.
    n : float
        Answers, more than 0.
    population : float
        Of how many.

    Examples
    --------
    >>> round(half_width(0.9, 100), 4), half_width(0.9, 100, 100)
    (0.0596, 0.0)
    """
    counted = _counted(n, population)
    if counted is None:
        return 0.0
    spread = Z95**2 / counted
    return Z95 / (1 + spread) * sqrt(share * (1 - share) / counted + spread / (4 * counted))


def sample_interval(share: float, n: int, population: float = float("inf")) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a proportion, corrected for a finite population."""
    counted = _counted(n, population)
    return (share, share) if counted is None else wilson(share * counted, counted)


def answers_for(share: float, half: float, population: float = float("inf")) -> int:
    """Return the fewest answers whose interval is no wider than `half` to either side.

    Parameters
    ----------
    share : float
        What is observed, taken to stay as it is.
    half : float
        More than 0.
    population : float

    Examples
    --------
    >>> answers_for(0.9, 0.05), answers_for(0.9, 0.05, population=150)
    (141, 73)
    """
    low, high = 0, 1
    while half_width(share, high, population) > half:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        narrow = half_width(share, middle, population) <= half
        low, high = (low, middle) if narrow else (middle, high)
    return high if population == float("inf") else min(high, ceil(population))


def _counted(n: float, population: float) -> float | None:
    """Return what `n` of a population count as; None where they are all of it."""
    if n >= population:
        return None
    return n if population == float("inf") else n * (population - 1) / (population - n)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values adjusted for being several, for decisions (Holm 1979); None stays None.

    Examples
    --------
    >>> holm([0.01, None, 0.04])
    [0.02, None, 0.04]
    """
    adjusted: list[float | None] = [None] * len(p_values)
    order = sorted((p, at) for at, p in enumerate(p_values) if p is not None)
    largest = 0.0
    for rank, (p, at) in enumerate(order):
        largest = max(largest, min(1.0, p * (len(order) - rank)))
        adjusted[at] = largest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values adjusted so that few of those picked are false (Benjamini & Hochberg 1995).

    For browsing: picking all below 0.05 makes at most one pick in twenty false on average, when
    the tests are independent or rise together. None stays None.

    Examples
    --------
    >>> benjamini_hochberg([0.01, None, 0.04, 0.03])
    [0.03, None, 0.04, 0.04]
    """
    adjusted: list[float | None] = [None] * len(p_values)
    order = sorted(((p, at) for at, p in enumerate(p_values) if p is not None), reverse=True)
    smallest = 1.0
    for place, (p, at) in enumerate(order):
        smallest = min(smallest, p * len(order) / (len(order) - place))
        adjusted[at] = smallest
    return adjusted
