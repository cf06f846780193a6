from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import FunctionError
from labeling_functions import keywords, labeling_function, lengths, pattern
from labeling_functions.families import FAMILIES
from labeling_functions.function import LabelingFunction
from labeling_functions.rows import Row

WORDS = st.text(st.characters(codec="ascii", categories=("Ll", "Nd")), min_size=1, max_size=6)


def test_every_family_is_found_by_its_name() -> None:
    assert set(FAMILIES) >= {
        "keywords", "pattern", "gazetteer", "lengths", "punctuation", "metadata", "when", "python"
    }  # fmt: skip
    assert all(callable(FAMILIES[name]) for name in FAMILIES)


@pytest.mark.parametrize(
    ("words", "text", "votes"),
    [
        (["art"], "a work of ART", True),
        (["art"], "start", False),
        (["c++"], "I like c++.", True),
        (["$5"], "only $5 today", True),
        (["check out"], "check \n out my page", True),
        (["a.b"], "axb", False),
        (["é"], "É", True),
    ],
)
def test_keywords_find_whole_words_in_either_case(words: list[str], text: str, votes: bool) -> None:
    assert (keywords("k", "spam", words)(Row(text=text)) == "spam") is votes


def test_keywords_can_be_parts_of_words_and_mind_case() -> None:
    rule = keywords("k", "spam", ["Art"], whole_words=False, ignore_case=False)
    assert rule(Row(text="StArt")) == "spam"
    assert rule(Row(text="start")) is None


@given(st.lists(WORDS, min_size=1, max_size=4), st.lists(WORDS, max_size=6))
def test_keywords_vote_exactly_where_a_word_is_present(words: list[str], text: list[str]) -> None:
    voted = keywords("k", "spam", words)(Row(text=" ".join(text))) == "spam"
    assert voted is bool(set(words) & set(text))


@pytest.mark.parametrize("words", ["open", [], ["open", " "]])
def test_keywords_refuse_what_is_no_list_of_words(words: object) -> None:
    with pytest.raises(FunctionError, match="list of words") as caught:
        keywords("asks", "hours", words)  # type: ignore[arg-type]
    assert caught.value.where == "asks"


@given(st.from_regex(r"[a-c]{0,3}[0-9]?", fullmatch=True), st.text("abc123 ", max_size=12))
def test_a_pattern_votes_where_re_finds_it(regex: str, text: str) -> None:
    found = re.search(regex, text) is not None
    assert (pattern("p", "spam", regex)(Row(text=text)) == "spam") is found


def test_a_pattern_minds_case_when_told() -> None:
    assert pattern("p", "spam", "A", ignore_case=False)(Row(text="a")) is None


def test_a_pattern_that_does_not_compile_says_where() -> None:
    with pytest.raises(FunctionError, match="position 0") as caught:
        pattern("order", "status", "(")
    assert caught.value.where == "order"


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"at_most": 2}, [True, True, False]),
        ({"at_least": 2}, [False, True, True]),
        ({"at_least": 2, "at_most": 2}, [False, True, False]),
    ],
)
def test_lengths_count_words(bounds: dict[str, int], expected: list[bool]) -> None:
    rule = lengths("l", "spam", **bounds)  # type: ignore[arg-type]
    assert [rule(Row(text=t)) == "spam" for t in ("one", "one two", "one two three")] == expected


@pytest.mark.parametrize("bounds", [{}, {"at_least": 3, "at_most": 2}])
def test_lengths_that_single_out_nothing_are_refused(bounds: dict[str, int]) -> None:
    with pytest.raises(FunctionError, match="singled out"):
        lengths("l", "spam", **bounds)  # type: ignore[arg-type]


def test_the_decorator_works_with_and_without_parentheses() -> None:
    @labeling_function
    def plain(x: Row) -> str:
        return x.text

    @labeling_function()
    def called(x: Row) -> str:
        return x.text

    @labeling_function(name="other")
    def named(x: Row) -> str:
        return x.text

    assert [f.name for f in (plain, called, named)] == ["plain", "called", "other"]
    assert all(isinstance(f, LabelingFunction) and f.family == "python" for f in (plain, called))
    assert named(Row(text="hello")) == "hello"
