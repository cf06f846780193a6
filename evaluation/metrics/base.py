"""What every metric shares: `evaluate`'s interface without network or cache, and intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import evaluate  # noqa: TID253 - metrics are loaded lazily, in a child process
import numpy as np
from datasets import Features, Value  # noqa: TID253 - as above
from numpy.typing import NDArray

from curation.exceptions import EvaluationError
from curation.statistics import wilson
from curation.types import Score
from evaluation.intervals import FEWEST_DOCUMENTS, Array, Interval, bootstrap, percentile
from evaluation.metrics.catalog import CATALOG, MetricInfo
from evaluation.sheet import AnswerSheet

NO_ROWS = "because there are no rows to score"


class OfflineMetric(evaluate.Metric):  # type: ignore[misc]
    """A metric whose value follows from sums over rows, so that it can be resampled cheaply.

    A subclass says what each row adds (`statistics`) and what the sums mean (`values`). `compute`
    is `evaluate`'s own; `scores` calls it for a whole answer sheet and adds the intervals.
    """

    named: ClassVar[str]
    columns: ClassVar[Mapping[str, str]] = {"predictions": "string", "references": "string"}
    replicates: ClassVar[int] = 2_000

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

    def scores(self, sheet: AnswerSheet) -> tuple[Score, ...]:
        """Return the sheet's scores with 95 % intervals; undefined ones say why."""
        if reason := self.undefined(sheet):
            return tuple(self.score(name, None, len(sheet), reason) for name in self.about.scores)
        values = self.compute(**self.inputs(sheet))
        limits = self.intervals(values)
        return tuple(
            self.score(name, value, len(sheet)).model_copy(update=_ends(limits[name]))
            for name, value in values.items()
        )

    def difference(self, first: AnswerSheet, second: AnswerSheet, name: str) -> Score:
        """Return the paired difference of one score, first minus second, on the same rows."""
        reason = self.undefined(first) or self.undefined(second)
        if reason:
            return self.score(name, None, len(first), reason)
        halves = [self.statistics(**self.inputs(sheet)) for sheet in (first, second)]
        column, width = self.score_names(first).index(name), halves[0].shape[1]

        def gain(totals: Array) -> Array:
            return np.asarray(
                self.values(totals[:, :width])[:, column]
                - self.values(totals[:, width:])[:, column]
            )

        both = np.hstack(halves)
        value = float(gain(both.sum(axis=0, keepdims=True))[0])
        if not np.isfinite(value):
            return self.score(name, None, len(first), "because one of the two has no value")
        limits = self._resampled(both, gain, value)
        return self.score(name, value, len(first)).model_copy(update=_ends(limits))

    def score_names(self, sheet: AnswerSheet) -> tuple[str, ...]:  # noqa: ARG002 - for subclasses
        """Return the names of the columns of `values`."""
        return self.about.scores

    def intervals(self, values: Mapping[str, float]) -> dict[str, Interval | None]:
        """Return the interval of every score `compute` just returned, by the bootstrap."""
        if len(self.rows) < FEWEST_DOCUMENTS:
            return dict.fromkeys(values)
        drawn = bootstrap(self.rows, self.values, replicates=self.replicates)
        return {
            name: _spread(drawn[:, column], value)
            for column, (name, value) in enumerate(values.items())
        }

    def score(self, name: str, value: float | None, n: int, undefined: str = "") -> Score:
        """Return a score of this metric, without an interval."""
        better = self.about.higher_is_better
        return Score(metric=name, value=value, n=n, undefined=undefined, higher_is_better=better)

    def _resampled(self, rows: Array, value: Any, at: float) -> Interval | None:  # noqa: ANN401
        if len(rows) < FEWEST_DOCUMENTS:
            return None
        return _spread(bootstrap(rows, value, replicates=self.replicates), at)

    def _compute(self, **columns: Any) -> dict[str, float]:  # noqa: ANN401 - evaluate's interface
        if not len(next(iter(columns.values()))):
            raise EvaluationError(
                f"{self.named} is undefined {NO_ROWS}.", remedy="Give at least one row."
            )
        self.rows = self.statistics(**columns)
        found = self.values(self.rows.sum(axis=0, keepdims=True))[0]
        return dict(zip(self.about.scores, map(float, found), strict=True))

    def _info(self) -> evaluate.MetricInfo:
        features = Features({name: Value(kind) for name, kind in self.columns.items()})
        about = self.about.description
        return evaluate.MetricInfo(description=about, citation="", features=features)

    def _build_data_dir(self) -> str:
        return ""  # evaluate would make a folder in the user's cache, and leave it there


class Proportion(OfflineMetric):
    """A share of rows, with Wilson's interval."""

    def hits(self, *_: Any, **columns: Any) -> Sequence[bool]:  # noqa: ANN401 - as above
        """Return whether each row counts."""
        raise NotImplementedError

    def statistics(self, *_: Any, **columns: Any) -> Array:  # noqa: ANN401 - as in the base class
        """Return one hit or miss a row, and the row itself."""
        hits = np.asarray(self.hits(**columns), dtype=np.float64)
        return np.column_stack([hits, np.ones_like(hits)])

    def values(self, totals: Array) -> Array:
        """Return hits over rows."""
        return np.asarray(totals[:, :1] / totals[:, 1:])

    def intervals(self, values: Mapping[str, float]) -> dict[str, Interval | None]:
        """Return Wilson's interval."""
        hits, n = (int(total) for total in self.rows.sum(axis=0))
        return dict.fromkeys(values, wilson(hits, n))


def _spread(drawn: NDArray[np.float64], value: float) -> Interval | None:
    """Return the percentile interval, or None where resampling shows no spread."""
    return percentile(drawn, value) if np.ptp(drawn) > 0 else None


def _ends(limits: Interval | None) -> dict[str, float]:
    return {} if limits is None else {"low": limits[0], "high": limits[1]}
