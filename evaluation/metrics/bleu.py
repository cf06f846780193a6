"""Corpus BLEU (Papineni et al. 2002) as sacrebleu computes it (Post 2018)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sacrebleu.metrics import BLEU

from evaluation.intervals import Array
from evaluation.metrics.overlap import Overlap


class Bleu(Overlap):
    """Corpus BLEU, from 0 to 100; `method` is its signature, with which others get the same."""

    named = "bleu"

    def __init__(self) -> None:
        self.bleu = BLEU()
        super().__init__()

    @property
    def method(self) -> str:  # type: ignore[override]
        """Everything another person needs to get the same number; known after `compute`."""
        return str(self.bleu.get_signature())

    def statistics(self, *, predictions: Sequence[str], references: Sequence[str]) -> Array:
        """Return each row's lengths, matched and possible n-grams."""
        rows = self.bleu._extract_corpus_statistics(list(predictions), [list(references)])
        return np.array(rows, dtype=np.float64)

    def values(self, totals: Array) -> Array:
        """Return BLEU of summed statistics."""
        return np.array([[self.bleu._compute_score_from_stats(list(row)).score] for row in totals])
