"""Hallucination rate: the share of answers that are malformed or unsupported by their input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from curation.types import TaskKind
from evaluation.hallucination import reasons
from evaluation.metrics.base import Proportion
from evaluation.sheet import AnswerSheet


class HallucinationRate(Proportion):
    """The share of answers with a reason against them, from `evaluation.hallucination`."""

    named = "hallucination_rate"
    columns = {"predictions": "string"}  # noqa: RUF012 - a constant mapping

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return the reasons against each answer, in one line; empty when there are none."""
        return {"predictions": ["; ".join(found) for found in self.found(sheet)]}

    def found(self, sheet: AnswerSheet) -> list[tuple[str, ...]]:
        """Return the reasons against each answer."""
        pairs = zip(sheet.predictions, sheet.rows, strict=True)
        return [reasons(prediction, row, sheet.task) for prediction, row in pairs]

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or a classifier that was never let write."""
        silent = not any(prediction.text.strip() for prediction in sheet.predictions)
        mute = sheet.task.kind is TaskKind.CLASSIFY and silent
        lack = "because no free text was kept with the labels"
        return super().undefined(sheet) or (lack if mute else "")

    def hits(self, *, predictions: Sequence[str]) -> list[bool]:
        """Return whether there is a reason against each answer."""
        return [bool(reason) for reason in predictions]
