"""Corpus BLEU (Papineni et al. 2002) as sacrebleu computes it (Post 2018)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sacrebleu.metrics import BLEU

from evaluation.intervals import Array
from evaluation.metrics.base import OfflineMetric
from evaluation.metrics.rouge import blank_references
from evaluation.sheet import AnswerSheet


class Bleu(OfflineMetric):
    """Corpus BLEU, from 0 to 100; `signature` says how it was computed."""

    named = "bleu"

    def __init__(self) -> None:
        self.bleu = BLEU()
        super().__init__()

    @property
    def signature(self) -> str:
        """Everything another person needs to get the same number; known after `compute`."""
        return str(self.bleu.get_signature())

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or a reference without words."""
        return super().undefined(sheet) or blank_references(sheet)

    def statistics(self, *, predictions: Sequence[str], references: Sequence[str]) -> Array:
        """Return each row's lengths, matched and possible n-grams."""
        rows = self.bleu._extract_corpus_statistics(list(predictions), [list(references)])
        return np.array(rows, dtype=np.float64)

    def values(self, totals: Array) -> Array:
        """Return BLEU of summed statistics."""
        return np.array([[self.bleu._compute_score_from_stats(list(row)).score] for row in totals])
