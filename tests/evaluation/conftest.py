"""Rows, predictions and answer sheets, made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from curation.types import Criterion, DatasetRow, Message, Prediction, Task, TaskKind, Word
from evaluation.sheet import AnswerSheet, OwnValues, Vectors, pair
from evaluation.words import words

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


CITIES = ("city", "time")


def marked(text: str, **spans: str) -> str:
    """Return the answer that marks the first place of each of some words."""
    found = [
        {"start": text.index(part), "end": text.index(part) + len(part), "label": label}
        for label, part in spans.items()
    ]
    return json.dumps(sorted(found, key=lambda span: span["start"]), separators=(",", ":"))


def _vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return counts of words in 64 places, of length one: the same words are the same."""
    made = np.zeros((len(texts), 64), dtype=np.float32)
    for at, text in enumerate(texts):
        for word in words(text) or [""]:
            made[at, sum(word.encode()) % 64] += 1
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.fixture
def make_whole(make_sheet: Callable[..., AnswerSheet]) -> Callable[..., AnswerSheet]:
    """Return what makes a sheet with all that any metric asks for."""

    def make(
        kind: TaskKind,
        gold: Sequence[str],
        answers: Sequence[str],
        texts: Sequence[str],
        groups: Sequence[str] = (),
    ) -> AnswerSheet:
        labels = CITIES if kind is TaskKind.EXTRACT else ()
        sheet = make_sheet(gold, answers, kind, texts, labels)
        turns = [{"role": "assistant", "content": "How can I help?"}]
        rows = tuple(
            row.model_copy(
                update={
                    "group": groups[at] if groups else row.id,
                    "metadata": {"goal": [row.answer or "anything"], "messages": turns},
                }
            )
            for at, row in enumerate(sheet.rows)
        )
        sure = 0.9 if list(gold) != list(answers) else 1.0
        predictions = tuple(
            one.model_copy(update={"confidence": sure, "probabilities": {one.answer: sure}})
            for one in sheet.predictions
        )
        same = tuple(float(a == b) for a, b in zip(gold, answers, strict=True))
        whole = replace(sheet, rows=rows, predictions=predictions, own=(OwnValues("same", same),))
        sides = (_vectors(whole.answers_in_words), _vectors(whole.gold_in_words))
        return replace(whole, vectors=Vectors("words", *sides))

    return make
