"""How good each labeling function is, and what all of them are worth together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from curation.types import ABSTAIN, ProbableLabels, Score, VoteMatrix

Z = 1.959964
"""The normal quantile of a 95 % interval."""


@dataclass(frozen=True)
class FunctionReport:
    """One labeling function among the others.

    Attributes
    ----------
    name, key : str
        The function, and this version of it.
    polarity : tuple of str
        The labels it voted for, in task order.
    coverage, overlap, conflict : float
        Share of all rows it votes on; where another votes too; where another votes otherwise.
    n : int
        Rows in all.
    precision : Score
        Right votes among its votes on gold rows.
    faults : int
        Rows it broke on.
    """

    name: str
    key: str
    polarity: tuple[str, ...]
    coverage: float
    overlap: float
    conflict: float
    n: int
    precision: Score
    faults: int


@dataclass(frozen=True)
class Summary:
    """All labeling functions together.

    Attributes
    ----------
    n : int
        Rows in all.
    coverage, overlap, conflict : float
        Share of rows with at least one vote, at least two, and votes that differ.
    tied : float
        Share of rows that are covered but whose best label is tied.
    accuracy_covered, accuracy_all : Score
        Right answers among the gold rows that are covered, and among all gold rows. A tie is no
        answer, and so not a right one.
    """

    n: int
    coverage: float
    overlap: float
    conflict: float
    tied: float
    accuracy_covered: Score
    accuracy_all: Score


def report(matrix: VoteMatrix, gold: Mapping[str, str]) -> tuple[FunctionReport, ...]:
    """Return one report a function, in the order of the matrix.

    Coverage, overlap and conflict are Snorkel's.

    Parameters
    ----------
    matrix : VoteMatrix
    gold : mapping of example id to label
        Never test rows: whoever tunes functions reads this, and the caller keeps the exam shut.
    """
    voted = matrix.votes != ABSTAIN
    others = voted.sum(axis=1, keepdims=True) - voted > 0
    answers = _answers(matrix, gold)
    faults = Counter(fault.function for fault in matrix.faults)
    return tuple(
        FunctionReport(
            name=function.name,
            key=function.key,
            polarity=_polarity(matrix, column),
            coverage=_share(voted[:, column]),
            overlap=_share(voted[:, column] & others[:, column]),
            conflict=_share(_contradicted(matrix.votes, column)),
            n=len(matrix.example_ids),
            precision=_precision(matrix.votes[:, column], answers),
            faults=faults[function.name],
        )
        for column, function in enumerate(matrix.functions)
    )


def summary(matrix: VoteMatrix, probable: ProbableLabels, gold: Mapping[str, str]) -> Summary:
    """Return what the functions are worth together.

    Parameters
    ----------
    matrix : VoteMatrix
    probable : ProbableLabels
        What an aggregator made of `matrix`.
    gold : mapping of example id to label
        Never test rows, as for `report`.
    """
    rows = [row for row, example_id in enumerate(matrix.example_ids) if example_id in gold]
    best = [probable.best(row) for row in range(len(matrix.example_ids))]
    right = [row for row in rows if (b := best[row]) and b[0] == gold[matrix.example_ids[row]]]
    voters = (matrix.votes != ABSTAIN).sum(axis=1)
    covered = int(probable.covered[rows].sum())
    return Summary(
        n=len(matrix.example_ids),
        coverage=_share(voters > 0),
        overlap=_share(voters > 1),
        conflict=_share(_differing(matrix.votes)),
        tied=_share(probable.covered & np.array([b is None for b in best], dtype=bool)),
        accuracy_covered=proportion("accuracy_covered", len(right), covered, "no gold row covered"),
        accuracy_all=proportion("accuracy_all", len(right), len(rows), "no gold rows"),
    )


def wilson(right: int, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a proportion.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> low, high = wilson(9, 10)
    >>> round(low, 3), round(high, 3)
    (0.596, 0.982)
    """
    share, weight = right / n, Z * Z / n
    middle = (share + weight / 2) / (1 + weight)
    half = Z * sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)


def proportion(metric: str, right: int, n: int, undefined: str) -> Score:
    """Return `right / n` with its Wilson interval, or why there is none."""
    if n == 0:
        return Score(metric=metric, value=None, n=0, undefined=undefined)
    low, high = wilson(right, n)
    return Score(metric=metric, value=right / n, low=low, high=high, n=n)


def _answers(matrix: VoteMatrix, gold: Mapping[str, str]) -> NDArray[np.int64]:
    """Gold as votes: `ABSTAIN` where there is none, -2 where it is no label of the task."""
    places = {label: place for place, label in enumerate(matrix.labels)}
    return np.array(
        [places.get(gold[i], -2) if i in gold else ABSTAIN for i in matrix.example_ids],
        dtype=np.int64,
    )


def _precision(votes: NDArray[np.int16], answers: NDArray[np.int64]) -> Score:
    judged = (votes != ABSTAIN) & (answers != ABSTAIN)
    right = int((votes[judged] == answers[judged]).sum())
    return proportion("precision", right, int(judged.sum()), "it votes on no gold row")


def _polarity(matrix: VoteMatrix, column: int) -> tuple[str, ...]:
    used = np.unique(matrix.votes[:, column])
    return tuple(matrix.labels[vote] for vote in used if vote != ABSTAIN)


def _contradicted(votes: NDArray[np.int16], column: int) -> NDArray[np.bool_]:
    mine = votes[:, [column]]
    differs: NDArray[np.bool_] = (votes != mine) & (votes != ABSTAIN) & (mine != ABSTAIN)
    contradicted: NDArray[np.bool_] = np.any(differs, axis=1)
    return contradicted


def _differing(votes: NDArray[np.int16]) -> NDArray[np.bool_]:
    most = np.iinfo(np.int16).max
    lowest = np.where(votes == ABSTAIN, most, votes).min(axis=1, initial=most)
    differs: NDArray[np.bool_] = lowest < votes.max(axis=1, initial=ABSTAIN)
    return differs


def _share(rows: NDArray[np.bool_]) -> float:
    return float(rows.mean()) if rows.size else 0.0
