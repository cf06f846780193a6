"""Votes weighed by their precision on gold."""

from __future__ import annotations

import numpy as np

from labeling_functions.aggregation.ballots import SKILL, Weights
from labeling_functions.aggregation.evidence import Evidence
from labeling_functions.aggregation.majority import majority

PSEUDO = 4.0
SUREST = 0.99


def weighted(evidence: Evidence, *, seed: int = 13) -> Weights:
    """Weigh each function's votes by the log odds of their precision on gold.

    A precision is smoothed with four votes at the precision of all functions together, so that a
    function gold has not met counts like the average one, and none counts against its own vote.
    Without gold it is majority.
    """
    if not evidence.gold.any():
        return majority(evidence, seed=seed)
    ballots, chance = evidence.ballots, evidence.ballots.chance
    met = evidence.tally(evidence.gold)  # (d, f, k)
    right, n = (met * ballots.backed[:, None]).sum(axis=2), met.sum(axis=2)
    beyond = (right - chance * n).sum(axis=0) + PSEUDO * SKILL * (1 - chance.mean())
    skill = beyond / (((1 - chance) * n).sum(axis=0) + PSEUDO * (1 - chance.mean()))
    before = chance + (1 - chance) * np.clip(skill, 0.05, 1)
    precision = (right + PSEUDO * before) / (n + PSEUDO)
    table = ballots.log_odds(np.clip(precision, chance, np.maximum(chance, SUREST)))
    return Weights(ballots, table, np.zeros(evidence.gold.shape[1:]))
