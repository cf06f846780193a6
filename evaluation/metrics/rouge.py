"""ROUGE-1, ROUGE-2, ROUGE-L and ROUGE-Lsum as F1 (Lin 2004), on words of any language."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rouge_score.rouge_scorer import RougeScorer  # noqa: TID253 - loaded lazily
from rouge_score.tokenizers import Tokenizer  # noqa: TID253 - loaded lazily

from evaluation.intervals import Array
from evaluation.metrics.base import OfflineMetric
from evaluation.sheet import AnswerSheet
from evaluation.words import sentences, words


class UnicodeTokenizer(Tokenizer):  # type: ignore[misc]
    """The words of a text; rouge_score's own tokenizer drops every letter beyond a to z."""

    def tokenize(self, text: str) -> list[str]:
        """Return the words."""
        return words(text)


class Rouge(OfflineMetric):
    """The mean over rows of the ROUGE scores, without stemming; Lsum splits at sentence ends."""

    named = "rouge"

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or a reference without words."""
        return super().undefined(sheet) or blank_references(sheet)

    def statistics(self, *, predictions: Sequence[str], references: Sequence[str]) -> Array:
        """Return each row's four F1 values and a one."""
        names = list(self.about.scores)
        scorer = RougeScorer(names, tokenizer=UnicodeTokenizer())
        rows = []
        for answer, reference in zip(predictions, references, strict=True):
            found = scorer.score("\n".join(sentences(reference)), "\n".join(sentences(answer)))
            rows.append([*(found[name].fmeasure for name in names), 1.0])
        return np.array(rows)

    def values(self, totals: Array) -> Array:
        """Return the means."""
        return np.asarray(totals[:, :-1] / totals[:, -1:])


def blank_references(sheet: AnswerSheet) -> str:
    """Return why overlap with the references is undefined: one of them has no words."""
    blank = sum(not words(gold) for gold in sheet.gold)
    return f"because {blank} of {len(sheet)} references have no words" if blank else ""
