"""Spans as answers: what is written reads back, and what names no spans says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import SpanError
from curation.spans import read_spans, write_spans
from curation.types import Span

TEXT = "a table at eight"
spans = st.builds(
    lambda start, length, label: Span(start=start, end=min(start + length, len(TEXT)), label=label),
    st.integers(0, len(TEXT) - 1),
    st.integers(1, 9),
    st.sampled_from(["time", "place"]),
)


@given(st.lists(spans, max_size=6))
def test_what_is_written_reads_back_in_reading_order(said: list[Span]) -> None:
    read = read_spans(write_spans(said), TEXT, ["time", "place"])
    assert set(read) == set(said)
    assert list(read) == sorted(read, key=lambda span: (span.start, span.end, span.label))


@given(st.lists(spans, max_size=6), st.randoms())
def test_the_same_spans_are_the_same_answer_in_any_order(said: list[Span], random: object) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert write_spans(shuffled) == write_spans([*said, *said])


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("eight", "no list of spans"),
        ('{"time": "eight"}', "no list of spans"),
        ('[{"start": 0, "end": 5}]', "no list of spans"),
        ('[{"start": 5, "end": 5, "label": "time"}]', "does not lie"),
        ('[{"start": 11, "end": 17, "label": "time"}]', "does not lie in 16 characters"),
        ('[{"start": 11, "end": 16, "label": "hour"}]', "no label called 'hour'"),
    ],
)
def test_what_names_no_spans_of_the_text_is_refused(answer: str, why: str) -> None:
    with pytest.raises(SpanError, match=why):
        read_spans(answer, TEXT, ["time", "place"])
