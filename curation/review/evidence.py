"""What is known when cards are drawn: votes, opinions, vectors and words, as columns.

Columns, not objects: a million examples are ranked in a fraction of a second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from curation.corpus import Ids
from curation.review.quick.model import LabelIssue
from curation.review.span_opinions import SpanOpinions
from curation.types import ABSTAIN, Votes
from curation.vectors import Embeddings

if TYPE_CHECKING:
    import polars as pl

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]
Floats = NDArray[np.floating]

AT_ONCE = 1 << 17
"""Rows that are looked at together: a block stays in the processor's cache and in memory."""


@dataclass(frozen=True)
class Belief:
    """How probable somebody thinks each label is: the functions together, or a model.

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
            top = np.partition(part, -2, axis=1)
            found[start : start + AT_ONCE] = top[:, -1] - top[:, -2]
        return found

    def best(self, row: int) -> tuple[str, float] | None:
        """Return a row's likeliest label and its probability; None where nothing is thought."""
        if not self.covered[row]:
            return None
        winner = int(self.probabilities[row].argmax())
        return self.labels[winner], float(self.probabilities[row, winner])

    def first_two(self, row: int) -> str:
        """Return the likeliest labels of a row with their probabilities, in words."""
        values = self.probabilities[row]
        places = np.argsort(-values, kind="stable")[:2]
        return ", ".join(f"{self.labels[place]} {values[place]:.0%}" for place in places)


@dataclass(frozen=True)
class Ballots:
    """What each function says.

    Attributes
    ----------
    labels : tuple of str
    votes : int array, shape (n, m)
        Indices into `labels`, or what `VoteMatrix` has besides.
    """

    labels: tuple[str, ...]
    votes: Votes

    @cached_property
    def conflicting(self) -> Mask:
        """Where functions vote for different labels, shape (n,)."""
        found = np.zeros(len(self.votes), dtype=np.bool_)
        if not self.votes.shape[1]:
            return found
        for start in range(0, len(found), AT_ONCE):
            part = self.votes[start : start + AT_ONCE]
            most = part.max(axis=1)
            least = np.where(part > ABSTAIN, part, np.iinfo(part.dtype).max).min(axis=1)
            found[start : start + AT_ONCE] = (most > ABSTAIN) & (least < most)
        return found

    def count(self, row: int) -> Counter[str]:
        """Return the votes for each label on a row."""
        return Counter(self.labels[vote] for vote in self.votes[row] if vote > ABSTAIN)


@dataclass(frozen=True)
class Sureness:
    """How sure a run is of its answers, where only these are known.

    Attributes
    ----------
    answers : mapping of int to str
        By row.
    sure : float array, shape (n,)
        The probability of each row's answer; not a number where there is none.
    """

    answers: Mapping[int, str]
    sure: NDArray[np.float32]


@dataclass(frozen=True)
class Evidence:
    """What strategies choose by. Every array has a row an example, in the order they came.

    Attributes
    ----------
    ids : Ids, length n
    groups : polars.Series of str, length n
        Near-duplicates share a group; an empty one is of its own.
    waiting : bool array, shape (n,)
        What a person may be asked: nobody has answered it, and no card asks it already.
    known : bool array, shape (n,)
        What a file brought the answer to, and no person has looked at.
    answered : bool array, shape (n,)
        What people have answered.
    refused : int array
        Rows of which people only said what they are not; they are asked again, first.
    pairs : int array
        Rows with two responses that somebody shall compare.
    texts : polars.Series of str, length n, optional
    ballots : Ballots, optional
        What each function says.
    functions : Belief or SpanOpinions, optional
        What the functions think together.
    model : Belief or Sureness, optional
        What the quick model or the newest run thinks.
    model_name : str
        Who that is, to begin a sentence with.
    embeddings : Embeddings, optional
    issues : mapping of str to LabelIssue
        Answers that are probably wrong, by example id.
    checked : frozenset of str
        Ids whose issue a person has looked at.
    why_not : mapping of str to str
        Why a field is missing, in words.
    seed : int
    reserve : float
        The share of what waits that only chance may choose.
    """

    ids: Ids
    groups: pl.Series
    waiting: Mask
    known: Mask
    answered: Mask
    refused: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    pairs: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    texts: pl.Series | None = None
    ballots: Ballots | None = None
    functions: Belief | SpanOpinions | None = None
    model: Belief | Sureness | None = None
    model_name: str = "The model"
    embeddings: Embeddings | None = None
    issues: Mapping[str, LabelIssue] = field(default_factory=dict)
    checked: frozenset[str] = frozenset()
    why_not: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    reserve: float = 0.0

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def luck(self) -> NDArray[np.float64]:
        """A number from 0 to 1 that each row has for good, whatever comes after it; shape (n,)."""
        return np.random.default_rng(self.seed).random(len(self))

    @cached_property
    def unknown(self) -> Mask:
        """What waits for its first answer, shape (n,).

        Where files answered everything, what waits for a second look.
        """
        found: Mask = self.waiting & ~self.known
        return found if found.any() else self.waiting

    @cached_property
    def choosable(self) -> Mask:
        """What strategies may choose from, shape (n,); the rest of what waits is left to chance.

        Were the hard ones picked out of it, a random sample of what is left would be too easy.
        """
        found: Mask = self.unknown & ~self.left_to_chance
        return found

    @cached_property
    def left_to_chance(self) -> Mask:
        """What only chance may choose, shape (n,): the luckiest of what waits.

        Drawn in its shares, what waits shrinks evenly, so that these stay the same rows.
        """
        lucks = self.luck[self.unknown]
        kept = min(ceil(self.reserve * len(lucks)), len(lucks))
        last = np.partition(lucks, kept - 1)[kept - 1] if kept else -1.0
        found: Mask = self.unknown & (self.luck <= last)
        return found

    def least(self, values: Floats, among: Mask, number: int) -> Rows:
        """Return the rows with the least values among some, least first; luck decides ties."""
        rows = np.flatnonzero(among)
        keys = values[rows] + 1e-9 * self.luck[rows]
        if len(rows) > number:
            part = np.argpartition(keys, number - 1)[:number]
            rows, keys = rows[part], keys[part]
        return rows[np.argsort(keys, kind="stable")]
