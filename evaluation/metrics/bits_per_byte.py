"""Bits per byte of the reference completions: comparable between models of any tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np

from evaluation.intervals import Array
from evaluation.metrics.base import OfflineMetric
from evaluation.metrics.perplexity import no_likelihood
from evaluation.sheet import AnswerSheet


class BitsPerByte(OfflineMetric):
    """Sum of bits / sum of UTF-8 bytes of the completions; prompts cost nothing."""

    named = "bits_per_byte"
    columns = {"nll": "float64", "bytes": "int64"}  # noqa: RUF012 - a constant mapping
    method = "the end of the answer is paid for too"

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return each row's nats, and the bytes of its completion."""
        return {
            "nll": [prediction.reference_nll for prediction in sheet.predictions],
            "bytes": [len(row.completion.encode()) for row in sheet.rows],
        }

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or rows without a likelihood."""
        return super().undefined(sheet) or no_likelihood(sheet)

    def statistics(self, *, nll: Sequence[float], bytes: Sequence[int]) -> Array:  # noqa: A002
        """Return each row's bits and bytes."""
        return np.column_stack([np.array(nll) / log(2), bytes]).astype(np.float64)

    def values(self, totals: Array) -> Array:
        """Return bits over bytes."""
        return np.asarray(totals[:, :1] / totals[:, 1:])
