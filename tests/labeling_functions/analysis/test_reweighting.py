from __future__ import annotations

import numpy as np
import pytest

from curation.types import FunctionInfo, ProbableLabels, VoteMatrix
from labeling_functions.analysis.report import report
from labeling_functions.analysis.reweighting import reweighted_precision

LABELS = ("a", "b")
N = 4_000
INFO = FunctionInfo(name="f", fingerprint="0", family="python", file="f.py", line=1, source="")


def votes_and_confidence(sure: np.ndarray) -> tuple[VoteMatrix, ProbableLabels]:
    ids = tuple(map(str, range(len(sure))))
    matrix = VoteMatrix(ids, (INFO,), LABELS, np.zeros((len(sure), 1), dtype=np.int8))
    values = np.stack([np.where(sure, 0.99, 0.7), np.where(sure, 0.01, 0.3)], axis=1)
    covered = np.ones(len(sure), dtype=bool)
    return matrix, ProbableLabels(ids, LABELS, values, covered, "majority")


def test_gold_of_the_hard_rows_is_weighed_back() -> None:
    """It is right on 95 % of the sure rows, 50 % of the others, and those are asked first."""
    rng = np.random.default_rng(0)
    held = []
    for _ in range(200):
        sure = rng.random(N) < 0.8
        truth = rng.random(N) < np.where(sure, 0.95, 0.5)
        asked = rng.random(N) < np.where(sure, 0.02, 0.2)
        matrix, probable = votes_and_confidence(sure)
        gold = {str(row): "a" if truth[row] else "b" for row in np.flatnonzero(asked)}
        (score,) = reweighted_precision(matrix, probable, gold)
        (plain,) = report(matrix, gold)
        assert plain.precision.high is not None
        assert plain.precision.high < truth.mean()
        assert score.low is not None
        assert score.high is not None
        held.append(score.low <= truth.mean() <= score.high)
    assert np.mean(held) >= 0.93


def test_gold_that_is_a_fair_sample_is_left_as_it_is() -> None:
    sure = np.arange(100) % 2 == 0
    matrix, probable = votes_and_confidence(sure)
    gold = {str(row): "a" if row % 5 else "b" for row in range(100)}
    (score,) = reweighted_precision(matrix, probable, gold)
    (plain,) = report(matrix, gold)
    assert score.value == pytest.approx(plain.precision.value)
    assert (score.low, score.high) == pytest.approx((plain.precision.low, plain.precision.high))


def test_rows_that_nobody_was_asked_about_cannot_be_spoken_for() -> None:
    sure = np.arange(100) < 80
    matrix, probable = votes_and_confidence(sure)
    (score,) = reweighted_precision(matrix, probable, {str(row): "a" for row in range(80, 100)})
    assert (score.value, score.n) == (None, 20)
    assert "80%" in score.undefined
    (score,) = reweighted_precision(matrix, probable, {})
    assert score.undefined == "it votes on no gold row"
