"""Functions that mark spans: where they mark, what the marks add up to, and how good they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.corpus import Corpus, corpus_of
from curation.exceptions import FunctionError
from curation.types import Example, FunctionInfo, JsonObject, Span, against, example_id
from labeling_functions.analysis.span_report import report_spans
from labeling_functions.spans import Mark, SpanVotes, disputes, mark_spans
from labeling_functions.tokens import add_up_spans, token_gold, token_matrix, tokens

LABELS = ("time", "people")
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "restaurant8k" / "train_0.json"


def function(name: str, when: JsonObject, vote: str, **more: object) -> FunctionInfo:
    rule = {"family": "pattern", "when": when, "vote": vote, "against": False, "scope": None}
    return FunctionInfo(
        name=name,
        fingerprint=name,
        family="pattern",
        file="f.py",
        line=1,
        source="",
        rule={**rule, **more},
    )


def pattern(regex: str) -> JsonObject:
    return {"kind": "pattern", "regex": regex}


CLOCK = function("clock", pattern(r"\d+ ?[ap]m"), "time")
NUMBER = function("number", pattern(r"\b\d+\b"), "people")


def corpus(*texts: str) -> Corpus:
    return corpus_of([Example(id=example_id(text), input=text) for text in texts])


def marked(votes: SpanVotes, texts: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (votes.functions[mark.function].name, texts[mark.row][mark.start : mark.end])
        for mark in votes.marks
    ]


def test_a_function_marks_every_stretch_its_condition_matched() -> None:
    texts = ("table for 4 at 8 pm", "nothing here", "7pm or 9pm")
    votes = mark_spans([CLOCK, NUMBER], corpus(*texts), LABELS)
    assert marked(votes, texts) == [
        ("clock", "8 pm"),
        ("number", "4"),
        ("number", "8"),
        ("clock", "7pm"),
        ("clock", "9pm"),
    ]


def test_a_scope_keeps_a_function_to_its_slice() -> None:
    scoped = function("n", pattern(r"\d+"), "people", scope=pattern("for"))
    texts = ("for 4", "at 4")
    assert marked(mark_spans([scoped], corpus(*texts), LABELS), texts) == [("n", "4")]


def test_a_function_that_cannot_show_where_says_so_and_the_others_mark() -> None:
    short = function("short", {"kind": "length", "at_most": 3}, "time")
    plain = CLOCK.model_copy(update={"name": "plain", "rule": None})
    votes = mark_spans([short, plain, CLOCK], corpus("8pm"), LABELS)
    assert [fault.function for fault in votes.faults] == ["short", "plain"]
    assert [mark.function for mark in votes.marks] == [0]


def test_an_unknown_label_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(FunctionError, match=r"no label called 'hour'.*time, people"):
        mark_spans([function("clock", pattern("8"), "hour")], corpus("8"), LABELS)


def test_the_label_most_marks_say_wins_token_by_token() -> None:
    hour = function("hour", pattern(r"\d+(?= ?pm)"), "time")
    text = "4 at 8 pm"
    votes = mark_spans([CLOCK, NUMBER, hour], corpus(text), LABELS)
    (found,) = add_up_spans(votes, [text]).values()
    said = [(text[p.span.start : p.span.end], p.span.label) for p in found]
    assert said == [("4", "people"), ("8 pm", "time")]
    assert found[1].probability == pytest.approx(2 / 3)


def test_two_spans_side_by_side_stay_two() -> None:
    digit = function("digit", pattern(r"\d"), "people")
    votes = mark_spans([digit], corpus("4 5"), LABELS)
    (found,) = add_up_spans(votes, ["4 5"]).values()
    assert [(p.span.start, p.span.end) for p in found] == [(0, 1), (2, 3)]


def test_a_negative_function_takes_a_label_away() -> None:
    order = function("order", pattern(r"(?<=order )\d+"), "people", against=True)
    votes = mark_spans([NUMBER, order], corpus("order 66", "for 4"), LABELS)
    found = add_up_spans(votes, ["order 66", "for 4"])
    assert list(found) == [example_id("for 4")]
    (number, negative) = report_spans(votes, {example_id("order 66"): ()})
    assert number.precision.value == 0
    assert negative.precision.value == 1
    assert negative.recall.value is None


def test_precision_and_recall_ask_for_the_exact_span() -> None:
    texts = ("at 8 pm", "at 9pm", "at noon")
    gold = {
        example_id("at 8 pm"): (Span(start=3, end=7, label="time"),),
        example_id("at 9pm"): (Span(start=3, end=4, label="time"),),
        example_id("at noon"): (Span(start=3, end=7, label="time"),),
    }
    (clock,) = report_spans(mark_spans([CLOCK], corpus(*texts), LABELS), gold)
    assert (clock.precision.value, clock.precision.n) == (0.5, 2)
    assert (clock.recall.value, clock.recall.n) == (pytest.approx(1 / 3), 3)
    assert clock.coverage == pytest.approx(2 / 3)


def test_gold_of_a_token_is_the_span_it_lies_in_or_none() -> None:
    votes = mark_spans([NUMBER], corpus("4 at 8"), LABELS)
    matrix = token_matrix(votes, ["4 at 8"])
    gold = {example_id("4 at 8"): (Span(start=0, end=1, label="people"),)}
    assert token_gold(matrix, votes, gold) == {"0:0:1": "people", "0:5:6": ""}


@given(
    text=st.text("ab 1,", min_size=1, max_size=20),
    cuts=st.lists(st.tuples(st.integers(0, 19), st.integers(1, 6)), max_size=5),
    votes=st.lists(st.sampled_from([0, 1, against(0)]), min_size=5, max_size=5),
)
def test_spans_lie_on_tokens_in_order_and_within_what_was_marked(
    text: str, cuts: list[tuple[int, int]], votes: list[int]
) -> None:
    marks = tuple(
        Mark(0, column, start, min(start + length, len(text)))
        for column, (start, length) in enumerate(cuts)
        if start < len(text)
    )
    functions = tuple(NUMBER.model_copy(update={"name": str(n)}) for n in range(5))
    said = SpanVotes(("e",), functions, LABELS, tuple(votes), marks)
    found = [p.span for p in add_up_spans(said, [text]).get("e", ())]
    starts, ends = zip(*tokens(text), strict=True) if tokens(text) else ((), ())
    assert all(span.start in starts and span.end in ends for span in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    for span in found:
        place = LABELS.index(span.label)
        assert any(votes[m.function] == place and m.start < span.end for m in marks)


@pytest.mark.skipif(not SHARED.exists(), reason="the restaurant8k set is not on this machine")
def test_a_handful_of_patterns_finds_the_slots_of_real_requests() -> None:
    texts, gold = [], {}
    for turn in json.loads(SHARED.read_bytes())[:1500]:
        text = turn["userInput"]["text"]
        spans = [
            Span(
                start=label["valueSpan"].get("startIndex", 0),
                end=label["valueSpan"]["endIndex"],
                label=label["slot"],
            )
            for label in turn.get("labels", ())
        ]
        texts.append(text)
        gold[example_id(text)] = spans
    clock = function("clock", pattern(r"(?<!\d)\d{1,2}(:\d\d)? ?[ap]m\b"), "time")
    guests = function("guests", pattern(r"\b\d+ (people|persons|guests|of us)"), "people")
    votes = mark_spans([clock, guests], corpus(*texts), LABELS)
    reports = report_spans(votes, gold)
    assert all((report.precision.low or 0) > 0.55 for report in reports)
    assert all((report.touching.low or 0) > 0.8 for report in reports)
    found = add_up_spans(votes, texts)
    assert len(found) > 100


@pytest.mark.parametrize(
    ("others", "labels"),
    [
        ([], None),
        ([NUMBER], ("time", "people")),
        ([function("not_time", pattern(r"8 pm"), "time", against=True)], ("time",)),
        ([function("not_people", pattern(r"8 pm"), "people", against=True)], None),
        ([function("beside", pattern(r"table"), "people")], None),
        ([function("same", pattern(r"8"), "time")], None),
    ],
)
def test_marks_that_overlap_and_say_different_things_are_disputed(
    others: list[FunctionInfo], labels: tuple[str, ...] | None
) -> None:
    text = "a table at 8 pm"
    votes = mark_spans([CLOCK, *others], corpus(text), LABELS)
    assert disputes(votes) == ({example_id(text): labels} if labels else {})


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 12), st.integers(1, 5)),
        max_size=8,
    )
)
def test_disputes_are_the_pairs_of_marks_that_contradict(
    said: list[tuple[int, int, int, int]],
) -> None:
    marks = tuple(Mark(row, column, at, at + long) for row, column, at, long in sorted(said))
    voices = (0, 1, against(0), against(1))
    functions = (CLOCK, NUMBER, CLOCK, NUMBER)
    votes = SpanVotes(("a", "b", "c"), functions, LABELS, voices, marks)
    expected: dict[str, set[str]] = {}
    for one in marks:
        for other in marks:
            overlap = one.row == other.row and one.start < other.end and other.start < one.end
            a, b = voices[one.function], voices[other.function]
            if overlap and (a == against(b) or (a != b and min(a, b) >= 0)):
                labels = {LABELS[vote] for vote in (a, b) if vote >= 0}
                expected.setdefault(votes.example_ids[one.row], set()).update(labels)
    assert {id_: set(labels) for id_, labels in disputes(votes).items()} == expected
