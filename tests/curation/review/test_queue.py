"""The queue's cards: nothing that leads on held-out splits, and what findings ask."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from curation.review.queue import Queue, asked_by, draw_held_out
from curation.types import Annotation, Finding, Split
from tests.curation.review.gathered import LABELS, evidence

EARLIER = datetime(2026, 3, 1, tzinfo=UTC)
HELD_OUT = st.sampled_from([Split.VALIDATION, Split.TEST])


@given(HELD_OUT, st.integers(1, 30), st.sets(st.integers(0, 29)), st.sets(st.integers(0, 29)))
def test_a_held_out_round_is_random_and_says_nothing_that_could_lead(
    split: Split, n: int, done: set[int], known: set[int]
) -> None:
    rows = {"done": [i for i in done if i < n], "known": [i for i in known if i < n]}
    some = evidence(n, votes=[[0, 1]] * n, **rows)  # type: ignore[arg-type]
    cards = draw_held_out(some, split, 100).cards
    assert {card.example_id for card in cards} == {f"e{i}" for i in range(n) if i not in done}
    assert {card.strategy for card in cards} <= {"random"}
    words = " ".join(card.reason for card in cards)
    assert not any(leak in words for leak in (*LABELS, "unction", "vote", "model"))
    # Nor does the order say anything: it is the same whatever the functions voted.
    assert draw_held_out(evidence(n, **rows), split, 100).cards == cards  # type: ignore[arg-type]


def test_a_held_out_card_says_what_it_is_drawn_for_and_gold_comes_last() -> None:
    some = evidence(40, known=range(5), seed=1)
    exam = draw_held_out(some, Split.TEST, 100).cards
    assert [int(card.example_id[1:]) < 5 for card in exam] == [False] * 35 + [True] * 5
    assert "exam" in exam[0].reason
    assert exam[-1].reason == "It has a gold answer; a second look"
    assert "validation" in draw_held_out(some, Split.VALIDATION, 1).cards[0].reason
    other = draw_held_out(evidence(40, known=range(5), seed=2), Split.TEST, 100).cards
    assert [c.example_id for c in other] != [c.example_id for c in exam]


def test_the_time_left_is_the_pace_times_what_is_left_of_the_round() -> None:
    assert Queue((), round_done=40, round_total=100, pace=2.5).seconds_left == 150
    assert Queue((), round_done=40, round_total=100).seconds_left is None


def test_an_excluded_example_is_no_longer_asked_about() -> None:
    finding = Finding(id="f", kind="k", title="t", example_ids=("a", "b"), action="review")
    said = Annotation(uid="u", example_id="a", action="exclude", at=EARLIER)
    assert asked_by([finding], {"a": (said,)}) == {"b": "t"}
    skipped = said.model_copy(update={"action": "skip"})
    assert asked_by([finding], {"a": (skipped,)}) == {"a": "t", "b": "t"}
