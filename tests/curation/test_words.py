"""Whose word stands: the last of each reviewer, without what is said aside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from curation.resolution import by_people
from curation.types import Annotation, Resolution
from curation.words import Words, answers_of_people, has_seen, standing_words


def said(
    action: str = "answer", answer: str | None = "a", who: str = "ann", **more: str
) -> Annotation:
    record: dict[str, str | None] = {
        "uid": "u",
        "example_id": "e",
        "action": action,
        "answer": answer,
        "reviewer": who,
    }
    return Annotation.model_validate(record | more)


def test_a_preference_and_a_draft_leave_the_answer_standing() -> None:
    words = standing_words([said(answer="x"), said("prefer", "y", rejected="z"), said("draft")])
    assert [word.answer for word in words["e"]] == ["x"]


def test_a_skipped_comparison_leaves_the_answer_standing() -> None:
    words = standing_words([said(answer="x"), said("skip", None, mode="compare")])
    assert [word.answer for word in words["e"]] == ["x"]
    assert standing_words([said("skip", None, mode="compare")]) == {}


def test_an_undo_takes_back_a_preference_before_the_answer_behind_it() -> None:
    heard = [said(answer="x"), said("prefer", "y", rejected="z"), said("undo", None)]
    assert [word.answer for word in standing_words(heard)["e"]] == ["x"]
    assert standing_words([*heard, said("undo", None)]) == {}


def test_an_edit_of_the_better_of_two_is_taken_back_with_the_preference() -> None:
    edited = said(answer="x!", mode="compare", shown="x", rejected="x")
    both = [edited, said("prefer", "x", rejected="z")]
    assert standing_words(both) == {"e": (edited,)}
    assert standing_words([*both, said("undo", None)]) == {}


def test_an_undo_that_names_a_word_leaves_what_was_said_since() -> None:
    heard = [said(answer="there", uid="one"), said(answer="here", uid="two")]
    undone = [*heard, said("undo", None, undoes="one")]
    assert [word.answer for word in standing_words(undone)["e"]] == ["here"]
    assert standing_words([*undone, said("undo", None, undoes="two")]) == {}
    assert standing_words([*undone, said("undo", None, undoes="one")])["e"][0].answer == "here"


def test_undoing_takes_back_the_answer_behind_a_draft() -> None:
    assert standing_words([said(), said("draft"), said("undo", None)]) == {}


def test_a_refusal_is_no_answer_and_asks_for_another_look() -> None:
    words = standing_words([said("refuse", "a")])["e"]
    assert answers_of_people({"e": words}) == {}
    assert not has_seen(words, "ann")


def test_who_answered_has_seen_it_and_nobody_else_has() -> None:
    words = standing_words([said()])["e"]
    assert has_seen(words, "ann")
    assert not has_seen(words, "bo")


def test_an_answer_to_a_gold_question_decides_nothing() -> None:
    words = standing_words([said(drawn="gold")])["e"]
    assert by_people("e", words) is None
    assert has_seen(words, "ann")


def test_who_decides_has_the_last_word_until_it_is_undone() -> None:
    heard = [said(answer="a"), said(answer="b", who="bo")]
    assert by_people("e", standing_words(heard)["e"]) == "people disagree"
    decided = [*heard, said("decide", "b", who="chief"), said(answer="a", who="cy")]
    found = by_people("e", standing_words(decided)["e"])
    assert isinstance(found, Resolution)
    assert (found.answer, found.sources, found.confidence) == ("b", ("chief",), 1.0)
    undone = standing_words([*decided, said("undo", None, who="chief")])["e"]
    assert isinstance(by_people("e", undone), Resolution)  # two of three say a


ACTIONS = st.sampled_from(["answer", "skip", "undo", "refuse", "prefer", "draft", "exclude"])


@given(st.lists(st.tuples(ACTIONS, st.sampled_from("ab"))))
def test_hearing_bit_by_bit_is_hearing_at_once(events: list[tuple[str, str]]) -> None:
    heard = [said(action, who=who) for action, who in events]
    words = Words()
    for one in heard:
        words.hear([one])
    assert words.standing("e") == standing_words(heard).get("e", ())
