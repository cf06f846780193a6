"""Perplexity of the reference completions: summed over tokens, never a mean of means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from evaluation.intervals import Array
from evaluation.metrics.base import OfflineMetric
from evaluation.sheet import AnswerSheet


class Perplexity(OfflineMetric):
    """exp(sum of nats / sum of tokens), over completion tokens only."""

    named = "perplexity"
    columns = {"nll": "float64", "tokens": "int64"}  # noqa: RUF012 - a constant mapping

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return each row's nats and tokens."""
        return {
            "nll": [prediction.reference_nll for prediction in sheet.predictions],
            "tokens": [prediction.reference_tokens for prediction in sheet.predictions],
        }

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or rows without a likelihood."""
        return super().undefined(sheet) or no_likelihood(sheet)

    def statistics(self, *, nll: Sequence[float], tokens: Sequence[int]) -> Array:
        """Return each row's nats and tokens."""
        return np.column_stack([nll, tokens]).astype(np.float64)

    def values(self, totals: Array) -> Array:
        """Return exp(nats / tokens)."""
        return np.asarray(np.exp(totals[:, :1] / totals[:, 1:]))


def no_likelihood(sheet: AnswerSheet) -> str:
    """Return why the references have no likelihood; empty where all have one."""
    lacking = sum(
        prediction.reference_nll is None or not prediction.reference_tokens
        for prediction in sheet.predictions
    )
    return f"because {lacking} of {len(sheet)} predictions carry no likelihood" if lacking else ""
