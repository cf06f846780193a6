"""A card to mark spans on, and back: what was suggested and accepted is what is kept."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import SpanError
from curation.project import default_task
from curation.review.queue import QueueItem
from curation.spans import write_spans
from curation.types import Example, Span, TaskKind, example_id
from studio.components.labeller import Decision
from studio.desk.marking import span_card, spans_said
from tests.studio.texts import TEXTS, spans_of

LABELS = ("time", "people", "Größe 😬")
TASK = default_task(TaskKind.EXTRACT).model_copy(update={"labels": LABELS})


def item(text: str, suggestion: str | None, **more: object) -> QueueItem:
    example = Example(id=example_id(text), input=text)
    return QueueItem(example, "why", suggestion, **more)


def said(answer: str) -> Decision:
    return Decision("u1", "e1", "answer", answer, mode="spans")


@given(st.data())
def test_what_is_suggested_and_accepted_is_what_is_kept(data: st.DataObject) -> None:
    text = data.draw(TEXTS)
    spans = data.draw(spans_of(text, LABELS))
    card = span_card(item(text, write_spans(spans)), TASK)
    # As the browser writes it: whatever order and spacing, code points.
    answer = json.dumps([{"label": label, "end": b, "start": a} for a, b, label in card.spans])
    kept = spans_said(said(answer), item(text, None).example, LABELS)
    assert kept == tuple(Span(start=a, end=b, label=label) for a, b, label in card.spans)
    assert write_spans(kept) == write_spans(spans) == card.suggestion


def test_a_card_carries_what_the_queue_knows() -> None:
    eight = write_spans([Span(start=6, end=9, label="time")])
    card = span_card(item("eat at 8pm", eight, confidence=0.75, drawn="uncertain"), TASK)
    assert (card.mode, card.drawn, card.reason, card.text) == (
        "spans",
        "uncertain",
        "why",
        "eat at 8pm",
    )
    assert (card.suggestion, card.suggestion_confidence) == (eight, 0.75)
    assert card.spans == ((6, 9, "time"),)


@pytest.mark.parametrize(
    "wrong",
    [
        "seven",
        '[{"start": 0, "end": 50, "label": "time"}]',
        '[{"start": 0, "end": 3, "label": "hour"}]',
    ],
)
def test_a_suggestion_that_names_no_spans_of_the_text_is_not_shown(wrong: str) -> None:
    card = span_card(item("eat at 8pm", wrong, confidence=0.75), TASK)
    assert (card.suggestion, card.suggestion_confidence, card.spans) == (None, None, ())


def test_that_there_is_nothing_is_a_suggestion_and_an_answer() -> None:
    assert span_card(item("hello", "[]", confidence=0.9), TASK).suggestion == "[]"
    assert spans_said(said("[]"), item("hello", None).example, LABELS) == ()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ('[{"start": 3, "end": 99, "label": "time"}]', "does not lie in 10 characters"),
        ('[{"start": 3, "end": 3, "label": "time"}]', "does not lie"),
        ('[{"start": 0, "end": 3, "label": "gone"}]', "no label called 'gone'"),
        ('[{"start": "a", "end": 3, "label": "time"}]', "no list of spans"),
        ("", "no list of spans"),
    ],
)
def test_marks_that_do_not_fit_are_refused_and_not_mended(answer: str, why: str) -> None:
    with pytest.raises(SpanError, match=why):
        spans_said(said(answer), item("eat at 8pm", None).example, LABELS)
