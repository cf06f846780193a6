"""Real data there and back again: labels, spans, texts, pairs, and two people who disagree."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curation.exceptions import ReviewBackendError
from curation.people.adjudication import cases_of
from curation.people.preferences import preference_pairs
from curation.project import (
    Project,
    change_settings,
    change_task,
    open_project,
    write_settings,
)
from curation.types import Annotation, TaskKind
from curation.words import standing_words
from studio import loop
from studio.stations.label_studio.link import state_of
from studio.stations.label_studio.syncing import look, pull, sync
from studio.stations.review import front_of_queue

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Find = Callable[[str], Path]
Make = Callable[..., Project]


def there(project: Project, url: str, *, compare: bool = False) -> int:
    return state_of(project, url, compare=compare).project


def standing(project: Project) -> dict[str, tuple[Annotation, ...]]:
    return standing_words(project.store.annotations())


def test_labels_of_banking77(
    door: Any, person: Any, make_project: Make, shared: Find, regions: Any
) -> None:
    labels = json.loads(shared("banking77/categories.json").read_text("utf-8"))
    with shared("banking77/train.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for at, row in enumerate(csv.DictReader(file)) if at % 100 == 0]
    gold = {row["text"]: row["category"] for row in rows}
    project = make_project(TaskKind.CLASSIFY, labels, [{"text": row["text"]} for row in rows])
    front = [card.example.id for card in front_of_queue(project, number=40)][:40]

    done = sync(project, number=40)
    assert (done.sent, done.kept, done.problems) == (40, 0, ())
    assert sync(project, number=40).sent == 0
    number = there(project, door.url)
    tasks = person.tasks(number)
    assert [task["data"]["uid"] for task in tasks] == front[:40]

    said = []
    for _ in range(10):
        task = person.take_next(number)
        said.append(person.submit(task["id"], regions.choice(gold[task["data"]["text"]])))
    person.skip(person.take_next(number)["id"])
    back = pull(project)
    assert (back.kept, back.problems) == (11, ())
    assert pull(project).kept == 0
    words = standing(project)
    assert set(words) == set(front[:11])
    texts = {example.id: example.input for example in project.store.examples()}
    for id_ in front[:10]:
        (word,) = words[id_]
        assert (word.answer, word.via, word.seconds) == (gold[texts[id_]], "label_studio", 2.5)
    assert words[front[10]][0].action == "skip"

    person.edit(said[0], regions.choice("card_arrival"))
    person.delete(said[1])
    pull(project)
    words = standing(project)
    assert words[front[0]][0].answer == "card_arrival"
    assert front[1] not in words, "what was deleted there is taken back here"
    known = look(project)
    assert (known.tasks, known.waiting, known.said) == (40, 30, 10)


def test_what_is_settled_here_disappears_there(
    door: Any, person: Any, make_project: Make, regions: Any
) -> None:
    rows = [{"text": f"message {number}"} for number in range(30)]
    project = make_project(TaskKind.CLASSIFY, ("spam", "ham"), rows)
    sync(project, number=10)
    number = there(project, door.url)
    ids = [task["data"]["uid"] for task in person.tasks(number)]
    person.submit(person.tasks(number)[0]["id"], regions.choice("ham"))
    begun = person.tasks(number)[1]["id"]
    person.draft(begun, regions.choice("spam"))
    loop.answer(
        project,
        [Annotation(uid=f"app {id_}", example_id=id_, answer="spam") for id_ in ids[:5]],
    )
    done = sync(project, number=10)
    assert done.withdrawn == 3, "those somebody has answered or begun there are left to them"
    left = [task["data"]["uid"] for task in person.tasks(number)]
    assert set(ids[2:5]).isdisjoint(left)
    assert set(ids[:2]) < set(left)
    assert len(left) == len(set(left))
    assert sync(project, number=10).sent == 0
    person.submit(begun, regions.choice("ham"))
    assert pull(project).kept == 1
    assert {word.answer for word in standing(project)[ids[1]]} == {"spam", "ham"}


def restaurant(path: Path) -> list[dict[str, Any]]:
    """Return rows with their spans, every other text begun with signs of several code points."""
    found = []
    for at, row in enumerate(json.loads(path.read_text("utf-8"))[:40]):
        before = "👩🏽‍🍳 🍝 ça, " if at % 2 else ""
        places = [(each["slot"], each["valueSpan"]) for each in row.get("labels", [])]
        spans = [
            (len(before) + place.get("startIndex", 0), len(before) + place["endIndex"], slot)
            for slot, place in places
        ]
        found.append({"text": before + row["userInput"]["text"], "spans": sorted(spans)})
    return found


def test_spans_of_restaurant8k(
    door: Any, person: Any, make_project: Make, shared: Find, regions: Any
) -> None:
    rows = {row["text"]: row["spans"] for row in restaurant(shared("restaurant8k/train_0.json"))}
    labels = ("people", "date", "time", "first_name", "last_name")
    project = make_project(TaskKind.EXTRACT, labels, [{"text": text} for text in rows])
    assert sync(project, number=100).sent == len(rows)
    for task in person.tasks(there(project, door.url)):
        text = task["data"]["text"]
        marked = [regions.span(text, *span) for span in rows[text]]
        person.submit(task["id"], *marked)
    assert not pull(project).problems
    words = standing(project)
    texts = {example.id: example.input for example in project.store.examples()}
    assert len(words) == len(rows)
    for id_, (word,) in words.items():
        assert [(s.start, s.end, s.label) for s in word.spans] == rows[texts[id_]]
        assert json.loads(word.answer or "") == [span.model_dump() for span in word.spans]


def test_texts_of_legal_summarization(
    door: Any, person: Any, make_project: Make, shared: Find, regions: Any
) -> None:
    data = json.loads(shared("legal_summarization/all_v1.json").read_text("utf-8"))
    rows = [
        {"text": one["original_text"], "reference": one["reference_summary"]}
        for one in list(data.values())[:8]
    ]
    project = make_project(TaskKind.GENERATE, (), rows)
    sync(project, number=8)
    every = person.tasks(there(project, door.url))
    assert len(every) == 8
    drawn = state_of(project, door.url).drawn
    tasks = [task for task in every if drawn[task["data"]["uid"]] != "random"]
    assert [task for task in every if task["predictions"]] == tasks, "chance is not led"
    drafts = [task["predictions"][0]["result"][0]["value"]["text"][0] for task in tasks]
    assert set(drafts) <= {row["reference"] for row in rows}

    mended = f"{drafts[1]}\nIn short: no."
    person.submit(tasks[0]["id"], regions.text(drafts[0]), regions.rating(5))
    person.submit(tasks[1]["id"], regions.text(mended), regions.rating(2))
    reject = regions.choice("reject", "verdict")
    person.submit(tasks[2]["id"], regions.text(drafts[2]), reject)
    assert not pull(project).problems
    words = {task["id"]: standing(project).get(task["data"]["uid"]) for task in tasks}
    (taken,), (edited,), (refused,) = (words[task["id"]] or () for task in tasks[:3])
    assert (taken.answer, taken.rating, taken.rejected) == (drafts[0], 5, None)
    assert (edited.answer, edited.rating, edited.shown) == (mended, 2, drafts[1])
    assert edited.rejected == drafts[1]
    assert refused.action == "refuse"
    assert refused.answer == drafts[2]


def test_pairs_of_responses(door: Any, person: Any, make_project: Make, regions: Any) -> None:
    rows = [
        {
            "text": f"May I cancel contract {number}?",
            "metadata": {"response_a": f"Yes, {number}.", "response_b": f"No, {number}."},
        }
        for number in range(4)
    ]
    project = make_project(TaskKind.GENERATE, (), rows)
    assert sync(project, number=10, compare=True).sent == 4
    tasks = person.tasks(there(project, door.url, compare=True))
    person.submit(tasks[0]["id"], regions.better("left"))
    person.submit(tasks[1]["id"], regions.better("right"))
    person.skip(tasks[2]["id"])
    assert sync(project, number=10, compare=True).sent == 0
    pairs = preference_pairs(project.store.annotations(), project.store.examples(), project.task)
    found = {(pair.chosen, pair.rejected) for pair in pairs.pairs}
    first, second = (task["data"] for task in tasks[:2])
    assert found == {(first["left"], first["right"]), (second["right"], second["left"])}


def test_labels_are_added_and_never_orphaned(
    door: Any, person: Any, make_project: Make, regions: Any
) -> None:
    rows = [{"text": f"message {number}"} for number in range(4)]
    project = make_project(TaskKind.CLASSIFY, ("spam", 'hä"m & <eggs>'), rows)
    sync(project, number=2)
    number = there(project, door.url)
    person.submit(person.take_next(number)["id"], regions.choice('hä"m & <eggs>'))
    wider = change_task(project, labels=(*project.task.labels, "unsure"))
    sync(wider, number=2)
    assert 'value="unsure"' in person.sent("GET", f"/api/projects/{number}/")["label_config"]
    task = wider.task.model_copy(update={"labels": ("spam", "unsure")})
    write_settings(wider.folder, wider.settings.model_copy(update={"task": task}))
    narrower = open_project(wider.folder)
    with pytest.raises(ReviewBackendError, match="hä"):
        sync(narrower, number=2)
    assert 'value="unsure"' in person.sent("GET", f"/api/projects/{number}/")["label_config"]


def test_two_people_who_disagree(
    door: Any, person: Any, invite: Any, make_project: Make, regions: Any
) -> None:
    rows = [{"text": f"message {number}"} for number in range(6)]
    project = make_project(TaskKind.CLASSIFY, ("spam", "ham"), rows)
    review = project.settings.review.model_copy(update={"people": 2})
    project = change_settings(project, project.settings.model_copy(update={"review": review}))
    sync(project, number=6)
    number, other = there(project, door.url), invite("ben@example.org")
    served: dict[str, list[str]] = {"spam": [], "ham": []}
    for _ in range(3):
        for who, label in ((person, "spam"), (other, "ham")):
            task = who.take_next(number)
            served[label].append(task["data"]["uid"])
            who.submit(task["id"], regions.choice(label))
    assert served["spam"] == served["ham"], "each example is offered to both"
    assert pull(project).kept == 6
    words = standing(project)
    cases, _ = cases_of(words, people=2)
    assert {case.example_id for case in cases} == set(served["spam"])
    for case in cases:
        voices = {choice.answer: choice.voices[0].reviewer for choice in case.choices}
        assert voices == {"spam": "tunesmith@localhost.local", "ham": "ben@example.org"}
    assert sync(project, number=6).withdrawn == 0
