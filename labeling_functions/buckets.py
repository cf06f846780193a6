"""Conflict buckets: which labels collide on which rows, the most rows first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from curation.types import ABSTAIN, VoteMatrix, against
from labeling_functions.selection import OTHER, Selection
from labeling_functions.tally import Mask, Rows, Tally


@dataclass(frozen=True)
class Bucket:
    """Rows on which the same labels collide.

    Attributes
    ----------
    labels, denied : tuple of str
        The labels voted for, and those voted against.
    n : int
        How many rows.
    functions : tuple of (str, int)
        The functions that vote there, with the rows they do on, most first.
    gold : tuple of (str, int)
        Gold answers there, most first.
    example_ids : tuple of str
        Some of the rows.
    """

    labels: tuple[str, ...]
    denied: tuple[str, ...]
    n: int
    functions: tuple[tuple[str, int], ...]
    gold: tuple[tuple[str, int], ...]
    example_ids: tuple[str, ...]

    @property
    def selection(self) -> Selection:
        """The rows of the bucket."""
        return Selection(what="conflict", labels=self.labels, denied=self.denied)


def buckets(matrix: VoteMatrix, gold: Mapping[str, str], *, examples: int = 5) -> list[Bucket]:
    """Return the conflict buckets, the largest first; together they are all rows in conflict.

    Parameters
    ----------
    matrix : VoteMatrix
    gold : mapping of example id to label
        Never test rows.
    examples : int
        How many example ids a bucket names.
    """
    tally = Tally(matrix, gold)
    rows = np.flatnonzero(tally.conflicting)
    votes, k = tally.columns[:, rows], len(matrix.labels)
    said = np.zeros((len(rows), 2 * k), dtype=bool)  # for each label, then against each
    for kind in range(2 * k):
        vote = kind if kind < k else against(kind - k)
        said[:, kind] = (votes == vote).any(axis=0)
    _, first, place = np.unique(
        np.packbits(said, axis=1), axis=0, return_index=True, return_inverse=True
    )
    order = np.argsort(-np.bincount(place.ravel()), kind="stable")
    return [_bucket(tally, said[first[one]], rows[place.ravel() == one], examples) for one in order]


def _bucket(tally: Tally, said: Mask, rows: Rows, examples: int) -> Bucket:
    matrix = tally.matrix
    labels, k = matrix.labels, len(matrix.labels)
    voting = (tally.columns[:, rows] != ABSTAIN).sum(axis=1)
    names = [function.name for function in matrix.functions]
    answered = np.isin(tally.judged, rows, assume_unique=True)
    by_gold = np.bincount(tally.answers[answered], minlength=k + 1)
    return Bucket(
        labels=tuple(label for label, here in zip(labels, said[:k], strict=True) if here),
        denied=tuple(label for label, here in zip(labels, said[k:], strict=True) if here),
        n=len(rows),
        functions=_most(names, voting),
        gold=_most([*labels, OTHER], by_gold),
        example_ids=tuple(matrix.example_ids[row] for row in rows[:examples].tolist()),
    )


def _most(names: Sequence[str], counts: Rows) -> tuple[tuple[str, int], ...]:
    """Return the names that occur with their counts, most first."""
    found = [(name, int(n)) for name, n in zip(names, counts, strict=True) if n]
    return tuple(sorted(found, key=lambda pair: -pair[1]))
