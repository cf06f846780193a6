from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.review.label_answers import Listener, UnreadableError, read
from curation.types import Annotation, Criterion, Span, Task, TaskKind
from curation.words import standing_words

TEXT = "😀😀 Anna met Bob\nin Paris today"


def region(control: str, **value: Any) -> dict[str, Any]:
    return {"from_name": control, "to_name": "text", "type": "any", "value": value}


def span(start: int, end: int, label: str = "PER", **more: Any) -> dict[str, Any]:
    return region("span", start=start, end=end, labels=[label], **more)


def test_a_choice_is_the_answer(make: Any) -> None:
    assert read(make.task("classify", "a", "b"), "", [make.choice("b")]).answer == "b"


@pytest.mark.parametrize(
    ("regions", "why"),
    [
        ([], "no answers for 'label'"),
        ([region("label", choices=["a", "b"])], "2 answers for 'label'"),
        ([region("label", choices=["c"])], "'c', which is no label"),
        ([region("other", choices=["a"])], "no answers"),
    ],
)
def test_what_is_no_single_known_label_is_unreadable(
    make: Any, regions: list[Any], why: str
) -> None:
    with pytest.raises(UnreadableError, match=why):
        read(make.task("classify", "a", "b"), "", regions)


def test_a_response_comes_with_its_rating(make: Any) -> None:
    regions = [
        region("response", text=["So it is.\nIndeed."]),
        region("quality", rating=4),
        region("verdict", choices=["accept"]),
    ]
    said = read(make.task("generate"), "", regions)
    assert (said.answer, said.note, said.rejected) == (
        "So it is.\nIndeed.",
        "rated 4 of 5, accepted",
        False,
    )


def test_a_rejected_response_is_no_answer(make: Any) -> None:
    regions = [region("response", text=["Nonsense."]), region("verdict", choices=["reject"])]
    said = read(make.task("generate"), "", regions)
    assert (said.answer, said.note, said.rejected) == (None, "rejected", True)


def test_a_missing_response_is_unreadable(make: Any) -> None:
    with pytest.raises(UnreadableError, match="no answers for 'response'"):
        read(make.task("generate"), "", [region("quality", rating=4)])


def test_spans_as_a_real_browser_sent_them(make: Any) -> None:
    # Recorded from Label Studio 1.23.2: characters are counted, line breaks are spelled out.
    regions = [span(12, 15, text="Bob"), span(8, 24, "LOC", text="met Bob\\nin Paris")]
    said = read(make.task("extract", "PER", "LOC"), TEXT, regions)
    assert said.spans == (
        Span(start=8, end=24, label="LOC"),
        Span(start=12, end=15, label="PER"),
    )
    assert json.loads(said.answer or "")[1] == {"start": 12, "end": 15, "label": "PER"}


def test_nothing_to_mark_is_an_answer_too(make: Any) -> None:
    said = read(make.task("extract", "PER"), TEXT, [])
    assert (said.spans, said.answer) == ((), "[]")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (span(0, 3, text="Bob"), "is not at 0 to 3"),
        (span(12, 12), "is not at 12 to 12"),
        (span(900, 903), "is not at 900"),
        (span(12, 15, "ORG", text="Bob"), "no label of this task"),
        (region("span", start=0, end=2, labels=[]), "no labels"),
        (region("span", start=0, end=2, labels=["PER", "LOC"]), "2 labels"),
    ],
)
def test_spans_that_do_not_lie_where_they_say(make: Any, wrong: Any, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        read(make.task("extract", "PER", "LOC"), TEXT, [wrong])


@pytest.mark.parametrize("result", [[{}], ["text"], [{"from_name": "label", "value": 3}], 7])
def test_any_json_as_a_result_is_left_out_not_raised(make: Any, result: Any) -> None:
    listener = Listener(make.task("classify", "a"), "host", {}, {})
    at = datetime(2026, 11, 22, tzinfo=UTC)
    record = {"id": 1, "updated_at": at.isoformat(), "result": result}
    good = {"id": 2, "updated_at": at.isoformat(), "result": [make.choice("a")]}
    listener.hear(7, {"text": "", "example_id": "e"}, at, [record, good])
    assert [item.task for item in listener.unreadable] == [7]
    assert [said.answer for said in listener.annotations] == ["a"]


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
            listener = Listener(task, "host", {1: "ada", 2: "bob"}, heard)
            listener.hear(7, {"text": "", "example_id": "e"}, at, list(there.values()))
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
