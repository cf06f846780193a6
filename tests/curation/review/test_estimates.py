"""How right the labels are: intervals that are Wilson's, and a hint that is true to the answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from curation.review.estimates import Estimate, hint
from curation.statistics import half_width

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


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
