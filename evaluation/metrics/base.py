"""What every metric shares: `evaluate`'s interface without network or cache, and intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import evaluate  # noqa: TID253 - metrics are loaded lazily, in a child process
import numpy as np
from datasets import Features, List, Value  # noqa: TID253 - as above

from curation.exceptions import EvaluationError
from curation.types import Score
from evaluation.intervals import (
    FEW_ROWS,
    FEWEST_DOCUMENTS,
    Array,
    Interval,
    bootstrap,
    spread,
)
from evaluation.metrics.catalog import CATALOG, MetricInfo
from evaluation.paired import pooled
from evaluation.sheet import AnswerSheet

NO_ROWS = "because there are no rows to score"
FLOATS = "floats"
"""The kind of a column that holds a list of numbers a row."""


class OfflineMetric(evaluate.Metric):  # type: ignore[misc]
    """A metric whose value follows from sums over rows, so that it can be resampled cheaply.

    A subclass says what each row adds (`statistics`) and what the sums mean (`values`). `compute`
    is `evaluate`'s own; `scores` calls it for a whole answer sheet and adds the intervals.

    Comparisons build on these two: `statistics(**inputs(sheet))` has one row for each row of the
    sheet, in its order, and `values` has one column for each of `score_names(sheet)`. What belongs
    to a group of rows (a conversation) is said in the row of one of them, zeros in the others.
    """

    named: ClassVar[str]
    columns: ClassVar[Mapping[str, str]] = {"predictions": "string", "references": "string"}
    replicates: int = 2_000
    method: str = ""
    """How it is computed, where there are several ways; a property where that is known late."""

    def __init__(self) -> None:
        self.rows: Array = np.empty((0, 0))
        super().__init__(keep_in_memory=True)

    @property
    def about(self) -> MetricInfo:
        """What the catalogue says of this metric."""
        return CATALOG[self.named]

    def statistics(self, *_: Any, **columns: Any) -> Array:  # noqa: ANN401 - lists by column
        """Return what each row adds to the totals, shape (n, k)."""
        raise NotImplementedError

    def values(self, totals: Array) -> Array:
        """Return the scores of totals of shape (b, k): shape (b, number of scores)."""
        raise NotImplementedError

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return what `compute` needs of an answer sheet."""
        return {"predictions": sheet.answers, "references": sheet.gold}

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value for this sheet; empty when there is one."""
        return "" if len(sheet) else NO_ROWS

    def lack(self, name: str) -> str:  # noqa: ARG002 - for subclasses
        """Return why one score has no value where others have one."""
        return "because there is nothing to divide by"

    def score_names(self, sheet: AnswerSheet) -> tuple[str, ...]:  # noqa: ARG002 - for subclasses
        """Return the names of the columns of `values`."""
        return self.about.scores

    def rises(self, sheet: AnswerSheet, name: str) -> bool:  # noqa: ARG002 - for subclasses
        """Return whether more of a score is better."""
        return self.about.higher_is_better

    def scores(self, sheet: AnswerSheet) -> tuple[Score, ...]:
        """Return the sheet's scores with 95 % intervals; undefined ones say why."""
        if reason := self.undefined(sheet):
            return tuple(self._undefined(sheet, name, reason) for name in self.about.scores)
        self.compute(**self.inputs(sheet))
        found = self.values(self.rows.sum(axis=0, keepdims=True))[0]
        units = self.rows if sheet.groups is None else pooled(self.rows, sheet.groups)
        with np.errstate(invalid="ignore"):
            limits, counts = self.intervals(units, found), self.counts(found)
        note = ". ".join(self.remarks(sheet, units))
        names = self.score_names(sheet)
        return tuple(
            self._score(sheet, name, value, ends, n, note)
            for name, value, ends, n in zip(names, found, limits, counts, strict=True)
        )

    def difference(self, first: AnswerSheet, second: AnswerSheet, name: str) -> Score:
        """Return the paired difference of one score, first minus second, on the same rows."""
        reason = self.undefined(first) or self.undefined(second)
        if reason:
            return self._undefined(first, name, reason)
        halves = [self.statistics(**self.inputs(sheet)) for sheet in (first, second)]
        column, width = self.score_names(first).index(name), halves[0].shape[1]

        def gain(totals: Array) -> Array:
            halves = totals[:, :width], totals[:, width:]
            return np.asarray(np.subtract(*(self.values(half)[:, column] for half in halves)))

        both = np.hstack(halves)
        value = float(gain(both.sum(axis=0, keepdims=True))[0])
        if not np.isfinite(value):
            return self._undefined(first, name, "because one of the two has no value")
        units = both if first.groups is None else pooled(both, first.groups)
        return self._score(first, name, value, self._resampled(units, gain, value), len(first), "")

    def intervals(self, units: Array, found: Array) -> Sequence[Interval | None]:
        """Return the interval of every value, by the bootstrap over rows or groups of them."""
        if len(units) < FEWEST_DOCUMENTS:
            return [None] * len(found)
        drawn = bootstrap(units, self.values, replicates=self.replicates)
        return [spread(drawn[:, column], value) for column, value in enumerate(found)]

    def counts(self, found: Array) -> Sequence[int]:
        """Return how many items each value was computed on."""
        return [len(self.rows)] * len(found)

    def remarks(self, sheet: AnswerSheet, units: Array) -> Iterator[str]:
        """Yield how the values came about and what to mind; joined they are the scores' note."""
        if self.method:
            yield self.method
        if sheet.groups is not None:
            yield f"{len(sheet)} rows in {len(units)} groups, which are counted together"
        yield from self.warnings(sheet, units)

    def warnings(self, sheet: AnswerSheet, units: Array) -> Iterator[str]:
        """Yield what makes the intervals doubtful."""
        noun = "rows" if sheet.groups is None else "groups"
        if len(units) < FEWEST_DOCUMENTS:
            yield f"Fewer than {FEWEST_DOCUMENTS} {noun}: no interval"
        elif len(units) < FEW_ROWS:
            yield f"Only {len(units)} {noun}: the bootstrap's interval is too narrow"

    def _resampled(self, units: Array, value: Any, at: float) -> Interval | None:  # noqa: ANN401
        if len(units) < FEWEST_DOCUMENTS:
            return None
        return spread(bootstrap(units, value, replicates=self.replicates), at)

    def _undefined(self, sheet: AnswerSheet, name: str, reason: str, n: int | None = None) -> Score:
        n, rises = len(sheet) if n is None else n, self.rises(sheet, name)
        return Score(metric=name, value=None, n=n, undefined=reason, higher_is_better=rises)

    def _score(
        self,
        sheet: AnswerSheet,
        name: str,
        value: float,
        limits: Interval | None,
        n: int,
        note: str,
    ) -> Score:
        if not np.isfinite(value):
            return self._undefined(sheet, name, self.lack(name), n)
        low, high = limits or (None, None)
        return Score(
            metric=name,
            value=float(value),
            low=low,
            high=high,
            n=n,
            higher_is_better=self.rises(sheet, name),
            note=note,
        )

    def _compute(self, **columns: Any) -> dict[str, float]:  # noqa: ANN401 - evaluate's interface
        if not len(next(iter(columns.values()))):
            raise EvaluationError(
                f"{self.named} is undefined {NO_ROWS}.", remedy="Give at least one row."
            )
        self.rows = self.statistics(**columns)
        found = self.values(self.rows.sum(axis=0, keepdims=True))[0]
        return dict(zip(self.about.scores, map(float, found), strict=False))

    def _info(self) -> evaluate.MetricInfo:
        kinds = {name: _feature(kind) for name, kind in self.columns.items()}
        about = self.about.description
        return evaluate.MetricInfo(description=about, citation="", features=Features(kinds))

    def _build_data_dir(self) -> str:
        return ""  # evaluate would make a folder in the user's cache, and leave it there


class Mean(OfflineMetric):
    """A mean over rows of one or several numbers a row."""

    def each(self, *_: Any, **columns: Any) -> Array:  # noqa: ANN401 - lists by column
        """Return every row's numbers, shape (n, number of scores)."""
        raise NotImplementedError

    def statistics(self, *_: Any, **columns: Any) -> Array:  # noqa: ANN401 - as above
        """Return every row's numbers and a one."""
        each = np.asarray(self.each(**columns), dtype=np.float64)
        return np.column_stack([each, np.ones(len(each))])

    def values(self, totals: Array) -> Array:
        """Return the means."""
        return np.asarray(totals[:, :-1] / totals[:, -1:])


def _feature(kind: str) -> Any:  # noqa: ANN401 - an Arrow feature
    return List(Value("float64")) if kind == FLOATS else Value(kind)
