"""The audit: every fact with the answer after it, the same as reading the whole record again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from curation.people.audit import HELD_BACK, trail
from curation.resolution import resolve
from curation.types import Annotation, Example, Split
from curation.words import standing_words

EXAMPLES = {
    "e1": Example(id="e1", input="one", reference="card"),
    "e2": Example(id="e2", input="two"),
}


def say(who: str, action: str = "answer", answer: str | None = "cash", **more: str) -> Annotation:
    given_ = answer if action in ("answer", "decide") else None
    fields = {"uid": "u", "example_id": "e1", "reviewer": who, "action": action, **more}
    return Annotation.model_validate({**fields, "answer": given_})


facts = st.builds(
    say,
    st.sampled_from(["ann", "bob", "eva"]),
    st.sampled_from(["answer", "skip", "undo", "exclude", "decide", "refuse"]),
    st.sampled_from(["card", "cash", "refund"]),
    example_id=st.sampled_from(["e1", "e2"]),
    via=st.sampled_from(["app", "cli", "label_studio"]),
)


@given(st.lists(facts, max_size=12))
def test_the_replay_says_what_resolving_each_prefix_of_the_record_says(
    record: list[Annotation],
) -> None:
    for place, line in enumerate(trail(record, EXAMPLES), start=1):
        example = EXAMPLES[line.said.example_id]
        standing = standing_words(record[:place])
        now = resolve([example], standing, None, threshold=1)
        before = resolve([example], standing_words(record[: place - 1]), None, threshold=1)
        found = now.resolutions.get(example.id)
        assert line.answer == (found.answer if found else "")
        assert line.on == (found.word if found else now.open[example.id])
        same = (found and found.answer, found and found.word) == (
            (b := before.resolutions.get(example.id)) and b.answer,
            b and b.word,
        ) and now.open == before.open
        assert line.changed == (not same)


@given(st.lists(facts, max_size=12), st.sampled_from(["ann", "bob"]))
def test_one_persons_lines_are_theirs_of_the_whole_trail(
    record: list[Annotation], who: str
) -> None:
    whole = [line for line in trail(record, EXAMPLES) if line.said.reviewer == who]
    assert list(trail(record, EXAMPLES, reviewer=who)) == whole


@given(st.lists(facts, max_size=12), facts)
def test_an_undo_is_a_line_and_brings_back_what_there_was(
    record: list[Annotation], fact: Annotation
) -> None:
    if fact.action == "undo":
        return
    undo = say(fact.reviewer, "undo", example_id=fact.example_id)
    before = [line for line in trail(record, EXAMPLES) if line.said.example_id == fact.example_id]
    *_, last = trail([*record, fact, undo], EXAMPLES)
    assert last.said is undo
    gold = EXAMPLES[fact.example_id].reference
    start = (gold or "", "gold" if gold else "nobody has said")
    assert (last.answer, last.on) == ((before[-1].answer, before[-1].on) if before else start)


def test_answers_to_the_exam_are_held_back_unless_asked_for() -> None:
    exam = {"e1": Example(id="e1", input="one", reference="SECRET", split=Split.TEST)}
    record = [say("ann", "skip"), say("ann", shown="SECRET"), say("bob", answer="SECRET")]
    hidden = list(trail(record, exam))
    assert "SECRET" not in repr(hidden)
    assert "cash" not in repr(hidden)
    assert [line.said.answer for line in hidden] == [None, HELD_BACK, HELD_BACK]
    assert [line.answer for line in trail(record, exam, exam=True)] == ["SECRET", "cash", ""]
