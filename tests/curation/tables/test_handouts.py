"""No example is asked of more people than wished, however many ask at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.store import Store
from curation.tables.handouts import HELD
from curation.types import Annotation, Example, example_id, now

TEXTS = [f"text {n}" for n in range(12)]
IDS = [example_id(text) for text in TEXTS]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "project.db")
    store.add_examples(Example(id=example_id(text), input=text) for text in TEXTS)
    return store


def say(store: Store, example: str, who: str, action: str = "answer", **more: str) -> None:
    uid = f"{example} {who} {action} {len(store.annotations())}"
    answer = "yes" if action in ("answer", "refuse") else None
    record = {"uid": uid, "example_id": example, "reviewer": who, "action": action}
    store.add_annotations([Annotation.model_validate(record | {"answer": answer} | more)])


def test_two_who_ask_are_handed_different_examples(store: Store) -> None:
    first = store.hand_out("ann", IDS, number=5)
    second = store.hand_out("bo", IDS, number=5)
    assert first == tuple(IDS[:5])
    assert second == tuple(IDS[5:10])
    assert store.hand_out("cy", IDS, number=5) == tuple(IDS[10:])


def test_who_asks_again_is_handed_the_same(store: Store) -> None:
    assert store.hand_out("ann", IDS, number=3) == store.hand_out("ann", IDS, number=3)


def test_with_overlap_an_example_goes_to_so_many_people(store: Store) -> None:
    who = ["ann", "bo", "cy"]
    handed = [store.hand_out(name, IDS, number=12, people=2) for name in who]
    assert [len(ids) for ids in handed] == [12, 12, 0]


def test_what_nobody_answers_goes_to_others_after_a_while(store: Store) -> None:
    start = now()
    store.hand_out("ann", IDS, number=12, at=start)
    assert store.hand_out("bo", IDS, number=12, at=start + HELD / 2) == ()
    assert store.hand_out("bo", IDS, number=12, at=start + HELD * 1.1) == tuple(IDS)


def test_who_keeps_asking_keeps_what_they_were_handed(store: Store) -> None:
    start = now()
    for part in range(8):
        store.hand_out("ann", IDS, number=12, at=start + HELD * part / 2)
    assert store.hand_out("bo", IDS, number=12, at=start + HELD * 4) == ()


def test_a_skip_and_a_refusal_let_others_answer(store: Store) -> None:
    store.hand_out("ann", IDS, number=2)
    say(store, IDS[0], "ann", "skip")
    say(store, IDS[1], "ann", "refuse")
    assert store.hand_out("bo", IDS[:2], number=2) == (IDS[0], IDS[1])


def test_an_answer_is_counted_and_its_undoing_too(store: Store) -> None:
    say(store, IDS[0], "ann")
    assert store.hand_out("bo", IDS[:1], number=1) == ()
    say(store, IDS[0], "ann", "undo")
    assert store.hand_out("bo", IDS[:1], number=1) == (IDS[0],)


@pytest.mark.parametrize("more", [{"via": "file"}, {"drawn": "gold"}])
def test_gold_counts_as_nobodys_answer(store: Store, more: dict[str, str]) -> None:
    say(store, IDS[0], "ann", **more)
    assert store.hand_out("bo", IDS[:1], number=1) == (IDS[0],)


def test_a_second_tab_is_first_handed_what_the_first_does_not_hold(store: Store) -> None:
    store.hand_out("ann", IDS, number=4, tab="one")
    assert store.hand_out("ann", IDS, number=4, tab="two") == tuple(IDS[4:8])
    assert store.hand_out("ann", IDS[:4], number=4, tab="two") == tuple(IDS[:4])


def test_handing_out_changes_nothing_that_is_known(store: Store) -> None:
    before = store.revision()
    store.hand_out("ann", IDS, number=12)
    assert store.revision() == before


@settings(max_examples=30, deadline=None)
@given(
    people=st.integers(1, 3),
    turns=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 6)), max_size=12),
)
def test_nobody_is_handed_more_than_is_wished(
    tmp_path_factory: pytest.TempPathFactory, people: int, turns: list[tuple[int, int]]
) -> None:
    store = Store(tmp_path_factory.mktemp("store") / "project.db")
    store.add_examples(Example(id=example_id(text), input=text) for text in TEXTS)
    holders: dict[str, set[int]] = {}
    for who, number in turns:
        for example in store.hand_out(str(who), IDS, number=number, people=people):
            holders.setdefault(example, set()).add(who)
    assert all(len(names) <= people for names in holders.values())


def test_ten_who_ask_at_the_same_moment_share_without_overlap(tmp_path: Path) -> None:
    path = tmp_path / "project.db"
    texts = [f"text {n}" for n in range(60)]
    ids = [example_id(text) for text in texts]
    Store(path).add_examples(Example(id=example_id(text), input=text) for text in texts)

    def ask(who: int) -> tuple[str, ...]:
        store = Store(path)
        handed = store.hand_out(f"reviewer {who}", ids, number=10)
        store.close()
        return handed

    with ThreadPoolExecutor(10) as pool:
        handed = list(pool.map(ask, range(10)))
    counts = Counter(example for some in handed for example in some)
    assert len(counts) == 60
    assert set(counts.values()) == {1}
