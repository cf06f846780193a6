"""Macro f1: the mean over labels of each label's f1."""

from __future__ import annotations

from evaluation.metrics.per_label import PerLabel


class MacroF1(PerLabel):
    """The mean over labels of each label's f1."""

    named = "macro_f1"
    measures = "f1"
