"""Predictions to an evaluation: scores with intervals, baselines, confusion and a verdict."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from curation.exceptions import EvaluationError
from curation.types import (
    DatasetRow,
    Difference,
    Evaluation,
    Prediction,
    Score,
    Split,
    Task,
    TaskKind,
    Verdict,
)
from evaluation.calibration import reliability
from evaluation.comparison import compare_with_all
from evaluation.metrics import METRICS
from evaluation.metrics.catalog import find_metric, metrics_for
from evaluation.sheet import AnswerSheet, pair
from evaluation.verdict import cautions, in_words, judge
from evaluation.words import sentences

__all__ = ["evaluate_run", "in_words", "load", "save"]

BASE_MODEL = "base model"
MAJORITY = "majority class"
LEAD = "lead sentence"
OUTSIDE = "(no label)"
"""The column of the confusion matrix for answers that are not one of the labels."""


def evaluate_run(
    *,
    run: str,
    split: Split,
    dataset: str,
    task: Task,
    rows: Sequence[DatasetRow],
    predictions: Sequence[Prediction],
    baselines: Mapping[str, Sequence[Prediction]],
    majority: str = "",
    complete: Callable[[AnswerSheet], AnswerSheet] = lambda sheet: sheet,
) -> Evaluation:
    """Return how a run did on a split; imports `evaluate`, so call it in a child process.

    Parameters
    ----------
    run, split, dataset
        What was asked, for the record.
    task : Task
    rows : sequence of DatasetRow
    predictions : sequence of Prediction
        Exactly one for each row.
    baselines : mapping of name to predictions
        Other models' answers to the same rows; `"base model"` is the one a gain is measured from.
    majority : str
        For classify, the commonest label of the training rows.
    complete : callable
        Adds to a sheet what is not ours to fetch: embeddings, what the project's own metrics say.

    Raises
    ------
    EvaluationError
        When predictions and rows do not match one to one.
    """
    sheet = complete(pair(task, rows, predictions))
    others = {name: pair(task, rows, answers) for name, answers in baselines.items()}
    others |= _simple(sheet, majority)
    others = {name: complete(other) for name, other in others.items()}
    labels, confusion = confusion_matrix(sheet)
    scores, differences = _scores(sheet), _differences(sheet, others)
    return Evaluation(
        run=run,
        split=split,
        dataset=dataset,
        scores=scores,
        baselines={name: _scores(other) for name, other in others.items()},
        labels=labels,
        confusion=confusion,
        verdict=_verdict(sheet, scores, differences),
        differences=differences,
        reliability=reliability(sheet),
    )


def confusion_matrix(sheet: AnswerSheet) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """Return the labels and the counts, gold by answer; empty unless the task is to classify.

    Answers that are no label get a column of their own, `OUTSIDE`, only if there are any.
    """
    if sheet.task.kind is not TaskKind.CLASSIFY:
        return (), ()
    known = sheet.task.labels
    labels = known if set(sheet.answers) <= set(known) else (*known, OUTSIDE)
    place = {label: index for index, label in enumerate(labels)}
    counts = [[0] * len(labels) for _ in labels]
    for gold, answer in zip(sheet.gold, sheet.answers, strict=True):
        counts[place[gold]][place.get(answer, len(labels) - 1)] += 1
    return labels, tuple(map(tuple, counts))


def save(evaluation: Evaluation, path: Path) -> None:
    """Write an evaluation as JSON; the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(evaluation.model_dump_json(indent=1), encoding="utf-8")
    part.replace(path)


def load(path: Path) -> Evaluation:
    """Read an evaluation that `save` wrote.

    Raises
    ------
    EvaluationError
        When there is no such file, or it is not an evaluation.
    """
    try:
        return Evaluation.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        what = f"The evaluation cannot be read: {why}."
        raise EvaluationError(what, where=str(path), remedy="Evaluate the run again.") from error


def _scores(sheet: AnswerSheet) -> tuple[Score, ...]:
    found = [METRICS[info.name]().scores(sheet) for info in metrics_for(sheet.task.kind)]
    return tuple(score for scores in found for score in scores)


def _simple(sheet: AnswerSheet, majority: str) -> dict[str, AnswerSheet]:
    """Return what needs no model: the commonest label, or the input's first sentence."""
    if sheet.task.kind is TaskKind.CLASSIFY:
        return {MAJORITY: _answering(sheet, [majority] * len(sheet))} if majority else {}
    leads = [next(iter(sentences(row.input)), "") for row in sheet.rows]
    return {LEAD: _answering(sheet, leads)}


def _answering(sheet: AnswerSheet, answers: Sequence[str]) -> AnswerSheet:
    made = tuple(
        Prediction(example_id=row.id, answer=answer, text=answer)
        for row, answer in zip(sheet.rows, answers, strict=True)
    )
    return AnswerSheet(sheet.task, sheet.rows, made)


def _differences(sheet: AnswerSheet, others: Mapping[str, AnswerSheet]) -> tuple[Difference, ...]:
    """Return how the run compares with each baseline, by the metric that decides."""
    criterion = sheet.task.criterion
    info, name = find_metric(criterion.metric)
    if sheet.task.kind not in info.kinds or name not in METRICS[info.name]().score_names(sheet):
        return ()
    return compare_with_all(sheet, others, METRICS[info.name](), name, criterion.minimum_gain)


def _verdict(
    sheet: AnswerSheet, scores: Sequence[Score], differences: Sequence[Difference]
) -> Verdict:
    criterion = sheet.task.criterion
    info, name = find_metric(criterion.metric)
    score = next((score for score in scores if score.metric == name), None)
    if score is None:
        lack = f"because {info.name} does not apply to a task of kind {sheet.task.kind}"
        if sheet.task.kind in info.kinds:
            lack = "because there is no such label, or no such metric of the project's own"
        score = Score(metric=name, value=None, n=len(sheet), undefined=lack)
    gain = next((found for found in differences if found.against == BASE_MODEL), None)
    labels, confusion = confusion_matrix(sheet)
    return judge(criterion, score, gain, cautions(labels, confusion, len(sheet)))
