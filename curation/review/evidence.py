"""What is known when cards are drawn: votes, opinions, vectors and words, as columns of one split.

Columns, not objects: a million examples are ranked in a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curation.corpus import Ids
from curation.types import Votes
from curation.vectors import Embeddings

if TYPE_CHECKING:
    import polars as pl

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]
Floats = NDArray[np.floating]

AT_ONCE = 1 << 17
"""Rows whose margins are computed together."""


@dataclass(frozen=True)
class Belief:
    """What a model, or the functions together, think the labels are.

    Attributes
    ----------
    labels : tuple of str, length k
    probabilities : float array, shape (n, k)
        Rows sum to one; it may be mapped from a file.
    covered : bool array, shape (n,)
        Where anything is thought at all.
    """

    labels: tuple[str, ...]
    probabilities: Floats
    covered: Mask

    @cached_property
    def margins(self) -> NDArray[np.float32]:
        """How far the first label is ahead of the second, 0 to 1; shape (n,)."""
        found = np.ones(len(self.probabilities), dtype=np.float32)
        if len(self.labels) < 2:
            return found
        for start in range(0, len(found), AT_ONCE):
            part = np.asarray(self.probabilities[start : start + AT_ONCE], dtype=np.float32)
            top = np.partition(part, -2, axis=1)[:, -2:]
            found[start : start + AT_ONCE] = top[:, 1] - top[:, 0]
        return found

    def first_two(self, row: int) -> tuple[tuple[str, float], tuple[str, float]]:
        """Return the two likeliest labels of a row, each with its probability."""
        values = self.probabilities[row]
        first, second = np.argsort(-values, kind="stable")[:2]
        return (
            (self.labels[first], float(values[first])),
            (self.labels[second], float(values[second])),
        )


@dataclass(frozen=True)
class Doubts:
    """How sure somebody is of answers that are not labels: spans, a model's texts.

    Attributes
    ----------
    sure : float array, shape (n,)
        The probability of each row's answer; not a number where there is none.
    words : mapping of int to str
        Why a row is doubtful, where there is more to say than the number.
    """

    sure: Floats
    words: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Issue:
    """An answer that a model has good reason to doubt.

    Attributes
    ----------
    given, likelier : str
        What it is labelled now, and what it more probably is.
    probability : float
        Of `likelier`, by a model that was not trained on this example.
    """

    given: str
    likelier: str
    probability: float


@dataclass(frozen=True)
class Evidence:
    """What strategies choose by. Every array has a row an example, in the order they came.

    Attributes
    ----------
    ids : Ids, length n
    texts, groups : polars.Series of str, length n
        Near-duplicates share a group; an empty one is of its own.
    waiting : bool array, shape (n,)
        What nobody has answered, nothing asks already, and whose answer no file brought.
    known : bool array, shape (n,)
        What a file brought the answer to and no person has looked at.
    answered : bool array, shape (n,)
        What people have answered.
    random_share : float
        The share of the examples that only chance may choose: the first so many by `luck`.
    votes : int array, shape (n, m), optional
        Of functions, with their `labels`.
    functions : Belief or Doubts, optional
        What the votes, or the marks, add up to.
    model : Belief or Doubts, optional
        What the quick model or the newest run thinks.
    model_name : str
    embeddings : Embeddings, optional
    issues : mapping of str to Issue
        By example id; answered ones are among them.
    again : frozenset of str
        Ids that may be asked again to check an answer: known, or answered and not yet checked.
    why_not : mapping of str to str
        Why evidence is missing, in words, by field.
    seed : int
    """

    ids: Ids
    texts: pl.Series
    groups: pl.Series
    waiting: Mask
    known: Mask
    answered: Mask
    seed: int = 0
    random_share: float = 0.0
    labels: tuple[str, ...] = ()
    votes: Votes | None = None
    functions: Belief | Doubts | None = None
    model: Belief | Doubts | None = None
    model_name: str = "The model"
    embeddings: Embeddings | None = None
    issues: Mapping[str, Issue] = field(default_factory=dict)
    again: frozenset[str] = frozenset()
    why_not: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def luck(self) -> NDArray[np.float64]:
        """A number from 0 to 1 that each row has for good, whatever comes after it; shape (n,)."""
        return np.random.default_rng(self.seed).random(len(self))

    @cached_property
    def choosable(self) -> Mask:
        """What strategies may choose; the rest of what waits is left to chance.

        A random sample that others had picked the hard ones from would no longer be fair.
        """
        chosen: Mask = self.waiting & (self.luck >= self.random_share)
        return chosen

    def rows_of(self, ids: Sequence[str]) -> Rows:
        """Return the rows of the ids that are here."""
        rows = self.ids.places(ids)
        return rows[rows >= 0]
