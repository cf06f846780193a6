"""Expectation maximisation over vote patterns, with a class prior that is uniform and stays so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labeling_functions.aggregation.ballots import Ballots, Floats, Weights, shares, softmax, weigh
from labeling_functions.aggregation.evidence import Evidence
from labeling_functions.aggregation.majority import majority

ROUNDS = 100
SETTLED = 1e-4

Maximise = Callable[[Ballots, Floats], Floats]
"""From ballots and the mass (d, f, k) of the rows that cast them to log weights (d, f, k)."""


def settle(evidence: Evidence, maximise: Maximise) -> Weights:
    """Guess labels from weights and weights from labels until they agree.

    It starts at majority. Rows with gold keep their gold. The prior is not learned: learning it
    makes such models collapse to one label when functions are few.
    """
    fitted = evidence.frequent
    table = majority(fitted).table
    posterior = shares(weigh(fitted.cast, table))
    for _ in range(ROUNDS):
        before = posterior
        mass = fitted.unlabeled * posterior + fitted.gold
        table = maximise(fitted.ballots, fitted.tally(mass))
        posterior = softmax(weigh(fitted.cast, table))
        if np.abs(posterior - before).max(initial=0.0) < SETTLED:
            break
    return Weights(fitted.ballots, table, np.zeros(table.shape[1:]))
