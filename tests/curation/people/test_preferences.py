"""Preference pairs: whose choice counts, what undoing takes back, and what is never given away."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.exceptions import LeakageError
from curation.people.preferences import Preferences, judgements, preference_pairs
from curation.project import default_task
from curation.templates import render_prompt
from curation.types import Annotation, Example, Split, TaskKind

TASK = default_task(TaskKind.GENERATE)
EXAMPLE = Example(id="e", input="a long text")


def say(
    action: str = "answer", answer: str | None = "A", who: str = "ann", **more: object
) -> Annotation:
    record = {"uid": "u", "example_id": "e", "action": action, "answer": answer, "reviewer": who}
    return Annotation.model_validate(record | more)


def prefer(chosen: str = "A", rejected: str = "B", who: str = "ann", **more: object) -> Annotation:
    return say("prefer", chosen, who, rejected=rejected, mode="compare", **more)


def cannot(one: str | None = "A", other: str | None = "B", who: str = "ann") -> Annotation:
    return say("skip", None, who, shown=one, rejected=other, mode="compare", note="tie")


def edit(text: str, draft: str, who: str = "ann", mode: str = "write") -> Annotation:
    return say("answer", text, who, shown=draft, rejected=draft, mode=mode)


def undo(who: str = "ann") -> Annotation:
    return say("undo", None, who)


def pairs(*said: Annotation, example: Example = EXAMPLE) -> list[tuple[str, str, str]]:
    found = preference_pairs(said, [example], TASK)
    return [(pair.chosen, pair.rejected, pair.source) for pair in found.pairs]


def left_out(
    *said: Annotation, examples: Sequence[Example] = (EXAMPLE,)
) -> dict[str, tuple[str, ...]]:
    return preference_pairs(said, examples, TASK).left_out


def test_a_choice_and_an_edit_are_pairs_with_the_prompt_the_model_is_given() -> None:
    found = preference_pairs([prefer(), edit("C", "A", "bo")], [EXAMPLE], TASK)
    choice, edited = found.pairs
    assert (choice.chosen, choice.rejected, choice.source) == ("A", "B", "choice")
    assert (edited.chosen, edited.rejected, edited.source) == ("C", "A", "edit")
    assert choice.prompt == edited.prompt == render_prompt(TASK, "a long text")
    assert (choice.reviewers, edited.reviewers) == (("ann",), ("bo",))
    assert found.left_out == {}


def test_a_draft_taken_as_it_is_prefers_nothing() -> None:
    assert pairs(say("answer", "A", shown="A", mode="write", rating=5)) == []


def test_undoing_takes_back_the_last_thing_said_a_preference_or_an_edit() -> None:
    assert pairs(prefer(), undo()) == []
    assert pairs(edit("C", "A"), undo()) == []
    assert pairs(edit("C", "A"), prefer(), undo()) == [("C", "A", "edit")]
    assert pairs(prefer(), edit("C", "A"), undo()) == [("A", "B", "choice")]
    assert pairs(prefer(), undo(who="bo")) == [("A", "B", "choice")]


def test_who_edits_the_better_of_two_takes_both_back_at_once() -> None:
    both = [edit("C", "A", mode="compare"), prefer("A", "B")]
    assert pairs(*both) == [("A", "B", "choice"), ("C", "A", "edit")]
    assert pairs(*both, undo()) == []
    assert pairs(edit("C", "A"), *both[1:], undo()) == [("C", "A", "edit")]  # said apart


def test_the_last_choice_and_the_last_edit_stand() -> None:
    assert pairs(prefer("A", "B"), prefer("B", "A")) == [("B", "A", "choice")]
    assert pairs(edit("C", "A"), edit("D", "A")) == [("D", "A", "edit")]
    assert pairs(edit("C", "A"), say("skip", None)) == []


def test_most_people_decide_and_the_others_are_counted() -> None:
    said = [prefer("A", "B"), prefer("B", "A", "bo"), prefer("A", "B", "cy")]
    (pair,) = preference_pairs(said, [EXAMPLE], TASK).pairs
    assert (pair.chosen, pair.reviewers, pair.against) == ("A", ("ann", "cy"), 1)


def test_a_pair_people_are_divided_on_is_left_out_and_named() -> None:
    said = [prefer("A", "B"), prefer("B", "A", "bo"), cannot(who="cy")]
    assert pairs(*said) == []
    assert left_out(*said) == {"people disagree": ("e",)}
    assert pairs(prefer("A", "B"), cannot(who="bo")) == [("A", "B", "choice")]
    assert left_out(cannot(), cannot(who="bo")) == {"nobody finds one better": ("e",)}


def test_a_comparison_skipped_without_its_two_responses_judges_nothing() -> None:
    assert left_out(cannot(None, None)) == {}
    assert [j.pair for j in judgements([cannot(None, None)])] == [frozenset()]


def test_one_person_who_chose_and_edited_alike_is_one_voice() -> None:
    said = [prefer("A", "B"), edit("A", "B"), prefer("B", "A", "bo"), prefer("B", "A", "cy")]
    assert pairs(*said) == [("B", "A", "choice")]


@pytest.mark.parametrize(
    ("chosen", "rejected", "reason"),
    [("A ", "A", "the responses differ in white space alone"), ("A", " ", "a response is empty")],
)
def test_what_teaches_nothing_is_left_out(chosen: str, rejected: str, reason: str) -> None:
    assert left_out(prefer(chosen, rejected)) == {reason: ("e",)}


def test_an_excluded_example_gives_none() -> None:
    said = [prefer(), say("exclude", None, "bo")]
    assert pairs(*said) == []
    assert left_out(*said) == {"excluded by a person": ("e",)}


def test_other_splits_are_left_out_and_the_exam_is_refused() -> None:
    said = [
        prefer(),
        *(prefer().model_copy(update={"example_id": name}) for name in ("exam", "held", "strange")),
    ]
    examples = [
        EXAMPLE,
        Example(id="exam", input="x", split=Split.TEST),
        Example(id="held", input="y", split=Split.VALIDATION),
    ]
    found = preference_pairs(said, examples, TASK)
    assert [pair.example_id for pair in found.pairs] == ["e"]
    assert found.left_out == {
        "of the exam": ("exam",),
        "of validation": ("held",),
        "the example is not in the project": ("strange",),
    }
    held = preference_pairs(said, examples, TASK, split=Split.VALIDATION)
    assert [pair.example_id for pair in held.pairs] == ["held"]
    with pytest.raises(LeakageError, match="exam"):
        preference_pairs(said, examples, TASK, split=Split.TEST)


TEXTS = st.sampled_from(["A", "B", "C", " "])
SAID = st.lists(
    st.one_of(
        st.builds(prefer, TEXTS, TEXTS, st.sampled_from(["ann", "bo"])),
        st.builds(edit, TEXTS, TEXTS, st.sampled_from(["ann", "bo"])),
        st.builds(cannot, TEXTS, TEXTS, st.sampled_from(["ann", "bo"])),
        st.builds(undo, st.sampled_from(["ann", "bo"])),
    ),
    max_size=12,
)


@given(SAID)
def test_no_pair_is_its_own_opposite_and_none_is_there_twice(said: list[Annotation]) -> None:
    found: Preferences = preference_pairs(said, [EXAMPLE], TASK)
    assert len({frozenset((p.chosen, p.rejected)) for p in found.pairs}) == len(found.pairs)
    assert all(p.chosen.strip() != p.rejected.strip() for p in found.pairs)
    assert all(len(p.reviewers) > p.against for p in found.pairs)


@given(SAID)
def test_undoing_everything_leaves_no_pair(said: list[Annotation]) -> None:
    undone = [undo(who) for who in ("ann", "bo") for _ in said]
    assert preference_pairs([*said, *undone], [EXAMPLE], TASK) == Preferences((), {})
