"""Words and sentences of any language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.tokenizers import DefaultTokenizer

from evaluation.words import sentences, words


@settings(max_examples=100)
@given(st.text(st.characters(max_codepoint=127), max_size=80))
def test_ascii_words_are_rouge_scores(text: str) -> None:
    assert words(text) == DefaultTokenizer(use_stemmer=False).tokenize(text)


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_no_letter_is_lost_and_no_blank_kept(text: str) -> None:
    found = words(text)
    assert all(word and not any(map(str.isspace, word)) for word in found)
    assert words(" ".join(found)) == found


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_sentences_keep_every_word(text: str) -> None:
    assert [word for part in sentences(text) for word in words(part)] == words(text)


@pytest.mark.parametrize(
    ("text", "n"),
    [("One. Two! Three?", 3), ("version 1.2 is out", 1), ("a\nb", 2), ("一。二", 2), ("", 0)],
)
def test_sentences_end_where_people_end_them(text: str, n: int) -> None:
    assert len(sentences(text)) == n
