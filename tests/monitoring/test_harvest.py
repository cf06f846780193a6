"""What goes back into the ring: the disliked, then the doubtful, one of a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from monitoring.harvest import harvest

Make = Callable[..., Any]


def test_the_disliked_come_before_the_doubtful(make_request: Make) -> None:
    live = [
        make_request(1, confidence=0.9),
        make_request(2, confidence=0.2),
        make_request(3, confidence=0.99, feedback="disliked"),
        make_request(4, feedback="disliked"),
    ]
    found = harvest(live)
    assert [pick.request.id for pick in found] == ["r3", "r4", "r2", "r1"]
    assert found[0].reason == "the user disliked the answer"
    assert found[2].reason == "the model was 20% sure"


def test_one_input_is_picked_once_for_its_best_reason(make_request: Make) -> None:
    live = [
        make_request(1, input="caf\u00e9", confidence=0.1),
        make_request(2, input="cafe\u0301", feedback="disliked"),
    ]
    assert [pick.request.id for pick in harvest(live)] == ["r2"]


def test_what_has_no_reason_is_not_picked(make_request: Make) -> None:
    assert harvest([make_request(1), make_request(2, confidence=0.1, feedback="liked")]) == ()


def test_the_limit_keeps_the_first(make_request: Make) -> None:
    live = [make_request(at, confidence=at / 100) for at in range(100)]
    assert [pick.request.id for pick in harvest(live, limit=3)] == ["r0", "r1", "r2"]


def test_the_order_of_the_log_does_not_matter(make_request: Make) -> None:
    live = [make_request(at, input=f"text {at % 7}", confidence=at % 5 / 5) for at in range(30)]
    assert harvest(live) == harvest(live[::-1])
