"""Rows, predictions and answer sheets, made by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from curation.types import Criterion, DatasetRow, Message, Prediction, Task, TaskKind, Word
from evaluation.sheet import AnswerSheet, pair

LABELS = ("card", "cash", "refund")


def _row(at: int, answer: str, text: str = "") -> DatasetRow:
    text = text or f"question {at}"
    turns = (Message(role="user", content=text), Message(role="assistant", content=answer))
    return DatasetRow(
        id=f"row{at:04}",
        messages=turns,
        answer=answer,
        word=Word.GOLD,
        confidence=1.0,
        input=text,
    )


def _prediction(at: int, answer: str, **fields: object) -> Prediction:
    given = {"text": answer, "reference_nll": 0.0, "reference_tokens": 3, **fields}
    return Prediction.model_validate({"example_id": f"row{at:04}", "answer": answer, **given})


@pytest.fixture
def make_task() -> Callable[..., Task]:
    def make(kind: TaskKind = TaskKind.CLASSIFY, metric: str = "", target: float = 0.8) -> Task:
        classify = kind is TaskKind.CLASSIFY
        metric = metric or ("macro_f1" if classify else "rougeL")
        return Task(
            kind=kind,
            instruction="Answer.",
            labels=LABELS if classify else (),
            criterion=Criterion(metric=metric, target=target),
        )

    return make


@pytest.fixture
def make_rows() -> Callable[..., list[DatasetRow]]:
    def make(answers: Sequence[str], texts: Sequence[str] = ()) -> list[DatasetRow]:
        shown = texts or [""] * len(answers)
        return [
            _row(at, answer, text)
            for at, (answer, text) in enumerate(zip(answers, shown, strict=True))
        ]

    return make


@pytest.fixture
def make_predictions() -> Callable[..., list[Prediction]]:
    def make(answers: Sequence[str], **fields: object) -> list[Prediction]:
        return [_prediction(at, answer, **fields) for at, answer in enumerate(answers)]

    return make


@pytest.fixture
def make_sheet(
    make_task: Callable[..., Task],
    make_rows: Callable[..., list[DatasetRow]],
    make_predictions: Callable[..., list[Prediction]],
) -> Callable[..., AnswerSheet]:
    def make(
        gold: Sequence[str],
        answers: Sequence[str],
        kind: TaskKind = TaskKind.CLASSIFY,
        texts: Sequence[str] = (),
        labels: tuple[str, ...] = (),
        **fields: object,
    ) -> AnswerSheet:
        task = make_task(kind)
        task = task.model_copy(update={"labels": labels}) if labels else task
        return pair(task, make_rows(gold, texts), make_predictions(answers, **fields))

    return make
