from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.pull import OVERLAP
from curation.review.label_studio.state import BATCH
from curation.review.label_studio.sync import PushState, forget, pull, push
from curation.words import standing_words

TITLE = "Spam or ham"


@pytest.fixture
def cards(make: Any) -> list[Any]:
    return [make.card(f"message {n}", ("spam", "ham", None)[n % 3]) for n in range(5)]


@pytest.fixture
def many(make: Any) -> list[Any]:
    return [make.card(f"message {n}", "spam") for n in range(2 * BATCH + 3)]


def test_pulling_before_pushing_says_so(connection: Any, task: Any) -> None:
    with pytest.raises(ReviewBackendError, match="Push first"):
        pull(connection, task, PushState())


@pytest.fixture
def pushed(connection: Any, server: Any, task: Any, cards: Any) -> PushState:
    return push(connection, task, TITLE, cards, PushState())


def test_answers_come_back_once(
    connection: Any, server: Any, task: Any, cards: Any, pushed: PushState, make: Any
) -> None:
    assert pull(connection, task, pushed) == ((), pushed, ())
    server.annotate(1, make.choice("spam"))
    server.annotate(2, make.choice("ham"), by=2)
    server.annotate(3, skip=True)
    said, state, problems = pull(connection, task, pushed)
    assert [(each.action, each.answer, each.reviewer) for each in said] == [
        ("answer", "spam", "ada@example.org"),
        ("answer", "ham", "bob@example.org"),
        ("skip", None, "ada@example.org"),
    ]
    assert [each.example_id for each in said] == [card.example.id for card in cards[:3]]
    assert {(each.via, each.seconds) for each in said} == {("label_studio", 2.5)}
    assert not problems
    assert pull(connection, task, state) == ((), state, ())
    assert pull(connection, task, pushed).annotations == said, "a lost state changes no uid"


def test_edits_and_deletions_come_back(
    connection: Any, server: Any, task: Any, pushed: PushState, make: Any
) -> None:
    first = server.annotate(1, make.choice("spam"))
    gone = server.annotate(2, make.choice("spam"))
    said, state, _ = pull(connection, task, pushed)
    server.edit(1, first, make.choice("ham"))
    server.delete(2, gone)
    news, state, _ = pull(connection, task, state)
    assert [(each.action, each.answer) for each in news] == [("answer", "ham"), ("undo", None)]
    assert news[1].example_id == said[1].example_id
    assert len({each.uid for each in (*said, *news)}) == 4
    assert not pull(connection, task, state).annotations


def test_late_and_equal_stamps_are_not_lost(
    connection: Any, server: Any, task: Any, pushed: PushState, make: Any
) -> None:
    server.annotate(1, make.choice("spam"))
    _, state, _ = pull(connection, task, pushed)
    server.clock -= OVERLAP - timedelta(seconds=1)  # committed late, or a clock set back
    server.annotate(2, make.choice("ham"))
    server.tasks[3] |= {"updated_at": server.tasks[1]["updated_at"]}
    news, state, _ = pull(connection, task, state)
    assert [each.answer for each in news] == ["ham"]
    assert not pull(connection, task, state).annotations


def test_what_changes_during_a_pull_is_in_the_next(
    connection: Any, server: Any, task: Any, many: Any, make: Any
) -> None:
    state = push(connection, task, TITLE, many, PushState())
    for number in range(1, 402):
        server.annotate(number, make.choice("spam"))
    pages = []

    def meanwhile(request: httpx.Request) -> None:
        if "annotations" in request.url.params.get("include", "").split(","):
            pages.append(request)
            if len(pages) == 2:  # long after task 1 was read, and long before the last page
                server.edit(1, 1, make.choice("ham"))
                server.clock += 10 * OVERLAP
                server.edit(401, 401, make.choice("ham"))

    server.before = meanwhile
    said, state, _ = pull(connection, task, state)
    assert len(pages) == 3
    assert len(said) == 401
    news, state, _ = pull(connection, task, state)
    assert [each.answer for each in news] == ["ham"]
    assert not pull(connection, task, state).annotations


def test_an_unreadable_answer_is_named_until_it_is_put_right(
    connection: Any, server: Any, task: Any, pushed: PushState, make: Any
) -> None:
    odd = server.annotate(1, make.choice("eggs"))
    server.clock += 10 * OVERLAP
    server.annotate(2, make.choice("ham"))
    said, state, problems = pull(connection, task, pushed)
    assert [each.answer for each in said] == ["ham"]
    assert "'eggs', which is no label" in problems[0]
    assert f"{make.url}/projects/1/data?task=1" in problems[0]
    said, state, again = pull(connection, task, state)
    assert (said, again) == ((), problems)
    wider = make.task("classify", "spam", "ham", "eggs")
    assert [each.answer for each in pull(connection, wider, state).annotations] == ["eggs"]
    server.edit(1, odd, make.choice("spam"))
    said, _, problems = pull(connection, task, state)
    assert ([each.answer for each in said], problems) == (["spam"], ())


