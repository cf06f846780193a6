"""The queue: everyone waiting once, a fair random share, and nothing that leads the exam."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.review.queue import RANDOM_EVERY, QueueItem, asked_by, order_queue
from curation.types import (
    Annotation,
    Example,
    Finding,
    FunctionInfo,
    ProbableLabels,
    Split,
    VoteMatrix,
)

LABELS = ("card", "cash", "refund")
EARLIER = datetime(2026, 3, 1, tzinfo=UTC)
RANDOM = "Drawn at random, so that the sample stays fair"


def examples(
    n: int, split: Split = Split.TRAIN, reference: str | None = None, name: str = "e"
) -> list[Example]:
    return [
        Example(id=f"{name}{i}", input=f"text {i}", split=split, reference=reference)
        for i in range(n)
    ]


def opinions(some: Sequence[Example], votes: object) -> tuple[VoteMatrix, ProbableLabels]:
    """Return a matrix with these votes and the shares of its votes as probabilities."""
    array = np.array(votes, dtype=np.int16).reshape(len(some), -1)
    functions = tuple(
        FunctionInfo(name=f"lf{n}", fingerprint="0", family="python", file="f", line=1, source="")
        for n in range(array.shape[1])
    )
    ids = tuple(example.id for example in some)
    counts = np.stack([(array == k).sum(axis=1) for k in range(len(LABELS))], axis=1)
    covered = counts.sum(axis=1) > 0
    shares = np.where(covered[:, None], counts / np.maximum(counts.sum(1), 1)[:, None], 1 / 3)
    matrix = VoteMatrix(ids, functions, LABELS, array)
    return matrix, ProbableLabels(ids, LABELS, shares, covered, "majority")


def ids_of(queue: Sequence[QueueItem]) -> list[str]:
    return [item.example.id for item in queue]


def is_random(item: QueueItem) -> bool:
    return item.reason == RANDOM


@st.composite
def projects(draw: st.DrawFn) -> dict[str, object]:
    """Draw a split's examples, their votes, what was seen and what findings ask about."""
    n = draw(st.integers(0, 23))
    split = draw(st.sampled_from(Split))
    references = draw(st.lists(st.sampled_from([None, None, "card"]), min_size=n, max_size=n))
    some = [
        Example(id=f"e{i}", input=f"text {i}", split=split, reference=reference)
        for i, reference in enumerate(references)
    ]
    ids = [example.id for example in some]
    subset = st.sets(st.sampled_from(ids)) if ids else st.just(set())
    votes = draw(st.lists(st.integers(-1, 2), min_size=3 * n, max_size=3 * n))
    matrix, probable = opinions(some, votes) if n else (None, None)
    return {
        "examples": some,
        "seen": draw(subset),
        "asked": dict.fromkeys(draw(subset), "card taken for cash"),
        "matrix": matrix,
        "probable": probable,
        "seed": draw(st.integers(0, 5)),
    }


@given(projects())
def test_every_waiting_example_comes_exactly_once_and_findings_first(
    project: dict[str, object],
) -> None:
    some, asked, seen = project.pop("examples"), project["asked"], project["seen"]
    queue = order_queue(some, **project)  # type: ignore[arg-type]
    waiting = {e.id for e in some if e.id not in seen or e.id in asked}  # type: ignore[attr-defined,operator]
    ids = ids_of(queue)
    assert len(ids) == len(set(ids))
    assert set(ids) == waiting
    assert set(ids[: len(asked)]) == set(asked)  # type: ignore[arg-type,call-overload]
    assert queue == order_queue(some, **project)  # type: ignore[arg-type]


@given(projects())
def test_a_held_out_card_shows_nothing_that_could_lead(project: dict[str, object]) -> None:
    some = project.pop("examples")
    blind = order_queue(some, **project)  # type: ignore[arg-type]
    if some and some[0].split is Split.TRAIN:  # type: ignore[index]
        return
    words = " ".join(item.reason for item in blind)
    assert all(item.suggestion is None and item.confidence is None for item in blind)
    assert not any(leak in words for leak in (*LABELS, "function", "Function", "vote", "taken"))
    # Nor does the order say anything: it is the same whatever the functions voted.
    unvoted = order_queue(some, **{**project, "matrix": None, "probable": None})  # type: ignore[arg-type]
    assert blind == unvoted


@pytest.mark.parametrize(("split", "name"), [(Split.TEST, "exam"), (Split.VALIDATION, "validat")])
def test_a_held_out_card_says_what_it_is_drawn_for(split: Split, name: str) -> None:
    (card,) = order_queue(examples(1, split), seen=())
    assert name in card.reason


def test_held_out_cards_are_shuffled_by_the_seed_and_gold_comes_last() -> None:
    some = [*examples(5, Split.TEST, "card", "gold"), *examples(40, Split.TEST)]
    one, two = (ids_of(order_queue(some, seen=(), seed=seed)) for seed in (1, 2))
    assert one != two
    assert one[:40] != [example.id for example in some[5:]]
    assert set(one[40:]) == {f"gold{i}" for i in range(5)}


