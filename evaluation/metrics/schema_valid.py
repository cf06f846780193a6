"""Schema validity: the share of answers that are a list of spans of their input."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.extraction import invalid
from evaluation.metrics.shares import Accused
from evaluation.sheet import AnswerSheet


class SchemaValid(Accused):
    """The share of answers that parse, lie within their input and use the task's labels."""

    named = "schema_valid"

    def found(self, sheet: AnswerSheet) -> list[tuple[str, ...]]:
        """Return what is wrong with each answer; nothing where it is valid."""
        labels, pairs = sheet.task.labels, zip(sheet.answers, sheet.rows, strict=True)
        reasons = [invalid(answer, row.input, labels) for answer, row in pairs]
        return [(reason,) if reason else () for reason in reasons]

    def hits(self, *, predictions: Sequence[str]) -> list[bool]:
        """Return whether nothing is wrong with each answer."""
        return [not reason for reason in predictions]
