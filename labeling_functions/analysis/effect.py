"""What one more labeling function would do to the votes there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation.types import ABSTAIN, VoteMatrix, Votes
from labeling_functions.analysis.tally import contradict


@dataclass(frozen=True)
class Effect:
    """A function's votes beside those of the others.

    Attributes
    ----------
    n : int
        Rows it was tried on.
    voted : int
        Rows it votes on.
    newly_covered : int
        Rows no other function votes on. All it votes on where there are no others.
    no_longer_covered : int
        Rows only its earlier version votes on, where it takes that one's place.
    conflicts : tuple of (str, int)
        The functions it contradicts and on how many rows, most first.
    """

    n: int
    voted: int
    newly_covered: int
    no_longer_covered: int = 0
    conflicts: tuple[tuple[str, int], ...] = ()


def effect(name: str, votes: Votes, others: VoteMatrix) -> Effect:
    """Compare the votes of a function called `name` with the others' on the same rows.

    A function of that name among the others is the version it would replace.

    Parameters
    ----------
    name : str
    votes : int8 array, shape (n,)
    others : VoteMatrix
        Of the same n rows.

    Examples
    --------
    >>> from curation.types import FunctionInfo
    >>> info = FunctionInfo(name="a", fingerprint="", family="", file="", line=1, source="")
    >>> others = VoteMatrix(("1", "2"), (info,), ("ham", "spam"), np.array([[0], [-1]], np.int8))
    >>> effect("b", np.array([1, 1], np.int8), others)
    Effect(n=2, voted=2, newly_covered=1, no_longer_covered=0, conflicts=(('a', 1),))
    """
    voted = votes != ABSTAIN
    covered, replaced = np.zeros_like(voted), np.zeros_like(voted)
    conflicts = {}
    for column, function in enumerate(others.functions):
        theirs = others.votes[:, column]
        if function.name == name:
            replaced |= theirs != ABSTAIN
            continue
        covered |= theirs != ABSTAIN
        conflicts[function.name] = int(contradict(votes, theirs).sum())
    return Effect(
        n=len(votes),
        voted=int(voted.sum()),
        newly_covered=int((voted & ~covered & ~replaced).sum()),
        no_longer_covered=int((replaced & ~covered & ~voted).sum()),
        conflicts=tuple(sorted(((f, n) for f, n in conflicts.items() if n), key=lambda c: -c[1])),
    )
