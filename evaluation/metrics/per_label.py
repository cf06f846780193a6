"""Precision, recall and F1: per label with Wilson's interval, and their mean over labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from curation.statistics import wilson
from curation.types import Score
from evaluation.intervals import Array, Interval
from evaluation.metrics.base import OfflineMetric
from evaluation.sheet import AnswerSheet


class PerLabel(OfflineMetric):
    """A ratio per label, averaged over the labels that occur as gold or as answer.

    A row adds three one-hot vectors: hit, answer, gold. As in scikit-learn, a label that occurs
    but has nothing to divide by counts as 0 in the mean; its own score is undefined.
    """

    ratio: ClassVar[Literal["precision", "recall", "f1"]]
    replicates = 10_000

    def statistics(
        self,
        *,
        predictions: Sequence[str],
        references: Sequence[str],
        labels: Sequence[str] = (),
    ) -> Array:
        """Return hit, answer and gold counts by label, shape (n, 3 * labels)."""
        self.labels = tuple(labels) or tuple(sorted({*predictions, *references}))
        names = np.array(self.labels, dtype=object)
        answered = np.array(predictions, dtype=object)[:, None] == names
        gold = np.array(references, dtype=object)[:, None] == names
        return np.hstack([answered & gold, answered, gold]).astype(np.float64)

    def values(self, totals: Array) -> Array:
        """Return the mean over labels, then every label's own ratio (0 where undefined)."""
        hits, answered, gold = np.split(totals, 3, axis=1)
        below = self._below(answered, gold)
        ratios = np.divide(self._above(hits), below, out=np.zeros_like(hits), where=below > 0)
        present = (answered + gold) > 0
        macro = (ratios * present).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
        return np.column_stack([macro, ratios])

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return answers, gold and the task's labels."""
        return {**super().inputs(sheet), "labels": sheet.task.labels}

    def score_names(self, sheet: AnswerSheet) -> tuple[str, ...]:
        """Return the macro score's name, then every label's."""
        return (self.named, *(f"{self.ratio}[{label}]" for label in sheet.task.labels))

    def scores(self, sheet: AnswerSheet) -> tuple[Score, ...]:
        """Return the macro score, then the score of each label."""
        macro = super().scores(sheet)
        return macro if not len(sheet) else macro + self._by_label()

    def intervals(self, values: Mapping[str, float]) -> dict[str, Interval | None]:
        """Return the bootstrap's interval; where it has no spread, the mean of the labels' ends."""
        found = super().intervals(values)
        ends = [end for end in map(self._wilson, range(len(self.labels))) if end]
        if found[self.named] is None and ends:
            low, high = (float(np.mean(side)) for side in zip(*ends, strict=True))
            value = values[self.named]
            found[self.named] = (min(low, value), max(high, value))
        return found

    def _compute(self, **columns: Any) -> dict[str, float]:  # noqa: ANN401 - evaluate's interface
        if not columns["references"]:
            return super()._compute(**columns)
        self.rows = self.statistics(**columns)
        return {self.named: float(self.values(self.rows.sum(axis=0, keepdims=True))[0, 0])}

    def _by_label(self) -> tuple[Score, ...]:
        return tuple(self._one(index, label) for index, label in enumerate(self.labels))

    def _one(self, index: int, label: str) -> Score:
        name, (above, below) = f"{self.ratio}[{label}]", self._counts(index)
        ends = self._wilson(index)
        if ends is None:
            lack = "has no gold row" if self.ratio == "recall" else "was never answered"
            return self.score(name, None, 0, f"because {label!r} {lack}")
        n = below if self.ratio != "f1" else below - above // 2
        whole = self.score(name, above / below, n)
        return whole.model_copy(update={"low": ends[0], "high": ends[1]})

    def _counts(self, index: int) -> tuple[int, int]:
        """Return what is divided by what for a label."""
        hits, answered, gold = self.rows.sum(axis=0).reshape(3, -1)[:, index]
        return int(self._above(hits)), int(self._below(answered, gold))

    def _wilson(self, index: int) -> Interval | None:
        """Return a ratio's interval; F1 is 2J / (1 + J), J the hits among gold or answered rows."""
        above, below = self._counts(index)
        if below == 0:
            return None
        if self.ratio != "f1":
            return wilson(above, below)
        low, high = wilson(above // 2, below - above // 2)
        return 2 * low / (1 + low), 2 * high / (1 + high)

    def _above(self, hits: Any) -> Any:  # noqa: ANN401 - an array or one of its numbers
        return 2 * hits if self.ratio == "f1" else hits

    def _below(self, answered: Any, gold: Any) -> Any:  # noqa: ANN401 - as above
        return {"precision": answered, "recall": gold, "f1": answered + gold}[self.ratio]
