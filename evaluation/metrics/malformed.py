"""Malformed: the share of answers of the wrong form."""

from __future__ import annotations

from curation.types import TaskKind
from evaluation.hallucination import malformed
from evaluation.metrics.shares import Accused
from evaluation.sheet import AnswerSheet


class Malformed(Accused):
    """The share of answers that are no label, no valid spans, empty, looping or cut off."""

    named = "malformed"

    def found(self, sheet: AnswerSheet) -> list[tuple[str, ...]]:
        """Return what is wrong with each answer's form."""
        pairs = zip(sheet.predictions, sheet.rows, strict=True)
        return [malformed(prediction, row, sheet.task) for prediction, row in pairs]

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or a classifier that was never let write."""
        return super().undefined(sheet) or never_wrote(sheet)


def never_wrote(sheet: AnswerSheet) -> str:
    """Return why a classifier's own words cannot be judged: it was asked for labels alone."""
    silent = not any(prediction.text.strip() for prediction in sheet.predictions)
    mute = sheet.task.kind is TaskKind.CLASSIFY and silent
    return "because no free text was kept with the labels" if mute else ""
