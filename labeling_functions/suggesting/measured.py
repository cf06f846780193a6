"""Measure candidates for labeling functions: found on one half of the gold, tried on the other.

So their precision is not the luck of having searched thousands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.statistics import Z95
from labeling_functions.aggregation.ballots import Floats
from labeling_functions.analysis.tally import Mask, Rows
from labeling_functions.suggesting.candidates import Candidate, Found, find_candidates
from labeling_functions.suggesting.suggestion import Ground

SHORTLIST = 150
"""Candidates worth looking for in the training rows, at most."""


@dataclass(frozen=True)
class Measured:
    """Candidates that passed the gate.

    Attributes
    ----------
    candidates : tuple of Candidate, length c
    label : int array, shape (c,)
    side : int array, shape (c,)
        The half of the gold each was measured on.
    low : float array, shape (c,)
        The lower end of the interval of its precision.
    chance : float array, shape (c,)
        The share of its label in the gold.
    """

    candidates: tuple[Candidate, ...]
    label: Rows
    side: Rows
    low: Floats
    chance: Floats

    def among(self, chosen: Mask | Rows) -> Measured:
        """Return some of them."""
        places = np.arange(len(self.candidates))[chosen]
        return Measured(
            tuple(self.candidates[n] for n in places.tolist()),
            self.label[places],
            self.side[places],
            self.low[places],
            self.chance[places],
        )


def measure_candidates(ground: Ground, least_precision: float = 0.6) -> Measured:
    """Return the candidates whose measured precision is at least this, the most useful first.

    Parameters
    ----------
    ground : Ground
    least_precision : float
        What the lower end of the 95 % Wilson interval must reach, on the half of the gold that
        the candidate was not found on.
    """
    known = np.flatnonzero(ground.gold >= 0)
    found = find_candidates(ground.corpus.take(known))
    k, half = len(ground.labels), ground.half[known]
    counts = _counts(found, half, ground.gold[known], k)
    base = np.bincount(ground.gold[known], minlength=k + 1) / max(1, len(known))
    sides = [_borne_out(counts[:, 1 - n], counts[:, n], base, least_precision) for n in (0, 1)]
    side = np.where(sides[1].passed, 1, 0)  # one that both halves find is measured on the second
    label, low = (
        np.choose(side, [getattr(one, name) for one in sides]) for name in ("label", "low")
    )
    passed = np.flatnonzero(sides[0].passed | sides[1].passed)
    gain = (low - base[label]) * counts.sum(axis=(1, 2))
    best = passed[np.argsort(-gain[passed], kind="stable")][:SHORTLIST]
    chosen = tuple(found.candidates[n] for n in best.tolist())
    return Measured(chosen, label[best], side[best], low[best], base[label[best]])


def _counts(found: Found, half: NDArray[np.int8], gold: Rows, k: int) -> Rows:
    """Count candidates by half of the gold and label, shape (c, 2, k + 1)."""
    cells = (found.which * 2 + half[found.rows]) * (k + 1) + gold[found.rows]
    size = len(found.candidates) * 2 * (k + 1)
    return np.bincount(cells, minlength=size).reshape(-1, 2, k + 1)


@dataclass(frozen=True)
class Side:
    """What one half of the gold finds, and the other says of it, by candidate."""

    passed: Mask
    label: Rows
    low: Floats


def _borne_out(finding: Rows, measuring: Rows, base: Floats, least: float) -> Side:
    """Measure on one half of the gold what the other finds, of counts of shape (c, k + 1)."""
    every = np.arange(len(finding))
    label = finding[:, :-1].argmax(axis=1)
    right = finding[every, label]
    share = right / np.maximum(1, finding.sum(axis=1))
    low = lower(measuring[every, label], measuring.sum(axis=1))
    found = (right > 1) & (share >= least) & (share > base[label])
    return Side(found & (low >= least), label, low)


def lower(right: Rows, n: Rows) -> Floats:
    """Return the lower ends of 95 % Wilson intervals; 0 where there is nothing to count.

    Examples
    --------
    >>> lower(np.array([9, 0]), np.array([10, 0])).round(3).tolist()
    [0.596, 0.0]
    """
    some = np.maximum(1, n)
    share, weight = right / some, Z95 * Z95 / some
    half = Z95 * np.sqrt(share * (1 - share) / some + weight / (4 * some))
    return np.where(n > 0, np.maximum(0, (share + weight / 2 - half) / (1 + weight)), 0.0)
