"""Intervals against scipy, how many answers narrow them, and corrections for several tests."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, false_discovery_control

from curation.statistics import (
    answers_for,
    benjamini_hochberg,
    half_width,
    holm,
    none_seen,
    proportion,
    sample_interval,
    wilson,
)

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
POPULATIONS = st.one_of(st.just(float("inf")), st.integers(1, 5_000).map(float))
counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=60)
@given(counts)
def test_wilson_holds_the_share_and_stays_within_zero_and_one(case: tuple[int, int]) -> None:
    successes, n = case
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    assert low < high


@pytest.mark.parametrize(("successes", "n"), [(0, 7), (5, 100), (50, 100), (299, 300), (12, 12)])
def test_wilson_is_scipys(successes: int, n: int) -> None:
    ends = binomtest(successes, n).proportion_ci(method="wilson")
    assert wilson(successes, n) == pytest.approx((ends.low, ends.high), abs=1e-12)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_what_is_no_proportion(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        wilson(successes, n)


@pytest.mark.parametrize(("p", "n", "covered"), [(0.05, 100, 0.966), (0.05, 50, 0.962)])
def test_wilson_covers_what_it_promises_where_the_plain_interval_does_not(
    p: float, n: int, covered: float
) -> None:
    chances = binom.pmf(range(n + 1), n, p)
    hit = [low <= p <= high for low, high in (wilson(k, n) for k in range(n + 1))]
    plain = [abs(k / n - p) <= 1.96 * np.sqrt(k / n * (1 - k / n) / n) for k in range(n + 1)]
    assert chances @ hit == pytest.approx(covered, abs=0.005)
    assert chances @ plain < 0.925


@pytest.mark.parametrize("n", [1, 3, 60, 300])
def test_none_seen_is_the_rate_that_hides_one_time_in_twenty(n: int) -> None:
    assert (1 - none_seen(n)) ** n == pytest.approx(0.05)
    assert none_seen(n) <= -log(0.05) / n


@given(COUNTS)
def test_without_a_population_the_interval_is_wilsons(counts: tuple[int, int]) -> None:
    right, n = counts
    assert sample_interval(right / n, n) == pytest.approx(wilson(right, n))


@given(COUNTS, st.integers(1, 10_000))
def test_a_sample_of_few_tells_more_than_a_sample_of_many(
    counts: tuple[int, int], more: int
) -> None:
    right, n = counts
    assert half_width(right / n, n, n + more) <= half_width(right / n, n)
    assert half_width(right / n, n, n) == 0


@given(st.floats(0, 1), st.floats(0.005, 0.3), POPULATIONS)
def test_so_many_answers_are_enough_and_one_less_is_not(
    share: float, half: float, population: float
) -> None:
    number = answers_for(share, half, population)
    assert 1 <= number <= max(1, population)
    assert half_width(share, number, population) <= half
    if number > 1:
        assert half_width(share, number - 1, population) > half


def test_a_proportion_of_nothing_says_why() -> None:
    nothing = proportion("precision", 0, 0, "it votes on no gold row")
    assert (nothing.value, nothing.undefined) == (None, "it votes on no gold row")
    some = proportion("precision", 3, 4, "")
    assert some.low is not None
    assert some.low < 0.75 == some.value


P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(P_VALUES)
def test_benjamini_and_hochberg_are_scipys(p_values: list[float]) -> None:
    assert benjamini_hochberg(p_values) == pytest.approx(
        list(false_discovery_control(p_values)), abs=1e-12
    )


@given(P_VALUES)
def test_holm_is_stricter_than_benjamini_and_hochberg_and_no_stricter_than_bonferroni(
    p_values: list[float],
) -> None:
    strict, mild = holm(p_values), benjamini_hochberg(p_values)
    for p, one, other in zip(p_values, strict, mild, strict=True):
        assert one is not None
        assert other is not None
        assert p <= other + 1e-12
        assert other <= one + 1e-12
        assert one <= min(1, p * len(p_values)) + 1e-12


def test_what_is_undefined_counts_for_nothing() -> None:
    assert holm([None, 0.02, None]) == [None, 0.02, None]
    assert benjamini_hochberg([None, 0.02, None]) == [None, 0.02, None]
