"""Adjudication: which examples somebody must decide, and the way back when they undo it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from curation.people.adjudication import cases_of
from curation.resolution import by_people
from curation.types import Annotation, Resolution
from curation.words import standing_words


def say(who: str, answer: str | None = None, **more: object) -> Annotation:
    action = more.pop("action", "answer" if answer else "skip")
    fields = {"uid": f"{who} {answer} {more}", "example_id": "e", "reviewer": who, **more}
    return Annotation.model_validate({"answer": answer, "action": action, **fields})


def reasons(*record: Annotation, people: int = 1) -> list[str]:
    cases, _ = cases_of(standing_words(record), people=people)
    return [case.reason for case in cases]


def test_a_disagreement_is_a_case_until_somebody_decides_and_again_when_they_undo() -> None:
    record = [say("ann", "card"), say("bob", "cash")]
    assert reasons(*record) == ["2 people disagree"]
    record.append(say("eva", "refund", action="decide"))
    assert reasons(*record) == []
    record.append(say("eva", action="undo"))
    assert reasons(*record) == ["2 people disagree"]


def test_a_majority_needs_nobody() -> None:
    assert reasons(say("ann", "card"), say("bob", "cash"), say("eva", "card")) == []


def test_a_flag_is_a_case_unless_what_was_decided_came_after_it() -> None:
    flagged = say("ann", "card", flagged=True)
    decided = say("eva", "card", action="decide")
    assert reasons(flagged) == ["flagged"]
    assert reasons(flagged, decided) == []
    assert reasons(decided, flagged) == ["flagged"]
    assert reasons(flagged, say("bob", flagged=True)) == ["flagged by 2 people"]


def test_three_skips_are_a_case_unless_there_is_an_answer() -> None:
    skips = [say("ann"), say("bob"), say("eva")]
    assert reasons(*skips[:2]) == []
    assert reasons(*skips) == ["skipped by 3 people"]
    assert reasons(*skips, say("max", "card")) == []


def test_what_is_excluded_is_no_case() -> None:
    record = [say("ann", "card", flagged=True), say("bob", "cash")]
    assert reasons(*record, say("eva", action="exclude")) == []


def test_a_disagreement_waits_until_everybody_who_is_asked_has_answered() -> None:
    record = [say("ann", "card"), say("bob", "cash")]
    assert cases_of(standing_words(record), people=3) == ((), 1)
    record.append(say("eva", "refund"))
    assert reasons(*record, people=3) == ["3 people disagree"]


def test_disagreements_come_before_flags_and_flags_before_skips() -> None:
    record = [
        *(say(who, example_id="skipped") for who in ("ann", "bob", "eva")),
        say("ann", "card", flagged=True, example_id="flagged"),
        say("ann", "card", example_id="divided"),
        say("bob", "cash", example_id="divided"),
    ]
    cases, waiting = cases_of(standing_words(record))
    assert [case.example_id for case in cases] == ["divided", "flagged", "skipped"]
    assert waiting == 0


def test_choices_are_the_answers_given_those_of_more_people_first() -> None:
    record = [say("ann", "cash"), say("bob", "card"), say("eva", "cash", note="pays in coins")]
    record.append(say("max", "card"))
    ((case,), _) = cases_of(standing_words(record))
    assert [(c.answer, len(c.voices)) for c in case.choices] == [("card", 2), ("cash", 2)]
    assert [v.note for v in case.choices[1].voices] == ["", "pays in coins"]


words = st.lists(
    st.builds(
        say,
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["card", "cash", None]),
        flagged=st.booleans(),
    ),
    max_size=8,
)


@given(words, st.sampled_from(["card", "cash"]))
def test_deciding_ends_every_case_and_undoing_returns_it(
    record: list[Annotation], answer: str
) -> None:
    before = cases_of(standing_words(record))
    decided = [*record, say("judge", answer, action="decide")]
    assert reasons(*decided) == []
    found = by_people("e", standing_words(decided)["e"])
    assert isinstance(found, Resolution)
    assert (found.answer, found.sources) == (answer, ("judge",))
    assert cases_of(standing_words([*decided, say("judge", action="undo")])) == before
