"""Errors are found on validation, grouped, shown with their neighbours and sent back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from curation.exceptions import EvaluationError
from curation.types import DatasetRow, Split, TaskKind
from evaluation.errors import confusion_cells, find_errors, neighbours, overlap

Make = Callable[..., Any]


GOLD = ["card", "card", "cash", "refund", "card"]
ANSWERS = ["cash", "cash", "cash", "card", "card"]


@pytest.fixture
def errors(make_task: Make, make_rows: Make, make_predictions: Make) -> Any:
    answers = make_predictions(ANSWERS, confidence=0.5)
    answers[3] = answers[3].model_copy(update={"confidence": 0.9})
    return find_errors(make_rows(GOLD), answers, task=make_task(), split=Split.VALIDATION)


def test_errors_are_the_wrong_rows_the_surest_first(errors: Any) -> None:
    assert [case.example_id for case in errors] == ["row0003", "row0000", "row0001"]
    assert (errors[0].gold, errors[0].predicted, errors[0].confidence) == ("refund", "card", 0.9)
    assert errors[0].input == "question 3"


def test_the_exam_is_not_browsed(make_task: Make, make_rows: Make, make_predictions: Make) -> None:
    with pytest.raises(EvaluationError, match="browsed on validation"):
        find_errors(make_rows(GOLD), make_predictions(ANSWERS), task=make_task(), split=Split.TEST)


def test_written_errors_begin_with_the_unsupported_and_the_least_alike(
    make_task: Make, make_rows: Make, make_predictions: Make
) -> None:
    gold = ["the firm keeps your data"] * 4
    answers = ["the firm keeps data", "nothing", "the firm in Paris keeps 7", gold[0]]
    rows = make_rows(gold, ["The firm keeps your data."] * 4)
    task = make_task(TaskKind.GENERATE)
    found = find_errors(rows, make_predictions(answers), task=task, split=Split.VALIDATION)
    assert [case.example_id for case in found] == ["row0002", "row0001", "row0000"]
    assert found[0].reasons == (
        "the number 7 is not in the input",
        "the name Paris is not in the input",
    )
    assert found[1].overlap == 0


def test_cells_are_ranked_by_count_with_their_share(errors: Any) -> None:
    first, second = confusion_cells(errors)
    assert (first.gold, first.predicted, first.count) == ("card", "cash", 2)
    assert first.share == pytest.approx(2 / 3)
    assert second.example_ids == ("row0003",)
    assert confusion_cells(()) == ()


def test_neighbours_are_the_training_rows_most_alike(make_rows: Make) -> None:
    texts = ["my card was declined", "where is my refund", "I need cash abroad"]
    rows = make_rows(["card", "refund", "cash"], texts)
    found = neighbours(["the card got declined again", "cash in a foreign land"], rows, k=2)
    assert [near[0].row.answer for near in found] == ["card", "cash"]
    for near in found:
        assert len(near) == 2
        assert 1 >= near[0].similarity >= near[1].similarity >= 0
    assert neighbours([texts[1]], rows, k=9)[0][0].similarity == pytest.approx(1)


def test_neighbours_of_nothing_and_among_nothing(make_rows: Make) -> None:
    assert neighbours([], make_rows(["card"])) == []
    assert neighbours(["a question"], []) == [[]]


@pytest.mark.parametrize("text", ["東京の天気", "???", "", "Ω"])
def test_neighbours_take_any_text(text: str, make_rows: Make) -> None:
    rows: list[DatasetRow] = make_rows(["card", "cash"], ["東京の店", "a shop"])
    assert len(neighbours([text], rows, k=2)[0]) == 2


@pytest.mark.parametrize(
    ("answer", "gold", "value"), [("", "", 0), ("a", "", 0), ("a b", "b a", 0.5), ("x", "x", 1)]
)
def test_overlap_at_its_ends(answer: str, gold: str, value: float) -> None:
    assert overlap(answer, gold) == value
