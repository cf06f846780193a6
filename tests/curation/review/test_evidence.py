"""What strategies read: margins, conflicts and luck are what they say, however many rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curation.review.evidence import Ballots, Belief
from tests.curation.review.gathered import LABELS, evidence, mask

VOTES = st.lists(st.lists(st.integers(-3, 2), min_size=4, max_size=4), min_size=1, max_size=20)


@given(VOTES)
def test_rows_conflict_where_votes_are_for_different_labels(votes: list[list[int]]) -> None:
    found = Ballots(LABELS, np.array(votes, dtype=np.int8)).conflicting
    assert found.tolist() == [len({vote for vote in row if vote >= 0}) > 1 for row in votes]


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=1, max_size=20))
def test_a_margin_is_how_far_the_first_label_is_ahead_of_the_second(
    rows: list[list[float]],
) -> None:
    found = Belief(LABELS, np.array(rows), np.ones(len(rows), dtype=np.bool_)).margins
    expected = [max(row) - sorted(row)[-2] for row in rows]
    assert np.allclose(found, expected, atol=1e-6)


def test_with_one_label_nothing_is_torn() -> None:
    one = Belief(("card",), np.ones((2, 1)), np.ones(2, dtype=np.bool_))
    assert one.margins.tolist() == [1.0, 1.0]
    assert one.best(0) == ("card", 1.0)


def test_what_nobody_thinks_anything_of_has_no_best_label() -> None:
    some = Belief(LABELS, np.full((1, 3), 1 / 3), np.zeros(1, dtype=np.bool_))
    assert some.best(0) is None


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 9))
def test_a_row_keeps_its_luck_whatever_comes_after_it(few: int, more: int, seed: int) -> None:
    before, after = evidence(few, seed=seed).luck, evidence(few + more, seed=seed).luck
    assert after[:few].tolist() == before.tolist()


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.integers(1, 30))
def test_the_least_are_the_least_among_some(values: list[int], number: int) -> None:
    some = mask(len(values), range(0, len(values), 2))
    rows = evidence(len(values)).least(np.array(values, dtype=np.float64), some, number)
    chosen, among = [values[row] for row in rows], values[::2]
    assert chosen == sorted(among)[:number]
    assert len(set(rows.tolist())) == len(rows)


def test_luck_decides_ties_and_not_the_order_of_the_file() -> None:
    rows = evidence(100, seed=3).least(np.zeros(100), mask(100, range(100)), 10)
    assert rows.tolist() != list(range(10))


def test_what_is_left_to_chance_may_not_be_chosen() -> None:
    some = evidence(202, known=[0], done=[1], reserve=0.25)
    assert some.left_to_chance.sum() == 50
    assert not (some.choosable & some.left_to_chance).any()
    assert (some.choosable | some.left_to_chance).tolist() == some.unknown.tolist()
    assert some.luck[some.left_to_chance].max() < some.luck[some.choosable].min()
    assert not some.choosable[:2].any()


@given(st.integers(1, 40), st.integers(0, 100))
def test_chance_has_its_share_of_however_little_waits(n: int, share: int) -> None:
    kept = int(evidence(n, reserve=share / 100).left_to_chance.sum())
    assert share * n <= 100 * kept < share * n + 100 + 1e-9


def test_where_files_answered_everything_all_of_it_may_be_looked_at_again() -> None:
    assert evidence(3, known=[0, 1]).unknown.tolist() == [False, False, True]
    assert evidence(3, known=[0, 1, 2], done=[1]).unknown.tolist() == [True, False, True]
