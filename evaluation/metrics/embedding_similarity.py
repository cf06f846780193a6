"""Embedding similarity: how near answers are to their references in meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from evaluation.intervals import Array
from evaluation.metrics.base import Mean
from evaluation.sheet import AnswerSheet
from evaluation.words import words


class EmbeddingSimilarity(Mean):
    """The mean cosine of the sentence embeddings of answer and reference; 0 for a blank answer.

    It sees paraphrase where word overlap sees nothing, and hardly sees a "not".
    """

    named = "embedding_similarity"
    columns = {"cosines": "float64"}  # noqa: RUF012 - a constant mapping
    method = "a negation hardly moves it"

    def inputs(self, sheet: AnswerSheet) -> dict[str, Any]:
        """Return each row's cosine."""
        vectors = sheet.vectors
        assert vectors is not None  # noqa: S101 - else it is undefined
        self.method = f"cosine by {vectors.model}; {type(self).method}"
        cosines = (vectors.answers * vectors.gold).sum(axis=1, dtype=np.float64).clip(-1, 1)
        blank = np.array([not words(answer) for answer in sheet.answers_in_words])
        return {"cosines": np.where(blank, 0.0, cosines).tolist()}

    def undefined(self, sheet: AnswerSheet) -> str:
        """Return why there is no value: no rows, or no embeddings of them."""
        return super().undefined(sheet) or ("" if sheet.vectors else sheet.no_vectors)

    def each(self, *, cosines: Sequence[float]) -> Array:
        """Return every row's cosine."""
        return np.array(cosines)[:, None]
