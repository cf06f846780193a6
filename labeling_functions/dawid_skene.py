"""Dawid and Skene's model of voters that err, each in its own way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from curation.types import VoteMatrix

ROUNDS = 100
SETTLED = 1e-5


def dawid_skene(matrix: VoteMatrix, *, seed: int = 13) -> NDArray[np.float64]:  # noqa: ARG001
    """Return the probabilities of a Dawid-Skene model fitted by expectation maximisation.

    Each function has a confusion matrix: what it votes, when it votes, on rows of each label.
    The prior over labels is uniform and not learned: learning it makes the model collapse to one
    label when functions are few. A pseudo-vote in every cell and one more on the diagonal say
    that functions are, before any evidence, a little better than chance.

    Returns
    -------
    float array, shape (n, k)

    References
    ----------
    Dawid and Skene (1979), Maximum likelihood estimation of observer error-rates using the EM
    algorithm.
    """
    k = len(matrix.labels)
    ballots = (matrix.votes[:, :, None] == np.arange(k)).astype(np.float64)  # (n, m, k)
    posterior = _shares(ballots.sum(axis=1))
    pseudo = np.ones((k, k)) + np.eye(k)
    for _ in range(ROUNDS):
        confusion = np.einsum("nc,nmv->mcv", posterior, ballots) + pseudo
        confusion /= confusion.sum(axis=2, keepdims=True)
        before, posterior = (
            posterior,
            _softmax(np.einsum("nmv,mcv->nc", ballots, np.log(confusion))),
        )
        if np.abs(posterior - before).max(initial=0.0) < SETTLED:
            break
    return posterior


def _shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    total = counts.sum(axis=1, keepdims=True)
    return np.where(total > 0, counts / np.maximum(total, 1), 1 / counts.shape[1])


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return probabilities
