from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import labeling_functions
from curation.exceptions import FunctionError, UnknownNameError
from labeling_functions import length, matches, metadata, none_of, punctuation, words
from labeling_functions.conditions import CONDITIONS as KINDS
from labeling_functions.conditions import Condition, condition_from, masks
from labeling_functions.rows import row_of
from tests.labeling_functions.conditions.made import CONDITIONS, ROWS, corpus


@given(CONDITIONS, ROWS)
@settings(max_examples=300, deadline=None)
def test_a_mask_holds_on_the_very_rows_the_condition_does(
    condition: Condition, rows: list[tuple[str, dict[str, Any]]]
) -> None:
    held = [condition.holds(row_of(text, metadata)) for text, metadata in rows]
    assert condition.mask(corpus(rows)).tolist() == held


@given(st.lists(CONDITIONS, max_size=4), ROWS)
@settings(deadline=None)
def test_many_asked_together_answer_as_each_alone(
    conditions: list[Condition], rows: list[tuple[str, dict[str, Any]]]
) -> None:
    together = masks(conditions, corpus(rows))
    assert together.shape == (len(conditions), len(rows))
    for mask, condition in zip(together, conditions, strict=True):
        np.testing.assert_array_equal(mask, condition.mask(corpus(rows)))


def test_a_corpus_of_many_chunks_keeps_its_order() -> None:
    texts = ["open", "shut", "öffnen open", "\u00f6"] * 30_000
    held = words("open").mask(corpus([(text, {}) for text in texts]))
    assert held.tolist() == [True, False, True, False] * 30_000


@given(CONDITIONS)
def test_a_condition_is_its_data_and_its_code(condition: Condition) -> None:
    assert condition_from(json.loads(json.dumps(condition.data))) == condition
    assert eval(condition.code(), vars(labeling_functions).copy()) == condition  # noqa: S307


def test_every_kind_says_its_name() -> None:
    assert all(KINDS[kind].kind == kind for kind in KINDS)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"kind": "words"}, "is no words condition"),
        ({"kind": "words", "words": ["a"], "colour": 1}, "is no words condition"),
        ({"kind": "words", "words": 5}, "is no words condition"),
        ({"kind": "all", "conditions": []}, "all_of needs conditions"),
        ({"kind": "pattern", "regex": "("}, "does not compile"),
        ({"kind": "length"}, "singled out"),
    ],
)
def test_data_that_is_no_condition_is_refused_in_words(data: dict[str, Any], error: str) -> None:
    with pytest.raises(FunctionError, match=error):
        condition_from(data)


def test_an_unknown_kind_is_answered_with_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="words"):
        condition_from({"kind": "word"})


@pytest.mark.parametrize(
    "make",
    [
        words,
        lambda: words("a", " "),
        lambda: length(at_least=3, at_most=2),
        lambda: length(unit="lines", at_most=2),
        lambda: length(at_most="3"),
        lambda: length(at_least=float("nan")),
        lambda: punctuation(""),
        lambda: punctuation("!", at_least=0),
        lambda: metadata(""),
        lambda: metadata("a", "b", present=False),
        lambda: metadata("a", matches="("),
        lambda: none_of("open"),
        none_of,
    ],
)
def test_what_asks_nothing_is_refused(make: Any) -> None:
    with pytest.raises(FunctionError):
        make()


@pytest.mark.parametrize(
    ("condition", "text", "spans"),
    [
        (words("open", "closing time"), "Open at closing\n time", [(0, 4), (8, 21)]),
        (matches(r"\d+"), "12 or 3", [(0, 2), (6, 7)]),
        (matches(r"x*"), "axx", [(1, 3)]),
        (punctuation("!?"), "a!?", [(1, 2), (2, 3)]),
        (labeling_functions.any_of(words("b"), words("a", "b")), "a b", [(0, 1), (2, 3)]),
        (none_of(words("a")), "a b", []),
        (length(at_most=3), "a b", []),
    ],
)
def test_spans_show_where_it_holds(
    condition: Condition, text: str, spans: list[tuple[int, int]]
) -> None:
    assert condition.spans(text) == spans


def test_metadata_is_compared_as_text_and_as_numbers() -> None:
    rows = [{"stars": value} for value in (5, "5", 5.0, True, None, "", "five", [5], -3, "1e1")]
    held = {
        condition.code(): condition.mask(corpus([("", row) for row in rows])).nonzero()[0].tolist()
        for condition in (
            metadata("stars", 5),
            metadata("stars", at_least=5),
            metadata("stars"),
            metadata("stars", present=False),
            metadata("stars", matches="^f"),
            metadata("stars", contains="E"),
        )
    }
    assert list(held.values()) == [
        [0, 1],
        [0, 1, 2, 9],
        [0, 1, 2, 3, 6, 7, 8, 9],
        [4, 5],
        [6],
        [3, 6, 9],
    ]
