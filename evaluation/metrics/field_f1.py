"""Field F1: the fields an extract task's answers find, by label and words, wherever they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evaluation.extraction import spans_of
from evaluation.metrics.marked import Found, MarkedF1
from evaluation.words import words


class FieldF1(MarkedF1):
    """F1 over fields: right are those with the same label and words; twice said counts twice."""

    named = "field_f1"
    method = "micro over fields; label and words must be right, the place does not matter"

    def marks(self, answer: str, text: str, labels: Sequence[str]) -> Found:
        """Return the marked words, each under its label."""
        spans = spans_of(answer, text, labels)
        return Counter((span.label, " ".join(words(text[span.start : span.end]))) for span in spans)
