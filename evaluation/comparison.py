"""Is one run better than another? A verdict by the metric that decides, on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from curation.exceptions import EvaluationError
from curation.statistics import holm
from curation.types import Difference
from evaluation.intervals import Array
from evaluation.paired import Paired, compare_hits, compare_totals

if TYPE_CHECKING:
    from evaluation.metrics.base import OfflineMetric
    from evaluation.sheet import AnswerSheet

LEVEL = 0.05
Outcome = Literal["better", "worse", "equivalent", "cannot tell"]


def compare(
    this: AnswerSheet,
    other: AnswerSheet,
    metric: OfflineMetric,
    name: str,
    *,
    against: str,
    margin: float = 0.0,
) -> Difference:
    """Return how a run's score compares with another's on the same rows.

    Shares of right rows are compared by mid-p McNemar, all else by approximate randomization,
    which also takes rows of one conversation together.

    Parameters
    ----------
    this, other : AnswerSheet
    metric : OfflineMetric
    name : str
        One of the metric's scores.
    against : str
        What the other is called.
    margin : float
        The smallest difference that matters.

    Raises
    ------
    EvaluationError
        When the two did not answer the same rows.
    """
    if [row.id for row in this.rows] != [row.id for row in other.rows]:
        raise EvaluationError(
            "Two runs can only be compared on the same rows.",
            where=against,
            remedy="Let both answer the same dataset version.",
        )
    blank = Difference(against=against, metric=name, value=None, n=len(this), margin=margin)
    for sheet, whose in ((this, "this run"), (other, against)):
        if why := metric.undefined(sheet):
            return blank.model_copy(update={"undefined": f"{why} ({whose})"})
    found = _paired(this, other, metric, name)
    if not np.isfinite(found.value):
        return blank.model_copy(update={"undefined": "because one of the two has no value"})
    return _signed(blank, found, 1 if metric.rises(this, name) else -1)


def _paired(this: AnswerSheet, other: AnswerSheet, metric: OfflineMetric, name: str) -> Paired:
    from evaluation.metrics.shares import Proportion  # brings `evaluate`: only where one compares

    first, second = (metric.statistics(**metric.inputs(sheet)) for sheet in (this, other))
    groups = this.groups
    if isinstance(metric, Proportion) and groups is None:
        return compare_hits(first[:, 0] > 0, second[:, 0] > 0)
    column = metric.score_names(this).index(name)

    def value(totals: Array) -> Array:
        return np.asarray(metric.values(totals)[:, column])

    return compare_totals(first, second, value, groups)


def _signed(blank: Difference, found: Paired, sign: int) -> Difference:
    """Return the difference with more meaning better, before it is judged among others."""
    ends = sorted(sign * end for end in (found.low, found.high) if end is not None)
    update = {
        "value": sign * found.value,
        "low": ends[0] if ends else None,
        "high": ends[1] if ends else None,
        "p_value": found.p_value,
        "detectable": found.detectable,
        "method": found.method,
        "only_this": found.only_first if sign > 0 else found.only_second,
        "only_other": found.only_second if sign > 0 else found.only_first,
    }
    return blank.model_copy(update=update)


def judge_all(differences: Sequence[Difference]) -> tuple[Difference, ...]:
    """Return the differences with their verdicts, their p-values corrected for being several."""
    corrected = holm([difference.p_value for difference in differences])
    return tuple(
        difference.model_copy(update={"adjusted": p, "verdict": _verdict(difference, p)})
        for difference, p in zip(differences, corrected, strict=True)
    )


def _verdict(difference: Difference, p_value: float | None) -> Outcome:
    value, low, high, margin = (
        difference.value, difference.low, difference.high, difference.margin,
    )  # fmt: skip
    if value is None or low is None or high is None or p_value is None:
        return "cannot tell"
    if -margin < low and high < margin:
        return "equivalent"
    if p_value >= LEVEL:
        return "cannot tell"
    return "better" if value > 0 else "worse"


def compare_with_all(
    this: AnswerSheet,
    others: Mapping[str, AnswerSheet],
    metric: OfflineMetric,
    name: str,
    margin: float,
) -> tuple[Difference, ...]:
    """Return how a run compares with each of several, all tests corrected together."""
    return judge_all(
        [
            compare(this, other, metric, name, against=against, margin=margin)
            for against, other in others.items()
        ]
    )


def in_words(difference: Difference) -> str:
    """Return a difference as a sentence with its numbers.

    Examples
    --------
    >>> seen = Difference(against="base model", metric="accuracy", value=0.1, low=0.04, high=0.16,
    ...     n=300, only_this=45, only_other=15, adjusted=0.0004, verdict="better")
    >>> in_words(seen).partition(";")[0]
    'Better than base model: accuracy +0.100 (+0.040 to +0.160, n=300)'
    """
    if difference.value is None:
        return f"Cannot tell from {difference.against}: undefined {difference.undefined}."
    heads = {
        "better": "Better than",
        "worse": "Worse than",
        "equivalent": f"Equivalent within {difference.margin:g} to",
        "cannot tell": "Cannot tell from",
    }
    parts = [f"{difference.metric} {difference.value:+.3f}{_spread(difference)}"]
    if difference.only_this is not None:
        parts.append(
            f"{difference.only_this} rows only this run gets right, "
            f"{difference.only_other} only {difference.against}"
        )
    if difference.adjusted is not None:
        parts.append("p<0.001" if difference.adjusted < 0.001 else f"p={difference.adjusted:.3f}")
    whole = f"{heads[difference.verdict]} {difference.against}: {'; '.join(parts)}."
    if difference.verdict != "cannot tell" or not difference.detectable:
        return whole
    return f"{whole} These rows would show a difference of {difference.detectable:.3f}."


def _spread(difference: Difference) -> str:
    if difference.low is None or difference.high is None:
        return f" (n={difference.n}, too few to resample)"
    return f" ({difference.low:+.3f} to {difference.high:+.3f}, n={difference.n})"
