"""Hallucination rate: the share of answers that are malformed or unsupported by their input."""

from __future__ import annotations

from collections.abc import Iterator

from curation.types import TaskKind
from evaluation.hallucination import reasons
from evaluation.intervals import Array
from evaluation.metrics.catalog import VALIDITY
from evaluation.metrics.malformed import never_wrote
from evaluation.metrics.shares import Accused
from evaluation.metrics.unsupported import beyond_inputs, paraphrases, ungrounded
from evaluation.sheet import AnswerSheet


class HallucinationRate(Accused):
    """The share of answers with a reason against them, from `evaluation.hallucination`."""

    named = "hallucination_rate"

    def found(self, sheet: AnswerSheet) -> list[tuple[str, ...]]:
        """Return the reasons against each answer."""
        pairs = zip(sheet.predictions, sheet.rows, strict=True)
        return [reasons(prediction, row, sheet.task) for prediction, row in pairs]

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, nothing written, or inputs that say little."""
        return super().undefined(sheet) or never_wrote(sheet) or ungrounded(sheet)

    def remarks(self, sheet: AnswerSheet, units: Array) -> Iterator[str]:
        """Yield how far the value may be believed."""
        yield VALIDITY[sheet.task.kind]
        yield from beyond_inputs(sheet) if sheet.task.kind is TaskKind.GENERATE else ()
        yield from paraphrases(sheet) if sheet.task.kind is TaskKind.EXTRACT else ()
        yield from super().remarks(sheet, units)
