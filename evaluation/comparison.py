"""Is one run better than another? Compared row by row, on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from curation.types import DatasetRow, Prediction
from evaluation.intervals import mid_p_mcnemar, paired_difference
from evaluation.sheet import by_id

_LEVEL = 0.05
_POWER_80 = 2.8015852
"""z(0.975) + z(0.8)."""


@dataclass(frozen=True)
class Comparison:
    """How often two runs are right on the same rows.

    Attributes
    ----------
    n, both, only_a, only_b, neither : int
        Rows in all, and rows that both, one or none of the runs gets right.
    difference, low, high : float or None
        Accuracy of a minus accuracy of b, with its 95 % interval; None without rows.
    p_value : float
        Of McNemar's mid-p test.
    detectable : float or None
        The difference that n rows with this much disagreement would show four times in five.
    verdict : "better", "worse" or "cannot tell"
        Of a against b, at 5 %.
    """

    n: int
    both: int
    only_a: int
    only_b: int
    neither: int
    difference: float | None
    low: float | None
    high: float | None
    p_value: float
    detectable: float | None
    verdict: Literal["better", "worse", "cannot tell"]

    @property
    def sentence(self) -> str:
        """The comparison in words, with the numbers."""
        if self.difference is None:
            return "Cannot tell: there are no rows."
        counts = f"{self.only_a} rows only the first gets right, {self.only_b} only the second"
        shown = f"{self.difference:+.3f} ({self.low:+.3f} to {self.high:+.3f}, n={self.n})"
        whole = f"{self.verdict.capitalize()}: {shown}; {counts}, p={self.p_value:.3f}."
        if self.verdict != "cannot tell" or not self.detectable:
            return whole
        return f"{whole} These rows would show a difference of {self.detectable:.3f}."


def compare(
    a: Sequence[Prediction], b: Sequence[Prediction], references: Sequence[DatasetRow]
) -> Comparison:
    """Return how the answers `a` compare with the answers `b` on the rows `references`.

    An answer is right when it equals the gold answer but for white space around it. Mid-p
    McNemar keeps its level and, unlike the unpaired test, sees small differences.

    Raises
    ------
    EvaluationError
        When either does not answer exactly these rows.
    """
    pairs = list(zip(_right(a, references), _right(b, references), strict=True))
    only_a, only_b = pairs.count((True, False)), pairs.count((False, True))
    n, p_value = len(pairs), mid_p_mcnemar(only_a, only_b)
    low, high = paired_difference(only_a, only_b, n) if n else (None, None)
    return Comparison(
        n=n,
        both=pairs.count((True, True)),
        only_a=only_a,
        only_b=only_b,
        neither=pairs.count((False, False)),
        difference=(only_a - only_b) / n if n else None,
        low=low,
        high=high,
        p_value=p_value,
        detectable=_POWER_80 * sqrt((only_a + only_b) / n**2) if n else None,
        verdict=_verdict(only_a, only_b, p_value),
    )


def _right(predictions: Sequence[Prediction], rows: Sequence[DatasetRow]) -> list[bool]:
    answers = by_id(rows, predictions)
    return [
        answer.answer.strip() == row.answer.strip()
        for answer, row in zip(answers, rows, strict=True)
    ]


def _verdict(only_a: int, only_b: int, p_value: float) -> Literal["better", "worse", "cannot tell"]:
    if p_value >= _LEVEL:
        return "cannot tell"
    return "better" if only_a > only_b else "worse"
