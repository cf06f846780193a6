"""Votes as distinct patterns with counts, gold beside them: what every aggregator is fitted on.

A million rows have few patterns. Everything that is fitted is fitted on these, several folds of
the gold at once, and every row then looks its pattern's answer up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from curation.exceptions import AggregationError
from curation.types import Probabilities, VoteMatrix, Votes
from labeling_functions.aggregation.ballots import Ballots, Floats, Ints, Weights, ballots_of

FOLDS = 5
"""Parts of the gold, each answered by a fit on the others."""
MOST_FITTED = 65_536
"""Aggregators are fitted on so many patterns at most, the most frequent; all are answered."""


@dataclass(frozen=True)
class Evidence:
    """Distinct vote patterns, how many rows have each, and the gold on them.

    Attributes
    ----------
    patterns : int array, shape (u, m)
    counts : float array, shape (u,)
        Rows with each pattern; 0 for one that is only asked about.
    gold : float array, shape (u, f, k)
        Gold rows by pattern and label that each of `f` fits may see.
    """

    patterns: Votes
    counts: Floats
    gold: Floats

    @property
    def labels(self) -> int:
        """How many labels there are."""
        return int(self.gold.shape[2])

    @property
    def folds(self) -> int:
        """How many fits are made at once."""
        return int(self.gold.shape[1])

    @cached_property
    def frequent(self) -> Evidence:
        """The evidence to fit on: all of it, or its most frequent patterns."""
        seen = np.flatnonzero(self.counts)
        if len(seen) > MOST_FITTED:
            weight = self.counts + self.counts.sum() * (self.gold.sum(axis=(1, 2)) > 0)
            seen = np.sort(np.argsort(-weight, kind="stable")[:MOST_FITTED])
        elif len(seen) == len(self.counts):
            return self
        return Evidence(self.patterns[seen], self.counts[seen], self.gold[seen])

    @cached_property
    def ballots(self) -> Ballots:
        """The votes that occur."""
        return ballots_of(self.patterns, self.labels)

    @cached_property
    def cast(self) -> Floats:
        """Which ballots each pattern casts: 0 or 1, shape (u, d)."""
        return self.ballots.cast(self.patterns)

    @cached_property
    def unlabeled(self) -> Floats:
        """Rows by pattern whose label each fit must guess, shape (u, f, 1)."""
        rest: Floats = np.maximum(0, self.counts[:, None] - self.gold.sum(axis=2))
        return rest[..., None]

    def tally(self, mass: Floats) -> Floats:
        """Return the mass (u, f, k) of the rows that cast each ballot, shape (d, f, k)."""
        u, f, k = mass.shape
        tallied: Floats = self.cast.T @ mass.reshape(u, f * k)
        return tallied.reshape(len(tallied), f, k)


def gather(
    votes: Votes, labels: int, gold: Ints, *, fold: Ints | None = None, asked: int = 0
) -> tuple[Evidence, Ints]:
    """Return the distinct patterns of votes (n, m), and the pattern of each row.

    Parameters
    ----------
    votes : int array, shape (n, m)
    labels : int
    gold : int array, shape (n,)
        The label of each row; negative where it is not known.
    fold : int array, shape (n,), optional
        The fold of each gold row. Fit `f` does not see the gold of fold `f`; one more, the last,
        sees all. Without folds there is that one alone.
    asked : int
        So many rows at the end are answered, not learned from.
    """
    keys = _keys(votes)
    _, first, row = np.unique(keys, return_index=True, return_inverse=True)
    learned = np.arange(len(votes)) < len(votes) - asked
    counts = np.bincount(row[learned], minlength=len(first)).astype(np.float64)
    known = np.flatnonzero((gold >= 0) & learned)
    folds = 0 if fold is None else int(fold.max(initial=-1)) + 1
    seen = np.zeros((len(first), folds + 1, labels))
    for f in range(folds + 1):
        here = known if fold is None else known[fold[known] != f]
        np.add.at(seen[:, f], (row[here], gold[here]), 1)
    return Evidence(votes[first], counts, seen), row


def folds_of(truth: Ints, seed: int) -> Ints:
    """Return a fold for every row with gold, each label spread over all folds; -1 for the rest."""
    known = np.flatnonzero(truth >= 0)
    shuffled = np.random.default_rng(seed).permutation(known)
    order = shuffled[np.argsort(truth[shuffled], kind="stable")]
    fold = np.full(len(truth), -1, dtype=np.int64)
    fold[order] = np.arange(len(order)) % FOLDS
    return fold


def unseen(weights: Weights, evidence: Evidence, pattern: Ints, fold: Ints) -> Probabilities:
    """Return the answers to some rows by the fits that did not see their gold, shape (g, k)."""
    patterns, place = np.unique(pattern, return_inverse=True)
    return weights.probabilities(evidence.patterns[patterns])[place, fold]


def gold_of(matrix: VoteMatrix, gold: Mapping[str, str] | None) -> Ints:
    """Return the gold of each row as a label's index: -1 without, -2 where it is no label."""
    answers = np.full(len(matrix.example_ids), -1, dtype=np.int64)
    if gold:
        places = {label: place for place, label in enumerate(matrix.labels)}
        for row, example_id in enumerate(matrix.example_ids):
            if example_id in gold:
                answers[row] = places.get(gold[example_id], -2)
    return answers


def check(matrix: VoteMatrix) -> None:
    """Refuse what no aggregator can add up.

    Raises
    ------
    AggregationError
        The task has no labels, or a vote names none of them.
    """
    k = len(matrix.labels)
    if not k:
        raise AggregationError("The task has no labels to vote for.", remedy="Name its labels.")
    if matrix.votes.size and not -2 - k < matrix.votes.min() <= matrix.votes.max() < k:
        raise AggregationError(
            f"A vote names a label beyond the task's {k}.", remedy="Run the functions again."
        )


def _keys(votes: Votes) -> NDArray[np.uint64]:
    """Return a 64-bit number a row, equal (but for a chance in 10^7) only for equal rows."""
    factors = np.random.default_rng(0).integers(1, 2**63, votes.shape[1], dtype=np.uint64) * 2 + 1
    keys = np.zeros(len(votes), dtype=np.uint64)
    for column, factor in zip(votes.T, factors, strict=True):
        keys += column.astype(np.int64).view(np.uint64) * factor
    return keys
