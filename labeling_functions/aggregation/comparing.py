"""Judge aggregators by gold, side by side, each row by a fit that did not see its gold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from curation.exceptions import AggregationError
from curation.statistics import proportion
from curation.types import ABSTAIN, Probabilities, Score, VoteMatrix
from labeling_functions.aggregation.aggregate import AGGREGATORS
from labeling_functions.aggregation.ballots import Ints, Weights
from labeling_functions.aggregation.evidence import (
    Evidence,
    check,
    folds_of,
    gather,
    gold_of,
    unseen,
)
from labeling_functions.aggregation.forced import influence, lots, rare_label, scored, undecided

THRESHOLD = 0.5
"""The probability from which on answers are gone with, where a project sets no other."""
SCORES = (
    "coverage", "accuracy_covered", "accuracy_all", "kept", "score", "score_covered", "beyond",
)  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """An aggregator as gold judges it, every gold row by a fit that did not see its gold.

    Attributes
    ----------
    aggregator : str
    otherwise : str or None
        The label that answers rows left undecided, without votes or tied; None: they stay so.
    coverage, accuracy_covered, accuracy_all : Score
        Gold rows with votes among all; right answers among those; and among all. A row left
        undecided is not right.
    kept : Score
        Gold rows with votes whose answer is as probable as answers must be to be gone with.
    score : Score
        What is chosen by: accuracy, or F1 of the rarer of two skewed labels. Here a row left
        undecided counts as answered by lot among the labels it is tied between, in expectation.
    score_covered : Score
        The same on the rows with votes.
    beyond : Score
        `score` less majority's, on the same rows.
    seconds : float
        What all its fits took, one a fold and one with all gold.
    problem : str
        Why it could not be fitted; its scores are then undefined.
    """

    aggregator: str
    otherwise: str | None
    coverage: Score
    accuracy_covered: Score
    accuracy_all: Score
    kept: Score
    score: Score
    score_covered: Score
    beyond: Score
    seconds: float
    problem: str = ""


def compare(
    matrix: VoteMatrix,
    gold: Mapping[str, str],
    names: Iterable[str] = AGGREGATORS,
    *,
    seed: int = 13,
    threshold: float = THRESHOLD,
) -> tuple[Candidate, ...]:
    """Fit aggregators and judge each by cross-validation on gold.

    Parameters
    ----------
    matrix : VoteMatrix
    gold : mapping of example id to label
        Never test rows. Rows of `matrix` without gold are learned from too.
    names : iterable of str
        The aggregators; by default all, Snorkel's with its seconds among them.
    seed : int
        Of the folds, and of aggregators that draw random numbers.
    threshold : float
        The least probability at which an answer is gone with.

    Returns
    -------
    tuple of Candidate
        Each aggregator as it is, then with labels to answer undecided rows that gold advises.

    Raises
    ------
    AggregationError
        The task has no labels, or no row has gold.
    """
    check(matrix)
    trial = _trial(matrix, gold, seed, threshold)
    majority = _answers(trial, AGGREGATORS["majority"](trial.evidence, seed=seed))
    found: list[Candidate] = []
    for name in names:
        started = perf_counter()
        try:
            weights = AGGREGATORS[name](trial.evidence, seed=seed)
        except AggregationError as error:
            found.append(_unfitted(name, error, perf_counter() - started))
            continue
        seconds = perf_counter() - started
        answers = _answers(trial, weights)
        found += [
            _candidate(trial, name, answers, majority, seconds, otherwise)
            for otherwise in (None, *_advised(trial, answers))
        ]
    return tuple(found)


@dataclass(frozen=True)
class _Trial:
    """What candidates are judged on: g gold rows, each with its pattern, fold and label."""

    evidence: Evidence
    labels: tuple[str, ...]
    pattern: Ints
    fold: Ints
    truth: Ints
    positive: int | None
    """The label F1 is of; None: accuracy."""
    threshold: float

    @property
    def covered(self) -> NDArray[np.bool_]:
        voted: NDArray[np.bool_] = (self.evidence.patterns[self.pattern] != ABSTAIN).any(axis=1)
        return voted

    @property
    def metric(self) -> str:
        return "accuracy" if self.positive is None else f"f1[{self.labels[self.positive]}]"


def _trial(matrix: VoteMatrix, gold: Mapping[str, str], seed: int, threshold: float) -> _Trial:
    truth = gold_of(matrix, gold)
    known = np.flatnonzero(truth >= 0)
    if not len(known):
        raise AggregationError("There is no gold to compare by.", remedy="Review some rows.")
    fold = folds_of(truth, seed)
    evidence, row = gather(matrix.votes, len(matrix.labels), truth, fold=fold)
    positive = rare_label(truth[known], len(matrix.labels))
    return _Trial(
        evidence, matrix.labels, row[known], fold[known], truth[known], positive, threshold
    )


def _answers(trial: _Trial, weights: Weights) -> Probabilities:
    return unseen(weights, trial.evidence, trial.pattern, trial.fold)


def _advised(trial: _Trial, answers: Probabilities) -> tuple[int, ...]:
    """Return the labels worth trying on undecided rows: the commonest there, and F1's own."""
    truth = trial.truth[undecided(lots(answers))]
    if not len(truth):
        return ()
    common = int(np.bincount(truth).argmax())
    return (common,) if trial.positive in (None, common) else (common, int(trial.positive or 0))


def _candidate(
    trial: _Trial,
    name: str,
    answers: Probabilities,
    majority: Probabilities,
    seconds: float,
    otherwise: int | None,
) -> Candidate:
    shares, covered, n = lots(answers, otherwise), trial.covered, len(trial.truth)
    right = shares[np.arange(n), trial.truth] == 1
    value, moved = influence(shares, trial.truth, trial.positive)
    inside = scored(trial.metric, *influence(shares[covered], trial.truth[covered], trial.positive))
    theirs, moved_theirs = influence(lots(majority), trial.truth, trial.positive)
    among = int(covered.sum())
    kept = covered & ~undecided(lots(answers)) & (answers.max(axis=1) >= trial.threshold)
    return Candidate(
        aggregator=name,
        otherwise=None if otherwise is None else trial.labels[otherwise],
        coverage=proportion("coverage", among, n, ""),
        accuracy_covered=proportion(
            "accuracy_covered", int((right & covered).sum()), among, "no gold row has votes"
        ),
        accuracy_all=proportion("accuracy_all", int(right.sum()), n, ""),
        kept=proportion("kept", int(kept.sum()), among, "no gold row has votes"),
        score=scored(trial.metric, value, moved),
        score_covered=inside,
        beyond=scored(
            f"{trial.metric} beyond majority", value - theirs, moved - moved_theirs, lowest=-1.0
        ),
        seconds=seconds,
    )


def _unfitted(name: str, error: AggregationError, seconds: float) -> Candidate:
    scores = {
        metric: Score(metric=metric, value=None, n=0, undefined="it could not be fitted")
        for metric in (
            "coverage",
            "accuracy_covered",
            "accuracy_all",
            "kept",
            "score",
            "score_covered",
            "beyond",
        )
    }
    return Candidate(name, None, **scores, seconds=seconds, problem=str(error))
