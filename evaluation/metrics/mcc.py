"""Matthews' correlation of answers with gold, for any number of labels (Gorodkin 2004)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from evaluation.intervals import Array
from evaluation.metrics.base import OfflineMetric
from evaluation.metrics.per_label import one_hot
from evaluation.sheet import AnswerSheet


class Mcc(OfflineMetric):
    """How far answers go with gold beyond chance: 1 always, 0 as chance would, below 0 against.

    As in scikit-learn it is 0 where all answers are one label; answers that are no label count as
    one label more.
    """

    named = "mcc"

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or gold that is always the same."""
        alike = len(set(sheet.gold)) == 1
        lack = "because all gold rows have one label: there is nothing to correlate with"
        return super().undefined(sheet) or (lack if alike else "")

    def statistics(
        self,
        *,
        predictions: Sequence[str],
        references: Sequence[str],
        labels: Sequence[str] = (),
    ) -> Array:
        """Return whether each row is a hit, then its answer and its gold label, one-hot."""
        known = list(labels) or sorted({*predictions, *references})
        answered, gold = (_with_outside(one_hot(each, known)) for each in (predictions, references))
        hits = np.array(predictions, dtype=object) == np.array(references, dtype=object)
        return np.column_stack([hits, answered, gold]).astype(np.float64)

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return answers, gold and the task's labels."""
        return {**super().inputs(sheet), "labels": sheet.task.labels}

    def values(self, totals: Array) -> Array:
        """Return the correlation of the confusion matrix the totals are the margins of."""
        hits, (answered, gold) = totals[:, 0], np.split(totals[:, 1:], 2, axis=1)
        n = gold.sum(axis=1)
        above = hits * n - (answered * gold).sum(axis=1)
        below = (n**2 - (answered**2).sum(axis=1)) * (n**2 - (gold**2).sum(axis=1))
        found = np.divide(above, np.sqrt(below), out=np.zeros_like(above), where=below > 0)
        return np.asarray(found[:, None])


def _with_outside(one_hot: Array) -> Array:
    """Return the columns with one more, for what is none of the labels."""
    return np.column_stack([one_hot, 1 - one_hot.sum(axis=1)])
