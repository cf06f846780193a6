"""Votes made by hand and by hypothesis, for the tests of what adds them up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from curation.types import FunctionInfo, VoteMatrix, Votes

ABC = ("a", "b", "c")


def matrix(votes: Sequence[Sequence[int]] | Votes, labels: tuple[str, ...] = ABC) -> VoteMatrix:
    """Return votes as a matrix whose row `n` has the id `n`."""
    width = len(votes[0]) if len(votes) else 0
    array = np.array(votes, dtype=np.int8).reshape(len(votes), width)
    functions = tuple(
        FunctionInfo(name=f"f{i}", fingerprint="0", family="python", file="f.py", line=1, source="")
        for i in range(array.shape[1])
    )
    return VoteMatrix(tuple(map(str, range(len(votes)))), functions, labels, array)


def ballots(
    labels: int = 3, functions: int = 4, *, against: bool = True
) -> st.SearchStrategy[list[list[int]]]:
    """Return rows of votes for, and where asked against, labels."""
    vote = st.integers(-1 - labels if against else -1, labels - 1)
    return st.lists(st.lists(vote, min_size=functions, max_size=functions), min_size=1, max_size=24)


def voters(
    rates: Sequence[float], rows: int, labels: int = 3, *, coverage: float = 1.0, seed: int = 3
) -> tuple[Votes, Votes]:
    """Return the votes of independent functions that are right at these rates, and the truth."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, labels, rows)
    votes = np.full((rows, len(rates)), -1, dtype=np.int8)
    for column, rate in enumerate(rates):
        right = random.random(rows) < rate
        wrong = (truth + random.integers(1, labels, rows)) % labels
        cast = random.random(rows) < coverage
        votes[cast, column] = np.where(right, truth, wrong)[cast]
    return votes, truth
