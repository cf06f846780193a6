"""ROUGE-1, ROUGE-2, ROUGE-L and ROUGE-Lsum as F1 (Lin 2004), on words of any language."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rouge_score.rouge_scorer import RougeScorer  # noqa: TID253 - loaded lazily
from rouge_score.tokenizers import Tokenizer  # noqa: TID253 - loaded lazily

from evaluation.intervals import Array
from evaluation.metrics.base import Mean
from evaluation.metrics.overlap import Overlap
from evaluation.words import sentences, words


class UnicodeTokenizer(Tokenizer):  # type: ignore[misc]
    """The words of a text; rouge_score's own tokenizer drops every letter beyond a to z."""

    def tokenize(self, text: str) -> list[str]:
        """Return the words."""
        return words(text)


class Rouge(Overlap, Mean):
    """The mean over rows of the ROUGE scores; Lsum splits at sentence ends."""

    named = "rouge"
    method = "F1 on Unicode words, not stemmed; Lsum by sentence"

    def each(self, *, predictions: Sequence[str], references: Sequence[str]) -> Array:
        """Return every row's four F1 values."""
        names = list(self.about.scores)
        scorer = RougeScorer(names, tokenizer=UnicodeTokenizer())
        rows = []
        for answer, reference in zip(predictions, references, strict=True):
            found = scorer.score("\n".join(sentences(reference)), "\n".join(sentences(answer)))
            rows.append([found[name].fmeasure for name in names])
        return np.array(rows)