def test_one_held_out_example_among_others_is_not_led_either() -> None:
    some = [*examples(3), *examples(2, Split.TEST, name="exam")]
    matrix, probable = opinions(some, [[0], [0], [0], [1], [1]])
    queue = order_queue(some, seen=(), matrix=matrix, probable=probable)
    assert [item.suggestion for item in queue] == [None] * 5


# Training


def test_conflicts_come_before_silence_and_silence_before_agreement() -> None:
    some = examples(4)
    votes = [[0, 0, 0], [-1, -1, -1], [0, 1, -1], [0, -1, -1]]
    matrix, probable = opinions(some, votes)
    queue = order_queue(some, seen=(), matrix=matrix, probable=probable)
    assert ids_of(queue) == ["e2", "e1", "e3", "e0"]
    assert [item.reason for item in queue] == [
        "Functions disagree: 1 for card, 1 for cash",
        "No function votes on it",
        "1 function says card",
        "3 functions say card",
    ]
    assert [item.suggestion for item in queue] == [None, None, "card", "card"]


def test_the_closer_the_votes_the_sooner() -> None:
    some = examples(2)
    matrix, probable = opinions(some, [[0, 0, 0, 1], [0, 0, 1, 1]])
    assert ids_of(order_queue(some, seen=(), matrix=matrix, probable=probable)) == ["e1", "e0"]


def test_without_votes_nobody_has_said_anything() -> None:
    queue = order_queue(examples(3), seen=())
    assert {item.reason for item in queue} == {"Nobody has said anything yet"}


def test_gold_comes_last_and_is_never_drawn_at_random() -> None:
    some = [*examples(100, reference="card", name="gold"), *examples(10)]
    queue = order_queue(some, seen=())
    assert {id_[0] for id_ in ids_of(queue)[:10]} == {"e"}
    assert sum(map(is_random, queue)) == 2


def test_a_findings_card_says_so_and_comes_again_though_seen() -> None:
    some = examples(6)
    queue = order_queue(some, seen=("e1", "e4"), asked={"e4": "card taken for cash"})
    assert queue[0].reason == "Finding: card taken for cash"
    assert queue[0].example.id == "e4"
    assert "e1" not in ids_of(queue)


@given(st.integers(0, 60), st.integers(0, 9))
def test_every_fifth_card_is_drawn_at_random(n: int, seed: int) -> None:
    some = examples(n)
    matrix, probable = opinions(some, [[0, 1]] * n) if n else (None, None)
    queue = order_queue(some, seen=(), matrix=matrix, probable=probable, seed=seed)
    places = [place for place, item in enumerate(queue, 1) if is_random(item)]
    assert places == list(range(RANDOM_EVERY, n + 1, RANDOM_EVERY))
    assert all(item.suggestion is None for item in queue if is_random(item))


def test_the_random_cards_come_also_when_the_queue_is_ordered_anew_after_each_answer() -> None:
    some = examples(50)
    matrix, probable = opinions(some, [[0, 1]] * 50)
    seen: list[str] = []
    drawn = []
    while cards := order_queue(some, seen=seen, matrix=matrix, probable=probable):
        drawn.append(is_random(cards[0]))
        seen.append(cards[0].example.id)
    assert [place for place, random in enumerate(drawn, 1) if random] == list(range(5, 51, 5))
    assert len(set(seen)) == 50


def test_what_is_drawn_at_random_depends_on_the_seed_and_not_on_the_votes() -> None:
    some = examples(100)

    def drawn(seed: int, *votes: int) -> set[str]:
        matrix, probable = opinions(some, [list(votes)] * 100)
        queue = order_queue(some, seen=(), matrix=matrix, probable=probable, seed=seed)
        return {item.example.id for item in queue if is_random(item)}

    assert len(drawn(1, 0, 1)) == 20
    assert drawn(1, 0, 1) == drawn(1, -1, 2)
    assert drawn(1, 0, 1) != drawn(2, 0, 1)


def test_a_queue_is_no_longer_than_asked_for() -> None:
    whole = order_queue(examples(30), seen=(), size=100)
    assert order_queue(examples(30), seen=(), size=7) == whole[:7]
    assert len(order_queue(examples(30, Split.TEST), seen=(), size=7)) == 7


def test_an_excluded_example_is_no_longer_asked_about() -> None:
    finding = Finding(id="f", kind="k", title="t", example_ids=("a", "b"), action="review")
    said = Annotation(uid="u", example_id="a", action="exclude", at=EARLIER)
    assert asked_by([finding], {"a": (said,)}) == {"b": "t"}
    skipped = said.model_copy(update={"action": "skip"})
    assert asked_by([finding], {"a": (skipped,)}) == {"a": "t", "b": "t"}
