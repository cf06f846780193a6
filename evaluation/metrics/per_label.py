"""Precision, recall and F1: per label with Wilson's interval, and their mean over labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from evaluation.intervals import (
    FEW_GOLD,
    FEWEST_DOCUMENTS,
    Array,
    Interval,
    bootstrap,
    share_interval,
    spread,
)
from evaluation.metrics.base import OfflineMetric
from evaluation.metrics.shares import ratio
from evaluation.sheet import AnswerSheet

MANY_LABELS, MOST_REPLICATES = 30, 10_000
"""With fewer labels and no groups replicates cost next to nothing."""


class PerLabel(OfflineMetric):
    """A ratio per label, averaged over the labels that occur as gold or as answer.

    A row adds three one-hot vectors: hit, answer, gold. As in scikit-learn, a label that occurs
    but has nothing to divide by counts as 0 in the mean; its own score is undefined.
    """

    measures: ClassVar[Literal["precision", "recall", "f1"]]

    def statistics(
        self,
        *,
        predictions: Sequence[str],
        references: Sequence[str],
        labels: Sequence[str] = (),
    ) -> Array:
        """Return hit, answer and gold counts by label, shape (n, 3 * labels)."""
        self.labels = tuple(labels) or tuple(sorted({*predictions, *references}))
        answered, gold = (one_hot(each, self.labels) for each in (predictions, references))
        return np.hstack([answered * gold, answered, gold])

    def values(self, totals: Array) -> Array:
        """Return the mean over labels, then every label's own ratio."""
        return np.column_stack([self._macro(totals), ratio(*self._sides(totals))])

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return answers, gold and the task's labels."""
        return {**super().inputs(sheet), "labels": sheet.task.labels}

    def score_names(self, sheet: AnswerSheet) -> tuple[str, ...]:
        """Return the macro score's name, then every label's."""
        return (self.named, *(f"{self.measures}[{label}]" for label in sheet.task.labels))

    def lack(self, name: str) -> str:
        """Return why a label has no score."""
        lack = "has no gold row" if self.measures == "recall" else "was never answered"
        return f"because {name.partition('[')[2][:-1]!r} {lack}"

    def intervals(self, units: Array, found: Array) -> Sequence[Interval | None]:
        """Return the macro score's interval, then the labels'."""
        labels = [self._of_label(units, at) for at in range(len(self.labels))]
        macro = self._resample(units, found[0])
        ends = [end for end in labels if end]
        if macro is None and ends:
            low, high = (float(np.mean(side)) for side in zip(*ends, strict=True))
            macro = min(low, found[0]), max(high, found[0])
        return [macro, *labels]

    def counts(self, found: Array) -> Sequence[int]:  # noqa: ARG002 - as in the base class
        """Return the rows, and by label those its ratio is of; for F1, answered or gold."""
        hits, answered, gold = self.rows.sum(axis=0).reshape(3, -1)
        of = {"precision": answered, "recall": gold, "f1": answered + gold - hits}
        return [len(self.rows), *map(int, of[self.measures])]

    def warnings(self, sheet: AnswerSheet, units: Array) -> Iterator[str]:
        """Yield that the rarest label is too rare for the bootstrap."""
        yield from super().warnings(sheet, units)
        gold = np.split(self.rows, 3, axis=1)[2].sum(axis=0)
        few = [at for at, count in enumerate(gold) if 0 < count < FEW_GOLD]
        if few:
            rarest = min(few, key=gold.__getitem__)
            yield (
                f"{len(few)} labels have fewer than {FEW_GOLD} gold rows, {self.labels[rarest]!r} "
                f"only {gold[rarest]:.0f}: the macro interval is too narrow"
            )

    def _sides(self, totals: Array) -> tuple[Array, Array]:
        """Return what is divided by what for each label."""
        hits, answered, gold = np.split(totals, 3, axis=1)
        if self.measures == "f1":
            return 2 * hits, answered + gold
        return hits, answered if self.measures == "precision" else gold

    def _macro(self, totals: Array) -> Array:
        _, answered, gold = np.split(totals, 3, axis=1)
        ratios = np.nan_to_num(ratio(*self._sides(totals)))
        return np.asarray(ratios.sum(axis=1) / np.maximum(((answered + gold) > 0).sum(axis=1), 1))

    def _resample(self, units: Array, value: float) -> Interval | None:
        if len(units) < FEWEST_DOCUMENTS:
            return None
        cheap = len(self.labels) < MANY_LABELS and len(units) == len(self.rows)
        replicates = MOST_REPLICATES if cheap else self.replicates
        return spread(bootstrap(units, self._macro, replicates=replicates), value)

    def _of_label(self, units: Array, at: int) -> Interval | None:
        """Return a ratio's interval; F1 is 2J / (1 + J), J the hits among gold or answered rows."""
        hits, answered, gold = units[:, at :: len(self.labels)].T
        of = {"precision": answered, "recall": gold, "f1": answered + gold - hits}
        ends = share_interval(np.column_stack([hits, of[self.measures]]))
        if ends is None or self.measures != "f1":
            return ends
        return 2 * ends[0] / (1 + ends[0]), 2 * ends[1] / (1 + ends[1])


def one_hot(names: Sequence[str], labels: Sequence[str]) -> Array:
    """Return a one in each name's column, shape (n, labels); zeros where it is none of them."""
    place = {label: at for at, label in enumerate(labels)}
    columns = np.array([place.get(name, -1) for name in names], dtype=np.intp)
    made = np.zeros((len(names), len(labels)))
    known = columns >= 0
    made[np.flatnonzero(known), columns[known]] = 1.0
    return made
