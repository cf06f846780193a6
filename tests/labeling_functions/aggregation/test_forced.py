from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling_functions.aggregation.forced import influence, lots, rare_label, scored, undecided

rows = st.lists(st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.5, 1.0])), min_size=1)


def test_a_tie_is_shared_and_an_otherwise_takes_it() -> None:
    found = np.array([[0.5, 0.5, 0.0], [0.1, 0.1, 0.8], [1 / 3, 1 / 3, 1 / 3]])
    assert lots(found).tolist() == [[0.5, 0.5, 0], [0, 0, 1], [1 / 3, 1 / 3, 1 / 3]]
    assert lots(found, otherwise=2).tolist() == [[0, 0, 1]] * 3
    assert undecided(lots(found)).tolist() == [True, False, True]


def test_scores_are_those_of_the_textbook() -> None:
    from sklearn.metrics import accuracy_score, f1_score

    random = np.random.default_rng(0)
    truth, said = random.integers(0, 2, 200), random.integers(0, 2, 200)
    shares = np.eye(2)[said]
    assert influence(shares, truth, None)[0] == pytest.approx(accuracy_score(truth, said))
    assert influence(shares, truth, 1)[0] == pytest.approx(f1_score(truth, said))


@pytest.mark.parametrize("positive", [None, 1])
def test_the_interval_holds_the_whole_score_as_often_as_it_says(
    positive: int | None,
) -> None:
    random = np.random.default_rng(1)
    truth = (random.random(40_000) < 0.3).astype(int)
    shares = np.eye(2)[np.where(random.random(40_000) < 0.8, truth, 1 - truth)]
    whole = influence(shares, truth, positive)[0]
    held = 0
    for start in range(0, 40_000, 200):
        part = slice(start, start + 200)
        score = scored("s", *influence(shares[part], truth[part], positive))
        held += score.low <= whole <= score.high  # type: ignore[operator]
    assert 0.90 < held / 200 < 0.99


@given(rows)
def test_influences_sum_to_nothing_and_scores_stay_within_0_and_1(rows: list) -> None:
    truth = np.array([label for label, _ in rows])
    shares = np.array([[1 - share, share] for _, share in rows])
    for positive in (None, 0, 1):
        value, moved = influence(shares, truth, positive)
        assert 0 <= value <= 1
        assert moved.sum() == pytest.approx(0, abs=1e-9)


def test_no_rows_have_no_score() -> None:
    score = scored("accuracy", *influence(np.zeros((0, 2)), np.zeros(0, dtype=int), None))
    assert (score.value, score.n, score.undefined) == (None, 0, "no rows")


def test_f1_is_for_two_labels_skewed_beyond_four_to_one() -> None:
    assert rare_label(np.array([0] * 41 + [1] * 10), 2) == 1
    assert rare_label(np.array([0] * 40 + [1] * 10), 2) is None
    assert rare_label(np.array([1] * 41 + [0] * 10), 2) == 0
    assert rare_label(np.array([0] * 50), 2) is None
    assert rare_label(np.array([0] * 50 + [1]), 3) is None
