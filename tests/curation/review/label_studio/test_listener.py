from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.review.label_studio.listener import Listener
from curation.review.label_studio.records import Draft, TaskRecord
from curation.review.label_studio.state import PushState
from curation.types import Annotation, Criterion, Task, TaskKind
from curation.words import standing_words

STATE = PushState(tasks={"e": 7})
AT = datetime(2026, 11, 22, tzinfo=UTC)


def changed(at: datetime, *annotations: dict[str, Any], **more: Any) -> TaskRecord:
    more = {"data": {"text": ""}, **more}
    return TaskRecord.model_validate(
        {"id": 7, "updated_at": at, "annotations": annotations, **more}
    )


@pytest.mark.parametrize("result", [[{}], ["text"], [{"from_name": "label", "value": 3}], 7])
def test_any_json_as_a_result_is_left_out_not_raised(make: Any, result: Any) -> None:
    listener = Listener(make.task("classify", "a"), "host", {}, STATE)
    record = {"id": 1, "updated_at": AT.isoformat(), "result": result}
    good = {"id": 2, "updated_at": AT.isoformat(), "result": [make.choice("a")]}
    listener.hear(changed(AT, record, good))
    assert [item.task for item in listener.unreadable] == [7]
    assert [said.answer for said in listener.annotations] == ["a"]


def test_what_was_shown_and_drawn_comes_with_the_answer(make: Any) -> None:
    state = STATE.with_drawn({"e": "random"})
    listener = Listener(make.task("classify", "a", "b"), "host", {1: "ada"}, state)
    predictions = [
        {"model_version": "tunesmith", "result": [make.choice("b")]},
        {"model_version": "somebody's", "result": [make.choice("a")]},
    ]
    answer = {"id": 1, "updated_at": AT.isoformat(), "result": [make.choice("a")]}
    answer |= {"completed_by": {"id": 1, "email": "ada"}, "lead_time": 4.0}
    listener.hear(changed(AT, answer, predictions=predictions))
    (said,) = listener.annotations
    assert (said.answer, said.shown, said.drawn, said.mode) == ("a", "b", "random", "choose")
    assert (said.reviewer, said.seconds, said.at) == ("ada", 4.0, AT)


def test_strangers_are_not_listened_to(make: Any) -> None:
    listener = Listener(make.task("classify", "a"), "host", {}, PushState(tasks={"e": 8}))
    good = {"id": 2, "updated_at": AT.isoformat(), "result": [make.choice("a")]}
    listener.hear(changed(AT, good))
    assert listener.annotations == []


@pytest.mark.parametrize(("label", "answer"), [("a", "a"), ("c", None)])
def test_a_draft_is_kept_whatever_it_says_and_each_version_once(
    make: Any, label: str, answer: str | None
) -> None:
    listener = Listener(make.task("classify", "a", "b"), "host", {}, STATE)
    stamp = AT.isoformat()
    draft = Draft(id=3, user="ada", result=(make.choice(label),), updated_at=stamp, lead_time=2)
    listener.hear_draft(changed(AT), draft)
    listener.hear_draft(changed(AT), draft)
    listener.hear_draft(changed(AT), Draft(id=4, user="bob", updated_at=stamp))
    (said,) = listener.annotations
    assert (said.action, said.answer, said.reviewer, said.seconds) == ("draft", answer, "ada", 2)
    assert standing_words(listener.annotations) == {}
    assert listener.drafts == {"3": stamp}


LABELS = ("a", "b", "c")
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["make", "edit", "delete", "pull"]),
        st.integers(1, 2),
        st.sampled_from(LABELS),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(MOVES)
def test_what_stands_here_is_what_stands_there(moves: list[tuple[str, int, str]]) -> None:
    """Whatever two reviewers do between pulls, each one's last word is their newest one there."""
    criterion = Criterion(metric="f1", target=0.5)
    task = Task(kind=TaskKind.CLASSIFY, instruction="", labels=LABELS, criterion=criterion)
    there: dict[int, dict[str, Any]] = {}
    kept: dict[str, Annotation] = {}
    heard: dict[str, Any] = {}

    def pull(second: int) -> None:
        nonlocal heard
        at = datetime(2026, 11, 22, 16, 0, second, tzinfo=UTC)
        for _ in range(2):  # a pull whose state was lost says the same again
            state = STATE.model_copy(update={"heard": heard})
            listener = Listener(task, "host", {1: "ada", 2: "bob"}, state)
            listener.hear(changed(at, *there.values()))
            for said in listener.annotations:
                kept.setdefault(said.uid, said)
        heard = listener.heard

    for second, (move, who, label) in enumerate(moves):
        stamp = datetime(2026, 11, 22, 16, 0, second, tzinfo=UTC).isoformat()
        value = {"from_name": "label", "to_name": "text", "value": {"choices": [label]}}
        mine = [number for number, said in there.items() if said["completed_by"] == who]
        if move == "make":
            there[second] = {"id": second, "completed_by": who}
            there[second] |= {"result": [value], "updated_at": stamp}
        elif move == "edit" and mine:
            there[mine[-1]] |= {"result": [value], "updated_at": stamp}
        elif move == "delete" and mine:
            del there[mine[0]]
        elif move == "pull":
            pull(second)
    pull(59)
    newest = sorted(there.values(), key=lambda said: str(said["updated_at"]))
    expected = {
        {1: "ada", 2: "bob"}[said["completed_by"]]: said["result"][0]["value"]["choices"][0]
        for said in newest
    }
    standing = standing_words(kept.values()).get("e", ())
    assert {said.reviewer: said.answer for said in standing} == expected
