"""Accuracy: the share of answers equal to the gold label."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.metrics.shares import Proportion


class Accuracy(Proportion):
    """The share of answers equal to the gold label."""

    named = "accuracy"

    def hits(self, *, predictions: Sequence[str], references: Sequence[str]) -> list[bool]:
        """Return whether each answer is the gold label."""
        return [answer == gold for answer, gold in zip(predictions, references, strict=True)]
