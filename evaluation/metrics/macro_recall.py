"""Macro recall: the mean over labels of each label's recall."""

from __future__ import annotations

from evaluation.metrics.per_label import PerLabel


class MacroRecall(PerLabel):
    """The mean over labels of each label's recall."""

    named = "macro_recall"
    measures = "recall"
