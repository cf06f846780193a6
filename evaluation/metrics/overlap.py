"""What metrics of written answers share: both sides in words, and references that have some."""

from __future__ import annotations

from typing import Any

from evaluation.metrics.base import OfflineMetric
from evaluation.sheet import AnswerSheet
from evaluation.words import words


class Overlap(OfflineMetric):
    """A metric of what an answer and its reference share; spans are read as label and text."""

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return answers and gold as a person reads them."""
        return {"predictions": sheet.answers_in_words, "references": sheet.gold_in_words}

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or a reference without words."""
        return super().undefined(sheet) or blank_references(sheet)


def blank_references(sheet: AnswerSheet) -> str:
    """Return why overlap with the references is undefined: one of them has no words."""
    blank = sum(not words(gold) for gold in sheet.gold_in_words)
    return f"because {blank} of {len(sheet)} references have no words" if blank else ""
