from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from curation.exceptions import ReviewBackendError
from curation.review.label_pull import OVERLAP
from curation.review.label_state import BATCH
from curation.review.label_sync import PushState, pull, push

TITLE = "Spam or ham"


@pytest.fixture
def cards(make: Any) -> list[Any]:
    return [make.card(f"message {n}", ("spam", "ham", None)[n % 3]) for n in range(5)]


@pytest.fixture
def many(make: Any) -> list[Any]:
    return [make.card(f"message {n}", "spam") for n in range(2 * BATCH + 3)]


def imports(server: Any) -> list[int]:
    posted = [request for request in server.requests if request.url.path.endswith("/import")]
    return [len(json.loads(request.content)) for request in posted]


def test_cards_arrive_in_order_with_their_suggestions(
    connection: Any, server: Any, task: Any, cards: Any
) -> None:
    state = push(connection, task, TITLE, cards, PushState())
    sent = list(server.tasks.values())
    assert [each["data"]["text"] for each in sent] == [card.example.input for card in cards]
    assert sent[0]["data"]["reason"] == "a close call"
    assert sent[1]["predictions"][0]["score"] == 0.6
    assert sent[1]["predictions"][0]["result"][0]["value"] == {"choices": ["ham"]}
    assert sent[2]["predictions"] == []
    assert state.tasks == {each["data"]["example_id"]: each["id"] for each in sent}
    assert server.projects[1]["sampling"] == "Sequential sampling"
    assert server.projects[1]["expert_instruction"] == "Is it &lt;spam&gt;?"


def test_pushing_twice_sends_nothing_twice(
    connection: Any, server: Any, task: Any, cards: Any
) -> None:
    state = push(connection, task, TITLE, cards[:3], PushState())
    again = push(connection, task, TITLE, [*cards, cards[4]], state)
    assert push(connection, task, TITLE, cards, again) == again
    assert imports(server) == [3, 2]
    assert len(server.projects) == 1


def test_state_survives_being_written_down(connection: Any, task: Any, cards: Any) -> None:
    state = push(connection, task, TITLE, cards, PushState())
    assert PushState.model_validate_json(state.model_dump_json()) == state


def test_batches_and_what_is_kept_after_each(
    connection: Any, server: Any, task: Any, many: Any
) -> None:
    kept: list[PushState] = []
    push(connection, task, TITLE, many, PushState(), on_progress=kept.append)
    assert imports(server) == [BATCH, BATCH, 3]
    assert [len(state.tasks) for state in kept] == [0, BATCH, 2 * BATCH, 2 * BATCH + 3]


@pytest.mark.parametrize("arrived", [False, True])
def test_a_batch_that_failed_is_sent_again_only_if_it_did_not_arrive(
    connection: Any, server: Any, task: Any, many: Any, arrived: bool
) -> None:
    kept = [PushState()]

    def lose_second(request: httpx.Request, answer: Any = None) -> Any:
        if len(imports(server)) == 2 and request.url.path.endswith("/import"):
            raise httpx.ReadTimeout("slow", request=request)
        return answer

    setattr(server, "after" if arrived else "before", lose_second)
    with pytest.raises(ReviewBackendError, match="did not answer"):
        push(connection, task, TITLE, many, PushState(), on_progress=kept.append)
    server.before, server.after = lambda _: None, lambda _, answer: answer
    assert len(kept[-1].tasks) == BATCH
    state = push(connection, task, TITLE, many, kept[-1])
    names = [each["data"]["example_id"] for each in server.tasks.values()]
    assert len(names) == len(set(names)) == len(many) == len(state.tasks)


def test_a_lost_state_is_found_again_in_the_project(
    connection: Any, server: Any, task: Any, cards: Any
) -> None:
    state = push(connection, task, TITLE, cards, PushState())
    assert push(connection, task, TITLE, cards, PushState(project_id=1)).tasks == state.tasks
    assert imports(server) == [5]


def test_a_project_made_unheard_is_taken_up(
    connection: Any, server: Any, task: Any, cards: Any
) -> None:
    def lose(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        created = request.method == "POST" and request.url.path == "/api/projects/"
        return httpx.Response(502, text="bad gateway") if created else answer

    server.after = lose
    with pytest.raises(ReviewBackendError, match="error 502"):
        push(connection, task, TITLE, cards, PushState())
    server.after = lambda _, answer: answer
    assert push(connection, task, TITLE, cards, PushState()).project_id == 1
    assert len(server.projects) == 1


def test_a_used_project_of_the_same_title_is_left_alone(
    connection: Any, server: Any, task: Any, cards: Any
) -> None:
    push(connection, task, TITLE, cards[:1], PushState())
    assert push(connection, task, TITLE, cards, PushState()).project_id == 2


def test_a_suggestion_that_does_not_fit_sends_nothing(
    connection: Any, server: Any, task: Any, cards: Any, make: Any
) -> None:
    with pytest.raises(ReviewBackendError, match="does not fit") as caught:
        push(connection, task, TITLE, [*cards, make.card("odd", "eggs")], PushState())
    assert caught.value.where == make.card("odd").example.id
    assert not server.projects


def test_labels_may_be_added_but_not_taken_from_people(
    connection: Any, server: Any, task: Any, cards: Any, make: Any
) -> None:
    state = push(connection, task, TITLE, cards, PushState())
    push(connection, make.task("classify", "spam", "ham", "eggs"), TITLE, cards, state)
    assert 'value="eggs"' in server.projects[1]["label_config"]
    push(connection, task, TITLE, cards, state)
    assert 'value="eggs"' not in server.projects[1]["label_config"], "nobody had begun"
    server.annotate(1, make.choice("ham"))
    for other in (make.task("classify", "spam"), make.task("extract", "spam", "ham")):
        with pytest.raises(ReviewBackendError, match=r"no longer has: .*label"):
            push(connection, other, TITLE, [], state)
    assert 'value="ham"' in server.projects[1]["label_config"]


def test_a_project_deleted_there_is_named(
    connection: Any, server: Any, task: Any, cards: Any
) -> None:
    state = push(connection, task, TITLE, cards, PushState())
    server.projects.clear()
    for call in (lambda: push(connection, task, TITLE, cards, state),
                 lambda: pull(connection, task, state)):  # fmt: skip
        with pytest.raises(ReviewBackendError, match="No Project matches"):
            call()


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
        if "annotations" in request.url.params.get("include", ""):
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


def test_tasks_deleted_there_are_counted_and_strangers_ignored(
    connection: Any, server: Any, task: Any, pushed: PushState, make: Any
) -> None:
    del server.tasks[5], server.tasks[4]
    server.annotate(1, make.choice("spam"))
    server.tasks[1]["data"].pop("example_id")
    said, _, problems = pull(connection, task, pushed)
    assert not said
    assert problems == (f"2 of our tasks were deleted in {TITLE!r}.",)


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
