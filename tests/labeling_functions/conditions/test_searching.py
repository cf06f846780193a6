from __future__ import annotations

import re

import pytest

from curation.exceptions import FunctionError
from labeling_functions import matches, metadata
from labeling_functions.conditions import searching
from tests.labeling_functions.conditions.made import corpus

ENDLESS = r"^(\w+\s?)+(?<!x)$"
STUCK = "a" * 40 + "!"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "SECONDS", 0.05)


def test_a_search_without_end_is_stopped_and_the_row_shown() -> None:
    stuck = "ab" * 30 + "\n!"
    with pytest.raises(FunctionError, match=r"takes longer than 0\.05 s on 'abab"):
        matches(r"(\w+\s?)+\1!?$").mask(corpus([("a fine text", {}), (stuck, {})]))


def test_after_one_was_stopped_the_next_is_searched() -> None:
    pattern = re.compile(ENDLESS)
    with pytest.raises(FunctionError, match="Write it with fewer repetitions"):
        searching.found(pattern, ["fine", STUCK])
    assert searching.found(pattern, ["fine", "!"]) == [True, False]


def test_a_child_that_died_is_started_again() -> None:
    pattern = re.compile(ENDLESS)
    assert searching.found(pattern, ["fine"]) == [True]
    searching._SEARCHER._process.kill()  # type: ignore[union-attr]
    searching._SEARCHER._process.wait()  # type: ignore[union-attr]
    assert searching.found(pattern, ["fine"]) == [True]


def test_spans_of_a_search_without_end_are_none() -> None:
    assert matches(ENDLESS).spans(STUCK) == []
    assert matches(ENDLESS).spans("fine by me") == [(0, 10)]


def test_columns_are_searched_as_safely() -> None:
    with pytest.raises(FunctionError, match="takes longer"):
        metadata("a", matches=ENDLESS).mask(corpus([("", {"a": STUCK})]))
