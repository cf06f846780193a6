"""Macro precision: the mean over labels of each label's precision."""

from __future__ import annotations

from evaluation.metrics.per_label import PerLabel


class MacroPrecision(PerLabel):
    """The mean over labels of each label's precision."""

    named = "macro_precision"
    measures = "precision"
