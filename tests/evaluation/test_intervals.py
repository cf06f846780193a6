"""Intervals against scipy, their coverage by simulation, and what always holds of them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from curation.statistics import none_seen, wilson
from evaluation.intervals import (
    bootstrap,
    effective_trials,
    mid_p_mcnemar,
    paired_difference,
    percentile,
    share_interval,
)
from evaluation.paired import pooled

counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def mean(totals: Any) -> Any:
    return totals[:, 0] / totals[:, 1]


def test_the_bootstrap_of_a_mean_has_the_standard_error_of_a_mean() -> None:
    scores = np.random.default_rng(4).random(400)
    drawn = bootstrap(np.column_stack([scores, np.ones(400)]), mean)
    assert drawn.shape == (10_000,)
    assert drawn.std() == pytest.approx(scores.std() / 20, rel=0.05)
    assert drawn.mean() == pytest.approx(scores.mean(), abs=0.002)


def test_the_bootstrap_repeats_itself_and_another_seed_does_not() -> None:
    rows = np.column_stack([np.arange(20.0), np.ones(20)])
    first, again = (bootstrap(rows, mean, replicates=100) for _ in range(2))
    assert (first == again).all()
    assert (first != bootstrap(rows, mean, replicates=100, seed=14)).any()


def test_resampling_a_large_confusion_matrix_costs_a_fraction_of_a_second() -> None:
    generator = np.random.default_rng(1)
    gold = generator.integers(0, 10, 5000)
    answered = np.where(generator.random(5000) < 0.8, gold, generator.integers(0, 10, 5000))
    eye = np.eye(10)
    rows = np.hstack([eye[gold] * (gold == answered)[:, None], eye[gold], eye[answered]])
    start = time.perf_counter()
    bootstrap(rows, lambda totals: 2 * totals[:, 0] / (totals[:, 10] + totals[:, 20]))
    assert time.perf_counter() - start < 2


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=30), st.floats(0, 1))
def test_a_percentile_interval_holds_the_value_itself(drawn: list[float], value: float) -> None:
    low, high = percentile(np.array(drawn), value)
    assert low <= value <= high


@settings(max_examples=60)
@given(st.integers(0, 80), st.integers(0, 80))
def test_mid_p_is_symmetric_and_half_a_term_below_the_exact_test(first: int, second: int) -> None:
    p = mid_p_mcnemar(first, second)
    assert 0 < p <= 1
    assert p == mid_p_mcnemar(second, first)
    if first != second:
        exact = binomtest(first, first + second).pvalue
        assert p == pytest.approx(exact - binom.pmf(first, first + second, 0.5))


def test_mid_p_survives_many_disagreements() -> None:
    n = 5000
    exact = 2 * binom.cdf(2400, n, 0.5) - binom.pmf(2400, n, 0.5)
    assert mid_p_mcnemar(2400, 2600) == pytest.approx(exact, rel=1e-6)


def test_mid_p_keeps_its_level_when_nothing_differs() -> None:
    discordant = np.random.default_rng(2).binomial(300, 0.1, 2000)
    first = np.random.default_rng(3).binomial(discordant, 0.5)
    alarms = np.mean(
        [mid_p_mcnemar(a, d - a) < 0.05 for a, d in zip(first, discordant, strict=True)]
    )
    assert 0.035 < alarms < 0.07


@settings(max_examples=60)
@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_a_paired_difference_lies_in_its_interval(first: int, second: int, same: int) -> None:
    n = max(1, first + second + same)
    low, high = paired_difference(first, second, n)
    assert -1 <= low <= (first - second) / n <= high <= 1


def test_the_paired_interval_covers_the_true_difference() -> None:
    draws = np.random.default_rng(5).multinomial(200, [0.09, 0.04, 0.87], size=2000)
    ends = [paired_difference(int(a), int(b), 200) for a, b, _ in draws]
    assert 0.935 < np.mean([low <= 0.05 <= high for low, high in ends]) < 0.975


@settings(max_examples=60)
@given(counts)
def test_a_share_of_independent_rows_has_wilsons_interval(pair: tuple[int, int]) -> None:
    hits, n = pair
    units = np.column_stack([np.arange(n) < hits, np.ones(n)]).astype(float)
    low, high = share_interval(units)
    assert low <= hits / n <= high
    if 0 < hits < n:
        assert (low, high) == pytest.approx(wilson(hits, n))
    else:
        bound = none_seen(n)
        assert (low, high) == pytest.approx((0, bound) if hits == 0 else (1 - bound, 1))


def test_without_trials_there_is_no_interval() -> None:
    assert share_interval(np.zeros((3, 2))) is None
    assert share_interval(np.zeros((0, 2))) is None


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=20))
def test_groups_never_say_more_than_their_trials(groups: list[tuple[int, int]]) -> None:
    units = np.array([(hits, hits + misses) for hits, misses in groups], dtype=float)
    n = units[:, 1].sum()
    if n:
        counted = effective_trials(units)
        assert 0 < counted <= n
        low, high = share_interval(units)
        assert low <= units[:, 0].sum() / n <= high


def test_groups_that_always_agree_count_once() -> None:
    hits = np.random.default_rng(3).random(200) < 0.4
    units = np.column_stack([hits * 5, np.full(200, 5)]).astype(float)
    assert effective_trials(units) == pytest.approx(200, rel=0.02)


def talks(generator: Any, groups: int, share: float, alike: float) -> Any:
    """Return hits and trials of conversations of 1 to 8 rows that agree more than by chance."""
    sizes = generator.integers(1, 9, groups)
    a, b = share * (1 - alike) / alike, (1 - share) * (1 - alike) / alike
    return np.column_stack([generator.binomial(sizes, generator.beta(a, b, groups)), sizes])


@pytest.mark.parametrize(("groups", "share"), [(20, 0.7), (40, 0.9), (100, 0.7), (100, 0.95)])
def test_the_interval_of_grouped_rows_covers_where_wilsons_does_not(
    groups: int, share: float
) -> None:
    generator, ours, plain = np.random.default_rng(8), 0, 0
    for _ in range(1000):
        units = talks(generator, groups, share, 0.5).astype(float)
        low, high = share_interval(units)
        ours += low <= share <= high
        low, high = wilson(*units.sum(axis=0))
        plain += low <= share <= high
    assert ours / 1000 >= 0.92
    assert plain / 1000 < 0.86


def test_resampling_groups_covers_a_mean_where_resampling_rows_does_not() -> None:
    generator, ours, plain = np.random.default_rng(9), 0, 0
    for _ in range(300):
        sizes = generator.integers(1, 9, 50)
        groups = np.repeat(np.arange(50), sizes)
        scores = generator.normal(size=50)[groups] + 0.5 * generator.normal(size=len(groups))
        rows = np.column_stack([scores, np.ones(len(scores))])
        for units in (pooled(rows, list(map(str, groups))), rows):
            low, high = percentile(bootstrap(units, mean, replicates=500), scores.mean())
            if units is rows:
                plain += low <= 0 <= high
            else:
                ours += low <= 0 <= high
    assert ours / 300 >= 0.9
    assert plain / 300 < 0.8


def test_bundles_of_very_many_rows_spread_as_the_rows_do() -> None:
    scores = np.random.default_rng(10).exponential(size=20_000)
    drawn = bootstrap(np.column_stack([scores, np.ones(20_000)]), mean, replicates=2_000)
    assert drawn.std() == pytest.approx(scores.std() / np.sqrt(20_000), rel=0.08)
    assert drawn.mean() == pytest.approx(scores.mean(), abs=0.001)


def test_many_rows_cost_no_more_than_some() -> None:
    rows = np.random.default_rng(11).random((200_000, 4))
    start = time.perf_counter()
    bootstrap(rows, lambda totals: totals[:, :1] / totals[:, 1:2], replicates=2_000)
    assert time.perf_counter() - start < 5
