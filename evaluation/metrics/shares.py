"""Metrics that are a share of something countable, with Wilson's interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from curation.statistics import none_seen
from evaluation.intervals import FEW_ROWS, Array, Interval, effective_trials, share_interval
from evaluation.metrics.base import OfflineMetric
from evaluation.sheet import AnswerSheet


class Share(OfflineMetric):
    """Hits over trials; a row adds how many it has of each, `statistics` of shape (n, 2)."""

    def values(self, totals: Array) -> Array:
        """Return hits over trials."""
        return ratio(totals[:, :1], totals[:, 1:2])

    def intervals(self, units: Array, found: Array) -> Sequence[Interval | None]:  # noqa: ARG002
        """Return Wilson's interval, on as many trials as are independent."""
        return [share_interval(units[:, :2])]

    def counts(self, found: Array) -> Sequence[int]:  # noqa: ARG002 - as in the base class
        """Return the trials."""
        return [int(self.rows[:, 1].sum())]

    def warnings(self, sheet: AnswerSheet, units: Array) -> Iterator[str]:  # noqa: ARG002
        """Yield what few trials, or none that hit, allow to say."""
        hits, trials = units[:, :2].sum(axis=0)
        if hits == 0 and trials:
            bound = none_seen(effective_trials(units[:, :2]))
            yield f"None was seen in {trials:.0f}: the share is at most {bound:.3f}"
        if trials < FEW_ROWS:
            yield f"Only {trials:.0f} were counted: the interval is rough"


class Proportion(Share):
    """A share of rows: each is a hit or a miss, the first column of `statistics`."""

    def hits(self, *_: Any, **columns: Any) -> Sequence[bool]:  # noqa: ANN401 - lists by column
        """Return whether each row counts."""
        raise NotImplementedError

    def statistics(self, *_: Any, **columns: Any) -> Array:  # noqa: ANN401 - as above
        """Return one hit or miss a row, and the row itself."""
        hits = np.asarray(self.hits(**columns), dtype=np.float64)
        return np.column_stack([hits, np.ones_like(hits)])


class Accused(Proportion):
    """The share of answers with a reason against them; `found` says the reasons."""

    columns = {"predictions": "string"}  # noqa: RUF012 - a constant mapping

    def found(self, sheet: AnswerSheet) -> list[tuple[str, ...]]:
        """Return the reasons against each answer."""
        raise NotImplementedError

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return the reasons against each answer, in one line; empty when there are none."""
        return {"predictions": ["; ".join(found) for found in self.found(sheet)]}

    def hits(self, *, predictions: Sequence[str]) -> list[bool]:
        """Return whether there is a reason against each answer."""
        return [bool(reason) for reason in predictions]


def ratio(above: Array, below: Array) -> Array:
    """Return `above / below`, not a number where there is nothing to divide by."""
    shape = np.broadcast_shapes(above.shape, below.shape)
    return np.asarray(np.divide(above, below, out=np.full(shape, np.nan), where=below > 0))
