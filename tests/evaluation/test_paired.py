"""Tests for pairs: they keep their level, find what they say they find, and agree with scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import permutation_test

from evaluation.paired import compare_hits, compare_totals, pooled, randomization, rows_needed


def mean(totals: Any) -> Any:
    return totals[:, 0] / totals[:, 1]


def rows(values: Any) -> Any:
    return np.column_stack([values, np.ones(len(values))])


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80))
def test_swapping_the_two_turns_everything_round(pairs: list[tuple[bool, bool]]) -> None:
    first, second = (np.array(side) for side in zip(*pairs, strict=True))
    there, back = compare_hits(first, second), compare_hits(second, first)
    assert there.value == pytest.approx(-back.value)
    assert there.p_value == back.p_value
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert (there.only_first, there.only_second) == (back.only_second, back.only_first)
    assert there.low <= there.value <= there.high


def test_randomization_is_scipys_test_of_swapped_pairs() -> None:
    generator = np.random.default_rng(3)
    first, second = generator.normal(0.3, 1, 60), generator.normal(0, 1, 60)
    theirs = permutation_test(
        (first, second),
        lambda a, b, axis: np.mean(a, axis=axis) - np.mean(b, axis=axis),
        permutation_type="samples",
        n_resamples=20_000,
        vectorized=True,
        rng=1,
    )
    ours = randomization(rows(first), rows(second), mean, shuffles=20_000)
    assert ours == pytest.approx(float(theirs.pvalue), abs=0.015)


def test_randomization_keeps_its_level_where_nothing_differs() -> None:
    generator, alarms = np.random.default_rng(5), 0
    for _ in range(300):
        first, second = generator.random((2, 80)) < 0.7
        p = randomization(rows(first), rows(second), mean, shuffles=400)
        alarms += p < 0.05
    assert 4 <= alarms <= 27  # 15 expected


def test_on_rights_and_wrongs_both_ways_agree() -> None:
    generator = np.random.default_rng(8)
    first, second = generator.random(400) < 0.8, generator.random(400) < 0.7
    plain = compare_hits(first, second)
    drawn = compare_totals(rows(first), rows(second), mean)
    assert drawn.value == pytest.approx(plain.value)
    assert drawn.p_value == pytest.approx(plain.p_value, abs=0.02)
    assert drawn.low == pytest.approx(plain.low, abs=0.02)
    assert drawn.high == pytest.approx(plain.high, abs=0.02)
    assert drawn.detectable == pytest.approx(plain.detectable, rel=0.1)


def test_rows_of_one_group_count_once() -> None:
    generator = np.random.default_rng(2)
    first, second = generator.random(50) < 0.8, generator.random(50) < 0.6
    alone = compare_totals(rows(first), rows(second), mean)
    copies = [rows(np.repeat(side, 6)) for side in (first, second)]
    groups = [f"talk {at}" for at in range(50) for _ in range(6)]
    together = compare_totals(*copies, mean, groups)
    fooled = compare_totals(*copies, mean)
    assert together.value == pytest.approx(alone.value)
    assert together.low == pytest.approx(alone.low, abs=0.02)
    assert together.p_value == pytest.approx(alone.p_value, abs=0.02)
    assert fooled.p_value < together.p_value
    assert fooled.high - fooled.low < 0.6 * (together.high - together.low)


def test_pooled_rows_keep_their_sum() -> None:
    values = np.arange(12.0).reshape(6, 2)
    sums = pooled(values, ["b", "a", "b", "c", "a", "b"])
    assert sums.tolist() == [[10, 12], [14, 17], [6, 7]]


def test_a_handful_of_rows_has_a_difference_and_no_test() -> None:
    few = compare_totals(rows(np.ones(5)), rows(np.zeros(5)), mean)
    assert (few.value, few.low, few.p_value) == (1.0, None, None)


def test_the_same_answers_differ_by_nothing() -> None:
    same = rows(np.random.default_rng(1).random(40))
    found = compare_totals(same, same, mean)
    assert (found.value, found.low, found.high, found.p_value) == (0, 0, 0, 1.0)
    assert found.detectable is None


@pytest.mark.parametrize(("difference", "discordance"), [(0.05, 0.1), (0.03, 0.1), (0.1, 0.2)])
def test_so_many_rows_find_it_four_times_in_five(difference: float, discordance: float) -> None:
    n, generator = rows_needed(difference, discordance), np.random.default_rng(4)
    gain, loss = (discordance + difference) / 2, (discordance - difference) / 2
    found = 0
    for a, b in generator.multinomial(n, [gain, loss, 1 - gain - loss], 400)[:, :2]:
        first = np.array([True] * a + [False] * b + [True] * (n - a - b))
        second = np.array([False] * a + [True] * b + [True] * (n - a - b))
        found += compare_hits(first, second).p_value < 0.05
    assert 0.73 < found / 400 < 0.87
