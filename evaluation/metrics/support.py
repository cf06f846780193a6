"""Support: how much of what answers say their inputs say too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from evaluation.hallucination import support
from evaluation.intervals import Array
from evaluation.metrics.base import OfflineMetric
from evaluation.metrics.catalog import SUPPORT_VALIDITY
from evaluation.metrics.shares import ratio
from evaluation.sheet import AnswerSheet, source


class Support(OfflineMetric):
    """The mean over answers of the share of their words that their input has."""

    named = "support"
    columns = {"predictions": "string", "sources": "string"}  # noqa: RUF012 - constant
    method = SUPPORT_VALIDITY

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return the answers, and what each model could lean on."""
        return {"predictions": sheet.answers, "sources": [source(row) for row in sheet.rows]}

    def statistics(self, *, predictions: Sequence[str], sources: Sequence[str]) -> Array:
        """Return each row's share and a one; zeros where an answer has no words."""
        found = [support(*pair) for pair in zip(predictions, sources, strict=True)]
        return np.array([(0.0, 0.0) if share is None else (share, 1.0) for share in found])

    def values(self, totals: Array) -> Array:
        """Return the mean."""
        return ratio(totals[:, :1], totals[:, 1:])

    def counts(self, found: Array) -> Sequence[int]:  # noqa: ARG002 - as in the base class
        """Return the answers that have words."""
        return [int(self.rows[:, 1].sum())]

    def lack(self, name: str) -> str:  # noqa: ARG002 - as in the base class
        """Return why there is no value."""
        return "because no answer has words"

    def remarks(self, sheet: AnswerSheet, units: Array) -> Iterator[str]:
        """Yield what it is good for, and the references' own value."""
        yield from super().remarks(sheet, units)
        own = self.statistics(predictions=sheet.gold, sources=self.inputs(sheet)["sources"])
        share, n = own.sum(axis=0)
        if n:
            yield f"The references' own: {share / n:.2f}"
