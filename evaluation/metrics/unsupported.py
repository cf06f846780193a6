"""Unsupported: the share of answers with a number, date or name that is not in their input."""

from __future__ import annotations

from curation.types import TaskKind
from evaluation.hallucination import unsupported
from evaluation.metrics.hallucination_rate import HallucinationRate
from evaluation.sheet import AnswerSheet


class Unsupported(HallucinationRate):
    """The share of answers that claim what their input does not say."""

    named = "unsupported"

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or labels, which claim nothing."""
        reason = "because a label claims nothing about its input; see malformed"
        labels = sheet.task.kind is TaskKind.CLASSIFY
        return super().undefined(sheet) if not labels else reason

    def found(self, sheet: AnswerSheet) -> list[tuple[str, ...]]:
        """Return what each answer claims beyond its input."""
        pairs = zip(sheet.predictions, sheet.rows, strict=True)
        return [unsupported(prediction, row) for prediction, row in pairs]
