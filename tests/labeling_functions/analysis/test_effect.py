"""What a function adds is counted as one would count by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curation.types import FunctionInfo, VoteMatrix
from labeling_functions.analysis.effect import effect

VOTES = st.integers(-4, 2)


def info(name: str) -> FunctionInfo:
    return FunctionInfo(name=name, fingerprint="", family="", file="", line=1, source="")


def contradict(one: int, other: int) -> bool:
    if one >= 0 and other >= 0:
        return one != other
    return -1 not in (one, other) and one == -2 - other


@given(arrays(np.int8, (12, 4), elements=VOTES), st.integers(0, 4))
def test_it_is_counted_row_by_row(votes: np.ndarray, place: int) -> None:
    mine, theirs = votes[:, 0], votes[:, 1:]
    names = [*"bcd"]
    name = [*"abcd", "new"][place]
    found = effect(name, mine, VoteMatrix((), tuple(map(info, names)), ("x", "y", "z"), theirs))
    new = lost = 0
    conflicts = dict.fromkeys(names, 0)
    for vote, cast in zip(mine.tolist(), theirs.tolist(), strict=True):
        others = dict(zip(names, cast, strict=True))
        before = others.pop(name, -1)
        covered = any(other != -1 for other in others.values())
        new += vote != -1 and before == -1 and not covered
        lost += vote == -1 and before != -1 and not covered
        for other, said in others.items():
            conflicts[other] += contradict(vote, said)
    assert (found.newly_covered, found.no_longer_covered) == (new, lost)
    assert found.voted == (mine != -1).sum()
    assert dict(found.conflicts) == {other: count for other, count in conflicts.items() if count}
    counts = [count for _, count in found.conflicts]
    assert counts == sorted(counts, reverse=True)


def test_without_others_all_it_votes_on_is_new() -> None:
    nobody = VoteMatrix((), (), ("x",), np.empty((3, 0), np.int8))
    found = effect("a", np.array([0, -1, -2], np.int8), nobody)
    assert (found.n, found.voted, found.newly_covered, found.conflicts) == (3, 2, 2, ())
