"""Span and field F1 against hand cases, schema validity, and values that are made up."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.types import TaskKind
from evaluation.extraction import claims, invalid
from evaluation.metrics import METRICS

Make = Callable[..., Any]

LABELS = ("city", "time")
TEXT = "from Rome to Paris at 8 pm, back at 8 pm"
ROME = {"start": 5, "end": 9, "label": "city"}
PARIS = {"start": 13, "end": 18, "label": "city"}
EIGHT = {"start": 22, "end": 26, "label": "time"}
BACK = {"start": 36, "end": 40, "label": "time"}


def sheet_of(pairs: list[tuple[Any, Any]], make_sheet: Make) -> Any:
    gold, answers = zip(*pairs, strict=True)
    texts = [f"{TEXT} {at}" for at in range(len(pairs))]
    written = [one if isinstance(one, str) else json.dumps(one) for one in answers]
    return make_sheet(list(map(json.dumps, gold)), written, TaskKind.EXTRACT, texts, LABELS)


def values_of(name: str, sheet: Any) -> dict[str, Any]:
    return {score.metric: score.value for score in METRICS[name]().scores(sheet)}


def test_span_f1_is_micro_averaged_as_seqeval_does(make_sheet: Make) -> None:
    pairs = [
        ([ROME, PARIS, EIGHT], [ROME, {**PARIS, "end": 17}, EIGHT]),  # a border is wrong
        ([ROME, BACK], [{**ROME, "label": "time"}, BACK, EIGHT]),  # a label is, and one too many
        ([], []),
        ([EIGHT], "nothing to see"),  # not valid: all is missed
    ]
    found = values_of("span_f1", sheet_of(pairs, make_sheet))
    assert found["span_precision"] == pytest.approx(3 / 6)
    assert found["span_recall"] == pytest.approx(3 / 6)
    assert found["span_f1"] == pytest.approx(3 / 6)
    assert found["span_f1[city]"] == pytest.approx(2 * 1 / (2 + 3))
    assert found["span_f1[time]"] == pytest.approx(2 * 2 / (4 + 3))


def test_field_f1_does_not_ask_for_the_place(make_sheet: Make) -> None:
    sheet = sheet_of([([ROME, EIGHT], [ROME, BACK])], make_sheet)
    assert values_of("field_f1", sheet)["field_f1"] == 1
    assert values_of("span_f1", sheet)["span_f1"] == 0.5
    twice = sheet_of([([EIGHT, BACK], [EIGHT])], make_sheet)
    found = values_of("field_f1", twice)
    assert (found["field_precision"], found["field_recall"]) == (1, 0.5)


def test_the_note_tells_of_answers_that_are_not_valid(make_sheet: Make) -> None:
    score = METRICS["span_f1"]().scores(sheet_of([([ROME], "[]"), ([ROME], "{")], make_sheet))[0]
    assert "1 of 2 answers are not valid and count as marking nothing" in score.note


def test_without_gold_marks_it_is_undefined(make_sheet: Make) -> None:
    score = METRICS["span_f1"]().scores(sheet_of([([], [ROME])], make_sheet))[0]
    assert score.undefined == "because nothing is marked in the gold answers"


def test_gold_that_is_not_valid_is_named(make_sheet: Make) -> None:
    sheet = make_sheet(["two people"], ["[]"], TaskKind.EXTRACT, [TEXT], LABELS)
    score = METRICS["span_f1"]().scores(sheet)[0]
    assert score.undefined.startswith("because the gold answer of row0000 is not valid: the answer")


def test_perfect_spans_leave_room_for_doubt(make_sheet: Make) -> None:
    score = METRICS["span_f1"]().scores(sheet_of([([ROME, EIGHT], [ROME, EIGHT])] * 20, make_sheet))
    assert score[0].value == 1
    assert 0.6 < score[0].low < 0.99


def test_spans_match_in_any_order_and_spelling(make_sheet: Make) -> None:
    spaced = json.dumps([EIGHT, ROME], indent=2)
    sheet = sheet_of([([ROME, EIGHT], spaced), ([ROME], [PARIS])], make_sheet)
    assert values_of("exact_match", sheet)["exact_match"] == 0.5


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("[]", ""),
        (json.dumps([ROME]), ""),
        ("the city is Rome", "the answer is no list of spans"),
        ('{"city": "Rome"}', "the answer is no list of spans"),
        ('[{"start": 5, "end": 99, "label": "city"}]', "a span from 5 to 99 does not lie in"),
        ('[{"start": 5, "end": 9, "label": "person"}]', "there is no label called 'person'"),
        ('[{"start": 5, "end": 9, "label": "city", "sure": 1}]', "the answer is no list of"),
        ('[{"start": 5, "end": 9}', "the answer is no list of spans"),
    ],
)
def test_what_is_not_valid_has_a_reason(answer: str, reason: str, make_sheet: Make) -> None:
    assert invalid(answer, TEXT, LABELS).startswith(reason)
    sheet = sheet_of([([ROME], answer)], make_sheet)
    metric = METRICS["schema_valid"]()
    assert metric.scores(sheet)[0].value == float(not reason)
    assert (metric.found(sheet)[0] != ()) is bool(reason)


@pytest.mark.parametrize(
    ("answer", "unsupported", "paraphrased"),
    [
        ('[{"label": "city", "text": "Rome"}]', [], 0),
        ('[{"label": "city", "text": "  ROME "}]', [], 0),
        ('{"city": "Rome", "time": "8 pm"}', [], 0),
        ('{"city": "Oslo"}', ["'Oslo' is not in the input"], 0),
        ('{"city": "Rome", "price": "8 pm"}', ["the key 'price' is not in the schema"], 0),
        ('{"time": "9 pm"}', ["the number 9 is not in the input"], 0),
        ('{"time": 9}', ["the number 9 is not in the input"], 0),
        ('{"city": "Paris from Rome"}', [], 1),
        ('{"city": ["Rome", "Bonn"]}', ["'Bonn' is not in the input"], 0),
        (json.dumps([ROME]), [], 0),
        ("no JSON: 99", [], 0),
    ],
)
def test_values_that_are_made_up_are_named(
    answer: str, unsupported: list[str], paraphrased: int, make_sheet: Make
) -> None:
    sheet = make_sheet(["[]"], [answer], TaskKind.EXTRACT, [TEXT], LABELS)
    found = claims(answer, sheet.rows[0], sheet.task)
    assert (list(found.unsupported), len(found.paraphrased)) == (unsupported, paraphrased)


def test_paraphrases_are_counted_apart(make_sheet: Make) -> None:
    answers = ['{"city": "Paris from Rome"}', '{"city": "Oslo"}', "[]"]
    sheet = sheet_of([([ROME], answer) for answer in answers], make_sheet)
    score = METRICS["unsupported"]().scores(sheet)[0]
    assert score.value == pytest.approx(1 / 3)
    assert "1 answers put a value of their input in other words" in score.note
    assert "exact: against the schema" in score.note


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_valid_or_told_why(answer: str, text: str) -> None:
    reason = invalid(answer, text, LABELS)
    assert reason == "" or reason[0].islower()
    assert not reason.endswith(".")


def test_overlap_metrics_read_spans_as_label_and_text(make_sheet: Make) -> None:
    sheet = sheet_of([([ROME, EIGHT], [ROME])], make_sheet)
    assert sheet.gold_in_words == ["city: Rome; time: 8 pm"]
    assert values_of("token_f1", sheet)["token_f1"] == pytest.approx(2 * 2 / (2 + 5))
