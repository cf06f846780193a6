"""Every two functions side by side: how often they meet, agree, and contradict each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.types import ABSTAIN, VoteMatrix, against
from labeling_functions.aggregation.ballots import Floats
from labeling_functions.aggregation.evidence import gather
from labeling_functions.analysis.selection import Selection, What
from labeling_functions.analysis.tally import Mask

Counts = NDArray[np.int64]


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
    nowhere = np.full(len(matrix.votes), -1, dtype=np.int64)
    evidence, _ = gather(matrix.votes, len(matrix.labels), nowhere)
    patterns, counts = evidence.patterns.T, evidence.counts
    m, n = len(patterns), len(matrix.votes)
    overlap = _meetings(patterns != ABSTAIN, patterns != ABSTAIN, counts)
    differ = _meetings(patterns >= 0, patterns >= 0, counts)
    agree, denied, chance = np.zeros((m, m)), np.zeros((m, m)), np.zeros((m, m))
    for vote in np.unique(patterns).tolist():
        cast = patterns == vote
        share = cast @ counts / max(1, n)
        chance += np.outer(share, share)
        alike = _meetings(cast, cast, counts)
        if vote >= 0:
            differ -= alike
        if vote < ABSTAIN:
            denied += _meetings(cast, patterns == against(vote), counts)
        agree += alike  # of abstentions too, for kappa
    kappa = _kappa(agree / max(1, n), chance)
    neither = _meetings(patterns == ABSTAIN, patterns == ABSTAIN, counts)
    names = tuple(function.name for function in matrix.functions)
    both, alike, opposed = overlap, agree - neither, differ + denied + denied.T
    return Pairs(names, n, _whole(both), _whole(alike), _whole(opposed), kappa)


def _whole(counts: Floats) -> Counts:
    return counts.astype(np.int64)


def _meetings(mine: Mask, theirs: Mask, counts: Floats) -> Floats:
    """Count the rows where each of one kind of vote meets each of another, shape (m, m)."""
    found: Floats = (mine * counts) @ theirs.T.astype(np.float64)
    return found


def _kappa(observed: Floats, chance: Floats) -> Floats:
    certain = chance > 1 - 1e-12
    return np.where(certain, np.nan, (observed - chance) / np.where(certain, 1, 1 - chance))
