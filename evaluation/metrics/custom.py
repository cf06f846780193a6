"""A project's own metrics: the mean over rows of what the user's Python says of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from curation.types import Score
from evaluation.intervals import Array, Interval, share_interval
from evaluation.metrics.base import FLOATS, Mean
from evaluation.metrics.catalog import CUSTOM
from evaluation.sheet import AnswerSheet


class Custom(Mean):
    """The means of the project's own metrics, each `custom.<name>`; what was computed comes in.

    The user's code runs in a limited process before, never here.
    """

    named = "custom"
    columns = {"values": FLOATS}  # noqa: RUF012 - a constant mapping
    method = "by the project's own code"

    def scores(self, sheet: AnswerSheet) -> tuple[Score, ...]:
        """Return a score for each metric of the project's own; none where it has none."""
        if not len(sheet) or not sheet.own:
            reason = self.undefined(sheet)
            return tuple(self._undefined(sheet, name, reason) for name in self.score_names(sheet))
        return super().scores(sheet)

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return what each of them said of each row; not a number where it broke."""
        broken = [np.nan] * len(sheet)
        columns = [broken if own.fault else own.values for own in sheet.own]
        self._faults = {CUSTOM + own.name: own.fault for own in sheet.own}
        return {"values": [list(row) for row in zip(*columns, strict=True)]}

    def each(self, *, values: Sequence[Sequence[float]]) -> Array:
        """Return them as they are."""
        return np.array(values, dtype=np.float64)

    def score_names(self, sheet: AnswerSheet) -> tuple[str, ...]:
        """Return their names."""
        return tuple(CUSTOM + own.name for own in sheet.own)

    def rises(self, sheet: AnswerSheet, name: str) -> bool:
        """Return what the user said of it."""
        return all(own.higher_is_better for own in sheet.own if CUSTOM + own.name == name)

    def lack(self, name: str) -> str:
        """Return what its code broke on."""
        return self._faults[name]

    def intervals(self, units: Array, found: Array) -> Sequence[Interval | None]:
        """Return the bootstrap's intervals; Wilson's for those that only say yes or no."""
        made = super().intervals(units, found)
        yes_or_no = np.atleast_1d(np.isin(self.rows[:, :-1], (0.0, 1.0)).all(axis=0))
        return [
            share_interval(units[:, [column, -1]]) if yes_or_no[column] else ends
            for column, ends in enumerate(made)
        ]
