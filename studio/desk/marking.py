"""Spans on the desk: how an example becomes a card to mark, and what the marks say."""

from __future__ import annotations

from collections.abc import Sequence

from curation.exceptions import SpanError
from curation.review.queue import QueueItem
from curation.spans import read_spans
from curation.types import Example, Span, Task
from studio.components.labeller import Card, Decision
from studio.desk.words import chips


def span_card(item: QueueItem, task: Task) -> Card:
    """Return the card on which an example's spans are marked, those suggested marked already.

    A suggestion that names no spans of the text, as a model may write one, is not shown.
    """
    spans = _suggested(item, task.labels)
    return Card(
        id=item.example.id,
        text=item.example.input,
        mode="spans",
        drawn=item.drawn,
        reason=item.reason,
        suggestion=None if spans is None else item.suggestion,
        suggestion_confidence=None if spans is None else item.confidence,
        spans=tuple((span.start, span.end, span.label) for span in spans or ()),
        metadata=chips(item.example),
    )


def _suggested(item: QueueItem, labels: Sequence[str]) -> tuple[Span, ...] | None:
    if item.suggestion is None:
        return None
    try:
        return read_spans(item.suggestion, item.example.input, labels)
    except SpanError:
        return None


def spans_said(decision: Decision, example: Example, labels: Sequence[str]) -> tuple[Span, ...]:
    """Return the spans a person marked, for an annotation of the example; none if they skipped it.

    The annotation's `answer` is what `write_spans` makes of them.

    Raises
    ------
    SpanError
        One lies outside the text, or has a label that the task no longer has.
    """
    if decision.answer is None:
        return ()
    return read_spans(decision.answer, example.input, labels)
