"""Precision as it would be on all rows a function votes on, where gold is mostly the hard ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from curation.statistics import wilson
from curation.types import ABSTAIN, ProbableLabels, Score, VoteMatrix
from labeling_functions.analysis.tally import UNDECIDED, Rows, Tally, decided, right

BUCKETS = (0.6, 0.8, 0.95)
"""Where one stratum of confidence ends and the next begins; undecided rows are one of their own."""
FEWEST = 2
"""Gold rows a stratum must have before it speaks for the others in it."""


def reweighted_precision(
    matrix: VoteMatrix, probable: ProbableLabels, gold: Mapping[str, str]
) -> tuple[Score, ...]:
    """Return each function's precision, its gold rows weighed like all rows it votes on.

    People are asked about rows the votes are unsure of, so these are too many among the gold. The
    rows are divided by how sure the votes are, and each stratum counts by its share of all rows
    the function votes on. That is sound where, of rows that are equally sure, it is chance which
    has gold; it is undefined where a stratum has next to none.

    The interval is Wilson's, of the number of rows that would tell as much if none had to be
    weighed (Kish, 1965, Survey sampling: n over the design effect).

    Parameters
    ----------
    matrix : VoteMatrix
    probable : ProbableLabels
        What an aggregator made of `matrix`.
    gold : mapping of example id to label
        Never test rows.
    """
    tally = Tally(matrix, gold)
    strata = _strata(probable)
    return tuple(_weighed(tally, strata, column) for column in range(len(matrix.functions)))


def _strata(probable: ProbableLabels) -> Rows:
    """Return each row's stratum: 0 for undecided rows, then from the least sure to the surest."""
    best = decided(probable.probabilities, probable.covered)
    sure = np.searchsorted(BUCKETS, probable.probabilities.max(axis=1), side="right") + 1
    return np.where(best == UNDECIDED, 0, sure)


def _weighed(tally: Tally, strata: Rows, column: int) -> Score:
    rows, _ = tally.votes_of(column)
    size = len(BUCKETS) + 2
    share = np.bincount(strata[rows], minlength=size) / max(1, len(rows))
    mine = tally.columns[column][tally.judged]
    judged = mine != ABSTAIN
    place = strata[tally.judged][judged]
    n = np.bincount(place, minlength=size)
    correct = right(mine, tally.answers)[judged]
    found = np.bincount(place, weights=correct, minlength=size)
    total, there = int(n.sum()), share > 0
    blind = float(share[there & (n < FEWEST)].sum())
    if not total or blind:
        told = f"next to no gold speaks for {blind:.0%} of the rows it votes on"
        why = told if total else "it votes on no gold row"
        return Score(metric="reweighted_precision", value=None, n=total, undefined=why)
    value = float((share[there] * found[there] / n[there]).sum())
    worth = 1 / float((share[there] ** 2 / n[there]).sum())
    low, high = wilson(value * worth, worth)
    return Score(metric="reweighted_precision", value=value, low=low, high=high, n=total)
