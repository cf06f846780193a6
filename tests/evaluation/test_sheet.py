"""Rows and predictions are paired one to one, or refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from curation.exceptions import EvaluationError
from evaluation.sheet import pair

Make = Callable[..., Any]


def test_predictions_may_come_in_any_order(
    make_task: Make, make_rows: Make, make_predictions: Make
) -> None:
    rows, answers = make_rows(["card", "cash"]), make_predictions(["refund", "cash"])
    sheet = pair(make_task(), rows, answers[::-1])
    assert sheet.answers == ["refund", "cash"]
    assert sheet.gold == ["card", "cash"]


@pytest.mark.parametrize(
    ("asked", "given", "what"),
    [
        ([0, 1], [0], r"1 rows have no prediction\. \[row0001\]"),
        ([0], [0, 1], r"1 predictions answer rows that were not asked\. \[row0001\]"),
        ([0, 1], [0, 1, 1], r"more than one prediction\. \[row0001\]"),
        ([0, 0], [0], r"1 rows appear more than once\. \[row0000\]"),
    ],
)
def test_a_mismatch_is_refused_with_the_ids(
    asked: list[int],
    given: list[int],
    what: str,
    make_task: Make,
    make_rows: Make,
    make_predictions: Make,
) -> None:
    rows, answers = make_rows(["card"] * 3), make_predictions(["card"] * 3)
    with pytest.raises(EvaluationError, match=what):
        pair(make_task(), [rows[at] for at in asked], [answers[at] for at in given])


def test_many_ids_are_counted_and_a_few_named(make_task: Make, make_rows: Make) -> None:
    with pytest.raises(EvaluationError, match=r"9 rows have no .*row0004, \.\.\.\]"):
        pair(make_task(), make_rows(["card"] * 9), [])


def test_a_gold_answer_that_is_no_label_is_refused(make_sheet: Make) -> None:
    with pytest.raises(EvaluationError, match=r"not one of the task's labels\. \[row0001\]"):
        make_sheet(["card", "cheque"], ["card", "card"])
