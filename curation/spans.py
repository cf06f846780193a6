"""Spans of a text as an answer: read from what files, people and models write, and written back."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from curation.exceptions import SpanError
from curation.types import Span

_SPANS = TypeAdapter(tuple[Span, ...])


def write_spans(spans: Sequence[Span]) -> str:
    """Return spans as the one JSON text that stands for them, in reading order.

    Examples
    --------
    >>> write_spans([Span(start=3, end=5, label="time")])
    '[{"start":3,"end":5,"label":"time"}]'
    """
    ordered = sorted(set(spans), key=lambda span: (span.start, span.end, span.label))
    return _SPANS.dump_json(tuple(ordered)).decode()


def read_spans(answer: str, text: str, labels: Sequence[str]) -> tuple[Span, ...]:
    """Return the spans an answer names, in reading order.

    Raises
    ------
    SpanError
        It is no list of spans, one lies outside the text, or has a label the task does not know.

    Examples
    --------
    >>> read_spans('[{"start": 3, "end": 4, "label": "time"}]', "at 8", ["time"])
    (Span(start=3, end=4, label='time'),)
    """
    try:
        spans = _SPANS.validate_json(answer)
    except ValidationError as error:
        raise SpanError(
            "The answer is no list of spans.",
            where=answer[:60],
            remedy='Write it like [{"start": 0, "end": 5, "label": "city"}].',
        ) from error
    for span in spans:
        if not span.start < span.end <= len(text):
            raise SpanError(
                f"A span from {span.start} to {span.end} does not lie in {len(text)} characters.",
                where=text[:60],
                remedy="Count characters from 0; the end is exclusive.",
            )
        if span.label not in labels:
            raise SpanError(
                f"There is no label called {span.label!r}.", remedy=f"There is: {', '.join(labels)}"
            )
    return tuple(sorted(set(spans), key=lambda span: (span.start, span.end, span.label)))


def spans_in_words(answer: str, text: str) -> str:
    """Return an answer's spans as a person reads them; what names no spans, as it is.

    Examples
    --------
    >>> spans_in_words('[{"start": 3, "end": 4, "label": "time"}]', "at 8")
    'time: 8'
    >>> spans_in_words("[]", "at 8")
    'nothing marked'
    """
    try:
        spans = _SPANS.validate_json(answer)
    except ValidationError:
        return answer
    return "; ".join(f"{s.label}: {text[s.start : s.end]}" for s in spans) or "nothing marked"
