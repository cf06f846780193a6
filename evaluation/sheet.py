"""The answer sheet: the rows asked and the answers given, paired one to one by example id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.exceptions import EvaluationError
from curation.spans import spans_in_words
from curation.types import DatasetRow, Prediction, Task, TaskKind

_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Vectors:
    """Sentence embeddings of the answers and of the gold answers.

    Attributes
    ----------
    model : str
        What made them.
    answers, gold : float array, shape (n, d)
        Of length one.
    """

    model: str
    answers: NDArray[np.float32]
    gold: NDArray[np.float32]


@dataclass(frozen=True)
class OwnValues:
    """What a metric of the project's own said of every row.

    Attributes
    ----------
    name : str
        The metric's, without `custom.`.
    values : tuple of float, length n
        Empty where it broke.
    higher_is_better : bool
    fault : str
        Why there is no value, in words with row and line; empty where there is.
    """

    name: str
    values: tuple[float, ...]
    higher_is_better: bool = True
    fault: str = ""


@dataclass(frozen=True)
class AnswerSheet:
    """What was asked and what was answered, in the rows' order.

    Attributes
    ----------
    task : Task
    rows : tuple of DatasetRow, length n
    predictions : tuple of Prediction, length n
    vectors : Vectors or None
        For the embedding similarity; who makes the sheet complete asks a model for them.
    no_vectors : str
        Why there are none.
    own : tuple of OwnValues
        What the project's own metrics said.
    lexicon : tuple of str
        Lines of the project's own list of offensive words.
    """

    task: Task
    rows: tuple[DatasetRow, ...]
    predictions: tuple[Prediction, ...]
    vectors: Vectors | None = None
    no_vectors: str = "because no embedding model was asked"
    own: tuple[OwnValues, ...] = ()
    lexicon: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def gold(self) -> list[str]:
        """The gold answers."""
        return [row.answer for row in self.rows]

    @property
    def answers(self) -> list[str]:
        """The answers given."""
        return [prediction.answer for prediction in self.predictions]

    @property
    def gold_in_words(self) -> list[str]:
        """The gold answers as a person reads them: spans by their label and text."""
        return self._in_words(self.gold)

    @property
    def answers_in_words(self) -> list[str]:
        """The answers given as a person reads them."""
        return self._in_words(self.answers)

    @property
    def groups(self) -> list[str] | None:
        """Each row's group, where some rows share one; None where all are independent."""
        groups = [row.group or row.id for row in self.rows]
        return groups if len(set(groups)) < len(groups) else None

    def _in_words(self, answers: list[str]) -> list[str]:
        if self.task.kind is not TaskKind.EXTRACT:
            return answers
        pairs = zip(answers, self.rows, strict=True)
        return [spans_in_words(answer, row.input) for answer, row in pairs]


def source(row: DatasetRow) -> str:
    """Return everything the model could lean on: the raw input and the prompt's turns."""
    return "\n".join((row.input, *(message.content for message in row.prompt)))


def by_id(rows: Sequence[DatasetRow], predictions: Sequence[Prediction]) -> tuple[Prediction, ...]:
    """Return the predictions in the rows' order.

    Raises
    ------
    EvaluationError
        When a row has no prediction or two, or a prediction has no row; it names the ids.
    """
    asked = Counter(row.id for row in rows)
    given = Counter(prediction.example_id for prediction in predictions)
    _refuse("rows appear more than once", (i for i, count in asked.items() if count > 1))
    _refuse("rows have no prediction", (i for i in asked if i not in given))
    _refuse("rows have more than one prediction", (i for i, count in given.items() if count > 1))
    _refuse("predictions answer rows that were not asked", (i for i in given if i not in asked))
    answered = {prediction.example_id: prediction for prediction in predictions}
    return tuple(answered[row.id] for row in rows)


def pair(task: Task, rows: Sequence[DatasetRow], predictions: Sequence[Prediction]) -> AnswerSheet:
    """Return the answer sheet of a split.

    Raises
    ------
    EvaluationError
        When rows and predictions do not match one to one, or a gold answer is no label.
    """
    if task.kind is TaskKind.CLASSIFY:
        outside = (row.id for row in rows if row.answer not in task.labels)
        _refuse("rows have a gold answer that is not one of the task's labels", outside)
    return AnswerSheet(task, tuple(rows), by_id(rows, predictions))


def _refuse(what: str, ids: Iterable[str]) -> None:
    found = list(ids)
    if not found:
        return
    shown = ", ".join(found[:_SHOWN]) + (", ..." if len(found) > _SHOWN else "")
    remedy = "Ask the model again for exactly the rows of this split."
    raise EvaluationError(f"{len(found)} {what}.", where=shown, remedy=remedy)
