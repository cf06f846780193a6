from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.push import AHEAD, LETTERS
from curation.review.label_studio.state import BATCH
from curation.review.label_studio.sync import PushState, pull, push, suggest

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
    assert state.tasks == {each["data"]["uid"]: each["id"] for each in sent}
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
    names = [each["data"]["uid"] for each in server.tasks.values()]
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
    for other, lost in (
        (make.task("classify", "spam"), r"no longer has: 'ham' \(1 times\)\."),
        (make.task("extract", "spam", "ham"), r"no longer has: 'label' \(in 1 answers\)\."),
    ):
        with pytest.raises(ReviewBackendError, match=lost):
            push(connection, other, TITLE, [], state)
    assert 'value="ham"' in server.projects[1]["label_config"]
    push(connection, make.task("classify", "ham"), TITLE, [], state)
    assert 'value="spam"' not in server.projects[1]["label_config"], "nobody said it"


def test_guidelines_are_kept_up_to_date(
    connection: Any, server: Any, task: Any, cards: Any
) -> None:
    state = push(connection, task, TITLE, cards, PushState(), guidelines="Ads <are> spam.")
    assert server.projects[1]["expert_instruction"].endswith("<br><br>Ads &lt;are&gt; spam.")
    server.requests.clear()
    push(connection, task, TITLE, cards, state, guidelines="Ads <are> spam.")
    assert not [request for request in server.requests if request.method == "PATCH"]
    push(connection, task, TITLE, cards, state, guidelines="Ads are not.")
    assert server.projects[1]["expert_instruction"].endswith("<br><br>Ads are not.")


def test_a_long_title_is_cut_to_what_the_server_keeps(
    connection: Any, server: Any, task: Any, cards: Any
) -> None:
    push(connection, task, "Tunesmith: " + "long " * 20, cards, PushState())
    assert len(server.projects[1]["title"]) == 50


def test_comparisons_have_a_project_of_their_own(connection: Any, server: Any, make: Any) -> None:
    task, pair = make.task("generate"), make.card("which?", None, "One.", "Two.")
    push(connection, task, TITLE, [pair], PushState(compare=True))
    assert server.tasks[1]["data"]["left"] == "One."
    assert server.tasks[1]["data"]["right"] == "Two."
    assert "Pairwise" in server.projects[1]["label_config"]
    for cards, state in (
        ([pair], PushState()),
        ([make.card("say")], PushState(compare=True)),
        ([make.card("three", None, "1", "2", "3")], PushState(compare=True)),
    ):
        with pytest.raises(ReviewBackendError, match="different screens"):
            push(connection, task, TITLE, cards, state)


def suggestions(server: Any) -> list[list[str]]:
    return [
        [each["result"][0]["value"]["choices"][0] for each in task["predictions"]]
        for task in server.tasks.values()
    ]


def test_new_suggestions_replace_old_ones_in_bulk_where_nobody_has_spoken(
    connection: Any, server: Any, task: Any, make: Any
) -> None:
    texts = ["a", "b", "c", "d", "e"]
    old = [make.card(text, "spam") for text in texts]
    state = push(connection, task, TITLE, old, PushState())
    server.annotate(1, make.choice("ham"))
    server.draft(2, make.choice("ham"))
    new = [*(make.card(text, "ham") for text in texts[:3]), make.card("d"), old[4]]
    server.requests.clear()
    state = suggest(connection, task, [*new, make.card("unknown", "ham")], state)
    assert suggestions(server) == [["spam"], ["spam"], ["ham"], [], ["spam"]]
    assert len(server.requests) == 3
    server.requests.clear()
    suggest(connection, task, new, state)
    assert not server.requests, "nothing has changed"


