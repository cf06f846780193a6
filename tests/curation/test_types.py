"""The nouns: frozen, described, and the same text is the same example."""

from __future__ import annotations

import inspect
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from curation import types
from curation.types import Example, Noun, ProbableLabels, RunStatus, example_id, fingerprint, now

NOUNS = [
    noun
    for _, noun in inspect.getmembers(types, inspect.isclass)
    if issubclass(noun, Noun) and noun is not Noun
]


def test_there_are_nouns() -> None:
    assert len(NOUNS) > 20


@pytest.mark.parametrize("noun", NOUNS)
def test_every_field_is_described_in_a_sentence(noun: type[Noun]) -> None:
    assert noun.__doc__
    for name, field in noun.model_fields.items():
        assert field.description, f"{noun.__name__}.{name}"


def test_a_noun_is_not_edited_and_takes_no_unknown_field() -> None:
    example = Example(id="x", input="text")
    with pytest.raises(ValidationError, match="frozen"):
        example.input = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="colour"):
        Example.model_validate({"id": "x", "input": "text", "colour": "blue"})


@given(st.text())
def test_the_same_words_typed_on_two_machines_are_one_example(text: str) -> None:
    assert example_id(normalize("NFC", text)) == example_id(normalize("NFD", text))


@given(st.lists(st.text(st.characters(exclude_characters="\x00"))), st.data())
def test_parts_of_a_fingerprint_do_not_run_together(parts: list[str], data: st.DataObject) -> None:
    other = data.draw(st.lists(st.text(st.characters(exclude_characters="\x00"))))
    assert (fingerprint(*parts) == fingerprint(*other)) == (parts == other)


def test_half_a_character_has_a_fingerprint_too() -> None:
    assert fingerprint("\ud83d") != fingerprint("?")


def test_now_is_in_utc_to_the_millisecond() -> None:
    moment = now()
    assert moment.utcoffset() is not None
    assert moment.microsecond % 1000 == 0


@pytest.mark.parametrize(
    ("row", "covered", "best"),
    [
        ([0.7, 0.3], True, ("a", 0.7)),
        ([0.5, 0.5], True, None),
        ([0.5 + 1e-12, 0.5 - 1e-12], True, None),
        ([0.7, 0.3], False, None),
    ],
)
def test_the_best_label_is_none_when_tied_or_uncovered(
    row: list[float], covered: bool, best: tuple[str, float] | None
) -> None:
    labels = ProbableLabels(("x",), ("a", "b"), np.array([row]), np.array([covered]), "majority")
    assert labels.best(0) == best


def test_a_live_run_is_one_a_worker_holds_or_waits_for() -> None:
    assert {s.value for s in RunStatus if s.live} == {"queued", "running", "cancelling"}
