from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from curation.types import ABSTAIN, against
from labeling_functions.aggregation import evidence as module
from labeling_functions.aggregation.ballots import ballots_of, together
from labeling_functions.aggregation.evidence import FOLDS, folds_of, gather, gold_of, unseen
from labeling_functions.aggregation.one_coin import one_coin
from tests.labeling_functions.votes import ballots, matrix, voters


@given(ballots())
def test_patterns_are_the_distinct_rows_and_lead_back_to_them(votes: list[list[int]]) -> None:
    array = np.array(votes)
    found, row = gather(array, 3, np.full(len(array), -1))
    assert np.array_equal(found.patterns[row], array)
    assert len(found.patterns) == len({tuple(v) for v in votes})
    assert found.counts.sum() == len(array)


@given(ballots())
def test_ballots_back_the_labels_they_may_be_right_about(votes: list[list[int]]) -> None:
    array = np.array(votes)
    found = ballots_of(array, 3)
    assert set(zip(found.functions.tolist(), found.votes.tolist(), strict=True)) == {
        (column, vote) for row in votes for column, vote in enumerate(row) if vote != ABSTAIN
    }
    for vote, backed in zip(found.votes, found.backed, strict=True):
        expected = [k == vote if vote >= 0 else k != against(int(vote)) for k in range(3)]
        assert backed.tolist() == expected
    assert found.cast(array).sum() == (array != ABSTAIN).sum()


def test_a_fit_does_not_see_the_gold_of_its_fold_and_the_last_sees_all() -> None:
    votes = np.array([[0, 1], [0, 1], [1, 1], [-1, -1]])
    gold, fold = np.array([0, 1, 1, -1]), np.array([0, 1, 1, -1])
    found, row = gather(votes, 2, gold, fold=fold)
    assert found.gold.sum(axis=(0, 2)).tolist() == [2, 1, 3]
    assert found.gold[row[0]].tolist() == [[0, 1], [1, 0], [1, 1]]
    assert found.unlabeled[row[0], :, 0].tolist() == [1, 1, 0]


def test_rows_only_asked_about_teach_nothing() -> None:
    votes, truth = voters((0.8, 0.7, 0.6), 200)
    gold = np.where(np.arange(200) < 50, truth, -1)
    alone, row = gather(votes[:150], 3, gold[:150])
    asked, all_rows = gather(votes, 3, gold, asked=50)
    one = one_coin(alone).probabilities(votes)
    other = one_coin(asked).probabilities(votes)
    assert np.allclose(one, other)
    assert asked.counts.sum() == 150
    assert len(row) + 50 == len(all_rows)


def test_folds_spread_every_label() -> None:
    truth = np.array([0] * 50 + [1] * 10 + [-1] * 7 + [2])
    fold = folds_of(truth, seed=1)
    assert (fold >= 0).tolist() == (truth >= 0).tolist()
    assert np.bincount(fold[:50]).tolist() == [10] * FOLDS
    assert np.bincount(fold[50:60]).tolist() == [2] * FOLDS
    assert np.array_equal(fold, folds_of(truth, seed=1))
    assert not np.array_equal(fold, folds_of(truth, seed=2))


def test_gold_is_read_by_id_and_an_answer_that_is_no_label_is_no_gold() -> None:
    votes = matrix([[0]] * 4)
    assert gold_of(votes, {"0": "c", "2": "no such label", "99": "a"}).tolist() == [2, -1, -2, -1]
    assert gold_of(votes, None).tolist() == [-1] * 4


def test_unseen_answers_come_from_each_rows_own_fold() -> None:
    votes, truth = voters((0.9, 0.5, 0.5), 60)
    fold = folds_of(truth, seed=1)
    found, row = gather(votes, 3, truth, fold=fold)
    weights = one_coin(found)
    answers = unseen(weights, found, row, fold)
    for part in range(FOLDS):
        mine = fold == part
        without, _ = gather(votes, 3, np.where(mine, -1, truth))
        assert np.allclose(
            answers[mine], one_coin(without).probabilities(votes[mine])[:, 0], atol=1e-3
        )


def test_many_patterns_are_fitted_on_the_most_frequent_and_all_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    votes, truth = voters((0.9, 0.8, 0.7, 0.6), 2000, coverage=0.8)
    gold = np.where(np.arange(2000) < 100, truth, -1)
    whole, row = gather(votes, 3, gold)
    monkeypatch.setattr(module, "MOST_FITTED", 130)
    part, _ = gather(votes, 3, gold)
    assert len(part.frequent.patterns) == 130 < len(part.patterns)
    assert part.frequent.counts.sum() > whole.counts.sum() / 2
    one, other = (one_coin(e).probabilities(e.patterns)[row, 0] for e in (whole, part))
    assert (one.argmax(axis=1) == other.argmax(axis=1)).mean() > 0.9


def test_sums_are_given_to_every_row_of_their_group() -> None:
    values = np.array([[1.0], [2.0], [4.0]])
    assert together(np.array([0, 0, 3]), values).ravel().tolist() == [3, 3, 4]
    assert together(np.array([], dtype=int), np.zeros((0, 2))).shape == (0, 2)
