from __future__ import annotations

import numpy as np
import pytest

from curation.exceptions import AggregationError
from curation.types import against
from labeling_functions.aggregation.choosing import choose
from labeling_functions.aggregation.doubts import doubts, score_gold_alone
from tests.labeling_functions.votes import matrix, voters


def kinds(votes: object, labels: tuple[str, ...] = ("a", "b", "c")) -> set[str]:
    return {doubt.kind for doubt in doubts(matrix(votes, labels))}  # type: ignore[arg-type]


def test_good_votes_leave_no_doubt() -> None:
    assert kinds(voters((0.8,) * 6, 200, coverage=0.5)[0]) == set()


def test_few_functions_are_doubted_and_one_that_never_votes_is_none() -> None:
    votes = voters((0.8,) * 5, 200)[0]
    assert kinds(votes) == set()
    votes[:, 4] = -1
    assert kinds(votes) == {"few_functions"}
    assert kinds([]) == {"few_functions"}


def test_labels_nobody_votes_for_are_named() -> None:
    votes = np.zeros((50, 5), dtype=int)
    (found,) = doubts(matrix(votes))
    assert (found.kind, "'b', 'c'" in found.sentence) == ("no_votes_for", True)
    votes[0] = against(0)
    assert kinds(votes, ("a", "b")) == set(), "of two labels, not a is b"


def test_small_coverage_is_doubted_with_its_number() -> None:
    votes = np.full((100, 6), -1)
    votes[:20] = voters((0.8,) * 6, 20)[0]
    (found,) = doubts(matrix(votes))
    assert (found.kind, "20.0%" in found.sentence) == ("low_coverage", True)


def test_a_function_that_drowns_the_others_is_named() -> None:
    votes = voters((0.8,) * 6, 400, coverage=0.15)[0]
    votes[:300, 2] = 0
    (found,) = doubts(matrix(votes))
    assert (found.kind, found.functions) == ("broad_function", ("f2",))


def test_gold_alone_that_does_better_is_said_and_else_not() -> None:
    votes, truth = voters((0.5,) * 6, 200)
    texts = [
        f"{['red', 'green', 'blue'][label]} thing number {row}" for row, label in enumerate(truth)
    ]
    answers = ["abc"[label] for label in truth]
    alone = score_gold_alone(texts, answers, "abc")
    assert alone.value == 1
    assert alone.n == 200
    choice = choose(matrix(votes), dict(zip(map(str, range(200)), answers, strict=True)))
    (found,) = doubts(matrix(votes), choice.candidates, alone)
    assert (found.kind, "200 gold rows alone" in found.sentence) == ("gold_better", True)
    noise = score_gold_alone(["word"] * 200, answers, "abc")
    assert doubts(matrix(votes), choice.candidates, noise) == ()


def test_gold_alone_is_judged_by_f1_where_the_votes_are() -> None:
    answers = ["a"] * 90 + ["b"] * 10
    alone = score_gold_alone([f"say {answer}{answer}" for answer in answers], answers, "ab")
    assert (alone.metric, alone.value) == ("f1[b]", 1)


def test_too_little_gold_is_undefined_and_odd_gold_refused() -> None:
    assert score_gold_alone(["x"] * 4, ["a"] * 4, "ab").undefined
    assert score_gold_alone(["x"] * 40, ["a"] * 40, "ab").undefined
    assert score_gold_alone([""] * 40, ["a", "b"] * 20, "ab").value is not None
    with pytest.raises(AggregationError, match="no label"):
        score_gold_alone(["x"], ["z"], "ab")
