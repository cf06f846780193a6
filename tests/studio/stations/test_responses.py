"""Which responses there are, which to start from, and that no pair is asked of anybody twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.exceptions import LeakageError
from curation.project import Project, Review, Settings, create_project, default_task
from curation.review.queue import QueueItem
from curation.types import Annotation, Example, Split, TaskKind, fingerprint
from studio import loop
from studio.stations.responses import (
    Response,
    candidate_responses,
    compare_cards,
    draft_for,
    responses_to,
)
from tests.studio.conftest import OLDER_RUN, RUN


@pytest.fixture
def drafts(tmp_path: Path) -> Project:
    """Return a project of thirty texts, each with two drafts in its file."""
    task = default_task(TaskKind.GENERATE)
    project = create_project(tmp_path / "drafts", Settings(name="drafts", task=task))
    rows = [
        {
            "text": f"A long text, number {n}.",
            "split": "train" if n < 20 else "test",
            "response_a": f"Draft {n} of one.",
            "response_b": f"Draft {n} of another.",
        }
        for n in range(30)
    ]
    file = tmp_path / "drafts.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    loop.import_file(project, file)
    return project


def test_runs_answer_for_what_they_were_not_trained_on_the_newest_first(written: Project) -> None:
    trained, held = (
        candidate_responses(written, Split.TRAIN),
        candidate_responses(written, Split.VALIDATION),
    )
    runs = {f"run:{RUN}", f"run:{OLDER_RUN}"}
    assert not runs & {r.source for responses in trained.values() for r in responses}
    answered = [responses for responses in held.values() if responses[0].source in runs]
    assert answered
    assert {responses[0].source for responses in answered} == {f"run:{RUN}"}
    assert all(len({r.text.strip() for r in found}) == len(found) for found in held.values())
    wrong = next(found for found in answered if len(found) > 1)
    assert wrong[-1].source == "file"


def test_the_exam_has_no_responses(drafts: Project) -> None:
    with pytest.raises(LeakageError):
        candidate_responses(drafts, Split.TEST)
    with pytest.raises(LeakageError):
        responses_to(drafts, drafts.store.examples())
    with pytest.raises(LeakageError):
        compare_cards(drafts, Split.TEST, "ann")


def test_columns_of_a_file_hold_responses_each_once(drafts: Project) -> None:
    turns = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "Last turn"}]
    metadata = {"chosen": turns, "responses": ["One", "Two ", 7], "draft": "One", "title": "None"}
    example = Example(id="e", input="x", reference="Two", metadata=metadata)
    found = responses_to(drafts, [example])["e"]
    assert found == (
        Response("Two", "file"),
        Response("One", "column:responses"),
        Response("Last turn", "column:chosen"),
    )


def card(split: Split = Split.TRAIN, drawn: str = "uncertain") -> QueueItem:
    return QueueItem(Example(id="e", input="x", split=split), "why", drawn=drawn)


def test_a_draft_is_the_newest_runs_and_there_is_none_where_the_answer_measures() -> None:
    responses = (Response("by a run", "run:x"), Response("by the file", "file"))
    assert draft_for(card(), responses) == "by a run"
    assert draft_for(card(), responses[1:]) == "by the file"
    assert draft_for(card(), ()) is None
    for measuring in (card(Split.VALIDATION), card(drawn="random"), card(drawn="gold")):
        assert draft_for(measuring, responses) is None


def answer(item: QueueItem, who: str = "ann", **said: object) -> Annotation:
    first, second = item.candidates
    record = {
        "uid": fingerprint(item.example.id, who, repr(said)),
        "example_id": item.example.id,
        "action": "prefer",
        "answer": first,
        "rejected": second,
        "reviewer": who,
        "mode": "compare",
    }
    return Annotation.model_validate(record | said)


def test_a_comparison_shows_both_drafts_and_hides_which_is_which(drafts: Project) -> None:
    cards = compare_cards(drafts, Split.TRAIN, "ann")
    assert len(cards) == 20
    assert all(c.mode == c.drawn == "compare" and c.suggestion is None for c in cards)
    ones_first = sum(c.candidates[0].endswith("one.") for c in cards)
    assert 3 <= ones_first <= 17
    assert cards == compare_cards(drafts, Split.TRAIN, "bo")  # the order is the example's


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"action": "skip", "answer": None, "rejected": None, "note": "not now"},
        {"action": "answer", "shown": "Draft", "mode": "write"},
    ],
    ids=["preferred", "skipped", "edited"],
)
def test_nobody_is_asked_the_same_pair_twice(drafts: Project, said: dict[str, object]) -> None:
    first = compare_cards(drafts, Split.TRAIN, "ann")[0]
    drafts.store.add_annotations([answer(first, **said)])
    left = compare_cards(drafts, Split.TRAIN, "ann")
    assert first.example.id not in {c.example.id for c in left}
    assert len(left) == 19


def test_a_tie_names_its_pair_and_an_undo_brings_it_back(drafts: Project) -> None:
    first = compare_cards(drafts, Split.TRAIN, "ann")[0]
    one, other = first.candidates
    tie = answer(first, action="skip", answer=None, shown=one, rejected=other, note="tie")
    drafts.store.add_annotations([tie])
    assert first not in compare_cards(drafts, Split.TRAIN, "ann")
    assert first in compare_cards(drafts, Split.TRAIN, "bo")  # who chose between them
    undo = tie.model_copy(update={"uid": "undone", "action": "undo"})
    drafts.store.add_annotations([undo])
    assert first in compare_cards(drafts, Split.TRAIN, "ann")


def test_a_pair_is_asked_of_as_many_people_as_wished(drafts: Project) -> None:
    first = compare_cards(drafts, Split.TRAIN, "ann")[0]
    drafts.store.add_annotations([answer(first)])
    assert first not in compare_cards(drafts, Split.TRAIN, "bo")
    two = drafts.settings.model_copy(update={"review": Review(people=2)})
    assert first in compare_cards(Project(drafts.folder, two), Split.TRAIN, "bo")


def test_an_excluded_example_and_a_task_that_picks_labels_compare_nothing(
    drafts: Project, copy: Callable[[str], Project]
) -> None:
    first = compare_cards(drafts, Split.TRAIN, "ann")[0]
    out = answer(first, "bo", action="exclude", answer=None, rejected=None, mode="")
    drafts.store.add_annotations([out])
    assert first not in compare_cards(drafts, Split.TRAIN, "ann")
    assert compare_cards(copy("retail"), Split.TRAIN, "ann") == ()
