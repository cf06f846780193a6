"""METEOR exact+stem (Banerjee & Lavie 2005): nltk's, without the synonyms that need a download."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from nltk.translate.meteor_score import single_meteor_score  # noqa: TID253 - loaded lazily

from evaluation.intervals import Array
from evaluation.metrics.base import OfflineMetric
from evaluation.metrics.rouge import blank_references
from evaluation.sheet import AnswerSheet
from evaluation.words import words


class _NoSynonyms:
    """A WordNet that knows no word."""

    def synsets(self, _word: str) -> list[str]:
        """Return no synonym set."""
        return []


class Meteor(OfflineMetric):
    """The mean over rows of METEOR, matching words by form and by Porter stem."""

    named = "meteor"
    variant = "METEOR exact+stem"

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or a reference without words."""
        return super().undefined(sheet) or blank_references(sheet)

    def statistics(self, *, predictions: Sequence[str], references: Sequence[str]) -> Array:
        """Return each row's METEOR and a one."""
        pairs = zip(predictions, references, strict=True)
        found = [
            single_meteor_score(words(reference), words(answer), wordnet=_NoSynonyms())
            for answer, reference in pairs
        ]
        return np.column_stack([found, np.ones(len(found))])

    def values(self, totals: Array) -> Array:
        """Return the mean."""
        return np.asarray(totals[:, :1] / totals[:, 1:])
