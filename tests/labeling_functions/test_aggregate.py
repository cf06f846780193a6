from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import AggregationError, UnknownNameError
from curation.types import FunctionInfo, VoteMatrix
from labeling_functions.aggregate import aggregate

YOUTUBE = Path(__file__).parents[3] / "shared" / "data" / "wrench_youtube"


def matrix(votes: list[list[int]], labels: tuple[str, ...] = ("ham", "spam")) -> VoteMatrix:
    array = np.array(votes, dtype=np.int16).reshape(len(votes), len(votes[0]) if votes else 0)
    functions = tuple(
        FunctionInfo(name=f"f{i}", fingerprint="0", family="python", file="f.py", line=1, source="")
        for i in range(array.shape[1])
    )
    return VoteMatrix(tuple(map(str, range(len(votes)))), functions, labels, array)


def test_majority_gives_shares_and_says_what_is_tied_or_uncovered() -> None:
    probable = aggregate(matrix([[1, 1, 0], [0, 1, -1], [-1, -1, -1], [0, -1, -1]]))
    assert probable.probabilities.tolist() == [[1 / 3, 2 / 3], [0.5, 0.5], [0.5, 0.5], [1, 0]]
    assert probable.covered.tolist() == [True, True, False, True]
    assert [probable.best(row) for row in range(4)] == [("spam", 2 / 3), None, None, ("ham", 1.0)]
    assert probable.aggregator == "majority"


@given(st.lists(st.lists(st.integers(-1, 2), min_size=3, max_size=3), min_size=1, max_size=20))
def test_majority_rows_sum_to_one_and_best_has_the_most_votes(votes: list[list[int]]) -> None:
    probable = aggregate(matrix(votes, ("a", "b", "c")))
    assert np.allclose(probable.probabilities.sum(axis=1), 1)
    for row, ballots in enumerate(votes):
        counts = [ballots.count(k) for k in range(3)]
        winners = [k for k in range(3) if counts[k] == max(counts)]
        best = probable.best(row)
        expected = "abc"[winners[0]] if len(winners) == 1 and max(counts) else None
        assert (best and best[0]) == expected


def test_no_functions_and_no_rows_are_still_an_answer() -> None:
    assert aggregate(matrix([[], []])).covered.tolist() == [False, False]
    assert aggregate(matrix([])).probabilities.shape == (0, 2)


def test_a_task_without_labels_cannot_be_voted_on() -> None:
    with pytest.raises(AggregationError, match="no labels"):
        aggregate(matrix([[-1]], ()))


def test_an_unknown_aggregator_is_answered_with_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="majority"):
        aggregate(matrix([[1]]), "majorty")


@pytest.mark.parametrize(
    ("votes", "error"),
    [
        ([[0, 1], [1, 1]], "at least 3 functions that vote; there are 2"),
        ([[0, 1, -1], [1, 1, -1]], "at least 3 functions that vote; there are 2"),
        ([[1, 1, 1], [1, -1, 1]], "at least 2 labels"),
    ],
)
def test_the_label_model_refuses_kindly(votes: list[list[int]], error: str) -> None:
    with pytest.raises(AggregationError, match=error) as caught:
        aggregate(matrix(votes), "label_model")
    assert "majority" in caught.value.remedy


def youtube(split: str) -> tuple[list[list[int]], list[int]]:
    if not YOUTUBE.exists():
        pytest.skip("the WRENCH YouTube votes are not on this machine")
    rows = json.loads((YOUTUBE / f"{split}.json").read_text(encoding="utf-8")).values()
    return [row["weak_labels"] for row in rows], [row["label"] for row in rows]


def accuracy(votes: list[list[int]], gold: list[int], name: str, seed: int = 13) -> float:
    probable = aggregate(matrix(votes), name, seed=seed)
    best = [probable.best(row) for row in range(len(gold))]
    judged = [("ham", "spam")[g] == b[0] for b, g in zip(best, gold, strict=True) if b]
    return sum(judged) / len(judged)


def test_published_votes_give_published_accuracy() -> None:
    """WRENCH, table 3, YouTube: majority 84.0 and MeTaL 84.0 over all rows, ties at random.

    Here only rows with an answer count, so both are a few points higher.
    """
    train, gold = youtube("train")
    majority = accuracy(train, gold, "majority")
    assert 0.80 < majority < 0.95
    assert 0.80 < accuracy(train, gold, "dawid_skene") < 0.95


@pytest.mark.slow
def test_the_label_model_gives_published_accuracy_too() -> None:
    train, gold = youtube("train")
    assert 0.80 < accuracy(train, gold, "label_model") < 0.95


@pytest.mark.slow
def test_the_label_model_is_seeded_and_leaves_uncovered_rows_uniform() -> None:
    votes, _ = youtube("valid")
    once, twice = (aggregate(matrix(votes), "label_model", seed=1) for _ in range(2))
    assert np.array_equal(once.probabilities, twice.probabilities)
    assert np.allclose(once.probabilities.sum(axis=1), 1)
    assert not once.covered.all()
    assert (once.probabilities[~once.covered] == 0.5).all()
    assert all(once.best(int(row)) is None for row in np.flatnonzero(~once.covered))


def test_dawid_skene_learns_whom_to_trust() -> None:
    random = np.random.default_rng(3)
    truth = random.integers(0, 3, 400)
    rates = (0.9, 0.9, 0.35, 0.35, 0.35)
    votes = [
        [int(t) if random.random() < rate else int(random.integers(3)) for rate in rates]
        for t in truth
    ]
    ballots = matrix(votes, ("a", "b", "c"))
    right = {
        name: (aggregate(ballots, name).probabilities.argmax(axis=1) == truth).mean()
        for name in ("majority", "dawid_skene")
    }
    assert right["dawid_skene"] > right["majority"] + 0.02


@given(st.lists(st.lists(st.integers(-1, 2), min_size=3, max_size=3), max_size=12))
def test_dawid_skene_gives_probabilities_whatever_the_votes(votes: list[list[int]]) -> None:
    probable = aggregate(matrix(votes, ("a", "b", "c")), "dawid_skene")
    assert np.allclose(probable.probabilities.sum(axis=1), 1)
    assert probable.covered.tolist() == [any(v >= 0 for v in row) for row in votes]
