"""Functions that say the same as another one, in words: an aggregator counts each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from labeling_functions.analysis.pairs import Pairs

ALIKE = 0.9
"""Jaccard index of the rows of two functions from which on they are near-duplicates."""
CORRELATED = 0.6
"""Cohen's kappa from which on two functions are strongly correlated."""
FEWEST = 10
"""Rows two functions must share before anything is said of them."""

Kind = Literal["duplicate", "contained", "correlated"]


@dataclass(frozen=True)
class Redundancy:
    """Two functions of which one adds little.

    Attributes
    ----------
    kind : str
    function, other : str
        The one that adds little, and the one it repeats.
    overlap : int
        Rows on which both vote.
    sentence : str
        What is the matter, in words.
    """

    kind: Kind
    function: str
    other: str
    overlap: int
    sentence: str


def redundancies(pairs: Pairs) -> list[Redundancy]:
    """Return the pairs of functions of which one adds little, those with most rows first.

    Near-duplicates vote on nearly the same rows alike. A function is contained in another that
    votes as it does wherever it votes. Correlated functions agree much more than chance has it:
    most aggregators take their votes for independent, and are too sure where both speak.

    Parameters
    ----------
    pairs : Pairs
    """
    found = [one for i in range(len(pairs.names)) for j in range(i) for one in _judge(pairs, i, j)]
    return sorted(found, key=lambda one: -one.overlap)


def _judge(pairs: Pairs, i: int, j: int) -> Iterator[Redundancy]:
    """Yield what is to be said of two functions, at most one thing."""
    overlap, agree = int(pairs.overlap[i, j]), int(pairs.agree[i, j])
    rows = [int(pairs.overlap[place, place]) for place in (i, j)]
    if overlap < FEWEST:
        return
    small, large = (i, j) if rows[0] <= rows[1] else (j, i)
    name, other = pairs.names[small], pairs.names[large]
    if agree >= ALIKE * (sum(rows) - overlap):
        told = f"{name} and {other} vote alike on {agree:,} of the {sum(rows) - overlap:,} rows"
        yield Redundancy("duplicate", name, other, overlap, f"{told} either votes on.")
    elif agree == min(rows):
        told = f"{other} votes as {name} does on all of its {agree:,} rows"
        yield Redundancy("contained", name, other, overlap, f"{told}: {name} adds none.")
    elif pairs.kappa[i, j] >= CORRELATED:
        told = f"{name} and {other} agree on {agree:,} of {overlap:,} rows they share"
        kappa = f"far more than chance has it (kappa {pairs.kappa[i, j]:.2f})."
        yield Redundancy("correlated", name, other, overlap, f"{told}, {kappa}")
