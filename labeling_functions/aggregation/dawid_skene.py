"""Dawid and Skene's model of voters that err, each in its own way."""

from __future__ import annotations

import numpy as np

from labeling_functions.aggregation.ballots import Ballots, Floats, Weights, together
from labeling_functions.aggregation.evidence import Evidence
from labeling_functions.aggregation.expectation import settle


def dawid_skene(evidence: Evidence, *, seed: int = 13) -> Weights:  # noqa: ARG001
    """Learn what each function votes, when it votes, on rows of each label.

    A pseudo-vote in every cell of its confusion matrix and one more where the vote is right say
    that functions are, before any evidence, a little better than chance.

    References
    ----------
    Dawid and Skene (1979), Maximum likelihood estimation of observer error-rates using the EM
    algorithm.
    """
    return settle(evidence, _confuse)


def _confuse(ballots: Ballots, met: Floats) -> Floats:
    right = ballots.backed / np.maximum(1, ballots.backed.sum(axis=1, keepdims=True))
    pseudo = (1 + right)[:, None]
    whole = together(ballots.functions, met) + (met.shape[2] + 1)
    table: Floats = np.log((met + pseudo) / whole)
    return table
