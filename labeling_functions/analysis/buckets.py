"""Conflict buckets: which labels collide on which rows, the most rows first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from curation.types import ABSTAIN, VoteMatrix, Votes, against
from labeling_functions.aggregation.evidence import gather
from labeling_functions.analysis.selection import OTHER, Selection
from labeling_functions.analysis.tally import Mask, Rows, Tally


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
    k = len(matrix.labels)
    evidence, pattern = gather(matrix.votes, k, np.full(len(matrix.votes), -1))
    said, kind = _kinds(evidence.patterns, k)
    clash = _clash(said, k)
    if not clash.any():
        return []
    number = np.where(clash, np.cumsum(clash) - 1, -1)[kind][pattern]
    return _ranked(Tally(matrix, gold), said[clash], number, examples)


def _kinds(patterns: Votes, k: int) -> tuple[Mask, Rows]:
    """Return the different things said, for each label and then against each, shape (b, 2k).

    And the one that each pattern is.
    """
    said = np.zeros((len(patterns), 2 * k), dtype=bool)
    for label in range(k):
        said[:, label] = (patterns == label).any(axis=1)
        said[:, k + label] = (patterns == against(label)).any(axis=1)
    packed, kind = np.unique(np.packbits(said, axis=1), axis=0, return_inverse=True)
    return np.unpackbits(packed, axis=1, count=2 * k).astype(bool), kind.ravel()


def _clash(said: Mask, k: int) -> Mask:
    """Return where not all that is said can be right."""
    wanted, denied = said[:, :k], said[:, k:]
    found: Mask = (wanted.sum(axis=1) > 1) | (wanted & denied).any(axis=1)
    return found


def _ranked(tally: Tally, said: Mask, number: Rows, examples: int) -> list[Bucket]:
    """Return the buckets, of what is said in each and the number of each row's (-1: none)."""
    rows = np.flatnonzero(number >= 0)
    rows = rows[np.argsort(number[rows], kind="stable")]
    sizes = np.bincount(number[rows], minlength=len(said))
    starts = np.cumsum(sizes) - sizes
    voting = np.stack(
        [np.bincount(number[rows][v[rows] != ABSTAIN], minlength=len(said)) for v in tally.columns],
        axis=1,
    )
    width = len(tally.matrix.labels) + 1
    met = number[tally.judged] >= 0
    places = number[tally.judged][met] * width + tally.answers[met]
    gold = np.bincount(places, minlength=len(said) * width).reshape(-1, width)
    return [
        _bucket(tally.matrix, said[b], rows[starts[b] :][: sizes[b]], voting[b], gold[b], examples)
        for b in np.argsort(-sizes, kind="stable").tolist()
    ]


def _bucket(
    matrix: VoteMatrix, said: Mask, rows: Rows, voting: Rows, gold: Rows, examples: int
) -> Bucket:
    labels = matrix.labels
    names = [function.name for function in matrix.functions]
    return Bucket(
        labels=tuple(compress(labels, said[: len(labels)])),
        denied=tuple(compress(labels, said[len(labels) :])),
        n=len(rows),
        functions=_most(names, voting),
        gold=_most([*labels, OTHER], gold),
        example_ids=tuple(matrix.example_ids[row] for row in rows[:examples].tolist()),
    )


def _most(names: Sequence[str], counts: Rows) -> tuple[tuple[str, int], ...]:
    """Return the names that occur with their counts, most first."""
    found = [(name, int(n)) for name, n in zip(names, counts, strict=True) if n]
    return tuple(sorted(found, key=lambda pair: -pair[1]))
