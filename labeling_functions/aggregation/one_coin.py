"""One coin a function: how often it is right, whatever the label."""

from __future__ import annotations

import numpy as np

from labeling_functions.aggregation.ballots import SKILL, Ballots, Floats, Weights, together
from labeling_functions.aggregation.evidence import Evidence
from labeling_functions.aggregation.expectation import settle

PSEUDO = 2.0
LEAST, MOST = 0.05, 0.98
"""The skill of the worst and the best function, from chance (0) to certainty (1)."""


def one_coin(evidence: Evidence, *, seed: int = 13) -> Weights:  # noqa: ARG001
    """Learn how often each function is right from where functions agree, and from gold.

    Every function is held to be better than chance: free to be worse, a few of them can persuade
    the model that a whole side is wrong.

    References
    ----------
    Zhang et al. (2016), Spectral methods meet EM: a provably optimal algorithm for crowdsourcing.
    """
    return settle(evidence, _flip)


def _flip(ballots: Ballots, met: Floats) -> Floats:
    chance = ballots.chance
    right = together(ballots.kinds, (met * ballots.backed[:, None]).sum(axis=2))
    n = together(ballots.kinds, met.sum(axis=2))
    rate = (right + PSEUDO * (chance + (1 - chance) * SKILL)) / (n + PSEUDO)
    rate = np.clip(rate, chance + (1 - chance) * LEAST, chance + (1 - chance) * MOST)
    return ballots.log_odds(rate)
