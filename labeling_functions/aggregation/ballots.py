"""What votes say: each kind of vote a function casts, and the weight a fit gave it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from curation.types import ABSTAIN, Probabilities, Votes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AT_ONCE = 65_536
"""Patterns answered at a time, so that memory does not grow with them."""
SKILL = 0.4
"""How far from chance (0) to certainty (1) a vote is believed to be before there is evidence."""


@dataclass(frozen=True)
class Ballots:
    """The distinct (function, vote) pairs that occur.

    Attributes
    ----------
    functions, votes : int array, shape (d,)
        Column and vote of each ballot.
    backed : float array, shape (d, k)
        1 for the labels a ballot may be right about: one, or all but one when it votes against.
    """

    functions: Ints
    votes: Ints
    backed: Floats

    @property
    def chance(self) -> Floats:
        """How often a blind ballot is right, shape (d, 1)."""
        share: Floats = self.backed @ np.full((self.backed.shape[1], 1), 1 / self.backed.shape[1])
        return share

    def cast(self, patterns: Votes) -> Floats:
        """Return which ballots each pattern casts, shape (u, d)."""
        same: NDArray[np.bool_] = patterns[:, self.functions] == self.votes
        return same.astype(np.float64)

    @cached_property
    def kinds(self) -> Ints:
        """What tells a function's votes for labels from its votes against labels, shape (d,)."""
        return 2 * self.functions + (self.votes >= 0)

    def log_odds(self, right: Floats) -> Floats:
        """Return what ballots that are right this often say of each label.

        Parameters
        ----------
        right : float array, shape (d, f)

        Returns
        -------
        float array, shape (d, f, k)
            The log of the probability of the ballot, were each label the true one.
        """
        backed = self.backed[:, None, :] > 0
        share = np.maximum(1e-12, self.chance)  # one label alone is backed by every vote
        said: Floats = np.where(
            backed,
            np.log(right / share)[..., None],
            np.log((1 - right) / np.maximum(1e-12, 1 - share))[..., None],
        )
        return said


@dataclass(frozen=True)
class Weights:
    """A fitted aggregator: what each ballot says for each label, once a fit.

    Attributes
    ----------
    ballots : Ballots
    table : float array, shape (d, f, k)
    intercept : float array, shape (f, k)
    shares : bool
        Whether scores are votes to be divided, not logarithms.
    """

    ballots: Ballots
    table: Floats
    intercept: Floats
    shares: bool = False

    def only(self, fold: int) -> Weights:
        """Return one of the fits; -1 is the one that saw all gold."""
        return replace(self, table=self.table[:, [fold]], intercept=self.intercept[[fold]])

    def probabilities(self, patterns: Votes) -> Probabilities:
        """Return the answers to vote patterns (u, m), shape (u, f, k); without votes uniform."""
        answers = np.empty((len(patterns), *self.intercept.shape))
        for start in range(0, len(patterns), AT_ONCE):
            some = patterns[start : start + AT_ONCE]
            answers[start : start + AT_ONCE] = self._answer(some)
        return answers

    def _answer(self, patterns: Votes) -> Probabilities:
        scores = weigh(self.ballots.cast(patterns), self.table) + self.intercept
        found = shares(scores) if self.shares else softmax(scores)
        found[(patterns == ABSTAIN).all(axis=1)] = 1 / scores.shape[-1]
        return found


def ballots_of(patterns: Votes, labels: int) -> Ballots:
    """Return the ballots that occur in vote patterns (u, m)."""
    pairs = [
        (column, int(vote))
        for column in range(patterns.shape[1])
        for vote in np.unique(patterns[:, column])
        if vote != ABSTAIN
    ]
    functions, votes = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    named = np.where(votes >= 0, votes, -2 - votes)[:, None] == np.arange(labels)
    backed = np.where(votes[:, None] >= 0, named, ~named).astype(np.float64)
    return Ballots(functions, votes, backed)


def together(groups: Ints, values: Floats) -> Floats:
    """Return, in every row, the sum of `values` over the rows of its group.

    Examples
    --------
    >>> together(np.array([0, 0, 1]), np.array([[1.0], [2.0], [5.0]])).ravel().tolist()
    [3.0, 3.0, 5.0]
    """
    if not len(groups):
        return values
    _, first, place = np.unique(groups, return_index=True, return_inverse=True)
    sums: Floats = np.add.reduceat(values, first, axis=0)  # groups stand in order
    return sums[place]


def weigh(cast: Floats, table: Floats) -> Floats:
    """Return the scores of patterns that cast ballots (u, d) of weights (d, f, k): (u, f, k)."""
    d, f, k = table.shape
    scores: Floats = cast @ table.reshape(d, f * k)
    return scores.reshape(len(cast), f, k)


def softmax(scores: Floats) -> Floats:
    """Return the probabilities of log scores, along the last axis."""
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    probabilities: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return probabilities


def shares(counts: Floats) -> Floats:
    """Return what each label has of the whole, along the last axis; uniform when it is nothing."""
    total = counts.sum(axis=-1, keepdims=True)
    return np.where(total > 0, counts / np.where(total > 0, total, 1), 1 / counts.shape[-1])
