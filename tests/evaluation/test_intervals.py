"""Intervals against scipy, their coverage by simulation, and what always holds of them."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from evaluation.intervals import (
    bootstrap,
    mid_p_mcnemar,
    paired_difference,
    percentile,
)

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
