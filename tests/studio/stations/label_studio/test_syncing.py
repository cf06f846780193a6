"""What is known of a Label Studio without asking it, what shall wait there, and one at a time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from curation.exceptions import LeakageError, ReviewBackendError
from curation.project import Project, change_settings
from curation.review.label_studio.listener import Heard
from curation.review.label_studio.sync import PushState
from curation.types import Annotation, Drawn, Round, Split
from studio import loop
from studio.stations.label_studio import link
from studio.stations.label_studio.cards import settled, wanted
from studio.stations.label_studio.link import (
    ADDRESS,
    DEFAULT,
    TOKEN,
    Sync,
    address_of,
    alone,
    begun,
    keep,
    last_sync,
    remember,
    state_of,
)
from studio.stations.label_studio.syncing import check, forget, look, pull
from studio.stations.label_studio.watch import Watch
from studio.stations.review import front_of_queue

HERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    monkeypatch.delenv(TOKEN, raising=False)


def front(project: Project, number: int, split: Split = Split.TRAIN) -> list[str]:
    cards = front_of_queue(project, split=split, number=number)
    return [card.example.id for card in cards[:number]]


def heard(task: int) -> Heard:
    fields = {"reviewer": "ada@example.org", "updated_at": "2026-11-22T16:00:00+00:00", "words": 1}
    return Heard.model_validate({"task": task, **fields})


def state(ids: list[str], answered: int = 0) -> PushState:
    """Return a state with tasks for some examples, the first of them answered."""
    tasks = {name: number for number, name in enumerate(ids, 1)}
    return PushState(
        project_id=7, tasks=tasks, heard={str(at): heard(at) for at in range(1, answered + 1)}
    )


def test_the_address_is_the_named_one_then_the_environment_then_the_project(
    retail: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert address_of(retail) == DEFAULT
    named = retail.settings.model_copy(update={"label_studio_url": "http://ours:80/"})
    project = change_settings(retail, named)
    assert address_of(project) == "http://ours:80"
    monkeypatch.setenv(ADDRESS, HERE)
    assert address_of(project) == HERE
    assert address_of(project, "http://other:1/ ") == "http://other:1"


def test_without_a_token_nothing_is_asked(retail: Project) -> None:
    for verb in (check, pull):
        with pytest.raises(ReviewBackendError, match=r"no Label Studio token.*make label-studio"):
            verb(retail)


def test_how_things_stand_is_known_without_asking(retail: Project) -> None:
    assert look(retail, url=HERE) == (HERE, "", 0, 0, 0, None)
    keep(retail, HERE, state(front(retail, 5), answered=2))
    keep(retail, HERE, PushState(compare=True, project_id=8, tasks={"pair": 99}))
    done = Sync(user="ada@example.org", token="legacy token", server="Label Studio", kept=2)
    remember(retail, HERE, done)
    known = look(retail, url=HERE)
    assert known.page == f"{HERE}/projects/7/data"
    assert (known.tasks, known.waiting, known.said) == (6, 4, 2)
    assert known.last == done == last_sync(retail, HERE)
    assert look(retail, url="http://elsewhere:1").tasks == 0, "each server has its own"


def test_forgetting_starts_anew_and_keeps_what_was_said(retail: Project) -> None:
    ids = front(retail, 5)
    said = Annotation(uid="1", example_id=ids[0], answer="refund", via="label_studio")
    loop.answer(retail, [said])
    keep(retail, HERE, state(ids, answered=1))
    assert forget(retail, url=HERE) == 5
    assert begun(retail, HERE) == []
    assert forget(retail, url=HERE) == 0
    assert len(retail.store.annotations()) == 1


def test_so_many_wait_there_as_wished(retail: Project) -> None:
    ids = front(retail, 30)
    first = wanted(retail, PushState(), number=10, split=Split.TRAIN)
    assert [card.example.id for card in first] == ids[:10]
    there = state(ids[:10])
    assert {c.example.id for c in wanted(retail, there, number=10, split=Split.TRAIN)} <= set(
        ids[:10]
    )
    more = wanted(retail, there, number=12, split=Split.TRAIN)
    assert [card.example.id for card in more] == ids[:12]
    assert len(set(ids[:10]).intersection(c.example.id for c in more)) == 10


def test_what_waits_of_another_split_is_counted_apart(retail: Project) -> None:
    there = state(front(retail, 10))
    cards = wanted(retail, there, number=10, split=Split.VALIDATION)
    assert len(cards) == 10
    assert {card.example.split for card in cards} == {Split.VALIDATION}
    assert {card.suggestion for card in cards} == {None}, "nothing leads where answers measure"


def test_responses_to_the_exam_are_compared_by_nobody(written: Project) -> None:
    with pytest.raises(LeakageError):
        wanted(written, PushState(compare=True), number=5, split=Split.TEST, compare=True)


def test_settled_is_what_enough_people_answered_or_somebody_decided(retail: Project) -> None:
    ids = front(retail, 6)
    said = [
        Annotation(uid="1", example_id=ids[0], answer="refund", reviewer="ada"),
        Annotation(uid="2", example_id=ids[1], action="skip", reviewer="ada"),
        Annotation(uid="3", example_id=ids[2], action="exclude", reviewer="ada"),
        Annotation(uid="4", example_id=ids[3], action="decide", answer="refund", reviewer="ada"),
        Annotation(uid="5", example_id=ids[4], answer="refund", reviewer="ada"),
        Annotation(uid="6", example_id=ids[4], answer="refund", reviewer="ben"),
    ]
    loop.answer(retail, said)
    assert settled(retail, state(ids)) == [ids[0], ids[2], ids[3], ids[4]]
    review = retail.settings.review.model_copy(update={"people": 2})
    two = change_settings(retail, retail.settings.model_copy(update={"review": review}))
    assert settled(two, state(ids)) == [ids[2], ids[3], ids[4]]


def test_one_sync_at_a_time(retail: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "WAIT", 0.1)
    with (
        alone(retail, HERE),
        pytest.raises(ReviewBackendError, match="under way"),
        alone(retail, HERE),
    ):
        pass
    inside, most = 0, 0
    monkeypatch.setattr(link, "WAIT", 30)

    def go() -> None:
        nonlocal inside, most
        for _ in range(20):
            with alone(retail, HERE):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_watch_needs_something_to_watch(retail: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "0" * 40)
    with pytest.raises(ReviewBackendError, match="Push first"):
        Watch(retail, url=HERE, say=str).run()


def test_states_of_pairs_and_of_the_rest_are_kept_apart(retail: Project) -> None:
    keep(retail, HERE, state(["a"]))
    keep(retail, HERE, PushState(compare=True, project_id=8, tasks={"b": 2}))
    assert state_of(retail, HERE).tasks == {"a": 1}
    assert state_of(retail, HERE, compare=True).tasks == {"b": 2}
    assert [each.project for each in begun(retail, HERE)] == [7, 8]


def test_a_sync_is_kept_with_its_time(retail: Project) -> None:
    at = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    done = Sync(user="ada", token="legacy token", server="Label Studio", at=at)
    remember(retail, HERE, done)
    assert last_sync(retail, HERE) == done


def test_what_is_asked_a_second_time_is_not_settled_by_its_first_answer(retail: Project) -> None:
    (id_,) = front(retail, 1)
    loop.answer(retail, [Annotation(uid="1", example_id=id_, answer="refund", reviewer="ann")])
    assert settled(retail, state([id_])) == [id_]
    card = Drawn(example_id=id_, strategy="label_errors", reason="The model doubts it")
    retail.store.add_round(Round(split=Split.TRAIN, cards=(card,), shares={}))
    assert settled(retail, state([id_])) == []
    loop.answer(retail, [Annotation(uid="2", example_id=id_, answer="stock", reviewer="ben")])
    assert settled(retail, state([id_])) == [id_]
