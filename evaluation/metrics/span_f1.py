"""Span F1: the spans an extract task's answers find, by place and label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evaluation.extraction import spans_of
from evaluation.metrics.marked import Found, MarkedF1


class SpanF1(MarkedF1):
    """F1 over spans: right are those with the same start, end and label."""

    named = "span_f1"
    method = "micro over spans; start, end and label must all be right"

    def marks(self, answer: str, text: str, labels: Sequence[str]) -> Found:
        """Return the spans, each under its label."""
        spans = spans_of(answer, text, labels)
        return Counter((span.label, (span.start, span.end)) for span in spans)
