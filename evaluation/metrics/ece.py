"""Expected calibration error: how far confidence is from how often answers are right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from evaluation.calibration import bin_of, bins_for, confidences_and_hits, no_confidence
from evaluation.intervals import FEWEST_DOCUMENTS, Array, Interval, bootstrap, percentile
from evaluation.metrics.base import OfflineMetric
from evaluation.sheet import AnswerSheet

SIMULATIONS = 400
_BLOCK = 4_000_000


class Ece(OfflineMetric):
    """The gap between mean confidence and accuracy, averaged over bins of equal mass.

    Chance alone opens gaps, so that even perfectly calibrated answers show some: the note says
    how much on these rows.
    """

    named = "ece"
    columns = {"predictions": "float64", "references": "float64"}  # noqa: RUF012 - constant

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or answers without confidence."""
        return no_confidence(sheet)

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return confidences, and whether each answer is right."""
        confidences, hits = confidences_and_hits(sheet)
        return {"predictions": confidences.tolist(), "references": hits.tolist()}

    def statistics(self, *, predictions: Sequence[float], references: Sequence[float]) -> Array:
        """Return each row's confidence less its hit in its bin's column, and a one."""
        confidences, hits = np.array(predictions), np.array(references)
        bins = bins_for(len(confidences))
        self.__dict__.pop("_null", None)
        self._confidences, self._places = confidences, bin_of(confidences, bins)
        gaps = np.eye(bins)[self._places] * (confidences - hits)[:, None]
        return np.column_stack([gaps, np.ones(len(hits))])

    def values(self, totals: Array) -> Array:
        """Return the mean over rows of their bins' absolute gaps."""
        return np.asarray(np.abs(totals[:, :-1]).sum(axis=1, keepdims=True) / totals[:, -1:])

    def intervals(self, units: Array, found: Array) -> Sequence[Interval | None]:
        """Return an interval that allows for the bias of the value.

        Resampling adds as much again as chance did, so that the bootstrap's lower end is reflected
        about the value; it is 0 where chance alone would show as much. Simulated, it held the truth
        in 95 to 98 % of samples of 60 to 1000 rows.
        """
        if len(units) < FEWEST_DOCUMENTS:
            return [None]
        drawn, value = bootstrap(units, self.values, replicates=self.replicates), float(found[0])
        _, above = percentile(drawn, value)
        by_chance = value <= np.quantile(self._null, 0.975)
        return [(0.0 if by_chance else max(0.0, 2 * value - above), min(1.0, above))]

    @property
    def method(self) -> str:  # type: ignore[override]
        """The binning, and what chance alone shows."""
        bins = self.rows.shape[1] - 1
        return (
            f"{bins} {'bin' if bins == 1 else 'bins'} of equal mass; perfectly calibrated answers "
            f"would show {self._null.mean():.3f} on these rows"
        )

    @cached_property
    def _null(self) -> Array:
        """The values of answers that are right just as often as they are sure."""
        generator, sure = np.random.default_rng(13), self._confidences
        draws = max(1, min(SIMULATIONS, _BLOCK // len(sure)))
        gaps = sure - (generator.random((draws, len(sure))) < sure)
        sums = gaps @ np.eye(self.rows.shape[1] - 1)[self._places]
        return np.asarray(np.abs(sums).sum(axis=1) / len(sure))
