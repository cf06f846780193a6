"""Token F1 (Rajpurkar et al. 2016, SQuAD): the words an answer and its reference share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from evaluation.intervals import Array
from evaluation.metrics.base import Mean
from evaluation.metrics.overlap import Overlap
from evaluation.words import words


class TokenF1(Overlap, Mean):
    """The mean over rows of F1 over words, however ordered."""

    named = "token_f1"
    method = "as in SQuAD, on Unicode words, without dropping English articles"

    def each(self, *, predictions: Sequence[str], references: Sequence[str]) -> Array:
        """Return every row's F1."""
        pairs = zip(predictions, references, strict=True)
        return np.array([[shared_words(words(one), words(other))] for one, other in pairs])


def shared_words(one: Sequence[str], other: Sequence[str]) -> float:
    """Return F1 over two bags of words; two empty ones agree.

    Examples
    --------
    >>> shared_words(["to", "be", "or", "not"], ["to", "be"])
    0.6666666666666666
    """
    if not one or not other:
        return float(not one and not other)
    return 2 * sum((Counter(one) & Counter(other)).values()) / (len(one) + len(other))
