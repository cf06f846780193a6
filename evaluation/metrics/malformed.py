"""Malformed: the share of answers of the wrong form."""

from __future__ import annotations

from evaluation.hallucination import malformed
from evaluation.metrics.hallucination_rate import HallucinationRate
from evaluation.sheet import AnswerSheet


class Malformed(HallucinationRate):
    """The share of answers that are no label, empty, looping or cut off."""

    named = "malformed"

    def found(self, sheet: AnswerSheet) -> list[tuple[str, ...]]:
        """Return what is wrong with each answer's form."""
        pairs = zip(sheet.predictions, sheet.rows, strict=True)
        return [malformed(prediction, row, sheet.task) for prediction, row in pairs]