def test_tasks_deleted_there_are_counted_and_can_be_sent_again(
    connection: Any, server: Any, task: Any, cards: Any, pushed: PushState, make: Any
) -> None:
    server.annotate(5, make.choice("spam"))
    said, state, _ = pull(connection, task, pushed)
    del server.tasks[5], server.tasks[4]
    news, state, problems = pull(connection, task, state)
    assert len(said) == 1
    assert not news, "what was said stays"
    assert problems[0].startswith(f"2 of our tasks were deleted in {TITLE!r}.")
    assert pull(connection, task, state).problems == ()
    state = push(connection, task, TITLE, cards, state)
    assert sorted(server.tasks) == [1, 2, 3, 6, 7]
    server.annotate(state.tasks[cards[4].example.id], make.choice("ham"))
    assert [each.answer for each in pull(connection, task, state).annotations] == ["ham"]


def test_strangers_are_ignored_and_counted_once(
    connection: Any, server: Any, task: Any, pushed: PushState, make: Any
) -> None:
    server._import(1, {"data": {"text": "theirs"}})
    server.annotate(6, make.choice("spam"))
    said, state, problems = pull(connection, task, pushed)
    assert (said, problems, state.strangers) == ((), (), 1)
    server.requests.clear()
    pull(connection, task, state)
    assert len(server.requests) <= 6, "nothing is counted anew"


def test_another_project_in_the_place_of_ours_is_refused(
    connection: Any, server: Any, task: Any, cards: Any, pushed: PushState
) -> None:
    server.tasks.clear()
    server.projects[1] |= {"description": "Somebody's", "label_config": "<View/>"}
    server._import(1, {"data": {"text": "theirs"}})
    for call in (
        lambda: pull(connection, task, pushed),
        lambda: push(connection, task, TITLE, cards, pushed),
    ):
        with pytest.raises(ReviewBackendError, match="not the project we made"):
            call()
    assert server.projects[1]["label_config"] == "<View/>"
    assert push(connection, task, TITLE, cards, forget(pushed)).project_id == 2


def test_drafts_come_back_and_are_never_counted(
    connection: Any, server: Any, task: Any, pushed: PushState, make: Any
) -> None:
    server.draft(1, make.choice("spam"))
    server.draft(2, make.choice("ham"), by="bob@example.org")
    said, state, _ = pull(connection, task, pushed)
    assert [(each.action, each.answer, each.reviewer) for each in said] == [
        ("draft", "spam", "ada@example.org"),
        ("draft", "ham", "bob@example.org"),
    ]
    assert standing_words(said) == {}
    assert not pull(connection, task, state).annotations
    server.draft(1, make.choice("ham"))
    (changed,) = pull(connection, task, state).annotations
    assert (changed.action, changed.answer) == ("draft", "ham")


def test_a_clock_of_the_server_set_back_hides_nothing_new(
    connection: Any, server: Any, task: Any, pushed: PushState, make: Any
) -> None:
    server.annotate(1, make.choice("spam"))
    _, state, _ = pull(connection, task, pushed)
    server.clock -= timedelta(days=400)
    server.annotate(2, make.choice("ham"))
    news, state, _ = pull(connection, task, state)
    assert [each.answer for each in news] == ["ham"]
    assert not pull(connection, task, state).annotations


def test_our_own_clock_does_not_matter(
    connection: Any, server: Any, task: Any, pushed: PushState, make: Any
) -> None:
    """The clock of the server is years ahead of ours, then years behind it."""
    for year in (2090, 1990):
        server.clock = server.clock.replace(year=year)
        server.annotate(1, make.choice("spam"), by=year % 2 + 1)
        said, pushed, _ = pull(connection, task, pushed)
        assert [each.at.year for each in said] == [year]


def test_preferences_come_back(connection: Any, server: Any, make: Any) -> None:
    task = make.task("generate")
    cards = [make.card(f"question {n}", None, "One.", "Two.") for n in range(2)]
    state = push(connection, task, TITLE, cards, PushState(compare=True))
    chosen = {"from_name": "better", "type": "pairwise", "value": {"selected": "right"}}
    server.annotate(1, chosen)
    server.annotate(2, skip=True)
    said = pull(connection, task, state).annotations
    assert [(each.action, each.answer, each.rejected, each.mode) for each in said] == [
        ("prefer", "Two.", "One.", "compare"),
        ("skip", None, "Two.", "compare"),
    ]


def test_a_pull_that_breaks_off_changes_nothing(
    connection: Any, server: Any, task: Any, pushed: PushState, make: Any
) -> None:
    server.annotate(1, make.choice("spam"))
    server.before = lambda request: (
        httpx.Response(500, json={"detail": "database is locked"})
        if request.url.path == "/api/users/"
        else None
    )
    with pytest.raises(ReviewBackendError, match="database is locked"):
        pull(connection, task, pushed)
    server.before = lambda _: None
    assert len(pull(connection, task, pushed).annotations) == 1
