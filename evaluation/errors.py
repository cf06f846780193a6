"""Wrong predictions: grouped, beside their nearest training rows, and made into findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation.exceptions import EvaluationError
from curation.types import DatasetRow, Prediction, Split, Task, TaskKind
from evaluation.hallucination import reasons
from evaluation.sheet import AnswerSheet, pair
from evaluation.words import words


@dataclass(frozen=True)
class ErrorCase:
    """A row the model got wrong.

    Attributes
    ----------
    example_id, input, gold, predicted : str
    confidence : float or None
    text : str
        What the model wrote when it was free to.
    reasons : tuple of str
        Why the answer counts as malformed or unsupported, if it does.
    overlap : float or None
        ROUGE-L with the gold answer; None for classify.
    """

    example_id: str
    input: str
    gold: str
    predicted: str
    confidence: float | None
    text: str
    reasons: tuple[str, ...] = ()
    overlap: float | None = None


@dataclass(frozen=True)
class ConfusionCell:
    """The errors that take one label for another; `share` is of all errors."""

    gold: str
    predicted: str
    count: int
    share: float
    example_ids: tuple[str, ...]


@dataclass(frozen=True)
class Neighbour:
    """A training row like an error's input; `similarity` is a cosine from 0 to 1."""

    row: DatasetRow
    similarity: float


def find_errors(
    rows: Sequence[DatasetRow],
    predictions: Sequence[Prediction],
    *,
    task: Task,
    split: Split,
) -> tuple[ErrorCase, ...]:
    """Return the wrong predictions, worst first.

    Classify: the most confident first. Otherwise: those with reasons against them first, then
    those that share least with the gold answer.

    Raises
    ------
    EvaluationError
        On the test split, which is an exam; or when rows and predictions do not match.
    """
    if split is Split.TEST:
        raise EvaluationError(
            "Errors are browsed on validation; the test split is an exam.",
            where="split test",
            remedy="Pass the validation rows and the predictions on them.",
        )
    sheet = pair(task, rows, predictions)
    cases = [_case(sheet, at) for at in range(len(sheet)) if not _right(sheet, at)]
    return tuple(sorted(cases, key=_badness))


def confusion_cells(errors: Sequence[ErrorCase]) -> tuple[ConfusionCell, ...]:
    """Return which label is taken for which, the commonest confusion first."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for error in errors:
        groups[error.gold, error.predicted].append(error.example_id)
    cells = [
        ConfusionCell(gold, predicted, len(ids), len(ids) / len(errors), tuple(ids))
        for (gold, predicted), ids in groups.items()
    ]
    return tuple(sorted(cells, key=lambda cell: (-cell.count, cell.gold, cell.predicted)))


def neighbours(
    texts: Sequence[str], train_rows: Sequence[DatasetRow], k: int = 5
) -> list[list[Neighbour]]:
    """Return, for each text, the `k` training rows most like it.

    Likeness is the cosine of TF-IDF over words, word pairs and 3 to 5 letters within words.
    Imports scikit-learn when called.
    """
    if not texts or not train_rows:
        return [[] for _ in texts]
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    by_word = TfidfVectorizer(tokenizer=words, token_pattern=None, ngram_range=(1, 2))
    by_letter = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    vectors = make_union(by_word, by_letter)
    known = vectors.fit_transform([row.input for row in train_rows])
    cosines = (vectors.transform(texts) @ known.T).toarray() / 2
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
    return [
        [Neighbour(train_rows[at], float(similar[at])) for at in best]
        for best, similar in zip(nearest, cosines, strict=True)
    ]


def overlap(answer: str, reference: str) -> float:
    """Return ROUGE-L as F1: the longest common subsequence of words over their mean number.

    Examples
    --------
    >>> overlap("the cat sat", "the dog sat here")
    0.5714285714285714
    """
    mine, theirs = words(answer), words(reference)
    ends = [0] * (len(theirs) + 1)
    for word in mine:
        before = 0
        for at, other in enumerate(theirs, 1):
            before, ends[at] = (
                ends[at],
                before + 1 if word == other else max(ends[at], ends[at - 1]),
            )
    return 2 * ends[-1] / (len(mine) + len(theirs)) if mine or theirs else 0.0


def _right(sheet: AnswerSheet, at: int) -> bool:
    return sheet.predictions[at].answer.strip() == sheet.rows[at].answer.strip()


def _case(sheet: AnswerSheet, at: int) -> ErrorCase:
    row, prediction = sheet.rows[at], sheet.predictions[at]
    labels = sheet.task.kind is TaskKind.CLASSIFY
    return ErrorCase(
        example_id=row.id,
        input=row.input,
        gold=row.answer,
        predicted=prediction.answer,
        confidence=prediction.confidence,
        text=prediction.text,
        reasons=reasons(prediction, row, sheet.task),
        overlap=None if labels else overlap(prediction.answer, row.answer),
    )


def _badness(case: ErrorCase) -> tuple[float, float, str]:
    if case.overlap is None:
        return 0.0, -(case.confidence or 0.0), case.example_id
    return -len(case.reasons), case.overlap, case.example_id
