"""Brier score (Brier 1950): the squared distance of the probabilities from what is true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from evaluation.intervals import Array
from evaluation.metrics.base import FLOATS, Mean
from evaluation.sheet import AnswerSheet


class Brier(Mean):
    """The mean over rows of the squared distance of the labels' probabilities from gold, 0 to 2.

    A proper score: it is best for a model that says what it believes.
    """

    named = "brier"
    columns = {"predictions": FLOATS, "references": FLOATS}  # noqa: RUF012 - a constant mapping
    method = "summed over labels, 0 to 2"

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or answers without probabilities."""
        lacking = sum(not prediction.probabilities for prediction in sheet.predictions)
        lack = f"because {lacking} of {len(sheet)} answers carry no probabilities"
        return super().undefined(sheet) or (lack if lacking else "")

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return the probabilities in the labels' order, and a one for gold among zeros."""
        labels = sheet.task.labels
        probabilities = [
            [prediction.probabilities.get(label, 0.0) for label in labels]
            for prediction in sheet.predictions
        ]
        gold = [[float(label == answer) for label in labels] for answer in sheet.gold]
        return {"predictions": probabilities, "references": gold}

    def each(
        self, *, predictions: Sequence[Sequence[float]], references: Sequence[Sequence[float]]
    ) -> Array:
        """Return every row's squared distance."""
        gaps = np.array(predictions, dtype=np.float64) - np.array(references, dtype=np.float64)
        return np.asarray((gaps**2).sum(axis=1, keepdims=True))
