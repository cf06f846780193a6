"""Every two functions side by side: how often they meet, agree, and contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curation.types import ABSTAIN, VoteMatrix, Votes, against
from labeling_functions.selection import Selection, What

Counts = NDArray[np.signedinteger[Any]]

CHUNK = 1 << 18
"""Rows counted at once, so that a million take no more memory; float32 counts them exactly."""


@dataclass(frozen=True)
class Pairs:
    """Counts of rows for every two functions.

    Attributes
    ----------
    names : tuple of str, length m
    n : int
        Rows in all.
    overlap, agree, conflict : int array, shape (m, m)
        Rows where both vote; where they vote alike; where not both can be right. The diagonal of
        `overlap` is the rows each function votes on. A vote for one label beside a vote against
        another is neither agreement nor conflict.
    kappa : float array, shape (m, m)
        Cohen's kappa over all rows, abstaining being an answer like the others: 1 where two
        functions say the same everywhere, 0 where they meet as often as chance would have it, NaN
        where both always say one thing, so that there is nothing to measure.
    """

    names: tuple[str, ...]
    n: int
    overlap: Counts
    agree: Counts
    conflict: Counts
    kappa: NDArray[np.float64]

    def selection(self, what: What, first: str, second: str) -> Selection:
        """Return the rows of a cell: `overlap`, `agree` or `conflict` of two functions."""
        return Selection(what=what, function=first, other=second)


def pairs(matrix: VoteMatrix) -> Pairs:
    """Return how every two functions relate, over all rows.

    References
    ----------
    Cohen (1960), A coefficient of agreement for nominal scales.
    """
    m = len(matrix.functions)
    overlap, agree, conflict = (np.zeros((m, m), dtype=np.int64) for _ in range(3))
    for start in range(0, len(matrix.votes), CHUNK):
        votes = np.ascontiguousarray(matrix.votes[start : start + CHUNK].T)
        met, alike, opposed = _counts(votes)
        overlap, agree, conflict = overlap + met, agree + alike, conflict + opposed
    names = tuple(function.name for function in matrix.functions)
    kappa = _kappa(matrix.votes, overlap, agree)
    return Pairs(names, len(matrix.votes), overlap, agree, conflict, kappa)


def _counts(votes: Votes) -> tuple[Counts, Counts, Counts]:
    """Count overlap, agreement and conflict by matrix products of indicators."""
    m = len(votes)
    voted, claimed = _indicator(votes != ABSTAIN), _indicator(votes >= 0)
    agree, denials = np.zeros((m, m), dtype=np.int64), np.zeros((m, m), dtype=np.int64)
    alike = np.zeros((m, m), dtype=np.int64)
    for vote in _used(votes):
        mine = _indicator(votes == vote)
        both = _product(mine, mine)
        agree += both
        if vote >= 0:
            alike += both
        else:
            denials += _product(mine, _indicator(votes == against(vote)))
    return _product(voted, voted), agree, _product(claimed, claimed) - alike + denials + denials.T


def _used(votes: Votes) -> list[int]:
    """Return the votes there are, but for abstaining."""
    found = {int(vote) for column in votes for vote in np.unique(column)}
    return sorted(found - {ABSTAIN})


def _indicator(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    return mask.astype(np.float32)


def _product(first: NDArray[np.float32], second: NDArray[np.float32]) -> Counts:
    return (first @ second.T).astype(np.int64)


def _kappa(votes: Votes, overlap: Counts, agree: Counts) -> NDArray[np.float64]:
    n, m = votes.shape
    if n == 0:
        return np.full((m, m), np.nan)
    covered = overlap.diagonal()
    neither = n - covered[:, None] - covered[None, :] + overlap
    observed = (agree + neither) / n
    shares = np.stack([(votes == vote).mean(axis=0) for vote in [ABSTAIN, *_used(votes.T)]])
    chance = shares.T @ shares
    with np.errstate(invalid="ignore", divide="ignore"):
        kappa: NDArray[np.float64] = (observed - chance) / (1 - chance)
    return np.where(chance > 1 - 1e-12, np.nan, kappa)