@pytest.mark.parametrize("arrived", [False, True])
@pytest.mark.parametrize("path", ["dm/actions", "predictions"])
def test_suggesting_again_after_a_fault_does_the_rest(
    connection: Any, server: Any, task: Any, cards: Any, make: Any, arrived: bool, path: str
) -> None:
    kept = [push(connection, task, TITLE, cards, PushState())]
    new = [make.card(card.example.input, "ham") for card in cards]

    def lose(request: httpx.Request, answer: Any = None) -> Any:
        if request.method == "POST" and path in request.url.path:
            raise httpx.ReadError("reset", request=request)
        return answer

    setattr(server, "after" if arrived else "before", lose)
    with pytest.raises(ReviewBackendError, match="not reachable"):
        suggest(connection, task, new, kept[-1], on_progress=kept.append)
    server.before, server.after = lambda _: None, lambda _, answer: answer
    suggest(connection, task, new, kept[-1])
    assert suggestions(server) == [["ham"]] * 5


def test_urgent_cards_come_first_and_what_people_have_open_stays(
    connection: Any, server: Any, task: Any, make: Any
) -> None:
    waiting = [make.card(f"old {n}") for n in range(AHEAD + 8)]
    state = push(connection, task, TITLE, waiting, PushState())
    server.annotate(AHEAD + 6, make.choice("ham"))
    urgent = [make.card("urgent"), waiting[AHEAD + 2], make.card("less so")]
    state = push(connection, task, TITLE, urgent, state, first=True)
    served = [
        each["data"]["text"] for _, each in sorted(server.tasks.items()) if not each["annotations"]
    ]
    kept = [f"old {n}" for n in range(AHEAD)]
    assert served == [*kept, "urgent", f"old {AHEAD + 2}", "less so"]
    assert len(state.tasks) == len(server.tasks), "what was said on is there too"
    server.requests.clear()
    assert push(connection, task, TITLE, urgent, state, first=True) == state
    assert not imports(server), "they are first already"


def test_a_project_deleted_there_is_named(
    connection: Any, server: Any, task: Any, cards: Any
) -> None:
    state = push(connection, task, TITLE, cards, PushState())
    server.projects.clear()
    for call in (lambda: push(connection, task, TITLE, cards, state),
                 lambda: pull(connection, task, state)):  # fmt: skip
        with pytest.raises(ReviewBackendError, match="no longer in Label Studio") as caught:
            call()
        assert "Forget it here" in caught.value.remedy


def test_as_many_people_are_asked_as_we_wish(
    connection: Any, server: Any, task: Any, cards: Any
) -> None:
    state = push(connection, task, TITLE, cards, PushState(), people=3)
    assert server.projects[1]["maximum_annotations"] == 3
    push(connection, task, TITLE, cards, state)
    assert server.projects[1]["maximum_annotations"] == 3
    push(connection, task, TITLE, cards, state, people=1)
    assert server.projects[1]["maximum_annotations"] == 1


def test_nobody_there_sees_what_drew_a_card(
    connection: Any, server: Any, task: Any, cards: Any, make: Any
) -> None:
    kept: list[PushState] = []
    state = push(connection, task, TITLE, cards, PushState(), on_progress=kept.append)
    assert set(server.tasks[1]["data"]) == {"uid", "text", "reason"}
    server.annotate(1, make.choice("ham"))
    assert pull(connection, task, state).annotations[0].drawn == "random"
    assert kept[0].drawn == state.drawn, "known before anything was sent"


def test_texts_no_database_takes_are_sent_whole_enough(
    connection: Any, server: Any, make: Any
) -> None:
    task = make.task("extract", "PER")
    odd = "a\0b\ud800 Anna"
    card = make.card(odd, '[{"start": 5, "end": 9, "label": "PER"}]')
    state = push(connection, task, TITLE, [card], PushState())
    assert server.tasks[1]["data"]["text"] == "a\ufffdb? Anna"
    assert state.tasks == {card.example.id: 1}
    assert server.tasks[1]["predictions"][0]["result"][0]["value"]["start"] == odd.index("Anna")


def test_long_texts_go_in_smaller_batches(
    connection: Any, server: Any, task: Any, make: Any
) -> None:
    long = [make.card(f"{n}" * (LETTERS // 3)) for n in range(7)]
    push(connection, task, TITLE, [*long, make.card("z" * (LETTERS + 1))], PushState())
    assert imports(server) == [3, 3, 1, 1]
