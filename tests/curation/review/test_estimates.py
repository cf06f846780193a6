"""How right the labels are: intervals that are Wilson's, and a hint that is true to the answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.review.estimates import Estimate, answers_for, half_width, hint, interval
from evaluation.intervals import wilson

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
POPULATIONS = st.one_of(st.just(float("inf")), st.integers(1, 5_000).map(float))


@given(COUNTS)
def test_without_a_population_the_interval_is_wilsons(counts: tuple[int, int]) -> None:
    right, n = counts
    assert interval(right / n, n) == pytest.approx(wilson(right, n))


@given(COUNTS, st.integers(1, 10_000))
def test_a_sample_of_few_tells_more_than_a_sample_of_many(
    counts: tuple[int, int], more: int
) -> None:
    right, n = counts
    assert half_width(right / n, n, n + more) <= half_width(right / n, n)
    assert half_width(right / n, n, n) == 0


@given(st.floats(0, 1), st.floats(0.005, 0.3), POPULATIONS)
def test_so_many_answers_are_enough_and_one_less_is_not(
    share: float, half: float, population: float
) -> None:
    number = answers_for(share, half, population)
    assert 1 <= number <= max(1, population)
    assert half_width(share, number, population) <= half
    if number > 1:
        assert half_width(share, number - 1, population) > half


@given(COUNTS, st.floats(0.005, 0.2), st.integers(0, 3_000))
def test_the_hint_is_true_whatever_was_answered(
    counts: tuple[int, int], enough: float, more: int
) -> None:
    right, n = counts
    estimate = Estimate("votes", right, n, n + more)
    advice = hint(estimate, enough)
    assert advice is not None
    assert estimate.half is not None
    if estimate.half <= enough:
        assert advice.more == 0
        assert advice.sentence.startswith("Enough")
    else:
        assert 0 < advice.more <= more
        assert enough <= advice.half < estimate.half
        assert half_width(right / n, n + advice.more, n + more) <= advice.half


def test_the_hint_in_words() -> None:
    advice = hint(Estimate("votes", 180, 200, 10_000), enough=0.01)
    assert advice is not None
    assert advice.sentence == "173 more random cards would narrow it to ± 3%"


def test_without_answers_there_is_neither_a_number_nor_a_hint() -> None:
    nothing = Estimate("votes", 0, 0, 100)
    assert nothing.score.value is None
    assert nothing.score.undefined == "no random cards are answered"
    assert hint(nothing, 0.02) is None


def test_cards_that_are_not_there_are_not_asked_for() -> None:
    some = Estimate("quick", 124, 176, 865, "validation cards", most=176)
    assert hint(some, 0.01) is None
    assert some.score.low < 0.7 < some.score.high
    more = Estimate("quick", 124, 176, 865, "validation cards", most=800)
    advice = hint(more, 0.01)
    assert advice is not None
    assert "validation cards" in advice.sentence
