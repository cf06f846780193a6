"""A regression of gold on the votes, for functions that repeat one another."""

from __future__ import annotations

import numpy as np

from labeling_functions.aggregation.ballots import SKILL, Floats, Weights, softmax
from labeling_functions.aggregation.evidence import Evidence
from labeling_functions.aggregation.majority import majority

ROUNDS = 60
SETTLED = 1e-3
PENALTY = 2.0
"""How hard a vote's weights are held to where they start; the intercept's a tenth of it."""


def logistic(evidence: Evidence, *, seed: int = 13) -> Weights:
    """Start every vote at the weight majority gives it, and move it as far as gold supports.

    It sees that two functions repeat one another, which the others take for two witnesses.
    Without gold it is majority.

    References
    ----------
    Böhning (1992), Multinomial logistic regression algorithm: the bound on the curvature that
    makes each step safe; Nesterov (1983) for the momentum.
    """
    if not evidence.gold.any():
        return majority(evidence, seed=seed)
    return _regress(evidence, evidence.gold)


def balanced(evidence: Evidence, *, seed: int = 13) -> Weights:
    """Do as `logistic`, with every label's gold weighing the same, however rare it is."""
    if not evidence.gold.any():
        return majority(evidence, seed=seed)
    found = evidence.gold.sum(axis=0) + 0.5  # (f, k)
    weight = found.sum(axis=1, keepdims=True) / (evidence.labels * found)
    return _regress(evidence, evidence.gold * weight)


def _regress(evidence: Evidence, gold: Floats) -> Weights:
    met = gold.any(axis=(1, 2))
    gold, k = gold[met], evidence.labels
    cast = np.column_stack([evidence.ballots.cast(evidence.patterns[met]), np.ones(len(gold))])
    start = _start(evidence)
    penalty = np.full((cast.shape[1], 1), PENALTY)
    penalty[-1] = PENALTY / 10
    seen = gold.sum(axis=2, keepdims=True)  # (g, f, 1)
    curvature = 0.5 * (cast.T * seen.max(axis=(1, 2))) @ cast + np.diag(penalty[:, 0])
    step = np.linalg.inv(curvature)
    weights = ahead = start
    for turn in range(1, ROUNDS + 1):
        guess = softmax((cast @ ahead).reshape(gold.shape))
        pull = cast.T @ (gold - seen * guess).reshape(len(gold), -1)
        before, weights = weights, ahead + step @ (pull - penalty * (ahead - start))
        ahead = weights + turn / (turn + 3) * (weights - before)
        if np.abs(weights - before).max() < SETTLED:
            break
    table = weights.reshape(-1, evidence.folds, k)
    return Weights(evidence.ballots, table[:-1], table[-1])


def _start(evidence: Evidence) -> Floats:
    """Return log odds of votes of ordinary skill, and no intercept, shape (d + 1, f * k)."""
    ballots = evidence.ballots
    ordinary = ballots.log_odds(ballots.chance + (1 - ballots.chance) * SKILL)
    ordinary -= ordinary.mean(axis=2, keepdims=True)
    table = np.repeat(ordinary, evidence.folds, axis=1)
    return np.concatenate([table, np.zeros((1, *table.shape[1:]))]).reshape(len(table) + 1, -1)
