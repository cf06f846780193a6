"""Majority vote: every function counts the same."""

from __future__ import annotations

import numpy as np

from labeling_functions.aggregation.ballots import Weights
from labeling_functions.aggregation.evidence import Evidence


def majority(evidence: Evidence, *, seed: int = 13) -> Weights:  # noqa: ARG001
    """Give each label its share of the votes; a tie stays a tie.

    A vote against a label is shared among the others.
    """
    ballots = evidence.ballots
    votes = ballots.backed / np.maximum(1, ballots.backed.sum(axis=1, keepdims=True))
    table = np.repeat(votes[:, None], evidence.folds, axis=1)
    return Weights(ballots, table, np.zeros(evidence.gold.shape[1:]), shares=True)
