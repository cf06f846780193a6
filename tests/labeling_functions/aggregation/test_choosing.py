from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curation.exceptions import AggregationError
from labeling_functions.aggregation.aggregate import AUTO, aggregate
from labeling_functions.aggregation.choosing import LEAST_GOLD, QUICK, choose
from labeling_functions.aggregation.comparing import Candidate, compare
from tests.labeling_functions.votes import matrix, voters


def gold_of(truth: np.ndarray, rows: int) -> dict[str, str]:
    return {str(row): "abc"[truth[row]] for row in range(rows)}


def plain(candidates: tuple[Candidate, ...]) -> dict[str, Candidate]:
    return {c.aggregator: c for c in candidates if c.otherwise is None}


def test_every_aggregator_is_judged_on_the_same_gold_with_its_n() -> None:
    votes, truth = voters((0.9, 0.6, 0.6), 400, coverage=0.6)
    found = plain(compare(matrix(votes), gold_of(truth, 100), QUICK))
    assert list(found) == list(QUICK)
    covered = (votes[:100] != -1).any(axis=1)
    for candidate in found.values():
        assert candidate.coverage.value == pytest.approx(covered.mean())
        assert candidate.accuracy_covered.n == covered.sum()
        assert candidate.accuracy_all.n == candidate.score.n == 100
        assert candidate.score.metric == "accuracy"
        assert candidate.accuracy_all.value is not None
        assert candidate.accuracy_all.low < candidate.accuracy_all.value  # type: ignore[operator]
        assert candidate.seconds >= 0
    assert found["majority"].beyond.value == 0


def test_what_cannot_be_fitted_says_why_and_the_others_go_on() -> None:
    votes, truth = voters((0.9, 0.6), 100)
    found = plain(compare(matrix(votes), gold_of(truth, 50), ["label_model", "weighted"]))
    assert "at least 3 functions" in found["label_model"].problem
    assert found["label_model"].score.value is None
    assert found["label_model"].score.undefined
    assert found["weighted"].score.value is not None


def test_without_gold_nothing_can_be_compared() -> None:
    with pytest.raises(AggregationError, match="no gold"):
        compare(matrix([[0, 1]]), {})


def test_too_little_gold_is_majority_and_says_so() -> None:
    votes, truth = voters((0.9, 0.3, 0.3), 400)
    choice = choose(matrix(votes), gold_of(truth, LEAST_GOLD - 1))
    assert (choice.aggregator, choice.otherwise, choice.candidates) == ("majority", None, ())
    assert f"{LEAST_GOLD - 1} gold rows" in choice.why


def test_a_real_gain_is_caught_and_its_reason_given() -> None:
    votes, truth = voters((0.95, 0.4, 0.4, 0.4), 1000)
    choice = choose(matrix(votes), gold_of(truth, 200))
    assert choice.aggregator != "majority"
    assert "200 gold rows" in choice.why
    assert aggregate(matrix(votes), AUTO, gold=gold_of(truth, 200)).aggregator == choice.aggregator


@pytest.mark.parametrize("seed", range(8))
def test_it_is_never_much_worse_than_majority_where_there_is_nothing_to_gain(seed: int) -> None:
    votes, truth = voters((0.7,) * 5, 4000, coverage=0.8, seed=seed)
    gold = gold_of(truth, 60)
    right = {
        name: (aggregate(matrix(votes), name, gold=gold).probabilities.argmax(1) == truth)[60:]
        for name in ("majority", AUTO)
    }
    assert right[AUTO].mean() > right["majority"].mean() - 0.02


def test_undecided_rows_are_answered_only_by_advice() -> None:
    random = np.random.default_rng(5)
    truth = np.where(random.random(600) < 0.3, 0, 1)
    votes = np.where(truth[:, None] == 0, np.where(random.random((600, 3)) < 0.6, 0, -1), -1)
    gold = gold_of(truth, 300)
    choice = choose(matrix(votes, ("a", "b")), gold)
    assert choice.otherwise == "b"
    assert "'b'" in choice.why
    probable = aggregate(matrix(votes, ("a", "b")), AUTO, gold=gold)
    assert all(probable.best(int(row)) is None for row in np.flatnonzero(~probable.covered))


def test_two_skewed_labels_are_judged_by_the_rarer_ones_f1() -> None:
    random = np.random.default_rng(2)
    truth = (random.random(800) < 0.1).astype(int)
    votes = np.where(random.random((800, 3)) < 0.85, truth[:, None], 1 - truth[:, None])
    choice = choose(matrix(votes, ("a", "b")), gold_of(truth, 400))
    assert {c.score.metric for c in choice.candidates} == {"f1[b]"}
    best = next(c for c in choice.candidates if c.aggregator == choice.aggregator)
    assert best.score_covered.value


def test_the_choice_is_the_same_each_time() -> None:
    votes, truth = voters((0.9, 0.5, 0.5), 300)
    one, two = (choose(matrix(votes), gold_of(truth, 80), seed=4) for _ in range(2))
    assert (one.aggregator, one.otherwise, one.why) == (two.aggregator, two.otherwise, two.why)


def test_an_aggregator_too_unsure_to_be_gone_with_is_not_chosen() -> None:
    """Many labels, one function a label, one of them flipped: Dawid-Skene is right, and mute."""
    generator, labels = np.random.default_rng(3), 40
    truth = generator.integers(0, labels, 2_000)
    fires = generator.random((2_000, labels)) < np.where(np.eye(labels)[truth] > 0, 0.6, 0.0005)
    votes = np.where(fires, np.arange(labels), -1).astype(np.int16)
    votes[:, 0] = np.where(votes[:, 0] >= 0, 7, -1)
    names = tuple(f"label{n}" for n in range(labels))
    flipped = replace(matrix(votes), labels=names)
    gold = {str(row): names[truth[row]] for row in range(400)}
    found = plain(compare(flipped, gold, QUICK))
    assert found["dawid_skene"].score.value > found["majority"].score.value  # type: ignore[operator]
    assert found["dawid_skene"].kept.value == pytest.approx(0, abs=0.05)
    chosen = found[choose(flipped, gold).aggregator]
    assert chosen.kept.value > 0.9  # type: ignore[operator]
    answers = aggregate(flipped, AUTO, gold=gold)
    assert (answers.probabilities[answers.covered].max(axis=1) >= 0.5).mean() > 0.9
