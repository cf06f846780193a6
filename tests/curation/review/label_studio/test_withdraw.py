from __future__ import annotations

from typing import Any

import httpx
import pytest

from curation.exceptions import ReviewBackendError
from curation.review.label_studio.state import BATCH
from curation.review.label_studio.sync import PushState, pull, push, withdraw

TITLE = "Spam or ham"


@pytest.fixture
def cards(make: Any) -> list[Any]:
    return [make.card(f"message {n}", "spam") for n in range(6)]


@pytest.fixture
def pushed(connection: Any, task: Any, cards: Any) -> PushState:
    return push(connection, task, TITLE, cards, PushState())


def test_only_what_nobody_has_spoken_on_is_deleted(
    connection: Any, server: Any, cards: Any, pushed: PushState, make: Any
) -> None:
    server.annotate(1, make.choice("ham"))
    server.annotate(2, skip=True)
    server.draft(3, make.choice("ham"))
    ids = [card.example.id for card in cards]
    state, removed, kept = withdraw(connection, pushed, ["a stranger", *ids[:5]])
    assert sorted(server.tasks) == [1, 2, 3, 6]
    assert (removed, kept) == (tuple(ids[3:5]), tuple(ids[:3]))
    assert sorted(state.tasks.values()) == [1, 2, 3, 6]


def test_nothing_to_withdraw_asks_for_nothing(
    connection: Any, server: Any, pushed: PushState
) -> None:
    server.requests.clear()
    assert withdraw(connection, pushed, []) == (pushed, (), ())
    assert not server.requests, "the server would take none for all"


def test_what_is_withdrawn_can_be_sent_again(
    connection: Any, server: Any, task: Any, cards: Any, pushed: PushState
) -> None:
    state = withdraw(connection, pushed, [card.example.id for card in cards]).state
    assert not server.tasks
    assert pull(connection, task, state).problems == (), "we know where they went"
    assert len(push(connection, task, TITLE, cards, state).tasks) == len(server.tasks) == 6


def test_an_answer_given_while_we_withdraw_is_not_lost(
    connection: Any, server: Any, task: Any, cards: Any, pushed: PushState, make: Any
) -> None:
    def meanwhile(request: httpx.Request) -> None:
        if request.url.path == "/api/dm/actions/" and not server.tasks[1]["annotations"]:
            server.annotate(1, make.choice("ham"))

    server.before = meanwhile
    state, _, kept = withdraw(connection, pushed, [card.example.id for card in cards])
    assert kept == (cards[0].example.id,)
    assert [each.answer for each in pull(connection, task, state).annotations] == ["ham"]


@pytest.mark.parametrize("arrived", [False, True])
def test_withdrawing_again_after_a_fault_does_the_rest(
    connection: Any, server: Any, task: Any, make: Any, arrived: bool
) -> None:
    many = [make.card(f"message {n}") for n in range(BATCH + 1)]
    state = push(connection, task, TITLE, many, PushState())
    ids = [card.example.id for card in many]

    def lose(request: httpx.Request, answer: Any = None) -> Any:
        if request.url.path == "/api/dm/actions/":
            raise httpx.ReadTimeout("slow", request=request)
        return answer

    setattr(server, "after" if arrived else "before", lose)
    with pytest.raises(ReviewBackendError, match="did not answer"):
        withdraw(connection, state, ids)
    server.before, server.after = lambda _: None, lambda _, answer: answer
    state, removed, _ = withdraw(connection, state, ids)
    assert not server.tasks
    assert (state.tasks, len(removed)) == ({}, BATCH + 1)
