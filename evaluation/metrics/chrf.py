"""chrF (Popović 2015) as sacrebleu computes it: shared runs of up to six characters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sacrebleu.metrics import CHRF

from evaluation.intervals import Array
from evaluation.metrics.overlap import Overlap


class ChrF(Overlap):
    """Corpus chrF2, from 0 to 100; kinder than BLEU to languages that bend their words."""

    named = "chrf"

    def __init__(self) -> None:
        self.chrf = CHRF()
        super().__init__()

    @property
    def method(self) -> str:  # type: ignore[override]
        """Everything another person needs to get the same number; known after `compute`."""
        return str(self.chrf.get_signature())

    def statistics(self, *, predictions: Sequence[str], references: Sequence[str]) -> Array:
        """Return each row's n-grams by length: of the answer, of the reference, shared."""
        rows = self.chrf._extract_corpus_statistics(list(predictions), [list(references)])
        return np.array(rows, dtype=np.float64)

    def values(self, totals: Array) -> Array:
        """Return chrF of summed statistics."""
        return np.array([[self.chrf._compute_f_score(list(row))] for row in totals])
