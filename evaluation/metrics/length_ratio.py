"""Length ratio: words of the answers over words of the references."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evaluation.intervals import Array
from evaluation.metrics.overlap import Overlap
from evaluation.metrics.shares import ratio
from evaluation.words import words


class LengthRatio(Overlap):
    """Words of all answers over words of all references: 1 is as long, 2 twice as long."""

    named = "length_ratio"
    method = "1 is as long as the references; neither more nor less is better"

    def statistics(self, *, predictions: Sequence[str], references: Sequence[str]) -> Array:
        """Return each row's words on both sides."""
        pairs = zip(predictions, references, strict=True)
        return np.array([(len(words(one)), len(words(other))) for one, other in pairs], dtype=float)

    def values(self, totals: Array) -> Array:
        """Return the ratio of the sums."""
        return ratio(totals[:, :1], totals[:, 1:])
