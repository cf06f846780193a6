"""Micro F1, precision and recall: over all answers together, however rare their labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from evaluation.intervals import Array, Interval, share_interval
from evaluation.metrics.base import OfflineMetric
from evaluation.metrics.shares import ratio
from evaluation.sheet import AnswerSheet


class MicroF1(OfflineMetric):
    """F1 of all answers together: the accuracy, but that answers outside the labels count less.

    An answer that is no label is missed by recall and not counted by precision.
    """

    named = "micro_f1"

    def statistics(
        self,
        *,
        predictions: Sequence[str],
        references: Sequence[str],
        labels: Sequence[str] = (),
    ) -> Array:
        """Return whether each row is a hit, answered with a label, and gold."""
        known = set(labels) or {*predictions, *references}
        rows = [
            (answer == gold and gold in known, answer in known, gold in known)
            for answer, gold in zip(predictions, references, strict=True)
        ]
        return np.array(rows, dtype=np.float64)

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return answers, gold and the task's labels."""
        return {**super().inputs(sheet), "labels": sheet.task.labels}

    def values(self, totals: Array) -> Array:
        """Return F1, precision and recall."""
        hits, answered, gold = totals.T
        return np.column_stack(
            [ratio(2 * hits, answered + gold), ratio(hits, answered), ratio(hits, gold)]
        )

    def intervals(self, units: Array, found: Array) -> Sequence[Interval | None]:  # noqa: ARG002
        """Return Wilson's intervals; F1 is 2J / (1 + J), J the hits among rows of either side."""
        hits, answered, gold = units.T
        either, precision, recall = (
            share_interval(np.column_stack([hits, of]))
            for of in (answered + gold - hits, answered, gold)
        )
        f1 = either and (2 * either[0] / (1 + either[0]), 2 * either[1] / (1 + either[1]))
        return [f1, precision, recall]

    def lack(self, name: str) -> str:  # noqa: ARG002 - as in the base class
        """Return why there is no precision."""
        return "because no answer is one of the labels"
