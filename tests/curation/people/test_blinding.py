"""Blinding: nobody sees another's answer before giving their own, where several are asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from curation.people.blinding import visible_to
from curation.types import Annotation

ACTIONS = ["answer", "skip", "exclude", "refuse", "decide"]
words = st.builds(
    lambda who, action, via: Annotation(
        uid="u", example_id="e", reviewer=who, action=action, via=via, answer="card"
    ),
    st.sampled_from(["ann", "bob", "eva"]),
    st.sampled_from(ACTIONS),
    st.sampled_from(["app", "file"]),
)


@given(st.lists(words, max_size=4), st.integers(1, 3))
def test_a_reader_without_an_answer_sees_only_their_own_words_and_the_file(
    said: list[Annotation], people: int
) -> None:
    seen = visible_to("ann", said, people=people)
    answered = any(
        a.reviewer == "ann" and a.action in ("answer", "decide", "exclude") for a in said
    )
    if people == 1 or answered:
        assert list(seen) == said
    else:
        assert list(seen) == [a for a in said if a.reviewer == "ann" or a.via == "file"]
