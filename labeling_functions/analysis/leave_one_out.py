"""What would change without a function: cover, labels, and how many of them are right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from curation.statistics import Z95
from curation.types import ABSTAIN, Score, VoteMatrix
from labeling_functions.aggregation.aggregate import AGGREGATORS
from labeling_functions.aggregation.ballots import Weights
from labeling_functions.aggregation.evidence import Evidence, check, gather, gold_of
from labeling_functions.analysis.selection import column_of
from labeling_functions.analysis.tally import Rows, decided

FOLDS = 5
"""What learns from gold is measured on folds of it that it has not seen."""

Fit = Callable[..., Weights]


@dataclass(frozen=True)
class LeftOut:
    """The difference that one function makes.

    Attributes
    ----------
    name : str
    uncovered : int
        Rows that only it covers.
    changed : int
        Rows whose label would be another, or none, or no longer undecided, without it; those
        uncovered are among them where they had one.
    gain : Score
        Accuracy on gold with it less accuracy without it, on the same rows.
    """

    name: str
    uncovered: int
    changed: int
    gain: Score

    @property
    def verdict(self) -> str:
        """Whether it helps, in words."""
        if self.gain.low is None or self.gain.high is None:
            return f"cannot tell, {self.gain.undefined}"
        if self.gain.low > 0:
            return "helps"
        return "hurts" if self.gain.high < 0 else "cannot tell"


def leave_one_out(
    matrix: VoteMatrix,
    gold: Mapping[str, str],
    aggregator: str = "majority",
    *,
    functions: Sequence[str] = (),
    seed: int = 13,
) -> tuple[LeftOut, ...]:
    """Return what each function changes in what the votes add up to.

    It is measured on distinct vote patterns: the aggregator is fitted once more a function, and
    never on the gold rows it is measured on.

    Parameters
    ----------
    matrix : VoteMatrix
    gold : mapping of example id to label
        Never test rows.
    aggregator : str
        By its name in the registry.
    functions : sequence of str
        Only these; all of them where empty.
    seed : int
        For what draws random numbers.

    Raises
    ------
    AggregationError
        The task has no labels, or the aggregator needs more votes than are left.
    """
    check(matrix)
    known = gold_of(matrix, gold)
    fold = np.cumsum(known >= 0) % FOLDS
    evidence, row = gather(matrix.votes, len(matrix.labels), known, fold=fold)
    measured = np.flatnonzero(known >= 0)
    asked = Asked(row[measured], np.minimum(fold[measured], evidence.folds - 1), known[measured])
    names = functions or [function.name for function in matrix.functions]
    fit = AGGREGATORS[aggregator]
    before = _answers(fit, evidence, seed)
    return tuple(
        _left_out(fit, evidence, column_of(matrix, name), asked, before, name=name, seed=seed)
        for name in names
    )


@dataclass(frozen=True)
class Asked:
    """The gold rows: their vote pattern, the fit that has not seen them, and their label."""

    pattern: Rows
    fold: NDArray[np.int64]
    gold: NDArray[np.int64]

    def right(self, answers: Rows) -> NDArray[np.bool_]:
        """Return which of them are answered rightly, of answers of shape (u, f)."""
        found: NDArray[np.bool_] = answers[self.pattern, self.fold] == self.gold
        return found


def _answers(fit: Fit, evidence: Evidence, seed: int) -> Rows:
    """Return the label of each pattern by each fit, shape (u, f)."""
    values = fit(evidence, seed=seed).probabilities(evidence.patterns)
    covered = (evidence.patterns != ABSTAIN).any(axis=1)
    return np.stack([decided(values[:, f], covered) for f in range(evidence.folds)], axis=1)


def _left_out(
    fit: Fit,
    evidence: Evidence,
    column: int,
    asked: Asked,
    before: Rows,
    *,
    name: str,
    seed: int,
) -> LeftOut:
    patterns = evidence.patterns.copy()
    patterns[:, column] = ABSTAIN
    lost = (evidence.patterns != ABSTAIN).any(axis=1) & (patterns == ABSTAIN).all(axis=1)
    after = _answers(fit, Evidence(patterns, evidence.counts, evidence.gold), seed)
    changed = before[:, -1] != after[:, -1]
    return LeftOut(
        name,
        uncovered=int(evidence.counts[lost].sum()),
        changed=int(evidence.counts[changed].sum()),
        gain=paired_gain(asked.right(before), asked.right(after)),
    )


def paired_gain(with_it: NDArray[np.bool_], without: NDArray[np.bool_]) -> Score:
    """Return how many more of the same rows are right, as a share, with its 95 % interval.

    References
    ----------
    Agresti and Min (2005), Simple improved confidence intervals for comparing matched proportions:
    half a row is added to each of the four cells before Wald's interval is taken.

    Examples
    --------
    >>> score = paired_gain(np.array([True] * 30), np.array([True] * 10 + [False] * 20))
    >>> round(score.value, 3), score.low > 0
    (0.667, True)
    """
    n = len(with_it)
    if not n:
        return Score(metric="accuracy_gain", value=None, n=0, undefined="no gold rows")
    gained, lost = int((with_it & ~without).sum()), int((without & ~with_it).sum())
    more, less, rows = gained + 0.5, lost + 0.5, n + 2
    middle = (more - less) / rows
    half = Z95 * sqrt(more + less - (more - less) ** 2 / rows) / rows
    low, high = max(-1.0, middle - half), min(1.0, middle + half)
    return Score(metric="accuracy_gain", value=(gained - lost) / n, low=low, high=high, n=n)
