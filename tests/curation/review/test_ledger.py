"""What still waits, and for whom: the same however it was heard, and back again after an undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.review.ledger import Ledger
from curation.types import Annotation, Drawn, Round, Split

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
_numbers = count()


def said(example: str, who: str = "ann", action: str = "answer", **more: Any) -> Annotation:
    number = next(_numbers)
    answer = "card" if action in ("answer", "refuse", "decide", "prefer") else None
    at = more.pop("at", START + timedelta(minutes=1 + number))
    fields = {"answer": answer, "reviewer": who, "at": at, **more}
    return Annotation(uid=f"u{number}", example_id=example, action=action, **fields)  # type: ignore[arg-type]


def drawn(
    *examples: str, strategy: str = "uncertain", at: datetime = START, split: Split = Split.TRAIN
) -> Round:
    cards = tuple(Drawn(example_id=id_, strategy=strategy, reason="r") for id_ in examples)
    return Round(split=split, cards=cards, at=at)


def ledger_of(rounds: Sequence[Round], words: Sequence[Annotation], people: int = 1) -> Ledger:
    ledger = Ledger(people)
    ledger.take(rounds)
    ledger.hear(len(words), words)
    return ledger


def waiting(ledger: Ledger, who: str = "ann", split: Split = Split.TRAIN) -> list[str]:
    return [asked.drawn.example_id for asked in ledger.waiting_for(who, split)]


def test_a_round_waits_in_its_order_until_it_is_answered() -> None:
    ledger = ledger_of([drawn("a", "b", "c")], [said("b")])
    assert waiting(ledger) == waiting(ledger, "bob") == ["a", "c"]
    assert ledger.progress(Split.TRAIN, "ann") == (1, 3)


def test_an_undo_brings_the_card_back() -> None:
    ledger = ledger_of([drawn("a", "b")], [said("a"), said("a", action="undo")])
    assert waiting(ledger) == ["a", "b"]
    assert not ledger.answered


@pytest.mark.parametrize("action", ["skip", "exclude", "refuse"])
def test_who_said_something_is_not_asked_again_in_this_round(action: str) -> None:
    ledger = ledger_of([drawn("a", "b")], [said("a", action=action)])
    assert waiting(ledger) == ["b"]
    assert waiting(ledger, "bob") == (["b"] if action == "exclude" else ["a", "b"])


def test_what_was_refused_comes_again_in_a_later_round() -> None:
    first, words = drawn("a", "b"), [said("a", action="refuse")]
    ledger = ledger_of([first], words)
    assert ledger.refused == {"a"}
    assert ledger.refused_labels("a") == {"card"}
    ledger.take([first, drawn("a", strategy="refused", at=START + timedelta(days=1))])
    assert waiting(ledger) == ["a", "b"]
    ledger.hear(2, [said("a", at=START + timedelta(days=2))])
    assert waiting(ledger) == ["b"]
    assert not ledger.refused


def test_the_newest_round_comes_first_and_its_card_counts() -> None:
    first, second = drawn("a", "b"), drawn("c", at=START + timedelta(hours=1))
    ledger = ledger_of([first, second], [])
    assert waiting(ledger) == ["c", "a", "b"]
    assert ledger.newest(Split.TRAIN) == second
    assert ledger.newest(Split.TEST) is None
    assert ledger.progress(Split.TEST, "ann") == (0, 0)


def test_splits_are_kept_apart() -> None:
    ledger = ledger_of([drawn("a"), drawn("b", split=Split.TEST)], [])
    assert waiting(ledger) == ["a"]
    assert waiting(ledger, split=Split.TEST) == ["b"]


def test_with_two_people_an_example_waits_for_the_second_only() -> None:
    ledger = ledger_of([drawn("a")], [said("a")], people=2)
    assert waiting(ledger) == []
    assert waiting(ledger, "bob") == ["a"]
    ledger.hear(2, [said("a", "bob")])
    assert waiting(ledger, "cid") == []


def test_a_decision_ends_the_asking() -> None:
    ledger = ledger_of([drawn("a")], [said("a", "judge", "decide")], people=3)
    assert waiting(ledger, "bob") == []


def test_what_a_file_says_is_gold_and_answers_no_card() -> None:
    ledger = ledger_of([drawn("a")], [said("a", "shop.csv", via="file")])
    assert ledger.gold == {"a"}
    assert waiting(ledger) == ["a"]


def test_a_likely_error_is_asked_of_who_answered_it_once_more() -> None:
    words = [said("a", at=START - timedelta(days=1))]
    ledger = ledger_of([drawn("a", strategy="label_errors")], words)
    (asked,) = ledger.waiting_for("ann", Split.TRAIN)
    assert ledger.already(asked, "bob") == 1
    assert ledger.already(asked, "ann") == 0
    ledger.hear(2, [said("a", drawn="label_errors")])
    assert waiting(ledger) == waiting(ledger, "bob") == []
    assert ledger.checked == {"a"}


def test_a_gold_question_is_answered_by_so_many_people_and_closes_nothing() -> None:
    ledger = ledger_of([drawn("a", strategy="gold")], [said("a", drawn="gold")])
    assert waiting(ledger, "bob") == []
    assert not ledger.closed


def test_a_comparison_is_asked_though_the_example_is_answered() -> None:
    words = [said("a", at=START - timedelta(days=1))]
    ledger = ledger_of([drawn("a", strategy="compare")], words)
    assert waiting(ledger) == ["a"]
    ledger.hear(2, [said("a", action="prefer", rejected="b", mode="compare")])
    assert waiting(ledger) == []


def test_a_pace_is_the_median_of_the_last_answers() -> None:
    words = [said(f"e{i}", seconds=float(i)) for i in range(30)]
    ledger = ledger_of([], [*words, said("x", mode="bulk", seconds=900.0)])
    assert ledger.pace("ann") == 19.5
    assert ledger.pace("bob") is None
    assert ledger.answers_on(date(2026, 3, 1), "ann") == 30


ACTIONS = st.sampled_from(["answer", "answer", "skip", "refuse", "undo", "exclude", "decide"])
WORDS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["ann", "bob"]), ACTIONS))


@given(WORDS, st.integers(1, 2), st.integers(0, 8), st.booleans())
def test_hearing_bit_by_bit_is_hearing_all_at_once(
    spoken: list[tuple[str, str, str]], people: int, cut: int, rounds_first: bool
) -> None:
    words = [said(*one) for one in spoken]
    rounds = [drawn("a", "b"), drawn("c", "b", strategy="label_errors", at=START)]
    at_once = ledger_of(rounds, words, people)
    by_bits = Ledger(people)
    if rounds_first:
        by_bits.take(rounds[:1])
    by_bits.hear(cut, words[:cut])
    by_bits.take(rounds)
    by_bits.hear(len(words), words[cut:])
    for who in ("ann", "bob", "cid"):
        assert waiting(by_bits, who) == waiting(at_once, who)
        assert by_bits.seen[who] == at_once.seen[who]
    assert by_bits.answered == at_once.answered
    assert by_bits.closed == at_once.closed
    assert by_bits.refused == at_once.refused
