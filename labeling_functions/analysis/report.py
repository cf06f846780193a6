"""How good each labeling function is, and what all of them are worth together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curation.statistics import proportion
from curation.types import ABSTAIN, ProbableLabels, Score, VoteMatrix, Votes
from labeling_functions.analysis.tally import UNDECIDED, Tally, winners

__all__ = ["ClassReport", "FunctionReport", "Summary", "report", "summary"]


@dataclass(frozen=True)
class ClassReport:
    """One kind of vote that a function casts.

    Attributes
    ----------
    label : str
    against : bool
        The vote says "not this label".
    votes : int
        Rows it is cast on.
    correct, due : int
        Gold rows it is cast on and right, and gold rows on which it would be right.
    precision : Score
        Right ones among these votes on gold rows; a vote against a label is right where gold is
        another.
    recall : Score
        Right ones among the gold rows on which this vote would be right.
    gold : tuple of int, length k + 1
        These votes on gold rows by gold label, in task order; last, gold that is none of them.
    """

    label: str
    against: bool
    votes: int
    correct: int
    due: int
    precision: Score
    recall: Score
    gold: tuple[int, ...]


@dataclass(frozen=True)
class FunctionReport:
    """One labeling function among the others.

    Attributes
    ----------
    name, key : str
        The function, and this version of it.
    polarity : tuple of str
        The labels it voted for, in task order.
    against : tuple of str
        The labels it voted against.
    covered, overlapping, conflicting : int
        Rows it votes on; where another votes too; where another contradicts it.
    n : int
        Rows in all.
    precision : Score
        Right votes among its votes on gold rows.
    recall : Score
        Right votes among the gold rows on which a vote it casts would be right.
    classes : tuple of ClassReport
        The same by kind of vote.
    faults : int
        Rows it broke on.
    """

    name: str
    key: str
    polarity: tuple[str, ...]
    against: tuple[str, ...]
    covered: int
    overlapping: int
    conflicting: int
    n: int
    precision: Score
    recall: Score
    classes: tuple[ClassReport, ...]
    faults: int

    @property
    def coverage(self) -> float:
        """Share of all rows it votes on."""
        return self.covered / max(1, self.n)

    @property
    def overlap(self) -> float:
        """Share of all rows where it votes and another does too."""
        return self.overlapping / max(1, self.n)

    @property
    def conflict(self) -> float:
        """Share of all rows where it votes and another contradicts it."""
        return self.conflicting / max(1, self.n)


@dataclass(frozen=True)
class Summary:
    """All labeling functions together.

    Attributes
    ----------
    n : int
        Rows in all.
    coverage, overlap, conflict : float
        Share of rows with at least one vote, at least two, and two that cannot both be right.
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

    Coverage, overlap and conflict are Snorkel's, where no vote is against a label.

    Parameters
    ----------
    matrix : VoteMatrix
    gold : mapping of example id to label
        Never test rows: whoever tunes functions reads this, and the caller keeps the exam shut.
    """
    tally = Tally(matrix, gold)
    faults = Counter(fault.function for fault in matrix.faults)
    return tuple(
        _report(tally, column, faults[function.name])
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
    tally, best = Tally(matrix, gold), winners(probable)
    right = int((best[tally.judged] == tally.answers).sum())
    covered = int(probable.covered[tally.judged].sum())
    return Summary(
        n=tally.n,
        coverage=_share(tally.voters > 0),
        overlap=_share(tally.voters > 1),
        conflict=_share(tally.conflicting),
        tied=_share(probable.covered & (best == UNDECIDED)),
        accuracy_covered=proportion("accuracy_covered", right, covered, "no gold row covered"),
        accuracy_all=proportion("accuracy_all", right, len(tally.judged), "no gold rows"),
    )


def _report(tally: Tally, column: int, faults: int) -> FunctionReport:
    function = tally.matrix.functions[column]
    rows, votes = tally.votes_of(column)
    classes = tuple(_classes(tally, column, votes))
    correct, measured = sum(one.correct for one in classes), sum(sum(one.gold) for one in classes)
    return FunctionReport(
        name=function.name,
        key=function.key,
        polarity=tuple(one.label for one in classes if not one.against),
        against=tuple(one.label for one in classes if one.against),
        covered=len(rows),
        overlapping=int((tally.voters[rows] > 1).sum()),
        conflicting=int(tally.contradicted(rows, votes).sum()),
        n=tally.n,
        precision=proportion("precision", correct, measured, "it votes on no gold row"),
        recall=proportion("recall", correct, _due(tally, classes), "no gold row is its to find"),
        classes=classes,
        faults=faults,
    )


def _classes(tally: Tally, column: int, votes: Votes) -> Iterator[ClassReport]:
    """Yield the kinds of vote a function casts: for labels, in their order, then against."""
    k = len(tally.matrix.labels)
    cast = tally.columns[column][tally.judged]
    table = np.bincount(_kinds(cast, k) * (k + 1) + tally.answers, minlength=2 * k * (k + 1))
    table = table[: 2 * k * (k + 1)].reshape(2 * k, k + 1)
    for kind, n in enumerate(np.bincount(_kinds(votes, k), minlength=2 * k)[: 2 * k].tolist()):
        if n:
            yield _class(tally, kind, n, table[kind])


def _kinds(votes: Votes, k: int) -> NDArray[np.intp]:
    """Return votes as numbers: for each of `k` labels, against each, and last, abstaining."""
    wide = votes.astype(np.intp)
    return np.where(wide >= 0, wide, np.where(wide == ABSTAIN, 2 * k, k - 2 - wide))


def _class(tally: Tally, kind: int, n: int, by_gold: NDArray[np.intp]) -> ClassReport:
    labels, gold = tally.matrix.labels, tally.gold_counts
    denied, label = divmod(kind, len(labels))
    measured = int(by_gold.sum())
    correct, due = int(by_gold[label]), int(gold[label])
    if denied:
        correct, due = measured - correct, int(gold.sum()) - due
    return ClassReport(
        label=labels[label],
        against=bool(denied),
        votes=n,
        correct=correct,
        due=due,
        precision=proportion("precision", correct, measured, "it votes so on no gold row"),
        recall=proportion("recall", correct, due, "on no gold row would it be right"),
        gold=tuple(by_gold.tolist()),
    )


def _due(tally: Tally, classes: Sequence[ClassReport]) -> int:
    """Count the gold rows on which one of the votes that a function casts would be right."""
    labels = tally.matrix.labels
    due = np.zeros(len(labels) + 1, dtype=bool)
    for one in classes:
        here = np.arange(len(due)) == labels.index(one.label)
        due |= ~here if one.against else here
    return int(tally.gold_counts[due].sum())


def _share(rows: NDArray[np.bool_]) -> float:
    return float(rows.mean()) if rows.size else 0.0
