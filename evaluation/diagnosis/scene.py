"""What is known about a run's answers on validation, as arrays: where causes are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from curation.exceptions import EvaluationError
from curation.types import Split, Task, TaskKind, Votes
from evaluation.diagnosis.neighbours import nearest, similarity_to_others
from evaluation.diagnosis.trusted import Opinions, opinions

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]

NOBODY, FUNCTIONS, TRUSTED = 0, 1, 2
"""On whose word a row has its label: nobody's, the functions', or that of people and files."""

NEAREST = 10
"""Rows that are looked at around an error."""


@dataclass(frozen=True)
class Asked:
    """Validation rows as they were asked and answered.

    Attributes
    ----------
    ids, texts : sequence of str, length n
    gold, answers : int array, shape (n,)
        Places in the task's labels; -1 for an answer that is none, and for tasks without labels.
    wrong : bool array, shape (n,)
    malformed : bool array, shape (n,)
        What the model wrote had the wrong form.
    shown : sequence of str, length n
        The last turn the model was shown.
    families : sequence of str, length n
    vectors : float array, shape (n, d), or None
        Sentence embeddings of length one; None where there are none yet.
    votes : array, shape (n, f), or None
        What the functions say; None without functions.
    """

    ids: Sequence[str]
    texts: Sequence[str]
    gold: NDArray[np.int64]
    answers: NDArray[np.int64]
    wrong: Mask
    malformed: Mask
    shown: Sequence[str]
    families: Sequence[str]
    vectors: Floats | None = None
    votes: Votes | None = None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Pool:
    """The training side: what the run learned from, and what it might have learned from.

    Attributes
    ----------
    ids, texts : sequence of str, length m
    labels : int array, shape (m,)
        What each row taught; -1 where it is not in the dataset.
    word : int array, shape (m,)
        `NOBODY`, `FUNCTIONS` or `TRUSTED`.
    shown : sequence of str, length m
        The last turn the model was shown; empty for rows that are not in the dataset.
    families : sequence of str, length m
    vectors : float array, shape (m, d), or None
    votes : array, shape (m, f), or None
    """

    ids: Sequence[str]
    texts: Sequence[str]
    labels: NDArray[np.int64]
    word: NDArray[np.int8]
    shown: Sequence[str]
    families: Sequence[str]
    vectors: Floats | None = None
    votes: Votes | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def taught(self) -> Rows:
        """The rows the run learned from."""
        return np.flatnonzero(self.word != NOBODY)


@dataclass(frozen=True)
class Scene:
    """A run's validation answers beside what it learned from.

    Attributes
    ----------
    task : Task
    split : Split
    asked : Asked
    pool : Pool
    functions : tuple of str, length f
        The functions whose votes are given, as columns.

    Raises
    ------
    EvaluationError
        For the test split: causes are looked for on validation alone.
    """

    task: Task
    split: Split
    asked: Asked
    pool: Pool
    functions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.split is Split.TEST:
            raise EvaluationError(
                "Causes are looked for on validation; the test split is an exam.",
                where="split test",
                remedy="Pass the validation rows and the predictions on them.",
            )

    @property
    def classifies(self) -> bool:
        """Whether answers are labels."""
        return self.task.kind is TaskKind.CLASSIFY

    @property
    def errors(self) -> Rows:
        """The validation rows the run got wrong."""
        return np.flatnonzero(self.asked.wrong)

    @property
    def rate(self) -> float:
        """The share of validation rows that are wrong."""
        return float(self.asked.wrong.mean()) if len(self.asked) else 0.0

    @property
    def embedded(self) -> bool:
        """Whether it is known what is like what."""
        return (
            self.asked.vectors is not None and self.pool.vectors is not None and len(self.pool) > 0
        )

    @property
    def voted(self) -> bool:
        """Whether functions have voted."""
        return bool(self.functions) and self.asked.votes is not None and self.pool.votes is not None

    @cached_property
    def nearest_taught(self) -> tuple[Rows, Floats]:
        """Of each validation row, the rows of the pool it learned from that are most like it."""
        assert self.asked.vectors is not None and self.pool.vectors is not None  # noqa: S101, PT018
        taught = self.pool.taught
        rows, alike = nearest(self.asked.vectors, self.pool.vectors[taught], NEAREST)
        return taught[rows], alike

    @cached_property
    def nearest_pool(self) -> tuple[Rows, Floats]:
        """Of each validation row, the rows of the whole pool that are most like it."""
        assert self.asked.vectors is not None and self.pool.vectors is not None  # noqa: S101, PT018
        return nearest(self.asked.vectors, self.pool.vectors, NEAREST)

    @cached_property
    def usual_likeness(self) -> Floats:
        """How like its nearest row of another family each row of the pool is, shape (m,)."""
        assert self.pool.vectors is not None  # noqa: S101
        return similarity_to_others(self.pool.vectors, self.pool.families)

    @cached_property
    def trusted(self) -> Opinions | None:
        """What labels that people and files stand for say of every row; None where too few are."""
        if not (self.embedded and self.classifies):
            return None
        assert self.asked.vectors is not None and self.pool.vectors is not None  # noqa: S101, PT018
        known = np.flatnonzero(self.pool.word == TRUSTED)
        return opinions(
            self.asked.vectors,
            self.asked.gold,
            self.pool.vectors,
            known,
            self.pool.labels[known],
            [*self.asked.families, *(self.pool.families[row] for row in known.tolist())],
            len(self.task.labels),
        )
