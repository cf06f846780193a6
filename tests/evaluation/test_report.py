"""A whole evaluation: scores, baselines, confusion, verdict, and its file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curation.exceptions import EvaluationError
from curation.types import Evaluation, Split, TaskKind
from evaluation.report import (
    BASE_MODEL,
    LEAD,
    MAJORITY,
    OUTSIDE,
    confusion_matrix,
    evaluate_run,
    load,
    save,
)

Make = Callable[..., Any]


GOLD = ["card", "cash", "refund", "card"] * 15
RIGHT_MOSTLY = [
    gold if at % 10 else "cash" if gold == "card" else "card" for at, gold in enumerate(GOLD)
]


@pytest.fixture
def evaluated(make_task: Make, make_rows: Make, make_predictions: Make) -> Evaluation:
    return evaluate_run(
        run="brisk-otter",
        split=Split.VALIDATION,
        dataset="v0001",
        task=make_task(),
        rows=make_rows(GOLD),
        predictions=make_predictions(RIGHT_MOSTLY),
        baselines={BASE_MODEL: make_predictions(["card"] * 60)},
        majority="card",
    )


def test_it_has_scores_baselines_and_a_verdict(evaluated: Evaluation) -> None:
    assert evaluated.score("accuracy").value == pytest.approx(0.9)
    assert set(evaluated.baselines) == {BASE_MODEL, MAJORITY}
    majority = {score.metric: score for score in evaluated.baselines[MAJORITY]}
    assert majority["accuracy"].value == 0.5
    assert majority["perplexity"].value is None
    assert evaluated.verdict.met is True
    assert "The gain over the base model is +0.6" in evaluated.verdict.sentence
    assert "surely more than the 0.02 that matters" in evaluated.verdict.sentence


def test_each_baseline_is_compared_with_row_by_row(evaluated: Evaluation) -> None:
    base, majority = evaluated.differences
    assert (base.against, majority.against) == (BASE_MODEL, MAJORITY)
    assert base.metric == "macro_f1"
    assert base.verdict == majority.verdict == "better"
    assert base.low < base.value < base.high
    assert base.margin == 0.02
    assert base.adjusted >= base.p_value


def test_the_confusion_matrix_has_gold_rows_in_label_order(evaluated: Evaluation) -> None:
    assert evaluated.labels == ("card", "cash", "refund")
    assert [sum(row) for row in evaluated.confusion] == [30, 15, 15]
    assert evaluated.confusion[0] == (27, 3, 0)
    trace = sum(evaluated.confusion[at][at] for at in range(3))
    assert trace / 60 == evaluated.score("accuracy").value


def test_an_answer_that_is_no_label_gets_its_own_column(make_sheet: Make) -> None:
    sheet = make_sheet(["card", "cash"], ["card", "cheque"])
    labels, counts = confusion_matrix(sheet)
    assert labels == ("card", "cash", "refund", OUTSIDE)
    assert counts[1] == (0, 0, 0, 1)
    assert counts[3] == (0, 0, 0, 0)


def test_every_interval_holds_its_value(evaluated: Evaluation) -> None:
    for score in evaluated.scores:
        assert (score.value is None) == bool(score.undefined)
        if score.low is not None:
            assert score.low <= score.value <= score.high


def test_evaluating_twice_gives_the_same_numbers(
    evaluated: Evaluation, make_task: Make, make_rows: Make, make_predictions: Make
) -> None:
    again = evaluate_run(
        run="r",
        split=Split.TEST,
        dataset="v0001",
        task=make_task(),
        rows=make_rows(GOLD),
        predictions=make_predictions(RIGHT_MOSTLY)[::-1],
        baselines={},
    )
    assert again.scores == evaluated.scores


@pytest.mark.parametrize("kind", [TaskKind.GENERATE, TaskKind.EXTRACT])
def test_written_answers_are_held_against_the_first_sentence(
    kind: TaskKind, make_task: Make, make_rows: Make, make_predictions: Make
) -> None:
    gold = [f"the answer number {at} is short" for at in range(12)]
    texts = [f"{answer}. More follows here." for answer in gold]
    found = evaluate_run(
        run="r",
        split=Split.VALIDATION,
        dataset="v0001",
        task=make_task(kind, "rouge", 0.9),
        rows=make_rows(gold, texts),
        predictions=make_predictions(["something else"] * 11 + [gold[11]]),
        baselines={},
    )
    lead = {score.metric: score.value for score in found.baselines[LEAD]}
    assert lead["rougeL"] == 1
    assert found.confusion == ()
    assert found.verdict.met is False
    assert found.verdict.sentence.startswith("rougeL 0.0")


def test_a_criterion_that_does_not_apply_cannot_be_told(
    make_task: Make, make_rows: Make, make_predictions: Make
) -> None:
    found = evaluate_run(
        run="r",
        split=Split.VALIDATION,
        dataset="v0001",
        task=make_task(metric="bleu"),
        rows=make_rows(["card"]),
        predictions=make_predictions(["card"]),
        baselines={},
    )
    assert found.verdict.met is None
    assert "bleu does not apply to a task of kind classify" in found.verdict.sentence


def test_no_rows_are_scored_as_undefined(make_task: Make) -> None:
    found = evaluate_run(
        run="r",
        split=Split.VALIDATION,
        dataset="v0001",
        task=make_task(),
        rows=[],
        predictions=[],
        baselines={BASE_MODEL: []},
    )
    assert found.verdict.met is None
    assert all(score.value is None for score in found.scores)


def test_a_baseline_that_missed_a_row_is_refused(
    make_task: Make, make_rows: Make, make_predictions: Make
) -> None:
    with pytest.raises(EvaluationError, match=r"row0001"):
        evaluate_run(
            run="r",
            split=Split.VALIDATION,
            dataset="v0001",
            task=make_task(),
            rows=make_rows(["card", "cash"]),
            predictions=make_predictions(["card", "cash"]),
            baselines={BASE_MODEL: make_predictions(["card"])},
        )


def test_what_is_saved_is_what_is_loaded(evaluated: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "runs" / "evaluation.json"
    save(evaluated, path)
    save(evaluated, path)
    assert load(path) == evaluated
    assert list(path.parent.iterdir()) == [path]
    assert "NaN" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["", "{", '{"run": 1}', "[]"])
def test_a_broken_file_is_refused_by_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "evaluation.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"evaluation\.json\] Evaluate the run again"):
        load(path)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        load(tmp_path / "nothing.json")
